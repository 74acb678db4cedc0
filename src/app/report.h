/* SPDX-License-Identifier: MIT */
/*
 * The results of grantty check: one row per check, printed immediately for
 * people or at the end as JSON for monitoring. Knows no check.
 */
#ifndef GRANTTY_APP_REPORT_H
#define GRANTTY_APP_REPORT_H

#include <stdbool.h>

struct findings;
struct report;

enum outcome { OUTCOME_OK, OUTCOME_WARN, OUTCOME_FAIL };

/* json: print nothing before report_end(). */
struct report *report_new(bool json);
void report_free(struct report *report); /* NULL is fine */

/*
 * Adds a row. check: its name, a literal that monitoring relies on. advice:
 * what to do, or NULL. The rest (printf format) is what was found; text from
 * outside is cleaned here.
 */
void report_row(struct report *report, enum outcome outcome, const char *check,
		const char *advice, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* True if any row is OUTCOME_FAIL. */
bool report_has_failed(const struct report *report);

/*
 * Ends the report, including how the provider of that label deviates from RFC
 * 8628; findings: NULL if that was not checked. False if it could not be
 * printed.
 */
bool report_end(struct report *report, const struct findings *findings,
		const char *label);

#endif
