/* SPDX-License-Identifier: MIT */
/*
 * Where a provider's answers differ from the text of RFC 8628 and of what it
 * builds upon, for a list that can be pasted into a bug report. Judges one
 * answer at a time and is stricter than reply.h, which only has to understand.
 * Nothing that was in an answer gets into the list but numbers, media types
 * and error codes that everybody knows.
 */
#ifndef GRANTTY_CORE_CONFORMANCE_H
#define GRANTTY_CORE_CONFORMANCE_H

#include <stdbool.h>
#include <stddef.h>

struct provider;
struct reply;

/* What was asked. None of it needs a person, uses anything up or locks. */
enum probe {
	PROBE_DISCOVERY,  /* the issuer's document */
	PROBE_DEVICE,	  /* a device authorization request */
	PROBE_POLL,	  /* a poll, in time, for a code nobody has seen */
	PROBE_BAD_CODE,	  /* a poll with a device_code that is none */
	PROBE_BAD_REFRESH /* a refresh with a refresh_token that is none */
};

struct finding {
	enum probe probe;
	bool allowed; /* by the RFC, but worth knowing */
	const char *reference;
	char text[200];
};

/* All zero is an empty list. */
struct findings {
	struct finding *items;
	size_t count;
	unsigned judged; /* which probes there is a judgement of: 1 << probe */
};

void findings_free(struct findings *findings);

/* How many are deviations. */
size_t findings_deviations(const struct findings *findings);

/* "poll", "device authorization" …: what was asked, for people. */
const char *probe_name(enum probe probe);

/*
 * Adds to findings what is not as the RFCs have it in that answer. Where none
 * came, or only one that says "later" (5xx, 429), or one that refuses the
 * client itself, there is nothing to judge.
 */
void conformance_judge(struct findings *findings, enum probe probe,
		       const struct provider *provider,
		       const struct reply *reply);

#endif
