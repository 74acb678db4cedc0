/* SPDX-License-Identifier: MIT */
/*
 * Opens and closes a store, and keeps what can be found out again.
 */
#include "config.h"

#include "io/store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "io/file.h"
#include "io/key_file.h"
#include "io/sealed.h"
#include "io/serial.h"
#include "io/store_parts.h"

static bool open_path(struct store *store, const char *path, struct err *err)
{
	if (*path == '\0' || path[strlen(path) - 1] == '/')
		return err_set(err,
			       "The session file \"%s\" has no file name: set "
			       "session.file to a file, not to a directory.",
			       path);
	store->path = xstrdup(path);
	store->lock_path = xasprintf("%s.lock", path);
	store->document_path = xasprintf("%s.discovery", path);
	store->margin_path = xasprintf("%s.polling", path);
	store->try_path = xasprintf("%s.try", path);
	store->code_path = xasprintf("%s.code", path);
	store->code_lock_path = xasprintf("%s.code.lock", path);
	store->kiosk_lock_path = xasprintf("%s.kiosk.lock", path);
	return store_open_dir(store, err);
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
	    store_enter_code(store, NULL) == STORE_OK)
		file_remove_leftover(store->dir, store->code_path);
	store_leave_code(store);
}

static struct store *open_store(const char *path, const char *key_file,
				bool reads_only, struct err *err)
{
	struct store *store = xcalloc(1, sizeof(*store));

	store->reads_only = reads_only;
	store->program = xstrdup(PACKAGE_NAME);
	store->dir = -1;
	store->lock = -1;
	store->code_lock = -1;
	store->kiosk_lock = -1;
	if (path == NULL)
		return store;
	if (key_file != NULL && *key_file != '\0')
		store->seal_key = store->key;
	if (!open_path(store, path, err) ||
	    (store->seal_key != NULL &&
	     !key_file_read(key_file, store->key, err))) {
		store_close(store);
		return NULL;
	}
	if (store->seal_key != NULL)
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

void store_name_program(struct store *store, const char *program)
{
	free(store->program);
	store->program = xstrdup(program);
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	store_unlock(store);
	store_leave_code(store);
	if (store->kiosk_lock >= 0)
		close(store->kiosk_lock);
	if (store->dir >= 0)
		close(store->dir);
	serial_close(store->saves);
	session_data_free(&store->kept);
	mem_wipe(store->key, sizeof(store->key));
	free(store->program);
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

char *store_default_path(struct err *err)
{
	const char *state = getenv("STATE_DIRECTORY");
	const char *xdg = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");

	/* systemd separates several directories with colons. A relative path is
	 * ignored (XDG Base Directory Specification). */
	if (state != NULL && *state == '/')
		return xasprintf("%.*s/session.json", (int)strcspn(state, ":"),
				 state);
	if (xdg != NULL && *xdg == '/')
		return xasprintf("%s/grantty/session.json", xdg);
	if (home != NULL && *home == '/')
		return xasprintf("%s/.local/state/grantty/session.json", home);
	err_set(err, "Cannot store the session: HOME is not set. Set it, or "
		     "set session.file in the configuration.");
	return NULL;
}

/* What can be found out again, at a price. */
static bool load_cached(const struct store *store, const char *path,
			struct buf *out)
{
	return store->path != NULL &&
	       sealed_read(store->dir, path, store->seal_key, out, NULL) ==
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
	ok = sealed_replace(store->dir, path, text, store->seal_key, err);
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
