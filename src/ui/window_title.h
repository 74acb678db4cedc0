/* SPDX-License-Identifier: MIT */
/*
 * The title of the terminal's window: what is going on, and who is signed in.
 */
#ifndef GRANTTY_UI_WINDOW_TITLE_H
#define GRANTTY_UI_WINDOW_TITLE_H

struct buf;
struct model;

/* Appends the title for what the screen shows. */
void window_title_of(struct buf *out, const struct model *model);

#endif
