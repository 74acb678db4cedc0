/* SPDX-License-Identifier: MIT */
/*
 * A line of text that the user pastes or types. It may carry a secret: it stays
 * within the struct and is wiped. Reads no input itself.
 *
 * Terminals mark pasted text: ESC[200~ before it, ESC[201~ after it. The caller
 * finds the first mark; paste_take() looks for the second.
 */
#ifndef GRANTTY_UI_PASTE_H
#define GRANTTY_UI_PASTE_H

#include <stdbool.h>
#include <stddef.h>

enum {
	PASTE_MAX = 8 * 1024, /* characters; longer text is rejected */
	PASTE_GIVE_UP =
		1024 * 1024 /* bytes after which the end mark is given up */
};

/* Zeroed: empty. */
struct paste {
	char text[PASTE_MAX + 1];
	size_t len;
	bool too_long;
	size_t taken;	/* bytes since the start mark */
	size_t matched; /* matched bytes of the end mark */
	bool paused;	/* nothing arrived for a while */
	bool eight_bit; /* the marks begin with a C1 control */
};

/* A start mark has arrived, and text follows. eight_bit: it began with a C1
 * control in place of ESC[, as the end mark will. */
void paste_begin(struct paste *paste, bool eight_bit);

/* Appends the character if it is printable ASCII, the only characters of an
 * address (RFC 3986 section 2). Line ends and other controls are dropped. */
void paste_add(struct paste *paste, int c);

/* Removes the last character. */
void paste_erase(struct paste *paste);

/* The text; "" if it was too long or had no printable characters. */
const char *paste_text(const struct paste *paste);

/* Empties it and leaves nothing in memory. */
void paste_wipe(struct paste *paste);

/* How far pasted text has arrived. */
enum paste_state {
	PASTE_OPEN,
	PASTE_COMPLETE,
	PASTE_BROKEN /* no end mark: what follows are keys again */
};

/*
 * Takes the next byte between the marks (or a larger number for a key that is
 * not a byte). A mark may arrive in pieces. If the end mark never arrives,
 * Ctrl-C or Escape twice leaves the paste; the pause before tells them from the
 * same bytes in the text. Otherwise it ends after PASTE_GIVE_UP bytes. The
 * limit is high because the rest of a text that is merely long would be taken
 * for keys.
 */
enum paste_state paste_take(struct paste *paste, int c);

/* Notes that nothing more has arrived so far. */
void paste_pause(struct paste *paste);

#endif
