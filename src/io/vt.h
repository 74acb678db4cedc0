/* SPDX-License-Identifier: MIT */
/*
 * The virtual terminals of the Linux console: what their font can draw, making
 * it draw half blocks, refusing to leave. Needs no capability, only that the
 * terminal is the process's controlling one.
 *
 * What was changed is given back on every way out, by a guard where the program
 * is killed or the terminal hangs up (io/guard). Where both are killed at once,
 * the two glyphs stay as they are: the next start finds that half blocks are
 * there, and uses them.
 */
#ifndef GRANTTY_IO_VT_H
#define GRANTTY_IO_VT_H

#include <stdbool.h>

struct err;
struct vt;

/* Whether the descriptor is a virtual terminal, whatever TERM says. */
bool vt_is_one(int fd);

enum vt_blocks {
	VT_BLOCKS_UNKNOWN, /* no virtual terminal, or it does not tell */
	VT_BLOCKS_MISSING,
	VT_BLOCKS_THERE
};

/* Whether its font has the upper and the lower half block, without which a QR
 * code takes twice the rows. */
enum vt_blocks vt_blocks(int fd);

/*
 * Takes the virtual terminal at fd, which stays the caller's: remembers how it
 * is, and draws half blocks in place of two glyphs that no text needs where
 * its font has none. To be called before any secret is in memory. NULL where
 * fd is something else.
 */
struct vt *vt_open(int fd);

/*
 * Draws half blocks again where somebody has set a font without them since, as
 * the boot does, and remembers that one instead: once it was the same in two
 * calls, for glyphs and map are not set at once. True where it did: what is on
 * the screen has to be drawn anew.
 */
bool vt_mend_font(struct vt *vt);

/* Gives it back as it was, but for a font that somebody else has set since;
 * NULL is fine. */
void vt_close(struct vt *vt);

/*
 * From now on switching to another virtual terminal needs vt_refuse(), until
 * vt_close() or the end of the process. The kernel asks with SIGUSR1, which
 * the caller must be listening for. False with *err.
 */
bool vt_lock(struct vt *vt, struct err *err);

/* Answers SIGUSR1: no. */
void vt_refuse(const struct vt *vt);

#endif
