/* SPDX-License-Identifier: MIT */
/*
 * Detects that another process has removed the session file, as "grantty
 * logout" does. Costs nothing until files are removed beside it.
 */
#ifndef GRANTTY_IO_STORE_WATCH_H
#define GRANTTY_IO_STORE_WATCH_H

#include <stdbool.h>

struct store_watch;

/* path: of the session file, whose directory exists. NULL if that cannot be
 * watched; a removal is then noticed only when the session is next used. */
struct store_watch *store_watch_open(const char *path);
void store_watch_close(struct store_watch *store_watch); /* NULL is fine */

/* The descriptor to wait for; -1: none. */
int store_watch_fd(const struct store_watch *store_watch);

/* True if the session file, or its directory, was removed since the last call,
 * by any process. */
bool store_watch_was_removed(struct store_watch *store_watch);

/* If the directory was removed, and there is one again: watches that one. True
 * if so; what has happened there meanwhile is unknown. */
bool store_watch_renew(struct store_watch *store_watch);

#endif
