/* SPDX-License-Identifier: MIT */
/*
 * A serial line of 9600 bits a second, in virtual time: it carries 960 bytes a
 * second, so the place of a byte in what is written tells when it is seen.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "machine/event.h"
#include "ui/locale.h"
#include "ui/model.h"
#include "ui/term.h"
#include "ui/ui.h"

#include "screen_fixture.h"

#define COMPLETE                                           \
	"https://oauth-helper-r.wbx2.com/verify?userCode=" \
	"6587b053970a656c29500e6bced0c1c59290a743ad7e34af474a65085860de57"
#define AUTHORIZE                                                            \
	"https://id.example/authorize?client_id=C1d0f3a6c2b94e7f8a5d0c1b2e3" \
	"&response_type=code&state=2oVq5mC7Q1xY0aZ8rT4uWg"                   \
	"&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&end=1"

enum {
	START_MS = 1200000, /* the picture is in its first place */
	RATE = 960,
	HALF_A_SECOND = RATE / 2,
	QUEUE_MAX = RATE / 4, /* what may ever wait for the line */
	TICK_MAX = 24,
	FRAME_MAX = 6000,
	OUTPUT_MAX = 1 << 20,
	TEXT_MAX = 16 * 1024
};

/* A pseudo-terminal has no modem lines, and without them it is taken for no
 * serial line. The linker puts this in the place of ioctl(). */
int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);

static bool is_serial;

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (request == TIOCMGET && is_serial)
		return 0;
	return __real_ioctl(fd, request, argument);
}

/* The line, and all that was ever written to it. */
struct line {
	struct screen_fixture fixture;
	struct model model;
	struct buf written;
	size_t carried; /* so many of those have come through */
	size_t credit;	/* and so many thousandths of a byte more */
	size_t longest; /* that the queue has been */
};

static const char mark[] = "\x1b_mark\x1b\\";

/* All that the program has written by now. */
static void collect(struct line *line)
{
	const size_t len = sizeof(mark) - 1;
	struct buf *written = &line->written;
	char data[4096];

	assert_int_equal(write(line->fixture.slave, mark, len), len);
	do {
		ssize_t n = read(line->fixture.master, data, sizeof(data));

		assert_true(n > 0);
		assert_true(buf_add(written, data, (size_t)n));
	} while (written->len < len ||
		 memcmp(written->data + written->len - len, mark, len) != 0);
	written->len -= len;
	written->data[written->len] = '\0';
}

static size_t queued(const struct line *line)
{
	return line->written.len - line->carried;
}

/* Time passes, and the line carries. */
static void pass(struct line *line, int64_t until_ms)
{
	size_t n;

	line->credit += (size_t)(until_ms - line->model.now_ms) * RATE;
	n = line->credit / 1000;
	line->credit %= 1000;
	line->carried += n < queued(line) ? n : queued(line);
	line->model.now_ms = until_ms;
}

/* One turn of the program's loop. */
static void turn(struct line *line)
{
	assert_true(ui_draw(line->fixture.ui, &line->model));
	collect(line);
	if (queued(line) > line->longest)
		line->longest = queued(line);
}

/* Turns until text has come through, or else until that time. */
static bool run_for(struct line *line, const char *text, int64_t until_ms)
{
	const size_t from = line->written.len;

	for (;;) {
		int64_t next_ms;

		turn(line);
		if (text != NULL && line->written.len > from &&
		    strstr(line->written.data + from, text) != NULL)
			return true;
		next_ms = ui_deadline(line->fixture.ui, &line->model);
		assert_true(next_ms > line->model.now_ms);
		if (next_ms > until_ms)
			break;
		pass(line, next_ms);
	}
	pass(line, until_ms);
	return false;
}

static void run(struct line *line, int64_t ms)
{
	assert_false(run_for(line, NULL, line->model.now_ms + ms));
}

/* How many bytes from there on until text has come. */
static size_t bytes_to(struct line *line, size_t from, const char *text)
{
	const char *place;

	if (strstr(line->written.data + from, text) == NULL)
		assert_true(run_for(line, text, line->model.now_ms + 20000));
	place = strstr(line->written.data + from, text);
	assert_non_null(place);
	return (size_t)(place + strlen(text) - line->written.data) - from;
}

static void plug_in(struct line *line, const char *type)
{
	const struct theme theme = fixture_theme();
	struct termios settings;
	struct err err;

	memset(line, 0, sizeof(*line));
	buf_init(&line->written, OUTPUT_MAX);
	fixture_plug(&line->fixture, 80, 24);
	assert_int_equal(tcgetattr(line->fixture.slave, &settings), 0);
	cfsetspeed(&settings, B9600);
	cfmakeraw(&settings);
	assert_int_equal(tcsetattr(line->fixture.slave, TCSANOW, &settings), 0);
	is_serial = true;
	setenv("TERM", type, 1);
	line->fixture.term = term_open(line->fixture.slave, line->fixture.slave,
				       &theme, &err);
	assert_non_null(line->fixture.term);
	line->fixture.ui = ui_new(line->fixture.term, DRAWING_AUTO);
	line->model = (struct model){
		.screen = SCREEN_SIGN_IN,
		.now_ms = START_MS,
		.title = "Sign in",
		.provider = "Webex",
		.device = "Lobby screen 3",
		.caution = "Approve only if you are standing at this screen "
			   "(Lobby 3).",
		.status = "Requesting a code from Webex",
		.expires_ms = NEVER_MS,
		.idle_ms = NEVER_MS,
		.can_quit = true,
	};
}

static void pull_out(struct line *line)
{
	fixture_close(&line->fixture);
	buf_free(&line->written);
}

/* The answer to the request for a code comes. */
static void give_code(struct line *line)
{
	line->model.status = "Waiting for Webex";
	line->model.user_code = "729703";
	line->model.verification_uri = "https://oauth-helper-r.wbx2.com/verify";
	line->model.verification_uri_complete = COMPLETE;
	line->model.code_lifetime_ms = 300000;
	line->model.expires_ms = line->model.now_ms + 300000;
	line->model.codes = 1;
}

/* What the terminal shows is what was drawn. */
static void assert_shown(const struct line *line)
{
	char drawn[TEXT_MAX], written[TEXT_MAX];

	fixture_read(&line->fixture, drawn, sizeof(drawn));
	fixture_read_written(&line->fixture, written, sizeof(written));
	assert_string_equal(written, drawn);
}

/* ---- The cases */

static const char *const types[] = {"xterm-256color", "linux", "vt100",
				    "vt220"};

/* The answer comes at once, after a while, and in the midst of the frame
 * before it. */
static void test_first_things_first(void **state)
{
	static const int64_t delays_ms[] = {0, 5, 100, 150, 200, 250, 5000};

	(void)state;
	for (size_t i = 0; i < 4 * 7; i++) {
		const char *type = types[i / 7];
		struct line line;
		size_t from, code, whole;

		plug_in(&line, type);
		run(&line, delays_ms[i % 7]);
		give_code(&line);
		from = line.carried;
		turn(&line);
		code = bytes_to(&line, from, "wbx2.com");
		if (bytes_to(&line, from, "729 703") > code)
			code = bytes_to(&line, from, "729 703");
		run(&line, 10500);
		whole = line.carried - from;
		print_message("# %s, after %d ms: code within %zu bytes of "
			      "%zu, at most %zu wait\n",
			      type, (int)delays_ms[i % 7], code, whole,
			      line.longest);
		assert_true(code <= HALF_A_SECOND);
		assert_true(line.longest <= QUEUE_MAX);
		assert_true(whole <= FRAME_MAX);
		assert_int_equal(queued(&line), 0);
		assert_shown(&line);
		pull_out(&line);
	}
}

/* The address that signs in, where that is what people need. */
static void test_address_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct line line;
		size_t from, address;

		plug_in(&line, types[i]);
		run(&line, 150);
		line.model.authorization_uri = AUTHORIZE;
		line.model.redirect_uri = "http://127.0.0.1:2000/";
		line.model.expires_ms = line.model.now_ms + 300000;
		from = line.carried;
		turn(&line);
		address = bytes_to(&line, from, "end=1");
		print_message("# %s: address within %zu bytes\n", types[i],
			      address);
		assert_true(address <= HALF_A_SECOND);
		run(&line, 10500);
		assert_shown(&line);
		pull_out(&line);
	}
}

/* How many bytes come between a key and its answer while the QR code is being
 * drawn. */
static void test_keys_between(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct line line;
		size_t from, answer;

		plug_in(&line, types[i]);
		give_code(&line);
		run(&line, 2500);
		turn(&line);
		from = line.carried;
		(void)ui_key(line.fixture.ui, &line.model, '?');
		answer = bytes_to(&line, from, " Keys ");
		print_message("# %s: help within %zu bytes, %zu wait\n",
			      types[i], answer, line.longest);
		assert_true(answer <= HALF_A_SECOND);
		run(&line, 10500);
		assert_shown(&line);
		assert_true(line.longest <= QUEUE_MAX);
		pull_out(&line);
	}
}

/* A second more on the clock. */
static void test_ticks_between(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct line line;
		size_t from;

		plug_in(&line, types[i]);
		give_code(&line);
		run(&line, 1990);
		from = line.carried;
		pass(&line, START_MS + 2000);
		assert_true(bytes_to(&line, from, "8") <= QUEUE_MAX + TICK_MAX);
		run(&line, 10500);
		for (int second = 0; second < 70; second++) {
			from = line.written.len;
			run(&line, 1000);
			assert_in_range(line.written.len - from, 1, TICK_MAX);
		}
		pull_out(&line);
	}
}

/* Whoever leans on a key sees the last frame, not each. */
static void test_frames_skipped(void **state)
{
	struct line line;
	size_t from;

	(void)state;
	plug_in(&line, "xterm-256color");
	give_code(&line);
	run(&line, 10500);
	from = line.written.len;
	for (int i = 0; i < 101; i++) {
		(void)ui_key(line.fixture.ui, &line.model, i % 2 ? 'x' : '?');
		turn(&line);
		pass(&line, line.model.now_ms + 10);
	}
	run(&line, 10500);
	print_message("# leaning on a key: %zu bytes, %zu wait\n",
		      line.written.len - from, line.longest);
	assert_shown(&line);
	assert_true(line.longest <= QUEUE_MAX);
	assert_true(line.written.len - from < 3 * FRAME_MAX);
	pull_out(&line);
}

/* What the other end of a pseudo-terminal says of speed. */
static void test_hearsay(void **state)
{
	static const speed_t speeds[] = {B0, B50, B300, B9600, B19200};

	(void)state;
	for (size_t i = 0; i < sizeof(speeds) / sizeof(*speeds) * 2; i++) {
		const struct theme theme = fixture_theme();
		struct termios settings;
		struct screen_fixture fixture;
		struct err err;

		is_serial = i % 2 == 1;
		fixture_plug(&fixture, 80, 24);
		assert_int_equal(tcgetattr(fixture.slave, &settings), 0);
		cfsetspeed(&settings, speeds[i / 2]);
		assert_int_equal(tcsetattr(fixture.slave, TCSANOW, &settings),
				 0);
		setenv("TERM", "xterm-256color", 1);
		fixture.term =
			term_open(fixture.slave, fixture.slave, &theme, &err);
		assert_non_null(fixture.term);
		assert_true(term_is_slow(fixture.term) ==
			    (is_serial && speeds[i / 2] != B0));
		term_close(fixture.term);
		close(fixture.slave);
		close(fixture.master);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hearsay),
		cmocka_unit_test(test_first_things_first),
		cmocka_unit_test(test_address_first),
		cmocka_unit_test(test_keys_between),
		cmocka_unit_test(test_ticks_between),
		cmocka_unit_test(test_frames_skipped),
	};

	if (!locale_set("C.UTF-8"))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
