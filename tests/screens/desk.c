/* SPDX-License-Identifier: MIT */
/*
 * A pseudo-terminal with the program's side opened as a terminal, and what can
 * be seen of it: cells through curses, bytes through the kernel.
 */
#include "config.h"

#include "desk.h"

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
#include "core/theme.h"
#include "ui/term.h"
#include "ui/ui.h"

void desk_set_size(struct desk *desk, int columns, int rows)
{
	struct winsize size = {.ws_row = (unsigned short)rows,
			       .ws_col = (unsigned short)columns};

	assert_int_equal(ioctl(desk->master, TIOCSWINSZ, &size), 0);
}

void desk_plug(struct desk *desk, int columns, int rows)
{
	memset(desk, 0, sizeof(*desk));
	desk->master = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(desk->master >= 0);
	assert_int_equal(grantpt(desk->master), 0);
	assert_int_equal(unlockpt(desk->master), 0);
	desk->slave = open(ptsname(desk->master), O_RDWR | O_NOCTTY);
	assert_true(desk->slave >= 0);
	desk_set_size(desk, columns, rows);
}

/* A theme as a person would choose one: colours, on the terminal's ground. */
struct theme desk_theme(void)
{
	static const char text[] =
		"title = { fg = 15; bold = true; }; code = { fg = 221; };"
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

void desk_start_reader(struct desk *desk)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	desk->reader = fork();
	assert_true(desk->reader >= 0);
	if (desk->reader == 0) {
		/* A test that fails leaves nobody behind, paused or not. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(desk->slave);
		close(fds[0]);
		read_for_ever(desk->master, fds[1]);
	}
	close(fds[1]);
	desk->counts = fds[0];
}

void desk_unplug(struct desk *desk)
{
	if (desk->reader > 0) {
		kill(desk->reader, SIGKILL);
		waitpid(desk->reader, NULL, 0);
		close(desk->counts);
	}
	close(desk->master);
}

void desk_pause(struct desk *desk)
{
	kill(desk->reader, SIGSTOP);
	waitpid(desk->reader, NULL, WUNTRACED);
}

void desk_continue(struct desk *desk)
{
	kill(desk->reader, SIGCONT);
}

size_t desk_output(struct desk *desk)
{
	size_t count;

	assert_int_equal(write(desk->slave, mark, sizeof(mark) - 1),
			 sizeof(mark) - 1);
	assert_int_equal(read(desk->counts, &count, sizeof(count)),
			 sizeof(count));
	return count;
}

void desk_open(struct desk *desk, int columns, int rows, const char *type,
	       const char *mode)
{
	struct theme theme = desk_theme();
	struct err err;

	desk_plug(desk, columns, rows);
	desk_start_reader(desk);
	setenv("TERM", type, 1);
	desk->term = term_open(desk->slave, desk->slave, &theme, &err);
	assert_non_null(desk->term);
	desk->ui = ui_new(desk->term, mode);
}

void desk_close(struct desk *desk)
{
	ui_free(desk->ui);
	term_close(desk->term);
	close(desk->slave);
	desk_unplug(desk);
}

static void read_window(const struct desk *desk, WINDOW *window, char *text,
			size_t size)
{
	size_t len = 0;

	for (int y = 0; y < term_rows(desk->term); y++) {
		const int columns = term_columns(desk->term);
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

void desk_read(const struct desk *desk, char *text, size_t size)
{
	read_window(desk, stdscr, text, size);
}

void desk_read_written(const struct desk *desk, char *text, size_t size)
{
	read_window(desk, curscr, text, size);
}

/* Whether the upper (0) or lower (1) half of a cell is light. The ground of
 * the terminal is dark here. */
bool desk_is_light(int y, int x, int half)
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

bool desk_is_blank(int y, int x)
{
	return (mvinch(y, x) & A_CHARTEXT) == ' ';
}

bool desk_is_faint(int y, int x)
{
	return (mvinch(y, x) & A_DIM) != 0;
}

bool desk_is_reversed(int y, int x)
{
	return (mvinch(y, x) & A_REVERSE) != 0;
}
