/* SPDX-License-Identifier: MIT */
/*
 * The session file: JSON, mode 0600 in a directory of mode 0700, replaced
 * atomically under a lock. Does not decide when to do so.
 */
#ifndef GRANTTY_IO_STORE_H
#define GRANTTY_IO_STORE_H

#include <stdbool.h>

#include "io/store_result.h"

struct buf;
struct err;
struct session_data;
struct store;

/*
 * Opens a store at path. Makes its directory and those above it with mode 0700
 * if missing. If key_file is not NULL or "", the file is sealed with the
 * 32-byte key in that file, raw or as hexadecimal digits. path NULL: in memory,
 * for a shared screen. Removes what an interrupted save left behind. Closes the
 * directory to others if its name shows that it is this program's own. NULL
 * with *err if the directory cannot be made, belongs to another user or can be
 * written to by others, or if the key cannot be used.
 */
struct store *store_open(const char *path, const char *key_file,
			 struct err *err);

/* The same, read-only: makes, removes, renames and writes nothing. */
struct store *store_open_to_read(const char *path, const char *key_file,
				 struct err *err);

/* How a shell starts the program for this store, copied; "grantty" at first.
 * Messages that name a command begin it like that. */
void store_name_program(struct store *store, const char *program);
void store_close(struct store *store); /* unlocks; NULL is fine */

/*
 * The default path: $STATE_DIRECTORY/session.json, or
 * $XDG_STATE_HOME/grantty/session.json, or ~/.local/state/grantty/session.json.
 * The caller owns it. NULL with *err if none of these variables is set.
 */
char *store_default_path(struct err *err);

/* Takes the lock without waiting: OK, BUSY or FAILED. Taking it twice is fine.
 * If the directory was deleted, makes and opens it again like store_open(). */
enum store_result store_lock(struct store *store, struct err *err);
void store_unlock(struct store *store);

/*
 * Takes, without waiting, the lock FILE.kiosk.lock, which a kiosk holds until
 * store_close(), so that no two screens show the same user's session: OK, BUSY
 * or FAILED. A store in memory belongs to one process anyway.
 */
enum store_result store_lock_kiosk(struct store *store, struct err *err);

/*
 * Reads the session into the empty *data: OK, EMPTY, CORRUPT, FAILED, or BUSY
 * if it is damaged and another process holds the lock. Refuses, and does not
 * change, a file that is a symbolic link, not a regular file, owned by another
 * user, accessible to others, sealed without a key or with another key, not
 * sealed although there is a key, older than the last one saved (io/serial.h),
 * or from a newer version of the program. Needs no lock: the file is always
 * complete.
 */
enum store_result store_load(struct store *store, struct session_data *data,
			     struct err *err);

/*
 * Tries everything that saving a session needs (the lock; writing a file next
 * to it, to disk; removing that) and reads the stored session, without changing
 * it. OK, EMPTY, BUSY, CORRUPT (nothing is renamed), or FAILED.
 */
enum store_result store_try(struct store *store, struct err *err);

/*
 * Seals a session stored in the clear: OK, EMPTY, BUSY, CORRUPT (nothing is
 * renamed) or FAILED. *was_sealed: whether it was already sealed with this key.
 * Needs a key.
 */
enum store_result store_seal(struct store *store, bool *was_sealed,
			     struct err *err);

/* True if it would be noticed if an older session file were put back. */
bool store_notices_replay(const struct store *store);

/* Replaces the session; it is on disk when this returns. Needs the lock. */
bool store_save(struct store *store, const struct session_data *data,
		struct err *err);

/* Removes the session; fine if there is none. Needs the lock, whose file is not
 * empty from then on if there was one: the account has been in use. */
bool store_wipe(struct store *store, struct err *err);

/*
 * A discovery document is stored next to the session, as FILE.discovery, sealed
 * like the session. It can be fetched again, so an unusable one counts as none.
 * A store in memory keeps none.
 */

/* Appends the stored document to out; false if there is no usable one. */
bool store_load_document(const struct store *store, struct buf *out);

/* Replaces the stored document. Takes the lock if it is free, and does nothing
 * if another process holds it. False with *err if it cannot be written. */
bool store_save_document(struct store *store, const char *text,
			 struct err *err);

/* The same for the poll margin that the provider has turned out to need
 * (machine/poll_margin.h), as FILE.polling. */
bool store_load_margin(const struct store *store, struct buf *out);
bool store_save_margin(struct store *store, const char *text, struct err *err);

/*
 * The displayed code is stored there as well, as FILE.code, sealed like the
 * session, so that the next run can continue with it. Only one process at a
 * time holds the code's lock, until store_drop_code() or until that process
 * ends for any reason: no process resumes a code that another is still polling
 * for. It is a lock of its own because it is held as long as a code lives. A
 * store in memory keeps no code.
 */

/* Takes the code's lock and appends the code of an earlier run to out: OK,
 * EMPTY, BUSY, or FAILED with *err if the code is not usable. It is then
 * removed, unless it is sealed with another key; such a code is left alone
 * below, too, and the other functions fail. */
enum store_result store_take_code(struct store *store, struct buf *out,
				  struct err *err);

/* Takes the code's lock if it is free, and stores the code. False with *err if
 * it cannot be written. */
bool store_save_code(struct store *store, const char *text, struct err *err);

/* Removes the code, unless another process holds its lock, and releases the
 * lock. */
bool store_drop_code(struct store *store, struct err *err);

#endif
