/* SPDX-License-Identifier: MIT */
/*
 * base/err: the sentence is formatted, cleaned and clipped.
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void test_set(void **state)
{
	struct err err = {"old"};

	(void)state;
	assert_false(err_set(&err, "%s answered %d.", "id.example.org", 503));
	assert_string_equal(err.text, "id.example.org answered 503.");
	assert_false(err_set(&err, "Again: %s", err.text));
	assert_string_equal(err.text, "Again: id.example.org answered 503.");
	assert_false(err_set(NULL, "%d", 1));
}

static void test_hostile(void **state)
{
	struct err err;

	(void)state;
	err_set(&err, "%s",
		"a\x1B[2Jb\nc\xC2\x9B"
		"d\xE2\x80\xAE"
		"e\xFF");
	assert_string_equal(err.text, "a\uFFFD[2Jb c\uFFFDd\uFFFDe\uFFFD");
}

static void test_clipped(void **state)
{
	struct err err;
	char text[3 * sizeof(err.text)];

	(void)state;
	/* One byte, then pairs: the raw cut is in the middle of an "é". */
	for (size_t shift = 0; shift < 2; shift++) {
		memset(text, 'x', shift);
		for (size_t i = shift; i + 2 < sizeof(text); i += 2)
			memcpy(text + i, "\u00E9", 3);
		err_set(&err, "%s", text);
		assert_in_range(strlen(err.text), sizeof(err.text) - 2,
				sizeof(err.text) - 1);
		assert_memory_equal(err.text, text, strlen(err.text) - 2);
		assert_string_equal(err.text + strlen(err.text) - 2, "..");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_clipped),
	};

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 77; /* skipped: there is no UTF-8 locale */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
