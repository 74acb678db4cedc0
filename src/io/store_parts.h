/* SPDX-License-Identifier: MIT */
/*
 * What the parts of a store share. For store.c and store_*.c alone: store.c
 * opens it, store_dir.c has its directory, store_lock.c its locks,
 * store_session.c the session and store_code.c the displayed code.
 */
#ifndef GRANTTY_IO_STORE_PARTS_H
#define GRANTTY_IO_STORE_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/crypto.h"
#include "base/err.h"
#include "io/store_result.h"
#include "machine/session_data.h"

struct serial;

enum { STORE_MAX_FILE = 1024 * 1024 };

struct store {
	char *path; /* NULL: in memory */
	char *lock_path;
	char *document_path;
	char *margin_path;
	char *try_path;
	char *code_path;
	char *code_lock_path;
	char *kiosk_lock_path;
	char *program; /* see store_name_program() */
	int dir;
	int lock;	/* -1: not locked */
	int code_lock;	/* -1: the code's lock is not held */
	int kiosk_lock; /* -1: the kiosk's lock is not held */
	bool reads_only;
	struct serial *saves; /* NULL: not sealed */
	int64_t serial;	      /* of the record last loaded or saved */
	unsigned char key[CRYPTO_KEY_SIZE];
	const unsigned char *seal_key; /* key; NULL: not sealed */
	struct err unlockable;	  /* why locking failed; "" if it did not */
	struct session_data kept; /* in memory; no provider: no session */
};

/* Opens the directory of the path, and makes it if it is missing unless the
 * store is to read: then it remains closed. False with *err if it cannot be
 * used. */
bool store_open_dir(struct store *store, struct err *err);

/*
 * Opens the directory again, as store_open() does, if it was deleted: nothing
 * can be saved in it, and locks in it keep no one out. Releases those, but for
 * the kiosk's, which it takes anew. False with *err if there is none that can
 * be used.
 */
bool store_reopen_dir(struct store *store, struct err *err);

/* Takes the lock at that path without waiting, into *lock: OK, BUSY or FAILED
 * with *err. */
enum store_result store_take_lock(const struct store *store, const char *path,
				  int *lock, struct err *err);

/* Takes the code's lock: OK, BUSY or FAILED with *err. A code sealed with
 * another key belongs to that key's holder as long as it exists. */
enum store_result store_enter_code(struct store *store, struct err *err);

/* Releases the code's lock. */
void store_leave_code(struct store *store);

#endif
