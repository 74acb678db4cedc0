/* SPDX-License-Identifier: MIT */
/*
 * Files for this user only: follows no links, checks what was opened on its
 * descriptor, and replaces content atomically. Knows nothing of what the files
 * hold.
 */
#ifndef GRANTTY_IO_FILE_H
#define GRANTTY_IO_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;

enum file_result {
	FILE_OK,
	FILE_MISSING,
	FILE_LOCKED, /* file_lock(): another process holds it */
	FILE_REFUSED
};

/*
 * Opens the directory at path and makes the missing parts with mode 0700. -1
 * with *err if that fails, or if another user (except root) owns it or can
 * write to it.
 */
int file_open_dir(const char *path, struct err *err);

/* The same for an existing directory: makes nothing, and a missing directory is
 * not an error (-1 with *err empty). err may be NULL. */
int file_find_dir(const char *path, struct err *err);

/* Removes any permissions of group and others from the directory. */
bool file_close_dir_to_others(int dir, const char *path, struct err *err);

/*
 * Below, path is the whole path of a file, for messages. dir is the open
 * directory that holds it; only the last component of the path is then used. If
 * dir is AT_FDCWD, the whole path is used.
 */

/*
 * Appends the content of the file to the empty buffer; refuses content larger
 * than its cap. Refuses a file that is a symbolic link, not a regular file,
 * owned by another user (except root) or accessible to group or others. Never
 * blocks.
 */
enum file_result file_read(int dir, const char *path, struct buf *content,
			   struct err *err);

/* Opens the file, which file_read() would not refuse, for reading, creates it
 * with mode 0600 if it is missing, and locks it without waiting. The lock is
 * held as long as *fd is open. *fd is -1 unless FILE_OK. */
enum file_result file_lock(int dir, const char *path, int *fd, struct err *err);

/* Adds a byte to the file if it is empty, where that is possible. Neither makes
 * it nor follows a link. */
void file_mark(int dir, const char *path);

/*
 * Replaces the content of the file with the n bytes at data, mode 0600. If it
 * returns true, they are on disk; if false, the file is unchanged (or has the
 * new content, if only syncing the directory failed). The caller holds a lock,
 * so that only one process does this at a time.
 */
bool file_replace(int dir, const char *path, const void *data, size_t n,
		  struct err *err);

/*
 * Opens a log for appending, creating it with mode 0640. An existing one must
 * be a regular file with only one name, or a device, but not a link; otherwise
 * anyone who can write to its directory could choose what is written to. Only
 * /dev/stderr and /dev/stdout may be anything. -1 with *err if it is refused.
 * Never blocks.
 */
int file_open_log(const char *path, struct err *err);

/* Removes the file and anything left by an interrupted file_replace(); succeeds
 * if there is nothing. */
bool file_remove(int dir, const char *path, struct err *err);

/* True if there is a file of that name, of any kind, or one left by an
 * interrupted file_replace(). */
bool file_is_there(int dir, const char *path);

/* True if a file_replace() is in progress, or was interrupted and left a
 * file. */
bool file_has_leftover(int dir, const char *path);

/* Removes that leftover file. The caller holds the lock. */
void file_remove_leftover(int dir, const char *path);

/*
 * Renames the file within its directory to path.suffix, or to path.suffix.1 to
 * .9 if that exists; the last one is replaced. The caller frees the new path;
 * NULL with *err if it fails.
 */
char *file_set_aside(int dir, const char *path, const char *suffix,
		     struct err *err);

#endif
