/* SPDX-License-Identifier: MIT */
/*
 * Where text is broken. Rows are joined by '|' in the tables.
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "ui/wrap.h"

static void add_row(char *dst, size_t size, const struct span *row)
{
	size_t len = strlen(dst);

	snprintf(dst + len, size - len, "%s%.*s", len > 0 ? "|" : "",
		 (int)row->len, row->s);
}

static void test_words(void **state)
{
	static const struct {
		const char *text;
		int columns;
		unsigned flags;
		const char *expected;
	} cases[] = {
		{"", 10, 0, ""},
		{"   ", 10, 0, ""},
		{"one", 10, 0, "one"},
		{"one two", 7, 0, "one two"},
		{"one two", 6, 0, "one|two"},
		{"one two", 4, 0, "one|two"},
		{"one two", 3, 0, "one|two"},
		{"one two", 2, 0, "on|e|tw|o"},
		{"one two", 1, 0, "o|n|e|t|w|o"},
		{"one two", 0, 0, "o|n|e|t|w|o"},
		{"  one   two  ", 5, 0, "one|two"},
		{"a bc def ghij", 4, 0, "a bc|def|ghij"},
		{"extraordinary day", 8, 0, "extraord|inary|day"},
		{"décidé à tout", 6, 0, "décidé|à tout"},
		{"日本 語", 4, 0, "日本|語"},
		{"日本語", 4, 0, "日本|語"},
		{"日本語", 1, 0, "日|本|語"},
		{"日本。語", 4, 0, "日|本。|語"},
		{"日「本語", 5, 0, "日|「本|語"},
		{"abc日本", 5, 0, "abc日|本"},
		{"日本 abc", 5, 0, "日本|abc"},
		{"日本abc", 6, 0, "日本|abc"},
		{"한국어 말", 7, 0, "한국어|말"},
		{"日本語", 3, TEXT_ASCII, "日本語"}, /* three times '?' */
		{"bad \xff\xfe end", 5, 0, "bad|\xff\xfe|end"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *rest = cases[i].text;
		char rows[256] = "";
		struct span row;
		int count = 0;

		while (wrap_words(&rest, cases[i].columns, cases[i].flags,
				  &row)) {
			add_row(rows, sizeof(rows), &row);
			count++;
		}
		assert_string_equal(rows, cases[i].expected);
		assert_int_equal(wrap_words_rows(cases[i].text,
						 cases[i].columns,
						 cases[i].flags),
				 count);
	}
}

static void test_address(void **state)
{
	static const struct {
		const char *text;
		int columns;
		const char *expected;
	} cases[] = {
		{"", 10, ""},
		{"https://a.example/x", 19, "https://a.example/x"},
		{"https://a.example/x", 18, "https://a.example|/x"},
		{"https://a.example/x", 16, "https://a|.example/x"},
		{"a.example/x/y", 12, "a.example/x|/y"},
		{"a.example/x/y", 10, "a.example|/x/y"},
		{"a.example/x/y", 8, "a.exampl|e/x/y"},
		/* A host that fits is never broken, however short its row. */
		{"a.example/long.path/x.y", 18, "a.example|/long.path/x.y"},
		{"id.eu/verify.html?flow=device", 24,
		 "id.eu|/verify.html?flow=device"},
		{"http://a.example/x", 17, "http://a.example|/x"},
		{"[2001:db8::1]:8443/x/y", 21, "[2001:db8::1]:8443/x|/y"},
		{"/a/bcdefghijk.lm", 14, "/a/bcdefghijk|.lm"},
		{"https://oauth-helper-r.wbx2.com/verify", 31,
		 "https://oauth-helper-r.wbx2.com|/verify"},
		{"https://oauth-helper-r.wbx2.com/verify", 30,
		 "https://oauth-helper-r.wbx2|.com/verify"},
		{"https://oauth-helper-r.wbx2.com/verify", 20,
		 "https://oauth-helper|-r.wbx2.com/verify"},
		{"abc", 1, "a|b|c"},
		{"abc", 0, "a|b|c"},
		{"//", 1, "/|/"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *rest = cases[i].text;
		char rows[256] = "";
		struct span row;
		int count = 0;

		while (wrap_address(&rest, cases[i].columns, &row)) {
			add_row(rows, sizeof(rows), &row);
			count++;
		}
		assert_string_equal(rows, cases[i].expected);
		assert_int_equal(
			wrap_address_rows(cases[i].text, cases[i].columns),
			count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_address),
	};

	setlocale(LC_ALL, "C.UTF-8"); /* for wcwidth() */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
