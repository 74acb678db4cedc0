/* SPDX-License-Identifier: MIT */
/*
 * The screens: lays panels out for the size there is, draws a const model, and
 * keeps what only concerns looking (zoom, scroll position, open help).
 */
#ifndef GRANTTY_UI_UI_H
#define GRANTTY_UI_UI_H

#include <stdbool.h>
#include <stdint.h>

struct model;
struct term;
struct ui;

/* What a key asks the app for. */
enum command {
	COMMAND_NONE,	/* nothing: the key was for looking, or means nothing */
	COMMAND_START,	/* sign in; a new code; try again */
	COMMAND_CANCEL, /* give up (Escape, where it means that; Ctrl-C) */
	COMMAND_SIGN_OUT,
	COMMAND_QUIT,
	COMMAND_APPROVE, /* demo only: approve as the phone would */
	COMMAND_PASTE	 /* an address was entered: see ui_pasted(). Only while
			  * the model has an authorization_uri */
};

/* mode: screen.qr ("auto", "half", "full", "text"). */
struct ui *ui_new(struct term *term, const char *mode);
void ui_free(struct ui *ui);

/* The mode by now: a key changes it. */
const char *ui_drawing(const struct ui *ui);

/* Takes a key (enum key) in; what it asks of the app comes out. */
enum command ui_key(struct ui *ui, const struct model *model, int key);

/*
 * What was pasted or typed with the last COMMAND_PASTE: at most 8 KiB of
 * printable ASCII; "" where it was longer or none. Valid until the next
 * ui_key() or ui_draw(), and wiped then, as it may carry a secret.
 */
const char *ui_pasted(const struct ui *ui);

/*
 * Draws what has changed since the last call (everything after ui_dirty()) and
 * writes it out; a slow line gets the rest by and by. Where the terminal takes
 * nothing at present the frame is skipped and false is returned: call again
 * once its descriptor has room.
 */
bool ui_draw(struct ui *ui, const struct model *model);

/* The next drawing starts from scratch (resize, repaint, another theme). */
void ui_dirty(struct ui *ui);

/* Leaves nothing of what is on the screen in memory, in the output or in what
 * the terminal has scrolled out of sight: for when somebody has signed out, and
 * before term_close(). */
void ui_forget(struct ui *ui);

/* From now on everything is written again so often (0: never): others, the
 * kernel first of all, write on the same terminal. */
void ui_repaint_every(struct ui *ui, int64_t every_ms);

/* When the screen changes by itself next: a whole second of a countdown that is
 * on show, what spares the screen, or the rest of it on a slow line. */
int64_t ui_deadline(const struct ui *ui, const struct model *model);

#endif
