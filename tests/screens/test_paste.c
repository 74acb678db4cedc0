/* SPDX-License-Identifier: MIT */
/*
 * Pasted and typed addresses: from the bytes that a terminal sends to what the
 * app is given.
 */
#include "config.h"

#include <locale.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "conf/theme.h"
#include "ui/keyboard.h"
#include "ui/model.h"
#include "ui/paste.h"
#include "ui/term.h"
#include "ui/ui.h"

#include "screen_fixture.h"

#define BEGIN "\x1b[200~"
#define END "\x1b[201~"
#define EIGHT_BIT         \
	"\x9b"            \
	"200~hi\x9b"      \
	"201~\xc2\x9b"    \
	"200~you\xc2\x9b" \
	"201~q"
#define ADDRESS "http://127.0.0.1:2000/redirect.html?code=5ecret&state=2oVq"

static struct model by_address(void)
{
	return (struct model){
		.screen = SCREEN_SIGN_IN,
		.now_ms = 1000,
		.title = "Sign in",
		.provider = "Webex",
		.device = "lobby-3",
		.status = "Waiting for your approval",
		.authorization_uri = "https://webexapis.com/v1/authorize?a=b",
		.redirect_uri = "http://127.0.0.1:2000/redirect.html",
		.code_lifetime_ms = 600000,
		.expires_ms = 301000,
		.idle_ms = NEVER_MS,
		.retry_ms = NEVER_MS,
		.can_quit = true,
	};
}

/* ---- Without a terminal */

/* In bytes, '|' is a pause. */
static enum paste_state feed(struct paste *paste, const char *bytes)
{
	enum paste_state state = PASTE_OPEN;

	for (; *bytes != '\0' && state == PASTE_OPEN; bytes++) {
		if (*bytes == '|')
			paste_pause(paste);
		else
			state = paste_take(paste, (unsigned char)*bytes);
	}
	assert_int_equal(*bytes, '\0'); /* not before the last one */
	return state;
}

static void test_marks(void **state)
{
	static const struct {
		const char *bytes;
		enum paste_state state;
		const char *text;
	} cases[] = {
		{"ab" END, PASTE_COMPLETE, "ab"},
		{END, PASTE_COMPLETE, ""},
		{"a|b|" END, PASTE_COMPLETE, "ab"},
		{"a\x1b|[20|1~", PASTE_COMPLETE, "a"},
		{"a\x1b|[|2|0|1|~", PASTE_COMPLETE, "a"},
		{"ab", PASTE_OPEN, "ab"},
		{"a\r\nb\tc" END, PASTE_COMPLETE, "abc"},
		{"a\x01\x03\x7f b" END, PASTE_COMPLETE, "a b"},
		{"\xc2\x9b"
		 "a\xe2\x80\x8b" END,
		 PASTE_COMPLETE, "a"},
		/* What only begins as the mark does. */
		{"a\x1b[200~b" END, PASTE_COMPLETE, "a[200~b"},
		{"a\x1b" END, PASTE_COMPLETE, "a"},
		{"a\x1b[20" END, PASTE_COMPLETE, "a[20"},
		/* Keys of somebody who waits in vain. */
		{"a|\x03", PASTE_BROKEN, "a"},
		{"a|\x1b|\x1b", PASTE_BROKEN, "a"},
		{"a|\x1b|q", PASTE_BROKEN, "a"},
		{"a|q|\x1b", PASTE_OPEN, "aq"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct paste paste = {.len = 0};

		assert_int_equal(feed(&paste, cases[i].bytes), cases[i].state);
		assert_string_equal(paste_text(&paste), cases[i].text);
	}
}

static bool is_zero(const void *data, size_t n)
{
	const char *bytes = data;

	for (size_t i = 0; i < n; i++) {
		if (bytes[i] != 0)
			return false;
	}
	return true;
}

static void test_bounds(void **state)
{
	static struct paste paste;

	(void)state;
	for (int i = 0; i < PASTE_MAX; i++)
		paste_add(&paste, 'x');
	assert_int_equal(strlen(paste_text(&paste)), PASTE_MAX);
	paste_add(&paste, '\n'); /* would be left out anyway */
	assert_int_equal(strlen(paste_text(&paste)), PASTE_MAX);
	paste_add(&paste, 'x');
	assert_string_equal(paste_text(&paste), ""); /* no half of it */
	paste_wipe(&paste);
	assert_true(is_zero(&paste, sizeof(paste)));

	/* Without an end it takes no more than so many. */
	for (int i = 0; i < PASTE_GIVE_UP; i++)
		assert_int_equal(paste_take(&paste, 'x'), PASTE_OPEN);
	assert_int_equal(paste_take(&paste, 'x'), PASTE_BROKEN);
	assert_string_equal(paste_text(&paste), "");
	paste_wipe(&paste);

	paste_add(&paste, 'a');
	paste_add(&paste, 'b');
	paste_erase(&paste);
	assert_string_equal(paste_text(&paste), "a");
	paste_erase(&paste);
	paste_erase(&paste);
	assert_true(is_zero(&paste, sizeof(paste)));
}

/* ---- Through a terminal */

static int64_t now_ms = 1000;

static void press(struct screen_fixture *fixture, const char *bytes, size_t len)
{
	struct pollfd fd = {.fd = fixture->slave, .events = POLLIN};
	int there;

	assert_int_equal(write(fixture->master, bytes, len), len);
	do { /* on its way through the kernel */
		assert_int_equal(poll(&fd, 1, 10000), 1);
		assert_int_equal(ioctl(fixture->slave, FIONREAD, &there), 0);
	} while ((size_t)there < len);
}

/* Presses in pieces of at most 1000 bytes, which the kernel has room for;
 * returns the first key that comes of it. */
static int press_long(struct screen_fixture *fixture, const char *bytes)
{
	size_t left = strlen(bytes);
	int key = KEYS_NONE;

	while (left > 0 && key == KEYS_NONE) {
		size_t n = left < 1000 ? left : 1000;

		press(fixture, bytes, n);
		key = keyboard_key(term_keyboard(fixture->term), now_ms);
		bytes += n;
		left -= n;
	}
	assert_int_equal(left, 0); /* none before the last byte */
	return key;
}

static void test_split_reads(void **state)
{
	static const char bytes[] = BEGIN ADDRESS END;
	const size_t len = sizeof(bytes) - 1;
	struct screen_fixture fixture;

	(void)state;
	fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
	for (size_t at = 1; at < len; at++) {
		press(&fixture, bytes, at);
		assert_int_equal(keyboard_key(term_keyboard(fixture.term), 0),
				 KEYS_NONE);
		assert_int_equal(keyboard_key(term_keyboard(fixture.term), 0),
				 KEYS_NONE);
		press(&fixture, bytes + at, len - at);
		assert_int_equal(keyboard_key(term_keyboard(fixture.term), 0),
				 KEYS_PASTE);
		assert_string_equal(
			keyboard_pasted(term_keyboard(fixture.term)), ADDRESS);
		assert_int_equal(keyboard_key(term_keyboard(fixture.term), 0),
				 KEYS_NONE);
		assert_string_equal(
			keyboard_pasted(term_keyboard(fixture.term)), "");
	}
	/* Keys around it are keys. */
	press(&fixture, "z" BEGIN "q" END "\r", 15);
	assert_int_equal(keyboard_key(term_keyboard(fixture.term), 0), 'z');
	assert_int_equal(keyboard_key(term_keyboard(fixture.term), 0),
			 KEYS_PASTE);
	assert_string_equal(keyboard_pasted(term_keyboard(fixture.term)), "q");
	assert_int_equal(keyboard_key(term_keyboard(fixture.term), 0),
			 KEYS_ENTER);
	assert_string_equal(keyboard_pasted(term_keyboard(fixture.term)), "");
	/* By terminals that send 8-bit controls. */
	press(&fixture, EIGHT_BIT, sizeof(EIGHT_BIT) - 1);
	assert_int_equal(keyboard_key(term_keyboard(fixture.term), 0),
			 KEYS_PASTE);
	assert_string_equal(keyboard_pasted(term_keyboard(fixture.term)), "hi");
	assert_int_equal(keyboard_key(term_keyboard(fixture.term), 0),
			 KEYS_PASTE);
	assert_string_equal(keyboard_pasted(term_keyboard(fixture.term)),
			    "you");
	assert_int_equal(keyboard_key(term_keyboard(fixture.term), 0), 'q');
	/* Nothing was begun. */
	press(&fixture, END "q", 7);
	assert_int_equal(keyboard_key(term_keyboard(fixture.term), 0), 'q');
	fixture_close(&fixture);
}

static void test_long_paste(void **state)
{
	static char bytes[PASTE_MAX * 3];
	struct screen_fixture fixture;

	(void)state;
	fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
	snprintf(bytes, sizeof(bytes), BEGIN "%0*d" END, PASTE_MAX, 7);
	assert_int_equal(press_long(&fixture, bytes), KEYS_PASTE);
	assert_int_equal(strlen(keyboard_pasted(term_keyboard(fixture.term))),
			 PASTE_MAX);
	snprintf(bytes, sizeof(bytes), BEGIN "%0*d" END, 2 * PASTE_MAX, 7);
	assert_int_equal(press_long(&fixture, bytes), KEYS_PASTE);
	assert_string_equal(keyboard_pasted(term_keyboard(fixture.term)), "");
	assert_int_equal(press_long(&fixture, BEGIN "a" END), KEYS_PASTE);
	assert_string_equal(keyboard_pasted(term_keyboard(fixture.term)), "a");
	fixture_close(&fixture);
}

static void test_without_end(void **state)
{
	static const struct {
		const char *first, *then;
		int key;
	} cases[] = {
		{"\x03", NULL, KEYS_INTERRUPT},
		{"\x1b", "\x1b", KEYS_OTHER},
		{"qqq\x1b", "x", KEYS_OTHER},
	};
	struct screen_fixture fixture;

	(void)state;
	fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(press_long(&fixture, BEGIN "http"), KEYS_NONE);
		now_ms += KEY_ESCAPE_MS;
		press(&fixture, cases[i].first, strlen(cases[i].first));
		if (cases[i].then != NULL) {
			assert_int_equal(
				keyboard_key(term_keyboard(fixture.term),
					     now_ms),
				KEYS_NONE);
			now_ms += KEY_ESCAPE_MS;
			press(&fixture, cases[i].then, strlen(cases[i].then));
		}
		assert_int_equal(
			keyboard_key(term_keyboard(fixture.term), now_ms),
			cases[i].key);
		assert_string_equal(
			keyboard_pasted(term_keyboard(fixture.term)), "");
		assert_int_equal(press_long(&fixture, "z"), 'z');
	}
	/* Where nobody waits it ends by itself. */
	assert_int_equal(press_long(&fixture, BEGIN "http"), KEYS_NONE);
	now_ms += 9999;
	assert_int_equal(press_long(&fixture, "q"), KEYS_NONE);
	now_ms += 10000;
	assert_int_equal(keyboard_key(term_keyboard(fixture.term), now_ms),
			 KEYS_NONE);
	assert_int_equal(press_long(&fixture, "z"), 'z');
	/* It does not hide that the terminal is gone. */
	assert_int_equal(press_long(&fixture, BEGIN "http"), KEYS_NONE);
	fixture_unplug(&fixture);
	assert_int_equal(keyboard_key(term_keyboard(fixture.term), now_ms),
			 KEYS_HANG_UP);
	ui_free(fixture.ui);
	term_close(fixture.term);
	close(fixture.slave);
}

static void test_which_terminals(void **state)
{
	static const struct {
		const char *type;
		bool marks;
	} cases[] = {
		{"xterm-256color", true}, {"tmux-256color", true},
		{"screen", true},	  {"no-such-terminal", true},
		{"vt220", true},	  {"vt100", false},
		{"ansi", false},	  {"linux", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct screen_fixture fixture;

		fixture_open(&fixture, 80, 24, cases[i].type, "auto");
		assert_int_equal(term_marks_pastes(fixture.term),
				 cases[i].marks);
		fixture_close(&fixture);
	}
}

/* What is written, as seen from the other side. */
/* Reads what the terminal is told until it contains those bytes: they come in
 * as many pieces as they were written in. */
static void wait_for_bytes(const struct screen_fixture *fixture,
			   const char *bytes)
{
	struct pollfd pollfd = {.fd = fixture->master, .events = POLLIN};
	char written[16384];
	size_t len = 0;
	ssize_t n;

	do {
		assert_int_equal(poll(&pollfd, 1, 20000), 1);
		n = read(fixture->master, written + len,
			 sizeof(written) - len - 1);
		assert_true(n > 0);
		len += (size_t)n;
		written[len] = '\0';
	} while (strstr(written, bytes) == NULL);
}

static void test_switched_on_and_off(void **state)
{
	struct theme theme = fixture_theme();
	struct term *term;
	struct screen_fixture fixture;
	struct err err;

	(void)state;
	fixture_plug(&fixture, 80, 24);
	setenv("TERM", "xterm-256color", 1);
	term = term_open(fixture.slave, fixture.slave, &theme, &err);
	assert_non_null(term);
	assert_int_equal(term_flush(term, NULL, 0, 0), 0);
	wait_for_bytes(&fixture, "\x1b[?2004h");
	term_close(term);
	wait_for_bytes(&fixture, "\x1b[?2004l");
	close(fixture.slave);
	fixture_unplug(&fixture);
}

/* ---- To the app */

/* Keys at once, and then a pause that makes an Escape of an ESC. */
static enum command press_key(struct screen_fixture *fixture,
			      const struct model *model, const char *bytes)
{
	enum command command = COMMAND_NONE;
	int key;

	press(fixture, bytes, strlen(bytes));
	while ((key = keyboard_key(term_keyboard(fixture->term), now_ms)) !=
	       KEYS_NONE)
		command = ui_key(fixture->ui, model, key);
	now_ms += KEY_ESCAPE_MS;
	key = keyboard_key(term_keyboard(fixture->term), now_ms);
	return key != KEYS_NONE ? ui_key(fixture->ui, model, key) : command;
}

static void test_to_app(void **state)
{
	/* Keys, one after the other; what the last one asks for; the text. */
	static const struct {
		const char *bytes;
		enum command command;
		const char *text;
	} cases[] = {
		{BEGIN ADDRESS END, COMMAND_PASTE, ADDRESS},
		{BEGIN "\n" ADDRESS "\r\n" END, COMMAND_PASTE, ADDRESS},
		{BEGIN END, COMMAND_PASTE, ""},
		{"z" BEGIN "a" END, COMMAND_PASTE, "a"},
		{"?" BEGIN "a" END, COMMAND_PASTE, "a"}, /* over the help */
		{"vab" BEGIN "cd" END, COMMAND_PASTE, "cd"},
		{"v" ADDRESS "\r", COMMAND_PASTE, ADDRESS},
		{"vq?rZ\x7fv\r", COMMAND_PASTE, "q?rv"}, /* text, not keys */
		{"v\r", COMMAND_NONE, ""},
		{"va\x7f\r", COMMAND_NONE, ""},
		{"\r", COMMAND_NONE, ""},
		{"vab\x1bOA\x0c", COMMAND_NONE, "ab"}, /* still open */
		{"vab\x03", COMMAND_CANCEL, "ab"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct model model = by_address();
		struct screen_fixture fixture;

		fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
		assert_true(ui_draw(fixture.ui, &model));
		assert_int_equal(press_key(&fixture, &model, cases[i].bytes),
				 cases[i].command);
		assert_string_equal(ui_pasted(fixture.ui), cases[i].text);
		fixture_close(&fixture);
	}
}

/* Escape leaves the line first and the sign-in only then. */
static void test_leaving(void **state)
{
	const struct model model = by_address();
	struct screen_fixture fixture;

	(void)state;
	fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
	assert_int_equal(press_key(&fixture, &model, "vab"), COMMAND_NONE);
	assert_int_equal(press_key(&fixture, &model, "\x1b"), COMMAND_NONE);
	assert_string_equal(ui_pasted(fixture.ui), "");
	assert_int_equal(press_key(&fixture, &model, "\x1b"), COMMAND_CANCEL);
	assert_int_equal(press_key(&fixture, &model, "q"), COMMAND_QUIT);
	fixture_close(&fixture);
}

static void test_wiped(void **state)
{
	struct model model = by_address();
	struct screen_fixture fixture;

	(void)state;
	fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
	/* By the next key, and by the next drawing. */
	press_key(&fixture, &model, BEGIN ADDRESS END);
	assert_int_equal(press_key(&fixture, &model, "x"), COMMAND_NONE);
	assert_string_equal(ui_pasted(fixture.ui), "");
	press_key(&fixture, &model, "v" ADDRESS "\r");
	assert_string_equal(ui_pasted(fixture.ui), ADDRESS);
	assert_true(ui_draw(fixture.ui, &model));
	assert_string_equal(ui_pasted(fixture.ui), "");
	/* The half that was typed, when there is nothing to enter any more. */
	press_key(&fixture, &model, "v" ADDRESS);
	assert_true(ui_draw(fixture.ui, &model));
	assert_string_equal(ui_pasted(fixture.ui), ADDRESS);
	model.authorization_uri = NULL;
	assert_true(ui_draw(fixture.ui, &model));
	assert_string_equal(ui_pasted(fixture.ui), "");
	fixture_close(&fixture);
}

/* Nobody can paste into the other screens, or into the device grant. */
static void test_elsewhere(void **state)
{
	struct screen_fixture fixture;

	(void)state;
	fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
	for (int screen = SCREEN_WELCOME; screen <= SCREEN_TROUBLE; screen++) {
		struct model model = by_address();

		model.screen = (enum screen)screen;
		model.trouble = model.advice = "";
		if (screen == SCREEN_SIGN_IN)
			model.authorization_uri = NULL;
		assert_true(ui_draw(fixture.ui, &model));
		assert_int_not_equal(press_key(&fixture, &model, BEGIN "q" END),
				     COMMAND_PASTE);
		assert_string_equal(ui_pasted(fixture.ui), "");
		assert_true(ui_draw(fixture.ui, &model));
	}
	fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_split_reads),
		cmocka_unit_test(test_long_paste),
		cmocka_unit_test(test_without_end),
		cmocka_unit_test(test_which_terminals),
		cmocka_unit_test(test_switched_on_and_off),
		cmocka_unit_test(test_to_app),
		cmocka_unit_test(test_leaving),
		cmocka_unit_test(test_wiped),
		cmocka_unit_test(test_elsewhere),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
