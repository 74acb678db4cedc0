/* SPDX-License-Identifier: MIT */
/*
 * Opens, sizes, reads and leaves the terminal through curses. Does not know
 * what is drawn on it. Curses keeps the current screen in globals of its own,
 * so one terminal is open at a time.
 */
#include "config.h"

#include "ui/term.h"

#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
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
#include "ui/ink.h"
#include "ui/outlet.h"
#include "ui/paste.h"
#include "ui/term_type.h"

enum {
	ESCAPE_DELAY_MS = 25,
	/* A window size is whatever the other end says it is. */
	ROWS_MAX = 500,
	COLUMNS_MAX = 1000
};

/* What the next byte of the input belongs to. */
enum input {
	INPUT_KEYS,
	INPUT_SEQUENCE, /* a control sequence, after its ESC[ */
	INPUT_PASTE
};

struct term {
	FILE *in, *out;
	SCREEN *screen;
	struct outlet *outlet;
	WINDOW *keys; /* a pad: reading from it never draws anything */
	int rows, columns;
	bool utf8, halves, colour, console;
	bool marks_pastes;
	bool dim;
	bool forget; /* at the next flush */
	bool hung_up;
	enum input input;
	char parameters[4]; /* the first ones of a control sequence */
	size_t parameter_count;
	struct paste paste;
	struct ink inks[ROLE_COUNT];
	struct ink fills[ROLE_COUNT];
	struct ink qr;
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

static int colour_or(short colour, int other)
{
	return colour == COLOUR_DEFAULT ? other : colour;
}

static unsigned curses_attributes(unsigned attributes)
{
	unsigned out = 0;

	if (attributes & ATTR_BOLD)
		out |= A_BOLD;
	if (attributes & ATTR_UNDERLINE)
		out |= A_UNDERLINE;
	if (attributes & ATTR_REVERSE)
		out |= A_REVERSE;
	if (attributes & ATTR_DIM)
		out |= A_DIM;
	return out;
}

/*
 * White on black. With 256 colours, the two that people do not redefine. With
 * 8, bold makes a foreground bright and nothing does that for a ground, which
 * would stay grey: light modules are drawn, on a dark ground. Otherwise the
 * two are reversed and dark modules are drawn, as most of a quiet zone is then
 * blank and takes the fewest bytes. (A reversed pair, not a pair the other way
 * round: curses would erase instead of writing blanks, which not everything
 * that calls itself a terminal does in the colour of the ground.)
 */
static void set_qr_ink(struct term *term, short pair)
{
	int light = COLOR_WHITE, dark = COLOR_BLACK;

	term->qr = (struct ink){.attributes = A_BOLD};
	if (!term->colour)
		return;
	if (COLORS > 256) { /* beyond the first 8 they are 24-bit colours */
		light = 0xFFFFFF;
		dark = 0x000008;
	} else if (COLORS == 256) {
		light = 231;
		dark = 16;
	} else if (COLORS >= 16) {
		light = 15;
	}
	if (COLORS >= 16)
		term->qr.attributes = A_REVERSE;
	term->qr.pair = pair;
	init_extended_pair(pair, light, dark);
}

/*
 * Pair 0 is plain text and its ground: what curses falls back to between other
 * inks. So text costs no escape sequence and a cleared screen has the ground.
 */
static void set_inks(struct term *term, const struct theme *theme)
{
	const struct style *ground = &theme->styles[ROLE_TEXT];
	bool many = COLORS == 256;
	int fg = -1, bg = -1;

	if (term->colour) {
		bool own = use_default_colors() == OK;

		fg = colour_or(many ? ground->fg : ground->fg8,
			       own ? -1 : COLOR_WHITE);
		bg = colour_or(many ? ground->bg : ground->bg8,
			       own ? -1 : COLOR_BLACK);
		assume_default_colors(fg, bg);
	}
	for (short i = 0; i < ROLE_COUNT; i++) {
		const struct style *style = &theme->styles[i];
		int role_fg = colour_or(many ? style->fg : style->fg8, fg);
		int role_bg = colour_or(many ? style->bg : style->bg8, bg);
		bool is_ground = role_fg == fg && role_bg == bg;

		term->inks[i] = (struct ink){
			.attributes = curses_attributes(style->attributes),
		};
		if (term->colour && !is_ground) {
			term->inks[i].pair = (short)(i + 1);
			init_extended_pair(i + 1, role_fg, role_bg);
		}
		term->fills[i] = term->inks[i];
		if (role_bg == bg)
			term->fills[i].attributes |= A_REVERSE;
	}
	set_qr_ink(term, ROLE_COUNT + 1);
}

void term_set_theme(struct term *term, const struct theme *theme)
{
	set_inks(term, theme);
	term_repaint(term);
}

static struct ink faint_ink(const struct term *term)
{
	struct ink ink = term->inks[ROLE_DIM];

	ink.attributes &= (unsigned)~(A_BOLD | A_REVERSE | A_UNDERLINE);
	ink.attributes |= A_DIM;
	return ink;
}

void term_dim(struct term *term, bool on)
{
	term->dim = on;
}

struct ink term_ink(const struct term *term, enum role role)
{
	return term->dim ? faint_ink(term) : term->inks[role];
}

struct ink term_fill_ink(const struct term *term, enum role role)
{
	return term->dim ? faint_ink(term) : term->fills[role];
}

struct ink term_qr_ink(const struct term *term)
{
	return term->qr;
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
	int copy = dup(fd);
	FILE *file = copy >= 0 ? fdopen(copy, mode) : NULL;

	if (file == NULL && copy >= 0)
		close(copy);
	return file;
}

/* Curses has nothing for this. */
static void mark_pastes(struct term *term, bool on)
{
	if (!term->marks_pastes)
		return;
	fputs(on ? "\x1b[?2004h" : "\x1b[?2004l", term->out);
	fflush(term->out);
}

static void set_up(struct term *term, const char *name)
{
	raw(); /* not cbreak(): Ctrl-S would block all output */
	noecho();
	nonl();
	curs_set(0);
	set_escdelay(ESCAPE_DELAY_MS);
	typeahead(-1);		/* a frame is never left half written */
	clearok(stdscr, FALSE); /* it is curscr that gets cleared */
	leaveok(stdscr, TRUE);	/* a countdown goes on where it wrote last */
	idcok(stdscr, FALSE);
	term->keys = newpad(1, 1);
	keypad(term->keys, TRUE);
	nodelay(term->keys, TRUE);
	term->utf8 = term->halves = codeset_is_utf8();
	term->console = strncmp(name, "linux", 5) == 0;
	term->marks_pastes = !term->console && term_type_marks_pastes();
	term->colour = has_colors() && start_color() == OK && COLORS >= 8 &&
		       COLOR_PAIRS > ROLE_COUNT + 1;
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
	if (tigetstr("cup") == NULL) {
		err_set(err,
			"A terminal of the type \"%s\" cannot place text: "
			"set TERM to what it is, or use "
			"\"login --plain\".",
			name);
		goto out;
	}
	set_up(term, name);
	term->outlet = outlet_new(fileno(term->out), baudrate(), err);
	if (term->outlet == NULL)
		goto out;
	set_inks(term, theme);
	term_resize(term);
	mark_pastes(term, true);
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
	fputs(drop_scrolled, term->out);
	fflush(term->out);
	outlet_release(term->outlet);
}

/* ---- Closing */

/* Not every terminal has another screen to return to: blank this one, in the
 * terminal's own colours. */
static void leave_blank(struct term *term)
{
	if (term->forget)
		forget(term);
	if (term->colour)
		assume_default_colors(-1, -1);
	werase(stdscr);
	clearok(curscr, TRUE);
	wnoutrefresh(stdscr);
	update(term);
	(void)outlet_push(term->outlet, 0);
}

/* So that endwin() need not wait: whoever does not read by now loses what is on
 * its way. */
static void make_room(struct term *term)
{
	if (outlet_push(term->outlet, 0))
		return;
	outlet_keep(term->outlet, 0);
	tcflush(fileno(term->out), TCOFLUSH);
}

void term_close(struct term *term)
{
	if (term == NULL)
		return;
	if (term->screen != NULL) {
		if (term->rows > 0) { /* something was drawn */
			make_room(term);
			leave_blank(term);
		}
		mark_pastes(term, false);
		endwin();
		if (term->keys != NULL)
			delwin(term->keys);
		delscreen(term->screen);
	}
	outlet_free(term->outlet);
	if (term->in != NULL)
		fclose(term->in);
	if (term->out != NULL)
		fclose(term->out);
	paste_wipe(&term->paste);
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

void term_without_halves(struct term *term)
{
	term->halves = false;
}

bool term_has_colour(const struct term *term)
{
	return term->colour;
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

int term_input_fd(const struct term *term)
{
	return fileno(term->in);
}

int term_output_fd(const struct term *term)
{
	return fileno(term->out);
}

/* ---- Keys */

/* Curses gives the same ERR for no key and for no terminal. */
static bool is_gone(const struct term *term)
{
	struct pollfd fd = {.fd = fileno(term->in), .events = POLLIN};
	int waiting = 0;

	if (poll(&fd, 1, 0) < 1)
		return false;
	if (fd.revents & (POLLHUP | POLLERR | POLLNVAL))
		return true;
	/* Readable with nothing to read: the end of the file. */
	return ioctl(fd.fd, FIONREAD, &waiting) != 0 || waiting == 0;
}

/* What curses has next: a byte, one of its own keys, or ERR. */
static int next_code(struct term *term)
{
	int c;

	/* The rest of a UTF-8 character belongs to the key of its first byte;
	 * a change of size is told by term_resize(). */
	do
		c = wgetch(term->keys);
	while ((c >= 0x80 && c < 0xC0) || c == KEY_RESIZE);
	return c;
}

static int translate(int c)
{
	switch (c) {
	case '\r':
	case '\n':
	case KEY_ENTER:
		return KEYS_ENTER;
	case '\t':
		return KEYS_TAB;
	case '\b':
	case 0x7F:
	case KEY_BACKSPACE:
		return KEYS_BACKSPACE;
	case 3:
		return KEYS_INTERRUPT;
	case 12:
		return KEYS_REPAINT;
	case KEY_UP:
		return KEYS_UP;
	case KEY_DOWN:
		return KEYS_DOWN;
	case KEY_LEFT:
		return KEYS_LEFT;
	case KEY_RIGHT:
		return KEYS_RIGHT;
	case KEY_PPAGE:
		return KEYS_PAGE_UP;
	case KEY_NPAGE:
		return KEYS_PAGE_DOWN;
	case KEY_HOME:
		return KEYS_HOME;
	case KEY_END:
		return KEYS_END;
	case KEY_F(1):
		return '?';
	}
	return c >= ' ' && c <= '~' ? c : KEYS_OTHER;
}

/* Within a control sequence that terminfo does not have. A key that comes
 * between ends it, too. */
static int take_sequence(struct term *term, int c)
{
	const size_t count = term->parameter_count;

	if (c >= 0x20 && c < 0x40) {
		if (count < sizeof(term->parameters))
			term->parameters[term->parameter_count++] = (char)c;
		return KEYS_NONE;
	}
	term->input = INPUT_KEYS;
	if (c != '~' || count != 3 || memcmp(term->parameters, "200", 3) != 0)
		return KEYS_OTHER;
	term->input = INPUT_PASTE;
	return KEYS_NONE;
}

/*
 * An escape that is followed by more at once is no Escape key but a sequence
 * that terminfo does not have: its rest must not be taken for keys.
 */
static int take_escape(struct term *term)
{
	int c = wgetch(term->keys);

	if (c == ERR)
		return KEYS_ESCAPE;
	if (c == 'O') /* SS3: one more */
		wgetch(term->keys);
	if (c != '[')
		return KEYS_OTHER;
	c = wgetch(term->keys);
	if (c == ERR) /* Alt and [ */
		return KEYS_OTHER;
	term->input = INPUT_SEQUENCE;
	term->parameter_count = 0;
	return take_sequence(term, c);
}

static int take_paste(struct term *term, int c)
{
	switch (paste_take(&term->paste, c)) {
	case PASTE_OPEN:
		return KEYS_NONE;
	case PASTE_COMPLETE:
		term->input = INPUT_KEYS;
		return KEYS_PASTE;
	case PASTE_BROKEN:
		break;
	}
	term->input = INPUT_KEYS;
	paste_wipe(&term->paste);
	return c == 3 ? KEYS_INTERRUPT : KEYS_OTHER;
}

/* The key that c completes; KEYS_NONE while there must be more of it. */
static int take(struct term *term, int c)
{
	switch (term->input) {
	case INPUT_KEYS:
		break;
	case INPUT_SEQUENCE:
		return take_sequence(term, c);
	case INPUT_PASTE:
		return take_paste(term, c);
	}
	return c == 27 ? take_escape(term) : translate(c);
}

int term_key(struct term *term)
{
	int c, key;

	if (term->input != INPUT_PASTE)
		paste_wipe(&term->paste);
	do {
		c = next_code(term);
		key = c != ERR ? take(term, c) : KEYS_NONE;
	} while (c != ERR && key == KEYS_NONE);
	if (c != ERR)
		return key;
	paste_pause(&term->paste);
	if (!term->hung_up)
		term->hung_up = is_gone(term);
	return term->hung_up ? KEYS_HANG_UP : KEYS_NONE;
}

const char *term_pasted(const struct term *term)
{
	return paste_text(&term->paste);
}
