/* SPDX-License-Identifier: MIT */
/*
 * Fetches an issuer's endpoints, as a pure state machine: first from the path
 * of OpenID Connect Discovery (section 4), then from that of RFC 8414 (section
 * 3.1). Endpoints that the configuration or the preset sets are never
 * overwritten.
 */
#ifndef GRANTTY_MACHINE_DISCOVERY_H
#define GRANTTY_MACHINE_DISCOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "machine/event.h"
#include "machine/states.h"

struct discovery;
struct provider;
struct oauth_failure;

enum discovery_state {
	DISCOVERY_IDLE,
	DISCOVERY_REQUESTING,  /* a request is under way */
	DISCOVERY_BACKING_OFF, /* temporary failure: waits to retry */
	DISCOVERY_DONE,	       /* the provider knows its endpoints */
	DISCOVERY_FAILED       /* discovery_oauth_failure() says why */
};

extern const struct states discovery_states;

/* How long a discovery document is considered fresh. */
enum { DISCOVERY_GOOD_FOR_S = 86400 };

/* The provider must outlive the machine, which fills it in. patience: how many
 * rounds may go unanswered before it gives up; 0: no limit. seed: any number,
 * for jitter. */
struct discovery *discovery_new(struct provider *provider, int patience,
				uint64_t seed);
void discovery_free(struct discovery *discovery); /* NULL is fine */

/* True if the provider lacks an endpoint that its issuer may publish. If
 * provider_is_complete(), the sign-in works without it. */
bool discovery_is_needed(const struct provider *provider);

/*
 * Loads what discovery_record() returned in an earlier run, with the same
 * checks as for a fresh document; the state is then DISCOVERY_DONE. Returns
 * false and learns nothing if discovery is not needed, or if the record is
 * damaged, from another issuer, a day old, or dated in the future because a
 * clock was wrong.
 */
bool discovery_recall(struct discovery *discovery, const char *record,
		      size_t len, const struct event *event);

/* EVENT_START begins; EVENT_REPLY and EVENT_TICK continue; EVENT_CANCEL gives
 * up. Adds its requests to *action, which the caller has cleared. */
void discovery_step(struct discovery *discovery, const struct event *event,
		    struct action *action);

int64_t discovery_deadline(const struct discovery *discovery);

/* What it waits for: LIVENESS_OVER when idle, done or failed. */
enum liveness discovery_liveness(const struct discovery *discovery);

enum discovery_state discovery_state(const struct discovery *discovery);

/* The number of documents fetched from the issuer itself. When it grows, there
 * is a new document to store. */
unsigned discovery_fetches(const struct discovery *discovery);

/* That document and the time it was fetched, as one line of JSON for the next
 * run. The caller owns it; NULL if there is no document. */
char *discovery_record(const struct discovery *discovery);

/* True if this failure suggests that a learned endpoint has moved, so that the
 * issuer should be queried again: there is no OAuth error, or only
 * "not_found", and the answer is not just unusable. */
bool discovery_may_have_moved(const struct provider *provider,
			      const struct oauth_failure *oauth_failure);

/*
 * Discovery can also run alongside another machine. In that case, call this
 * first with every event. True if the event needs no further handling: a reply
 * belongs to discovery, and ticks wait until it arrives. Any other event
 * cancels the discovery and is handled as usual, so that the user never waits
 * for it.
 */
bool discovery_step_alongside(struct discovery *discovery,
			      const struct event *event, struct action *action);

/* Call this last, when an endpoint is about to be used again: oauth_failure is
 * its most recent failure, NULL if it works. Queries the issuer if the endpoint
 * may have moved, but only once until an endpoint works again. */
void discovery_watch(struct discovery *discovery,
		     const struct oauth_failure *oauth_failure,
		     const struct event *event, struct action *action);

/* True if this failure calls for a query to the issuer, and none has been made
 * yet. */
bool discovery_may_help(const struct discovery *discovery,
			const struct oauth_failure *oauth_failure);

/* Reports that an endpoint has failed for good. What the provider has learned
 * is fetched again before its next use. */
void discovery_suspect(struct discovery *discovery);

/* True if what the provider has learned should be fetched again because it is
 * suspect, stale or could not be fetched. If that fails, it is used as it
 * is. */
bool discovery_is_stale(const struct discovery *discovery, int64_t now_ms);

/* Why there is no document; NULL if nothing has failed since the last one. */
const struct oauth_failure *discovery_oauth_failure(
	const struct discovery *discovery);

/* In DISCOVERY_FAILED: true if the issuer did not answer, false if its answer
 * was the reason. */
bool discovery_is_unreachable(const struct discovery *discovery);

#endif
