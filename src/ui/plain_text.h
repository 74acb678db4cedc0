/* SPDX-License-Identifier: MIT */
/*
 * A code as plain lines: sentences first, so that a screen reader begins with
 * them, then the best QR code that fits the screen as a whole. Knows neither
 * curses nor where the lines go.
 */
#ifndef GRANTTY_UI_PLAIN_TEXT_H
#define GRANTTY_UI_PLAIN_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/rect.h"
#include "ui/view.h"

struct buf;

enum { PLAIN_TEXT_MAX = 256 * 1024 }; /* bytes, enough for any code */

/* Where the lines are printed. */
struct plain_output {
	struct rect size;     /* of the terminal, in cells; many rows if nothing
			       * scrolls away */
	enum drawing drawing; /* as set by screen.qr */
	bool colours; /* without them no QR code is drawn: on a light background
		       * it would be inverted */
	bool halves;  /* there are half blocks, in UTF-8 */
	bool shows_code; /* all its characters can be shown */
	bool links;	 /* address and code may be hyperlinks */
};

/* The code, as the model has it; all text is clean. */
struct plain_code {
	const char *label; /* of the provider */
	const char *user_code;
	const char *verification_uri;
	const char *verification_uri_complete; /* NULL: none */
	int64_t expires_in_s;
	const char *caution; /* when to approve; NULL: none */
};

/*
 * Appends the sign-in instructions (RFC 8628 section 3.3): address, code in
 * groups, the code spelled out, and how long it is valid, in blocks with empty
 * lines between them. The QR code follows if it fits
 * the output with all the text and three rows for the cursor and the log. It
 * carries the complete address with the widest quiet zone that fits. If room is
 * short, the text is shortened first, and then loses its empty lines, then the
 * address without the code is used, then the QR code is left out. A code that
 * cannot be shown is never replaced by another.
 */
void plain_text_code(struct buf *out, const struct plain_output *output,
		     const struct plain_code *code);

#endif
