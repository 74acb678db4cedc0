/* SPDX-License-Identifier: MIT */
/*
 * Writes a file next to it and renames that. The temporary name has a suffix
 * that no collector reads.
 */
#include "config.h"

#include "io/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"

enum { READABLE = 0644 };

static bool write_file(const char *path, const void *data, size_t n)
{
	int fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		     READABLE);
	ssize_t written;
	bool ok;

	if (fd < 0)
		return false;
	/* The umask may have taken bits away from the mode. */
	ok = fchmod(fd, READABLE) == 0;
	written = ok ? write(fd, data, n) : -1;
	if (written >= 0 && (size_t)written < n)
		errno = ENOSPC;
	ok = written >= 0 && (size_t)written == n;
	return close(fd) == 0 && ok;
}

bool textfile_replace(const char *path, const void *data, size_t n,
		      struct err *err)
{
	char *beside = xasprintf("%s~tmp", path);
	bool ok;

	(void)unlink(beside);
	ok = write_file(beside, data, n) && rename(beside, path) == 0;
	if (!ok) {
		err_set(err, "Cannot write the file %s: %s.", path,
			strerror(errno));
		(void)unlink(beside);
	}
	free(beside);
	return ok;
}
