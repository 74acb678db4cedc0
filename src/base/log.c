/* SPDX-License-Identifier: MIT */
/*
 * Keeps the last lines in a ring and writes each line out. Reads no clock: the
 * caller passes the time. A log that cannot be written must not stop a sign-in,
 * so write errors are ignored.
 */
#include "config.h"

#include "base/log.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

enum { NO_FD = -1 };

struct log {
	struct log_line *lines; /* a ring */
	size_t size;
	size_t count;
	size_t next; /* where the next line goes */
	uint64_t serial;
	enum log_level level;
	int fd;
	bool for_user; /* fd is a terminal */
	char *ident;   /* syslog(3) keeps the pointer; NULL: no syslog */
	log_sink *sink;
	void *sink_context;
	struct log_field fields[LOG_FIELDS];
	size_t field_count;
};

static const struct {
	const char *name;
	int priority; /* of syslog(3) */
} levels[] = {
	[LEVEL_ERROR] = {"error", LOG_ERR},
	[LEVEL_WARN] = {"warn", LOG_WARNING},
	[LEVEL_INFO] = {"info", LOG_INFO},
	[LEVEL_DEBUG] = {"debug", LOG_DEBUG},
};

/* One write(2) per line: with O_APPEND, lines of several processes do not
 * mix. */
static void write_line(int fd, const struct log_line *line)
{
	char text[sizeof(line->text) + 64], when[40] = "-";
	time_t wall_s = (time_t)line->wall_s;
	struct tm utc;
	int n;

	if (gmtime_r(&wall_s, &utc) != NULL)
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc);
	n = snprintf(text, sizeof(text), "%s %s %s\n", when,
		     levels[line->level].name, line->text);
	if (n < 0 || (size_t)n >= sizeof(text))
		return;
	if (write(fd, text, (size_t)n) < 0)
		return; /* there is nowhere to report it */
}

/* Copies the text without the email addresses that a provider may have put into
 * its words. dst has four times the size of src, so that everything fits. */
static void hide_addresses(char *dst, const char *src)
{
	static const char outside[] = " ()<>[]\"',;:";
	static const char instead[] = "(address)";

	while (*src != '\0') {
		const size_t len = strcspn(src, outside);
		const char *at = memchr(src, '@', len);

		if (at != NULL && at > src && at + 1 < src + len) {
			memcpy(dst, instead, sizeof(instead) - 1);
			dst += sizeof(instead) - 1;
			src += len;
			continue;
		}
		memcpy(dst, src, len > 0 ? len : 1);
		dst += len > 0 ? len : 1;
		src += len > 0 ? len : 1;
	}
	*dst = '\0';
}

/* Adds the line to the ring, without email addresses. False if it repeats the
 * newest line, which is then only counted. */
static bool keep(struct log *log, struct log_line line)
{
	struct log_line *newest =
		&log->lines[(log->next + log->size - 1) % log->size];
	char shown[4 * sizeof(line.text)];

	if (strchr(line.text, '@') != NULL) {
		hide_addresses(shown, line.text);
		text_clip(line.text, sizeof(line.text), shown, strlen(shown),
			  -1, TEXT_DOTS);
	}
	log->serial++;
	if (log->count > 0 && newest->level == line.level &&
	    strcmp(newest->text, line.text) == 0) {
		newest->wall_s = line.wall_s; /* time of the last repetition */
		if (newest->repeats < INT_MAX)
			newest->repeats++;
		return false;
	}
	log->lines[log->next] = line;
	log->next = (log->next + 1) % log->size;
	if (log->count < log->size)
		log->count++;
	return true;
}

/* On a terminal the user reads instructions: routine and repeated lines would
 * push them off the screen. */
static bool is_for_fd(const struct log *log, const struct log_line *line,
		      bool new)
{
	if (log->fd == NO_FD)
		return false;
	if (!log->for_user || log->level == LEVEL_DEBUG)
		return new || !log->for_user;
	return new && line->level <= LEVEL_WARN;
}

static void close_fd(struct log *log)
{
	if (log->fd != NO_FD && log->fd != STDERR_FILENO)
		close(log->fd);
	log->fd = NO_FD;
}

static void close_syslog(struct log *log)
{
	if (log->ident != NULL)
		closelog();
	free(log->ident);
	log->ident = NULL;
}

struct log *log_new(size_t kept)
{
	struct log *log = xcalloc(1, sizeof(*log));

	log->size = kept > 0 ? kept : 1;
	/* Not cleared, which would use memory for lines that are not there. */
	log->lines = xreallocarray(NULL, log->size, sizeof(*log->lines));
	log->level = LEVEL_INFO;
	log->fd = NO_FD;
	return log;
}

void log_free(struct log *log)
{
	if (log == NULL)
		return;
	close_fd(log);
	close_syslog(log);
	free(log->lines);
	free(log);
}

void log_set_level(struct log *log, enum log_level level)
{
	log->level = level;
}

void log_to_fd(struct log *log, int fd)
{
	if (fd != log->fd)
		close_fd(log);
	log->fd = fd;
	log->for_user = isatty(fd);
}

void log_to_syslog(struct log *log, const char *ident)
{
	close_syslog(log);
	log->ident = xstrdup(ident);
	openlog(log->ident, LOG_PID, LOG_AUTHPRIV);
}

void log_to_sink(struct log *log, log_sink *sink, void *context)
{
	log->sink = sink;
	log->sink_context = context;
}

void log_set_field(struct log *log, const char *name, const char *text)
{
	struct log_field *field = log->fields;
	size_t i = 0;

	while (i < log->field_count && strcmp(field[i].name, name) != 0)
		i++;
	if (i == LOG_FIELDS)
		return;
	if (i == log->field_count)
		log->field_count++;
	field[i].name = name;
	text = text != NULL ? text : "";
	text_clip(field[i].text, sizeof(field[i].text), text, strlen(text), -1,
		  0);
}

/* is_private: not kept for the screen. */
static void __attribute__((format(printf, 5, 0)))
add(struct log *log, int64_t wall_s, enum log_level level, bool is_private,
    const char *format, va_list args)
{
	struct log_line line = {.wall_s = wall_s, .level = level};
	char raw[4 * sizeof(line.text)];
	bool new;

	if (level > log->level)
		return;
	if (vsnprintf(raw, sizeof(raw), format, args) < 0)
		raw[0] = '\0';
	text_clip(line.text, sizeof(line.text), raw, strlen(raw), -1,
		  TEXT_DOTS);
	new = is_private || keep(log, line);
	if (is_for_fd(log, &line, new))
		write_line(log->fd, &line);
	if (log->ident != NULL)
		syslog(LOG_AUTHPRIV | log_level_priority(level), "%s",
		       line.text);
	if (log->sink != NULL)
		log->sink(log->sink_context, &line, log->fields,
			  log->field_count);
}

void log_add(struct log *log, int64_t wall_s, enum log_level level,
	     const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(log, wall_s, level, false, format, args);
	va_end(args);
}

void log_add_private(struct log *log, int64_t wall_s, enum log_level level,
		     const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(log, wall_s, level, true, format, args);
	va_end(args);
}

void log_clear(struct log *log)
{
	/* Only what was used: untouched memory stays unused. */
	memset(log->lines, 0, log->count * sizeof(*log->lines));
	log->count = log->next = 0;
	log->serial++;
}

size_t log_count(const struct log *log)
{
	return log->count;
}

const struct log_line *log_line(const struct log *log, size_t i)
{
	if (i >= log->count)
		return NULL;
	return &log->lines[(log->next + log->size - 1 - i) % log->size];
}

uint64_t log_serial(const struct log *log)
{
	return log->serial;
}

int log_level_priority(enum log_level level)
{
	return levels[level].priority;
}
