/* SPDX-License-Identifier: MIT */
/*
 * Keeps metrics.textfile up to date: written after a change, and no more often
 * than it is usually read.
 */
#ifndef GRANTTY_APP_METRICS_FILE_H
#define GRANTTY_APP_METRICS_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "machine/metrics.h"

struct log;

enum { TERMINAL_BYTES = 64 };

struct metrics_file {
	struct metrics metrics;
	char *path;		       /* metrics_file_open() */
	char terminal[TERMINAL_BYTES]; /* the label; "": none */
	uint64_t written;	       /* metrics.changes at the last write */
	int64_t free_ms;	       /* not written before this time */
	bool begun;		       /* it was written at least once */
	bool failed; /* the last write failed, which is logged once */
};

/*
 * Names the file for the terminal at that descriptor: for grantty.prom,
 * grantty-tty1.prom. Several kiosks of one machine, with one configuration,
 * thus neither overwrite each other's file nor write the same series. Without a
 * terminal the name is used as it is. metrics_file_close() it.
 */
void metrics_file_open(struct metrics_file *metrics_file, const char *path,
		       int terminal);
void metrics_file_close(struct metrics_file *metrics_file);

/* When metrics_file_write() is due: NEVER_MS if nothing has changed. */
int64_t metrics_file_deadline(const struct metrics_file *metrics_file);

/* Writes the file if that is due. last: the program ends; writes it in any
 * case, as metrics_print() does then. Failures are logged. */
void metrics_file_write(struct metrics_file *metrics_file, bool last,
			struct log *log);

#endif
