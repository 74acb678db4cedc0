/* SPDX-License-Identifier: MIT */
/*
 * The displayed code, stored under a lock of its own.
 */
#include "config.h"

#include <unistd.h>

#include "io/file.h"
#include "io/sealed.h"
#include "io/store.h"
#include "io/store_parts.h"

void store_leave_code(struct store *store)
{
	if (store->code_lock >= 0)
		close(store->code_lock);
	store->code_lock = -1;
}

enum store_result store_enter_code(struct store *store, struct err *err)
{
	enum store_result result;

	if (!store_reopen_dir(store, err))
		return STORE_FAILED;
	if (store->code_lock >= 0)
		return STORE_OK;
	result = store_take_lock(store, store->code_lock_path,
				 &store->code_lock, err);
	if (result != STORE_OK ||
	    !sealed_is_foreign(store->dir, store->code_path, store->seal_key))
		return result;
	store_leave_code(store);
	err_set(err,
		"The file %s was sealed with another key: set session.key_file "
		"to that key, or remove the file.",
		store->code_path);
	return STORE_FAILED;
}

enum store_result store_take_code(struct store *store, struct buf *out,
				  struct err *err)
{
	enum store_result result;

	if (store->path == NULL)
		return STORE_EMPTY;
	result = store_enter_code(store, err);
	if (result != STORE_OK)
		return result;
	switch (sealed_read(store->dir, store->code_path, store->seal_key, out,
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
	result = store_enter_code(store, err);
	if (result != STORE_OK)
		return result == STORE_BUSY;
	if (sealed_replace(store->dir, store->code_path, text, store->seal_key,
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
		result = store_enter_code(store, err);
		ok = result == STORE_BUSY ||
		     (result == STORE_OK &&
		      file_remove(store->dir, store->code_path, err));
	}
	store_leave_code(store);
	return ok;
}
