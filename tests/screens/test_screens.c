/* SPDX-License-Identifier: MIT */
/*
 * Draws into a terminal of its own (a pseudo-terminal) and looks at what is on
 * the screen. "test_screens GOLDEN=write" writes the expected screens anew.
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "ui/model.h"
#include "ui/ui.h"

#include "screen_fixture.h"
#include "screen_model.h"

static bool write_golden;

/* What a case changes of that. */
static void as_it_is(struct model *model)
{
	(void)model;
}

/* Eight letters beside a QR code that leaves little room. */
static void with_eight_letters(struct model *model)
{
	model->user_code = "KQPWZXTR";
}

/* As long as Google's get. */
static void with_long_texts(struct model *model)
{
	model->user_code = "GQVQ-JKEC-4.abc";
	model->verification_uri = "https://www.google.example/device/go.php";
	model->verification_uri_complete = NULL;
}

static void with_title(struct model *model)
{
	model->title = "Müller, Room 4.12";
}

static void while_retrying(struct model *model)
{
	model->status = "No connection: trying again";
	model->status_brief = "No connection";
}

static void while_retrying_in_kiosk(struct model *model)
{
	while_retrying(model);
	model->hides_log = true;
}

/* The status is there once. */
static void waiting_in_kiosk(struct model *model)
{
	screen_model_without_code(model);
	model->hides_log = true;
}

static void with_text(struct model *model)
{
	model->title = "Room 4.12";
	model->text = "Sign in here before your talk. Zoë or 解析 helps you.";
}

/* More than two lines. */
static void with_long_text(struct model *model)
{
	with_text(model);
	model->text = "Sign in here before your talk, and again after it if "
		      "the next one is yours, too. If the door stays closed, "
		      "ask Zoë, 解析 or the office.";
}

/* Lines, blocks, a letter and a wide one. */
static void with_logo(struct model *model)
{
	with_text(model);
	model->logo = "┌──────────────┐\n"
		      "│ ▄▀▀▄   Zoë   │\n"
		      "│ █░░█  ╱解析╲ │\n"
		      "│ ▀▄▄▀  ╲____╱ │\n"
		      "╰──────────────╯\n";
}

/* On a console whose font lacks them. */
static void with_logo_not_in_font(struct model *model)
{
	with_logo(model);
	model->logo_not_in_font = true;
}

static void with_wide_logo(struct model *model)
{
	with_text(model);
	model->logo = "═════════════════════════════════════════"
		      "════════════════════════════════════════\n";
}

static void back_to_start(struct model *model)
{
	model->next = NEXT_START;
}

/* Names the file of what is expected. */
struct golden {
	const char *name;
	int columns, rows;
	enum screen screen;
	void (*change)(struct model *model);
	const char *keys; /* pressed before the drawing */
	const char *mode;
	const char *locale, *type;
};

/* The code in it must not be seen. */
#define ENTRY                                              \
	"vhttp://127.0.0.1:2000/redirect.html?code=5ecret" \
	"&state=2oVq5mC7Q1xY0aZ8rT4uWg"

/* clang-format off */
static const struct golden goldens[] = {
	{ "sign-in", 80, 24, SCREEN_SIGN_IN, as_it_is, "", "auto", UTF8 },
	{ "sign-in", 100, 30, SCREEN_SIGN_IN, as_it_is, "", "auto", UTF8 },
	{ "sign-in", 50, 15, SCREEN_SIGN_IN, as_it_is, "", "auto", UTF8 },
	{ "sign-in", 240, 67, SCREEN_SIGN_IN, as_it_is, "", "auto", UTF8 },
	{ "sign-in", 60, 20, SCREEN_SIGN_IN, as_it_is, "", "auto", UTF8 },
	{ "sign-in", 40, 12, SCREEN_SIGN_IN, as_it_is, "", "auto", UTF8 },
	{ "sign-in", 30, 10, SCREEN_SIGN_IN, as_it_is, "", "auto", UTF8 },
	{ "sign-in", 20, 5, SCREEN_SIGN_IN, as_it_is, "", "auto", UTF8 },
	{ "sign-in", 45, 40, SCREEN_SIGN_IN, as_it_is, "", "auto", UTF8 },
	{ "sign-in", 90, 80, SCREEN_SIGN_IN, as_it_is, "", "auto", UTF8 },
	{ "console", 80, 24, SCREEN_SIGN_IN, as_it_is, "", "auto", CONSOLE },
	{ "ascii", 80, 24, SCREEN_SIGN_IN, as_it_is, "", "auto", ASCII },
	{ "ascii", 120, 60, SCREEN_SIGN_IN, as_it_is, "", "auto", ASCII },
	{ "zoom", 80, 24, SCREEN_SIGN_IN, as_it_is, "z", "auto", UTF8 },
	{ "text", 80, 24, SCREEN_SIGN_IN, as_it_is, "", "text", UTF8 },
	{ "mode", 100, 30, SCREEN_SIGN_IN, screen_model_with_letters, "m", "auto", UTF8 },
	{ "letters", 80, 24, SCREEN_SIGN_IN, screen_model_with_letters, "", "auto", UTF8 },
	{ "letters-zoom", 80, 24, SCREEN_SIGN_IN, screen_model_with_letters, "z", "auto", UTF8 },
	{ "eight", 80, 24, SCREEN_SIGN_IN, with_eight_letters, "", "auto", UTF8 },
	{ "long", 80, 24, SCREEN_SIGN_IN, with_long_texts, "", "auto", UTF8 },
	{ "asking", 80, 24, SCREEN_SIGN_IN, screen_model_without_code, "", "auto", UTF8 },
	{ "retrying", 80, 24, SCREEN_SIGN_IN, while_retrying, "", "auto", UTF8 },
	{ "retrying-kiosk", 50, 15, SCREEN_SIGN_IN, while_retrying_in_kiosk, "", "auto",
	  UTF8 },
	{ "retrying-kiosk", 80, 24, SCREEN_SIGN_IN, while_retrying_in_kiosk, "", "auto",
	  UTF8 },
	{ "help", 80, 24, SCREEN_SIGN_IN, as_it_is, "?", "auto", UTF8 },
	{ "help", 40, 12, SCREEN_SIGN_IN, as_it_is, "?", "auto", UTF8 },
	{ "help", 20, 5, SCREEN_SIGN_IN, as_it_is, "?", "auto", UTF8 },
	{ "help-more", 20, 5, SCREEN_SIGN_IN, as_it_is, "? ", "auto", UTF8 },
	{ "code_grant", 80, 24, SCREEN_SIGN_IN, screen_model_by_address, "", "auto", UTF8 },
	{ "code_grant", 120, 40, SCREEN_SIGN_IN, screen_model_by_address, "", "auto", UTF8 },
	{ "code_grant", 240, 67, SCREEN_SIGN_IN, screen_model_by_address, "", "auto", UTF8 },
	{ "code_grant", 90, 80, SCREEN_SIGN_IN, screen_model_by_address, "", "auto", UTF8 },
	{ "code_grant", 40, 12, SCREEN_SIGN_IN, screen_model_by_address, "", "auto", UTF8 },
	{ "code_grant", 20, 5, SCREEN_SIGN_IN, screen_model_by_address, "", "auto", UTF8 },
	{ "code_grant-zoom", 120, 40, SCREEN_SIGN_IN, screen_model_by_address, "z", "auto",
	  UTF8 },
	{ "code_grant-zoom", 40, 12, SCREEN_SIGN_IN, screen_model_by_address, "z", "auto",
	  UTF8 },
	{ "code_grant-long", 80, 24, SCREEN_SIGN_IN, screen_model_by_long_address, "", "auto",
	  UTF8 },
	{ "code_grant-long", 40, 12, SCREEN_SIGN_IN, screen_model_by_long_address, "", "auto",
	  UTF8 },
	{ "code_grant-console", 80, 24, SCREEN_SIGN_IN, screen_model_by_address, "", "auto",
	  CONSOLE },
	{ "code_grant-console", 20, 5, SCREEN_SIGN_IN, screen_model_by_address, "", "auto",
	  CONSOLE },
	{ "code_grant-help", 80, 24, SCREEN_SIGN_IN, screen_model_by_address, "?", "auto",
	  UTF8 },
	{ "refused", 80, 24, SCREEN_SIGN_IN, screen_model_refused, "", "auto", UTF8 },
	{ "refused", 60, 20, SCREEN_SIGN_IN, screen_model_refused, "", "auto", UTF8 },
	{ "refused", 40, 12, SCREEN_SIGN_IN, screen_model_refused, "", "auto", UTF8 },
	{ "refused", 20, 5, SCREEN_SIGN_IN, screen_model_refused, "", "auto", UTF8 },
	{ "typing", 80, 24, SCREEN_SIGN_IN, screen_model_by_address, ENTRY, "auto", UTF8 },
	{ "typing", 40, 12, SCREEN_SIGN_IN, screen_model_by_address, ENTRY, "auto", UTF8 },
	{ "typing", 20, 5, SCREEN_SIGN_IN, screen_model_by_address, ENTRY, "auto", UTF8 },
	{ "profile", 80, 24, SCREEN_PROFILE, screen_model_nearly_idle, "", "auto", UTF8 },
	{ "profile", 100, 30, SCREEN_PROFILE, as_it_is, "", "auto", UTF8 },
	{ "profile", 40, 12, SCREEN_PROFILE, screen_model_nearly_idle, "", "auto", UTF8 },
	{ "profile", 20, 5, SCREEN_PROFILE, as_it_is, "", "auto", UTF8 },
	{ "profile-console", 80, 24, SCREEN_PROFILE, as_it_is, "", "auto",
	  CONSOLE },
	{ "reading", 80, 24, SCREEN_PROFILE, screen_model_without_profile, "", "auto", UTF8 },
	{ "tree", 80, 24, SCREEN_PROFILE, as_it_is, "j", "auto", UTF8 },
	{ "tree", 40, 12, SCREEN_PROFILE, as_it_is, "jDD ", "auto", UTF8 },
	{ "tree", 20, 5, SCREEN_PROFILE, as_it_is, "jD", "auto", UTF8 },
	{ "trouble", 80, 24, SCREEN_TROUBLE, as_it_is, "", "auto", UTF8 },
	{ "trouble", 240, 67, SCREEN_TROUBLE, as_it_is, "", "auto", UTF8 },
	{ "trouble", 20, 5, SCREEN_TROUBLE, as_it_is, "", "auto", UTF8 },
	{ "trouble-start", 80, 24, SCREEN_TROUBLE, back_to_start, "", "auto", UTF8 },
	{ "trouble-start", 40, 12, SCREEN_TROUBLE, back_to_start, "", "auto", UTF8 },
	{ "confirm", 80, 24, SCREEN_CONFIRM, as_it_is, "", "auto", UTF8 },
	{ "confirm", 40, 12, SCREEN_CONFIRM, as_it_is, "", "auto", UTF8 },
	{ "confirm", 20, 5, SCREEN_CONFIRM, as_it_is, "", "auto", UTF8 },
	{ "welcome", 80, 24, SCREEN_WELCOME, as_it_is, "", "auto", UTF8 },
	{ "welcome", 40, 12, SCREEN_WELCOME, as_it_is, "", "auto", UTF8 },
	{ "welcome", 20, 5, SCREEN_WELCOME, as_it_is, "", "auto", UTF8 },
	{ "welcome", 160, 50, SCREEN_WELCOME, as_it_is, "", "auto", UTF8 },
	{ "logo", 20, 5, SCREEN_WELCOME, with_logo, "", "auto", UTF8 },
	{ "logo", 40, 12, SCREEN_WELCOME, with_logo, "", "auto", UTF8 },
	{ "logo", 50, 15, SCREEN_WELCOME, with_logo, "", "auto", UTF8 },
	{ "logo", 80, 24, SCREEN_WELCOME, with_logo, "", "auto", UTF8 },
	{ "logo", 160, 50, SCREEN_WELCOME, with_logo, "", "auto", UTF8 },
	{ "logo-ascii", 80, 24, SCREEN_WELCOME, with_logo, "", "auto", ASCII },
	{ "logo-console", 80, 24, SCREEN_WELCOME, with_logo, "", "auto", CONSOLE },
	{ "logo-not-in-font", 80, 24, SCREEN_WELCOME, with_logo_not_in_font, "", "auto",
	  CONSOLE },
	{ "logo-wide", 80, 24, SCREEN_WELCOME, with_wide_logo, "", "auto", UTF8 },
	{ "place", 80, 24, SCREEN_SIGN_IN, with_text, "", "auto", UTF8 },
	{ "place", 100, 30, SCREEN_SIGN_IN, with_text, "", "auto", UTF8 },
	{ "place", 50, 15, SCREEN_SIGN_IN, with_text, "", "auto", UTF8 },
	{ "place-long", 80, 24, SCREEN_SIGN_IN, with_long_text, "", "auto", UTF8 },
	{ "place-long", 100, 30, SCREEN_SIGN_IN, with_long_text, "", "auto", UTF8 },
	{ "waiting-kiosk", 80, 24, SCREEN_SIGN_IN, waiting_in_kiosk, "", "auto", UTF8 },
	{ "trouble", 30, 10, SCREEN_TROUBLE, as_it_is, "", "auto", UTF8 },
	{ "place-trouble", 100, 30, SCREEN_TROUBLE, with_text, "", "auto", UTF8 },
	{ "welcome-title", 80, 24, SCREEN_WELCOME, with_title, "", "auto", UTF8 },
};
/* clang-format on */

static void golden_path(char *path, size_t size, const struct golden *golden)
{
	const char *top = getenv("srcdir");

	snprintf(path, size, "%s/tests/screens/%s-%dx%d.txt",
		 top != NULL ? top : ".", golden->name, golden->columns,
		 golden->rows);
}

static void compare(const struct golden *golden, const char *text)
{
	static char expected[TEXT_MAX];
	char path[1024];
	FILE *file;
	size_t n;

	golden_path(path, sizeof(path), golden);
	file = fopen(path, write_golden ? "w" : "r");
	if (file == NULL)
		fail_msg("%s: %m", path);
	if (write_golden) {
		assert_int_equal(fputs(text, file) >= 0, 1);
	} else {
		n = fread(expected, 1, sizeof(expected) - 1, file);
		expected[n] = '\0';
		if (strcmp(text, expected) != 0)
			fail_msg("%s differs; the screen is now:\n%s", path,
				 text);
	}
	assert_int_equal(fclose(file), 0);
}

static void test_golden(void **state)
{
	struct log *log = screen_model_log();

	(void)state;
	for (size_t i = 0; i < sizeof(goldens) / sizeof(*goldens); i++) {
		const struct golden *golden = &goldens[i];
		static char text[TEXT_MAX];
		struct model model;
		struct screen_fixture fixture;

		setlocale(LC_ALL, golden->locale);
		fixture_open(&fixture, golden->columns, golden->rows,
			     golden->type, golden->mode);
		screen_model_init(&model, golden->screen, log);
		golden->change(&model);
		screen_model_draw(&fixture, &model);
		if (model.screen == SCREEN_CONFIRM) { /* somebody has read it */
			model.now_ms += 1000;
			model.confirm_ms += 1000;
		}
		screen_model_draw(&fixture, &model);
		for (const char *c = golden->keys; *c != '\0'; c++) {
			ui_key(fixture.ui, &model, screen_model_key_of(*c));
			screen_model_draw(&fixture, &model);
		}
		fixture_read(&fixture, text, sizeof(text));
		compare(golden, text);
		fixture_close(&fixture);
	}
	setlocale(LC_ALL, "C.UTF-8");
	log_free(log);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
	};

	write_golden = argc > 1 && strcmp(argv[1], "GOLDEN=write") == 0;
	return cmocka_run_group_tests(tests, screen_model_start,
				      screen_model_stop);
}
