/* SPDX-License-Identifier: MIT */
/*
 * Opens, resizes, reads and leaves the terminal through curses. Does not know
 * what is drawn on it. curses keeps the current screen in global variables, so
 * only one terminal is open at a time.
 */
#include "config.h"

#include "ui/term.h"

#include <curses.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/deadline.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "ui/block_width.h"
#include "ui/hyperlink.h"
#include "ui/keyboard.h"
#include "ui/locale.h"
#include "ui/palette.h"
#include "ui/term_name.h"
#include "ui/term_type.h"
#include "ui/tty_line.h"
#include "ui/tty_output.h"

enum {
	/* The other end can report any window size. */
	ROWS_MAX = 500,
	COLUMNS_MAX = 1000,
	ASKED_ROW = 2, /* a report of row 1 could be F3 with a modifier */
	CLIPBOARD_MAX = 16384, /* bytes in a sequence with an address */
	TITLE_MAX = 256,
	UNDO_MAX = 1024
};

/* Cells that are links, and whether they must still be written. */
struct links {
	char *uri; /* NULL: no links */
	struct rect rows[TERM_LINKS_MAX];
	bool due[TERM_LINKS_MAX];
	size_t count;
};

struct term {
	FILE *in, *out;
	SCREEN *screen;
	struct tty_output *tty_output;
	struct termios before; /* the line's settings before */
	struct termios ours;   /* and while open */
	bool knows_line;
	struct keyboard *keyboard;
	int rows, columns;
	bool utf8, halves, console;
	bool queries_width;  /* queried, and not answered yet */
	bool queries_ground; /* the same */
	enum block_width width;
	bool marks_pastes;
	struct rect rest; /* the cell where the cursor rests */
	bool knows_rest;  /* the terminal has saved it */
	bool takes_titles;
	char *title; /* that was sent; NULL: none */
	bool forget; /* at the next flush */
	bool keep_history;
	struct palette palette;
	struct links links;   /* as wanted */
	struct links written; /* as the terminal has them */
};

/* ---- Colours */

void term_dim(struct term *term, bool on)
{
	term->palette.dim = on;
}

const struct palette *term_palette(const struct term *term)
{
	return &term->palette;
}

/* ---- Opening and closing */

static void read_size(const struct term *term, int *rows, int *columns)
{
	struct rect size = tty_line_size(fileno(term->out));

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

/* Written with the next frame. */
static void add(struct term *term, const char *sequence)
{
	tty_output_add(term->tty_output, sequence);
}

/* curses has no function for this. */
static void mark_pastes(struct term *term, bool on)
{
	if (term->marks_pastes)
		add(term, on ? "\x1b[?2004h" : "\x1b[?2004l");
}

static void write_title(struct term *term)
{
	add(term, "\x1b]2;");
	add(term, term->title);
	add(term, "\x1b\\");
}

/*
 * Turns off what an earlier program has left on: mouse and focus reports, and
 * the key protocols of kitty, xterm and Windows, which send Ctrl-C and Escape
 * in other forms.
 */
static void end_reports(struct term *term)
{
	const char *place = tigetstr("cup");

	if (strncmp(place, "\x1b[", 2) != 0)
		return; /* it knows no such sequences */
	add(term, "\x1b[?1000;1002;1003;1004;1006l");
	if (term->marks_pastes)
		add(term, "\x1b[<9u\x1b[>4;0m\x1b[?9001l");
}

/*
 * The width of a half block depends on the terminal's settings for Chinese,
 * Japanese and Korean text (UAX #11, "ambiguous"). True if it is displayed at
 * all depends on the other end, which may not know UTF-8 whatever the locale is
 * here. So one is drawn where the first frame clears the screen, and the
 * terminal reports the cursor position. Nothing waits for the report.
 */
static void query_width(struct term *term)
{
	if (!term->utf8)
		return;
	add(term, "\x1b[2H" BLOCK_WIDTH_PROBE);
	term->queries_width = true;
}

/* A terminal without colours draws a QR code in its own two. One that prints
 * the query does so where the first frame clears the screen, too. */
static void query_ground(struct term *term)
{
	if (term->palette.colour || term->palette.ground != GROUND_UNKNOWN)
		return;
	add(term, "\x1b]11;?\x1b\\");
	term->queries_ground = true;
}

static void query(struct term *term)
{
	if (term->console || tty_line_is_serial(fileno(term->out)) ||
	    strncmp(tigetstr("cup"), "\x1b[", 2) != 0)
		return;
	query_ground(term);
	query_width(term);
}

static void set_up(struct term *term, const char *name)
{
	noecho();
	nonl();
	typeahead(-1);		/* never leave a frame half written */
	clearok(stdscr, FALSE); /* curscr is cleared instead */
	leaveok(stdscr, TRUE);	/* a countdown continues where it wrote last */
	idcok(stdscr, FALSE);
	term->utf8 = term->halves = locale_is_utf8();
	term->console = term_name_is_console(name);
	term->marks_pastes = !term->console && term_type_marks_pastes();
	term->takes_titles = !tty_line_is_serial(fileno(term->out)) &&
			     term_type_takes_titles(name);
	tty_output_catch(term->tty_output);
	palette_begin(&term->palette);
	term->keyboard = keyboard_new(fileno(term->in), term->utf8);
	curs_set(0);
	tty_output_release(term->tty_output);
	end_reports(term);
	mark_pastes(term, true);
	query(term);
	/* Gets the answers early, perhaps before there is anything to draw. */
	if ((term->queries_width || term->queries_ground) &&
	    !term_is_in_background(term))
		(void)tty_output_push(term->tty_output, 0);
}

/* In bits a second; 0 if it means nothing. A pseudo-terminal has whatever speed
 * the other end made up: some SSH clients always say 9600. */
static int line_speed(int fd)
{
	return tty_line_is_serial(fd) ? baudrate() : 0;
}

struct term *term_open(int input, int output, const struct theme *theme,
		       struct err *err)
{
	struct term *term = xcalloc(1, sizeof(*term));
	const char *name;
	int rows, columns;

	if (!isatty(input) || !isatty(output)) {
		err_set(err, "Cannot show the screens: there is no terminal. "
			     "Start grantty on a console or over \"ssh -t\".");
		goto out;
	}
	term->in = open_copy(input, "r");
	term->out = open_copy(output, "w");
	if (term->in == NULL || term->out == NULL) {
		err_set(err, "Cannot open the terminal: %m. Close other "
			     "programs and try again.");
		goto out;
	}
	/* No copy of a name or a code stays in a buffer. */
	(void)setvbuf(term->out, NULL, _IONBF, 0);
	term->knows_line = tcgetattr(fileno(term->out), &term->before) == 0;
	read_size(term, &rows, &columns);
	if (rows > ROWS_MAX || columns > COLUMNS_MAX) {
		err_set(err,
			"A terminal of %d rows and %d columns is too "
			"large: make it smaller.",
			rows, columns);
		goto out;
	}
	/* Take the size from the kernel, whatever LINES and COLUMNS say. If the
	 * kernel reports none, ncurses 6.5 must be allowed to look elsewhere,
	 * or newterm() fails; term_resize() then sets the usual size. */
	use_env(!tty_line_has_size(fileno(term->out)));
	use_tioctl(TRUE);
	name = term_type_choose();
	if (name == NULL) {
		err_set(err, "No terminal descriptions are installed: "
			     "install ncurses-base, or set TERM.");
		goto out;
	}
	term->screen = newterm(name, term->out, term->in);
	if (term->screen == NULL) {
		err_set(err,
			"Cannot open a terminal of the type \"%s\": set TERM "
			"to the terminal's type.",
			name);
		goto out;
	}
	/* Not cbreak(): Ctrl-S would block all output. Called at once, because
	 * the guard uses it to see that the line is ours. */
	raw();
	(void)tcgetattr(fileno(term->out), &term->ours);
	if (tigetstr("cup") == NULL) {
		err_set(err,
			"A terminal of the type \"%s\" cannot position text: "
			"set TERM to the terminal's type.",
			name);
		goto out;
	}
	term->tty_output = tty_output_new(fileno(term->out),
					  line_speed(fileno(term->out)), err);
	if (term->tty_output == NULL)
		goto out;
	set_up(term, name);
	palette_set(&term->palette, theme);
	term_resize(term);
	return term;
out:
	term_close(term);
	return NULL;
}

/* Lets curses write, without sending anything to the terminal yet. */
static void update(struct term *term)
{
	tty_output_catch(term->tty_output);
	doupdate();
	tty_output_release(term->tty_output);
}

/* ---- Forgetting */

/* Overwrites every cell, even in lines that curses considers unchanged. */
static void overwrite_screens(void)
{
	werase(stdscr);
	werase(newscr);
	werase(curscr);
}

static void drop_links(struct links *links)
{
	secret_free(links->uri);
	*links = (struct links){0};
}

void term_forget(struct term *term)
{
	drop_links(&term->links);
	drop_links(&term->written);
	term->forget = true;
	overwrite_screens();
	term_repaint(term);
}

void term_keep_history(struct term *term)
{
	const char *other_screen = tigetstr("smcup");

	term->keep_history =
		other_screen != NULL && other_screen != (const char *)-1;
}

/*
 * curses keeps its output in a buffer of its own, the end of it even after
 * writing. A screen whose attributes change at every cell exceeds this buffer
 * and overwrites its contents. This output is dropped: the terminal is cleared
 * at the next flush anyway, so it need not look as curses believes.
 */
static void overwrite_output(struct term *term)
{
	const size_t waiting = tty_output_waiting(term->tty_output);
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
	tty_output_keep(term->tty_output, waiting);
}

static void forget(struct term *term)
{
	const char *drop_scrolled = tigetstr("E3");

	term->forget = false;
	overwrite_output(term);
	touchwin(stdscr);
	term_repaint(term);
	if (drop_scrolled == NULL || drop_scrolled == (const char *)-1 ||
	    term->keep_history)
		return;
	add(term, drop_scrolled);
}

/* ---- Closing */

/* Not every terminal has an alternate screen: blank this one, in the terminal's
 * own colours. */
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

/* Discards pending output if the other end does not read it, and resumes output
 * that was stopped (Scroll Lock), as if by TCOOFF. */
static void make_room(struct term *term)
{
	const int fd = fileno(term->out);

	(void)tcflow(fd, TCOOFF);
	(void)tcflow(fd, TCOON);
	(void)tcflush(fd, TCOFLUSH);
}

/* endwin() alone would wait for a terminal that accepts nothing. Its descriptor
 * is caught here and is no terminal, so the line is restored separately. */
static void hand_back(struct term *term)
{
	mark_pastes(term, false);
	if (term->title != NULL)
		add(term, TERM_TYPE_TITLE_CLEAR TERM_TYPE_TITLE_BACK);
	tty_output_catch(term->tty_output);
	endwin();
	tty_output_release(term->tty_output);
	if (!tty_output_push(term->tty_output, 0)) {
		make_room(term);
		(void)tty_output_push(term->tty_output, 0);
	}
}

/* True if the shell that put this program in the background waits for input. */
static bool is_shells(const struct term *term)
{
	return tcgetpgrp(fileno(term->out)) == getpgid(getppid());
}

/*
 * The line, the screen contents and the cursor now belong to another process.
 * But a shell does not know about the alternate screen, and would stay on it
 * without a cursor. Any other program in the foreground may use that screen
 * itself, so it is left alone.
 */
static void leave_from_background(struct term *term)
{
	struct buf undo;

	tty_output_catch(term->tty_output);
	endwin();
	tty_output_release(term->tty_output);
	tty_output_keep(term->tty_output, 0);
	buf_init(&undo, UNDO_MAX);
	if (is_shells(term) && term_type_undo(&undo)) {
		add(term, buf_text(&undo));
		(void)tty_output_push(term->tty_output, 0);
	}
	buf_free(&undo);
}

void term_close(struct term *term)
{
	bool in_background;

	if (term == NULL)
		return;
	in_background = term->out != NULL && term_is_in_background(term);
	if (in_background && term->tty_output != NULL) {
		leave_from_background(term);
	} else if (term->screen != NULL && term->tty_output == NULL) {
		endwin();
	} else if (term->screen != NULL) {
		if (!tty_output_push(term->tty_output, 0)) {
			tty_output_keep(term->tty_output, 0);
			make_room(term);
		}
		if (term->rows > 0) /* something was drawn */
			leave_blank(term);
		hand_back(term);
	}
	keyboard_free(term->keyboard);
	drop_links(&term->links);
	drop_links(&term->written);
	secret_free(term->title);
	if (term->screen != NULL)
		delscreen(term->screen);
	if (term->knows_line &&
	    !in_background) /* newterm() sets it even if it fails */
		(void)tcsetattr(fileno(term->out), TCSANOW, &term->before);
	tty_output_free(term->tty_output);
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

/* ---- Hyperlinks */

void term_link(struct term *term, const char *uri, const struct rect *rows,
	       size_t count)
{
	struct links *links = &term->links;
	char *copy = uri != NULL && count > 0 ? xstrdup(uri) : NULL;

	drop_links(links);
	links->uri = copy;
	links->count = copy == NULL		? 0
		       : count < TERM_LINKS_MAX ? count
						: TERM_LINKS_MAX;
	if (links->count > 0)
		memcpy(links->rows, rows, links->count * sizeof(*rows));
}

static bool lead_to(const struct links *links, const char *uri)
{
	return uri != NULL && links->uri != NULL &&
	       strcmp(links->uri, uri) == 0;
}

/* The index of the row; the count if it is not there. */
static size_t find_row(const struct links *links, const struct rect *row)
{
	size_t i = 0;

	while (i < links->count &&
	       memcmp(&links->rows[i], row, sizeof(*row)) != 0)
		i++;
	return i;
}

static bool is_written(const struct links *written, const struct rect *row)
{
	const size_t i = find_row(written, row);

	return i < written->count && !written->due[i];
}

/* True if curses will write anything in that row of the screen, because it may
 * then rewrite unchanged cells, too. */
static bool is_to_change(const struct term *term, int y)
{
	cchar_t now, before;

	for (int x = 0; x < term->columns; x++) {
		memset(&now, 0, sizeof(now));
		memset(&before, 0, sizeof(before));
		mvin_wch(y, x, &now);
		mvwin_wch(curscr, y, x, &before);
		if (memcmp(&now, &before, sizeof(now)) != 0)
			return true;
	}
	return false;
}

/* curses does not know about links, so it must write these cells in any
 * case. */
static void rewrite(struct term *term, struct rect row, bool lead)
{
	struct buf sequence;
	WINDOW *window = newwin(1, row.columns, row.y, row.x);

	if (window == NULL)
		return;
	clearok(window, FALSE);
	overwrite(stdscr, window);
	if (!lead) {
		leaveok(window, TRUE);
		wredrawln(window, 0, 1);
		wnoutrefresh(window);
		delwin(window);
		return;
	}
	/* Move the cursor first, because curses may write the cells it
	 * passes. */
	leaveok(window, FALSE);
	wmove(window, 0, 0);
	wnoutrefresh(window);
	update(term);
	buf_init(&sequence, CLIPBOARD_MAX);
	if (hyperlink_begin(&sequence, term->links.uri))
		add(term, buf_text(&sequence));
	leaveok(window, TRUE);
	wredrawln(window, 0, 1);
	wnoutrefresh(window);
	update(term);
	if (sequence.len > 0)
		add(term, HYPERLINK_END);
	buf_free(&sequence);
	delwin(window);
}

/*
 * A terminal keeps the link of a cell until the cell is rewritten. Cells that
 * curses writes are no links, and cells that it skips keep theirs. Call this
 * before anything is written.
 */
static void plan_links(struct term *term)
{
	struct links *links = &term->links, *written = &term->written;
	const bool same = lead_to(written, links->uri);
	const bool cleared = is_cleared(curscr);

	for (size_t i = 0; i < links->count; i++)
		links->due[i] = cleared || !same ||
				!is_written(written, &links->rows[i]) ||
				is_to_change(term, links->rows[i].y);
	for (size_t i = 0; i < written->count && !cleared; i++) {
		if (find_row(links, &written->rows[i]) == links->count)
			rewrite(term, written->rows[i], false);
	}
	drop_links(written);
	*written = *links;
	written->uri = links->uri != NULL ? xstrdup(links->uri) : NULL;
}

/* Call this after everything else is written. */
static void write_links(struct term *term)
{
	for (size_t i = 0; i < term->written.count; i++) {
		if (term->written.due[i])
			rewrite(term, term->written.rows[i], true);
		term->written.due[i] = false;
	}
}

/* ---- The cursor */

void term_rest(struct term *term, struct rect cell)
{
	if (memcmp(&cell, &term->rest, sizeof(cell)) != 0)
		term->knows_rest = false;
	term->rest = cell;
}

/* The usual sequences (DECSC, DECRC). At the end of an update, curses has reset
 * all that they save besides the position. */
static bool saves_cursor(void)
{
	const char *save = tigetstr("sc"), *restore = tigetstr("rc");

	return save != NULL && save != (const char *)-1 && restore != NULL &&
	       restore != (const char *)-1 &&
	       strcmp(save, "\x1b"
			    "7") == 0 &&
	       strcmp(restore, "\x1b"
			       "8") == 0;
}

/* A countdown would have to place the cursor anew each second: the terminal
 * remembers the place, which takes two bytes instead of eight. */
static void rest_cursor(struct term *term)
{
	const size_t waiting = tty_output_waiting(term->tty_output);

	if (term->rest.rows == 0)
		return;
	leaveok(stdscr, FALSE);
	wmove(stdscr, term->rest.y, term->rest.x);
	wnoutrefresh(stdscr);
	update(term);
	leaveok(stdscr, TRUE);
	if (tty_output_waiting(term->tty_output) == waiting || !saves_cursor())
		return;
	if (term->knows_rest)
		tty_output_keep(term->tty_output, waiting);
	add(term, term->knows_rest ? "\x1b"
				     "8"
				   : "\x1b"
				     "7");
	term->knows_rest = true;
}

/* ---- Parts of the screen */

/* Cells that are already on the screen take no bytes. False if the line is
 * busy. */
static bool put_rows(struct term *term, struct rect part, int64_t now_ms)
{
	for (int y = 0; y < part.rows; y++) {
		if (tty_output_room_ms(term->tty_output, now_ms) > now_ms)
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

	if (!tty_output_push(term->tty_output, now_ms))
		return NEVER_MS;
	if (term->forget)
		forget(term);
	plan_links(term);
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
	if (whole) {
		write_links(term);
		rest_cursor(term);
	}
	if (!tty_output_push(term->tty_output, now_ms))
		return NEVER_MS;
	return whole ? 0 : tty_output_room_ms(term->tty_output, now_ms);
}

bool term_is_slow(const struct term *term)
{
	return tty_output_is_slow(term->tty_output);
}

void term_repaint(struct term *term)
{
	term->knows_rest = false;
	clearok(curscr, TRUE);
	/* Otherwise the first part would include earlier contents. */
	werase(newscr);
	touchwin(stdscr);
}

bool term_is_in_background(const struct term *term)
{
	const pid_t group = tcgetpgrp(fileno(term->out));

	return group > 0 && group != getpgrp();
}

/*
 * Enters the alternate screen again and restores cursor and scroll region,
 * which another process may have changed. curses sets them only after it has
 * left the screen. Pending output is for the previous screen, so it is dropped.
 */
static void enter_again(struct term *term)
{
	tty_output_catch(term->tty_output);
	endwin();
	tty_output_release(term->tty_output);
	tty_output_keep(term->tty_output, 0);
	clearok(curscr, FALSE);
	update(term);
	term->knows_rest = false;
}

void term_resume(struct term *term)
{
	(void)tcsetattr(fileno(term->out), TCSANOW, &term->ours);
	enter_again(term);
	end_reports(term);
	mark_pastes(term, true);
	if (term->title != NULL) /* a shell sets its own */
		write_title(term);
	term_repaint(term);
	/* Only the foreground gets SIGWINCH. */
	(void)term_resize(term);
}

bool term_resize(struct term *term)
{
	int rows, columns;

	read_size(term, &rows, &columns);
	rows = rows < ROWS_MAX ? rows : ROWS_MAX;
	columns = columns < COLUMNS_MAX ? columns : COLUMNS_MAX;
	if (rows == term->rows && columns == term->columns)
		return false;
	if (term->rows > 0) /* curses frees the old contents unwiped */
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
	return term->utf8 && term->width != BLOCK_WIDTH_NO_UTF8;
}

bool term_has_halves(const struct term *term)
{
	return term->halves && !term_is_wide(term) && term_is_utf8(term);
}

bool term_is_wide(const struct term *term)
{
	return term->width == BLOCK_WIDTH_TWO;
}

/* True if the background is light. */
static bool learn_ground(struct term *term)
{
	const int brightness = keyboard_background(term->keyboard);

	if (!term->queries_ground || brightness < 0)
		return false;
	term->queries_ground = false;
	term->palette.ground = brightness < 50 ? GROUND_DARK : GROUND_LIGHT;
	return term->palette.ground == GROUND_LIGHT;
}

static bool learn_width(struct term *term)
{
	int row, column;

	keyboard_cursor(term->keyboard, &row, &column);
	if (!term->queries_width || row != ASKED_ROW)
		return false;
	term->queries_width = false;
	term->width = block_width_of(column);
	if (term->width == BLOCK_WIDTH_NO_UTF8)
		add(term, BLOCK_WIDTH_UNPROTECT);
	return term_is_wide(term) || !term_is_utf8(term);
}

bool term_learn(struct term *term)
{
	const bool ground = learn_ground(term);

	return learn_width(term) || ground;
}

bool term_set_halves(struct term *term, bool on)
{
	const bool before = term->halves;

	term->halves = on && term->utf8;
	return term->halves != before;
}

bool term_may_have_clipboard(const struct term *term)
{
	return term_type_ignores_unknown() &&
	       !tty_line_is_serial(fileno(term->out));
}

void term_copy(struct term *term, const char *text)
{
	struct buf sequence;

	buf_init(&sequence, CLIPBOARD_MAX);
	if (buf_adds(&sequence, "\x1b]52;c;") &&
	    crypto_base64(&sequence, text, strlen(text)) &&
	    buf_adds(&sequence, "\x1b\\"))
		add(term, buf_text(&sequence));
	buf_free(&sequence);
}

void term_ring(struct term *term)
{
	tty_output_catch(term->tty_output);
	(void)beep();
	fflush(term->out);
	tty_output_release(term->tty_output);
}

void term_title(struct term *term, const char *text)
{
	char shown[TITLE_MAX];

	if (!term->takes_titles)
		return;
	(void)text_clip(shown, sizeof(shown), text, strlen(text), -1,
			term_text_flags(term));
	if (term->title == NULL || strcmp(term->title, shown) != 0) {
		if (term->title == NULL)
			add(term, TERM_TYPE_TITLE_KEEP);
		secret_free(term->title);
		term->title = xstrdup(shown);
		write_title(term);
	}
	mem_wipe(shown, sizeof(shown)); /* it may have the user's name */
}

bool term_marks_pastes(const struct term *term)
{
	return term->marks_pastes;
}

unsigned term_text_flags(const struct term *term)
{
	if (!term_is_utf8(term))
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
