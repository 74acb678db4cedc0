/* SPDX-License-Identifier: MIT */
/*
 * app/languages: which ones there are, and which one is used. The catalogues
 * are those that the build has made.
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/languages.h"
#include "base/deadline.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/text.h"
#include "conf/conf.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void open_with(struct languages *languages, const char *conf_text)
{
	struct conf conf;
	struct err err;

	conf_init(&conf);
	assert_true(conf_parse(&conf, conf_text, strlen(conf_text), "x.conf",
			       &err));
	languages_open(languages, &conf);
	conf_free(&conf);
}

/* Without msgfmt there is only English. */
static int has_catalogues(void)
{
	struct languages languages;
	bool found;

	open_with(&languages, "screen : { languages = [ \"de\" ]; };");
	found = strcmp(languages_code(&languages), "de") == 0;
	languages_close(&languages);
	if (!found)
		skip();
	return 0;
}

static void set(const char *name, const char *value)
{
	if (value != NULL)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static void test_locales(void **state)
{
	static const struct {
		const char *lang, *language, *all, *conf, *code;
	} cases[] = {
		{"de_DE.UTF-8", NULL, NULL, "", "de"},
		{"de", NULL, NULL, "", "de"},
		{"de_AT@euro", NULL, NULL, "", "de"},
		{"pt_BR.UTF-8", NULL, NULL, "", "pt"},
		{"zh_CN.UTF-8", NULL, NULL, "", "zh_CN"},
		{"zh", NULL, NULL, "", "zh_CN"},
		{"nb_NO.UTF-8", NULL, NULL, "", "nb"},
		{"nn_NO.UTF-8", NULL, NULL, "", "nb"},
		{"no", NULL, NULL, "", "nb"},
		{"nov", NULL, NULL, "", "en"},
		{"nn_NO.UTF-8", "nn:sv", NULL, "", "nb"},
		{"zh_TW.UTF-8", NULL, NULL, "", "en"}, /* other letters */
		{"den_CA", NULL, NULL, "", "en"},
		{"d", NULL, NULL, "", "en"},
		{"en_GB.UTF-8", NULL, NULL, "", "en"},
		{NULL, NULL, NULL, "", "en"},
		{"", "de", NULL, "", "en"},
		{"C.UTF-8", "de", NULL, "", "en"},
		{"POSIX", "de", NULL, "", "en"},
		{"cs_CZ.UTF-8", NULL, NULL, "", "cs"},
		{"en_GB.UTF-8", "xx:fr:de", NULL, "", "fr"},
		{"de_DE.UTF-8", "en", NULL, "", "en"},
		{"de_DE.UTF-8", NULL, "ja_JP.UTF-8", "", "ja"},
		{"de_DE.UTF-8", NULL, "C.UTF-8", "", "en"},
		{"en_GB.UTF-8", "fr", "ja_JP",
		 "screen : { locale = \"de_DE.UTF-8\"; };", "de"},
		{"de_DE.UTF-8", NULL, NULL,
		 "screen : { locale = \"C.UTF-8\"; };", "en"},
		{"de_DE.UTF-8", NULL, NULL,
		 "screen : { languages = [ \"sv\", \"de\" ]; };", "sv"},
		{"de_DE.UTF-8", NULL, NULL, "screen : { languages = [ ]; };",
		 "de"},
	};

	(void)state;
	has_catalogues();
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct languages languages;

		set("LANG", cases[i].lang);
		set("LANGUAGE", cases[i].language);
		set("LC_ALL", cases[i].all);
		open_with(&languages, cases[i].conf);
		assert_string_equal(languages_code(&languages), cases[i].code);
		languages_close(&languages);
	}
	set("LANG", "C.UTF-8");
	set("LANGUAGE", NULL);
	set("LC_ALL", NULL);
}

/* By key, and back after the visit. */
static void test_choice(void **state)
{
	struct languages languages;

	(void)state;
	has_catalogues();
	open_with(&languages,
		  "screen : { languages = [ \"de\", \"en\", \"ja\" ]; };");
	assert_string_equal(_("Help"), "Hilfe");
	assert_string_equal(languages_next_name(&languages), "English");
	languages_next(&languages);
	assert_string_equal(_("Help"), "Help");
	assert_string_equal(languages_next_name(&languages), "日本語");
	languages_next(&languages);
	assert_string_equal(_("Help"), "ヘルプ");
	assert_string_equal(languages_next_name(&languages), "Deutsch");
	assert_true(languages_first(&languages));
	assert_string_equal(_("Help"), "Hilfe");
	assert_false(languages_first(&languages));
	languages_close(&languages);
	assert_string_equal(_("Help"), "Help");

	/* Nothing to choose from. */
	open_with(&languages, "screen : { languages = [ \"de\" ]; };");
	assert_null(languages_next_name(&languages));
	languages_next(&languages);
	assert_string_equal(_("Help"), "Hilfe");
	languages_close(&languages);
	open_with(&languages, "");
	assert_null(languages_next_name(&languages));
	languages_close(&languages);
}

/* What a terminal cannot write is left out. */
static void test_limits(void **state)
{
	static const struct {
		const char *conf, *narrow, *ascii; /* the code that is used */
	} cases[] = {
		{"[ \"ja\", \"de\", \"en\" ]", "de", "en"},
		{"[ \"ja\", \"en\", \"de\" ]", "en", "en"},
		{"[ \"ja\", \"ko\" ]", "en", "en"},
		{"[ \"uk\" ]", "uk", "en"},
	};

	(void)state;
	has_catalogues();
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct languages languages;
		char text[128] = "screen : { languages = ";

		strcat(strcat(text, cases[i].conf), "; };");
		open_with(&languages, text);
		(void)languages_limit(&languages, TEXT_NARROW, -1);
		assert_string_equal(languages_code(&languages),
				    cases[i].narrow);
		assert_true(languages_limit(&languages, TEXT_ASCII, -1) ==
			    (strcmp(cases[i].narrow, cases[i].ascii) != 0));
		assert_string_equal(languages_code(&languages), cases[i].ascii);
		/* A font is set later: the first one again. */
		assert_true(languages_limit(&languages, 0, -1));
		assert_memory_equal(languages_code(&languages),
				    cases[i].conf + 3, 2);
		assert_false(languages_limit(&languages, 0, -1));
		languages_close(&languages);
	}
}

/* What the user chose is back as soon as the terminal can write it. */
static void test_choice_limited(void **state)
{
	struct languages languages;

	(void)state;
	has_catalogues();
	open_with(&languages,
		  "screen : { languages = [ \"de\", \"ja\", \"en\" ]; };");
	languages_next(&languages);
	assert_string_equal(languages_code(&languages), "ja");
	assert_true(languages_limit(&languages, TEXT_ASCII, -1));
	assert_string_equal(languages_code(&languages), "en");
	assert_null(languages_next_name(&languages));
	assert_true(languages_limit(&languages, 0, -1));
	assert_string_equal(languages_code(&languages), "ja");
	assert_true(languages_first(&languages));
	assert_string_equal(languages_code(&languages), "de");
	languages_close(&languages);
}

enum { MINUTE_MS = 60 * 1000 };

/* Whose language it is: keys, visits and codes in the order of time. */
static void test_users(void **state)
{
	static const struct {
		const char *name;
		enum { KEY_L, STARTS, COMES, CODE, WAITS } what;
		bool is_free;
		int64_t after_ms;
		const char *code;
		bool over; /* what the last user chose */
	} cases[] = {
		{"chosen on the welcome screen", KEY_L, true, 0, "en", false},
		{"and kept for the visit", STARTS, false, 20000, "en", false},
		{"while its code is read", WAITS, false, 10 * MINUTE_MS, "en",
		 false},
		{"not for the next visit", COMES, true, 0, "de", true},
		{"chosen, and nobody starts", KEY_L, true, 1000, "en", false},
		{"almost a minute", WAITS, true, MINUTE_MS - 1, "en", false},
		{"a minute", WAITS, true, 1, "de", true},
		{"chosen beside a code", KEY_L, false, 1000, "en", false},
		{"a new code at once", CODE, false, 1000, "en", false},
		{"a new code later", CODE, false, MINUTE_MS, "de", true},
		{"round to the first again", KEY_L, true, 0, "en", false},
		{"round to the first again", KEY_L, true, 0, "de", false},
		{"after that", WAITS, true, MINUTE_MS, "de", true},
		{"only once", WAITS, true, MINUTE_MS, "de", false},
		{"nobody has touched it", COMES, true, 0, "de", false},
	};
	struct languages languages;
	int64_t now_ms = 0;

	(void)state;
	has_catalogues();
	open_with(&languages, "screen : { languages = [ \"de\", \"en\" ]; };");
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t due_ms;

		now_ms += cases[i].after_ms;
		if (cases[i].what == KEY_L || cases[i].what == STARTS)
			languages_touch(&languages, now_ms);
		if (cases[i].what == KEY_L)
			languages_next(&languages);
		if (cases[i].what != KEY_L && cases[i].what != WAITS)
			languages_greet(&languages, cases[i].what != COMES,
					now_ms);
		/* Settled before anything is shown. */
		if (cases[i].what != WAITS)
			assert_string_equal(languages_code(&languages),
					    cases[i].code);
		if (languages_follow(&languages, cases[i].is_free, now_ms) !=
		    cases[i].over)
			fail_msg("%s: over", cases[i].name);
		if (strcmp(languages_code(&languages), cases[i].code) != 0)
			fail_msg("%s: %s", cases[i].name,
				 languages_code(&languages));
		due_ms = languages_deadline(&languages);
		if (due_ms <= now_ms)
			fail_msg("%s: would spin", cases[i].name);
	}
	assert_true(languages_deadline(&languages) == NEVER_MS);
	languages_close(&languages);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_locales),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_choice_limited),
		cmocka_unit_test(test_users),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
