/* SPDX-License-Identifier: MIT */
/*
 * The whole file is the output of crypto_seal(), or plain text.
 */
#include "config.h"

#include "io/sealed.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

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
			     ? crypto_open(out, content.data, content.len,
					   key) == CRYPTO_OPENED
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

/* Sealed content is random bytes: 60 or more of these are never UTF-8 without
 * control characters. */
static bool is_text(const struct buf *content)
{
	uint32_t code_point = 0;
	int n = 1;

	for (size_t i = 0; i < content->len; i += (size_t)n) {
		n = text_decode(content->data + i, content->len - i,
				&code_point);
		if (n < 0 || (code_point < ' ' && code_point != '\n') ||
		    code_point == 0x7f)
			return false;
	}
	return true;
}

bool sealed_is_foreign(int dir, const char *path, const unsigned char *key)
{
	static const unsigned char no_key[CRYPTO_KEY_SIZE];
	struct buf content, text;
	bool foreign;

	buf_init(&content, MAX_FILE);
	buf_init(&text, MAX_FILE);
	foreign = file_read(dir, path, &content, NULL) == FILE_OK &&
		  !is_text(&content) &&
		  crypto_open(&text, content.data, content.len,
			      key != NULL ? key : no_key) == CRYPTO_OTHER_KEY;
	buf_free(&text);
	buf_free(&content);
	return foreign;
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
