/* SPDX-License-Identifier: MIT */
/*
 * Reads a limited size, with the file's type and mode taken from the descriptor
 * that is read.
 */
#include "config.h"

#include "io/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

static bool read_all(int fd, struct buf *out)
{
	char block[4096];
	ssize_t n;

	for (;;) {
		n = read(fd, block, sizeof(block));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if (!buf_add(out, block, (size_t)n)) {
			errno = EFBIG;
			n = -1;
			break;
		}
	}
	mem_wipe(block, sizeof(block));
	return n == 0;
}

enum input_result input_read(const char *path, struct buf *out,
			     bool *open_to_others, struct err *err)
{
	enum input_result result = INPUT_FAILED;
	struct stat st;
	/* O_NONBLOCK: opening a FIFO must not wait for a writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0) {
		/* ENOTDIR: HOME=/dev/null, as service accounts often have. */
		result = errno == ENOENT || errno == ENOTDIR ? INPUT_MISSING
							     : INPUT_FAILED;
		err_set(err, "Cannot open %s: %s.", path, strerror(errno));
		/* There is a file, as far as its owner is concerned. */
		if (result == INPUT_MISSING && lstat(path, &st) == 0) {
			result = INPUT_FAILED;
			err_set(err,
				"Cannot open %s: it is a symbolic link to "
				"a file that does not exist.",
				path);
		}
		return result;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		err_set(err, "%s is not a regular file.", path);
		goto out;
	}
	if (open_to_others != NULL)
		*open_to_others = (st.st_mode & (S_IRWXG | S_IRWXO)) != 0;
	if (!read_all(fd, out)) {
		err_set(err, "Cannot read %s: %s.", path, strerror(errno));
		goto out;
	}
	result = INPUT_OK;
out:
	(void)close(fd);
	return result;
}

static bool begins_with(const struct buf *text, const char *bytes, size_t n)
{
	return text->len >= n && memcmp(text->data, bytes, n) == 0;
}

/* Recognized by its byte order mark, or else by the NUL byte in each ASCII
 * character. */
static bool is_utf16(const struct buf *text)
{
	return begins_with(text, "\xff\xfe", 2) ||
	       begins_with(text, "\xfe\xff", 2) ||
	       (text->len >= 2 &&
		(text->data[0] == '\0') != (text->data[1] == '\0'));
}

enum input_result input_read_text(const char *path, struct buf *out,
				  bool *open_to_others, struct err *err)
{
	static const char mark[] = "\xef\xbb\xbf";
	enum input_result result = input_read(path, out, open_to_others, err);
	size_t n = sizeof(mark) - 1;

	if (result != INPUT_OK)
		return result;
	if (is_utf16(out)) {
		err_set(err,
			"%s is in UTF-16: save it as UTF-8, for example with "
			"iconv -f UTF-16 -t UTF-8.",
			path);
		return INPUT_FAILED;
	}
	if (out->len > 0 && memchr(out->data, '\0', out->len) != NULL) {
		err_set(err,
			"%s is not a text file: it contains a NUL byte. Save "
			"it as UTF-8 text.",
			path);
		return INPUT_FAILED;
	}
	if (begins_with(out, mark, n)) {
		out->len -= n;
		memmove(out->data, out->data + n, out->len + 1);
	}
	return INPUT_OK;
}

bool input_is_credential(const char *path)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	size_t n = folder != NULL ? strlen(folder) : 0;

	if (n == 0 || strncmp(path, folder, n) != 0 || path[n] != '/')
		return false;
	path += n + 1;
	/* Not in a subdirectory: such a path could lead out again. */
	return path[0] != '\0' && strchr(path, '/') == NULL;
}

bool input_complain_open(const char *path, struct err *err)
{
	return err_set(err,
		       "Other users can read %s, which contains a secret: run "
		       "chmod 600 %s.",
		       path, path);
}

char *input_read_secret(const char *path, size_t max, bool guarded,
			struct err *err)
{
	bool open_to_others = false;
	char *secret = NULL;
	struct buf buf;

	buf_init(&buf, max);
	if (input_read_text(path, &buf, &open_to_others, err) != INPUT_OK)
		goto out;
	if (open_to_others && !guarded) {
		(void)input_complain_open(path, err);
		goto out;
	}
	secret = xstrndup(buf_text(&buf), strcspn(buf_text(&buf), "\r\n"));
	if (secret[0] == '\0') {
		err_set(err, "%s is empty: put the secret on its first line.",
			path);
		secret_free(secret);
		secret = NULL;
	}
out:
	buf_free(&buf);
	return secret;
}
