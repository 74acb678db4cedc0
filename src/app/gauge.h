/* SPDX-License-Identifier: MIT */
/*
 * Keeps metrics.textfile up to date: written when something has changed, and
 * not more often than anybody reads it.
 */
#ifndef GRANTTY_APP_GAUGE_H
#define GRANTTY_APP_GAUGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/metrics.h"

struct log;

struct gauge {
	struct metrics metrics;
	const char *path; /* borrowed */
	uint64_t written; /* metrics.changes that the file shows */
	int64_t free_ms;  /* not written before */
	bool begun;	  /* it was written once */
	bool failed;	  /* the last time, which the log says once */
};

/* When gauge_write() has something to do: NEVER_MS where not. */
int64_t gauge_deadline(const struct gauge *gauge);

/* Writes the file where that is due; last: also where it is too early, for
 * there will be no later. What goes wrong is logged. */
void gauge_write(struct gauge *gauge, bool last, struct log *log);

#endif
