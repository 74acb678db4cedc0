/* SPDX-License-Identifier: MIT */
/*
 * An error message: one sentence that tells the user what went wrong and what
 * to do. The caller owns it; a failing function fills it in.
 */
#ifndef GRANTTY_BASE_ERR_H
#define GRANTTY_BASE_ERR_H

#include <stdbool.h>

struct err {
	char text[512];
};

/*
 * Sets the message (printf format, clipped to the size of the text; control
 * characters from outside are replaced). Always returns false, so that a
 * function can end with "return err_set(err, ...)". err may be NULL.
 */
bool err_set(struct err *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
