/* SPDX-License-Identifier: MIT */
/*
 * The results of grantty check: one row per check, printed immediately for
 * people or at the end as JSON for monitoring. Knows no check.
 */
#ifndef GRANTTY_APP_REPORT_H
#define GRANTTY_APP_REPORT_H

#include <stdbool.h>

struct err;
struct findings;
struct report;

enum report_outcome { OUTCOME_OK, OUTCOME_WARN, OUTCOME_FAIL };

/* json: print nothing before report_end(). For people, lines end between words:
 * at the width of the terminal, or in a pipe after 80 columns. A terminal gets
 * colours, unless NO_COLOR is set. */
struct report *report_new(bool json);

/* Prints nothing that is taken back later: a screen reader would read it. */
void report_plain(struct report *report);

void report_free(struct report *report); /* NULL is fine */

/*
 * Adds a row. check: its name, a literal that monitoring relies on. advice:
 * what to do, or NULL. The rest (printf format) is what was found; text from
 * outside is cleaned here.
 */
void report_row(struct report *report, enum report_outcome outcome,
		const char *check, const char *advice, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* report_row() for a check that passed: it needs no advice. */
void report_ok(struct report *report, const char *check, const char *format,
	       ...) __attribute__((format(printf, 3, 4)));

/* report_row() for a check that failed with an error, which says what to do. */
void report_err(struct report *report, const char *check,
		const struct err *err);

/*
 * A check that another failure, which has a row of its own, leaves without a
 * result. why: what follows "because". As JSON it is a row with that outcome;
 * people get one line for all that have the same reason.
 */
void report_skip(struct report *report, enum report_outcome outcome,
		 const char *check, const char *why);

/* On a terminal, says (printf format) what is going on, until the next row. */
void report_busy(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

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
