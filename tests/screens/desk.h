/* SPDX-License-Identifier: MIT */
/*
 * A terminal for tests to draw on. Failures are cmocka's.
 */
#ifndef GRANTTY_TESTS_SCREENS_DESK_H
#define GRANTTY_TESTS_SCREENS_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct theme;

struct desk {
	int master, slave; /* the terminal's end and the program's */
	pid_t reader;	   /* takes what comes out; 0: nobody does */
	int counts;	   /* where it tells how much that was */
	struct term *term;
	struct ui *ui;
};

/* A theme as a person would choose one: colours on the terminal's ground. */
struct theme desk_theme(void);

/* A pseudo-terminal of that size, and no more. */
void desk_plug(struct desk *desk, int columns, int rows);

/* Reads all that is written to it from now on, for desk_output(). */
void desk_start_reader(struct desk *desk);

/* The same, with a terminal of that type and the screens on it. */
void desk_open(struct desk *desk, int columns, int rows, const char *type,
	       const char *mode);
void desk_close(struct desk *desk);

/* Hangs up: what a closed window or a broken line does. */
void desk_unplug(struct desk *desk);

/* The terminal takes nothing for a while. */
void desk_pause(struct desk *desk);
void desk_continue(struct desk *desk);

void desk_set_size(struct desk *desk, int columns, int rows);

/* How many bytes went out since the last call. */
size_t desk_output(struct desk *desk);

/* The characters that were drawn, row by row, without blanks at the ends. */
void desk_read(const struct desk *desk, char *text, size_t size);

/* The same, of what was written to the terminal by now. */
void desk_read_written(const struct desk *desk, char *text, size_t size);

/* Whether the upper (0) or lower (1) half of a cell is light, on a terminal
 * with a dark ground. */
bool desk_is_light(int y, int x, int half);

/* Whether there is nothing in a cell, and whether it is drawn faint or in
 * reverse video. */
bool desk_is_blank(int y, int x);
bool desk_is_faint(int y, int x);
bool desk_is_reversed(int y, int x);

#endif
