/* SPDX-License-Identifier: MIT */
/*
 * Lets the browser return to this machine with an authorization code: opens the
 * redirect listener when a flow needs one, and closes it when the flow no
 * longer does.
 */
#ifndef GRANTTY_APP_LISTENER_H
#define GRANTTY_APP_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct flow;
struct log;
struct provider;
struct redirect;

/* All zero: closed. */
struct listener {
	struct redirect *redirect;
	bool wanted; /* its address has been shown */
	bool failed; /* could not be opened for this attempt */
	bool taken;  /* a request awaits its response */
};

/*
 * If the redirect URI names no port, chooses one and writes it into the
 * provider, before the first address is shown. False with *err if it cannot
 * listen at all; the user can still paste the address then.
 */
bool listener_prepare(struct listener *listener, struct provider *provider,
		      struct err *err);

/* Opens or closes it as the flow requires; failures are logged. */
void listener_follow(struct listener *listener, const struct flow *flow,
		     const struct provider *provider, struct log *log);

/* The descriptor to wait for, -1 if closed, and how long to wait at most
 * (milliseconds; -1: no limit). */
int listener_fd(const struct listener *listener);
int64_t listener_timeout_ms(const struct listener *listener, int64_t now_ms);

/* Serves browsers; never blocks. The query of a new redirect, which the caller
 * owns (secret_free), or NULL. */
char *listener_take(struct listener *listener, int64_t now_ms);

/* Tells the waiting browser the result, once that is known. */
void listener_answer(struct listener *listener, const struct flow *flow);

void listener_close(struct listener *listener);

#endif
