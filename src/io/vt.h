/* SPDX-License-Identifier: MIT */
/*
 * The virtual terminals of the Linux console: whether this is one, and what
 * its font can draw. Needs no privilege.
 */
#ifndef GRANTTY_IO_VT_H
#define GRANTTY_IO_VT_H

#include <stdbool.h>

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

#endif
