/* SPDX-License-Identifier: MIT */
/*
 * Files that are for this user only: no link is followed, what was opened is
 * checked on its descriptor, and content is replaced atomically. Knows nothing
 * of what they hold.
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
	FILE_LOCKED, /* file_lock(): by another process */
	FILE_REFUSED
};

/*
 * Opens the directory at path; what is missing of it is made with mode 0700.
 * -1 with *err where that is impossible, or where somebody else (root aside)
 * owns it or may write to it.
 */
int file_open_dir(const char *path, struct err *err);

/*
 * Below, a file is named by its whole path, for messages, and by the opened
 * directory dir that it is in: then only the last component of the path counts.
 * With AT_FDCWD for dir all of it does.
 */

/*
 * Opens the file for reading, made empty with mode 0600 where it is missing and
 * make is true. Refuses what is a symbolic link, no regular file, owned by
 * somebody else (root aside) or open to group or others. Never blocks. *fd is
 * -1 unless FILE_OK.
 */
enum file_result file_open(int dir, const char *path, bool make, int *fd,
			   struct err *err);

/* file_open(), then appends the content to the empty buffer; refuses what goes
 * over its cap. */
enum file_result file_read(int dir, const char *path, struct buf *content,
			   struct err *err);

/* file_open() of a file that is made where it is missing, and its lock, without
 * waiting: it is held for as long as *fd is open. */
enum file_result file_lock(int dir, const char *path, int *fd, struct err *err);

/*
 * Replaces the file by the n bytes at data, mode 0600: on the disk when it
 * returns true, else as it was before (or, where only the folder could not be
 * synced, as it is to be). One process at a time: the caller has a lock.
 */
bool file_replace(int dir, const char *path, const void *data, size_t n,
		  struct err *err);

/* Removes the file and what a file_replace() cut short has left; fine where
 * there is nothing. */
bool file_remove(int dir, const char *path, struct err *err);

/* Whether there is a file of that name, of whatever kind, or something that a
 * file_replace() cut short has left. */
bool file_is_there(int dir, const char *path);

/* Whether a file_replace() is under way, or was cut short and left a file. */
bool file_has_leftover(int dir, const char *path);

/* Removes that file. The caller has the lock. */
void file_remove_leftover(int dir, const char *path);

/*
 * Gives the file another name in its directory: path.suffix, or path.suffix.1
 * to .9 where that is taken; the last one is replaced. The caller frees the new
 * path; NULL with *err where it cannot be done.
 */
char *file_set_aside(int dir, const char *path, const char *suffix,
		     struct err *err);

#endif
