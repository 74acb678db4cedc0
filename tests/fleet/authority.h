/* SPDX-License-Identifier: MIT */
/*
 * The modelled authorization server of a fleet: what each device is told, what
 * the server's limits and outages do to that, and how many requests came in
 * which second.
 */
#ifndef GRANTTY_TESTS_FLEET_AUTHORITY_H
#define GRANTTY_TESTS_FLEET_AUTHORITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/event.h"
#include "day.h"

/* What the server knows of one device. */
struct device {
	int64_t code_until_ms; /* the code's end; 0: it has none */
	int64_t polled_ms;     /* the last poll of that code */
	int64_t interval_ms;   /* longer after a slow_down */
	unsigned slow_downs;   /* to all its codes */
	bool approved, denied;
};

struct authority {
	const struct day *day;
	uint64_t seed;
	int64_t second; /* the present one, and how many it has taken */
	int64_t taken;
	uint32_t *seconds; /* requests in each second of the day */
	uint64_t requests[REQUEST_KINDS];
	uint64_t limited;   /* answered with 429 */
	uint64_t too_early; /* polls before the interval was over */
	uint64_t slow_downs;
	unsigned most_slow_downs; /* to one device */
};

void authority_init(struct authority *authority, const struct day *day,
		    uint64_t seed);
void authority_free(struct authority *authority); /* the content */

/* The person at that device has decided. */
void authority_approve(struct device *device, bool yes);

/*
 * Takes a request that is sent at now_ms of the day. *reply is the answer,
 * borrowed for ever; returned is the time at which it arrives.
 */
int64_t authority_answer(struct authority *authority, struct device *device,
			 const struct request *request, int64_t now_ms,
			 struct reply *reply);

/* True if the provider is away then. */
bool authority_is_away(const struct authority *authority, int64_t now_ms);

/* NULL for a kind that is not modelled. */
const char *authority_request_name(enum request_kind kind);

#endif
