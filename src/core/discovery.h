/* SPDX-License-Identifier: MIT */
/*
 * Asks an issuer for its endpoints, as a pure state machine: first the path of
 * OpenID Connect Discovery (section 4), then that of RFC 8414 (section 3.1).
 * What the configuration or the preset names already stays as it is.
 */
#ifndef GRANTTY_CORE_DISCOVERY_H
#define GRANTTY_CORE_DISCOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/exchange.h"

struct discovery;
struct provider;
struct refusal;

enum discovery_state {
	DISCOVERY_IDLE,
	DISCOVERY_ASKING,      /* a request is under way */
	DISCOVERY_BACKING_OFF, /* no answer for now: waits to ask again */
	DISCOVERY_DONE,	       /* the provider knows its endpoints */
	DISCOVERY_FAILED       /* discovery_refusal() says why */
};

/* How long a document is good for. */
enum { DISCOVERY_GOOD_FOR_S = 86400 };

/* The provider, which it fills in, must outlive it. patience: how many rounds
 * may fail for want of an answer before it gives up; 0: no limit. seed: any
 * number, for jitter. */
struct discovery *discovery_new(struct provider *provider, int patience,
				uint64_t seed);
void discovery_free(struct discovery *discovery); /* NULL is fine */

/* Whether the provider lacks an endpoint that its issuer may know. */
bool discovery_is_needed(const struct provider *provider);

/*
 * Takes in what discovery_record() gave in an earlier run, through all the
 * checks that a fresh document has to pass: DISCOVERY_DONE then. False, and
 * nothing learned, where none is needed, or it is damaged, of another issuer, a
 * day old, or from a future that only a wrong clock can have seen.
 */
bool discovery_recall(struct discovery *discovery, const char *record,
		      size_t len, const struct event *event);

/* EVENT_START begins; EVENT_REPLY and EVENT_TICK go on; EVENT_CANCEL gives up.
 * Adds what it wants to *action, which the caller has cleared. */
void discovery_step(struct discovery *discovery, const struct event *event,
		    struct action *action);

int64_t discovery_deadline(const struct discovery *discovery);
enum discovery_state discovery_state(const struct discovery *discovery);

/* The document of the last success, on one line; NULL before. */
const char *discovery_document(const struct discovery *discovery);

/* How many documents have come from the issuer itself: where this has grown
 * there is something to keep. */
unsigned discovery_fetches(const struct discovery *discovery);

/* That document and when it came, as one line of JSON for the next run. The
 * caller owns it; NULL where there is none. */
char *discovery_record(const struct discovery *discovery);

/* Whether the issuer should be asked about an endpoint that was refused like
 * that: it was learned, and says nothing, or nothing in OAuth's words, as one
 * that is not there any more. */
bool discovery_doubts(const struct provider *provider,
		      const struct refusal *refusal);

/*
 * The issuer may also be asked beside something else that goes on. To be called
 * with every event then, first: true where that is all that the event is good
 * for, as what is due waits for the issuer's answer. A person does not wait.
 */
bool discovery_step_beside(struct discovery *discovery,
			   const struct event *event, struct action *action);

/* And last, where an endpoint is going to be used again: refusal is what it has
 * said last, NULL where it works. One that may have moved is asked for, once
 * until one works again. */
void discovery_watch(struct discovery *discovery, const struct refusal *refusal,
		     const struct event *event, struct action *action);

/* Whether an endpoint that was refused like that is to be asked for, and was
 * not yet. */
bool discovery_may_help(const struct discovery *discovery,
			const struct refusal *refusal);

/* An endpoint has failed for good: before it is used again, what the provider
 * has learned is to be read anew. */
void discovery_suspect(struct discovery *discovery);

/* Whether what the provider has learned is suspect, could not be read, or is
 * older than a document is good for: to be read anew, and used as it is where
 * that fails. */
bool discovery_is_stale(const struct discovery *discovery, int64_t now_ms);

/* Why there is no document; NULL: nothing has gone wrong since there was. */
const struct refusal *discovery_refusal(const struct discovery *discovery);

/* In DISCOVERY_FAILED: whether it was for want of an answer, and not because
 * of what the issuer said. */
bool discovery_is_away(const struct discovery *discovery);

#endif
