/* SPDX-License-Identifier: MIT */
/*
 * Connects the text of a session (machine/session_record.h) with its file
 * (io/file.h).
 */
#include "config.h"

#include <stdlib.h>

#include "base/buf.h"
#include "io/file.h"
#include "io/serial.h"
#include "io/store.h"
#include "io/store_parts.h"
#include "machine/session_record.h"

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
			"session.key_file is set: run \"%s seal\" if you "
			"know where it is from; otherwise remove it.",
			store->path, store->program);
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
	buf_init(&text, STORE_MAX_FILE);
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
	return load_with(store, store->seal_key, data, err);
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
	buf_init(&text, STORE_MAX_FILE);
	if (session_record_write(&text, &numbered, store->seal_key))
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
