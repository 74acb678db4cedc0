/* SPDX-License-Identifier: MIT */
/*
 * Connects the text of a session (machine/session_record.h) with its file
 * (io/file.h), under a separate lock file. That one is never removed: if it
 * were, two processes could hold the lock at once.
 */
#include "config.h"

#include "io/store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/mem.h"
#include "io/file.h"
#include "io/key_file.h"
#include "io/sealed.h"
#include "io/serial.h"
#include "machine/session_data.h"
#include "machine/session_record.h"

enum { MAX_FILE = 1024 * 1024 };

struct store {
	char *path; /* NULL: in memory */
	char *lock_path;
	char *document_path;
	char *margin_path;
	char *try_path;
	char *code_path;
	char *code_lock_path;
	char *kiosk_lock_path;
	int dir;
	int lock;	/* -1: not locked */
	int code_lock;	/* -1: the code's lock is not held */
	int kiosk_lock; /* -1: the kiosk's lock is not held */
	bool reads_only;
	bool sealed;
	struct serial *saves; /* NULL: not sealed */
	int64_t serial;	      /* of the record last loaded or saved */
	unsigned char key[CRYPTO_KEY_SIZE];
	struct err unlockable;	  /* why locking failed; "" if it did not */
	struct session_data kept; /* in memory; no provider: no session */
};

/* The directory part of path: "." if there is none. */
static char *dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return xstrdup(".");
	return slash == path ? xstrdup("/")
			     : xstrndup(path, (size_t)(slash - path));
}

static char *with_suffix(const char *path, const char *suffix)
{
	struct buf longer;

	buf_init(&longer, MAX_FILE);
	buf_addf(&longer, "%s%s", path, suffix);
	return buf_take(&longer);
}

/* True if the directory is named after this program and so holds nothing
 * else. */
static bool is_own(const char *dir)
{
	const char *slash = strrchr(dir, '/');

	return strcmp(slash != NULL ? slash + 1 : dir, PACKAGE_NAME) == 0;
}

static bool make_dir(struct store *store, const char *dir, struct err *err)
{
	store->dir = file_open_dir(dir, err);
	return store->dir >= 0 &&
	       (!is_own(dir) || file_close_dir_to_others(store->dir, dir, err));
}

/* Without the directory there is no session. */
static bool find_dir(struct store *store, const char *dir, struct err *err)
{
	struct err why = {""};

	store->dir = file_find_dir(dir, &why);
	return store->dir >= 0 || why.text[0] == '\0' ||
	       err_set(err, "%s", why.text);
}

static bool open_dir(struct store *store, const char *path, struct err *err)
{
	char *dir;
	bool ok;

	if (*path == '\0' || path[strlen(path) - 1] == '/')
		return err_set(err,
			       "The session file \"%s\" has no file name: set "
			       "session.file to a file, not to a directory.",
			       path);
	store->path = xstrdup(path);
	store->lock_path = with_suffix(path, ".lock");
	store->document_path = with_suffix(path, ".discovery");
	store->margin_path = with_suffix(path, ".polling");
	store->try_path = with_suffix(path, ".try");
	store->code_path = with_suffix(path, ".code");
	store->code_lock_path = with_suffix(path, ".code.lock");
	store->kiosk_lock_path = with_suffix(path, ".kiosk.lock");
	dir = dir_of(path);
	if (store->reads_only)
		ok = find_dir(store, dir, err);
	else
		ok = make_dir(store, dir, err);
	free(dir);
	return ok;
}

static enum store_result take(const struct store *store, const char *path,
			      int *lock, struct err *err)
{
	switch (file_lock(store->dir, path, lock, err)) {
	case FILE_OK:
		return STORE_OK;
	case FILE_LOCKED:
		return STORE_BUSY;
	case FILE_MISSING:
	case FILE_REFUSED:
		break;
	}
	return STORE_FAILED;
}

/* NULL: not sealed. */
static const unsigned char *key_of(const struct store *store)
{
	return store->sealed ? store->key : NULL;
}

/* Releases the code's lock. */
static void leave_code(struct store *store)
{
	if (store->code_lock >= 0)
		close(store->code_lock);
	store->code_lock = -1;
}

/* Takes the code's lock. A code sealed with another key belongs to that key's
 * holder as long as it exists. */
static enum store_result enter_code(struct store *store, struct err *err)
{
	enum store_result result;

	if (store->code_lock >= 0)
		return STORE_OK;
	result = take(store, store->code_lock_path, &store->code_lock, err);
	if (result != STORE_OK ||
	    !sealed_is_foreign(store->dir, store->code_path, key_of(store)))
		return result;
	leave_code(store);
	err_set(err,
		"The file %s was sealed with another key: set session.key_file "
		"to that key, or remove the file.",
		store->code_path);
	return STORE_FAILED;
}

/* True if an interrupted save or try has left files behind. */
static bool has_leftovers(const struct store *store)
{
	return file_has_leftover(store->dir, store->path) ||
	       file_has_leftover(store->dir, store->document_path) ||
	       file_has_leftover(store->dir, store->margin_path) ||
	       file_is_there(store->dir, store->try_path);
}

/* Removes leftover files that no process is writing. */
static void sweep(struct store *store)
{
	/* Do not disturb other processes with locks unless necessary. */
	if (has_leftovers(store) && store_lock(store, NULL) == STORE_OK) {
		file_remove_leftover(store->dir, store->path);
		file_remove_leftover(store->dir, store->document_path);
		file_remove_leftover(store->dir, store->margin_path);
		(void)file_remove(store->dir, store->try_path, NULL);
	}
	store_unlock(store);
	if (file_has_leftover(store->dir, store->code_path) &&
	    enter_code(store, NULL) == STORE_OK)
		file_remove_leftover(store->dir, store->code_path);
	leave_code(store);
}

static struct store *open_store(const char *path, const char *key_file,
				bool reads_only, struct err *err)
{
	struct store *store = xcalloc(1, sizeof(*store));

	store->reads_only = reads_only;
	store->dir = -1;
	store->lock = -1;
	store->code_lock = -1;
	store->kiosk_lock = -1;
	if (path == NULL)
		return store;
	store->sealed = key_file != NULL && *key_file != '\0';
	if (!open_dir(store, path, err) ||
	    (store->sealed && !key_file_read(key_file, store->key, err))) {
		store_close(store);
		return NULL;
	}
	if (store->sealed)
		store->saves = serial_open(key_file, path);
	if (!reads_only)
		sweep(store);
	return store;
}

struct store *store_open(const char *path, const char *key_file,
			 struct err *err)
{
	return open_store(path, key_file, false, err);
}

struct store *store_open_to_read(const char *path, const char *key_file,
				 struct err *err)
{
	return open_store(path, key_file, true, err);
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	store_unlock(store);
	leave_code(store);
	if (store->kiosk_lock >= 0)
		close(store->kiosk_lock);
	if (store->dir >= 0)
		close(store->dir);
	serial_close(store->saves);
	session_data_free(&store->kept);
	mem_wipe(store->key, sizeof(store->key));
	free(store->kiosk_lock_path);
	free(store->code_lock_path);
	free(store->code_path);
	free(store->document_path);
	free(store->margin_path);
	free(store->try_path);
	free(store->lock_path);
	free(store->path);
	free(store);
}

static char *default_in(const char *dir, size_t len, const char *rest)
{
	struct buf path;

	buf_init(&path, MAX_FILE);
	buf_add(&path, dir, len);
	buf_adds(&path, rest);
	return buf_take(&path);
}

char *store_default_path(struct err *err)
{
	const char *state = getenv("STATE_DIRECTORY");
	const char *xdg = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");

	/* systemd separates several directories with colons. A relative path is
	 * ignored (XDG Base Directory Specification). */
	if (state != NULL && *state == '/')
		return default_in(state, strcspn(state, ":"), "/session.json");
	if (xdg != NULL && *xdg == '/')
		return default_in(xdg, strlen(xdg), "/grantty/session.json");
	if (home != NULL && *home == '/')
		return default_in(home, strlen(home),
				  "/.local/state/grantty/session.json");
	err_set(err, "Cannot store the session: HOME is not set. Set it, or "
		     "set session.file in the configuration.");
	return NULL;
}

enum store_result store_lock(struct store *store, struct err *err)
{
	enum store_result result;

	if (store->path == NULL || store->lock >= 0)
		return STORE_OK;
	store->unlockable.text[0] = '\0';
	result =
		take(store, store->lock_path, &store->lock, &store->unlockable);
	if (result == STORE_FAILED)
		err_set(err, "%s", store->unlockable.text);
	return result;
}

void store_unlock(struct store *store)
{
	if (store->lock >= 0)
		close(store->lock);
	store->lock = -1;
}

enum store_result store_lock_kiosk(struct store *store, struct err *err)
{
	if (store->path == NULL || store->kiosk_lock >= 0)
		return STORE_OK;
	return take(store, store->kiosk_lock_path, &store->kiosk_lock, err);
}

static enum store_result load_kept(const struct store *store,
				   struct session_data *data)
{
	if (store->kept.provider == NULL)
		return STORE_EMPTY;
	session_data_copy(data, &store->kept);
	return STORE_OK;
}

/* Parses the text of the file into data. On STORE_CORRUPT, *err is only a
 * clause that says how it is damaged. */
static enum store_result parse(const struct store *store,
			       const struct buf *text, const unsigned char *key,
			       struct session_data *data, struct err *err)
{
	switch (session_record_read(data, buf_text(text), text->len, key,
				    err)) {
	case SESSION_RECORD_OK:
		return STORE_OK;
	case SESSION_RECORD_BAD:
		break;
	case SESSION_RECORD_NEWER:
		err_set(err,
			"The session file %s was written by a newer version "
			"of this program: use that version, or remove the "
			"file.",
			store->path);
		return STORE_FAILED;
	case SESSION_RECORD_LOCKED:
		err_set(err,
			"The session file %s is sealed: set session.key_file, "
			"or remove the file.",
			store->path);
		return STORE_FAILED;
	case SESSION_RECORD_OTHER_KEY:
		err_set(err,
			"The session file %s was changed or sealed with "
			"another "
			"key: set session.key_file to that key, or remove the "
			"file.",
			store->path);
		return STORE_FAILED;
	case SESSION_RECORD_PLAIN:
		err_set(err,
			"The session file %s is not sealed, although "
			"session.key_file is set: run \"grantty seal\" if you "
			"know where it is from; otherwise remove it.",
			store->path);
		return STORE_FAILED;
	}
	return STORE_CORRUPT;
}

/* Anyone who put an older file back could not restore this number, too. */
static enum store_result check_serial(const struct store *store, int64_t last,
				      struct session_data *data,
				      struct err *err)
{
	if (data->serial >= last)
		return STORE_OK;
	session_data_free(data);
	err_set(err,
		"The session file %s is an older one that was put back: "
		"remove it and sign in again.",
		store->path);
	return STORE_FAILED;
}

static enum store_result load_with(const struct store *store,
				   const unsigned char *key,
				   struct session_data *data, struct err *err)
{
	enum store_result result = STORE_FAILED;
	/* Read first: another process may save in between. */
	int64_t last = key != NULL && store->saves != NULL
			       ? serial_read(store->saves)
			       : 0;
	struct buf text;

	if (store->dir < 0)
		return STORE_EMPTY;
	buf_init(&text, MAX_FILE);
	switch (file_read(store->dir, store->path, &text, err)) {
	case FILE_OK:
		result = parse(store, &text, key, data, err);
		if (result == STORE_OK)
			result = check_serial(store, last, data, err);
		break;
	case FILE_MISSING:
		result = STORE_EMPTY;
		break;
	case FILE_LOCKED:
	case FILE_REFUSED:
		break;
	}
	buf_free(&text);
	return result;
}

static enum store_result load_file(const struct store *store,
				   struct session_data *data, struct err *err)
{
	return load_with(store, key_of(store), data, err);
}

static enum store_result set_aside(struct store *store, struct err *err)
{
	struct err how = *err;
	char *path = file_set_aside(store->dir, store->path, ".corrupt", err);

	if (path == NULL)
		return STORE_FAILED;
	err_set(err, "The session file was damaged (%s) and is now called %s.",
		how.text, path);
	free(path);
	return STORE_CORRUPT;
}

enum store_result store_load(struct store *store, struct session_data *data,
			     struct err *err)
{
	bool was_locked = store->lock >= 0;
	enum store_result result;
	struct err how = {""};

	if (store->path == NULL)
		return load_kept(store, data);
	result = load_file(store, data, &how);
	if (result == STORE_CORRUPT && store->reads_only) {
		err_set(err,
			"The session file is damaged (%s): the next sign-in "
			"sets %s aside.",
			how.text, store->path);
		return result;
	}
	if (result == STORE_CORRUPT && !was_locked) {
		/* It may have been repaired since: rename it only if it is
		 * still damaged under the lock. */
		result = store_lock(store, &how);
		if (result == STORE_OK)
			result = load_file(store, data, &how);
	}
	if (result == STORE_CORRUPT)
		result = set_aside(store, &how);
	if (!was_locked)
		store_unlock(store);
	if (result == STORE_OK)
		store->serial = data->serial;
	else
		err_set(err, "%s", how.text);
	return result;
}

/* Writes a file next to the session file and removes it again. */
static bool write_beside(const struct store *store, struct err *err)
{
	static const char content[] = "grantty check\n";

	return file_replace(store->dir, store->try_path, content,
			    sizeof(content) - 1, err) &&
	       file_remove(store->dir, store->try_path, err);
}

enum store_result store_try(struct store *store, struct err *err)
{
	bool was_locked = store->lock >= 0;
	struct session_data data = {0};
	enum store_result result;

	if (store->path == NULL)
		return store->kept.provider != NULL ? STORE_OK : STORE_EMPTY;
	result = store_lock(store, err);
	if (result != STORE_OK)
		return result;
	result = STORE_FAILED;
	if (write_beside(store, err))
		result = load_file(store, &data, err);
	session_data_free(&data);
	if (!was_locked)
		store_unlock(store);
	return result;
}

/* Two writers would overwrite each other's temporary file. If the lock was
 * available, this is a bug in the caller. */
static bool not_locked(const struct store *store, struct err *err)
{
	if (store->unlockable.text[0] != '\0')
		return err_set(err, "%s", store->unlockable.text);
	return err_set(err,
		       "Cannot change the session file %s: it is not locked. "
		       "Please report this bug.",
		       store->path);
}

static int64_t next_serial(const struct store *store)
{
	int64_t last;

	if (store->saves == NULL)
		return 0;
	last = serial_read(store->saves);
	return (last > store->serial ? last : store->serial) + 1;
}

/* Called after the file is written, which is then never older than the number
 * says. */
static void count(struct store *store, int64_t serial)
{
	store->serial = serial;
	if (store->saves != NULL)
		(void)serial_write(store->saves, serial);
}

bool store_save(struct store *store, const struct session_data *data,
		struct err *err)
{
	struct session_data numbered = *data; /* borrows all members */
	struct buf text;
	bool ok;

	if (store->path == NULL) {
		session_data_copy(&store->kept, data);
		return true;
	}
	if (store->lock < 0)
		return not_locked(store, err);
	numbered.serial = next_serial(store);
	buf_init(&text, MAX_FILE);
	if (session_record_write(&text, &numbered, key_of(store)))
		ok = file_replace(store->dir, store->path, text.data, text.len,
				  err);
	else
		ok = err_set(err, "Cannot save the session: it is too large. "
				  "Request fewer scopes.");
	if (ok)
		count(store, numbered.serial);
	buf_free(&text);
	return ok;
}

bool store_wipe(struct store *store, struct err *err)
{
	if (store->path == NULL) {
		session_data_free(&store->kept);
		return true;
	}
	if (store->lock < 0)
		return not_locked(store, err);
	if (file_is_there(store->dir, store->path))
		file_mark(store->dir, store->lock_path);
	if (!file_remove(store->dir, store->path, err))
		return false;
	count(store, next_serial(store));
	return true;
}

enum store_result store_seal(struct store *store, bool *was_sealed,
			     struct err *err)
{
	struct session_data data = {0};
	bool was_locked = store->lock >= 0;
	enum store_result result;
	struct err why = {""};

	result = store_lock(store, err);
	if (result != STORE_OK)
		return result;
	result = load_with(store, store->key, &data, &why);
	*was_sealed = result == STORE_OK;
	if (result == STORE_FAILED &&
	    load_with(store, NULL, &data, NULL) == STORE_OK)
		result = store_save(store, &data, &why) ? STORE_OK
							: STORE_FAILED;
	if (result != STORE_OK)
		err_set(err, "%s", why.text);
	session_data_free(&data);
	if (!was_locked)
		store_unlock(store);
	return result;
}

bool store_notices_replay(const struct store *store)
{
	return store->saves != NULL && serial_can_write(store->saves);
}

/* What can be found out again, at a price. */
static bool load_cached(const struct store *store, const char *path,
			struct buf *out)
{
	return store->path != NULL &&
	       sealed_read(store->dir, path, key_of(store), out, NULL) ==
		       FILE_OK;
}

static bool save_cached(struct store *store, const char *path, const char *text,
			struct err *err)
{
	bool was_locked = store->lock >= 0;
	enum store_result result;
	bool ok;

	if (store->path == NULL)
		return true;
	result = store_lock(store, err);
	if (result != STORE_OK)
		return result == STORE_BUSY;
	ok = sealed_replace(store->dir, path, text, key_of(store), err);
	if (!was_locked)
		store_unlock(store);
	return ok;
}

bool store_load_document(const struct store *store, struct buf *out)
{
	return load_cached(store, store->document_path, out);
}

bool store_save_document(struct store *store, const char *text, struct err *err)
{
	return save_cached(store, store->document_path, text, err);
}

bool store_load_margin(const struct store *store, struct buf *out)
{
	return load_cached(store, store->margin_path, out);
}

bool store_save_margin(struct store *store, const char *text, struct err *err)
{
	return save_cached(store, store->margin_path, text, err);
}

enum store_result store_take_code(struct store *store, struct buf *out,
				  struct err *err)
{
	enum store_result result;

	if (store->path == NULL)
		return STORE_EMPTY;
	result = enter_code(store, err);
	if (result != STORE_OK)
		return result;
	switch (sealed_read(store->dir, store->code_path, key_of(store), out,
			    err)) {
	case FILE_OK:
		return STORE_OK;
	case FILE_MISSING:
		result = STORE_EMPTY;
		break;
	case FILE_LOCKED:
	case FILE_REFUSED:
		result = STORE_FAILED;
		break;
	}
	/* It is not usable in any case, so remove it. */
	(void)store_drop_code(store, NULL);
	return result;
}

bool store_save_code(struct store *store, const char *text, struct err *err)
{
	enum store_result result;

	if (store->path == NULL)
		return true;
	result = enter_code(store, err);
	if (result != STORE_OK)
		return result == STORE_BUSY;
	if (sealed_replace(store->dir, store->code_path, text, key_of(store),
			   err))
		return true;
	/* The stored code is out of date. */
	(void)store_drop_code(store, NULL);
	return false;
}

bool store_drop_code(struct store *store, struct err *err)
{
	enum store_result result;
	bool ok = true;

	if (store->path != NULL &&
	    file_is_there(store->dir, store->code_path)) {
		result = enter_code(store, err);
		ok = result == STORE_BUSY ||
		     (result == STORE_OK &&
		      file_remove(store->dir, store->code_path, err));
	}
	leave_code(store);
	return ok;
}
