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

#include "base/deadline.h"
#include "base/err.h"
#include "base/mem.h"
#include "ui/hyperlink_cells.h"
#include "ui/keyboard.h"
#include "ui/locale.h"
#include "ui/palette.h"
#include "ui/screen.h"
#include "ui/term_name.h"
#include "ui/term_parts.h"
#include "ui/term_type.h"
#include "ui/tty_line.h"
#include "ui/tty_output.h"

enum {
	/* The other end can report any window size. */
	ROWS_MAX = 500,
	COLUMNS_MAX = 1000
};

void term_dim(struct term *term, bool on)
{
	term->palette.dim = on;
}

const struct palette *term_palette(const struct term *term)
{
	return &term->palette;
}

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

static void set_up(struct term *term, const char *name)
{
	bool queries;

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
	term_set_modes(term);
	queries = term_query(term);
	/* Gets the answers early, perhaps before there is anything to draw. */
	if (queries && !term_is_in_background(term))
		(void)tty_output_push(term->tty_output, 0);
}

/* In bits a second; 0 if it means nothing. A pseudo-terminal has whatever speed
 * the other end made up: some SSH clients always say 9600. */
static int line_speed(int fd)
{
	return tty_line_is_serial(fd) ? baudrate() : 0;
}

/* Opens both ends of the line, of a size that can be drawn. */
static bool open_line(struct term *term, int input, int output, struct err *err)
{
	int rows, columns;

	if (!isatty(input) || !isatty(output))
		return err_set(
			err, "Cannot show the screens: there is no terminal. "
			     "Start grantty on a console or over \"ssh -t\".");
	term->in = open_copy(input, "r");
	term->out = open_copy(output, "w");
	if (term->in == NULL || term->out == NULL)
		return err_set(err, "Cannot open the terminal: %m. Close other "
				    "programs and try again.");
	/* No copy of a name or a code stays in a buffer. */
	(void)setvbuf(term->out, NULL, _IONBF, 0);
	term->knows_line = tcgetattr(fileno(term->out), &term->before) == 0;
	read_size(term, &rows, &columns);
	if (rows > ROWS_MAX || columns > COLUMNS_MAX)
		return err_set(err,
			       "A terminal of %d rows and %d columns is too "
			       "large: make it smaller.",
			       rows, columns);
	return true;
}

/* Starts curses. *name is the terminal's type. */
static bool start_screen(struct term *term, const char **name, struct err *err)
{
	/* Take the size from the kernel, whatever LINES and COLUMNS say. If the
	 * kernel reports none, ncurses 6.5 must be allowed to look elsewhere,
	 * or newterm() fails; term_resize() then sets the usual size. */
	use_env(!tty_line_has_size(fileno(term->out)));
	use_tioctl(TRUE);
	*name = term_type_choose();
	if (*name == NULL)
		return err_set(err, "No terminal descriptions are installed: "
				    "install ncurses-base, or set TERM.");
	term->screen = newterm(*name, term->out, term->in);
	if (term->screen == NULL)
		return err_set(err,
			       "Cannot open a terminal of the type \"%s\": set "
			       "TERM to the terminal's type.",
			       *name);
	/* Not cbreak(): Ctrl-S would block all output. Called at once, because
	 * the guard uses it to see that the line is ours. */
	raw();
	(void)tcgetattr(fileno(term->out), &term->ours);
	if (tigetstr("cup") == NULL)
		return err_set(err,
			       "A terminal of the type \"%s\" cannot position "
			       "text: set TERM to the terminal's type.",
			       *name);
	return true;
}

struct term *term_open(int input, int output, const struct theme *theme,
		       struct err *err)
{
	struct term *term = xcalloc(1, sizeof(*term));
	const char *name;

	if (!open_line(term, input, output, err) ||
	    !start_screen(term, &name, err))
		goto fail;
	term->tty_output = tty_output_new(fileno(term->out),
					  line_speed(fileno(term->out)), err);
	if (term->tty_output == NULL)
		goto fail;
	set_up(term, name);
	palette_set(&term->palette, theme);
	term_resize(term);
	return term;
fail:
	term_close(term);
	return NULL;
}

void term_close(struct term *term)
{
	bool in_background;

	if (term == NULL)
		return;
	in_background = term->out != NULL && term_is_in_background(term);
	term_leave(term);
	keyboard_free(term->keyboard);
	hyperlink_cells_forget(&term->links);
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

void term_link(struct term *term, const char *uri, const struct rect *rows,
	       size_t count)
{
	hyperlink_cells_set(&term->links, uri, rows, count);
}

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
	screen_update(term->tty_output);
	leaveok(stdscr, TRUE);
	if (tty_output_waiting(term->tty_output) == waiting || !saves_cursor())
		return;
	if (term->knows_rest)
		tty_output_keep(term->tty_output, waiting);
	tty_output_add(term->tty_output, term->knows_rest ? "\x1b"
							    "8"
							  : "\x1b"
							    "7");
	term->knows_rest = true;
}

/* Cells that are already on the screen take no bytes. False if the line is
 * busy. */
static bool put_rows(struct term *term, struct rect part, int64_t now_ms)
{
	for (int y = 0; y < part.rows; y++) {
		if (tty_output_room_ms(term->tty_output, now_ms) > now_ms)
			return false;
		screen_put(term->tty_output,
			   rect_part(part, y, 0, 1, part.columns));
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
		term_forget_now(term);
	hyperlink_cells_plan(&term->links, term->tty_output);
	if (term_is_slow(term)) {
		for (size_t i = 0; i < count && whole; i++)
			whole = put_rows(term, parts[i], now_ms);
		whole = whole && put_rows(term, all, now_ms);
	} else {
		for (size_t i = 0; i < count; i++)
			screen_put(term->tty_output, parts[i]);
		wnoutrefresh(stdscr);
		screen_update(term->tty_output);
	}
	if (whole) {
		hyperlink_cells_write(&term->links, term->tty_output);
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
	screen_update(term->tty_output);
	term->knows_rest = false;
}

void term_resume(struct term *term)
{
	(void)tcsetattr(fileno(term->out), TCSANOW, &term->ours);
	enter_again(term);
	term_set_modes(term);
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
		screen_overwrite();
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
