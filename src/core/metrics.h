/* SPDX-License-Identifier: MIT */
/*
 * What an operator's monitoring wants to know of a screen: counts since the
 * program started, and no word about anybody. Opens no file.
 */
#ifndef GRANTTY_CORE_METRICS_H
#define GRANTTY_CORE_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/flow.h"
#include "core/session.h"

struct buf;
struct reply;
struct request;

/* What went wrong, as the label "kind". */
enum metric_error {
	METRIC_RESOLVE,
	METRIC_CONNECT,
	METRIC_TIMEOUT,
	METRIC_TLS,
	METRIC_TRANSPORT,     /* any other fault on the way */
	METRIC_RATE_LIMITED,  /* status 429 */
	METRIC_SERVER,	      /* status 5xx */
	METRIC_MISCONFIGURED, /* a sign-in ended so */
	METRIC_REFUSED,	      /* a sign-in ended so */
	METRIC_ERRORS
};

/* All zero to begin with. */
struct metrics {
	uint64_t codes; /* asked for */
	uint64_t polls; /* sent */
	uint64_t sign_ins;
	uint64_t denials;
	uint64_t expiries;
	uint64_t refreshes; /* that worked */
	uint64_t errors[METRIC_ERRORS];
	int64_t last_success_s; /* when the provider last gave tokens; 0 */
	uint64_t changes;	/* of any of these */
	enum flow_state flow;	/* as last seen */
	enum session_state session;
	bool arriving; /* granted, and not yet signed in */
};

/* A request goes out. */
void metrics_sent(struct metrics *metrics, const struct request *request);

/* An answer has come, or none. */
void metrics_answered(struct metrics *metrics, const struct reply *reply);

/* Looks at the machines after a step; flow is NULL where nobody signs in. */
void metrics_look(struct metrics *metrics, const struct flow *flow,
		  const struct session *session, int64_t wall_s);

/* Appends them in the text format of Prometheus. False where out takes no
 * more. */
bool metrics_print(const struct metrics *metrics, struct buf *out);

#endif
