/* SPDX-License-Identifier: MIT */
/*
 * The screens: lays panels out for the current size, draws a const model, and
 * keeps the state that only concerns the view (zoom, scroll position, open
 * help).
 */
#ifndef GRANTTY_UI_UI_H
#define GRANTTY_UI_UI_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/options.h"
#include "ui/command.h"

struct model;
struct term;
struct ui;

/* drawing: screen.qr. */
struct ui *ui_new(struct term *term, enum drawing drawing);
void ui_free(struct ui *ui);

/* Offers keys that copy the code and the address to the terminal's clipboard,
 * if it may have one. */
void ui_offer_copies(struct ui *ui);

/* Makes the address and the code hyperlinks to the address with the code in
 * it. */
void ui_link_addresses(struct ui *ui);

/* Countdowns change less often, see calm.h. */
void ui_keep_calm(struct ui *ui);

/* The current mode: a key changes it. */
enum drawing ui_drawing(const struct ui *ui);

/* Another user may be at the screen: what the last one chose is over. */
void ui_new_visitor(struct ui *ui);

/* Handles a key (enum key) and returns what it requests from the app. */
enum command ui_key(struct ui *ui, const struct model *model, int key);

/*
 * The text pasted or typed with the last COMMAND_PASTE: at most 8 KiB of
 * printable ASCII; "" if it was longer or there was none. Valid until the next
 * ui_key() or ui_draw(), which wipes it, as it may carry a secret.
 */
const char *ui_pasted(const struct ui *ui);

/*
 * Draws what has changed since the last call (everything after ui_dirty()) and
 * writes it out; a slow line gets the rest gradually. If the terminal accepts
 * no output now, skips the frame and returns false: call again once its
 * descriptor is writable.
 */
bool ui_draw(struct ui *ui, const struct model *model);

/* Redraws everything next time (resize, repaint). */
void ui_dirty(struct ui *ui);

/* Removes the screen contents from memory, from the output and, unless
 * term_keep_history() was called, from the terminal's scrollback. Call it after
 * a sign-out and before term_close(). */
void ui_forget(struct ui *ui);

/* Rewrites everything at this interval from now on (0: never), because others,
 * above all the kernel, write to the same terminal. */
void ui_repaint_every(struct ui *ui, int64_t every_ms);

/* When the screen that was drawn last changes by itself next: a visible
 * countdown's next second, the burn-in protection, or the rest of the screen on
 * a slow line. */
int64_t ui_deadline(const struct ui *ui, const struct model *model);

#endif
