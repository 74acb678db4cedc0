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
	DISCOVERY_ASKING,  /* a request is under way */
	DISCOVERY_HOLDING, /* no answer for now: waits to ask again */
	DISCOVERY_DONE,	   /* the provider knows its endpoints */
	DISCOVERY_FAILED   /* discovery_refusal() says why */
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

/* EVENT_START begins; EVENT_REPLY and EVENT_TICK go on; EVENT_CANCEL gives up.
 * Adds what it wants to *action, which the caller has cleared. */
void discovery_step(struct discovery *discovery, const struct event *event,
		    struct action *action);

int64_t discovery_deadline(const struct discovery *discovery);
enum discovery_state discovery_state(const struct discovery *discovery);

/* The document of the last success as it came, for keeping; NULL before. */
const char *discovery_document(const struct discovery *discovery);

/* Why there is no document; NULL: nothing has gone wrong since there was. */
const struct refusal *discovery_refusal(const struct discovery *discovery);

/* In DISCOVERY_FAILED: whether it was for want of an answer, and not because
 * of what the issuer said. */
bool discovery_is_away(const struct discovery *discovery);

#endif
