/* SPDX-License-Identifier: MIT */
/*
 * What the bare name of a terminal's type tells, without terminfo.
 */
#ifndef GRANTTY_UI_TERM_NAME_H
#define GRANTTY_UI_TERM_NAME_H

#include <stdbool.h>

/* True if that is a name of the Linux console ("linux", "linux-16color", ...),
 * which has one glyph of one column for each character. name may be NULL. */
bool term_name_is_console(const char *name);

/* True for "vt100", "vt220-8bit" and the like: no newer terminal uses these
 * names. NULL is fine. */
bool term_name_is_old(const char *name);

#endif
