/* SPDX-License-Identifier: MIT */
/*
 * What the machine brings along: locale, terminal, clock. Opens no screen; the
 * terminal is only asked for its size.
 */
#include "config.h"

#include "app/check.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/report.h"
#include "base/err.h"
#include "io/vt.h"
#include "ui/canvas.h"
#include "ui/layout.h"
#include "ui/term.h"
#include "ui/term_type.h"
#include "ui/view.h"

enum { COLUMNS_MIN = 20, ROWS_MIN = 5 };

/* ---- Locale */

static const char *locale_name(const struct conf *conf)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	if (conf->screen.locale[0] != '\0')
		return conf->screen.locale;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && value[0] != '\0')
			return value;
	}
	return "";
}

static void check_locale(struct check *check)
{
	const char *name = locale_name(&check->setup.conf);
	bool known = setlocale(LC_ALL, check->setup.conf.screen.locale) != NULL;
	bool utf8 = term_set_locale(check->setup.conf.screen.locale);

	if (!utf8)
		report_row(check->report, OUTCOME_WARN, "locale",
			   "install a UTF-8 locale, such as C.UTF-8",
			   "there is none with UTF-8: everything will be "
			   "drawn in ASCII");
	else if (!known)
		report_row(check->report, OUTCOME_WARN, "locale",
			   "generate it (dpkg-reconfigure locales) or set "
			   "screen.locale to one that is there",
			   "%s is not on this machine; C.UTF-8 takes its place",
			   name);
	else
		report_row(check->report, OUTCOME_OK, "locale", NULL, "%s",
			   name[0] != '\0' ? name
					   : "none is set: C.UTF-8 is used");
}

/* ---- Terminal */

/* The terminal that people will see, or else the one that this was typed at.
 * -1: there is none. */
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
	struct rect size = term_measure(fd);

	if (size.columns < COLUMNS_MIN || size.rows < ROWS_MIN)
		report_row(check->report, OUTCOME_FAIL, "terminal",
			   "make it larger, or its font smaller",
			   "%s of %dx%d, which is too small: %dx%d is the "
			   "least",
			   type, size.columns, size.rows, COLUMNS_MIN,
			   ROWS_MIN);
	else
		report_row(check->report, OUTCOME_OK, "terminal", NULL,
			   "%s of %dx%d", type, size.columns, size.rows);
}

static void check_font(struct check *check, int fd)
{
	struct report *report = check->report;

	if (!vt_is_one(fd)) {
		report_row(report, OUTCOME_OK, "font", NULL,
			   "not a console: the terminal's own font");
		return;
	}
	switch (vt_blocks(fd)) {
	case VT_BLOCKS_THERE:
		report_row(report, OUTCOME_OK, "font", NULL,
			   "the console's, which has half blocks");
		return;
	case VT_BLOCKS_MISSING:
		report_row(report, OUTCOME_OK, "font", NULL,
			   "the console's, which has no half blocks: a sign-in "
			   "puts them in place of two glyphs while it runs");
		return;
	case VT_BLOCKS_UNKNOWN:
		break;
	}
	report_row(report, OUTCOME_WARN, "font",
		   "look at a sign-in once; \"m\" there draws the QR code in "
		   "another way",
		   "the console does not tell what its font has");
}

static void check_terminal(struct check *check)
{
	const char *type = term_type_choose();
	const char *name = getenv("TERM");
	int fd = open_terminal();

	if (fd < 0)
		report_row(check->report, OUTCOME_OK, "terminal", NULL,
			   "there is none here; run this on the screen to "
			   "hear of its size and font");
	else if (type == NULL)
		report_row(check->report, OUTCOME_FAIL, "terminal",
			   "install ncurses-base",
			   "no terminal type is known on this machine");
	else if (name == NULL || strcmp(name, type) != 0)
		report_row(check->report, OUTCOME_WARN, "terminal",
			   "set TERM to what it is, or install ncurses-term",
			   "its type \"%s\" is not known on this machine and "
			   "is taken for %s",
			   name != NULL ? name : "", type);
	if (fd >= 0 && type != NULL)
		check_size(check, fd, type);
	if (fd >= 0)
		check_font(check, fd);
	if (fd >= 0)
		(void)close(fd);
}

static void say_qr(struct check *check, const struct view *view,
		   struct rect size)
{
	const struct symbol *symbol = view->symbol;

	if (symbol == NULL) {
		report_row(check->report, OUTCOME_WARN, "qr",
			   "make the terminal larger or its font smaller; "
			   "else people type the address and the code",
			   "no QR code fits %dx%d beside the text",
			   size.columns, size.rows);
		return;
	}
	report_row(check->report, OUTCOME_OK, "qr", NULL,
		   "%dx%d shows the address %s the code, in %s, with a quiet "
		   "zone of %d",
		   size.columns, size.rows,
		   symbol->complete ? "with" : "without",
		   view->mode == QR_HALF ? "half blocks" : "whole cells",
		   view->quiet);
}

void check_qr(struct check *check)
{
	const bool utf8 = term_set_locale(check->setup.conf.screen.locale);
	/* Where a console's font has no half blocks, they are lent to it. */
	const struct canvas canvas = {.utf8 = utf8, .halves = utf8};
	struct view view = {.drawing = drawing_of(check->setup.conf.screen.qr)};
	struct rect size;
	int fd;

	if (check->verification_uri == NULL)
		return;
	fd = open_terminal();
	if (fd < 0)
		return;
	size = term_measure(fd);
	layout_choose_qr(&canvas, size, check->verification_uri_complete,
			 check->verification_uri, &view);
	say_qr(check, &view, size);
	symbols_free(view.symbols);
	(void)close(fd);
}

/* ---- Theme and clock */

static void check_theme(struct check *check)
{
	struct err err = {""};

	if (setup_theme(&check->setup, &err))
		report_row(check->report, OUTCOME_OK, "theme", NULL, "%s",
			   check->setup.conf.screen.theme);
	else
		report_row(check->report, OUTCOME_FAIL, "theme", NULL, "%s",
			   err.text);
}

void check_format_date(char *dst, int64_t wall_s)
{
	time_t at = (time_t)wall_s;
	struct tm tm;

	if (gmtime_r(&at, &tm) == NULL ||
	    strftime(dst, CHECK_DATE_SIZE, "%Y-%m-%d %H:%M UTC", &tm) == 0)
		snprintf(dst, CHECK_DATE_SIZE, "no date at all");
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
			   "set it, by NTP (timedatectl set-ntp true) or by "
			   "hand: until then no certificate is valid",
			   "reads %s, which is before this program was made "
			   "(%s)",
			   now, built);
	else
		report_row(check->report, OUTCOME_OK, "clock", NULL, "%s", now);
}

void check_machine(struct check *check)
{
	check_locale(check);
	check_terminal(check);
	check_theme(check);
	check_clock(check);
}
