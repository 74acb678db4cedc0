/* SPDX-License-Identifier: MIT */
/*
 * Formats the error message and cleans it. Prints nothing.
 */
#include "config.h"

#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

bool err_set(struct err *err, const char *format, ...)
{
	/* Not directly into err: its old text may be an argument. */
	char raw[2 * sizeof(err->text)];
	va_list args;

	if (err == NULL)
		return false;
	va_start(args, format);
	if (vsnprintf(raw, sizeof(raw), format, args) < 0)
		raw[0] = '\0';
	va_end(args);
	text_clip(err->text, sizeof(err->text), raw, strlen(raw), -1,
		  TEXT_DOTS);
	return false;
}
