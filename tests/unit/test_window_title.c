/* SPDX-License-Identifier: MIT */
/*
 * ui/window_title: what the window says of each screen, and of whom.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "oauth/profile.h"
#include "ui/model.h"
#include "ui/window_title.h"

static void test_titles(void **state)
{
	static char name[] = "Ada Lovelace", none[] = "";
	struct profile ada = {.name = name}, nameless = {.name = none};
	const struct {
		enum screen screen;
		const struct profile *profile;
		const char *title;
	} cases[] = {
		{SCREEN_WELCOME, NULL, "Lobby 3: Webex - grantty"},
		{SCREEN_SIGN_IN, NULL, "Lobby 3: Signing out - grantty"},
		{SCREEN_CONFIRM, &ada, "Is this you? Ada Lovelace - grantty"},
		{SCREEN_CONFIRM, &nameless, "Is this you? - grantty"},
		{SCREEN_PROFILE, &ada,
		 "Signed in: Ada Lovelace, Webex - grantty"},
		{SCREEN_PROFILE, &nameless, "Signed in: Webex - grantty"},
		{SCREEN_PROFILE, NULL, "Signed in: Webex - grantty"},
		{SCREEN_TROUBLE, NULL, "Webex: The code has expired - grantty"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct model model = {
			.screen = cases[i].screen,
			.profile = cases[i].profile,
			.title = "Lobby 3",
			.provider = "Webex",
			.status = "Signing out",
			.trouble = "The code has expired",
		};
		struct buf title;

		buf_init(&title, 1024);
		window_title_of(&title, &model);
		assert_string_equal(buf_text(&title), cases[i].title);
		buf_free(&title);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_titles),
	};

	return cmocka_run_group_tests_name("window_title", tests, NULL, NULL);
}
