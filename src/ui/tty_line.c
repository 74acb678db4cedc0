/* SPDX-License-Identifier: MIT */
/*
 * Asks the kernel about the line of a terminal. Uses no curses.
 */
#include "config.h"

#include "ui/tty_line.h"

#include <sys/ioctl.h>

/* The size that the kernel reports; unknown parts are 0. */
static struct winsize query_size(int fd)
{
	struct winsize size = {0};

	if (ioctl(fd, TIOCGWINSZ, &size) != 0)
		size = (struct winsize){0};
	return size;
}

bool tty_line_has_size(int fd)
{
	const struct winsize size = query_size(fd);

	return size.ws_row > 0 && size.ws_col > 0;
}

/* A serial line reports 0x0: use the size that all terminals once had. */
static int or_usual(int size, int usual)
{
	return size == 0 ? usual : size;
}

struct rect tty_line_size(int fd)
{
	const struct winsize size = query_size(fd);

	return (struct rect){
		.rows = or_usual(size.ws_row, 24),
		.columns = or_usual(size.ws_col, 80),
	};
}

bool tty_line_is_serial(int fd)
{
	int modem_lines; /* which nothing else has */

	return ioctl(fd, TIOCMGET, &modem_lines) == 0;
}
