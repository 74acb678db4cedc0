/* SPDX-License-Identifier: MIT */
/*
 * io/store and io/file with real files: what is saved, loaded and wiped,
 * damage, and saves that fail half-way.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "io/store.h"
#include "machine/session_data.h"
#include "store_place.h"

static void test_save_load_wipe(void **state)
{
	struct store *store = store_place_open(NULL);

	(void)state;
	store_place_assert_load_fails(store, STORE_EMPTY, "");
	store_place_assert_saves(store, "one");
	store_place_assert_saves(store, "two");
	store_place_assert_loads(store, "two");
	store_close(store);
	store = store_place_open("");
	store_place_assert_loads(store, "two");
	assert_int_equal(store_lock(store, NULL), STORE_OK);
	assert_true(store_wipe(store, NULL));
	assert_true(store_wipe(store, NULL));
	store_close(store);
	assert_false(store_place_is_there(store_place.path));
	assert_false(
		store_place_is_there(store_place_path("session.json~tmp")));
}

static void test_in_memory(void **state)
{
	struct store *store = store_open(NULL, NULL, NULL);

	(void)state;
	store_place_assert_load_fails(store, STORE_EMPTY, "");
	store_place_assert_saves(store, "one");
	store_place_assert_saves(store, "two");
	store_place_assert_loads(store, "two");
	store_place_assert_loads(store, "two");
	assert_true(store_wipe(store, NULL));
	store_place_assert_load_fails(store, STORE_EMPTY, "");
	store_place_assert_saves(store, "three");
	store_close(store);
	store_close(NULL);
}

static void test_save_replaces_a_link_and_not_its_target(void **state)
{
	struct store *store = store_place_open(NULL);

	(void)state;
	store_place_put(store_place_path("target"), "precious", 0600);
	assert_int_equal(symlink("target", store_place.path), 0);
	store_place_assert_saves(store, "one");
	store_place_assert_loads(store, "one");
	store_place_assert_content(store_place_path("target"), "precious");
	store_close(store);
}

static void test_damaged_files_are_set_aside(void **state)
{
	struct store *store = store_place_open(NULL);
	char last[16];

	(void)state;
	store_place_put(store_place.path, "first", 0600);
	store_place_assert_load_fails(store, STORE_CORRUPT,
				      "session.json.corrupt.");
	assert_false(store_place_is_there(store_place.path));
	store_place_assert_load_fails(store, STORE_EMPTY, "");
	store_place_assert_content(store_place_path("session.json.corrupt"),
				   "first");
	for (int i = 1; i <= 11; i++) {
		snprintf(last, sizeof(last), "again %d", i);
		store_place_put(store_place.path, last, 0600);
		store_place_assert_load_fails(store, STORE_CORRUPT,
					      "it is not JSON");
	}
	store_place_assert_content(store_place_path("session.json.corrupt"),
				   "first");
	store_place_assert_content(store_place_path("session.json.corrupt.1"),
				   "again 1");
	store_place_assert_content(store_place_path("session.json.corrupt.9"),
				   "again 11");
	store_close(store);
}

static void test_newer_files_stay_where_they_are(void **state)
{
	struct store *store = store_place_open(NULL);

	(void)state;
	store_place_put(store_place.path, "{\"version\":2}", 0600);
	store_place_assert_load_fails(store, STORE_FAILED, "newer version");
	store_place_assert_content(store_place.path, "{\"version\":2}");
	store_close(store);
}

static void test_leftovers_are_swept(void **state)
{
	static const char *const names[] = {
		"session.json~tmp",	 "session.json.discovery~tmp",
		"session.json.code~tmp", "session.json.try~tmp",
		"session.json.try",	 "session.json.polling~tmp",
	};
	struct store *other;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct store *holder = store_place_open(NULL);
		struct buf code;

		/* Not while somebody may be writing it. */
		buf_init(&code, 100);
		assert_int_equal(store_lock(holder, NULL), STORE_OK);
		assert_int_equal(store_take_code(holder, &code, NULL),
				 STORE_EMPTY);
		assert_true(store_save_code(holder, "code", NULL));
		store_place_put(store_place_path(names[i]), "half a se", 0600);
		other = store_place_open(NULL);
		assert_true(store_place_is_there(store_place_path(names[i])));
		store_close(other);
		store_close(holder);
		other = store_place_open(NULL);
		assert_false(store_place_is_there(store_place_path(names[i])));
		assert_true(store_place_is_there(
			store_place_path("session.json.code")));
		assert_true(store_drop_code(other, NULL));
		store_close(other);
	}
	other = store_place_open(NULL);
	/* Nor do they stand in the way, whoever made them. */
	assert_int_equal(
		symlink("/dev/full", store_place_path("session.json~tmp")), 0);
	store_place_assert_saves(other, "one");
	store_place_assert_loads(other, "one");
	store_close(other);
}

/* That trying ends like that, what the sentence has in it, and that nothing is
 * left behind. */
static void assert_try(struct store *store, enum store_result result,
		       const char *words)
{
	struct err err = {""};

	assert_int_equal(store_try(store, &err), result);
	if (strstr(err.text, words) == NULL)
		fail_msg("\"%s\" is not in: %s", words, err.text);
	assert_false(
		store_place_is_there(store_place_path("session.json.try")));
	assert_false(
		store_place_is_there(store_place_path("session.json.try~tmp")));
}

static void test_trying_changes_nothing(void **state)
{
	struct store *memory = store_open(NULL, NULL, NULL);
	struct store *store = store_place_open(NULL);
	struct store *other = store_place_open(NULL);

	(void)state;
	assert_try(memory, STORE_EMPTY, "");
	store_place_assert_saves(memory, "one");
	assert_try(memory, STORE_OK, "");
	store_close(memory);

	assert_try(store, STORE_EMPTY, "");
	assert_false(store_place_is_there(store_place.path));
	store_place_put(store_place.path, PLAIN, 0600);
	assert_try(store, STORE_OK, "");
	store_place_assert_content(store_place.path, PLAIN);
	store_place_put(store_place.path, "damaged", 0600);
	assert_try(store, STORE_CORRUPT, "not JSON");
	store_place_assert_content(store_place.path, "damaged");
	assert_false(
		store_place_is_there(store_place_path("session.json.corrupt")));
	store_place_put(store_place.path, PLAIN, 0640);
	assert_try(store, STORE_FAILED, "run chmod 600");

	/* It lets the lock go, unless it had it already. */
	assert_int_equal(store_lock(other, NULL), STORE_OK);
	assert_try(store, STORE_BUSY, "");
	chmod(store_place.path, 0600);
	assert_try(other, STORE_OK, "");
	assert_try(store, STORE_BUSY, "");
	store_unlock(other);
	assert_try(store, STORE_OK, "");

	/* Nothing can be written where the name is taken by a folder. */
	assert_int_equal(mkdir(store_place_path("session.json.try"), 0700), 0);
	assert_int_equal(store_try(store, NULL), STORE_FAILED);
	store_close(other);
	store_close(store);
}

static void test_reading_makes_nothing(void **state)
{
	struct buf before, after;
	struct session_data data = {0};
	struct err err = {""};
	struct store *store;

	(void)state;
	store_place_put(store_place_path("session.json~tmp"), "half", 0600);
	store_place_put(store_place.path, "damaged", 0600);
	buf_init(&before, 64 * 1024);
	buf_init(&after, 64 * 1024);
	store_place_describe(&before);
	store = store_open_to_read(store_place.path, NULL, NULL);
	assert_int_equal(store_load(store, &data, &err), STORE_CORRUPT);
	assert_non_null(strstr(err.text, "it is not JSON"));
	store_close(store);
	store = store_open_to_read(store_place_path("no/where/session.json"),
				   NULL, NULL);
	assert_int_equal(store_load(store, &data, &err), STORE_EMPTY);
	store_close(store);
	store_place_describe(&after);
	assert_string_equal(buf_text(&after), buf_text(&before));
	buf_free(&after);
	buf_free(&before);
}

/* A limit on the size of files cuts the write short and then fails it, as a
 * full disk does. */
static void test_failed_save_leaves_the_old_file(void **state)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
	struct session_data data = store_place_session_of("new");
	struct store *store = store_place_open(NULL);
	struct rlimit old_limit, limit;
	struct err err = {""};
	bool saved;

	(void)state;
	store_place_assert_saves(store, "old");
	assert_int_equal(store_lock(store, NULL), STORE_OK);
	sigaction(SIGXFSZ, &ignore, &before);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
	limit = old_limit;
	limit.rlim_cur = 10;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	saved = store_save(store, &data, &err);
	setrlimit(RLIMIT_FSIZE, &old_limit);
	sigaction(SIGXFSZ, &before, NULL);
	assert_false(saved);
	assert_non_null(strstr(err.text, "ulimit -f"));
	assert_false(
		store_place_is_there(store_place_path("session.json~tmp")));
	store_place_assert_loads(store, "old");
	assert_true(store_save(store, &data, &err));
	store_place_assert_loads(store, "new");
	store_close(store);
}

static void test_directory_that_vanishes(void **state)
{
	struct store *store =
		store_open(store_place_path("gone/session.json"), NULL, NULL);
	struct err err = {""};

	(void)state;
	assert_non_null(store);
	rmdir(store_place_path("gone"));
	store_place_put(store_place_path("gone"), "", 0600);
	assert_int_equal(store_lock(store, &err), STORE_FAILED);
	assert_non_null(strstr(err.text, "Cannot use the directory "));
	store_place_assert_load_fails(store, STORE_EMPTY, "");
	assert_int_equal(unlink(store_place_path("gone")), 0);
	assert_int_equal(store_lock(store, &err), STORE_OK);
	store_place_assert_load_fails(store, STORE_EMPTY, "");
	store_close(store);
}

static void test_session_that_is_too_large(void **state)
{
	struct store *store = store_place_open(NULL);
	char *token = xcalloc(1024 * 1024 + 1, 1);
	struct session_data data = store_place_session_of(token);
	struct err err = {""};

	(void)state;
	memset(token, 'x', 1024 * 1024);
	store_place_assert_saves(store, "old");
	assert_int_equal(store_lock(store, NULL), STORE_OK);
	assert_false(store_save(store, &data, &err));
	assert_non_null(strstr(err.text, "too large"));
	store_place_assert_loads(store, "old");
	store_close(store);
	free(token);
}

static void test_default_path(void **state)
{
	static const struct {
		const char *state, *xdg, *home, *path;
	} cases[] = {
		{"/s", "/x", "/h", "/s/session.json"},
		{"/s:/t", NULL, NULL, "/s/session.json"},
		{NULL, "/x", "/h", "/x/grantty/session.json"},
		{"", "/x", "/h", "/x/grantty/session.json"},
		{"s", "x", "/h", "/h/.local/state/grantty/session.json"},
		{NULL, NULL, "/h", "/h/.local/state/grantty/session.json"},
		{NULL, NULL, "", NULL},
		{NULL, NULL, NULL, NULL},
	};
	static const char *const names[] = {"STATE_DIRECTORY", "XDG_STATE_HOME",
					    "HOME"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const values[] = {cases[i].state, cases[i].xdg,
					      cases[i].home};
		struct err err = {""};
		char *path;

		for (size_t j = 0; j < 3; j++)
			if (values[j] != NULL)
				setenv(names[j], values[j], 1);
			else
				unsetenv(names[j]);
		path = store_default_path(&err);
		if (cases[i].path != NULL)
			assert_string_equal(path, cases[i].path);
		else
			assert_null(path);
		assert_int_equal(err.text[0] != '\0', path == NULL);
		free(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_save_load_wipe),
		TEST(test_in_memory),
		TEST(test_save_replaces_a_link_and_not_its_target),
		TEST(test_damaged_files_are_set_aside),
		TEST(test_newer_files_stay_where_they_are),
		TEST(test_leftovers_are_swept),
		TEST(test_trying_changes_nothing),
		TEST(test_reading_makes_nothing),
		TEST(test_failed_save_leaves_the_old_file),
		TEST(test_directory_that_vanishes),
		TEST(test_session_that_is_too_large),
		TEST(test_default_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
