/* SPDX-License-Identifier: MIT */
/*
 * Sends the probe, reads the answer (CPR), and removes all traces of both.
 */
#include "config.h"

#include "ui/block_width.h"

#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "ui/key_parser.h"
#include "ui/term_type.h"

enum { PATIENCE_MS = 300 };

static bool write_all(int fd, const char *text)
{
	return write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

/* The reported column; 0 if there is none. Uses no clock: each byte may take
 * the whole timeout, but the number of bytes is limited. */
static int read_column(int fd)
{
	struct pollfd answer = {.fd = fd, .events = POLLIN};
	struct key_parser parser;
	unsigned char byte;

	key_parser_init(&parser, true);
	for (int i = 0; i < 64 && poll(&answer, 1, PATIENCE_MS) == 1; i++) {
		if (read(fd, &byte, 1) != 1)
			break;
		(void)key_parser_take(&parser, byte, 0);
		if (parser.cursor_column > 0)
			return parser.cursor_column;
	}
	return 0;
}

enum block_width block_width_of(int column)
{
	switch (column) {
	case 4:
		return BLOCK_WIDTH_ONE;
	case 5:
		return BLOCK_WIDTH_TWO;
	default:
		/* One column for each byte, or four if bytes are displayed as
		 * \303. */
		return column > 5 && column <= 1 + 4 * 7 ? BLOCK_WIDTH_NO_UTF8
							 : BLOCK_WIDTH_UNKNOWN;
	}
}

enum block_width block_width(int fd)
{
	struct termios before, raw;
	enum block_width width;
	int column;

	if (!term_type_places_text() || tcgetpgrp(fd) != getpgrp() ||
	    tcgetattr(fd, &before) != 0)
		return BLOCK_WIDTH_UNKNOWN;
	raw = before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(fd, TCSADRAIN, &raw) != 0)
		return BLOCK_WIDTH_UNKNOWN;
	column = write_all(fd, "\r" BLOCK_WIDTH_PROBE) ? read_column(fd) : 0;
	width = block_width_of(column);
	if (width == BLOCK_WIDTH_NO_UTF8)
		(void)write_all(fd, BLOCK_WIDTH_UNPROTECT);
	(void)write_all(fd, "\r\x1b[K");
	(void)tcsetattr(fd, TCSADRAIN, &before);
	return width;
}
