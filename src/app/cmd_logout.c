/* SPDX-License-Identifier: MIT */
/*
 * grantty logout: revokes the tokens where the provider offers that, and wipes
 * the store.
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
#include "base/crypto.h"
#include "base/err.h"
#include "base/mem.h"
#include "io/sig.h"
#include "io/store.h"
#include "machine/session.h"

static void print_signed_out(const struct setup *setup,
			     const struct session *session,
			     enum stored_session_owner owner)
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

static int sign_out(struct setup *setup, enum stored_session_owner owner,
		    struct err *err)
{
	struct session *session =
		session_new(&setup->provider, crypto_random_u64());
	struct event_loop loop;
	struct hook_events *hook_events = hook_events_new(setup);
	struct session_data who = {0};
	int signals = -1;
	int code;

	stored_session_open_loop(&loop, setup, session);
	/* The session loads only those of its own provider. */
	if (store_load(setup->store, &who, NULL) != STORE_OK)
		session_data_free(&who);
	driver_post(&loop.driver, EVENT_SIGN_OUT);
	if (stored_session_run(&loop, session, -1, &code) &&
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
	enum stored_session_source source = SOURCE_KEPT;
	enum stored_session_owner owner;
	int code = stored_session_begin(&setup, args, LEVEL_WARN, err);

	if (code != EXIT_DONE)
		goto out;
	code = EXIT_USAGE;
	if (!setup_network(&setup, err))
		goto out;
	/* If it cannot be read, setup_provider() says why. */
	(void)setup_client_id(&setup, args, NULL);
	owner = stored_session_owner(
		&setup,
		"Nothing was changed: name that provider and "
		"client, or another account (-a NAME).",
		err);
	code = EXIT_NOT_SIGNED_IN;
	if (owner == OWNER_OTHER)
		goto out;
	if (!setup_provider(&setup, args, &why) ||
	    (owner != OWNER_NOBODY &&
	     stored_session_discover(&setup, &source, &why) != EXIT_DONE)) {
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
