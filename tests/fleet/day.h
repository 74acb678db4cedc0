/* SPDX-License-Identifier: MIT */
/*
 * A day in the life of a fleet, as a file describes it: how many kiosks, when
 * people come to them, and what happens to the power and to the provider.
 */
#ifndef GRANTTY_TESTS_FLEET_DAY_H
#define GRANTTY_TESTS_FLEET_DAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "practice/poll_clock.h"

struct err;

enum { DAY_HOURS = 24, DAY_MAX_OUTAGES = 8 };

/* How the provider is away. */
enum outage_kind {
	OUTAGE_REFUSED, /* nothing listens */
	OUTAGE_SILENT,	/* requests run into their time limit */
	OUTAGE_BUSY	/* every answer is a 503 */
};

struct outage {
	enum outage_kind kind;
	int64_t from_ms, until_ms; /* of the day */
};

struct day {
	char name[64]; /* the file's, without folder and ending */
	int64_t kiosks;
	int64_t length_ms;
	bool start_key;		/* kiosk.start */
	int64_t boot_ms;	/* power returns then, to all of them ... */
	int64_t boot_spread_ms; /* ... and booting takes so much longer for
				 * some than for others */

	/* People: so many come to each kiosk in 24 hours, by the hour's weight.
	 * They take so long to approve once a code is there, and so long until
	 * they sign out. */
	double visitors;
	double weights[DAY_HOURS];
	int64_t approve_min_ms, approve_max_ms;
	int64_t stay_min_ms, stay_max_ms;
	int64_t leave_percent; /* who go away without approving */
	int64_t deny_percent;

	/* The provider. */
	int64_t latency_min_ms, latency_max_ms;
	int64_t interval_s, expires_in_s, token_life_s;
	enum poll_clock poll_clock;
	int64_t kept_margin_ms; /* what kiosks have learned about it before the
				 * day; 0: nothing */
	int64_t capacity;	/* requests per second; the rest gets a 429 with
				 * Retry-After; 0: no limit */
	int64_t retry_after_s;
	struct outage outages[DAY_MAX_OUTAGES];
	size_t outage_count;

	/* Goals; 0: none. */
	double goal_boot_peak;	 /* highest second after the power's return,
				  * over the mean of the minute after it */
	double goal_outage_peak; /* highest second of the ten minutes after an
				  * outage, over that of the ten before */
	int64_t goal_wait_ms;	 /* the longest that a person waits for a code
				  * while the provider is there */
};

/* Sets how the provider times polls: "real", "whole-seconds", "more-seconds" or
 * "seconds-up". False with *err if it is none of these. */
bool day_set_poll_clock(struct day *day, const char *name, struct err *err);

/* Reads the file at path, in the grammar of the configuration. False with *err
 * where it cannot be read or a value is missing, of another type or unknown. */
bool day_read(struct day *day, const char *path, struct err *err);

#endif
