/* SPDX-License-Identifier: MIT */
/*
 * Between the pure machines and the world: hands events to a machine and does
 * what it wants done. Used by every verb that talks to a provider.
 */
#ifndef GRANTTY_APP_DRIVER_H
#define GRANTTY_APP_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/listener.h"
#include "app/machine.h"
#include "core/exchange.h"

struct gauge;
struct handover;
struct http;
struct http_fd;
struct log;
struct provider;
struct store;
struct visit;
struct wall;

/* Everything is borrowed. */
struct driver {
	struct machine machine;
	struct http *http;
	struct store *store;
	struct log *log;
	const struct provider *provider;
	struct gauge *gauge;	   /* NULL: nobody counts */
	struct handover *handover; /* NULL: no hooks */
	struct wall *wall; /* NULL: nobody tells; driver_end() closes it */
	/* All zero to begin with. */
	struct listener listener;
	unsigned kept;	  /* how many discovery documents are */
	bool keeps_code;  /* for the next run */
	unsigned changes; /* of the flow's, as the store has it */
};

/* At most so many descriptors go to driver_wait(). */
enum { DRIVER_MAX_FDS = 8 };

/* Gets ready for a browser to come back, where the provider is set up for the
 * authorization code grant. Where that is impossible the log says why. */
void driver_listen(struct driver *driver, struct provider *provider);

/*
 * Lets a refresh that is under way come to its end, for ten seconds at most: a
 * provider may already have rotated the token, and who leaves now loses the
 * session. Tokens that were never kept are revoked. To be called before
 * leaving on a signal or a key.
 */
void driver_finish(struct driver *driver);

/* Closes what the driver itself has opened. */
void driver_end(struct driver *driver);

/* Before the first step: hands the machine the discovery document of an earlier
 * run, if one is kept. True where that will do. */
bool driver_recall(struct driver *driver);

/*
 * Before the first step: from now on the code on show is kept, once for each
 * code and each slow_down, and where an earlier run could not take its own away
 * the visit goes on with that.
 */
void driver_recall_code(struct driver *driver, struct visit *visit);

/* Somebody gives up: the code on show is for nobody any more. */
void driver_drop_code(struct driver *driver);

/* An event of that kind, now. */
struct event driver_event(enum event_kind kind);

/* Does what a first step (visit_begin, session_resume, …) wanted, and all that
 * follows from it without waiting. Takes the request out of *action. */
void driver_do(struct driver *driver, struct action *action);

/* Hands over the address on which a browser ended, or its query. */
void driver_redirect(struct driver *driver, const char *text);

/* Hands an event of that kind to the machine and does what it wants. */
void driver_post(struct driver *driver, enum event_kind kind);

/*
 * Keeps a code that is new, so show it before. Then waits for the network, the
 * n descriptors, or until_ms (NEVER_MS: only the machine's own deadline), then
 * hands answers and, when due, a tick to the machine. Answers in the side slot
 * are dropped after a line in the log. False where waiting is impossible.
 */
bool driver_wait(struct driver *driver, struct http_fd *fds, size_t n,
		 int64_t until_ms);

#endif
