/* SPDX-License-Identifier: MIT */
/*
 * One datagram per line, as in https://systemd.io/JOURNAL_NATIVE_PROTOCOL/.
 * Does not use sd_journal_sendv(3), which blocks if the journal is stuck.
 */
#include "config.h"

#include "io/journal.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

enum { ENTRY_MAX = 4096 };

static const struct sockaddr_un address = {
	.sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/socket"};

struct journal {
	int fd;
};

struct journal *journal_open(void)
{
	struct journal *journal;
	int fd;

	if (access(address.sun_path, W_OK) != 0)
		return NULL;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return NULL;
	journal = xcalloc(1, sizeof(*journal));
	journal->fd = fd;
	return journal;
}

void journal_close(struct journal *journal)
{
	if (journal != NULL)
		close(journal->fd);
	free(journal);
}

/* Lines and fields are sanitized text, so none of them contains a newline. */
void journal_add(void *context, const struct log_line *line,
		 const struct log_field *fields, size_t n)
{
	const struct journal *journal = context;
	struct buf entry;

	buf_init(&entry, ENTRY_MAX);
	buf_addf(&entry, "MESSAGE=%s\nPRIORITY=%d\n", line->text,
		 log_level_priority(line->level));
	buf_addf(&entry, "SYSLOG_FACILITY=%d\nSYSLOG_IDENTIFIER=grantty\n",
		 LOG_FAC(LOG_AUTHPRIV));
	for (size_t i = 0; i < n; i++) {
		if (fields[i].text[0] != '\0')
			buf_addf(&entry, "%s=%s\n", fields[i].name,
				 fields[i].text);
	}
	/* Addressed each time: journald may have been restarted. */
	(void)sendto(journal->fd, buf_text(&entry), entry.len, MSG_NOSIGNAL,
		     (const struct sockaddr *)&address, sizeof(address));
	buf_free(&entry);
}
