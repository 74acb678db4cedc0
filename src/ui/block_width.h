/* SPDX-License-Identifier: MIT */
/*
 * How wide a terminal draws half blocks, found out where no screen is open.
 */
#ifndef GRANTTY_UI_BLOCK_WIDTH_H
#define GRANTTY_UI_BLOCK_WIDTH_H

enum block_width {
	BLOCK_WIDTH_UNKNOWN,
	BLOCK_WIDTH_ONE,
	BLOCK_WIDTH_TWO,
	BLOCK_WIDTH_NO_UTF8 /* treats each byte as a character */
};

/* Draws two letters that always take one column each, then a half block, and
 * requests the cursor position. */
#define BLOCK_WIDTH_PROBE "\xc3\xa7\xc3\xa7\xe2\x96\x80\x1b[6n"

/* A terminal that treats bytes as characters takes the second byte of a block
 * for SPA and guards what follows, so that clearing the screen would not remove
 * it. EPA ends that; xterm also needs DECSCA, which ends its kind of
 * protection. */
#define BLOCK_WIDTH_UNPROTECT "\x1bW\x1b[0\"q"

/* Interprets the reported column, for a probe that began in the first one:
 * 1. */
enum block_width block_width_of(int column);

/* Queries the terminal at that descriptor, for a third of a second. "Unknown"
 * if it does not answer or currently belongs to another process. Anything typed
 * meanwhile is lost. Leaves the cursor in the first column of a blank row. */
enum block_width block_width(int fd);

#endif
