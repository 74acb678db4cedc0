/* SPDX-License-Identifier: MIT */
/*
 * A session in the store, for the verbs that use it with its provider, without
 * a user: to find out whose it is, to get at the provider's endpoints, and to
 * run it until it wants nothing more.
 */
#ifndef GRANTTY_APP_STORED_SESSION_H
#define GRANTTY_APP_STORED_SESSION_H

#include <stdbool.h>

#include "base/log.h"

struct args;
struct err;
struct event_loop;
struct session;
struct setup;

/* Opens the account's store, in a setup that setup_end() ends in any case. On
 * standard error the log begins at that level, without -v. Returns EXIT_DONE,
 * or the exit code with *err. */
int stored_session_begin(struct setup *setup, const struct args *args,
			 enum log_level level, struct err *err);

/* Whose session is stored: OWNER_OTHER if it is another provider's or
 * client's. */
enum stored_session_owner {
	OWNER_NOBODY,
	OWNER_PROVIDER,
	OWNER_OTHER,
	OWNER_UNKNOWN
};

/* *err says why for OWNER_OTHER, with that advice (NULL: the usual one), and
 * for OWNER_UNKNOWN. */
enum stored_session_owner stored_session_owner(const struct setup *setup,
					       const char *advice,
					       struct err *err);

/* Where the endpoints that are not configured come from. */
enum stored_session_source { SOURCE_KEPT, SOURCE_ISSUER };

/* Uses the kept endpoints if *source allows that, else requests them from the
 * issuer; sets *source accordingly. Returns EXIT_DONE, or the exit code with
 * *err. */
int stored_session_discover(struct setup *setup,
			    enum stored_session_source *source,
			    struct err *err);

/* Readies the loop for that session, whose profile is not needed. */
void stored_session_open_loop(struct event_loop *loop,
			      const struct setup *setup,
			      struct session *session);

/* Runs the session until it wants nothing more. signals: from sig_open(), or
 * -1. False, with the exit code in *code, if that is interrupted; a refresh in
 * progress is finished first. */
bool stored_session_run(struct event_loop *loop, const struct session *session,
			int signals, int *code);

#endif
