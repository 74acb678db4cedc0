/* SPDX-License-Identifier: MIT */
/*
 * grantty token unless the stored one will do: refreshes the session with its
 * provider.
 */
#include "config.h"

#include "app/cmd.h"

#include <stdio.h>
#include <unistd.h>

#include "app/args.h"
#include "app/event_loop.h"
#include "app/hook_events.h"
#include "app/setup.h"
#include "app/stored_session.h"
#include "app/token_login.h"
#include "app/token_output.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/sig.h"
#include "io/store.h"
#include "machine/discovery.h"
#include "machine/session.h"
#include "oauth/dpop.h"

/* An ID token is at most that old when it arrives. */
enum { ON_THE_WAY_S = 10 };

static const char unsaved[] =
	"grantty: The token is valid, but could not be saved: when it "
	"expires, a new sign-in may be needed.\n";

/* The session did not start: find the reason in the store. */
static int nothing_resumed(const struct setup *setup, struct err *err)
{
	switch (stored_session_owner(setup, NULL, err)) {
	case OWNER_NOBODY:
		setup_nobody(setup, err);
		return EXIT_NOT_SIGNED_IN;
	case OWNER_OTHER:
		return EXIT_NOT_SIGNED_IN;
	case OWNER_PROVIDER:
		/* If locking failed, *err already has the reason. */
		if (store_lock(setup->store, err) != STORE_FAILED)
			err_set(err,
				"Cannot lock the session file: another "
				"process holds the lock. End the grantty "
				"that is stopped or stuck, then try again.");
		break;
	case OWNER_UNKNOWN:
		break;
	}
	return EXIT_FAILED;
}

/* True if the provider was asked for an ID token, and gave none that is valid
 * for long enough. */
static bool is_without_id_token(const struct session *session,
				enum token_format format)
{
	return format == TOKEN_FORMAT_KUBECTL &&
	       (session_was_renewed(session) ||
		session_data(session)->tokens.id_token == NULL);
}

static int no_id_token(const struct setup *setup,
		       const struct session_data *data, struct err *err)
{
	static const char missing[] =
		"The session has no ID token, which kubectl needs";

	if (data->tokens.id_token != NULL)
		err_set(err,
			"The ID token expires too soon, and the provider did "
			"not renew it: run \"%s login\".",
			setup->program);
	else if (provider_wants_openid(&setup->provider))
		err_set(err,
			"%s: run \"%s login\". If that does not help, the "
			"provider issues none to this client.",
			missing, setup->program);
	else
		err_set(err,
			"%s: add openid to provider.scope, then run \"%s "
			"login\".",
			missing, setup->program);
	return data->tokens.id_token != NULL ||
			       provider_wants_openid(&setup->provider)
		       ? EXIT_NOT_SIGNED_IN
		       : EXIT_USAGE;
}

static int no_token(const struct setup *setup, const struct session *session,
		    enum token_format format, struct err *err)
{
	const struct oauth_failure *failure = session_oauth_failure(session);

	if (session_state(session) == SESSION_NONE)
		return nothing_resumed(setup, err);
	if (session_state(session) != SESSION_LIVE) {
		if (session_end(session) != END_EXPIRED)
			setup_nobody(setup, err);
		else
			err_set(err,
				"The session has expired by this machine's "
				"clock, and cannot be refreshed: run \"%s "
				"login\", or set the clock if it is wrong.",
				setup->program);
		return EXIT_NOT_SIGNED_IN;
	}
	if (failure == NULL && is_without_id_token(session, format))
		return no_id_token(setup, session_data(session), err);
	if (failure == NULL) {
		err_set(err,
			"The %s expires too soon and cannot be refreshed: run "
			"\"%s login\".",
			format == TOKEN_FORMAT_KUBECTL ? "ID token"
						       : "access token",
			setup->program);
		return session_data(session)->tokens.refresh_token == NULL
			       ? EXIT_NOT_SIGNED_IN
			       : EXIT_FAILED;
	}
	err_set(err, "Cannot refresh the access token: %s", failure->err.text);
	switch (session_verdict(session)) {
	case VERDICT_RETRY:
		return EXIT_UNREACHABLE;
	case VERDICT_MISCONFIGURED:
		return EXIT_USAGE;
	case VERDICT_OK:
	case VERDICT_PENDING:
	case VERDICT_SLOW_DOWN:
	case VERDICT_DENIED:
	case VERDICT_EXPIRED:
	case VERDICT_INVALID_GRANT:
	case VERDICT_UNAUTHORIZED:
	case VERDICT_REFUSED:
		break;
	}
	return EXIT_FAILED;
}

/* Renews the token unless it is valid for that long, and waits for the result.
 * False, with the exit code in *code, if that is interrupted. */
static bool require(struct event_loop *loop, struct session *session,
		    enum token_format format, int64_t min_valid_s, int signals,
		    int *code)
{
	struct event event = driver_event(&loop->driver, EVENT_TICK);
	struct action action;

	action_clear(&action);
	/* A token just renewed is as long-lived as they get. */
	if (!session_was_renewed(session) && format == TOKEN_FORMAT_KUBECTL)
		session_require_id_token(session, min_valid_s, &event, &action);
	else if (!session_was_renewed(session))
		session_require(session, min_valid_s, &event, &action);
	driver_do(&loop->driver, &action);
	return stored_session_run(loop, session, signals, code);
}

/* True if the endpoints came from an earlier run and the issuer now names
 * others, so that a failed renewal is worth retrying. */
static bool is_moved(struct setup *setup, const struct session *session,
		     enum stored_session_source source)
{
	if (source == SOURCE_ISSUER || session_state(session) != SESSION_LIVE ||
	    !discovery_may_have_moved(&setup->provider,
				      session_oauth_failure(session)))
		return false;
	source = SOURCE_ISSUER;
	return stored_session_discover(setup, &source, NULL) == EXIT_DONE;
}

/* What to print, and for which request (no url: for none). */
struct output {
	enum token_format format;
	struct dpop_call call;
};

static bool put_token(const struct output *output,
		      const struct session_data *data, int64_t wall_s,
		      struct err *err)
{
	bool needs_proof =
		output->call.url != NULL && data->tokens.dpop_key != NULL;
	char *proof = NULL;
	bool ok;

	if (needs_proof)
		proof = dpop_proof(&output->call, data->tokens.dpop_key,
				   data->tokens.access_token, wall_s);
	if (needs_proof && proof == NULL)
		return err_set(err, "Cannot sign the proof (DPoP) for the "
				    "request: libcrypto failed.");
	ok = token_output_print(output->format, data, proof, err);
	secret_free(proof);
	return ok;
}

/* True if the token to be printed is valid for that long, or has just been
 * renewed. */
static bool is_good(const struct session *session, enum token_format format,
		    int64_t min_valid_s, const struct event *event)
{
	bool renewed = session_was_renewed(session);
	int64_t at;

	if (session_state(session) != SESSION_LIVE)
		return false;
	if (format != TOKEN_FORMAT_KUBECTL)
		return renewed || session_expires_ms(session) - event->now_ms >=
					  min_valid_s * 1000;
	at = token_output_expires_at(format, session_data(session));
	return at - event->wall_s >= (renewed ? 1 : min_valid_s);
}

/* How long the new token is valid; 0 if that is unknown. */
static int64_t lifetime_s(const struct session *session,
			  enum token_format format, int64_t wall_s)
{
	const struct session_data *data = session_data(session);

	if (format != TOKEN_FORMAT_KUBECTL)
		return data->tokens.expires_in_s;
	return token_output_expires_at(format, data) - wall_s + ON_THE_WAY_S;
}

/* Says so if not even a new token is valid for as long as the user requires. */
static void warn_of_short_life(const struct args *args,
			       const struct session *session,
			       enum token_format format, int64_t wall_s)
{
	const int64_t life_s = lifetime_s(session, format, wall_s);
	char life[32];

	if (!args_has(args, "min-valid") || !session_was_renewed(session) ||
	    life_s <= 0 || life_s >= args->min_valid_s)
		return;
	text_duration(life, sizeof(life), life_s);
	(void)fprintf(stderr,
		      "grantty: The token is valid for only %s; the provider "
		      "issues none that is valid for longer.\n",
		      life);
}

static int print_token(struct setup *setup, const struct args *args,
		       const struct output *output,
		       enum stored_session_source source, struct err *err)
{
	const int64_t min_valid_s = args->min_valid_s;
	struct session *session =
		session_new(&setup->provider, crypto_random_u64());
	struct event_loop loop;
	struct event event;
	struct action action;
	int signals = sig_open();
	int code;

	stored_session_open_loop(&loop, setup, session);
	loop.hook_events = hook_events_new(setup);
	event = driver_event(&loop.driver, EVENT_TICK);
	action_clear(&action);
	session_resume(session, &event, &action);
	driver_do(&loop.driver, &action);
	if (!stored_session_run(&loop, session, signals, &code) ||
	    !require(&loop, session, output->format, min_valid_s, signals,
		     &code))
		goto out;
	if (is_moved(setup, session, source) &&
	    !require(&loop, session, output->format, min_valid_s, signals,
		     &code))
		goto out;
	event = driver_event(&loop.driver, EVENT_TICK);
	if (!is_good(session, output->format, min_valid_s, &event)) {
		code = no_token(setup, session, output->format, err);
		(void)hook_events_finish(loop.hook_events, setup->http,
					 signals);
		goto out;
	}
	code = put_token(output, session_data(session), event.wall_s, err)
		       ? EXIT_DONE
		       : EXIT_FAILED;
	warn_of_short_life(args, session, output->format, event.wall_s);
	if (!session_is_saved(session))
		(void)fprintf(stderr, "%s", unsaved);
	(void)hook_events_finish(loop.hook_events, setup->http, signals);
out:
	if (code != EXIT_DONE && err->text[0] == '\0')
		err_set(err, "Interrupted: no token was printed.");
	hook_events_free(loop.hook_events);
	session_free(session);
	if (signals >= 0)
		(void)close(signals);
	return code;
}

/* True if the stored session is being signed out, and that was interrupted. */
static bool is_signing_out(const struct setup *setup)
{
	struct session_data data = {0};
	bool is = store_load(setup->store, &data, NULL) == STORE_OK &&
		  data.signing_out;

	session_data_free(&data);
	return is;
}

int cmd_token_online(const struct args *args, struct err *err)
{
	enum stored_session_source source = SOURCE_KEPT;
	const char *request = token_output_request(args);
	struct output output = {.call = {0}};
	bool signing_out = false;
	struct setup setup;
	int code = EXIT_USAGE;

	if (!token_output_choose(args, &output.format, err) ||
	    (request != NULL && !dpop_call_read(&output.call, request, err)))
		return EXIT_USAGE;
	if (args->login && !token_login(args, &code, err)) {
		dpop_call_free(&output.call);
		return code;
	}
	code = stored_session_begin(&setup, args, LEVEL_ERROR, err);
	if (code != EXIT_DONE)
		goto out;
	code = EXIT_NOT_SIGNED_IN;
	if (stored_session_owner(&setup, NULL, NULL) == OWNER_NOBODY) {
		setup_nobody(&setup, err);
		goto out;
	}
	signing_out = is_signing_out(&setup);
	code = EXIT_USAGE;
	if (!setup_provider(&setup, args, err) || !setup_network(&setup, err))
		goto out;
	code = EXIT_NOT_SIGNED_IN;
	if (stored_session_owner(&setup, NULL, err) == OWNER_OTHER)
		goto out;
	/* The issuer's other endpoints are needed for signing out alone. */
	code = provider_is_complete(&setup.provider) && !signing_out
		       ? EXIT_DONE
		       : stored_session_discover(&setup, &source, err);
	if (code == EXIT_DONE)
		code = print_token(&setup, args, &output, source, err);
out:
	/* Whatever has kept that from being finished, unless the user has; and
	 * another process may have signed in since. */
	if (signing_out && code != EXIT_DONE && code != EXIT_CANCELLED) {
		setup_nobody(&setup, err);
		code = EXIT_NOT_SIGNED_IN;
	}
	setup_end(&setup);
	dpop_call_free(&output.call);
	return code;
}

bool cmd_can_judge(const struct args *args, struct err *err)
{
	(void)args;
	(void)err;
	return true;
}
