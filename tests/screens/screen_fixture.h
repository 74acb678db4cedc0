/* SPDX-License-Identifier: MIT */
/*
 * A terminal for tests to draw on. Failures are cmocka's.
 */
#ifndef GRANTTY_TESTS_SCREENS_DESK_H
#define GRANTTY_TESTS_SCREENS_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <wchar.h>

struct theme;

struct screen_fixture {
	int master, slave; /* the terminal's end and the program's */
	pid_t reader;	   /* takes what comes out; 0: nobody does */
	int counts;	   /* where it tells how much that was */
	struct term *term;
	struct ui *ui;
};

/* A theme as a person would choose one: colours on the terminal's ground. */
struct theme fixture_theme(void);

/* A pseudo-terminal of that size, and no more. */
void fixture_plug(struct screen_fixture *fixture, int columns, int rows);

/* Reads all that is written to it from now on, for fixture_output(). */
void fixture_start_reader(struct screen_fixture *fixture);

/* The same, with a terminal of that type and the screens on it. */
void fixture_open(struct screen_fixture *fixture, int columns, int rows,
		  const char *type, const char *mode);

/* The same with another theme than fixture_theme(). */
void fixture_open_theme(struct screen_fixture *fixture, int columns, int rows,
			const char *type, const char *mode,
			const struct theme *theme);
void fixture_close(struct screen_fixture *fixture);

/* Hangs up: what a closed window or a broken line does. */
void fixture_unplug(struct screen_fixture *fixture);

/* The terminal takes nothing for a while. */
void fixture_pause(struct screen_fixture *fixture);
void fixture_continue(struct screen_fixture *fixture);

void fixture_set_size(struct screen_fixture *fixture, int columns, int rows);

/* How many bytes went out since the last call. */
size_t fixture_output(struct screen_fixture *fixture);

/* The characters that were drawn, row by row, without blanks at the ends. */
void fixture_read(const struct screen_fixture *fixture, char *text,
		  size_t size);

/* The same, of what was written to the terminal by now. */
void fixture_read_written(const struct screen_fixture *fixture, char *text,
			  size_t size);

/* True if the upper (0) or lower (1) half of a cell is light, on a terminal
 * with a dark ground. */
bool fixture_is_light(int y, int x, int half);

/* True if there is nothing in a cell, and whether it is drawn as what matters
 * least, or in reverse video. */
bool fixture_is_blank(int y, int x);
bool fixture_is_faint(const struct screen_fixture *fixture, int y, int x);
bool fixture_is_reversed(int y, int x);

/* A cell as curses has it; colours are -1 for the terminal's own. */
struct fixture_cell {
	wchar_t c;
	int pair, fg, bg;
	bool bold, dim, reverse, underline;
};

void fixture_cell(struct fixture_cell *cell, int y, int x);

/* A blank cell of the screen's ground. */
void fixture_ground(struct fixture_cell *cell);

#endif
