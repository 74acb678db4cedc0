/* SPDX-License-Identifier: MIT */
/*
 * Renews the access token. For the session_*.c above it alone.
 */
#ifndef GRANTTY_MACHINE_SESSION_RENEWAL_H
#define GRANTTY_MACHINE_SESSION_RENEWAL_H

#include <stdint.h>

#include "machine/session_parts.h"

/* Takes the lock, and renews unless another process has already done so with a
 * token that is valid for required_ms. */
void renewal_begin(struct session *session, int64_t required_ms, int64_t now_ms,
		   struct action *action);

/* Schedules a failed renewal to be retried, after retry_after_s seconds at the
 * earliest. */
void renewal_put_off(struct session *session, int64_t retry_after_s,
		     int64_t now_ms, struct action *action);

/* Under the lock: marks on disk that a refresh is in progress, because the
 * provider may accept the refresh token only once (RFC 9700 section 4.14);
 * sends the request once the mark is saved; handles the reply.
 * renewal_unmarked() is for a store that cannot or must not be written: sends
 * the request if there is nothing left to lose, otherwise puts it off. */
void renewal_mark(struct session *session, int64_t now_ms,
		  struct action *action);
void renewal_marked(struct session *session, const struct event *event,
		    struct action *action);
void renewal_unmarked(struct session *session, const struct event *event,
		      struct action *action);
void renewal_send(struct session *session, const struct event *event,
		  struct action *action);
void renewal_answered(struct session *session, const struct event *event,
		      struct action *action);

#endif
