/* SPDX-License-Identifier: MIT */
/*
 * Any text as a line of the log and as its fields: what goes to the journal is
 * one entry of its native protocol, with each field once, and no text makes a
 * field of its own.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "fuzz.h"
#include "io/journal.h"

ssize_t __wrap_sendto(int fd, const void *data, size_t n, int flags,
		      const struct sockaddr *to, socklen_t to_len);
int __wrap_access(const char *path, int mode);

static const char *const fields[] = {"GRANTTY_FLOW", "GRANTTY_SESSION",
				     "GRANTTY_ERROR", "GRANTTY_TRACKING_ID",
				     "GRANTTY_PROVIDER"};

enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

static struct {
	struct journal *journal;
	unsigned sent; /* entries */
} fixture;

/* Takes "NAME=" off; false where the line is of another name. */
static bool take_name(const char **line, const char *name)
{
	const size_t len = strlen(name);

	if (strncmp(*line, name, len) != 0 || (*line)[len] != '=')
		return false;
	*line += len + 1;
	return true;
}

/* Which of the fields it is, from 0; the value is clean. */
static unsigned check_line(const char *line)
{
	static const char *const always[] = {
		"MESSAGE", "PRIORITY", "SYSLOG_FACILITY", "SYSLOG_IDENTIFIER"};
	unsigned which = 0;

	for (size_t i = 0; i < 4; i++, which++) {
		if (take_name(&line, always[i]))
			goto found;
	}
	for (size_t i = 0; i < FIELDS; i++, which++) {
		if (take_name(&line, fields[i]))
			goto found;
	}
	fuzz_fail("a field that nobody has set", __FILE__, __LINE__);
found:
	must(text_is_clean(line, strlen(line)));
	must(which != 1 || (strlen(line) == 1 && strchr("3467", *line)));
	must(which != 2 || strcmp(line, "10") == 0);
	must(which != 3 || strcmp(line, "grantty") == 0);
	return which;
}

/* Takes the place of the journal's end of the socket. */
ssize_t __wrap_sendto(int fd, const void *data, size_t n, int flags,
		      const struct sockaddr *to, socklen_t to_len)
{
	char *entry = xstrndup(data, n);
	unsigned seen = 0;
	char *line, *rest = entry;

	(void)fd;
	must((flags & MSG_NOSIGNAL) != 0 && to->sa_family == AF_UNIX);
	must(to_len > sizeof(to->sa_family));
	must(n > 0 && strlen(entry) == n && entry[n - 1] == '\n');
	while (*rest != '\0') {
		unsigned bit;

		line = strsep(&rest, "\n");
		bit = 1U << check_line(line);
		must((seen & bit) == 0);
		seen |= bit;
	}
	must((seen & 15) == 15);
	free(entry);
	fixture.sent++;
	return (ssize_t)n;
}

/* There is a journal. */
int __wrap_access(const char *path, int mode)
{
	(void)path;
	(void)mode;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	struct log *log = log_new(3);
	char *text;

	if (fixture.journal == NULL)
		fixture.journal = journal_open();
	must(fixture.journal != NULL);
	log_set_level(log, LEVEL_DEBUG);
	log_to_sink(log, journal_add, fixture.journal);
	while (input.len > 0) {
		const unsigned what = input_choice(&input, FIELDS + 3);
		const unsigned level = input_choice(&input, LEVEL_DEBUG + 1);
		const unsigned before = fixture.sent;

		text = input_line(&input);
		if (what < FIELDS) {
			log_set_field(log, fields[what], text);
		} else {
			(what == FIELDS ? log_add_private : log_add)(
				log, 1795428001, (enum log_level)level, "%s",
				text != NULL ? text : "");
			must(fixture.sent == before + 1);
		}
		free(text);
	}
	log_free(log);
	return 0;
}
