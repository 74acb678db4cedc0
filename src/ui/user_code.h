/* SPDX-License-Identifier: MIT */
/*
 * How a user code is written to be read: in groups. What is typed, copied and
 * linked is the code as the provider sent it (RFC 8628 section 6.1).
 */
#ifndef GRANTTY_UI_USER_CODE_H
#define GRANTTY_UI_USER_CODE_H

#include <stddef.h>

/* Enough for any code on a screen; longer ones are cut. */
enum { USER_CODE_BYTES = 512 };

/*
 * Writes the code in groups of three or four characters, with spaces between
 * them: "505 549", "KQPW ZXTR". One that has fewer than six characters, or a
 * separator of its own, stays as it is. Of letters beyond ASCII the locale has
 * to know that they are some.
 */
void user_code_group(char *dst, size_t size, const char *code);

#endif
