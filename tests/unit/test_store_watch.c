/* SPDX-License-Identifier: MIT */
/*
 * io/store_watch: which changes beside a session file it tells.
 */
#include "config.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/store_watch.h"

static void make(const char *path)
{
	assert_int_equal(mknod(path, S_IFREG | 0600, 0), 0);
}

static bool is_ready(const struct store_watch *store_watch)
{
	struct pollfd fd = {.fd = store_watch_fd(store_watch),
			    .events = POLLIN};

	return poll(&fd, 1, 0) == 1;
}

static void check(const char *path)
{
	struct store_watch *store_watch;

	make("session.json");
	store_watch = store_watch_open(path);
	assert_non_null(store_watch);
	/* As a save does, and whoever takes the lock. */
	make("session.json.new");
	assert_int_equal(rename("session.json.new", "session.json"), 0);
	make("session.json.lock");
	assert_false(is_ready(store_watch));
	assert_false(store_watch_was_removed(store_watch));
	assert_int_equal(unlink("session.json.lock"), 0);
	assert_true(is_ready(store_watch));
	assert_false(store_watch_was_removed(store_watch));
	assert_int_equal(unlink("session.json"), 0);
	assert_true(store_watch_was_removed(store_watch));
	assert_false(store_watch_was_removed(store_watch));
	assert_false(is_ready(store_watch));
	store_watch_close(store_watch);
}

static void test_removed(void **state)
{
	char folder[] = "/tmp/test_store_watch_XXXXXX";
	char path[128];

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	(void)snprintf(path, sizeof(path), "%s/session.json", folder);
	check(path);
	check("session.json");
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(folder), 0);
}

/* With another name it is watched as before. */
static void test_directory_made_again(void **state)
{
	char folder[] = "/tmp/test_store_watch_XXXXXX";
	struct store_watch *store_watch;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(mkdir("state", 0700), 0);
	make("state/session.json");
	store_watch = store_watch_open("state/session.json");
	assert_non_null(store_watch);
	assert_int_equal(rename("state", "old"), 0);
	assert_false(store_watch_was_removed(store_watch));
	assert_false(store_watch_renew(store_watch));
	assert_int_equal(unlink("old/session.json"), 0);
	assert_true(store_watch_was_removed(store_watch));
	assert_int_equal(rmdir("old"), 0);
	assert_true(store_watch_was_removed(store_watch));
	assert_false(store_watch_renew(store_watch));
	assert_int_equal(mkdir("state", 0700), 0);
	assert_true(store_watch_renew(store_watch));
	assert_false(store_watch_renew(store_watch));
	make("state/session.json");
	assert_false(store_watch_was_removed(store_watch));
	assert_int_equal(unlink("state/session.json"), 0);
	assert_true(store_watch_was_removed(store_watch));
	assert_int_equal(rmdir("state"), 0);
	store_watch_close(store_watch);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void test_nothing_to_watch(void **state)
{
	(void)state;
	assert_null(store_watch_open("/nonexistent/session.json"));
	assert_int_equal(store_watch_fd(NULL), -1);
	assert_false(store_watch_was_removed(NULL));
	assert_false(store_watch_renew(NULL));
	store_watch_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_removed),
		cmocka_unit_test(test_directory_made_again),
		cmocka_unit_test(test_nothing_to_watch),
	};

	return cmocka_run_group_tests_name("store_watch", tests, NULL, NULL);
}
