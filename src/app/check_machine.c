/* SPDX-License-Identifier: MIT */
/*
 * The machine itself: locale, terminal, clock. Opens no screen; only queries
 * the terminal.
 */
#include "config.h"

#include "app/check.h"

#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/report.h"
#include "base/err.h"
#include "io/environment.h"
#include "io/vt.h"
#include "ui/block_width.h"
#include "ui/canvas.h"
#include "ui/layout.h"
#include "ui/locale.h"
#include "ui/term_type.h"
#include "ui/tty_line.h"
#include "ui/view.h"

enum { COLUMNS_MIN = 20, ROWS_MIN = 5 };

/* ---- Locale */

static const char *locale_name(const struct conf *conf)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	if (conf->screen.locale[0] != '\0')
		return conf->screen.locale;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = environment_value(names[i]);

		if (value != NULL)
			return value;
	}
	return "";
}

static void check_locale(struct check *check)
{
	const char *name = locale_name(&check->setup.conf);
	bool known = setlocale(LC_ALL, check->setup.conf.screen.locale) != NULL;
	bool utf8 = locale_set(check->setup.conf.screen.locale);

	if (!utf8)
		report_row(check->report, OUTCOME_WARN, "locale",
			   "install a UTF-8 locale, such as C.UTF-8",
			   "no UTF-8 locale is installed: the screens use "
			   "ASCII only");
	else if (!known)
		report_row(check->report, OUTCOME_WARN, "locale",
			   "generate it (dpkg-reconfigure locales) or set "
			   "screen.locale to one that is installed",
			   "%s is not installed; C.UTF-8 is used instead",
			   name);
	else
		report_ok(check->report, "locale", "%s",
			  name[0] != '\0' ? name : "not set; C.UTF-8 is used");
}

/* ---- Terminal */

/* The terminal on standard output, input or error, else the controlling one. -1
 * if there is none. */
static int open_terminal(void)
{
	static const int fds[] = {STDOUT_FILENO, STDIN_FILENO, STDERR_FILENO};

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (isatty(fds[i]))
			return dup(fds[i]);
	}
	return open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static void check_size(struct check *check, int fd, const char *type)
{
	struct rect size = tty_line_size(fd);

	if (size.columns < COLUMNS_MIN || size.rows < ROWS_MIN)
		report_row(check->report, OUTCOME_FAIL, "terminal",
			   "make it larger, or use a smaller font",
			   "%s, %dx%d: too small, the minimum is %dx%d", type,
			   size.columns, size.rows, COLUMNS_MIN, ROWS_MIN);
	else
		report_ok(check->report, "terminal", "%s, %dx%d", type,
			  size.columns, size.rows);
}

static void check_font(struct check *check, int fd)
{
	struct report *report = check->report;

	if (!vt_is_one(fd)) {
		report_ok(report, "font",
			  "not a console: the terminal has its own font");
		return;
	}
	switch (vt_blocks(fd)) {
	case VT_BLOCKS_THERE:
		report_ok(report, "font", "the console font has half blocks");
		return;
	case VT_BLOCKS_MISSING:
		report_ok(report, "font",
			  "the console font has no half blocks: grantty "
			  "draws them over two glyphs while it runs");
		return;
	case VT_BLOCKS_UNKNOWN:
		break;
	}
	report_row(report, OUTCOME_WARN, "font",
		   "look at a sign-in screen; press \"m\" there if the QR "
		   "code is garbled",
		   "cannot read which characters the console font has");
}

/* On a console the width is 1, and without UTF-8 no half blocks are drawn. */
static void check_width(struct check *check, int fd)
{
	if (vt_is_one(fd) || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		return;
	switch (block_width(fd)) {
	case BLOCK_WIDTH_UNKNOWN:
		report_ok(check->report, "width",
			  "the terminal does not report how wide half "
			  "blocks are: one column is assumed");
		break;
	case BLOCK_WIDTH_ONE:
		report_ok(check->report, "width",
			  "half blocks take one column");
		break;
	case BLOCK_WIDTH_TWO:
		report_ok(check->report, "width",
			  "half blocks take two columns: the screens do "
			  "without them");
		break;
	case BLOCK_WIDTH_NO_UTF8:
		report_row(check->report, OUTCOME_WARN, "width",
			   "set the terminal to UTF-8, or LANG to the "
			   "terminal's encoding",
			   "the terminal is not set to UTF-8: the screens "
			   "use ASCII only");
		break;
	}
}

/* The mode in which a sign-in starts. */
static enum drawing drawing_at_first(const struct conf *conf)
{
	const enum drawing drawing = conf->screen.qr;

	return drawing == DRAWING_AUTO &&
			       locale_may_lack_utf8(conf->screen.locale)
		       ? DRAWING_ASCII
		       : drawing;
}

/* GNU screen and tmux go by the name of the locale. */
static void check_ascii(struct check *check)
{
	const struct conf *conf = &check->setup.conf;

	if (conf->screen.qr == DRAWING_AUTO &&
	    drawing_at_first(conf) == DRAWING_ASCII)
		report_row(check->report, OUTCOME_WARN, "drawing",
			   "set LANG to a UTF-8 locale before you start "
			   "screen or tmux, or set screen.qr to \"half\"",
			   "screen or tmux without a UTF-8 locale: the "
			   "screens start in ASCII");
}

static void check_terminal(struct check *check)
{
	const char *type = term_type_choose();
	const char *name = getenv("TERM");
	int fd = open_terminal();

	if (fd < 0)
		report_ok(check->report, "terminal",
			  "none here; run this on the screen itself to "
			  "check its size and font");
	else if (type == NULL)
		report_row(check->report, OUTCOME_FAIL, "terminal",
			   "install ncurses-base",
			   "no terminal descriptions are installed");
	else if (name == NULL || strcmp(name, type) != 0)
		report_row(check->report, OUTCOME_WARN, "terminal",
			   "set TERM to the terminal's type, or install "
			   "ncurses-term",
			   "unknown terminal type \"%s\": treated as %s",
			   name != NULL ? name : "", type);
	if (fd >= 0 && type != NULL)
		check_size(check, fd, type);
	if (fd >= 0)
		check_font(check, fd);
	if (fd >= 0)
		check_width(check, fd);
	if (fd >= 0)
		(void)close(fd);
	check_ascii(check);
}

static void report_qr(struct check *check, const struct view *view,
		      struct rect size)
{
	const struct symbol *symbol = view->symbol;

	if (symbol == NULL) {
		report_row(check->report, OUTCOME_WARN, "qr",
			   "make the terminal larger or its font smaller; "
			   "otherwise users must type the address and the code",
			   "no room for a QR code beside the text at %dx%d",
			   size.columns, size.rows);
		return;
	}
	report_ok(check->report, "qr",
		  "at %dx%d it contains the address %s the code, in %s with "
		  "a quiet zone of %d",
		  size.columns, size.rows,
		  symbol->complete ? "with" : "without",
		  view->mode == QR_HALF ? "half blocks" : "whole cells",
		  view->quiet);
}

void check_qr(struct check *check)
{
	const bool utf8 = locale_set(check->setup.conf.screen.locale);
	/* If a console's font has no half blocks, the screens add them. */
	enum block_width width;
	struct canvas canvas = {.utf8 = utf8, .halves = utf8};
	struct view view = {.drawing = drawing_at_first(&check->setup.conf)};
	struct rect size;
	int fd;

	if (check->verification_uri == NULL)
		return;
	fd = open_terminal();
	if (fd < 0)
		return;
	size = tty_line_size(fd);
	width = block_width(fd);
	if (view.drawing == DRAWING_ASCII || width == BLOCK_WIDTH_TWO ||
	    width == BLOCK_WIDTH_NO_UTF8)
		canvas.halves = false;
	layout_choose_qr(&canvas, size, check->setup.conf.screen.text,
			 check->verification_uri_complete,
			 check->verification_uri, &view);
	report_qr(check, &view, size);
	symbols_free(view.symbols);
	(void)close(fd);
}

/* ---- Theme and clock */

static void check_theme(struct check *check)
{
	struct err err = {""};

	if (setup_theme(&check->setup, &err))
		report_ok(check->report, "theme", "%s",
			  check->setup.conf.screen.theme);
	else
		report_err(check->report, "theme", &err);
}

void check_format_date(char *dst, int64_t wall_s)
{
	time_t at = (time_t)wall_s;
	struct tm tm;

	if (gmtime_r(&at, &tm) == NULL ||
	    strftime(dst, CHECK_DATE_SIZE, "%Y-%m-%d %H:%M UTC", &tm) == 0)
		snprintf(dst, CHECK_DATE_SIZE, "an invalid date");
}

static void check_clock(struct check *check)
{
	int64_t wall_s = clock_wall_s();
	char now[CHECK_DATE_SIZE], built[CHECK_DATE_SIZE];

	check_format_date(now, wall_s);
	check_format_date(built, BUILD_DAY_S);
	check->clock_is_off = wall_s < BUILD_DAY_S;
	if (check->clock_is_off)
		report_row(check->report, OUTCOME_FAIL, "clock",
			   "set it by NTP (timedatectl set-ntp true) or by "
			   "hand; until then no certificate is valid",
			   "%s is before this program was built (%s)", now,
			   built);
	else
		report_ok(check->report, "clock", "%s", now);
}

void check_machine(struct check *check)
{
	check_locale(check);
	check_terminal(check);
	check_theme(check);
	check_clock(check);
}
