/* SPDX-License-Identifier: MIT */
/*
 * io/store and io/file with real files: modes and directories, and what others
 * could change, which is refused.
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
#include "io/file.h"
#include "io/store.h"
#include "store_place.h"

static void test_modes_whatever_the_umask(void **state)
{
	static const mode_t masks[] = {0, 022, 077, 0277, 0777};

	(void)state;
	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		mode_t before = umask(masks[i]);
		struct store *store = store_place_open(NULL);

		store_place_assert_saves(store, "one");
		umask(before);
		assert_int_equal(store_place_mode_of(store_place.path), 0600);
		assert_int_equal(store_place_mode_of(
					 store_place_path("session.json.lock")),
				 0600);
		store_close(store);
		assert_int_equal(unlink(store_place_path("session.json.lock")),
				 0);
	}
}

/* Others get what the umask gives them; the owner can open it again. */
static void test_log_whatever_the_umask(void **state)
{
	static const struct {
		mode_t mask;
		unsigned mode;
	} cases[] = {{0, 0640}, {022, 0640}, {077, 0600}, {0777, 0600}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const mode_t before = umask(cases[i].mask);
		int fd = file_open_log(store_place_path("log"), NULL);

		assert_int_equal(umask(before), cases[i].mask);
		assert_true(fd >= 0);
		close(fd);
		assert_int_equal(store_place_mode_of(store_place_path("log")),
				 cases[i].mode);
		assert_int_equal(unlink(store_place_path("log")), 0);
	}
}

static void test_directories_whatever_the_umask(void **state)
{
	static const mode_t masks[] = {0, 022, 0277, 0577, 0777};

	(void)state;
	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		char path[160], name[32];
		mode_t before = umask(masks[i]);
		struct store *store;

		snprintf(name, sizeof(name), "m%zu", i);
		snprintf(path, sizeof(path), "%s/b/session.json",
			 store_place_path(name));
		store = store_open(path, NULL, NULL);
		umask(before);
		assert_non_null(store);
		assert_int_equal(store_place_mode_of(store_place_path(name)),
				 0700);
		*strrchr(path, '/') = '\0';
		assert_int_equal(store_place_mode_of(path), 0700);
		store_place_assert_saves(store, "one");
		store_close(store);
	}
}

/* The directory that is named for this program holds nothing else; another one
 * may be anybody's home. */
static void test_own_directory_is_closed_to_others(void **state)
{
	static const struct {
		const char *name;
		unsigned mode, after;
	} cases[] = {
		{"grantty", 0755, 0700},
		{"grantty", 0711, 0700},
		{"grantty", 0700, 0700},
		{"home", 0755, 0755},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char path[160];
		struct store *store;

		snprintf(path, sizeof(path), "%s/session.json",
			 store_place_path(cases[i].name));
		(void)mkdir(store_place_path(cases[i].name), 0700);
		assert_int_equal(
			chmod(store_place_path(cases[i].name), cases[i].mode),
			0);
		store = store_open_to_read(path, NULL, NULL);
		assert_non_null(store);
		assert_int_equal(
			store_place_mode_of(store_place_path(cases[i].name)),
			cases[i].mode);
		store_close(store);
		store = store_open(path, NULL, NULL);
		assert_non_null(store);
		assert_int_equal(
			store_place_mode_of(store_place_path(cases[i].name)),
			cases[i].after);
		store_close(store);
	}
}

static void test_log_file(void **state)
{
	struct err err = {""};
	int fd;

	(void)state;
	fd = file_open_log(store_place_path("log"), &err);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(store_place_mode_of(store_place_path("log")) & 07137,
			 0);
	store_place_put(store_place_path("precious"), "precious", 0600);
	assert_int_equal(symlink("precious", store_place_path("soft")), 0);
	assert_int_equal(symlink("none", store_place_path("dangling")), 0);
	assert_int_equal(
		link(store_place_path("precious"), store_place_path("hard")),
		0);
	assert_int_equal(mkfifo(store_place_path("fifo"), 0600), 0);
	assert_int_equal(file_open_log(store_place_path("soft"), &err), -1);
	assert_non_null(strstr(err.text, "symbolic link"));
	assert_int_equal(file_open_log(store_place_path("dangling"), &err), -1);
	assert_false(store_place_is_there(store_place_path("none")));
	assert_int_equal(file_open_log(store_place_path("hard"), &err), -1);
	assert_non_null(strstr(err.text, "hard link"));
	assert_int_equal(file_open_log(store_place_path("fifo"), &err), -1);
	assert_int_equal(file_open_log(store_place.dir, &err), -1);
	fd = file_open_log("/dev/stderr", &err);
	assert_true(fd >= 0);
	close(fd);
	fd = file_open_log("/dev/null", &err);
	assert_true(fd >= 0);
	close(fd);
}

static void test_missing_directories_are_made(void **state)
{
	mode_t before = umask(0);
	struct store *store =
		store_open(store_place_path("a/b//c/session.json"), NULL, NULL);

	(void)state;
	umask(before);
	assert_non_null(store);
	store_place_assert_saves(store, "one");
	store_close(store);
	assert_int_equal(store_place_mode_of(store_place_path("a")), 0700);
	assert_int_equal(store_place_mode_of(store_place_path("a/b/c")), 0700);
	assert_int_equal(
		store_place_mode_of(store_place_path("a/b/c/session.json")),
		0600);
}

static void test_directories_that_are_refused(void **state)
{
	char link_to[160];

	(void)state;
	chmod(store_place.dir, 0770);
	store_place_assert_not_opened(store_place.path, NULL,
				      "chmod go-w /tmp/grantty-store-");
	chmod(store_place.dir, 0702);
	store_place_assert_not_opened(store_place.path, NULL, "mode 0702");
	chmod(store_place.dir, 0755);
	store_close(store_place_open(NULL));
	/* As under systemd's StateDirectory= with DynamicUser=. */
	snprintf(link_to, sizeof(link_to), "%s", store_place_path("link"));
	assert_int_equal(symlink(store_place.dir, link_to), 0);
	store_close(
		store_open(store_place_path("link/session.json"), NULL, NULL));
	store_place_put(store_place_path("file"), "", 0600);
	store_place_assert_not_opened(store_place_path("file/session.json"),
				      NULL, "Cannot use the directory");
	store_place_assert_not_opened(store_place_path(""), NULL,
				      "not to a directory");
	store_place_assert_not_opened("", NULL, "not to a directory");
	if (geteuid() == 0) {
		assert_int_equal(chown(store_place.dir, 12345, 12345), 0);
		store_place_assert_not_opened(store_place.path, NULL,
					      "(UID 12345)");
	}
}

static void test_files_that_are_refused(void **state)
{
	struct store *store = store_place_open(NULL);

	(void)state;
	store_place_put(store_place.path, PLAIN, 0640);
	store_place_assert_load_fails(store, STORE_FAILED,
				      "run chmod 600 /tmp/grantty-");
	chmod(store_place.path, 0604);
	store_place_assert_load_fails(store, STORE_FAILED, "mode 0604");
	chmod(store_place.path, 0600);
	store_place_assert_loads(store, "old");
	if (geteuid() == 0) {
		assert_int_equal(chown(store_place.path, 12345, 12345), 0);
		store_place_assert_load_fails(store, STORE_FAILED,
					      "(UID 12345)");
	}
	assert_int_equal(rename(store_place.path, store_place_path("real")), 0);
	assert_int_equal(symlink("real", store_place.path), 0);
	store_place_assert_load_fails(store, STORE_FAILED, "symbolic link");
	unlink(store_place.path);
	assert_int_equal(mkfifo(store_place.path, 0600), 0);
	store_place_assert_load_fails(store, STORE_FAILED,
				      "not a regular file");
	unlink(store_place.path);
	assert_int_equal(mkdir(store_place.path, 0700), 0);
	store_place_assert_load_fails(store, STORE_FAILED,
				      "not a regular file");
	rmdir(store_place.path);
	store_place_put(store_place.path, "", 0600);
	assert_int_equal(truncate(store_place.path, 1024 * 1024 + 1), 0);
	store_place_assert_load_fails(store, STORE_FAILED, "too large");
	store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_modes_whatever_the_umask),
		TEST(test_log_whatever_the_umask),
		TEST(test_directories_whatever_the_umask),
		TEST(test_own_directory_is_closed_to_others),
		TEST(test_log_file),
		TEST(test_missing_directories_are_made),
		TEST(test_directories_that_are_refused),
		TEST(test_files_that_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
