/* SPDX-License-Identifier: MIT */
/*
 * The session file: JSON, mode 0600 in a directory of mode 0700, replaced
 * atomically under a lock. Knows nothing of when to do so.
 */
#ifndef GRANTTY_IO_STORE_H
#define GRANTTY_IO_STORE_H

#include <stdbool.h>

struct buf;
struct err;
struct session_data;
struct store;

enum store_result {
	STORE_OK,
	STORE_EMPTY,   /* nobody's session is there */
	STORE_BUSY,    /* another process holds the lock */
	STORE_CORRUPT, /* was set aside as FILE.corrupt; *err tells */
	STORE_FAILED   /* *err tells what and what to do */
};

/*
 * A store at path, whose directory is made with mode 0700 where it is missing,
 * and those above it. key_file "" or NULL: not sealed; else the file is sealed
 * with the 32 bytes that file holds, raw or as hexadecimal digits. path NULL:
 * in memory, for a shared screen. What a save that was cut short left behind is
 * removed. NULL with *err where the directory cannot be made, belongs to
 * somebody else or may be written to by others, or the key cannot be used.
 */
struct store *store_open(const char *path, const char *key_file,
			 struct err *err);
void store_close(struct store *store); /* unlocks; NULL is fine */

/*
 * The default path: $STATE_DIRECTORY/session.json, else
 * $XDG_STATE_HOME/grantty/session.json, else
 * ~/.local/state/grantty/session.json. The caller owns it. NULL with *err
 * where none of them is set.
 */
char *store_default_path(struct err *err);

/* Takes the lock without waiting: OK, BUSY or FAILED. Taking it twice is
 * fine. */
enum store_result store_lock(struct store *store, struct err *err);
void store_unlock(struct store *store);

/*
 * Reads the session into the empty *data: OK, EMPTY, CORRUPT, FAILED, or BUSY
 * where it is damaged and another process is at it. Refuses a file that is a
 * symbolic link, no regular file, owned by somebody else, open to others,
 * sealed without a key at hand, or from a newer version of the program. Needs
 * no lock: what it reads is always whole.
 */
enum store_result store_load(struct store *store, struct session_data *data,
			     struct err *err);

/*
 * Tries what saving a session needs, and reads the one that is there, without
 * changing it: the lock, another file beside it, written to the disk and
 * removed. OK, EMPTY, BUSY, CORRUPT (nothing is set aside), or FAILED.
 */
enum store_result store_try(struct store *store, struct err *err);

/* Replaces the session; on the disk when it returns. Needs the lock. */
bool store_save(struct store *store, const struct session_data *data,
		struct err *err);

/* Removes the session; fine where there is none. Needs the lock. */
bool store_wipe(struct store *store, struct err *err);

/*
 * A discovery document is kept beside the session, as FILE.discovery and sealed
 * as that is. It can be had again, so whatever is wrong with it is as if there
 * were none; in memory none is kept.
 */

/* Appends what is kept to out; false where there is nothing of use. */
bool store_load_document(const struct store *store, struct buf *out);

/* Keeps that instead. Takes the lock where it is free, and gives way where
 * another process has it. False with *err where it cannot be written. */
bool store_save_document(struct store *store, const char *text,
			 struct err *err);

/*
 * The code that is on show is kept there as well, as FILE.code and sealed as
 * that is, for the next run to go on with. Its place is one process's at a
 * time, until store_drop_code() or that process's end, however that comes: so
 * no code is taken up that somebody else is still asking about. The place has a
 * lock of its own, because it is held for as long as a code lives. In memory
 * nothing is kept.
 */

/* Takes the place and appends what an earlier run left in it to out: OK, EMPTY,
 * BUSY, or FAILED with *err where it is of no use, whatever it was: then it is
 * removed. */
enum store_result store_take_code(struct store *store, struct buf *out,
				  struct err *err);

/* Takes the place, where that is free, and keeps that in it. False with *err
 * where it cannot be written. */
bool store_save_code(struct store *store, const char *text, struct err *err);

/* Empties the place, unless it is another process's, and gives it up. */
bool store_drop_code(struct store *store, struct err *err);

#endif
