/* SPDX-License-Identifier: MIT */
/*
 * A line of text that a person pastes or types in. It may carry a secret: it
 * stays within the struct and is wiped. Reads nothing itself.
 *
 * Terminals mark the text that is pasted: ESC[200~ before, ESC[201~ after it.
 * Somebody else has found the first; paste_take() looks for the second.
 */
#ifndef GRANTTY_UI_PASTE_H
#define GRANTTY_UI_PASTE_H

#include <stdbool.h>
#include <stddef.h>

enum {
	PASTE_MAX = 8 * 1024,	    /* characters; longer text is refused */
	PASTE_GIVE_UP = 1024 * 1024 /* bytes without an end: it never comes */
};

/* Zeroed: empty. */
struct paste {
	char text[PASTE_MAX + 1];
	size_t len;
	bool too_long;
	size_t taken;	/* bytes since the mark before it */
	size_t matched; /* bytes of the mark after it */
	bool paused;	/* nothing came for a while */
};

/* Appends the character if it is printable ASCII, which is all that an address
 * is made of (RFC 3986 section 2): line ends and other controls are left out.
 */
void paste_add(struct paste *paste, int c);

/* Takes the last character back. */
void paste_erase(struct paste *paste);

/* The text; "" where it was too long or nothing in it was printable. */
const char *paste_text(const struct paste *paste);

/* Empties it and leaves nothing behind. */
void paste_wipe(struct paste *paste);

/* How far pasted text has come. */
enum paste_state {
	PASTE_OPEN,
	PASTE_COMPLETE,
	PASTE_BROKEN /* the end never comes: what follows are keys again */
};

/*
 * Takes the next byte between the marks (or a larger number for a key that is
 * no byte). A mark may come in pieces. Where the second one never comes a
 * person gets out with Ctrl-C or with Escape twice, which are told from the
 * same in the text by the pause before; or else it ends after PASTE_GIVE_UP
 * bytes. Many, as the rest of a text that is merely long would then be keys.
 */
enum paste_state paste_take(struct paste *paste, int c);

/* Nothing more has come so far. */
void paste_pause(struct paste *paste);

#endif
