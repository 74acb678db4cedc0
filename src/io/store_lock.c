/* SPDX-License-Identifier: MIT */
/*
 * The locks of the session file and of the kiosk. Their files are never
 * removed: if they were, two processes could hold a lock at once.
 */
#include "config.h"

#include <unistd.h>

#include "io/file.h"
#include "io/store.h"
#include "io/store_parts.h"

enum store_result store_take_lock(const struct store *store, const char *path,
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

enum store_result store_lock(struct store *store, struct err *err)
{
	enum store_result result = STORE_FAILED;

	if (store->path == NULL)
		return STORE_OK;
	store->unlockable.text[0] = '\0';
	if (store_reopen_dir(store, &store->unlockable)) {
		if (store->lock >= 0)
			return STORE_OK;
		result = store_take_lock(store, store->lock_path, &store->lock,
					 &store->unlockable);
	}
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
	return store_take_lock(store, store->kiosk_lock_path,
			       &store->kiosk_lock, err);
}
