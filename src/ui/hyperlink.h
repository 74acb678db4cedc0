/* SPDX-License-Identifier: MIT */
/*
 * Terminal hyperlinks (OSC 8, https://gist.github.com/egmontkob/
 * eb114294efbcd5adb1944c9f3cb5feda). Opens no terminal.
 */
#ifndef GRANTTY_UI_HYPERLINK_H
#define GRANTTY_UI_HYPERLINK_H

#include <stdbool.h>

#include "conf/options.h"

struct buf;

/* The longest address that VTE accepts; others accept at least that much. */
enum { HYPERLINK_URI_MAX = 2083 };

/* Ends a hyperlink. */
#define HYPERLINK_END "\x1b]8;;\x1b\\"

/*
 * Appends the sequence that makes the following text a link to the URI. All
 * parts with the same URI form one link, wherever they are. Bytes that could
 * end the sequence are percent-encoded. Appends nothing and returns false if
 * the URI is too long.
 */
bool hyperlink_begin(struct buf *out, const char *uri);

/*
 * True if hyperlinks may be sent to the terminal at that descriptor, whose type
 * was chosen last (ui/term_type.h): it supports them, or ignores them like any
 * unknown sequence of that form, and is not a serial line. setting:
 * screen.hyperlinks.
 */
bool hyperlink_may_be_sent(int fd, enum hyperlinks setting);

#endif
