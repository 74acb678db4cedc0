/* SPDX-License-Identifier: MIT */
/*
 * grantty logout, and grantty token unless the stored one will do: use a stored
 * session with its provider.
 */
#include "config.h"

#include "app/cmd.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "app/args.h"
#include "app/clock.h"
#include "app/event_loop.h"
#include "app/hook_events.h"
#include "app/setup.h"
#include "app/token_login.h"
#include "app/token_output.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/http.h"
#include "io/sig.h"
#include "io/store.h"
#include "machine/discovery.h"
#include "machine/session.h"
#include "oauth/dpop.h"

/* How many rounds of discovery may fail, and how long the issuer may postpone
 * the next one: a script is waiting. */
enum { PATIENCE = 3, PUT_OFF_MAX_MS = 10000 };

/* An ID token is at most that old when it arrives. */
enum { ON_THE_WAY_S = 10 };

static const char unsaved[] =
	"grantty: The token is valid, but could not be saved: when it "
	"expires, a new sign-in may be needed.\n";

/* Opens the account's store. On standard error the log begins at that level,
 * without -v. Returns EXIT_DONE, or the exit code with *err. */
static int begin(struct setup *setup, const struct args *args,
		 enum log_level level, struct err *err)
{
	if (!setup_begin(setup, args, err))
		return EXIT_USAGE;
	if (!setup_has_account(setup, err))
		return EXIT_NOT_SIGNED_IN;
	if (!setup_store(setup, err))
		return EXIT_FAILED;
	if (setup_log_here(setup) && args->verbose == 0)
		log_set_level(setup->log, level);
	return EXIT_DONE;
}

/* True if a signal ends the program. If so, lets a refresh in progress finish
 * and sets *code to the exit code. */
static bool is_interrupted(struct event_loop *loop, int signals, int *code)
{
	int signal;

	while ((signal = sig_next(signals, NULL)) != 0) {
		if (signal != SIGINT && signal != SIGTERM && signal != SIGHUP)
			continue;
		driver_finish(&loop->driver);
		*code = signal == SIGINT ? EXIT_CANCELLED : EXIT_FAILED;
		return true;
	}
	return false;
}

/* Runs the session until it wants nothing more. False, with the exit code in
 * *code, if that is interrupted. */
static bool run_session(struct event_loop *loop, const struct session *session,
			int signals, int *code)
{
	struct http_fd fds[] = {{.fd = signals}};

	*code = EXIT_FAILED;
	while (!session_is_at_rest(session)) {
		if (!event_loop_wait(loop, fds, 1, NEVER_MS) ||
		    (fds[0].ready && is_interrupted(loop, signals, code)))
			return false;
	}
	return true;
}

/* Readies the loop for that session, whose profile is not needed. */
static void init_loop(struct event_loop *loop, const struct setup *setup,
		      struct session *session)
{
	event_loop_init(loop, machine_of_session(session), setup);
	session_without_profile(session);
}

/* Whose session is stored: OWNER_OTHER if it is another provider's or
 * client's. */
enum owner { OWNER_NOBODY, OWNER_PROVIDER, OWNER_OTHER, OWNER_UNKNOWN };

/* *err says why for OWNER_OTHER, with that advice, and for OWNER_UNKNOWN. */
static enum owner owner_of_stored(const struct setup *setup, const char *advice,
				  struct err *err)
{
	struct session_data data = {0};
	enum owner owner = OWNER_UNKNOWN;

	switch (store_load(setup->store, &data, err)) {
	case STORE_OK:
		owner = setup_owns(setup, &data, advice, err) ? OWNER_PROVIDER
							      : OWNER_OTHER;
		break;
	case STORE_EMPTY:
	case STORE_CORRUPT:
		owner = OWNER_NOBODY;
		break;
	case STORE_BUSY:
	case STORE_FAILED:
		break;
	}
	session_data_free(&data);
	return owner;
}

/* The session did not start: find the reason in the store. */
static int nothing_resumed(const struct setup *setup, struct err *err)
{
	switch (owner_of_stored(setup, NULL, err)) {
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

/* Where the endpoints that are not configured come from. */
enum source { SOURCE_KEPT, SOURCE_ISSUER };

/* True if the issuer postpones the next request beyond the limit. */
static bool is_put_off(const struct discovery *discovery, int64_t *wait_ms)
{
	*wait_ms = discovery_state(discovery) == DISCOVERY_BACKING_OFF
			   ? discovery_deadline(discovery) - clock_now_ms()
			   : 0;
	return *wait_ms > PUT_OFF_MAX_MS;
}

/* Uses the kept endpoints if *source allows that, else requests them from the
 * issuer; sets *source accordingly. */
static int discover(struct setup *setup, enum source *source, struct err *err)
{
	struct discovery *discovery =
		discovery_new(&setup->provider, PATIENCE, crypto_random_u64());
	struct event_loop loop;
	int code = EXIT_DONE;
	int64_t wait_ms = 0;
	char wait[32];

	event_loop_init(&loop, machine_of_discovery(discovery), setup);
	if (*source == SOURCE_ISSUER ||
	    (discovery_is_needed(&setup->provider) &&
	     !event_loop_recall(&loop))) {
		*source = SOURCE_ISSUER;
		driver_post(&loop.driver, EVENT_START);
	}
	while (discovery_state(discovery) == DISCOVERY_REQUESTING ||
	       discovery_state(discovery) == DISCOVERY_BACKING_OFF) {
		if (is_put_off(discovery, &wait_ms) ||
		    !event_loop_wait(&loop, NULL, 0, NEVER_MS))
			break;
	}
	if (wait_ms > PUT_OFF_MAX_MS) {
		code = EXIT_UNREACHABLE;
		text_duration(wait, sizeof(wait), wait_ms / 1000);
		err_set(err, "%s Try again in %s.",
			discovery_oauth_failure(discovery)->err.text, wait);
	} else if (discovery_state(discovery) == DISCOVERY_FAILED) {
		code = discovery_is_unreachable(discovery) ? EXIT_UNREACHABLE
							   : EXIT_USAGE;
		err_set(err, "%s",
			discovery_oauth_failure(discovery)->err.text);
	}
	discovery_free(discovery);
	return code;
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
	return run_session(loop, session, signals, code);
}

/* True if the endpoints came from an earlier run and the issuer now names
 * others, so that a failed renewal is worth retrying. */
static bool is_moved(struct setup *setup, const struct session *session,
		     enum source source)
{
	if (source == SOURCE_ISSUER || session_state(session) != SESSION_LIVE ||
	    !discovery_may_have_moved(&setup->provider,
				      session_oauth_failure(session)))
		return false;
	source = SOURCE_ISSUER;
	return discover(setup, &source, NULL) == EXIT_DONE;
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
		       const struct output *output, enum source source,
		       struct err *err)
{
	const int64_t min_valid_s = args->min_valid_s;
	struct session *session =
		session_new(&setup->provider, crypto_random_u64());
	struct event_loop loop;
	struct event event;
	struct action action;
	int signals = sig_open();
	int code;

	init_loop(&loop, setup, session);
	loop.hook_events = hook_events_new(setup);
	event = driver_event(&loop.driver, EVENT_TICK);
	action_clear(&action);
	session_resume(session, &event, &action);
	driver_do(&loop.driver, &action);
	if (!run_session(&loop, session, signals, &code) ||
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
	enum source source = SOURCE_KEPT;
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
	code = begin(&setup, args, LEVEL_ERROR, err);
	if (code != EXIT_DONE)
		goto out;
	code = EXIT_NOT_SIGNED_IN;
	if (owner_of_stored(&setup, NULL, NULL) == OWNER_NOBODY) {
		setup_nobody(&setup, err);
		goto out;
	}
	signing_out = is_signing_out(&setup);
	code = EXIT_USAGE;
	if (!setup_provider(&setup, args, err) || !setup_network(&setup, err))
		goto out;
	code = EXIT_NOT_SIGNED_IN;
	if (owner_of_stored(&setup, NULL, err) == OWNER_OTHER)
		goto out;
	/* The issuer's other endpoints are needed for signing out alone. */
	code = provider_is_complete(&setup.provider) && !signing_out
		       ? EXIT_DONE
		       : discover(&setup, &source, err);
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

static void print_signed_out(const struct setup *setup,
			     const struct session *session, enum owner owner)
{
	const struct provider *provider = &setup->provider;

	if (owner == OWNER_NOBODY)
		(void)printf("No user was signed in.\n");
	else if (session_was_revoked(session))
		(void)printf("Signed out; %s has revoked the tokens.\n",
			     provider->label);
	else if (provider->label != NULL &&
		 provider->revocation_endpoint == NULL)
		(void)printf("Signed out on this device. %s does not support "
			     "revocation: the tokens were deleted here, and "
			     "stay valid there until they expire.\n",
			     provider->label);
	else
		(void)printf("Signed out on this device. The tokens could "
			     "not be revoked: they were deleted here, and "
			     "stay valid at the provider until they expire.\n");
}

static int sign_out(struct setup *setup, enum owner owner, struct err *err)
{
	struct session *session =
		session_new(&setup->provider, crypto_random_u64());
	struct event_loop loop;
	struct hook_events *hook_events = hook_events_new(setup);
	struct session_data who = {0};
	int signals = -1;
	int code;

	init_loop(&loop, setup, session);
	/* The session loads only those of its own provider. */
	if (store_load(setup->store, &who, NULL) != STORE_OK)
		session_data_free(&who);
	driver_post(&loop.driver, EVENT_SIGN_OUT);
	if (run_session(&loop, session, -1, &code) &&
	    session_end(session) == END_SIGNED_OUT) {
		print_signed_out(setup, session, owner);
		(void)fflush(stdout);
		/* Not earlier: until now, a signal interrupts a slow revocation
		 * and leaves the stored session to sign out of again. */
		signals = hook_events != NULL ? sig_open() : -1;
		if (who.provider != NULL)
			hook_events_signed_out(hook_events, &who);
		(void)hook_events_finish(hook_events, setup->http, signals);
		code = EXIT_DONE;
		/* A code left behind by a kiosk. */
		if (!store_drop_code(setup->store, err))
			code = EXIT_FAILED;
	} else {
		err_set(err, "Cannot remove the session.");
		code = EXIT_FAILED;
	}
	hook_events_free(hook_events);
	session_data_free(&who);
	session_free(session);
	if (signals >= 0)
		(void)close(signals);
	return code;
}

int cmd_logout(const struct args *args, struct err *err)
{
	struct setup setup;
	struct err why = {""};
	enum source source = SOURCE_KEPT;
	enum owner owner;
	int code = begin(&setup, args, LEVEL_WARN, err);

	if (code != EXIT_DONE)
		goto out;
	code = EXIT_USAGE;
	if (!setup_network(&setup, err))
		goto out;
	/* If it cannot be read, setup_provider() says why. */
	(void)setup_client_id(&setup, args, NULL);
	owner = owner_of_stored(&setup,
				"Nothing was changed: name that provider and "
				"client, or another account (-a NAME).",
				err);
	code = EXIT_NOT_SIGNED_IN;
	if (owner == OWNER_OTHER)
		goto out;
	if (!setup_provider(&setup, args, &why) ||
	    (owner != OWNER_NOBODY &&
	     discover(&setup, &source, &why) != EXIT_DONE)) {
		/* Signing out on this device works without revocation. */
		provider_free(&setup.provider);
		setup.provider.id = xstrdup("");
	}
	code = sign_out(&setup, owner, err);
	if (code == EXIT_DONE && owner != OWNER_NOBODY && why.text[0] != '\0')
		(void)fprintf(stderr, "grantty: Tokens not revoked: %s\n",
			      why.text);
out:
	setup_end(&setup);
	return code;
}
