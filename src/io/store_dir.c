/* SPDX-License-Identifier: MIT */
/*
 * The directory of the session file, which may be deleted while the store is
 * open. Knows nothing of what its files hold.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "io/file.h"
#include "io/store_parts.h"

/* The directory part of path: "." if there is none. */
static char *dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return xstrdup(".");
	return slash == path ? xstrdup("/")
			     : xstrndup(path, (size_t)(slash - path));
}

/* True if the directory is named after this program and so holds nothing
 * else. */
static bool is_own(const char *dir)
{
	const char *slash = strrchr(dir, '/');

	return strcmp(slash != NULL ? slash + 1 : dir, PACKAGE_NAME) == 0;
}

/* Makes it if it is missing; -1 with *err if it cannot be used. */
static int make_dir(const char *path, struct err *err)
{
	int dir = file_open_dir(path, err);

	if (dir < 0 || !is_own(path) ||
	    file_close_dir_to_others(dir, path, err))
		return dir;
	close(dir);
	return -1;
}

/* Without the directory there is no session. */
static bool find_dir(struct store *store, const char *dir, struct err *err)
{
	struct err why = {""};

	store->dir = file_find_dir(dir, &why);
	return store->dir >= 0 || why.text[0] == '\0' ||
	       err_set(err, "%s", why.text);
}

bool store_open_dir(struct store *store, struct err *err)
{
	char *dir = dir_of(store->path);
	bool ok;

	if (store->reads_only)
		ok = find_dir(store, dir, err);
	else
		ok = (store->dir = make_dir(dir, err)) >= 0;
	free(dir);
	return ok;
}

static void drop(int *lock)
{
	if (*lock >= 0)
		close(*lock);
	*lock = -1;
}

bool store_reopen_dir(struct store *store, struct err *err)
{
	struct stat st;
	int dir, lock;
	char *path;

	/* On NFS a directory that was deleted has no status. */
	if (fstat(store->dir, &st) == 0 && st.st_nlink > 0)
		return true;
	path = dir_of(store->path);
	dir = make_dir(path, err);
	free(path);
	if (dir < 0)
		return false;
	close(store->dir);
	store->dir = dir;
	drop(&store->lock);
	drop(&store->code_lock);
	if (store->kiosk_lock >= 0 &&
	    file_lock(dir, store->kiosk_lock_path, &lock, NULL) == FILE_OK) {
		close(store->kiosk_lock);
		store->kiosk_lock = lock;
	}
	return true;
}
