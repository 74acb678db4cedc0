/* SPDX-License-Identifier: MIT */
/*
 * Groups a user code. Draws nothing.
 */
#include "config.h"

#include "ui/user_code.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wctype.h>

#include "base/text.h"

enum { GROUPED_FROM = 6, GROUP_MAX = 4 };

/* The number of characters; 0 if one of them is neither a letter nor a digit,
 * or belongs to the one before. */
static size_t count(const char *code)
{
	size_t n = 0;
	uint32_t c;

	for (int bytes; *code != '\0'; code += bytes, n++) {
		char one[8] = "";

		bytes = text_decode(code, strlen(code), &c);
		if (bytes <= 0 || !iswalnum((wint_t)c))
			return 0;
		memcpy(one, code, (size_t)bytes);
		if (text_width(one) < 1)
			return 0;
	}
	return n;
}

void user_code_group(char *dst, size_t size, const char *code)
{
	const size_t len = count(code);
	const size_t groups = (len + GROUP_MAX - 1) / GROUP_MAX;
	size_t used = 0;
	uint32_t c;

	if (len < GROUPED_FROM || strlen(code) + groups > size) {
		snprintf(dst, size, "%s", code);
		return;
	}
	/* As even as possible, the shorter ones first. */
	for (size_t i = 0; i < groups; i++) {
		const size_t n =
			len / groups + (i >= groups - len % groups ? 1 : 0);

		if (i > 0)
			dst[used++] = ' ';
		for (size_t k = 0; k < n; k++) {
			const int bytes = text_decode(code, strlen(code), &c);

			memcpy(dst + used, code, (size_t)bytes);
			used += (size_t)bytes;
			code += bytes;
		}
	}
	dst[used] = '\0';
}
