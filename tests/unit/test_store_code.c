/* SPDX-License-Identifier: MIT */
/*
 * io/store: the code that waits for another run.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "io/store.h"
#include "store_place.h"

static void test_code(void **state)
{
	struct store *store, *other;
	char path[160];

	(void)state;
	snprintf(path, sizeof(path), "%s.code", store_place.path);
	store = store_open(NULL, NULL, NULL);
	assert_true(store_save_code(store, "c", NULL));
	store_place_assert_code(store, STORE_EMPTY, "");
	assert_true(store_drop_code(store, NULL));
	store_close(store);

	/* Where nothing was ever kept, nothing is made either. */
	store = store_place_open(NULL);
	assert_true(store_drop_code(store, NULL));
	assert_false(store_place_is_there(
		store_place_path("session.json.code.lock")));

	store_place_assert_code(store, STORE_EMPTY, "");
	assert_true(store_save_code(store, "first", NULL));
	assert_true(store_save_code(store, "second", NULL));
	store_place_assert_content(path, "second");
	assert_int_equal(store_place_mode_of(path), 0600);

	/* It is this process's, whoever has the session's lock. */
	other = store_place_open(NULL);
	assert_int_equal(store_lock(other, NULL), STORE_OK);
	assert_true(store_save_code(store, "third", NULL));
	store_place_assert_code(other, STORE_BUSY, "");
	assert_true(store_save_code(other, "not this", NULL));
	assert_true(store_drop_code(other, NULL));
	store_place_assert_content(path, "third");

	/* Until it gives it up, or ends. */
	assert_true(store_drop_code(store, NULL));
	assert_false(store_place_is_there(path));
	store_place_assert_code(other, STORE_EMPTY, "");
	assert_true(store_save_code(other, "fourth", NULL));
	assert_true(store_save_code(store, "not this", NULL));
	store_close(other);
	store_place_assert_code(store, STORE_OK, "fourth");
	store_close(store);

	/* Whoever signs out leaves none behind. */
	store = store_place_open(NULL);
	assert_true(store_drop_code(store, NULL));
	assert_false(store_place_is_there(path));
	store_close(store);
}

static void test_sealed_code(void **state)
{
	struct store *store;
	char path[160];

	(void)state;
	snprintf(path, sizeof(path), "%s.code", store_place.path);
	store_place_put(store_place_path("key"), HEX_KEY, 0600);
	store = store_place_open(store_place_path("key"));
	assert_true(store_save_code(store, "sealed", NULL));
	store_close(store);
	store = store_place_open(store_place_path("key"));
	store_place_assert_code(store, STORE_OK, "sealed");
	store_place_put(path, "in the clear", 0600);
	store_place_assert_code(store, STORE_FAILED, "another key");
	assert_false(store_place_is_there(path));
	store_close(store);
}

/* Whatever is in the place, a code can be kept there after that. */
static void test_codes_that_are_refused(void **state)
{
	enum kind { OPEN, LINK, FIFO, LARGE, FOLDER };
	static const struct {
		enum kind kind;
		const char *says;
	} cases[] = {
		{OPEN, "Other users have access to"}, {LINK, "symbolic link"},
		{FIFO, "not a regular file"},	      {LARGE, "too large"},
		{FOLDER, "not a regular file"},
	};
	char path[160];

	(void)state;
	snprintf(path, sizeof(path), "%s.code", store_place.path);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct store *store = store_place_open(NULL);
		bool folder = cases[i].kind == FOLDER;

		store_place_put(store_place_path("elsewhere"), "kept", 0600);
		switch (cases[i].kind) {
		case OPEN:
			store_place_put(path, "code", 0640);
			break;
		case LINK:
			assert_int_equal(symlink("elsewhere", path), 0);
			break;
		case FIFO:
			assert_int_equal(mkfifo(path, 0600), 0);
			break;
		case LARGE:
			store_place_put(path, "", 0600);
			assert_int_equal(truncate(path, 2 * 1024 * 1024), 0);
			break;
		case FOLDER:
			assert_int_equal(mkdir(path, 0700), 0);
			break;
		}
		store_place_assert_code(store, STORE_FAILED, cases[i].says);
		assert_int_equal(store_place_is_there(path), folder);
		assert_int_equal(store_save_code(store, "new", NULL), !folder);
		if (!folder)
			store_place_assert_content(path, "new");
		store_place_assert_content(store_place_path("elsewhere"),
					   "kept");
		assert_int_equal(store_drop_code(store, NULL), !folder);
		store_close(store);
	}
}

/* What a save cut short has left holds a code, too. */
static void test_leftover_of_a_code(void **state)
{
	struct store *store = store_place_open(NULL);

	(void)state;
	store_place_put(store_place_path("session.json.code~tmp"), "half a co",
			0600);
	store_place_assert_code(store, STORE_EMPTY, "");
	assert_false(store_place_is_there(
		store_place_path("session.json.code~tmp")));
	store_place_put(store_place_path("session.json.code~tmp"), "half a co",
			0600);
	assert_true(store_drop_code(store, NULL));
	assert_false(store_place_is_there(
		store_place_path("session.json.code~tmp")));
	store_close(store);
}

/* An older code is worse than none. */
static void test_code_that_cannot_be_saved(void **state)
{
	struct store *store = store_place_open(NULL);
	struct err err = {""};

	(void)state;
	assert_true(store_save_code(store, "old", NULL));
	assert_int_equal(mkdir(store_place_path("session.json.code~tmp"), 0700),
			 0);
	assert_false(store_save_code(store, "new", &err));
	assert_non_null(strstr(err.text, "session.json.code"));
	assert_false(
		store_place_is_there(store_place_path("session.json.code")));
	store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_code),
		TEST(test_sealed_code),
		TEST(test_codes_that_are_refused),
		TEST(test_leftover_of_a_code),
		TEST(test_code_that_cannot_be_saved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
