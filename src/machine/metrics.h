/* SPDX-License-Identifier: MIT */
/*
 * Metrics of a screen for an operator's monitoring: counts since the program
 * started, with no data about any user. Opens no file.
 */
#ifndef GRANTTY_MACHINE_METRICS_H
#define GRANTTY_MACHINE_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "machine/flow.h"
#include "machine/session.h"

struct buf;
struct reply;
struct request;

/* What failed, as the label "kind". */
enum metric_error {
	METRIC_RESOLVE,
	METRIC_CONNECT,
	METRIC_TIMEOUT,
	METRIC_TLS,
	METRIC_TRANSPORT,     /* any other transport failure */
	METRIC_RATE_LIMITED,  /* status 429 */
	METRIC_SERVER,	      /* status 5xx */
	METRIC_MISCONFIGURED, /* a sign-in that ended this way */
	METRIC_REFUSED,	      /* a sign-in that ended this way */
	METRIC_ERRORS
};

/* Initially all zero. */
struct metrics {
	uint64_t codes; /* requested */
	uint64_t polls; /* sent */
	uint64_t sign_ins;
	uint64_t denials;
	uint64_t expiries;
	uint64_t refreshes; /* that succeeded */
	uint64_t errors[METRIC_ERRORS];
	int64_t last_success_s; /* when the provider last issued tokens; 0:
				 * never */
	uint64_t changes;	/* of any of these */
	enum flow_state flow;	/* as last seen */
	enum session_state session;
	bool arriving; /* granted, but not signed in yet */
};

/* Counts a request that is being sent. */
void metrics_sent(struct metrics *metrics, const struct request *request);

/* Counts the outcome of a request. */
void metrics_answered(struct metrics *metrics, const struct reply *reply);

/* Updates the counts from the machines after a step; flow is NULL if no sign-in
 * is in progress. */
void metrics_observe(struct metrics *metrics, const struct flow *flow,
		     const struct session *session, int64_t wall_s);

/* Appends the metrics in the text format of Prometheus, with that label
 * "terminal" unless it is "". False if out is full. last: the program is
 * ending, so the metrics still have the counts, but no longer whether a user is
 * signed in. */
bool metrics_print(const struct metrics *metrics, const char *terminal,
		   bool last, struct buf *out);

#endif
