/* SPDX-License-Identifier: MIT */
/*
 * Joins the text of a session (core/record.h) and the file it is in
 * (io/file.h) under a lock of its own, which is never removed: a lock file that
 * comes and goes can be held by two.
 */
#include "config.h"

#include "io/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/mem.h"
#include "core/record.h"
#include "core/session_data.h"
#include "io/file.h"

enum { MAX_FILE = 1024 * 1024, HEX_KEY_LEN = 2 * CRYPTO_KEY_SIZE };

struct store {
	char *path; /* NULL: in memory */
	char *lock_path;
	char *document_path;
	int dir;
	int lock; /* -1: not locked */
	bool sealed;
	unsigned char key[CRYPTO_KEY_SIZE];
	struct session_data kept; /* in memory; no provider: nothing */
};

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *found = c != '\0' ? strchr(digits, c) : NULL;

	return found != NULL ? (int)((found - digits) % 16) : -1;
}

static bool decode_hex_key(unsigned char *key, const char *hex)
{
	for (size_t i = 0; i < CRYPTO_KEY_SIZE; i++) {
		int high = hex_digit(hex[2 * i]);
		int low = hex_digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		key[i] = (unsigned char)(16 * high + low);
	}
	return true;
}

/* Raw bytes, or hexadecimal digits and perhaps a newline. */
static bool decode_key(unsigned char *key, const struct buf *content)
{
	size_t len = content->len;

	if (len == CRYPTO_KEY_SIZE) {
		memcpy(key, content->data, CRYPTO_KEY_SIZE);
		return true;
	}
	if (len == HEX_KEY_LEN + 1 && content->data[HEX_KEY_LEN] == '\n')
		len--;
	return len == HEX_KEY_LEN && decode_hex_key(key, content->data);
}

static bool read_key(struct store *store, const char *key_file, struct err *err)
{
	struct buf content;
	bool ok = false;

	buf_init(&content, MAX_FILE);
	switch (file_read(AT_FDCWD, key_file, &content, err)) {
	case FILE_OK:
		ok = decode_key(store->key, &content);
		if (!ok)
			err_set(err,
				"The key file %s does not hold a key: it takes "
				"32 bytes, or 64 hexadecimal digits, as from "
				"openssl rand -hex 32.",
				key_file);
		break;
	case FILE_MISSING:
		err_set(err,
			"The key file %s is not there: make it with "
			"(umask 077; openssl rand -hex 32 > %s).",
			key_file, key_file);
		break;
	case FILE_REFUSED:
		break;
	}
	buf_free(&content);
	store->sealed = ok;
	return ok;
}

/* The directory part of path: "." where it has none. */
static char *dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return xstrdup(".");
	return slash == path ? xstrdup("/")
			     : xstrndup(path, (size_t)(slash - path));
}

/* A temporary file that nobody is writing to any more. */
static void sweep(struct store *store)
{
	/* Only then is the lock worth disturbing others. */
	if (!file_has_leftover(store->dir, store->path))
		return;
	if (store_lock(store, NULL) == STORE_OK)
		file_remove_leftover(store->dir, store->path);
	store_unlock(store);
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
	dir = dir_of(path);
	store->dir = file_open_dir(dir, err);
	free(dir);
	return store->dir >= 0;
}

struct store *store_open(const char *path, const char *key_file,
			 struct err *err)
{
	struct store *store = xcalloc(1, sizeof(*store));
	bool with_key = key_file != NULL && *key_file != '\0';

	store->dir = -1;
	store->lock = -1;
	if (path == NULL)
		return store;
	if (!open_dir(store, path, err) ||
	    (with_key && !read_key(store, key_file, err))) {
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
	if (store->dir >= 0)
		close(store->dir);
	session_data_free(&store->kept);
	mem_wipe(store->key, sizeof(store->key));
	free(store->document_path);
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
	int fd, taken;

	if (store->path == NULL || store->lock >= 0)
		return STORE_OK;
	if (file_open(store->dir, store->lock_path, true, &fd, err) != FILE_OK)
		return STORE_FAILED;
	do {
		taken = flock(fd, LOCK_EX | LOCK_NB);
	} while (taken != 0 && errno == EINTR);
	if (taken == 0) {
		store->lock = fd;
		return STORE_OK;
	}
	if (errno != EWOULDBLOCK)
		err_set(err,
			"The file %s cannot be locked (%s): put the session on "
			"a file system that can.",
			store->lock_path, strerror(errno));
	taken = errno;
	close(fd);
	return taken == EWOULDBLOCK ? STORE_BUSY : STORE_FAILED;
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

/* Reads the text of the file into data. On STORE_CORRUPT *err is only the
 * clause that says how. */
static enum store_result parse(const struct store *store,
			       const struct buf *text,
			       struct session_data *data, struct err *err)
{
	switch (record_read(data, buf_text(text), text->len,
			    store->sealed ? store->key : NULL, err)) {
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
	struct buf path;
	bool ok;

	buf_init(&path, MAX_FILE);
	buf_addf(&path, "%s.try", store->path);
	ok = file_replace(store->dir, buf_text(&path), content,
			  sizeof(content) - 1, err) &&
	     file_remove(store->dir, buf_text(&path), err);
	buf_free(&path);
	return ok;
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
	if (record_write(&text, data, store->sealed ? store->key : NULL))
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
	struct buf content;
	bool ok;

	if (store->path == NULL)
		return false;
	buf_init(&content, MAX_FILE);
	ok = file_read(store->dir, store->document_path, &content, NULL) ==
	     FILE_OK;
	if (ok && store->sealed)
		ok = crypto_open(out, content.data, content.len, store->key);
	else if (ok)
		ok = buf_add(out, buf_text(&content), content.len);
	buf_free(&content);
	return ok;
}

bool store_save_document(struct store *store, const char *text, struct err *err)
{
	bool was_locked = store->lock >= 0;
	struct buf content;
	bool ok;

	if (store->path == NULL)
		return true;
	switch (store_lock(store, err)) {
	case STORE_OK:
		break;
	case STORE_BUSY:
		return true;
	case STORE_EMPTY:
	case STORE_CORRUPT:
	case STORE_FAILED:
		return false;
	}
	buf_init(&content, 2 * MAX_FILE);
	if (store->sealed)
		(void)crypto_seal(&content, text, strlen(text), store->key);
	else
		(void)buf_adds(&content, text);
	ok = file_replace(store->dir, store->document_path, buf_text(&content),
			  content.len, err);
	buf_free(&content);
	if (!was_locked)
		store_unlock(store);
	return ok;
}
