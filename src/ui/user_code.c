/* SPDX-License-Identifier: MIT */
/*
 * Groups a user code. Draws nothing.
 */
#include "config.h"

#include "ui/user_code.h"

#include <stdio.h>
#include <string.h>

enum { GROUPED_FROM = 6, GROUP_MAX = 4 };

static const char alphanumeric[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789";

void user_code_group(char *dst, size_t size, const char *code)
{
	const size_t len = strlen(code);
	const size_t groups = (len + GROUP_MAX - 1) / GROUP_MAX;
	size_t used = 0;

	if (len < GROUPED_FROM || len + groups > size ||
	    strspn(code, alphanumeric) != len) {
		snprintf(dst, size, "%s", code);
		return;
	}
	/* As even as possible, the shorter ones first. */
	for (size_t i = 0; i < groups; i++) {
		const size_t start =
			i * (len / groups) +
			(i > groups - len % groups ? i - (groups - len % groups)
						   : 0);
		const size_t n =
			len / groups + (i >= groups - len % groups ? 1 : 0);

		if (i > 0)
			dst[used++] = ' ';
		memcpy(dst + used, code + start, n);
		used += n;
	}
	dst[used] = '\0';
}
