/* SPDX-License-Identifier: MIT */
/*
 * All of the file is what crypto_seal() gave, or the bare text.
 */
#include "config.h"

#include "io/sealed.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"

enum { MAX_FILE = 1024 * 1024 };

enum file_result sealed_read(int dir, const char *path,
			     const unsigned char *key, struct buf *out,
			     struct err *err)
{
	enum file_result result;
	struct buf content;
	bool ok;

	buf_init(&content, MAX_FILE);
	result = file_read(dir, path, &content, err);
	if (result == FILE_OK) {
		ok = key != NULL
			     ? crypto_open(out, content.data, content.len, key)
			     : buf_add(out, buf_text(&content), content.len);
		if (!ok) {
			result = FILE_REFUSED;
			err_set(err,
				"The file %s was changed or sealed with "
				"another key.",
				path);
		}
	}
	buf_free(&content);
	return result;
}

bool sealed_replace(int dir, const char *path, const char *text,
		    const unsigned char *key, struct err *err)
{
	struct buf content;
	bool ok;

	buf_init(&content, 2 * MAX_FILE);
	if (key != NULL)
		(void)crypto_seal(&content, text, strlen(text), key);
	else
		(void)buf_adds(&content, text);
	ok = file_replace(dir, path, buf_text(&content), content.len, err);
	buf_free(&content);
	return ok;
}
