/* SPDX-License-Identifier: MIT */
/*
 * grantty token and grantty logout: what is done with a stored session through
 * its provider.
 */
#include "config.h"

#include "app/cmd.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "app/args.h"
#include "app/driver.h"
#include "app/setup.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "core/session.h"
#include "io/http.h"
#include "io/store.h"

static const char nobody[] = "Nobody is signed in: run \"grantty login\".";

/* Runs the session until it wants nothing more. */
static bool settle(struct driver *driver, const struct session *session)
{
	for (;;) {
		switch (session_state(session)) {
		case SESSION_NONE:
		case SESSION_LIVE:
		case SESSION_ENDED:
			return true;
		case SESSION_LOCKING:
		case SESSION_SAVING:
		case SESSION_REFRESHING:
		case SESSION_READING:
		case SESSION_REVOKING:
		case SESSION_WIPING:
			break;
		}
		if (!driver_wait(driver, NULL, 0, NEVER_MS))
			return false;
	}
}

static struct driver driver_for(const struct setup *setup,
				struct session *session)
{
	struct driver driver = {machine_of_session(session), setup->http,
				setup->store, setup->log};

	session_without_profile(session);
	return driver;
}

static bool is_empty(struct setup *setup, struct err *err)
{
	struct session_data data = {0};
	enum store_result result = store_load(setup->store, &data, err);

	session_data_free(&data);
	return result != STORE_OK;
}

static int no_token(const struct session *session, struct err *err)
{
	const struct refusal *refusal = session_refusal(session);

	if (session_state(session) != SESSION_LIVE) {
		err_set(err, "%s", nobody);
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

static int print_token(struct setup *setup, int64_t min_valid_s,
		       struct err *err)
{
	struct session *session =
		session_new(&setup->provider, crypto_random_u64());
	struct driver driver = driver_for(setup, session);
	struct event event = driver_event(EVENT_TICK);
	struct action action;
	int code = EXIT_FAILED;

	action_clear(&action);
	session_resume(session, &event, &action);
	driver_do(&driver, &action);
	if (!settle(&driver, session))
		goto out;
	event = driver_event(EVENT_TICK);
	action_clear(&action);
	/* A token that has just come is as good as the provider gives them. */
	if (!session_was_renewed(session))
		session_require(session, min_valid_s, &event, &action);
	driver_do(&driver, &action);
	if (!settle(&driver, session))
		goto out;
	event = driver_event(EVENT_TICK);
	if (session_state(session) != SESSION_LIVE ||
	    (session_expires_ms(session) - event.now_ms < min_valid_s * 1000 &&
	     !session_was_renewed(session))) {
		code = no_token(session, err);
		goto out;
	}
	code = EXIT_DONE;
	if (puts(session_data(session)->tokens.access_token) == EOF ||
	    fflush(stdout) != 0) {
		err_set(err, "The token could not be written.");
		code = EXIT_FAILED;
	}
out:
	session_free(session);
	return code;
}

int cmd_token(const struct args *args, struct err *err)
{
	struct setup setup;
	int code = EXIT_USAGE;

	if (!setup_begin(&setup, args, err))
		goto out;
	log_to_fd(setup.log, STDERR_FILENO);
	if (args->verbose == 0)
		log_set_level(setup.log, LEVEL_ERROR);
	code = EXIT_FAILED;
	if (!setup_store(&setup, err))
		goto out;
	code = EXIT_NOBODY;
	if (is_empty(&setup, err)) {
		err_set(err, "%s", nobody);
		goto out;
	}
	code = EXIT_USAGE;
	if (setup_provider(&setup, args, err) && setup_network(&setup, err))
		code = print_token(&setup, args->min_valid_s, err);
out:
	setup_end(&setup);
	return code;
}

static void say_signed_out(const struct setup *setup,
			   const struct session *session, bool empty)
{
	const struct provider *provider = &setup->provider;

	if (empty)
		(void)printf("Nobody was signed in.\n");
	else if (session_was_revoked(session))
		(void)printf("Signed out; %s has revoked the tokens.\n",
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

static int sign_out(struct setup *setup, bool empty, struct err *err)
{
	struct session *session =
		session_new(&setup->provider, crypto_random_u64());
	struct driver driver = driver_for(setup, session);
	int code = EXIT_FAILED;

	driver_post(&driver, EVENT_SIGN_OUT);
	if (settle(&driver, session) &&
	    session_end(session) == END_SIGNED_OUT) {
		say_signed_out(setup, session, empty);
		code = EXIT_DONE;
	} else {
		err_set(err, "The session could not be removed.");
	}
	session_free(session);
	return code;
}

int cmd_logout(const struct args *args, struct err *err)
{
	struct setup setup;
	struct err why = {""};
	bool empty;
	int code = EXIT_USAGE;

	if (!setup_begin(&setup, args, err))
		goto out;
	log_to_fd(setup.log, STDERR_FILENO);
	if (args->verbose == 0)
		log_set_level(setup.log, LEVEL_WARN);
	code = EXIT_FAILED;
	if (!setup_network(&setup, err) || !setup_store(&setup, err))
		goto out;
	if (!setup_provider(&setup, args, &why)) {
		/* Who cannot revoke can still sign out on this device. */
		provider_free(&setup.provider);
		setup.provider.id = xstrdup("");
	}
	empty = is_empty(&setup, NULL);
	code = sign_out(&setup, empty, err);
	if (code == EXIT_DONE && !empty && why.text[0] != '\0')
		(void)fprintf(stderr, "grantty: not revoked: %s\n", why.text);
out:
	setup_end(&setup);
	return code;
}
