/* SPDX-License-Identifier: MIT */
/*
 * Says once, and not every time, that the file cannot be written.
 */
#include "config.h"

#include "app/gauge.h"

#include "app/clock.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "io/textfile.h"

/* Prometheus seldom looks more often than this. */
#define PAUSE_MS 10000

#define TEXT_MAX ((size_t)64 * 1024)

static bool is_old(const struct gauge *gauge)
{
	return !gauge->begun || gauge->written != gauge->metrics.changes;
}

int64_t gauge_deadline(const struct gauge *gauge)
{
	return is_old(gauge) ? gauge->free_ms : NEVER_MS;
}

void gauge_write(struct gauge *gauge, bool last, struct log *log)
{
	int64_t now_ms = clock_now_ms();
	struct err err = {""};
	struct buf text;
	bool ok;

	if (!is_old(gauge) || (now_ms < gauge->free_ms && !last))
		return;
	buf_init(&text, TEXT_MAX);
	ok = metrics_print(&gauge->metrics, &text) &&
	     textfile_replace(gauge->path, buf_text(&text), text.len, &err);
	buf_free(&text);
	if (!ok && !gauge->failed)
		log_add(log, clock_wall_s(), LEVEL_ERROR,
			"metrics.textfile: %s", err.text);
	gauge->failed = !ok;
	gauge->begun = true;
	gauge->written = gauge->metrics.changes;
	gauge->free_ms = now_ms + PAUSE_MS;
}
