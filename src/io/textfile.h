/* SPDX-License-Identifier: MIT */
/*
 * A file that other programs read, such as the textfile collector of
 * Prometheus' node exporter: always complete, and of no value after a power
 * failure.
 */
#ifndef GRANTTY_IO_TEXTFILE_H
#define GRANTTY_IO_TEXTFILE_H

#include <stdbool.h>
#include <stddef.h>

struct err;

/* Replaces the file at path, mode 0644, with the n bytes at data. Does not
 * sync. False with *err if it cannot be written; the file is then unchanged. */
bool textfile_replace(const char *path, const void *data, size_t n,
		      struct err *err);

#endif
