/* SPDX-License-Identifier: MIT */
/*
 * Reads 32 raw bytes, or 64 hexadecimal digits with an optional newline.
 */
#include "config.h"

#include "io/key_file.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "io/file.h"
#include "io/input.h"

enum { MAX_FILE = 1024, HEX_LEN = 2 * CRYPTO_KEY_SIZE };

static bool decode(unsigned char *key, const struct buf *content)
{
	static const char mark[] = "\xef\xbb\xbf"; /* UTF-8 byte order mark */
	const char *hex = content->data;
	size_t len = content->len;

	if (len == CRYPTO_KEY_SIZE) {
		memcpy(key, content->data, CRYPTO_KEY_SIZE);
		return true;
	}
	if (len >= sizeof(mark) - 1 &&
	    memcmp(hex, mark, sizeof(mark) - 1) == 0) {
		hex += sizeof(mark) - 1;
		len -= sizeof(mark) - 1;
	}
	if (len == HEX_LEN + 1 && hex[HEX_LEN] == '\n')
		len--;
	else if (len == HEX_LEN + 2 && memcmp(hex + HEX_LEN, "\r\n", 2) == 0)
		len -= 2;
	return len == HEX_LEN && crypto_hex_decode(key, CRYPTO_KEY_SIZE, hex);
}

static enum file_result read_content(const char *path, struct buf *content,
				     struct err *err)
{
	if (!input_is_credential(path))
		return file_read(AT_FDCWD, path, content, err);
	switch (input_read(path, content, NULL, err)) {
	case INPUT_OK:
		return FILE_OK;
	case INPUT_MISSING:
		return FILE_MISSING;
	case INPUT_FAILED:
		break;
	}
	return FILE_REFUSED;
}

bool key_file_read(const char *path, unsigned char key[CRYPTO_KEY_SIZE],
		   struct err *err)
{
	struct buf content;
	bool ok = false;

	buf_init(&content, MAX_FILE);
	switch (read_content(path, &content, err)) {
	case FILE_OK:
		ok = decode(key, &content);
		if (!ok)
			err_set(err,
				"The key file %s does not contain a key: it "
				"must have 32 bytes, or 64 hexadecimal "
				"digits, as from openssl rand -hex 32.",
				path);
		break;
	case FILE_MISSING:
		err_set(err,
			"The key file %s does not exist: create it with "
			"(umask 077; openssl rand -hex 32 > %s).",
			path, path);
		break;
	case FILE_LOCKED:
	case FILE_REFUSED:
		break;
	}
	buf_free(&content);
	return ok;
}
