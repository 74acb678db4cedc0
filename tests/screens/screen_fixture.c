/* SPDX-License-Identifier: MIT */
/*
 * A pseudo-terminal with the program's side opened as a terminal, and what can
 * be seen of it: cells through curses, bytes through the kernel.
 */
#include "config.h"

#include "screen_fixture.h"

#include <curses.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wchar.h>

#include <cmocka.h>

#include "base/err.h"
#include "conf/theme.h"
#include "ui/palette.h"
#include "ui/term.h"
#include "ui/ui.h"

void fixture_set_size(struct screen_fixture *fixture, int columns, int rows)
{
	struct winsize size = {.ws_row = (unsigned short)rows,
			       .ws_col = (unsigned short)columns};

	assert_int_equal(ioctl(fixture->master, TIOCSWINSZ, &size), 0);
}

void fixture_plug(struct screen_fixture *fixture, int columns, int rows)
{
	memset(fixture, 0, sizeof(*fixture));
	fixture->master = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(fixture->master >= 0);
	assert_int_equal(grantpt(fixture->master), 0);
	assert_int_equal(unlockpt(fixture->master), 0);
	fixture->slave = open(ptsname(fixture->master), O_RDWR | O_NOCTTY);
	assert_true(fixture->slave >= 0);
	fixture_set_size(fixture, columns, rows);
}

/* A theme as a person would choose one: colours, on the terminal's ground. */
struct theme fixture_theme(void)
{
	static const char text[] =
		"title = { fg = 15; bold = true; }; code = { fg = 221; };"
		"heading = { fg = 15; };"
		"url = { fg = 81; underline = true; }; dim = { fg = 245; };"
		"good = { fg = 114; }; warning = { fg = 215; };"
		"bad = { fg = 210; }; border = { fg = 67; };"
		"bar = { fg = 153; bg = 17; }; key = { fg = 15; bg = 17; };";
	struct theme theme;
	struct err err;

	theme_plain(&theme);
	assert_true(
		theme_parse(&theme, text, strlen(text), "test.theme", &err));
	return theme;
}

/*
 * A large frame is more than the kernel keeps for a reader, so a process of
 * its own reads all the time. At each mark it tells how many bytes came before.
 */
static const char mark[] = "\x1b_mark\x1b\\";

static void read_for_ever(int master, int counts)
{
	const size_t len = sizeof(mark) - 1;
	size_t count = 0, matched = 0;
	char data[4096];
	ssize_t n;

	while ((n = read(master, data, sizeof(data))) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			count++;
			matched = data[i] == mark[matched]
					  ? matched + 1
					  : (size_t)(data[i] == mark[0]);
			if (matched < len)
				continue;
			count -= len;
			if (write(counts, &count, sizeof(count)) < 0)
				_exit(1);
			count = matched = 0;
		}
	}
	_exit(0);
}

void fixture_start_reader(struct screen_fixture *fixture)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	fixture->reader = fork();
	assert_true(fixture->reader >= 0);
	if (fixture->reader == 0) {
		/* A test that fails leaves nobody behind, paused or not. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(fixture->slave);
		close(fds[0]);
		read_for_ever(fixture->master, fds[1]);
	}
	close(fds[1]);
	fixture->counts = fds[0];
}

void fixture_unplug(struct screen_fixture *fixture)
{
	if (fixture->reader > 0) {
		kill(fixture->reader, SIGKILL);
		waitpid(fixture->reader, NULL, 0);
		close(fixture->counts);
	}
	close(fixture->master);
}

void fixture_pause(struct screen_fixture *fixture)
{
	kill(fixture->reader, SIGSTOP);
	waitpid(fixture->reader, NULL, WUNTRACED);
}

void fixture_continue(struct screen_fixture *fixture)
{
	kill(fixture->reader, SIGCONT);
}

size_t fixture_output(struct screen_fixture *fixture)
{
	size_t count;

	assert_int_equal(write(fixture->slave, mark, sizeof(mark) - 1),
			 sizeof(mark) - 1);
	assert_int_equal(read(fixture->counts, &count, sizeof(count)),
			 sizeof(count));
	return count;
}

void fixture_open(struct screen_fixture *fixture, int columns, int rows,
		  const char *type, const char *mode)
{
	const struct theme theme = fixture_theme();

	fixture_open_theme(fixture, columns, rows, type, mode, &theme);
}

void fixture_open_theme(struct screen_fixture *fixture, int columns, int rows,
			const char *type, const char *mode,
			const struct theme *theme)
{
	unsigned drawing = 0;
	struct err err;

	fixture_plug(fixture, columns, rows);
	fixture_start_reader(fixture);
	setenv("TERM", type, 1);
	fixture->term = term_open(fixture->slave, fixture->slave, theme, &err);
	assert_non_null(fixture->term);
	assert_true(option_choice(option_find("screen.qr"), mode, &drawing));
	fixture->ui = ui_new(fixture->term, (enum drawing)drawing);
	ui_offer_copies(fixture->ui);
}

void fixture_close(struct screen_fixture *fixture)
{
	ui_free(fixture->ui);
	term_close(fixture->term);
	close(fixture->slave);
	fixture_unplug(fixture);
}

static void read_window(const struct screen_fixture *fixture, WINDOW *window,
			char *text, size_t size)
{
	size_t len = 0;

	for (int y = 0; y < term_rows(fixture->term); y++) {
		const int columns = term_columns(fixture->term);
		wchar_t row[1024];
		size_t n;

		mvwinnwstr(window, y, 0, row, columns);
		n = wcstombs(text + len, row, size - len - 1);
		assert_true(n < size - len - 1);
		while (n > 0 && text[len + n - 1] == ' ')
			n--;
		len += n;
		text[len++] = '\n';
	}
	text[len] = '\0';
}

void fixture_read(const struct screen_fixture *fixture, char *text, size_t size)
{
	read_window(fixture, stdscr, text, size);
}

void fixture_read_written(const struct screen_fixture *fixture, char *text,
			  size_t size)
{
	read_window(fixture, curscr, text, size);
}

/* True if the upper (0) or lower (1) half of a cell is light. The ground of
 * the terminal is dark here. */
bool fixture_is_light(int y, int x, int half)
{
	wchar_t chars[CCHARW_MAX];
	cchar_t cell;
	attr_t attributes;
	short pair;
	bool ink;

	mvin_wch(y, x, &cell);
	getcchar(&cell, chars, &attributes, &pair, NULL);
	ink = chars[0] == L'█' || chars[0] == (half ? L'▄' : L'▀');
	return ink != ((attributes & A_REVERSE) != 0);
}

bool fixture_is_blank(int y, int x)
{
	return (mvinch(y, x) & A_CHARTEXT) == ' ';
}

bool fixture_is_faint(const struct screen_fixture *fixture, int y, int x)
{
	const short dim = term_palette(fixture->term)->inks[ROLE_DIM].pair;
	wchar_t chars[CCHARW_MAX];
	attr_t attributes;
	cchar_t cell;
	short pair;

	mvin_wch(y, x, &cell);
	getcchar(&cell, chars, &attributes, &pair, NULL);
	return pair == dim &&
	       (attributes & (A_BOLD | A_REVERSE | A_UNDERLINE)) == 0;
}

bool fixture_is_reversed(int y, int x)
{
	return (mvinch(y, x) & A_REVERSE) != 0;
}

static void set_colours(struct fixture_cell *cell)
{
	cell->fg = cell->bg = -1;
	if (has_colors())
		extended_pair_content(cell->pair, &cell->fg, &cell->bg);
}

void fixture_cell(struct fixture_cell *cell, int y, int x)
{
	wchar_t chars[CCHARW_MAX];
	attr_t attributes;
	cchar_t in;
	short pair;

	mvin_wch(y, x, &in);
	getcchar(&in, chars, &attributes, &pair, NULL);
	*cell = (struct fixture_cell){
		.c = chars[0],
		.pair = pair,
		.bold = (attributes & A_BOLD) != 0,
		.dim = (attributes & A_DIM) != 0,
		.reverse = (attributes & A_REVERSE) != 0,
		.underline = (attributes & A_UNDERLINE) != 0,
	};
	set_colours(cell);
}

void fixture_ground(struct fixture_cell *cell)
{
	*cell = (struct fixture_cell){.c = L' '};
	set_colours(cell);
}
