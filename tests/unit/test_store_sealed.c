/* SPDX-License-Identifier: MIT */
/*
 * io/store with a key: what it seals, which keys it refuses, and files that are
 * not sealed with it or were put back.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "io/file.h"
#include "io/store.h"
#include "machine/session_data.h"
#include "store_place.h"

static void copy_file(const char *from, const char *to)
{
	struct buf content;

	buf_init(&content, 64 * 1024);
	assert_int_equal(file_read(AT_FDCWD, from, &content, NULL), FILE_OK);
	store_place_put(to, buf_text(&content), 0600);
	buf_free(&content);
}

static void test_sealed(void **state)
{
	struct store *store;
	struct buf raw;

	(void)state;
	store_place_put(store_place_path("key"), HEX_KEY "\n", 0400);
	store = store_place_open(store_place_path("key"));
	store_place_assert_saves(store, "new");
	store_place_assert_loads(store, "new");
	store_close(store);
	buf_init(&raw, 4096);
	assert_int_equal(file_read(AT_FDCWD, store_place.path, &raw, NULL),
			 FILE_OK);
	assert_null(strstr(buf_text(&raw), "access_token"));
	buf_free(&raw);

	store = store_place_open(NULL);
	store_place_assert_load_fails(store, STORE_FAILED, "session.key_file");
	store_close(store);

	/* As an editor of another system writes it. */
	store_place_put(store_place_path("marked"),
			"\xef\xbb\xbf" HEX_KEY "\r\n", 0400);
	store = store_place_open(store_place_path("marked"));
	store_place_assert_loads(store, "new");
	store_close(store);
}

/* However often, and whatever is tried with it. */
static void test_wrong_key_touches_nothing(void **state)
{
	struct buf before, after, text;
	struct session_data data = {0};
	struct err err = {""};
	struct store *store;
	bool was_sealed;

	(void)state;
	store_place_put(store_place_path("key"), HEX_KEY "\n", 0400);
	store_place_put(store_place_path("wrong"),
			"0123456789abcdef0123456789abcdef", 0400);
	store = store_place_open(store_place_path("key"));
	store_place_assert_saves(store, "good");
	assert_true(store_save_code(store, "code", NULL));
	store_close(store);
	store_place_put(store_place_path("session.json.code~tmp"), "half a co",
			0600);
	buf_init(&before, 64 * 1024);
	store_place_describe(&before);
	for (int i = 0; i < 12; i++) {
		store = store_place_open(store_place_path("wrong"));
		store_place_assert_load_fails(store, STORE_FAILED,
					      "another key");
		buf_init(&text, 64);
		assert_int_equal(store_take_code(store, &text, &err),
				 STORE_FAILED);
		assert_non_null(strstr(err.text, "another key"));
		buf_free(&text);
		assert_false(store_save_code(store, "mine", &err));
		assert_false(store_drop_code(store, &err));
		assert_int_equal(store_seal(store, &was_sealed, &err),
				 STORE_FAILED);
		assert_non_null(strstr(err.text, "another key"));
		assert_int_equal(store_try(store, NULL), STORE_FAILED);
		store_close(store);
		store = store_open_to_read(store_place.path,
					   store_place_path("wrong"), NULL);
		assert_int_equal(store_load(store, &data, NULL), STORE_FAILED);
		store_close(store);
	}
	buf_init(&after, 64 * 1024);
	store_place_describe(&after);
	assert_int_equal(after.len, before.len);
	assert_memory_equal(after.data, before.data, after.len);
	buf_free(&after);
	buf_free(&before);
	store = store_place_open(store_place_path("key"));
	store_place_assert_loads(store, "good");
	store_place_assert_code(store, STORE_OK, "code");
	store_close(store);
}

static void test_plain_file_in_a_sealed_store(void **state)
{
	struct err err = {""};
	struct store *store;
	bool was_sealed;

	(void)state;
	store_place_put(store_place_path("key"), HEX_KEY "\n", 0400);
	store_place_put(store_place.path, PLAIN, 0600);
	store = store_place_open(store_place_path("key"));
	store_place_assert_load_fails(store, STORE_FAILED, "grantty seal");
	store_place_assert_content(store_place.path, PLAIN);
	assert_int_equal(store_seal(store, &was_sealed, &err), STORE_OK);
	assert_false(was_sealed);
	store_place_assert_loads(store, "old");
	assert_int_equal(store_seal(store, &was_sealed, &err), STORE_OK);
	assert_true(was_sealed);
	store_place_assert_loads(store, "old");
	store_place_put(store_place.path, PLAIN, 0600);
	store_place_assert_load_fails(store, STORE_FAILED, "is not sealed");
	store_place_put(store_place.path, "{\"version\":1", 0600);
	assert_int_equal(store_seal(store, &was_sealed, &err), STORE_CORRUPT);
	store_place_assert_content(store_place.path, "{\"version\":1");
	unlink(store_place.path);
	assert_int_equal(store_seal(store, &was_sealed, &err), STORE_EMPTY);
	store_close(store);
}

/* Sealed with the right key, and put back. */
static void test_older_file_is_refused(void **state)
{
	struct store *store;

	(void)state;
	assert_int_equal(mkdir(store_place_path("medium"), 0700), 0);
	store_place_put(store_place_path("medium/key"), HEX_KEY "\n", 0400);
	store = store_place_open(store_place_path("medium/key"));
	assert_true(store_notices_replay(store));
	store_place_assert_saves(store, "one");
	copy_file(store_place.path, store_place_path("one"));
	store_place_assert_saves(store, "two");
	copy_file(store_place.path, store_place_path("two"));
	copy_file(store_place_path("one"), store_place.path);
	store_place_assert_load_fails(store, STORE_FAILED, "was put back");
	copy_file(store_place_path("two"), store_place.path);
	store_place_assert_loads(store, "two");
	/* Nor after a sign-out, whoever looks. */
	assert_int_equal(store_lock(store, NULL), STORE_OK);
	assert_true(store_wipe(store, NULL));
	store_close(store);
	copy_file(store_place_path("two"), store_place.path);
	store = store_place_open(store_place_path("medium/key"));
	store_place_assert_load_fails(store, STORE_FAILED, "was put back");
	store_place_assert_saves(store, "three");
	store_place_assert_loads(store, "three");
	store_close(store);
	/* Cut off between the file and the number: the file is newer. */
	copy_file(store_place.path, store_place_path("three"));
	store = store_place_open(store_place_path("medium/key"));
	store_place_assert_saves(store, "four");
	store_close(store);
	copy_file(store_place_path("three"), store_place.path);
	store = store_place_open(store_place_path("medium/key"));
	store_place_assert_load_fails(store, STORE_FAILED, "was put back");
	store_close(store);
}

/* There it cannot be noticed; all else goes on. */
static void test_key_beside_which_nothing_can_be_kept(void **state)
{
	struct store *store;

	(void)state;
	assert_int_equal(mkdir(store_place_path("medium"), 0700), 0);
	store_place_put(store_place_path("medium/key"), HEX_KEY "\n", 0400);
	assert_int_equal(chmod(store_place_path("medium"), 0770), 0);
	store = store_place_open(store_place_path("medium/key"));
	assert_false(store_notices_replay(store));
	store_place_assert_saves(store, "one");
	copy_file(store_place.path, store_place_path("one"));
	store_place_assert_saves(store, "two");
	copy_file(store_place_path("one"), store_place.path);
	store_place_assert_loads(store, "one");
	store_close(store);
}

static void test_keys_that_are_refused(void **state)
{
	static const char *const contents[] = {
		"",
		"0123456789abcdef0123456789abcde",
		"0123456789abcdef0123456789abcdef0",
		HEX_KEY "0",
		HEX_KEY "\n\n",
		"g" HEX_KEY,
		"0x112233445566778899aabbccddeeff00112233445566778899AABBCCDDEE"
		"F"
		"F",
	};

	(void)state;
	store_place_assert_not_opened(store_place.path, store_place_path("key"),
				      "does not exist");
	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		store_place_put(store_place_path("key"), contents[i], 0600);
		store_place_assert_not_opened(store_place.path,
					      store_place_path("key"),
					      "does not contain a key");
	}
	store_place_put(store_place_path("key"), HEX_KEY, 0640);
	store_place_assert_not_opened(store_place.path, store_place_path("key"),
				      "Other users have access "
				      "to");
	store_place_put(store_place_path("key"), HEX_KEY, 0600);
	store_close(store_place_open(store_place_path("key")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sealed),
		TEST(test_wrong_key_touches_nothing),
		TEST(test_plain_file_in_a_sealed_store),
		TEST(test_older_file_is_refused),
		TEST(test_key_beside_which_nothing_can_be_kept),
		TEST(test_keys_that_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
