/* SPDX-License-Identifier: MIT */
/*
 * A private file (io/file.h) of text, sealed if there is a key. Does not
 * interpret the text.
 */
#ifndef GRANTTY_IO_SEALED_H
#define GRANTTY_IO_SEALED_H

#include <stdbool.h>

#include "base/crypto.h"
#include "io/file.h"

struct buf;
struct err;

/* Appends the text of the file to out. key: CRYPTO_KEY_SIZE bytes; NULL: it is
 * not sealed. FILE_REFUSED also if it cannot be opened with that key. */
enum file_result sealed_read(int dir, const char *path,
			     const unsigned char *key, struct buf *out,
			     struct err *err);

/* True if the file exists and is sealed with a key other than this one (NULL:
 * none): it then belongs to the holder of that other key. */
bool sealed_is_foreign(int dir, const char *path, const unsigned char *key);

/* Replaces the file with that text, as file_replace() does. */
bool sealed_replace(int dir, const char *path, const char *text,
		    const unsigned char *key, struct err *err);

#endif
