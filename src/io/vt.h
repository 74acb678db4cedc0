/* SPDX-License-Identifier: MIT */
/*
 * The virtual terminals of the Linux console: finds out what their font can
 * draw, adds half blocks to it, and prevents console switching. Needs no
 * capability, only that the terminal is the process's controlling one.
 *
 * All changes are undone whenever the program ends, by a guard process if it is
 * killed or the terminal hangs up (io/guard). If both are killed at once, the
 * two changed glyphs stay: the next start finds the half blocks there and uses
 * them.
 */
#ifndef GRANTTY_IO_VT_H
#define GRANTTY_IO_VT_H

#include <stdbool.h>

struct err;
struct vt;
struct vt_font;

/* True if the descriptor is a virtual terminal, whatever TERM says. */
bool vt_is_one(int fd);

/* True if the virtual terminal at fd is in UTF-8 mode, judged by its keyboard
 * mode, which can be queried; true if fd is not a virtual terminal. */
bool vt_is_utf8(int fd);

enum vt_blocks {
	VT_BLOCKS_UNKNOWN, /* not a virtual terminal, or it does not say */
	VT_BLOCKS_MISSING,
	VT_BLOCKS_THERE
};

/* True if its font has the upper and the lower half block. Without them, a QR
 * code takes twice as many rows. */
enum vt_blocks vt_blocks(int fd);

/* The map of the console's font at fd, for vt_font_has_all(); free() it. NULL:
 * fd is not a console, or its font is not known. */
struct vt_font *vt_font_of(int fd);

/* True if its font lacks a character of the text; false if fd is not a virtual
 * terminal or does not say. */
bool vt_lacks_glyphs(int fd, const char *text);

/*
 * Opens the virtual terminal at fd, which stays the caller's: saves its state,
 * and if its font has no half blocks, draws them in place of two glyphs that no
 * text needs. Call before any secret is in memory. NULL if fd is not a virtual
 * terminal.
 */
struct vt *vt_open(int fd);

/*
 * Draws half blocks again if another program has since set a font without them,
 * as happens at boot, and restores that font later instead. Acts only once the
 * font was the same in two calls, because glyphs and map are not set at once.
 * True if it did; the screen must then be redrawn.
 */
bool vt_repair_font(struct vt *vt);

/* Restores the terminal, except for a font that another program has set since;
 * NULL is fine. */
void vt_close(struct vt *vt);

/* Switches its output and its keyboard to UTF-8 until vt_close() or the end of
 * the process, for a console that was booted with vt.default_utf8=0. NULL is
 * fine. */
void vt_use_utf8(struct vt *vt);

/*
 * Prevents switching to another virtual terminal until vt_close() or the end of
 * the process. The kernel requests each switch with SIGUSR1, which the caller
 * must handle with vt_refuse(). False with *err.
 */
bool vt_lock(struct vt *vt, struct err *err);

/* Refuses the switch that SIGUSR1 has requested. */
void vt_refuse(const struct vt *vt);

#endif
