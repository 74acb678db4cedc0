/* SPDX-License-Identifier: MIT */
/*
 * Reads files that a user or an operator has written: configuration, themes,
 * secrets. Follows links, because such files are often kept elsewhere.
 */
#ifndef GRANTTY_IO_INPUT_H
#define GRANTTY_IO_INPUT_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;

enum input_result { INPUT_OK, INPUT_MISSING, INPUT_FAILED };

/*
 * Appends the file at path to out, whose cap limits the size. Refuses a file
 * that is not regular (a FIFO, a directory). *open_to_others is set to whether
 * group or others can read it; the pointer may be NULL. *err says what failed.
 */
enum input_result input_read(const char *path, struct buf *out,
			     bool *open_to_others, struct err *err);

/*
 * input_read() of a text file into an empty out: removes a UTF-8 byte order
 * mark, as some editors write it; refuses UTF-16 and NUL bytes.
 */
enum input_result input_read_text(const char *path, struct buf *out,
				  bool *open_to_others, struct err *err);

/*
 * Reads a secret: the first line of the file at path, at most max bytes; the
 * caller owns it (secret_free). NULL with *err if it is missing, empty or too
 * long, or if group or others can read it. guarded skips the last check, for a
 * file that is protected in another way (systemd's credentials).
 */
char *input_read_secret(const char *path, size_t max, bool guarded,
			struct err *err);

/*
 * True if path names a file directly in the directory of systemd's credentials
 * ($CREDENTIALS_DIRECTORY). systemd protects that directory, but its files can
 * look open to others: since version 254 they belong to root and have an ACL,
 * which shows as mode 0440.
 */
bool input_is_credential(const char *path);

/* Sets *err to "PATH holds a secret but others may read it: …". Always returns
 * false. */
bool input_complain_open(const char *path, struct err *err);

#endif
