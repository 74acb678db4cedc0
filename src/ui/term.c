/* SPDX-License-Identifier: MIT */
/*
 * Opens, sizes, reads and leaves the terminal through curses. Does not know
 * what is drawn on it. Curses keeps the current screen in globals of its own,
 * so one terminal is open at a time.
 */
#include "config.h"

#include "ui/term.h"

#include <curses.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/exchange.h"
#include "ui/keyboard.h"
#include "ui/outlet.h"
#include "ui/palette.h"
#include "ui/term_type.h"

enum {
	/* A window size is whatever the other end says it is. */
	ROWS_MAX = 500,
	COLUMNS_MAX = 1000
};

struct term {
	FILE *in, *out;
	SCREEN *screen;
	struct outlet *outlet;
	struct termios before; /* the line as it was */
	bool knows_line;
	struct keyboard *keyboard;
	int rows, columns;
	bool utf8, halves, console;
	bool marks_pastes;
	bool forget; /* at the next flush */
	struct palette palette;
};

static bool codeset_is_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* "vt100", "vt220-8bit": nothing newer goes by these names. */
static bool is_old_type(const char *type)
{
	return type != NULL && strncmp(type, "vt", 2) == 0 && type[2] >= '0' &&
	       type[2] <= '9';
}

bool term_set_locale(const char *name)
{
	setlocale(LC_ALL, name);
	/* A terminal of the old kind, at the end of a serial line. */
	if (is_old_type(getenv("TERM")))
		return codeset_is_utf8();
	/* With LANG unset, as under systemd, curses would print blanks. */
	if (!codeset_is_utf8())
		setlocale(LC_CTYPE, "C.UTF-8");
	return codeset_is_utf8();
}

/* ---- Colours */

void term_set_theme(struct term *term, const struct theme *theme)
{
	palette_set(&term->palette, theme);
	term_repaint(term);
}

void term_dim(struct term *term, bool on)
{
	term->palette.dim = on;
}

const struct palette *term_palette(const struct term *term)
{
	return &term->palette;
}

/* ---- Opening and closing */

/* 0x0 is what a serial line says: the size that all terminals had once. */
static int or_usual(int size, int usual)
{
	return size == 0 ? usual : size;
}

struct rect term_measure(int fd)
{
	struct winsize size = {0};

	if (ioctl(fd, TIOCGWINSZ, &size) != 0)
		size = (struct winsize){0};
	return (struct rect){
		.rows = or_usual(size.ws_row, 24),
		.columns = or_usual(size.ws_col, 80),
	};
}

static void read_size(const struct term *term, int *rows, int *columns)
{
	struct rect size = term_measure(fileno(term->out));

	*rows = size.rows;
	*columns = size.columns;
}

static FILE *open_copy(int fd, const char *mode)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	FILE *file = copy >= 0 ? fdopen(copy, mode) : NULL;

	if (file == NULL && copy >= 0)
		close(copy);
	return file;
}

/* To be caught by the outlet, as all that is written. */
static void say(struct term *term, const char *sequence)
{
	fputs(sequence, term->out);
	fflush(term->out);
}

/* Curses has nothing for this. */
static void mark_pastes(struct term *term, bool on)
{
	if (term->marks_pastes)
		say(term, on ? "\x1b[?2004h" : "\x1b[?2004l");
}

static void set_up(struct term *term, const char *name)
{
	noecho();
	nonl();
	typeahead(-1);		/* a frame is never left half written */
	clearok(stdscr, FALSE); /* it is curscr that gets cleared */
	leaveok(stdscr, TRUE);	/* a countdown goes on where it wrote last */
	idcok(stdscr, FALSE);
	term->utf8 = term->halves = codeset_is_utf8();
	term->console = strncmp(name, "linux", 5) == 0;
	term->marks_pastes = !term->console && term_type_marks_pastes();
	outlet_catch(term->outlet);
	palette_begin(&term->palette);
	term->keyboard = keyboard_new(fileno(term->in));
	curs_set(0);
	mark_pastes(term, true);
	outlet_release(term->outlet);
}

struct term *term_open(int input, int output, const struct theme *theme,
		       struct err *err)
{
	struct term *term = xcalloc(1, sizeof(*term));
	const char *name;
	int rows, columns;

	if (!isatty(input) || !isatty(output)) {
		err_set(err, "There is no terminal here: start it on a console "
			     "or over \"ssh -t\", or use \"login --plain\".");
		goto out;
	}
	term->in = open_copy(input, "r");
	term->out = open_copy(output, "w");
	if (term->in == NULL || term->out == NULL) {
		err_set(err, "The terminal could not be opened: %m. Close "
			     "other programs and try again.");
		goto out;
	}
	term->knows_line = tcgetattr(fileno(term->out), &term->before) == 0;
	read_size(term, &rows, &columns);
	if (rows > ROWS_MAX || columns > COLUMNS_MAX) {
		err_set(err,
			"A terminal of %d rows and %d columns is too "
			"large: make it smaller.",
			rows, columns);
		goto out;
	}
	/* The size is what the kernel says, whatever LINES and COLUMNS say.
	 * Without it newterm() fails for TERM=linux. */
	use_env(FALSE);
	use_tioctl(TRUE);
	name = term_type_choose();
	if (name != NULL)
		term->screen = newterm(name, term->out, term->in);
	if (name == NULL || term->screen == NULL) {
		err_set(err, "No terminal type is known on this machine: "
			     "install ncurses-base, or set TERM.");
		goto out;
	}
	/* Not cbreak(): Ctrl-S would block all output. And at once: by this the
	 * guard sees that the line is ours. */
	raw();
	if (tigetstr("cup") == NULL) {
		err_set(err,
			"A terminal of the type \"%s\" cannot place text: "
			"set TERM to what it is, or use "
			"\"login --plain\".",
			name);
		goto out;
	}
	term->outlet = outlet_new(fileno(term->out), baudrate(), err);
	if (term->outlet == NULL)
		goto out;
	set_up(term, name);
	palette_set(&term->palette, theme);
	term_resize(term);
	return term;
out:
	term_close(term);
	return NULL;
}

/* Curses writes, but nothing goes to the terminal yet. */
static void update(struct term *term)
{
	outlet_catch(term->outlet);
	doupdate();
	outlet_release(term->outlet);
}

/* ---- Forgetting */

/* Every cell of them, whatever lines curses takes for unchanged. */
static void overwrite_screens(void)
{
	werase(stdscr);
	werase(newscr);
	werase(curscr);
}

void term_forget(struct term *term)
{
	term->forget = true;
	overwrite_screens();
	term_repaint(term);
}

/*
 * Curses has its output in a buffer of its own, the last of it even after it
 * was written. A screen full of characters that change their attributes at
 * every cell is more than it holds, and takes the place of whatever is there.
 * It goes nowhere: the terminal is cleared at the next flush, and so need not
 * look as curses believes.
 */
static void overwrite_output(struct term *term)
{
	const size_t waiting = outlet_waiting(term->outlet);
	WINDOW *window = newwin(0, 0, 0, 0);

	if (window == NULL)
		return;
	for (int y = 0; y < term->rows; y++) {
		for (int x = 0; x < term->columns; x++)
			mvwaddch(window, y, x,
				 (chtype)'x' | (x % 2 ? A_BOLD : A_REVERSE));
	}
	wnoutrefresh(window);
	delwin(window);
	clearok(curscr, TRUE);
	update(term);
	outlet_keep(term->outlet, waiting);
}

static void forget(struct term *term)
{
	const char *drop_scrolled = tigetstr("E3");

	term->forget = false;
	overwrite_output(term);
	touchwin(stdscr);
	term_repaint(term);
	if (drop_scrolled == NULL || drop_scrolled == (const char *)-1)
		return;
	outlet_catch(term->outlet);
	say(term, drop_scrolled);
	outlet_release(term->outlet);
}

/* ---- Closing */

/* Not every terminal has another screen to return to: blank this one, in the
 * terminal's own colours. */
static void leave_blank(struct term *term)
{
	if (term->forget)
		forget(term);
	if (term->palette.colour)
		assume_default_colors(-1, -1);
	werase(stdscr);
	clearok(curscr, TRUE);
	wnoutrefresh(stdscr);
	update(term);
}

/* Whoever does not read by now loses what is on its way; and where somebody has
 * stopped the output (Scroll Lock), as if by TCOOFF, it goes on. */
static void make_room(struct term *term)
{
	const int fd = fileno(term->out);

	(void)tcflow(fd, TCOOFF);
	(void)tcflow(fd, TCOON);
	(void)tcflush(fd, TCOFLUSH);
}

/* endwin() by itself would wait for a terminal that takes nothing. It finds no
 * terminal behind its descriptor here, so the line is set by hand. */
static void hand_back(struct term *term)
{
	outlet_catch(term->outlet);
	mark_pastes(term, false);
	endwin();
	outlet_release(term->outlet);
	if (!outlet_push(term->outlet, 0)) {
		make_room(term);
		(void)outlet_push(term->outlet, 0);
	}
}

void term_close(struct term *term)
{
	if (term == NULL)
		return;
	if (term->screen != NULL && term->outlet == NULL) {
		endwin();
	} else if (term->screen != NULL) {
		if (!outlet_push(term->outlet, 0)) {
			outlet_keep(term->outlet, 0);
			make_room(term);
		}
		if (term->rows > 0) /* something was drawn */
			leave_blank(term);
		hand_back(term);
	}
	keyboard_free(term->keyboard);
	if (term->screen != NULL)
		delscreen(term->screen);
	if (term->knows_line) /* newterm() sets it even where it fails */
		(void)tcsetattr(fileno(term->out), TCSANOW, &term->before);
	outlet_free(term->outlet);
	if (term->in != NULL)
		fclose(term->in);
	if (term->out != NULL)
		fclose(term->out);
	free(term);
}

/* ---- Drawing */

static void put(struct term *term, struct rect part)
{
	WINDOW *window;

	if (part.rows < 1 || part.columns < 1)
		return;
	window = newwin(part.rows, part.columns, part.y, part.x);
	if (window == NULL)
		return;
	leaveok(window, TRUE);
	clearok(window, FALSE);
	overwrite(stdscr, window);
	wnoutrefresh(window);
	update(term);
	delwin(window);
}

/* What is there already takes no bytes. False where the line is busy. */
static bool put_rows(struct term *term, struct rect part, int64_t now_ms)
{
	for (int y = 0; y < part.rows; y++) {
		if (outlet_room_ms(term->outlet, now_ms) > now_ms)
			return false;
		put(term, rect_part(part, y, 0, 1, part.columns));
	}
	return true;
}

int64_t term_flush(struct term *term, const struct rect *parts, size_t count,
		   int64_t now_ms)
{
	const struct rect all = {.rows = term->rows, .columns = term->columns};
	bool whole = true;

	if (!outlet_push(term->outlet, now_ms))
		return NEVER_MS;
	if (term->forget)
		forget(term);
	if (term_is_slow(term)) {
		for (size_t i = 0; i < count && whole; i++)
			whole = put_rows(term, parts[i], now_ms);
		whole = whole && put_rows(term, all, now_ms);
	} else {
		for (size_t i = 0; i < count; i++)
			put(term, parts[i]);
		wnoutrefresh(stdscr);
		update(term);
	}
	if (!outlet_push(term->outlet, now_ms))
		return NEVER_MS;
	return whole ? 0 : outlet_room_ms(term->outlet, now_ms);
}

bool term_is_slow(const struct term *term)
{
	return outlet_is_slow(term->outlet);
}

void term_repaint(struct term *term)
{
	clearok(curscr, TRUE);
	/* Or its first row would bring along whatever was there before. */
	if (term_is_slow(term))
		werase(newscr);
}

bool term_resize(struct term *term)
{
	int rows, columns;

	read_size(term, &rows, &columns);
	rows = rows < ROWS_MAX ? rows : ROWS_MAX;
	columns = columns < COLUMNS_MAX ? columns : COLUMNS_MAX;
	if (rows == term->rows && columns == term->columns)
		return false;
	if (term->rows > 0) /* curses frees what it had, as it is */
		overwrite_screens();
	resize_term(rows, columns);
	term->rows = rows;
	term->columns = columns;
	term_repaint(term); /* terminals differ in what they keep */
	return true;
}

int term_columns(const struct term *term)
{
	return term->columns;
}

int term_rows(const struct term *term)
{
	return term->rows;
}

bool term_is_utf8(const struct term *term)
{
	return term->utf8;
}

bool term_has_halves(const struct term *term)
{
	return term->halves;
}

bool term_set_halves(struct term *term, bool on)
{
	const bool before = term->halves;

	term->halves = on && term->utf8;
	return term->halves != before;
}

bool term_is_console(const struct term *term)
{
	return term->console;
}

bool term_marks_pastes(const struct term *term)
{
	return term->marks_pastes;
}

unsigned term_text_flags(const struct term *term)
{
	if (!term->utf8)
		return TEXT_ASCII;
	return term->console ? TEXT_NARROW : 0;
}

struct keyboard *term_keyboard(const struct term *term)
{
	return term->keyboard;
}

int term_input_fd(const struct term *term)
{
	return fileno(term->in);
}

int term_output_fd(const struct term *term)
{
	return fileno(term->out);
}
