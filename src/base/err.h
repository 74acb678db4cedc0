/* SPDX-License-Identifier: MIT */
/*
 * The one sentence that tells a person what went wrong and what to do.
 * The caller owns it; a failing function fills it in.
 */
#ifndef GRANTTY_BASE_ERR_H
#define GRANTTY_BASE_ERR_H

#include <stdbool.h>

struct err {
	char text[512];
};

/*
 * Sets the sentence (printf format, clipped at the size of the text; control
 * characters that came in from outside are replaced). Always returns false,
 * so that a function can end with "return err_set(err, ...)". A NULL err is
 * fine.
 */
bool err_set(struct err *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
