/* SPDX-License-Identifier: MIT */
/*
 * Logs only once that the file cannot be written.
 */
#include "config.h"

#include "app/metrics_file.h"

#include "app/clock.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "io/textfile.h"

/* Prometheus rarely scrapes more often than this. */
#define PAUSE_MS 10000

#define TEXT_MAX ((size_t)64 * 1024)

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
	ok = metrics_print(&metrics_file->metrics, last, &text) &&
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
