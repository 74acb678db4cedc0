/* SPDX-License-Identifier: MIT */
/*
 * Watches the directory (inotify(7)): the file itself is another one after each
 * save. The directory, too, may be removed and made again; under another name
 * it is still the one that the store uses.
 */
#include "config.h"

#include "io/store_watch.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/mem.h"

struct store_watch {
	int fd;
	int dir;    /* the watch; -1: the directory is gone */
	char *path; /* of the directory */
	char *name; /* of the file in it */
};

static void watch_dir(struct store_watch *store_watch)
{
	store_watch->dir = inotify_add_watch(store_watch->fd, store_watch->path,
					     IN_DELETE | IN_ONLYDIR);
}

struct store_watch *store_watch_open(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct store_watch *store_watch = xcalloc(1, sizeof(*store_watch));

	store_watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	store_watch->path = slash != NULL
				    ? xstrndup(path, (size_t)(slash - path) + 1)
				    : xstrdup(".");
	store_watch->name = xstrdup(slash != NULL ? slash + 1 : path);
	watch_dir(store_watch);
	if (store_watch->dir < 0) {
		store_watch_close(store_watch);
		return NULL;
	}
	return store_watch;
}

void store_watch_close(struct store_watch *store_watch)
{
	if (store_watch == NULL)
		return;
	if (store_watch->fd >= 0)
		(void)close(store_watch->fd);
	free(store_watch->path);
	free(store_watch->name);
	free(store_watch);
}

int store_watch_fd(const struct store_watch *store_watch)
{
	return store_watch != NULL ? store_watch->fd : -1;
}

/* Events that were lost may have been about the file. */
static bool is_removal(const struct store_watch *store_watch,
		       const struct inotify_event *event)
{
	return (event->mask & (IN_Q_OVERFLOW | IN_IGNORED)) != 0 ||
	       (event->len > 0 && strcmp(event->name, store_watch->name) == 0);
}

bool store_watch_renew(struct store_watch *store_watch)
{
	if (store_watch == NULL || store_watch->dir >= 0)
		return false;
	watch_dir(store_watch);
	return store_watch->dir >= 0;
}

bool store_watch_was_removed(struct store_watch *store_watch)
{
	_Alignas(struct inotify_event) char events[4096];
	bool removed = false;
	ssize_t n;

	if (store_watch == NULL)
		return false;
	while ((n = read(store_watch->fd, events, sizeof(events))) > 0) {
		const char *at = events;

		while (at < events + n) {
			const struct inotify_event *event = (const void *)at;

			removed = removed || is_removal(store_watch, event);
			if ((event->mask & IN_IGNORED) != 0)
				store_watch->dir = -1;
			at += sizeof(*event) + event->len;
		}
	}
	return removed;
}
