/* SPDX-License-Identifier: MIT */
/*
 * The log: keeps the last lines for the screen and writes each line to a file,
 * syslog or standard error. Every line goes through text_clip(), so text from
 * outside cannot forge one. Callers must not log secrets.
 */
#ifndef GRANTTY_BASE_LOG_H
#define GRANTTY_BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

enum log_level { LEVEL_ERROR, LEVEL_WARN, LEVEL_INFO, LEVEL_DEBUG };

struct log_line {
	int64_t wall_s; /* Unix seconds */
	enum log_level level;
	int repeats;	/* consecutive repetitions of this line */
	char text[512]; /* as long as an err, or the advice would be cut off */
};

enum { LOG_FIELDS = 8 };

/* Structured fields, for logs that store them apart from the text. */
struct log_field {
	const char *name; /* a literal */
	char text[80];	  /* clean; "": none */
};

/* Receives a line and its n fields. Errors are ignored. */
typedef void log_sink(void *context, const struct log_line *line,
		      const struct log_field *fields, size_t n);

struct log;

/* Makes a log that keeps that number of lines (at least 1). log_free()
 * it. */
struct log *log_new(size_t kept);

/* Closes the file and frees the log; NULL is fine. */
void log_free(struct log *log);

/* Drops lines above this level. The default is LEVEL_INFO. */
void log_set_level(struct log *log, enum log_level level);

/* Also writes each line to fd ("2026-11-23T10:00:00Z info text"). The log
 * closes fd in the end unless it is 2. One write(2) per line; errors are
 * ignored. On a terminal, repeated lines are left out, and unless the level is
 * LEVEL_DEBUG only warnings and errors are written: more would push the
 * instructions for the user off the screen. */
void log_to_fd(struct log *log, int fd);

/* Also passes each line to syslog(3), facility LOG_AUTHPRIV. */
void log_to_syslog(struct log *log, const char *ident);

/* Also passes each line to sink, with context, which must outlive the log. */
void log_to_sink(struct log *log, log_sink *sink, void *context);

/* Sets a field of all later lines; there are at most LOG_FIELDS. name is a
 * literal. If text is NULL, the field is empty. */
void log_set_field(struct log *log, const char *name, const char *text);

/* Adds a line (printf format). In the line that is kept for the screen, an
 * email address is replaced by "(address)": the next user may read it. */
void log_add(struct log *log, int64_t wall_s, enum log_level level,
	     const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Adds a line that may name a user: it is written out in the same way, but not
 * kept for the screen. */
void log_add_private(struct log *log, int64_t wall_s, enum log_level level,
		     const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Forgets the lines that were kept: the screen's log is empty again. */
void log_clear(struct log *log);

/* The number of lines kept. */
size_t log_count(const struct log *log);

/* The i-th kept line, where 0 is the newest; NULL beyond the count. */
const struct log_line *log_line(const struct log *log, size_t i);

/* Increases with every line, so that a panel can tell whether it is up to
 * date. */
uint64_t log_serial(const struct log *log);

/* LOG_ERR, LOG_WARNING, … of syslog(3). */
int log_level_priority(enum log_level level);

#endif
