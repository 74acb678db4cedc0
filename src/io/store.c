/* SPDX-License-Identifier: MIT */
/*
 * Joins the text of a session (core/record.h) and the file it is in
 * (io/file.h) under a lock of its own, which is never removed: a lock file that
 * comes and goes can be held by two.
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
#include "core/record.h"
#include "core/session_data.h"
#include "io/file.h"
#include "io/key_file.h"
#include "io/sealed.h"

enum { MAX_FILE = 1024 * 1024 };

struct store {
	char *path; /* NULL: in memory */
	char *lock_path;
	char *document_path;
	char *try_path;
	char *code_path;
	char *code_lock_path;
	int dir;
	int lock;      /* -1: not locked */
	int code_lock; /* -1: the code's place is not ours */
	bool sealed;
	unsigned char key[CRYPTO_KEY_SIZE];
	struct session_data kept; /* in memory; no provider: nothing */
};

/* The directory part of path: "." where it has none. */
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

static bool open_dir(struct store *store, const char *path, struct err *err)
{
	char *dir;

	if (*path == '\0' || path[strlen(path) - 1] == '/')
		return err_set(err,
			       "The session file \"%s\" has no name: set "
			       "session.file to a file, not to a directory.",
			       path);
	store->path = xstrdup(path);
	store->lock_path = with_suffix(path, ".lock");
	store->document_path = with_suffix(path, ".discovery");
	store->try_path = with_suffix(path, ".try");
	store->code_path = with_suffix(path, ".code");
	store->code_lock_path = with_suffix(path, ".code.lock");
	dir = dir_of(path);
	store->dir = file_open_dir(dir, err);
	free(dir);
	return store->dir >= 0;
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

static enum store_result enter_code(struct store *store, struct err *err)
{
	if (store->code_lock >= 0)
		return STORE_OK;
	return take(store, store->code_lock_path, &store->code_lock, err);
}

/* The code's place is somebody else's to take. */
static void leave_code(struct store *store)
{
	if (store->code_lock >= 0)
		close(store->code_lock);
	store->code_lock = -1;
}

/* Whether a save or a try that was cut short has left something behind. */
static bool has_leftovers(const struct store *store)
{
	return file_has_leftover(store->dir, store->path) ||
	       file_has_leftover(store->dir, store->document_path) ||
	       file_is_there(store->dir, store->try_path);
}

/* What nobody is writing to any more. */
static void sweep(struct store *store)
{
	/* Only then are the locks worth disturbing others. */
	if (has_leftovers(store) && store_lock(store, NULL) == STORE_OK) {
		file_remove_leftover(store->dir, store->path);
		file_remove_leftover(store->dir, store->document_path);
		(void)file_remove(store->dir, store->try_path, NULL);
	}
	store_unlock(store);
	if (file_has_leftover(store->dir, store->code_path) &&
	    enter_code(store, NULL) == STORE_OK)
		file_remove_leftover(store->dir, store->code_path);
	leave_code(store);
}

struct store *store_open(const char *path, const char *key_file,
			 struct err *err)
{
	struct store *store = xcalloc(1, sizeof(*store));

	store->dir = -1;
	store->lock = -1;
	store->code_lock = -1;
	if (path == NULL)
		return store;
	store->sealed = key_file != NULL && *key_file != '\0';
	if (!open_dir(store, path, err) ||
	    (store->sealed && !key_file_read(key_file, store->key, err))) {
		store_close(store);
		return NULL;
	}
	sweep(store);
	return store;
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	store_unlock(store);
	leave_code(store);
	if (store->dir >= 0)
		close(store->dir);
	session_data_free(&store->kept);
	mem_wipe(store->key, sizeof(store->key));
	free(store->code_lock_path);
	free(store->code_path);
	free(store->document_path);
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

	/* systemd separates several by colons. What is relative does not count
	 * (XDG Base Directory Specification). */
	if (state != NULL && *state == '/')
		return default_in(state, strcspn(state, ":"), "/session.json");
	if (xdg != NULL && *xdg == '/')
		return default_in(xdg, strlen(xdg), "/grantty/session.json");
	if (home != NULL && *home == '/')
		return default_in(home, strlen(home),
				  "/.local/state/grantty/session.json");
	err_set(err, "There is no place for the session, for HOME is not set: "
		     "set it, or session.file in the configuration.");
	return NULL;
}

enum store_result store_lock(struct store *store, struct err *err)
{
	if (store->path == NULL || store->lock >= 0)
		return STORE_OK;
	return take(store, store->lock_path, &store->lock, err);
}

void store_unlock(struct store *store)
{
	if (store->lock >= 0)
		close(store->lock);
	store->lock = -1;
}

static enum store_result load_kept(const struct store *store,
				   struct session_data *data)
{
	if (store->kept.provider == NULL)
		return STORE_EMPTY;
	session_data_copy(data, &store->kept);
	return STORE_OK;
}

/* NULL: nothing is sealed. */
static const unsigned char *key_of(const struct store *store)
{
	return store->sealed ? store->key : NULL;
}

/* Reads the text of the file into data. On STORE_CORRUPT *err is only the
 * clause that says how. */
static enum store_result parse(const struct store *store,
			       const struct buf *text,
			       struct session_data *data, struct err *err)
{
	switch (record_read(data, buf_text(text), text->len, key_of(store),
			    err)) {
	case RECORD_OK:
		return STORE_OK;
	case RECORD_BAD:
		break;
	case RECORD_NEWER:
		err_set(err,
			"The session file %s was written by a newer version of "
			"this program: use that one, or remove the file.",
			store->path);
		return STORE_FAILED;
	case RECORD_LOCKED:
		err_set(err,
			"The session file %s is sealed: set session.key_file, "
			"or remove the file.",
			store->path);
		return STORE_FAILED;
	}
	return STORE_CORRUPT;
}

static enum store_result load_file(const struct store *store,
				   struct session_data *data, struct err *err)
{
	enum store_result result = STORE_FAILED;
	struct buf text;

	buf_init(&text, MAX_FILE);
	switch (file_read(store->dir, store->path, &text, err)) {
	case FILE_OK:
		result = parse(store, &text, data, err);
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

static enum store_result set_aside(struct store *store, struct err *err)
{
	struct err how = *err;
	char *path = file_set_aside(store->dir, store->path, ".corrupt", err);

	if (path == NULL)
		return STORE_FAILED;
	err_set(err,
		"The session file was damaged (%s): it is now %s; sign in "
		"again.",
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
	if (result == STORE_CORRUPT && !was_locked) {
		/* Somebody may have mended it since: nothing is renamed but
		 * what is still damaged under the lock. */
		result = store_lock(store, &how);
		if (result == STORE_OK)
			result = load_file(store, data, &how);
	}
	if (result == STORE_CORRUPT)
		result = set_aside(store, &how);
	if (!was_locked)
		store_unlock(store);
	if (result != STORE_OK)
		err_set(err, "%s", how.text);
	return result;
}

/* Writes a file beside the session's and removes it again. */
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

/* A fault of the caller; two writers would mix up their temporary files. */
static bool not_locked(const struct store *store, struct err *err)
{
	return err_set(err,
		       "The session file %s was to be changed without its "
		       "lock: report this fault.",
		       store->path);
}

bool store_save(struct store *store, const struct session_data *data,
		struct err *err)
{
	struct buf text;
	bool ok;

	if (store->path == NULL) {
		session_data_copy(&store->kept, data);
		return true;
	}
	if (store->lock < 0)
		return not_locked(store, err);
	buf_init(&text, MAX_FILE);
	if (record_write(&text, data, key_of(store)))
		ok = file_replace(store->dir, store->path, text.data, text.len,
				  err);
	else
		ok = err_set(err, "The session is too large to be saved: ask "
				  "for fewer scopes.");
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
	return file_remove(store->dir, store->path, err);
}

bool store_load_document(const struct store *store, struct buf *out)
{
	return store->path != NULL &&
	       sealed_read(store->dir, store->document_path, key_of(store), out,
			   NULL) == FILE_OK;
}

bool store_save_document(struct store *store, const char *text, struct err *err)
{
	bool was_locked = store->lock >= 0;
	enum store_result result;
	bool ok;

	if (store->path == NULL)
		return true;
	result = store_lock(store, err);
	if (result != STORE_OK)
		return result == STORE_BUSY;
	ok = sealed_replace(store->dir, store->document_path, text,
			    key_of(store), err);
	if (!was_locked)
		store_unlock(store);
	return ok;
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
	/* Whatever it is, it is of no use, and nothing is to stay of it. */
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
	/* What is there says less than what is so. */
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
