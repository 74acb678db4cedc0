/* SPDX-License-Identifier: MIT */
/*
 * Lists where a provider's answers deviate from RFC 8628 and the RFCs it builds
 * on, in a form that can be pasted into a bug report. Judges one answer at a
 * time, more strictly than reply.h, which only has to understand it. From the
 * answers, the list repeats only numbers, media types, host names and
 * well-known error codes.
 */
#ifndef GRANTTY_OAUTH_CONFORMANCE_H
#define GRANTTY_OAUTH_CONFORMANCE_H

#include <stdbool.h>
#include <stddef.h>

struct provider;
struct reply;

/* The probes. None of them needs a user, uses anything up or locks anything. */
enum probe {
	PROBE_DISCOVERY,  /* the issuer's document */
	PROBE_DEVICE,	  /* a device authorization request */
	PROBE_POLL,	  /* a timely poll for a code that was never shown */
	PROBE_BAD_CODE,	  /* a poll with an invalid device_code */
	PROBE_BAD_REFRESH /* a refresh with an invalid refresh_token */
};

struct finding {
	enum probe probe;
	bool allowed; /* by the RFC, but worth knowing */
	const char *reference;
	char text[200];
};

/* All zeros is an empty list. */
struct findings {
	struct finding *items;
	size_t count;
	unsigned judged; /* which probes were judged: 1 << probe */
};

void findings_free(struct findings *findings);

/* The number of deviations. */
size_t findings_deviations(const struct findings *findings);

/* "poll", "device authorization" …: the probe's name, for users. */
const char *probe_name(enum probe probe);

/*
 * Adds to findings whatever deviates from the RFCs in the answer. Judges
 * nothing if there is no answer, or if it only means "later" (5xx, 429 without
 * slow_down) or rejects the client itself.
 */
void conformance_judge(struct findings *findings, enum probe probe,
		       const struct provider *provider,
		       const struct reply *reply);

#endif
