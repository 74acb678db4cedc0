/* SPDX-License-Identifier: MIT */
/*
 * A private file (io/file.h) of text, sealed where there is a key. What its
 * text says is the caller's matter.
 */
#ifndef GRANTTY_IO_SEALED_H
#define GRANTTY_IO_SEALED_H

#include <stdbool.h>

#include "base/crypto.h"
#include "io/file.h"

struct buf;
struct err;

/* Appends the text of the file to out. key: CRYPTO_KEY_SIZE bytes; NULL: it is
 * not sealed. REFUSED also where it does not open with that key. */
enum file_result sealed_read(int dir, const char *path,
			     const unsigned char *key, struct buf *out,
			     struct err *err);

/* Replaces the file by that text, as file_replace() does. */
bool sealed_replace(int dir, const char *path, const char *text,
		    const unsigned char *key, struct err *err);

#endif
