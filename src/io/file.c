/* SPDX-License-Identifier: MIT */
/*
 * Write to a temporary file, fsync, rename, fsync the directory: after a power
 * failure, either the old or the new content is there, never a part. The
 * temporary file has a fixed name because there is only one writer, so a
 * leftover is easy to find.
 */
#include "config.h"

#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

enum {
	PRIVATE_FILE = 0600,
	PRIVATE_DIR = 0700,
	LOG_FILE = 0640,
	CHUNK = 16 * 1024,
	MAX_ASIDE = 9
};

#define TEMPORARY "~tmp"

/* What to do about errors that the user can fix. */
static const char *advice(int number)
{
	switch (number) {
	case ENOSPC:
	case EDQUOT:
		return "no space is left on the disk; free some";
	case EROFS:
		return "the disk is read-only; mount it writable or choose "
		       "another place";
	case EFBIG:
		return "the file would exceed the size limit; raise the limit "
		       "(ulimit -f)";
	case EACCES:
	case EPERM:
		return "permission denied; check its owner and mode, and "
		       "those of its directory";
	case ELOOP:
		return "it is a symbolic link; put the file itself there";
	default:
		return strerror(number);
	}
}

/* The part of a path that is passed to system calls. */
static const char *name_in(int dir, const char *path)
{
	const char *slash = dir == AT_FDCWD ? NULL : strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static bool exists(int dir, const char *path)
{
	struct stat st;

	return fstatat(dir, name_in(dir, path), &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool is_trusted(const struct stat *st)
{
	return st->st_uid == geteuid() || st->st_uid == 0;
}

static bool make_dirs(const char *path)
{
	char *part = xstrdup(path);
	bool ok = true;

	for (size_t i = 1; ok && path[i - 1] != '\0'; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		part[i] = '\0';
		/* The umask may have taken bits away from the mode. */
		ok = mkdir(part, PRIVATE_DIR) == 0
			     ? chmod(part, PRIVATE_DIR) == 0
			     : errno == EEXIST;
		part[i] = path[i];
	}
	free(part);
	return ok;
}

/* A link to a directory is fine: systemd creates such links. */
static const int dir_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

/* Takes ownership of dir and returns it, or -1 with errno. */
static int check_dir(int dir, const char *path, struct err *err)
{
	struct stat st;

	if (dir < 0 || fstat(dir, &st) != 0)
		err_set(err, "Cannot use the directory %s: %s.", path,
			advice(errno));
	else if (!is_trusted(&st))
		err_set(err,
			"The directory %s belongs to another user (UID %ld): "
			"choose one of your own.",
			path, (long)st.st_uid);
	else if (st.st_mode & (S_IWGRP | S_IWOTH))
		err_set(err,
			"Other users can write to the directory %s (mode "
			"%04o): run chmod go-w %s, or choose another one.",
			path, st.st_mode & 07777U, path);
	else
		return dir;
	if (dir >= 0)
		close(dir);
	return -1;
}

int file_open_dir(const char *path, struct err *err)
{
	int dir = open(path, dir_flags);

	if (dir < 0 && errno == ENOENT && make_dirs(path))
		dir = open(path, dir_flags);
	return check_dir(dir, path, err);
}

int file_find_dir(const char *path, struct err *err)
{
	int dir = open(path, dir_flags);

	return dir < 0 && errno == ENOENT ? -1 : check_dir(dir, path, err);
}

bool file_close_dir_to_others(int dir, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(dir, &st) == 0 &&
	    ((st.st_mode & (S_IRWXG | S_IRWXO)) == 0 ||
	     fchmod(dir, st.st_mode & (S_ISVTX | S_IRWXU)) == 0))
		return true;
	return err_set(err,
		       "Other users have access to the directory %s (mode "
		       "%04o): run chmod 700 %s.",
		       path, st.st_mode & 07777U, path);
}

static bool is_private(int fd, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_set(err, "Cannot read the file %s: %s.", path,
			       advice(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(err, "%s is not a regular file: remove it.",
			       path);
	if (!is_trusted(&st))
		return err_set(err,
			       "The file %s belongs to another user (UID "
			       "%ld): remove it or run grantty as that user.",
			       path, (long)st.st_uid);
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return err_set(err,
			       "Other users have access to the file %s (mode "
			       "%04o): run chmod 600 %s.",
			       path, st.st_mode & 07777U, path);
	return true;
}

/* As openat(2), but a umask that takes away from the owner's bits does not
 * make a file that its owner cannot open again. */
static int open_or_make(int dir, const char *name, int flags, mode_t mode)
{
	const mode_t before = umask(0);
	int fd, number;

	(void)umask(before & (S_IRWXG | S_IRWXO));
	fd = openat(dir, name, flags | O_CREAT, mode);
	number = errno;
	(void)umask(before);
	errno = number;
	return fd;
}

/* Opens it for reading. If it is missing and make is true, creates it empty.
 * *fd is -1 unless FILE_OK. */
static enum file_result open_file(int dir, const char *path, bool make, int *fd,
				  struct err *err)
{
	/* O_NONBLOCK: opening a FIFO must not wait for a writer. */
	int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

	*fd = make ? open_or_make(dir, name_in(dir, path), flags, PRIVATE_FILE)
		   : openat(dir, name_in(dir, path), flags);
	if (*fd < 0 && errno == ENOENT && !make)
		return FILE_MISSING;
	if (*fd < 0 && errno == ELOOP && make)
		err_set(err, "%s is a symbolic link: remove it.", path);
	else if (*fd < 0)
		err_set(err, "Cannot open the file %s: %s.", path,
			advice(errno));
	else if (is_private(*fd, path, err))
		return FILE_OK;
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	return FILE_REFUSED;
}

/* True if lines may be appended to it, regardless of its owner and mode. */
static bool can_be_log(int fd, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0 ||
	    (!S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode)))
		return err_set(err,
			       "%s: it is neither a regular file nor a "
			       "device. Remove it, or choose another one.",
			       path);
	if (S_ISREG(st.st_mode) && st.st_nlink > 1)
		return err_set(err,
			       "%s: it has more than one name (hard links). "
			       "Remove the others.",
			       path);
	return true;
}

int file_open_log(const char *path, struct err *err)
{
	const int flags =
		O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	/* These are links, but to what this process was given. */
	bool handed = strcmp(path, "/dev/stderr") == 0 ||
		      strcmp(path, "/dev/stdout") == 0;
	int fd = open_or_make(AT_FDCWD, path,
			      handed ? flags : flags | O_NOFOLLOW, LOG_FILE);

	if (fd >= 0 && (handed || can_be_log(fd, path, err)))
		return fd;
	if (fd >= 0)
		close(fd);
	else if (errno == ELOOP)
		err_set(err, "%s: it is a symbolic link. Name the file itself.",
			path);
	else
		err_set(err, "%s: %s.", path, strerror(errno));
	return -1;
}

enum file_result file_lock(int dir, const char *path, int *fd, struct err *err)
{
	enum file_result result = open_file(dir, path, true, fd, err);
	int taken, number;

	if (result != FILE_OK)
		return result;
	do {
		taken = flock(*fd, LOCK_EX | LOCK_NB);
	} while (taken != 0 && errno == EINTR);
	if (taken == 0)
		return FILE_OK;
	number = errno;
	result = number == EWOULDBLOCK ? FILE_LOCKED : FILE_REFUSED;
	if (result == FILE_REFUSED)
		err_set(err, "Cannot lock %s: %s. %s", path, strerror(number),
			number == EIO ? "Check the disk."
				      : "Set session.file to a path on a file "
					"system that supports locks.");
	close(*fd);
	*fd = -1;
	return result;
}

void file_mark(int dir, const char *path)
{
	struct stat st;
	int fd = openat(dir, name_in(dir, path),
			O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC |
				O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0)
		(void)!write(fd, "\n", 1);
	close(fd);
}

enum file_result file_read(int dir, const char *path, struct buf *content,
			   struct err *err)
{
	char chunk[CHUNK];
	enum file_result result;
	ssize_t n = 1;
	int fd;

	result = open_file(dir, path, false, &fd, err);
	if (result != FILE_OK)
		return result;
	while (n > 0 || (n < 0 && errno == EINTR)) {
		n = read(fd, chunk, sizeof(chunk));
		if (n > 0 && !buf_add(content, chunk, (size_t)n))
			break;
	}
	if (n != 0) {
		result = FILE_REFUSED;
		err_set(err, "Cannot read the file %s: %s.", path,
			content->failed ? "it is too large; remove it"
					: advice(errno));
	}
	mem_wipe(chunk, sizeof(chunk));
	close(fd);
	return result;
}

static bool write_all(int fd, const char *data, size_t n)
{
	while (n > 0) {
		ssize_t written = write(fd, data, n);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		data += written;
		n -= (size_t)written;
	}
	return true;
}

/* Some file systems cannot sync a directory and return EINVAL. */
static bool sync_dir(int dir)
{
	return fsync(dir) == 0 || errno == EINVAL;
}

/* Makes a new file with that name and content, on disk. */
static bool write_file(int dir, const char *name, const void *data, size_t n)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir, name, flags, PRIVATE_FILE);
	bool ok;

	if (fd < 0)
		return false;
	/* The umask may have taken bits away from the mode. */
	ok = fchmod(fd, PRIVATE_FILE) == 0 && write_all(fd, data, n) &&
	     fsync(fd) == 0;
	return close(fd) == 0 && ok;
}

bool file_replace(int dir, const char *path, const void *data, size_t n,
		  struct err *err)
{
	char *temporary = xasprintf("%s" TEMPORARY, path);
	const char *from = name_in(dir, temporary);
	bool ok;

	unlinkat(dir, from, 0);
	ok = write_file(dir, from, data, n) &&
	     renameat(dir, from, dir, name_in(dir, path)) == 0 && sync_dir(dir);
	if (!ok) {
		err_set(err, "Cannot write the file %s: %s.", path,
			advice(errno));
		unlinkat(dir, from, 0);
	}
	free(temporary);
	return ok;
}

bool file_remove(int dir, const char *path, struct err *err)
{
	file_remove_leftover(dir, path);
	if ((unlinkat(dir, name_in(dir, path), 0) != 0 && errno != ENOENT) ||
	    !sync_dir(dir))
		return err_set(err, "Cannot remove the file %s: %s.", path,
			       advice(errno));
	return true;
}

bool file_is_there(int dir, const char *path)
{
	return exists(dir, path) || file_has_leftover(dir, path);
}

bool file_has_leftover(int dir, const char *path)
{
	char *temporary = xasprintf("%s" TEMPORARY, path);
	bool found = exists(dir, temporary);

	free(temporary);
	return found;
}

void file_remove_leftover(int dir, const char *path)
{
	char *temporary = xasprintf("%s" TEMPORARY, path);

	unlinkat(dir, name_in(dir, temporary), 0);
	free(temporary);
}

char *file_set_aside(int dir, const char *path, const char *suffix,
		     struct err *err)
{
	char *plain = xasprintf("%s%s", path, suffix);
	char *other = xstrdup(plain);

	for (int i = 1; i <= MAX_ASIDE && exists(dir, other); i++) {
		char number[] = {'.', (char)('0' + i), '\0'};

		free(other);
		other = xasprintf("%s%s", plain, number);
	}
	free(plain);
	if (renameat(dir, name_in(dir, path), dir, name_in(dir, other)) == 0 &&
	    sync_dir(dir))
		return other;
	err_set(err, "Cannot rename the file %s: %s.", path, advice(errno));
	free(other);
	return NULL;
}
