/* SPDX-License-Identifier: MIT */
/*
 * The text of a session file: session data as JSON and back, sealed or not.
 * Opens no file.
 */
#ifndef GRANTTY_CORE_RECORD_H
#define GRANTTY_CORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;
struct session_data;

/* A longer profile is left out: it can be read again. */
enum { RECORD_MAX_PROFILE = 128 * 1024 };

enum record_result {
	RECORD_OK,
	RECORD_BAD,   /* damaged; *err says how */
	RECORD_NEWER, /* from a version of the program that is not known here */
	RECORD_LOCKED /* sealed, and there is no key */
};

/* Appends the text of data to out, sealed where key (CRYPTO_KEY_SIZE bytes) is
 * not NULL. False where out takes no more. */
bool record_write(struct buf *out, const struct session_data *data,
		  const unsigned char *key);

/*
 * Reads the len bytes at text into the empty *data, which is touched for
 * RECORD_OK only. A text that is not sealed is read with a key as well: the
 * next record_write() seals it. *err says one clause ("it is not JSON").
 */
enum record_result record_read(struct session_data *data, const char *text,
			       size_t len, const unsigned char *key,
			       struct err *err);

#endif
