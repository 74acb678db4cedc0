/* SPDX-License-Identifier: MIT */
/*
 * What happened, one line at a time: the last lines kept for the screen, and
 * each line passed on to a file, syslog or standard error. Every line goes
 * through text_clip(), so nothing from outside can forge one. Secrets never
 * come here: that is the callers' duty.
 */
#ifndef GRANTTY_BASE_LOG_H
#define GRANTTY_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LEVEL_ERROR, LEVEL_WARN, LEVEL_INFO, LEVEL_DEBUG };

struct log_line {
	int64_t wall_s; /* Unix seconds */
	enum log_level level;
	int repeats; /* how often this very line came again in a row */
	char text[200];
};

enum { LOG_FIELDS = 8 };

/* What lines are about, for logs that keep such things apart from the text. */
struct log_field {
	const char *name; /* a literal */
	char text[80];	  /* clean; "": there is none */
};

/* Passes a line and its n fields on; what goes wrong is ignored. */
typedef void log_sink(void *context, const struct log_line *line,
		      const struct log_field *fields, size_t n);

struct log;

/* A log that keeps its last lines lines (at least 1). log_free() ends it. */
struct log *log_new(size_t lines);

/* Closes the file; NULL is fine. */
void log_free(struct log *log);

/* Lines above this level are dropped. LEVEL_INFO from the start. */
void log_set_level(struct log *log, enum log_level level);

/* Also writes each line to fd ("2026-11-23T10:00:00Z info text"), which the
 * log closes in the end unless it is 2. One write(2) a line; errors ignored. */
void log_to_fd(struct log *log, int fd);

/* Also passes each line to syslog(3), facility LOG_AUTHPRIV. */
void log_to_syslog(struct log *log, const char *ident);

/* Also passes each line to that function, with that context, which must outlive
 * the log. */
void log_to_sink(struct log *log, log_sink *sink, void *context);

/* Sets a field of all lines from now on, of LOG_FIELDS at most. name: a
 * literal. text NULL: there is none. */
void log_set_field(struct log *log, const char *name, const char *text);

/* Adds a line (printf format). */
void log_add(struct log *log, int64_t wall_s, enum log_level level,
	     const char *format, ...) __attribute__((format(printf, 4, 5)));

/* How many lines are kept now. */
size_t log_count(const struct log *log);

/* The i-th kept line, 0 the newest; NULL beyond the count. */
const struct log_line *log_line(const struct log *log, size_t i);

/* Grows with every line, so that a panel can tell whether it is up to date. */
uint64_t log_serial(const struct log *log);

/* "error", "warn", "info", "debug". */
const char *log_level_name(enum log_level level);

/* LOG_ERR, LOG_WARNING, … of syslog(3). */
int log_level_priority(enum log_level level);

#endif
