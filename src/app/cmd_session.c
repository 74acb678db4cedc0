/* SPDX-License-Identifier: MIT */
/*
 * grantty token and grantty logout: what is done with a stored session through
 * its provider.
 */
#include "config.h"

#include "app/cmd.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/args.h"
#include "app/driver.h"
#include "app/handover.h"
#include "app/setup.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "core/discovery.h"
#include "core/dpop.h"
#include "core/session.h"
#include "io/http.h"
#include "io/sig.h"
#include "io/store.h"

/* How many rounds of discovery may fail. */
enum { PATIENCE = 3 };

static const char nobody[] = "Nobody is signed in: run \"grantty login\".";
static const char unsaved[] =
	"grantty: The token is good, but it could not be saved: when it has "
	"run out, a new sign-in may be needed.\n";
static const char run_out[] =
	"The session has run out by the clock of this machine, and cannot be "
	"renewed: run \"grantty login\", or set the clock if it is wrong.";

/* Whether a person or an operator wants an end: then a refresh that is under
 * way still comes to its own, and *code is what to leave with. */
static bool is_told_to_end(struct driver *driver, int signals, int *code)
{
	int signal;

	while ((signal = sig_next(signals)) != 0) {
		if (signal != SIGINT && signal != SIGTERM && signal != SIGHUP)
			continue;
		driver_finish(driver);
		*code = signal == SIGINT ? EXIT_CANCELLED : EXIT_FAILED;
		return true;
	}
	return false;
}

/* Runs the session until it wants nothing more. False, with *code to leave
 * with, where that has to be given up. */
static bool settle(struct driver *driver, const struct session *session,
		   int signals, int *code)
{
	struct http_fd fds[] = {{.fd = signals}};

	*code = EXIT_FAILED;
	while (!session_is_at_rest(session)) {
		if (!driver_wait(driver, fds, 1, NEVER_MS) ||
		    (fds[0].ready && is_told_to_end(driver, signals, code)))
			return false;
	}
	return true;
}

static struct driver driver_for(const struct setup *setup,
				struct session *session)
{
	struct driver driver = {
		.machine = machine_of_session(session),
		.http = setup->http,
		.store = setup->store,
		.log = setup->log,
		.provider = &setup->provider,
	};

	session_without_profile(session);
	return driver;
}

/* Whose session is stored. */
enum owner { OWNER_NOBODY, OWNER_PROVIDER, OWNER_OTHER, OWNER_UNKNOWN };

static enum owner owner_of_stored(const struct setup *setup, struct err *err)
{
	const char *id = setup->provider.id;
	struct session_data data = {0};
	enum owner owner = OWNER_UNKNOWN;

	switch (store_load(setup->store, &data, err)) {
	case STORE_OK:
		owner = id != NULL && strcmp(id, data.provider) == 0
				? OWNER_PROVIDER
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

/* A session that did not even begin: what is stored tells why. */
static int nothing_resumed(const struct setup *setup, struct err *err)
{
	switch (owner_of_stored(setup, err)) {
	case OWNER_NOBODY:
		err_set(err, "%s", nobody);
		return EXIT_NOBODY;
	case OWNER_OTHER:
		err_set(err,
			"Nobody is signed in to %s; the stored session is "
			"another provider's: run \"grantty login\", which "
			"replaces it, or name that provider.",
			setup->provider.label);
		return EXIT_NOBODY;
	case OWNER_PROVIDER:
		err_set(err, "Another process holds the session file and does "
			     "not let go: end the grantty that is stopped or "
			     "stuck, then try again.");
		break;
	case OWNER_UNKNOWN:
		break;
	}
	return EXIT_FAILED;
}

static int no_token(const struct setup *setup, const struct session *session,
		    struct err *err)
{
	const struct refusal *refusal = session_refusal(session);

	if (session_state(session) == SESSION_NONE)
		return nothing_resumed(setup, err);
	if (session_state(session) != SESSION_LIVE) {
		err_set(err, "%s",
			session_end(session) == END_EXPIRED ? run_out : nobody);
		return EXIT_NOBODY;
	}
	if (refusal == NULL) {
		err_set(err, "The access token runs out too soon and cannot be "
			     "renewed: run \"grantty login\".");
		return session_data(session)->tokens.refresh_token == NULL
			       ? EXIT_NOBODY
			       : EXIT_FAILED;
	}
	err_set(err, "The access token could not be renewed: %s",
		refusal->err.text);
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

/* Where the endpoints that nobody has named come from. */
enum source { SOURCE_KEPT, SOURCE_ISSUER };

/* Looks what is kept, where *source allows that, else asks the issuer; *source
 * is then where they came from. */
static int discover(struct setup *setup, enum source *source, struct err *err)
{
	struct discovery *discovery =
		discovery_new(&setup->provider, PATIENCE, crypto_random_u64());
	struct driver driver = {
		.machine = machine_of_discovery(discovery),
		.http = setup->http,
		.store = setup->store,
		.log = setup->log,
		.provider = &setup->provider,
	};
	int code = EXIT_DONE;

	if (*source == SOURCE_ISSUER ||
	    (discovery_is_needed(&setup->provider) &&
	     !driver_recall(&driver))) {
		*source = SOURCE_ISSUER;
		driver_post(&driver, EVENT_START);
	}
	while (discovery_state(discovery) == DISCOVERY_ASKING ||
	       discovery_state(discovery) == DISCOVERY_BACKING_OFF) {
		if (!driver_wait(&driver, NULL, 0, NEVER_MS))
			break;
	}
	if (discovery_state(discovery) == DISCOVERY_FAILED) {
		code = discovery_is_away(discovery) ? EXIT_UNREACHABLE
						    : EXIT_USAGE;
		err_set(err, "%s", discovery_refusal(discovery)->err.text);
	}
	discovery_free(discovery);
	return code;
}

/* Renews the token unless it is good for so long, and waits for that. False,
 * with *code to leave with, where it has to be given up. */
static bool require(struct driver *driver, struct session *session,
		    int64_t min_valid_s, int signals, int *code)
{
	struct event event = driver_event(EVENT_TICK);
	struct action action;

	action_clear(&action);
	/* A token that has just come is as good as the provider gives them. */
	if (!session_was_renewed(session))
		session_require(session, min_valid_s, &event, &action);
	driver_do(driver, &action);
	return settle(driver, session, signals, code);
}

/* Whether the endpoints were known from an earlier run and the issuer now knows
 * others, with which a failed renewal is worth another try. */
static bool is_moved(struct setup *setup, const struct session *session,
		     enum source source)
{
	if (source == SOURCE_ISSUER || session_state(session) != SESSION_LIVE ||
	    !discovery_doubts(&setup->provider, session_refusal(session)))
		return false;
	source = SOURCE_ISSUER;
	return discover(setup, &source, NULL) == EXIT_DONE;
}

/* The header lines for that call, or where it is of none the token alone. */
static bool put_token(const struct tokens *tokens, const struct dpop_call *call,
		      int64_t wall_s)
{
	char *authorization, *proof;
	bool ok;

	if (call->url == NULL)
		return puts(tokens->access_token) != EOF && fflush(stdout) == 0;
	authorization = oauth_authorization(tokens);
	ok = printf("Authorization: %s\n", authorization) >= 0;
	secret_free(authorization);
	if (ok && tokens->dpop_key != NULL) {
		proof = dpop_proof(call, tokens->dpop_key, tokens->access_token,
				   wall_s);
		ok = proof != NULL && printf("DPoP: %s\n", proof) >= 0;
		secret_free(proof);
	}
	return ok && fflush(stdout) == 0;
}

static int print_token(struct setup *setup, int64_t min_valid_s,
		       const struct dpop_call *call, enum source source,
		       struct err *err)
{
	struct session *session =
		session_new(&setup->provider, crypto_random_u64());
	struct driver driver = driver_for(setup, session);
	struct event event = driver_event(EVENT_TICK);
	struct action action;
	int signals = sig_open();
	int code;

	driver.handover = handover_new(setup);
	action_clear(&action);
	session_resume(session, &event, &action);
	driver_do(&driver, &action);
	if (!settle(&driver, session, signals, &code) ||
	    !require(&driver, session, min_valid_s, signals, &code))
		goto out;
	if (is_moved(setup, session, source) &&
	    !require(&driver, session, min_valid_s, signals, &code))
		goto out;
	event = driver_event(EVENT_TICK);
	if (session_state(session) != SESSION_LIVE ||
	    (session_expires_ms(session) - event.now_ms < min_valid_s * 1000 &&
	     !session_was_renewed(session))) {
		code = no_token(setup, session, err);
		goto out;
	}
	code = EXIT_DONE;
	if (!put_token(&session_data(session)->tokens, call, event.wall_s)) {
		err_set(err, "The token could not be written.");
		code = EXIT_FAILED;
	}
	if (!session_is_saved(session))
		(void)fprintf(stderr, "%s", unsaved);
	(void)handover_finish(driver.handover, setup->http, signals);
out:
	handover_free(driver.handover);
	session_free(session);
	if (signals >= 0)
		(void)close(signals);
	return code;
}

int cmd_token(const struct args *args, struct err *err)
{
	enum source source = SOURCE_KEPT;
	struct dpop_call call = {0};
	struct setup setup;
	int code = EXIT_USAGE;

	if (args->dpop != NULL && !dpop_call_read(&call, args->dpop, err))
		return EXIT_USAGE;
	if (!setup_begin(&setup, args, err))
		goto out;
	code = EXIT_FAILED;
	if (!setup_store(&setup, err))
		goto out;
	if (setup_log_here(&setup) && args->verbose == 0)
		log_set_level(setup.log, LEVEL_ERROR);
	code = EXIT_NOBODY;
	if (owner_of_stored(&setup, err) == OWNER_NOBODY) {
		err_set(err, "%s", nobody);
		goto out;
	}
	code = EXIT_USAGE;
	if (!setup_provider(&setup, args, err) || !setup_network(&setup, err))
		goto out;
	code = discover(&setup, &source, err);
	if (code == EXIT_DONE)
		code = print_token(&setup, args->min_valid_s, &call, source,
				   err);
out:
	setup_end(&setup);
	dpop_call_free(&call);
	return code;
}

static void say_signed_out(const struct setup *setup,
			   const struct session *session, enum owner owner)
{
	const struct provider *provider = &setup->provider;

	if (owner == OWNER_NOBODY)
		(void)printf("Nobody was signed in.\n");
	else if (session_was_revoked(session))
		(void)printf("Signed out; %s has revoked the tokens.\n",
			     provider->label);
	else if (owner == OWNER_OTHER && provider->label != NULL)
		(void)printf("Signed out on this device. The session was "
			     "another provider's than %s: its tokens are gone "
			     "from here and run out there by themselves.\n",
			     provider->label);
	else if (provider->label != NULL &&
		 provider->revocation_endpoint == NULL)
		(void)printf("Signed out on this device. %s offers no "
			     "revocation: the tokens are gone from here and "
			     "run out there by themselves.\n",
			     provider->label);
	else
		(void)printf("Signed out on this device. The tokens could not "
			     "be revoked: they are gone from here and run out "
			     "at the provider by themselves.\n");
}

static int sign_out(struct setup *setup, enum owner owner, struct err *err)
{
	struct session *session =
		session_new(&setup->provider, crypto_random_u64());
	struct driver driver = driver_for(setup, session);
	struct handover *handover = handover_new(setup);
	struct session_data who = {0};
	int signals = -1;
	int code;

	/* The session knows only those of its own provider. */
	if (store_load(setup->store, &who, NULL) != STORE_OK)
		session_data_free(&who);
	driver_post(&driver, EVENT_SIGN_OUT);
	if (settle(&driver, session, -1, &code) &&
	    session_end(session) == END_SIGNED_OUT) {
		say_signed_out(setup, session, owner);
		(void)fflush(stdout);
		/* Not before: a signal ends a revocation that takes long, and
		 * what is stored is then still there to sign out of. */
		signals = handover != NULL ? sig_open() : -1;
		if (who.provider != NULL)
			handover_signed_out(handover, &who);
		(void)handover_finish(handover, setup->http, signals);
		code = EXIT_DONE;
		/* A code that a kiosk was showing when it ended. */
		if (!store_drop_code(setup->store, err))
			code = EXIT_FAILED;
	} else {
		err_set(err, "The session could not be removed.");
		code = EXIT_FAILED;
	}
	handover_free(handover);
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
	int code = EXIT_USAGE;

	if (!setup_begin(&setup, args, err) || !setup_network(&setup, err))
		goto out;
	code = EXIT_FAILED;
	if (!setup_store(&setup, err))
		goto out;
	if (setup_log_here(&setup) && args->verbose == 0)
		log_set_level(setup.log, LEVEL_WARN);
	owner = owner_of_stored(&setup, NULL);
	if (!setup_provider(&setup, args, &why) ||
	    (owner != OWNER_NOBODY &&
	     discover(&setup, &source, &why) != EXIT_DONE)) {
		/* Who cannot revoke can still sign out on this device. */
		provider_free(&setup.provider);
		setup.provider.id = xstrdup("");
	}
	owner = owner_of_stored(&setup, NULL);
	code = sign_out(&setup, owner, err);
	if (code == EXIT_DONE && owner != OWNER_NOBODY && why.text[0] != '\0')
		(void)fprintf(stderr, "grantty: not revoked: %s\n", why.text);
out:
	setup_end(&setup);
	return code;
}
