/* SPDX-License-Identifier: MIT */
/*
 * Logs only once that the file cannot be written.
 */
#include "config.h"

#include "app/metrics_file.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/clock.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "io/textfile.h"

/* Prometheus rarely scrapes more often than this. */
#define PAUSE_MS 10000

#define TEXT_MAX ((size_t)64 * 1024)

/* What a terminal's name keeps in a file's name and in a label. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

/*
 * The name below /dev, as systemd writes it in the names of units: "tty1",
 * "pts-3"; "" if there is none. Not ttyname(), which looks for the device
 * itself: with PrivateDevices= it is not in /dev.
 */
static void name_terminal(char name[TERMINAL_BYTES], int fd)
{
	static const char folder[] = "/dev/";
	const char *rest = NULL;
	char link[32], path[PATH_MAX];
	ssize_t len = -1;
	size_t i = 0;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (isatty(fd))
		len = readlink(link, path, sizeof(path) - 1);
	if (len > 0) {
		path[len] = '\0';
		rest = strstr(path, folder);
	}
	if (rest != NULL)
		rest += sizeof(folder) - 1;
	for (; rest != NULL && rest[i] != '\0' && i < TERMINAL_BYTES - 1; i++)
		name[i] = strchr(plain, rest[i]) != NULL ? rest[i] : '-';
	name[i] = '\0';
}

void metrics_file_open(struct metrics_file *metrics_file, const char *path,
		       int terminal)
{
	const char *slash = strrchr(path, '/');
	const char *end = strrchr(slash != NULL ? slash : path, '.');

	name_terminal(metrics_file->terminal, terminal);
	if (end == NULL)
		end = path + strlen(path);
	metrics_file->path =
		xasprintf("%.*s%s%s%s", (int)(end - path), path,
			  metrics_file->terminal[0] != '\0' ? "-" : "",
			  metrics_file->terminal, end);
}

void metrics_file_close(struct metrics_file *metrics_file)
{
	free(metrics_file->path);
	metrics_file->path = NULL;
}

static bool is_old(const struct metrics_file *metrics_file)
{
	return !metrics_file->begun ||
	       metrics_file->written != metrics_file->metrics.changes;
}

int64_t metrics_file_deadline(const struct metrics_file *metrics_file)
{
	return is_old(metrics_file) ? metrics_file->free_ms : NEVER_MS;
}

void metrics_file_write(struct metrics_file *metrics_file, bool last,
			struct log *log)
{
	int64_t now_ms = clock_now_ms();
	struct err err = {""};
	struct buf text;
	bool ok;

	if (!last && (!is_old(metrics_file) || now_ms < metrics_file->free_ms))
		return;
	buf_init(&text, TEXT_MAX);
	ok = metrics_print(&metrics_file->metrics, metrics_file->terminal, last,
			   &text) &&
	     textfile_replace(metrics_file->path, buf_text(&text), text.len,
			      &err);
	buf_free(&text);
	if (!ok && !metrics_file->failed)
		log_add(log, clock_wall_s(), LEVEL_ERROR,
			"metrics.textfile: %s", err.text);
	metrics_file->failed = !ok;
	metrics_file->begun = true;
	metrics_file->written = metrics_file->metrics.changes;
	metrics_file->free_ms = now_ms + PAUSE_MS;
}
