/* SPDX-License-Identifier: MIT */
/*
 * io/store with real files: the lock between two processes, and readers who
 * need none.
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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "io/store.h"
#include "machine/session_data.h"
#include "store_place.h"

static void test_lock_that_is_no_file(void **state)
{
	char lock[160];

	(void)state;
	snprintf(lock, sizeof(lock), "%s.lock", store_place.path);
	for (int i = 0; i < 3; i++) {
		struct store *store = store_place_open(NULL);
		struct err err = {""};

		(void)remove(lock);
		if (i == 0)
			assert_int_equal(symlink("target", lock), 0);
		else if (i == 1)
			assert_int_equal(mkfifo(lock, 0600), 0);
		else
			assert_int_equal(mkdir(lock, 0700), 0);
		assert_int_equal(store_lock(store, &err), STORE_FAILED);
		assert_non_null(strstr(err.text, lock));
		assert_non_null(
			strstr(err.text, i == 2 ? "directory" : "remove it"));
		assert_false(store_place_is_there(store_place_path("target")));
		store_close(store);
	}
}

/* A kiosk's lock keeps out other kiosks, and no one else; it ends with the
 * store. */
static void test_kiosk_lock(void **state)
{
	struct store *one = store_place_open(NULL),
		     *two = store_place_open(NULL);

	(void)state;
	assert_int_equal(store_lock_kiosk(one, NULL), STORE_OK);
	assert_int_equal(store_lock_kiosk(one, NULL), STORE_OK);
	assert_int_equal(store_lock_kiosk(two, NULL), STORE_BUSY);
	assert_int_equal(store_lock(two, NULL), STORE_OK);
	store_close(one);
	assert_int_equal(store_lock_kiosk(two, NULL), STORE_OK);
	store_close(two);
	one = store_open(NULL, NULL, NULL);
	two = store_open(NULL, NULL, NULL);
	assert_int_equal(store_lock_kiosk(one, NULL), STORE_OK);
	assert_int_equal(store_lock_kiosk(two, NULL), STORE_OK);
	store_close(one);
	store_close(two);
}

static void test_lock_is_for_one(void **state)
{
	struct store *one = store_place_open(NULL),
		     *two = store_place_open(NULL);
	struct session_data data = store_place_session_of("x");

	(void)state;
	assert_false(store_save(one, &data, NULL));
	assert_false(store_wipe(one, NULL));
	assert_int_equal(store_lock(one, NULL), STORE_OK);
	assert_int_equal(store_lock(one, NULL), STORE_OK);
	assert_int_equal(store_lock(two, NULL), STORE_BUSY);
	store_place_assert_load_fails(two, STORE_EMPTY, "");
	store_unlock(one);
	assert_int_equal(store_lock(two, NULL), STORE_OK);
	assert_int_equal(store_lock(one, NULL), STORE_BUSY);
	store_close(two);
	assert_int_equal(store_lock(one, NULL), STORE_OK);
	store_unlock(one);
	store_unlock(one);
	/* Damaged, but somebody is at it: hands off. */
	store_place_put(store_place.path, "damaged", 0600);
	two = store_place_open(NULL);
	assert_int_equal(store_lock(two, NULL), STORE_OK);
	store_place_assert_load_fails(one, STORE_BUSY, "");
	store_place_assert_content(store_place.path, "damaged");
	store_place_assert_load_fails(two, STORE_CORRUPT, "is now called");
	store_close(two);
	store_close(one);
}

static void test_lock_is_gone_with_its_process(void **state)
{
	struct store *store = store_place_open(NULL);
	int ready[2], status;
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		struct store *mine = store_open(store_place.path, NULL, NULL);

		if (store_lock(mine, NULL) == STORE_OK)
			(void)!write(ready[1], "x", 1);
		pause();
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(store_lock(store, NULL), STORE_BUSY);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(store_lock(store, NULL), STORE_OK);
	close(ready[0]);
	close(ready[1]);
	store_close(store);
}

static void test_lock_file_that_others_can_hold(void **state)
{
	struct store *store = store_place_open(NULL);
	struct err err = {""};

	(void)state;
	store_place_put(store_place_path("session.json.lock"), "", 0644);
	assert_int_equal(store_lock(store, &err), STORE_FAILED);
	assert_non_null(strstr(err.text, "chmod 600"));
	/* Reading needs no lock; whoever saves all the same hears why not. */
	store_place_put(store_place.path, PLAIN, 0600);
	store_place_assert_loads(store, "old");
	assert_false(store_wipe(store, &err));
	assert_non_null(strstr(err.text, "chmod 600"));
	store_close(store);
}

static void remove_dir(void)
{
	void *none = NULL;

	assert_int_equal(store_place_tear_down(&none), 0);
}

/* Also with locks that are held there. */
static void test_directory_deleted(void **state)
{
	struct store *one = store_place_open(NULL), *two;
	struct err err = {""};

	(void)state;
	assert_int_equal(store_lock_kiosk(one, NULL), STORE_OK);
	for (int i = 0; i < 3; i++) {
		assert_true(store_save_code(one, "code", NULL));
		assert_int_equal(store_lock(one, NULL), STORE_OK);
		if (i == 0)
			store_unlock(one);
		remove_dir();
		if (i == 1)
			assert_int_equal(mkdir(store_place.dir, 0755), 0);
		if (i == 2)
			assert_true(store_save_code(one, "other", NULL));
		store_place_assert_saves(one, "x");
		two = store_place_open(NULL);
		store_place_assert_loads(two, "x");
		assert_int_equal(store_lock_kiosk(two, NULL), STORE_BUSY);
		store_place_assert_code(two, i == 2 ? STORE_BUSY : STORE_EMPTY,
					"");
		assert_int_equal(store_lock(one, NULL), STORE_OK);
		assert_int_equal(store_lock(two, NULL), STORE_BUSY);
		store_close(two);
	}
	/* The one made again is held to what the first was. */
	remove_dir();
	assert_int_equal(mkdir(store_place.dir, 0700), 0);
	assert_int_equal(chmod(store_place.dir, 0777), 0);
	assert_int_equal(store_lock(one, &err), STORE_FAILED);
	assert_non_null(strstr(err.text, "chmod go-w"));
	assert_false(
		store_place_is_there(store_place_path("session.json.lock")));
	assert_int_equal(chmod(store_place.dir, 0700), 0);
	store_place_assert_saves(one, "y");
	store_close(one);
}

/* Two processes that write as fast as they can, and a reader who must never
 * see anything but one of their whole sessions. */
static void test_readers_see_whole_sessions(void **state)
{
	struct store *store = store_place_open(NULL);
	int status;
	pid_t pid;

	(void)state;
	store_place_assert_saves(store, "parent");
	pid = fork();
	if (pid == 0) {
		struct store *mine = store_open(store_place.path, NULL, NULL);
		struct session_data data = store_place_session_of("child");
		int saved = 0;

		while (saved < 50)
			if (store_lock(mine, NULL) == STORE_OK) {
				saved += store_save(mine, &data, NULL);
				store_unlock(mine);
			}
		store_close(mine);
		store_close(store);
		_exit(0);
	}
	assert_true(pid > 0);
	for (int done = 0; done == 0;) {
		struct session_data data = {0};
		struct session_data mine = store_place_session_of("parent");

		assert_int_equal(store_load(store, &data, NULL), STORE_OK);
		assert_true(strcmp(data.tokens.access_token, "child") == 0 ||
			    strcmp(data.tokens.access_token, "parent") == 0);
		session_data_free(&data);
		if (store_lock(store, NULL) == STORE_OK)
			assert_true(store_save(store, &mine, NULL));
		store_unlock(store);
		done = waitpid(pid, &status, WNOHANG);
	}
	assert_int_equal(status, 0);
	store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lock_that_is_no_file),
		TEST(test_kiosk_lock),
		TEST(test_lock_is_for_one),
		TEST(test_lock_is_gone_with_its_process),
		TEST(test_lock_file_that_others_can_hold),
		TEST(test_directory_deleted),
		TEST(test_readers_see_whole_sessions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
