/* SPDX-License-Identifier: MIT */
/*
 * A code as plain lines on output of all sizes.
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

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "ui/hyperlink.h"
#include "ui/plain_text.h"

/* As Webex has them: versions 6 and 3. */
static const struct plain_code webex = {
	.label = "Webex",
	.user_code = "505549",
	.verification_uri = "https://login-k.wbx2.com/verify",
	.verification_uri_complete =
		"https://login-k.wbx2.com/verify?userCode="
		"8bdf2a42cb6fe90d1fe0d5d2e7e6b1a3a1b2c3d4e5f60718293a4b5c6d7e8"
		"f90a1b2c3d",
	.expires_in_s = 300,
	.caution = "Approve only if you started this sign-in yourself, on "
		   "appliance7.",
};

static const struct plain_code github = {
	.label = "GitHub",
	.user_code = "WDJB-MJHT",
	.verification_uri = "https://github.com/login/device",
	.expires_in_s = 899,
};

static char *lines_for(const struct plain_output *output,
		       const struct plain_code *code)
{
	struct buf out;
	char *lines;

	buf_init(&out, PLAIN_TEXT_MAX);
	plain_text_code(&out, output, code);
	lines = buf_take(&out);
	assert_non_null(lines);
	return lines;
}

enum kind { NO_QR, HALF, FULL };

static enum kind kind_of(const char *lines)
{
	if (strstr(lines, "\033[37;97;40m") != NULL)
		return HALF;
	return strstr(lines, "\033[47;107m") != NULL ? FULL : NO_QR;
}

/* Takes the hyperlinks out, all of which lead to the URI; how many. */
static int take_links_out(char *lines, const char *uri)
{
	char begin[512], *at;
	int count = 0;

	(void)snprintf(begin, sizeof(begin), "\033]8;id=grantty;%s\033\\", uri);
	while ((at = strstr(lines, begin)) != NULL) {
		memmove(at, at + strlen(begin), strlen(at + strlen(begin)) + 1);
		at = strstr(at, HYPERLINK_END);
		assert_non_null(at);
		memmove(at, at + strlen(HYPERLINK_END),
			strlen(at + strlen(HYPERLINK_END)) + 1);
		count++;
	}
	assert_null(strstr(lines, "\033]8;"));
	return count;
}

/* They take no room: all else is as without them. */
static void test_links(void **state)
{
	static const struct {
		const struct plain_code *code;
		int rows, count;
	} cases[] = {
		{&webex, 60, 3}, /* with the complete address */
		{&webex, 24, 2},
		{&webex, 5, 2},
		{&github, 60, 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct plain_code *code = cases[i].code;
		struct plain_output output = {
			.size = {.rows = cases[i].rows, .columns = 80},
			.colours = true,
			.halves = true,
			.shows_code = true,
		};
		char *without = lines_for(&output, code), *with;

		output.links = true;
		with = lines_for(&output, code);
		assert_int_equal(
			take_links_out(with,
				       code->verification_uri_complete != NULL
					       ? code->verification_uri_complete
					       : code->verification_uri),
			cases[i].count);
		assert_string_equal(with, without);
		free(with);
		free(without);
	}
}

/* Without what is no character on the screen. */
static int width_of(const char *line, size_t len)
{
	char plain[8192];
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (line[i] == '\033')
			i += strcspn(line + i, "m");
		else
			plain[n++] = line[i];
		assert_true(n < sizeof(plain));
	}
	plain[n] = '\0';
	return text_width(plain);
}

static int rows_of(const char *lines, int columns)
{
	int rows = 0;

	while (*lines != '\0') {
		size_t len = strcspn(lines, "\n");
		int width = width_of(lines, len);

		assert_int_equal(lines[len], '\n');
		rows += width > columns ? (width + columns - 1) / columns : 1;
		lines += len + 1;
	}
	return rows;
}

static void test_ladder(void **state)
{
	static const struct {
		const struct plain_code *code;
		int rows, columns;
		enum drawing drawing;
		bool colours, halves;
		enum kind kind;
		bool complete; /* what the QR code carries */
		bool roomy;
	} cases[] = {
		{&webex, 60, 80, DRAWING_AUTO, true, true, HALF, true, true},
		{&webex, 30, 80, DRAWING_AUTO, true, true, HALF, true, false},
		{&webex, 24, 80, DRAWING_AUTO, true, true, HALF, false, false},
		{&webex, 23, 80, DRAWING_AUTO, true, true, HALF, false, false},
		{&webex, 20, 80, DRAWING_AUTO, true, true, NO_QR, false, true},
		{&webex, 15, 50, DRAWING_AUTO, true, true, NO_QR, false, false},
		{&webex, 60, 40, DRAWING_AUTO, true, true, HALF, false, true},
		{&webex, 55, 100, DRAWING_AUTO, true, false, FULL, true, false},
		{&webex, 60, 70, DRAWING_AUTO, true, false, FULL, false, true},
		{&webex, 24, 80, DRAWING_AUTO, true, false, NO_QR, false, true},
		{&webex, 60, 80, DRAWING_HALF, true, false, NO_QR, false, true},
		{&webex, 70, 130, DRAWING_FULL, true, true, FULL, true, true},
		{&webex, 60, 80, DRAWING_TEXT, true, true, NO_QR, false, true},
		{&webex, 60, 80, DRAWING_AUTO, false, true, NO_QR, false, true},
		{&github, 60, 80, DRAWING_AUTO, true, true, HALF, false, true},
		{&github, 24, 80, DRAWING_AUTO, true, true, HALF, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct plain_output output = {
			.size = {.rows = cases[i].rows,
				 .columns = cases[i].columns},
			.drawing = cases[i].drawing,
			.colours = cases[i].colours,
			.halves = cases[i].halves,
			.shows_code = true,
		};
		char *lines = lines_for(&output, cases[i].code);
		const bool bare = strstr(lines, "camera, and enter") != NULL;

		if (kind_of(lines) != cases[i].kind ||
		    bare != (cases[i].kind != NO_QR && !cases[i].complete) ||
		    (strstr(lines, "Digit by digit: 5 0 5 5 4 9\n") != NULL ||
		     strstr(lines, "Character by character: W D J B - ") !=
			     NULL) != cases[i].roomy)
			fail_msg("case %zu: %s", i, lines);
		secret_free(lines);
	}
}

/* With a QR code all is on the screen at once, whatever its size. */
static void test_whole(void **state)
{
	const struct plain_code *codes[] = {&webex, &github};

	(void)state;
	for (size_t i = 0; i < 2 * 2 * 16 * 10; i++) {
		const struct plain_output output = {
			.size = {.rows = 12 + 3 * (int)(i / 4 % 16),
				 .columns = 36 + 9 * (int)(i / 64)},
			.colours = true,
			.halves = i / 2 % 2 == 0,
			.shows_code = true,
		};
		const struct plain_code *code = codes[i % 2];
		char *lines = lines_for(&output, code);

		assert_non_null(strstr(lines, code == &webex ? "505 549"
							     : "WDJB-MJHT"));
		assert_non_null(strstr(lines, code->verification_uri));
		if (kind_of(lines) != NO_QR)
			assert_in_range(rows_of(lines, output.size.columns), 1,
					output.size.rows - 3);
		secret_free(lines);
	}
}

static void test_words(void **state)
{
	const struct plain_output output = {.size = {.rows = 24, .columns = 80},
					    .shows_code = true};
	const struct plain_output small = {.size = {.rows = 13, .columns = 80},
					   .shows_code = true};
	const struct plain_output tight = {.size = {.rows = 8, .columns = 80},
					   .shows_code = true};
	char *lines = lines_for(&output, &github);

	(void)state;
	assert_string_equal(lines,
			    "To sign in to GitHub, go to\n\n"
			    "    https://github.com/login/device\n\n"
			    "and enter this code:\n\n"
			    "    WDJB-MJHT\n\n"
			    "Character by character: W D J B - M J H T\n\n"
			    "The code is valid for 14 minutes.\n");
	secret_free(lines);
	lines = lines_for(&small, &webex);
	assert_string_equal(
		lines, "To sign in to Webex, go to\n"
		       "    https://login-k.wbx2.com/verify\n\n"
		       "and enter this code:    505 549    (5 0 5 5 4 9)\n\n"
		       "The code is valid for 5 minutes.\n"
		       "Approve only if you started this sign-in yourself, on "
		       "appliance7.\n");
	secret_free(lines);
	lines = lines_for(&tight, &github);
	assert_string_equal(
		lines, "To sign in to GitHub, go to\n"
		       "    https://github.com/login/device\n"
		       "and enter this code:    WDJB-MJHT    (W D J B - M J H "
		       "T)\n"
		       "The code is valid for 14 minutes.\n");
	secret_free(lines);
}

/* Only the address that has the code helps then, and its QR code. */
static void test_code_that_cannot_be_shown(void **state)
{
	struct plain_output output = {.size = {.rows = 60, .columns = 80},
				      .colours = true,
				      .halves = true};
	struct plain_code code = webex;
	char *lines;

	(void)state;
	for (int rows = 10; rows <= 60; rows += 10) {
		output.size.rows = rows;
		lines = lines_for(&output, &code);
		assert_null(strstr(lines, code.user_code));
		assert_null(strstr(lines, "and enter"));
		assert_non_null(strstr(lines, code.verification_uri_complete));
		assert_non_null(strstr(lines, "The address includes it."));
		secret_free(lines);
	}
	assert_int_equal(output.size.rows, 60);
	code.verification_uri_complete = NULL;
	lines = lines_for(&output, &code);
	assert_null(strstr(lines, code.user_code));
	assert_int_equal(kind_of(lines), NO_QR);
	assert_non_null(strstr(lines, "Sign in on a terminal that can"));
	secret_free(lines);
}

/* Whatever can be there without a QR code is, as far as it fits. */
static void test_small(void **state)
{
	static const struct {
		int rows, columns;
	} sizes[] = {{24, 80}, {15, 50}, {12, 40}, {10, 60}};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		const struct plain_output output = {
			.size = {.rows = sizes[i].rows,
				 .columns = sizes[i].columns},
			.shows_code = true,
		};
		char *lines = lines_for(&output, &github);

		assert_in_range(rows_of(lines, output.size.columns), 1,
				output.size.rows - 3);
		secret_free(lines);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ladder),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_code_that_cannot_be_shown),
		cmocka_unit_test(test_small),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
