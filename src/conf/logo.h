/* SPDX-License-Identifier: MIT */
/*
 * A logo made of characters, as an operator drew it. Checks text; opens no file
 * and draws nothing.
 */
#ifndef GRANTTY_CONF_LOGO_H
#define GRANTTY_CONF_LOGO_H

#include <stdbool.h>
#include <stddef.h>

struct err;

enum { LOGO_MAX = 16 * 1024 }; /* bytes of the file */

/*
 * Reads a logo: UTF-8 text without control characters, other than the ends of
 * its lines. *logo is the text, clean, each line ended by '\n', without blanks
 * at the ends of lines and without empty lines above and below; the caller
 * frees it. name is the file's name, for messages. False with file and line if
 * anything else is in it; *logo is then unchanged.
 */
bool logo_parse(char **logo, const char *text, size_t len, const char *name,
		struct err *err);

#endif
