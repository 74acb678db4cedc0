/* SPDX-License-Identifier: MIT */
/*
 * The screens in other languages: what a user needs is there at every size at
 * which it is in English; and what each language puts on the screen.
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

#include "app/languages.h"
#include "base/catalogue.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/log.h"
#include "conf/conf.h"
#include "ui/model.h"
#include "ui/panel.h"
#include "ui/ui.h"

#include "pseudo.h"
#include "screen_fixture.h"
#include "screen_model.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	int columns, rows;
} sizes[] = {
	{20, 5},  {30, 10}, {40, 12},  {45, 40},  {50, 15},  {60, 20},
	{80, 24}, {90, 80}, {100, 30}, {120, 40}, {160, 50}, {240, 67},
};

static void as_it_is(struct model *model)
{
	(void)model;
}

static void expiring(struct model *model)
{
	model->expires_ms = START_MS + 25000;
	model->code_follows = true;
}

/* As wide as a translation may be. */
static void offline(struct model *model)
{
	model->status = "No connection to the sign-in service";
	model->status_brief = "No connection!!";
}

static void replaced(struct model *model)
{
	model->codes = 2;
}

static void on_trial(struct model *model)
{
	model->token_expires_ms = START_MS + 272000;
	screen_model_nearly_idle(model);
}

/* A screen, and what of it must never be lost. */
static const struct {
	enum screen screen;
	void (*change)(struct model *model);
	const char *keys;
	const char *vital[5];
} screens[] = {
	{SCREEN_SIGN_IN,
	 as_it_is,
	 "",
	 {"729 703", "729703", "wbx2.com", "4:32", "Approve only if"}},
	{SCREEN_SIGN_IN, as_it_is, "z", {"729 703", "729703", "4:32"}},
	{SCREEN_SIGN_IN,
	 expiring,
	 "",
	 {"729 703", "729703", "wbx2.com", "0:25", "Approve only if"}},
	{SCREEN_SIGN_IN, offline, "", {"729 703", "4:32", "No connecti"}},
	{SCREEN_SIGN_IN,
	 replaced,
	 "",
	 {"729 703", "wbx2.com", "4:32", "Approve only if"}},
	{SCREEN_SIGN_IN,
	 screen_model_with_letters,
	 "",
	 {"WDJB-MJHT", "github.com/login/device", "4:32", "Approve only if"}},
	{SCREEN_SIGN_IN,
	 screen_model_by_address,
	 "",
	 {"webexapis.com", "4:32"}},
	{SCREEN_SIGN_IN, screen_model_refused, "", {"webexapis.com", "4:32"}},
	{SCREEN_CONFIRM, as_it_is, "", {"Ada Lovelace", "1:59"}},
	{SCREEN_PROFILE, on_trial, "", {"Ada Lovelace", "4:32", "0:45"}},
	{SCREEN_TROUBLE, as_it_is, "", {"0:12"}},
};

static void draw(char *text, size_t size, size_t screen, int columns, int rows,
		 const struct log *log)
{
	struct screen_fixture fixture;
	struct model model;

	fixture_open(&fixture, columns, rows, "xterm-256color", "auto");
	screen_model_init(&model, screens[screen].screen, log);
	screens[screen].change(&model);
	model.language = "English";
	screen_model_draw(&fixture, &model);
	if (model.screen == SCREEN_CONFIRM) { /* its keys wait for a reader */
		model.now_ms += 1000;
		screen_model_draw(&fixture, &model);
	}
	for (const char *c = screens[screen].keys; *c != '\0'; c++) {
		ui_key(fixture.ui, &model, screen_model_key_of(*c));
		screen_model_draw(&fixture, &model);
	}
	fixture_read(&fixture, text, size);
	fixture_close(&fixture);
}

/* How much is lost. */
static int check_size(const struct catalogue *catalogue, const char *language,
		      size_t screen, int columns, int rows,
		      const struct log *log)
{
	static char english[TEXT_MAX], other[TEXT_MAX];
	int lost = 0;

	i18n_use(NULL, NULL);
	draw(english, sizeof(english), screen, columns, rows, log);
	i18n_use(catalogue, NULL);
	draw(other, sizeof(other), screen, columns, rows, log);
	i18n_use(NULL, NULL);
	for (size_t i = 0; i < COUNT(screens[screen].vital); i++) {
		const char *vital = screens[screen].vital[i];

		if (vital != NULL && strstr(english, vital) != NULL &&
		    strstr(other, vital) == NULL) {
			lost++;
			print_error(
				"%s at %dx%d has lost %s; the screen is:\n%s",
				language, columns, rows, vital, other);
		}
	}
	return lost;
}

static int check_all(const struct catalogue *catalogue, const char *language)
{
	struct log *log = screen_model_log();
	int lost = 0;

	for (size_t i = 0; i < COUNT(sizes); i++) {
		for (size_t k = 0; k < COUNT(screens); k++)
			lost += check_size(catalogue, language, k,
					   sizes[i].columns, sizes[i].rows,
					   log);
	}
	log_free(log);
	return lost;
}

/* Each text is 40 % longer than in English. */
static void test_long_language(void **state)
{
	struct catalogue *catalogue = pseudo_new();

	(void)state;
	assert_int_equal(check_all(catalogue, "the long language"), 0);
	catalogue_free(catalogue);
}

static void open_language(struct languages *languages, const char *code)
{
	char text[64];
	struct conf conf;
	struct err err;

	snprintf(text, sizeof(text), "screen : { languages = [ \"%s\" ]; };",
		 code);
	conf_init(&conf);
	assert_true(conf_parse(&conf, text, strlen(text), "x.conf", &err));
	languages_open(languages, &conf);
	conf_free(&conf);
}

static void test_languages(void **state)
{
	static const char *const codes[] = {LANGUAGES NULL};
	int lost = 0;

	(void)state;
	for (size_t i = 0; codes[i] != NULL; i++) {
		struct languages languages;

		open_language(&languages, codes[i]);
		/* Without msgfmt there is only English. */
		if (strcmp(languages_code(&languages), codes[i]) != 0) {
			languages_close(&languages);
			skip();
		}
		lost += check_all(languages.items[0].catalogue, codes[i]);
		languages_close(&languages);
	}
	assert_int_equal(lost, 0);
}

/* True if a row has the time until the next try and nothing else. */
static bool has_time_alone(char *text)
{
	char *rest = text;

	for (char *row; (row = strsep(&rest, "\n")) != NULL;) {
		row += strspn(row, " ");
		if (strcmp(row, "0:12") == 0)
			return true;
	}
	return false;
}

/* On the smallest screen, too, words say what the time counts down to. */
static void test_next_in_words(void **state)
{
	static const char *const codes[] = {"en", LANGUAGES NULL};
	static const enum next nexts[] = {NEXT_TRY, NEXT_CODE, NEXT_START};
	static char text[TEXT_MAX];
	int alone = 0;

	(void)state;
	for (size_t i = 0; codes[i] != NULL; i++) {
		for (size_t k = 0; k < COUNT(nexts); k++) {
			struct screen_fixture fixture;
			struct languages languages;
			struct model model;

			open_language(&languages, codes[i]);
			fixture_open(&fixture, 20, 5, "xterm-256color", "auto");
			screen_model_init(&model, SCREEN_TROUBLE, NULL);
			model.next = nexts[k];
			screen_model_draw(&fixture, &model);
			fixture_read(&fixture, text, sizeof(text));
			assert_non_null(strstr(text, "0:12"));
			if (has_time_alone(text)) {
				alone++;
				print_error("%s: case %zu\n", codes[i], k);
			}
			languages_close(&languages);
			fixture_close(&fixture);
		}
	}
	assert_int_equal(alone, 0);
}

/* Booleans of the profile are words of the user's; its texts are not. */
static void test_booleans(void **state)
{
	struct languages languages;

	(void)state;
	assert_string_equal(panel_value("yes"), "yes");
	open_language(&languages, "de");
	if (strcmp(languages_code(&languages), "de") != 0) {
		languages_close(&languages);
		skip();
	}
	assert_string_equal(panel_value("yes"), "ja");
	assert_string_equal(panel_value("no"), "nein");
	assert_string_equal(panel_value("Name"), "Name");
	assert_string_equal(panel_value(""), "");
	languages_close(&languages);
}

/* What is on the screen in some of them, and that changing back leaves nothing
 * behind. */
static void test_texts(void **state)
{
	static const struct {
		const char *code;
		enum screen screen;
		const char *texts[4];
	} cases[] = {
		{"de",
		 SCREEN_SIGN_IN,
		 {"oder öffnen:", "r Neuer Code", "l English", "? Hilfe"}},
		{"de",
		 SCREEN_PROFILE,
		 {"Guten Tag, Ada Lovelace", "18 Stunden", "E-Mail",
		  "o Abmelden"}},
		{"de", SCREEN_CONFIRM, {"Sind Sie das?", "n Nein"}},
		{"de", SCREEN_WELCOME, {"Taste drücken zum Anmelden"}},
		{"ja",
		 SCREEN_SIGN_IN,
		 {"読み取るか、次を開く", "r 新しいコード", "? ヘルプ"}},
		{"ja",
		 SCREEN_PROFILE,
		 {"ようこそ、Ada Lovelace さん", "18時間"}},
		{"zh_CN", SCREEN_WELCOME, {"按任意键登录"}},
		{"ko", SCREEN_TROUBLE, {"0:12 후 다시 시도합니다."}},
		{"pl", SCREEN_PROFILE, {"Zalogowano na 18 godzin"}},
		{"uk", SCREEN_PROFILE, {"Вхід діє ще 18 годин"}},
	};
	static char text[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct screen_fixture fixture;
		struct languages languages;
		struct model model;

		open_language(&languages, cases[i].code);
		if (strcmp(languages_code(&languages), cases[i].code) != 0) {
			languages_close(&languages);
			skip();
		}
		fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
		screen_model_init(&model, cases[i].screen, NULL);
		model.language = "English";
		screen_model_draw(&fixture, &model);
		fixture_read(&fixture, text, sizeof(text));
		for (size_t k = 0; k < COUNT(cases[i].texts); k++) {
			const char *wanted = cases[i].texts[k];

			if (wanted != NULL && strstr(text, wanted) == NULL)
				fail_msg("%s lacks \"%s\":\n%s", cases[i].code,
					 wanted, text);
		}
		languages_close(&languages);
		fixture_close(&fixture);
	}
}

/* The key asks for another language on every screen but where an address is
 * typed, and is no sign of somebody who wants to sign in. */
static void test_key(void **state)
{
	(void)state;
	for (int screen = SCREEN_WELCOME; screen <= SCREEN_TROUBLE; screen++) {
		struct screen_fixture fixture;
		struct model model;

		fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
		screen_model_init(&model, (enum screen)screen, NULL);
		screen_model_draw(&fixture, &model);
		assert_int_equal(ui_key(fixture.ui, &model, 'l'),
				 screen == SCREEN_WELCOME ? COMMAND_START
							  : COMMAND_NONE);
		model.language = "Deutsch";
		assert_int_equal(ui_key(fixture.ui, &model, 'l'),
				 COMMAND_LANGUAGE);
		fixture_close(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_long_language),
		cmocka_unit_test(test_languages),
		cmocka_unit_test(test_next_in_words),
		cmocka_unit_test(test_booleans),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_key),
	};

	return cmocka_run_group_tests(tests, screen_model_start,
				      screen_model_stop);
}
