/* SPDX-License-Identifier: MIT */
/*
 * Sentences for a user, wrapped on a terminal; the log is one of their sources.
 */
#ifndef GRANTTY_APP_PLAIN_SAY_H
#define GRANTTY_APP_PLAIN_SAY_H

#include <stdbool.h>
#include <stdio.h>

#include "base/log.h"

struct setup;
struct visit;

/* Prints a sentence (printf format) and then end, and flushes the stream. On a
 * terminal, lines end between words. */
void plain_say(FILE *stream, const char *end, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The log as a user on a terminal reads it. */
struct plain_log {
	const struct visit *visit;
	bool muted; /* what happens now needs no line; the caller sets it */
	char last[sizeof(((struct log_line *)NULL)->text)];
};

/*
 * Sends the log to standard error, unless the configuration sends it elsewhere.
 * On a terminal only errors are said, without time and level, and neither
 * repetitions nor what plain_trouble says; but everything if the level is
 * LEVEL_DEBUG. *log and visit must outlive the log of the setup.
 */
void plain_say_log(struct plain_log *log, struct setup *setup,
		   const struct visit *visit);

#endif
