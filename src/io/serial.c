/* SPDX-License-Identifier: MIT */
/*
 * KEY_FILE.XXXX holds a decimal number; XXXX is derived from the real path of
 * the sealed file, because a key may be used for several. A file that is
 * missing or accessible to other users counts as none.
 */
#include "config.h"

#include "io/serial.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/file.h"

enum { NAME_CHARACTERS = 16, MAX_CONTENT = 64 };

/* As in the session record. */
static const int64_t last_number = INT64_C(1) << 48;

struct serial {
	int dir; /* of the key; -1: nothing can be stored there */
	char *path;
};

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return xstrdup(".");
	return xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* The same for every spelling of the directory. */
static char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = folder_of(path);
	char *real = realpath(folder, NULL);
	char *whole = xasprintf("%s/%s", real != NULL ? real : folder,
				slash != NULL ? slash + 1 : path);
	char *name = crypto_sha256_text(whole, strlen(whole));

	name[NAME_CHARACTERS] = '\0';
	free(whole);
	free(real);
	free(folder);
	return name;
}

struct serial *serial_open(const char *key_file, const char *path)
{
	struct serial *serial = xcalloc(1, sizeof(*serial));
	char *folder = folder_of(key_file);
	char *name = name_of(path);

	serial->path = xasprintf("%s.%s", key_file, name);
	serial->dir = file_find_dir(folder, NULL);
	free(name);
	free(folder);
	return serial;
}

void serial_close(struct serial *serial)
{
	if (serial == NULL)
		return;
	if (serial->dir >= 0)
		close(serial->dir);
	free(serial->path);
	free(serial);
}

int64_t serial_read(const struct serial *serial)
{
	struct buf content;
	int64_t number = 0;
	size_t len;

	if (serial->dir < 0)
		return 0;
	buf_init(&content, MAX_CONTENT);
	if (file_read(serial->dir, serial->path, &content, NULL) == FILE_OK) {
		len = strcspn(buf_text(&content), "\n");
		if (!text_number(buf_text(&content), len, 0, last_number,
				 &number))
			number = 0;
	}
	buf_free(&content);
	return number;
}

bool serial_write(const struct serial *serial, int64_t number)
{
	char text[MAX_CONTENT];
	int len = snprintf(text, sizeof(text), "%" PRId64 "\n", number);

	return serial->dir >= 0 &&
	       file_replace(serial->dir, serial->path, text, (size_t)len, NULL);
}

bool serial_can_write(const struct serial *serial)
{
	return serial->dir >= 0 &&
	       faccessat(serial->dir, ".", W_OK | X_OK, AT_EACCESS) == 0;
}
