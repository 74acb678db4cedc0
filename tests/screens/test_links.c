/* SPDX-License-Identifier: MIT */
/*
 * Hyperlinks and the cursor, as a terminal has them that reads all that comes:
 * which cells lead where, after each of many frames, where the cursor rests,
 * and whether curses still knows what is on the screen.
 */
#include "config.h"

#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "conf/theme.h"
#include "oauth/profile.h"
#include "ui/keyboard.h"
#include "ui/model.h"
#include "ui/term.h"
#include "ui/ui.h"
#include "ui/view.h"

#include "emulator.h"
#include "screen_fixture.h"

#define SHOWN "oauth-helper-r.wbx2.com/verify"
#define BARE "https://" SHOWN
#define COMPLETE BARE "?userCode=6587b053970a656c29500e6bced0c1c59290a743"
#define OTHER BARE "?userCode=729704"
#define AUTHORIZE                                                     \
	"https://webexapis.com/v1/authorize?client_id=C1d0f3a6c2b94e" \
	"&response_type=code&redirect_uri=http%3A%2F%2F127.0.0.1%3A2000"

enum { BYTES_MAX = 1024 * 1024 };
enum { START_MS = 1200000 };

/* ---- Frames */

static struct emulator screen;
static size_t taken; /* bytes of the last frame */

/* A frame is more than the kernel keeps: a process of its own takes it all the
 * time, for a pipe that holds it. */
static void start_copying(struct screen_fixture *fixture)
{
	char data[4096];
	int fds[2];
	ssize_t n;

	assert_int_equal(pipe(fds), 0);
	assert_true(fcntl(fds[1], F_SETPIPE_SZ, BYTES_MAX) >= 0);
	fixture->reader = fork();
	assert_true(fixture->reader >= 0);
	if (fixture->reader == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(fixture->slave);
		while ((n = read(fixture->master, data, sizeof(data))) > 0) {
			if (write(fds[1], data, (size_t)n) != n)
				_exit(1);
		}
		_exit(0);
	}
	close(fds[1]);
	fixture->counts = fds[0];
}

static void begin_as(struct screen_fixture *fixture, const char *type,
		     int columns, int rows)
{
	struct theme theme = fixture_theme();
	struct err err;

	emulator_begin(&screen, columns, rows);
	fixture_plug(fixture, columns, rows);
	(void)setenv("TERM", type, 1);
	fixture->term = term_open(fixture->slave, fixture->slave, &theme, &err);
	assert_non_null(fixture->term);
	fixture->ui = ui_new(fixture->term, DRAWING_AUTO);
	ui_link_addresses(fixture->ui);
	start_copying(fixture);
}

static void begin(struct screen_fixture *fixture, int columns, int rows)
{
	begin_as(fixture, "xterm-256color", columns, rows);
}

/* All that was written, up to a mark after it. */
static void take(struct screen_fixture *fixture)
{
	static const char mark[] = "\x1b_mark\x1b\\";
	static char bytes[BYTES_MAX];
	size_t len = 0;
	ssize_t n;

	assert_int_equal(write(fixture->slave, mark, sizeof(mark) - 1),
			 sizeof(mark) - 1);
	do {
		n = read(fixture->counts, bytes + len, sizeof(bytes) - len - 1);
		assert_true(n > 0);
		len += (size_t)n;
		bytes[len] = '\0';
	} while (strstr(bytes, mark) == NULL);
	*strstr(bytes, mark) = '\0';
	taken = strlen(bytes);
	emulator_feed(&screen, bytes);
}

static bool leads_to(int y, int x, const char *uri)
{
	const int link = screen.cells[y][x].link;

	return uri == NULL ? link == EMULATOR_NOWHERE
			   : link != EMULATOR_NOWHERE &&
				     strcmp(screen.uris[link], uri) == 0;
}

/* The text of all the cells that lead somewhere, all of them to the URI. */
static void linked_text(char *text, size_t size, const char *uri)
{
	size_t len = 0;

	for (int y = 0; y < screen.rows; y++) {
		for (int x = 0; x < screen.columns; x++) {
			if (leads_to(y, x, NULL))
				continue;
			if (!leads_to(y, x, uri))
				fail_msg("%d;%d leads to %s", y, x,
					 screen.uris[screen.cells[y][x].link]);
			assert_true(len + 1 < size);
			text[len++] = (char)screen.cells[y][x].c;
		}
	}
	text[len] = '\0';
}

/* What curses believes to be there is there. */
static void check_cells(struct screen_fixture *fixture)
{
	static char believed[64 * 1024], seen[64 * 1024];
	size_t len = 0;

	fixture_read_written(fixture, believed, sizeof(believed));
	for (int y = 0; y < screen.rows; y++) {
		size_t start = len;

		for (int x = 0; x < screen.columns; x++) {
			const int n = wctomb(seen + len, screen.cells[y][x].c);

			assert_true(n > 0);
			len += (size_t)n;
		}
		while (len > start && seen[len - 1] == ' ')
			len--;
		seen[len++] = '\n';
	}
	seen[len] = '\0';
	assert_string_equal(seen, believed);
}

static void draw(struct screen_fixture *fixture, const struct model *model)
{
	struct pollfd room = {.fd = fixture->slave, .events = POLLOUT};

	while (!ui_draw(fixture->ui, model))
		assert_int_equal(poll(&room, 1, -1), 1);
	take(fixture);
}

/* expected: what leads to the URI, one after the other. */
static void expect(struct screen_fixture *fixture, const struct model *model,
		   const char *uri, const char *expected)
{
	char text[4096];

	draw(fixture, model);
	check_cells(fixture);
	linked_text(text, sizeof(text), uri);
	assert_string_equal(text, expected);
	assert_int_equal(screen.link, EMULATOR_NOWHERE);
}

static struct model model_of_code(void)
{
	return (struct model){
		.screen = SCREEN_SIGN_IN,
		.now_ms = START_MS,
		.title = "Sign in",
		.provider = "Webex",
		.device = "Lobby screen 3",
		.caution = "Approve only if you are standing at this screen "
			   "(Lobby 3).",
		.status = "Waiting for your approval",
		.user_code = "729 703",
		.verification_uri = BARE,
		.verification_uri_complete = COMPLETE,
		.code_lifetime_ms = 300000,
		.expires_ms = START_MS + 272000,
		.codes = 1,
		.trouble = "No connection to the sign-in service",
		.advice = BARE " could not be reached.",
		.retry_ms = START_MS + 12000,
		.can_quit = true,
	};
}

static void key(struct screen_fixture *fixture, const struct model *model,
		int key)
{
	(void)ui_key(fixture->ui, model, key);
}

/* The address is whole, on one row or more, and so is the code. */
static void test_sizes(void **state)
{
	static const struct {
		int columns, rows;
	} sizes[] = {
		{80, 24}, {50, 15}, {120, 40}, {40, 12}, {20, 7}, {200, 60},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct model model = model_of_code();
		struct screen_fixture fixture;

		begin(&fixture, sizes[i].columns, sizes[i].rows);
		expect(&fixture, &model, COMPLETE, SHOWN "729 703");
		model.verification_uri_complete = NULL;
		expect(&fixture, &model, BARE, SHOWN "729 703");
		fixture_close(&fixture);
	}
}

static void test_frames(void **state)
{
	struct model model = model_of_code(), other = model;
	struct screen_fixture fixture;

	(void)state;
	begin(&fixture, 80, 24);
	expect(&fixture, &model, COMPLETE, SHOWN "729 703");
	for (int i = 0; i < 20; i++) {
		model.now_ms += 1000;
		expect(&fixture, &model, COMPLETE, SHOWN "729 703");
	}
	/* Another status, then the same words leading elsewhere. */
	model.status = "No connection: trying again";
	expect(&fixture, &model, COMPLETE, SHOWN "729 703");
	other.now_ms = model.now_ms;
	other.verification_uri_complete = OTHER;
	expect(&fixture, &other, OTHER, SHOWN "729 703");
	expect(&fixture, &model, COMPLETE, SHOWN "729 703");
	/* The list of keys stands in front, and goes. */
	key(&fixture, &model, '?');
	expect(&fixture, &model, COMPLETE, "");
	key(&fixture, &model, ' ');
	expect(&fixture, &model, COMPLETE, SHOWN "729 703");
	/* The QR code alone has a row for the code below it. */
	key(&fixture, &model, 'z');
	expect(&fixture, &model, COMPLETE, "729 703");
	key(&fixture, &model, 'z');
	expect(&fixture, &model, COMPLETE, SHOWN "729 703");
	/* What else was written over it. */
	term_repaint(fixture.term);
	ui_dirty(fixture.ui);
	expect(&fixture, &model, COMPLETE, SHOWN "729 703");
	/* A screen that shows the same characters in the same place, by chance,
	 * leads nowhere. */
	model.screen = SCREEN_TROUBLE;
	expect(&fixture, &model, COMPLETE, "");
	model.screen = SCREEN_SIGN_IN;
	expect(&fixture, &model, COMPLETE, SHOWN "729 703");
	ui_forget(fixture.ui);
	model.screen = SCREEN_WELCOME;
	expect(&fixture, &model, COMPLETE, "");
	fixture_close(&fixture);
}

/* What begins where the terminal's cursor is. */
static void expect_cursor(struct screen_fixture *fixture,
			  const struct model *model, const char *text)
{
	draw(fixture, model);
	assert_true(screen.x + (int)strlen(text) <= screen.columns);
	for (int i = 0; text[i] != '\0'; i++) {
		if (screen.cells[screen.y][screen.x + i].c != (wchar_t)text[i])
			fail_msg("the cursor is at %d;%d, not on \"%s\"",
				 screen.y + 1, screen.x + 1, text);
	}
}

/* The cursor rests on the code, whatever else changes, or on what may be
 * chosen: it is where a braille display and a screen reader are. */
static void test_cursor(void **state)
{
	static const struct {
		int columns, rows;
	} sizes[] = {{80, 24}, {40, 12}, {20, 5}, {200, 60}};
	struct log *log = log_new(10);
	char name[] = "Ada Lovelace";
	struct profile ada = {.name = name};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct model model = model_of_code();
		struct screen_fixture fixture;

		model.log = log;
		begin(&fixture, sizes[i].columns, sizes[i].rows);
		expect_cursor(&fixture, &model, "729 703");
		for (int tick = 0; tick < 70; tick++) {
			model.now_ms = ui_deadline(fixture.ui, &model);
			expect_cursor(&fixture, &model, "729 703");
			check_cells(&fixture);
		}
		log_add(log, 1795430400, LEVEL_INFO, "not approved yet");
		expect_cursor(&fixture, &model, "729 703");
		model.status = "No connection: trying again";
		expect_cursor(&fixture, &model, "729 703");
		term_repaint(fixture.term);
		ui_dirty(fixture.ui);
		expect_cursor(&fixture, &model, "729 703");
		model.now_ms += 1000;
		expect_cursor(&fixture, &model, "729 703");
		if (sizes[i].rows >= 12) {
			key(&fixture, &model, '?');
			expect_cursor(&fixture, &model, "r ");
			key(&fixture, &model, ' ');
			expect_cursor(&fixture, &model, "729 703");
		}
		model.screen = SCREEN_WELCOME;
		expect_cursor(&fixture, &model, "Press any key");
		model.screen = SCREEN_CONFIRM;
		model.profile = &ada;
		model.confirm_ms = model.now_ms + 60000;
		expect_cursor(&fixture, &model, "n: no");
		model.now_ms += VIEW_HELD_MS;
		expect_cursor(&fixture, &model, "y: yes");
		model.screen = SCREEN_PROFILE;
		expect_cursor(&fixture, &model, "Hello, Ada");
		model.screen = SCREEN_TROUBLE;
		model.profile = NULL;
		expect_cursor(&fixture, &model, "No connection");
		fixture_close(&fixture);
	}
	log_free(log);
}

/* Each row that the address takes. */
static void test_code_grant(void **state)
{
	struct model model = model_of_code();
	struct screen_fixture fixture;

	(void)state;
	model.user_code = NULL;
	model.verification_uri = model.verification_uri_complete = NULL;
	model.authorization_uri = AUTHORIZE;
	model.redirect_uri = "http://127.0.0.1:2000/redirect.html";
	begin(&fixture, 40, 12);
	expect(&fixture, &model, AUTHORIZE, AUTHORIZE);
	model.authorization_uri = BARE;
	expect(&fixture, &model, BARE, BARE);
	fixture_close(&fixture);
}

/* Nothing remains of the frame before the answer. */
static void test_wide(void **state)
{
	static const char answer[] = "\x1b[2;5R";
	struct model model = model_of_code();
	struct screen_fixture fixture;

	(void)state;
	/* Whose dark modules are blanks, which curses need not write. */
	begin_as(&fixture, "vt220", 110, 40);
	screen.wide = true;
	draw(&fixture, &model);
	assert_int_equal(write(fixture.master, answer, strlen(answer)),
			 strlen(answer));
	while (!term_learn(fixture.term))
		(void)keyboard_key(term_keyboard(fixture.term), START_MS);
	term_repaint(fixture.term);
	ui_dirty(fixture.ui);
	expect(&fixture, &model, COMPLETE, SHOWN "729 703");
	/* It is whole again where others have written. */
	emulator_blank(&screen, 10, 0, 110);
	term_repaint(fixture.term);
	ui_dirty(fixture.ui);
	expect(&fixture, &model, COMPLETE, SHOWN "729 703");
	fixture_close(&fixture);
}

/* Written over, without anything else to draw. */
static void test_repainted(void **state)
{
	struct model model = model_of_code();
	struct screen_fixture fixture;

	(void)state;
	begin(&fixture, 80, 24);
	ui_repaint_every(fixture.ui, 60000);
	expect(&fixture, &model, COMPLETE, SHOWN "729 703");
	for (int y = 0; y < 24; y++)
		emulator_blank(&screen, y, 0, 80);
	model.now_ms += 60000;
	expect(&fixture, &model, COMPLETE, SHOWN "729 703");
	fixture_close(&fixture);
}

/* What stays costs nothing. */
static void test_written_once(void **state)
{
	struct model model = model_of_code();
	struct screen_fixture fixture;

	(void)state;
	begin(&fixture, 80, 24);
	draw(&fixture, &model);
	ui_dirty(fixture.ui);
	draw(&fixture, &model);
	assert_int_equal(taken, 0);
	term_repaint(fixture.term);
	ui_dirty(fixture.ui);
	draw(&fixture, &model);
	assert_true(taken > 0);
	fixture_close(&fixture);
}

/* Nothing in an address ends the sequence, or begins another. */
static void test_hostile(void **state)
{
	static const struct {
		const char *uri, *encoded;
	} cases[] = {
		{"https://x.example/?a=b;c#d", "https://x.example/?a=b;c#d"},
		{"https://x.example/\x1b\\\x1b[2J",
		 "https://x.example/%1B\\%1B[2J"},
		{"https://x.example/\a\x9c\r\n",
		 "https://x.example/%07%9C%0D%0A"},
		{"https://x.example/ \x7f", "https://x.example/%20%7F"},
		{"https://x.example/\xc3\xa9", "https://x.example/%C3%A9"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char expected[256];
		struct buf out;

		buf_init(&out, 4096);
		(void)snprintf(expected, sizeof(expected),
			       "\x1b]8;id=grantty;%s\x1b\\", cases[i].encoded);
		assert_true(hyperlink_begin(&out, cases[i].uri));
		assert_string_equal(buf_text(&out), expected);
		buf_free(&out);
	}
}

static void test_too_long(void **state)
{
	char uri[HYPERLINK_URI_MAX + 2];
	struct buf out;

	(void)state;
	memset(uri, 'x', sizeof(uri) - 1);
	uri[sizeof(uri) - 1] = '\0';
	buf_init(&out, 4096);
	assert_false(hyperlink_begin(&out, uri));
	assert_int_equal(out.len, 0);
	uri[sizeof(uri) - 2] = '\0';
	assert_true(hyperlink_begin(&out, uri));
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_cursor),
		cmocka_unit_test(test_code_grant),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_repainted),
		cmocka_unit_test(test_written_once),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_too_long),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
