/* SPDX-License-Identifier: MIT */
/*
 * A file that others read, as the textfile collector of Prometheus' node
 * exporter does: always whole, and of no value after a power cut.
 */
#ifndef GRANTTY_IO_TEXTFILE_H
#define GRANTTY_IO_TEXTFILE_H

#include <stdbool.h>
#include <stddef.h>

struct err;

/* Replaces the file at path, mode 0644, by the n bytes at data. Waits for no
 * disk. False with *err where it cannot be written: it is as it was then. */
bool textfile_replace(const char *path, const void *data, size_t n,
		      struct err *err);

#endif
