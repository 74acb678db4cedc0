/* SPDX-License-Identifier: MIT */
/*
 * Draws into a terminal of its own and counts the bytes that go out; each
 * change of a model is drawn.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/log.h"
#include "conf/theme.h"
#include "ui/model.h"
#include "ui/ui.h"

#include "screen_fixture.h"
#include "screen_model.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define WALL_S 1795431550 /* 2026-11-23 10:59:10 UTC */

/* Of a tick, eight bytes place the cursor and two let it rest on the code
 * again. */
enum { POLL_BYTES = 30, TICK_BYTES = 12, BAR_BYTES = 18 };

static const char *const themes[] = {"amber", "daylight", "high-contrast",
				     "midnight", "mono"};

static struct theme load(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[1024], text[8192];
	struct theme theme;
	struct err err;
	size_t len;
	FILE *file;

	assert_in_range(snprintf(path, sizeof(path), "%s/themes/%s.theme",
				 srcdir != NULL ? srcdir : ".", name),
			1, sizeof(path) - 1);
	file = fopen(path, "r");
	assert_non_null(file);
	len = fread(text, 1, sizeof(text), file);
	fclose(file);
	theme_plain(&theme);
	assert_true(theme_parse(&theme, text, len, path, &err));
	return theme;
}

static void test_first_frame(void **state)
{
	/* By far the most of it is the QR code: of version 4 for a URI of 62
	 * bytes, and of version 6 for Webex's 112, where it alone takes 2600
	 * bytes where light modules are blanks, else 3030. */
	static const char usual[] = "https://id.example.org/realms/lobby/"
				    "device?user_code=WDJB-MJHT";
	static const struct {
		const char *type, *complete;
		size_t limit;
	} cases[] = {
		{"xterm-256color", usual, 3500},
		{"linux", usual, 3500},
		{"vt100", usual, 2800},
		{"xterm-256color", COMPLETE, 3740}, /* 37 are the title */
		{"linux", COMPLETE, 3890},
		{"vt100", COMPLETE, 3500},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct log *log = log_new(2);
		struct model model;
		struct screen_fixture fixture;
		size_t bytes;

		log_add(log, 1795430400, LEVEL_INFO, "Code received");
		fixture_open(&fixture, 80, 24, cases[i].type, "auto");
		screen_model_init(&model, SCREEN_SIGN_IN, log);
		model.verification_uri_complete = cases[i].complete;
		screen_model_draw(&fixture, &model);
		bytes = fixture_output(&fixture);
		print_message("# %s: first frame %zu bytes\n", cases[i].type,
			      bytes);
		assert_in_range(bytes, 1000, cases[i].limit);
		fixture_close(&fixture);
		log_free(log);
	}
}

/*
 * Colours cost 400 to 700 bytes: curses writes all of them anew wherever one
 * differs. Where blanks do not take on the ground when a line is erased, as in
 * screen and tmux, all of them are written, if the theme has a ground.
 */
static void test_first_frame_in_themes(void **state)
{
	static const struct {
		const char *type;
		size_t limit;
	} cases[] = {
		{"xterm-256color", 4150}, {"xterm", 4300},
		{"linux", 4200},	  {"screen-256color", 6250},
		{"vt100", 3500},	  {"xterm-mono", 3500},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases) * COUNT(themes); i++) {
		const char *type = cases[i / COUNT(themes)].type;
		const char *name = themes[i % COUNT(themes)];
		const struct theme theme = load(name);
		struct log *log = log_new(2);
		struct screen_fixture fixture;
		struct model model;
		size_t bytes;

		log_add(log, WALL_S, LEVEL_INFO, "Code received");
		fixture_open_theme(&fixture, 80, 24, type, "auto", &theme);
		screen_model_init(&model, SCREEN_SIGN_IN, log);
		screen_model_draw(&fixture, &model);
		bytes = fixture_output(&fixture);
		if (bytes < 1000 || bytes > cases[i / COUNT(themes)].limit)
			fail_msg("%s, %s: %zu bytes", type, name, bytes);
		fixture_close(&fixture);
		log_free(log);
	}
}

/* The time and the count of a line change, through minutes and the hour. */
static void test_polls(void **state)
{
	static const char *const types[] = {"xterm-256color", "linux",
					    "screen-256color", "vt100"};

	(void)state;
	for (size_t i = 0; i < COUNT(types) * COUNT(themes); i++) {
		const char *type = types[i / COUNT(themes)];
		const char *name = themes[i % COUNT(themes)];
		const struct theme theme = load(name);
		struct log *log = log_new(4);
		struct screen_fixture fixture;
		struct model model;

		fixture_open_theme(&fixture, 80, 24, type, "auto", &theme);
		screen_model_init(&model, SCREEN_SIGN_IN, log);
		for (int polls = 1; polls <= 101; polls++) {
			size_t bytes;

			log_add(log, WALL_S + polls, LEVEL_INFO,
				"not approved yet");
			screen_model_draw(&fixture, &model);
			bytes = fixture_output(&fixture);
			if (polls > 2 && (bytes < 1 || bytes > POLL_BYTES))
				fail_msg("%s, %s: %zu bytes for poll %d", type,
					 name, bytes, polls);
		}
		fixture_close(&fixture);
		log_free(log);
	}
}

/* The whole life of a code, second by second. Most of the time one digit
 * changes. */
static void test_ticks(void **state)
{
	const int64_t warning_ms = 75000, soon_ms = 30000;
	int few = 0, bar = 0;
	struct log *log = screen_model_log();
	struct model model;
	struct screen_fixture fixture;

	(void)state;
	fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
	screen_model_init(&model, SCREEN_SIGN_IN, log);
	model.expires_ms = START_MS + model.code_lifetime_ms;
	screen_model_draw(&fixture, &model);
	fixture_output(&fixture);
	while (model.now_ms < model.expires_ms) {
		int64_t left_ms;
		size_t bytes;

		model.now_ms = ui_deadline(fixture.ui, &model);
		left_ms = model.expires_ms - model.now_ms;
		assert_int_equal(left_ms % 1000, 0);
		screen_model_draw(&fixture, &model);
		bytes = fixture_output(&fixture);
		assert_true(bytes > 0);
		/* The bar changes its colour, and then gives way to words. */
		if (left_ms == warning_ms - 1000 || left_ms == soon_ms)
			continue;
		assert_in_range(bytes, 1, BAR_BYTES);
		bar += bytes > TICK_BYTES;
		few += bytes == 11;
	}
	/* The bar has 24 cells. Of ten ticks, nine change one digit. */
	assert_in_range(bar, 0, 26);
	assert_in_range(few, 200, 300);
	assert_int_equal(model.now_ms, model.expires_ms);
	fixture_close(&fixture);
	log_free(log);
}

static void test_nothing_changes(void **state)
{
	struct log *log = screen_model_log();

	(void)state;
	for (int screen = SCREEN_WELCOME; screen <= SCREEN_TROUBLE; screen++) {
		struct model model;
		struct screen_fixture fixture;

		fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
		screen_model_init(&model, (enum screen)screen, log);
		screen_model_draw(&fixture, &model);
		assert_true(fixture_output(&fixture) > 0);
		screen_model_draw(&fixture, &model);
		assert_int_equal(fixture_output(&fixture), 0);
		model.now_ms += 1; /* within the same second */
		model.expires_ms += 1;
		screen_model_draw(&fixture, &model);
		assert_int_equal(fixture_output(&fixture), 0);
		ui_dirty(fixture.ui); /* drawn again, but nothing differs */
		screen_model_draw(&fixture, &model);
		assert_int_equal(fixture_output(&fixture), 0);
		fixture_close(&fixture);
	}
	log_free(log);
}

static void locked_in(struct model *model)
{
	model->locked_in = true;
}

static void not_renewed(struct model *model)
{
	model->refreshes = false;
}

static void locked(struct model *model)
{
	model->can_quit = false;
}

static void with_demo(struct model *model)
{
	model->demo = true;
}

static void unreadable(struct model *model)
{
	model->not_in_font = true;
}

static void longer(struct model *model)
{
	model->code_lifetime_ms *= 4;
}

static void without_deadlines(struct model *model)
{
	model->expires_ms = model->token_expires_ms = NEVER_MS;
	model->retry_ms = model->confirm_ms = NEVER_MS;
}

/* What is drawn over an earlier model must be what a new screen shows. */
static void assert_repainted(enum screen screen, const struct model *first,
			     const struct model *then, int change)
{
	static char seen[TEXT_MAX], expected[TEXT_MAX];
	struct screen_fixture fixture;

	fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
	screen_model_draw(&fixture, first);
	screen_model_draw(&fixture, then);
	fixture_read(&fixture, seen, sizeof(seen));
	fixture_close(&fixture);
	fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
	screen_model_draw(&fixture, then);
	fixture_read(&fixture, expected, sizeof(expected));
	fixture_close(&fixture);
	if (strcmp(seen, expected) != 0)
		fail_msg("screen %d, change %d:\n%s\ninstead of\n%s", screen,
			 change, seen, expected);
}

static void test_each_change_is_drawn(void **state)
{
	static void (*const changes[])(struct model *) = {
		screen_model_without_code,
		screen_model_with_letters,
		screen_model_by_address,
		screen_model_by_long_address,
		screen_model_refused,
		screen_model_nearly_idle,
		locked_in,
		screen_model_without_profile,
		not_renewed,
		locked,
		with_demo,
		unreadable,
		longer,
		without_deadlines,
	};
	const int count = sizeof(changes) / sizeof(*changes);

	(void)state;
	for (int screen = SCREEN_WELCOME; screen <= SCREEN_TROUBLE; screen++) {
		for (int i = 0; i < count + MODEL_TEXTS; i++) {
			struct model first, then;

			screen_model_init(&first, (enum screen)screen, NULL);
			then = first;
			if (i < count)
				changes[i](&then);
			else
				then.texts[i - count] = "Another text";
			assert_repainted((enum screen)screen, &first, &then, i);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_frame),
		cmocka_unit_test(test_first_frame_in_themes),
		cmocka_unit_test(test_polls),
		cmocka_unit_test(test_ticks),
		cmocka_unit_test(test_nothing_changes),
		cmocka_unit_test(test_each_change_is_drawn),
	};

	return cmocka_run_group_tests(tests, screen_model_start,
				      screen_model_stop);
}
