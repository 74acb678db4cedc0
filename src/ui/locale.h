/* SPDX-License-Identifier: MIT */
/*
 * The locale, which says what characters may be written. Apart from the
 * terminal, because verbs that print lines need no curses.
 */
#ifndef GRANTTY_UI_LOCALE_H
#define GRANTTY_UI_LOCALE_H

#include <stdbool.h>

/* Sets the locale from the environment (or name, unless ""), with C.UTF-8 as
 * the fallback for characters except on a vt100 and similar. True if characters
 * are UTF-8. */
bool locale_set(const char *name);

/* True if the characters of the locale are UTF-8. */
bool locale_is_utf8(void);

/* True if something between here and the user may not accept UTF-8, as GNU
 * screen and tmux do not with a locale (name, or that of the environment if "")
 * that is not UTF-8. */
bool locale_may_lack_utf8(const char *name);

#endif
