/* SPDX-License-Identifier: MIT */
/*
 * The text of a session file: session data as JSON and back, sealed or not.
 * Opens no file.
 */
#ifndef GRANTTY_MACHINE_SESSION_RECORD_H
#define GRANTTY_MACHINE_SESSION_RECORD_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;
struct session_data;

/* A longer profile is left out: it can be fetched again. */
enum { SESSION_RECORD_MAX_PROFILE = 128 * 1024 };

enum session_record_result {
	SESSION_RECORD_OK,
	SESSION_RECORD_BAD,	  /* damaged; *err says how */
	SESSION_RECORD_NEWER,	  /* from a newer version of the program */
	SESSION_RECORD_LOCKED,	  /* sealed, and no key is given */
	SESSION_RECORD_OTHER_KEY, /* sealed with another key, or changed in a
				   * way that looks the same */
	SESSION_RECORD_PLAIN	  /* not sealed, although a key is given */
};

/* Appends the text of data to out, sealed with its serial number if key
 * (CRYPTO_KEY_SIZE bytes) is not NULL. False if out is full. */
bool session_record_write(struct buf *out, const struct session_data *data,
			  const unsigned char *key);

/*
 * Reads the len bytes at text into the empty *data, which is changed only for
 * SESSION_RECORD_OK. With a key, text that is not sealed is refused: anyone who
 * can write to the file could have put it there. *err is set to one clause ("it
 * is not JSON").
 */
enum session_record_result session_record_read(struct session_data *data,
					       const char *text, size_t len,
					       const unsigned char *key,
					       struct err *err);

#endif
