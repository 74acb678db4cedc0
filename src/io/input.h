/* SPDX-License-Identifier: MIT */
/*
 * Reading what a person or an operator has written: configuration, themes,
 * secrets. Follows links, for such files are often kept elsewhere.
 */
#ifndef GRANTTY_IO_INPUT_H
#define GRANTTY_IO_INPUT_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;

enum input_result { INPUT_OK, INPUT_MISSING, INPUT_FAILED };

/*
 * Appends the file at path to out, whose cap is the most that is read. A file
 * that is not regular (a FIFO, a directory) is refused. *open_to_others tells
 * whether group or others may read it; NULL: the caller does not care. *err
 * says what failed.
 */
enum input_result input_read(const char *path, struct buf *out,
			     bool *open_to_others, struct err *err);

/*
 * Reads a secret: the first line of the file at path, at most max bytes, which
 * the caller owns (secret_free). NULL with *err where it is missing, empty or
 * too long, or, unless guarded says that something else keeps others out
 * (systemd its credentials), where group or others may read it.
 */
char *input_read_secret(const char *path, size_t max, bool guarded,
			struct err *err);

/*
 * Whether path names a file right in the folder of systemd's credentials
 * ($CREDENTIALS_DIRECTORY). systemd keeps others out of that folder; its files
 * may look open to others all the same, for since version 254 they are root's
 * with a list of who may read them, which shows as mode 0440.
 */
bool input_is_credential(const char *path);

/* Sets *err to "PATH holds a secret but others may read it: …". Always returns
 * false. */
bool input_complain_open(const char *path, struct err *err);

#endif
