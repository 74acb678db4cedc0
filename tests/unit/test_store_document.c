/* SPDX-License-Identifier: MIT */
/*
 * io/store: what is kept beside the session to spare the next run something:
 * the discovery document, and the poll margin.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "io/store.h"
#include "store_place.h"

static const struct kind {
	const char *file;
	bool (*load)(const struct store *store, struct buf *out);
	bool (*save)(struct store *store, const char *text, struct err *err);
} kinds[] = {
	{"session.json.discovery", store_load_document, store_save_document},
	{"session.json.polling", store_load_margin, store_save_margin},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static void assert_text(const struct kind *kind, struct store *store,
			const char *expected)
{
	struct buf text;

	buf_init(&text, 4096);
	assert_int_equal(kind->load(store, &text), expected != NULL);
	assert_string_equal(buf_text(&text), expected != NULL ? expected : "");
	buf_free(&text);
}

static void check_keeping(const struct kind *kind)
{
	struct store *store, *other;

	store = store_open(NULL, NULL, NULL);
	assert_true(kind->save(store, "d", NULL));
	assert_text(kind, store, NULL);
	store_close(store);

	store = store_place_open(NULL);
	assert_text(kind, store, NULL);
	assert_true(kind->save(store, "first", NULL));
	assert_true(kind->save(store, "second", NULL));
	assert_text(kind, store, "second");
	store_place_assert_content(store_place_path(kind->file), "second");
	assert_int_equal(store_place_mode_of(store_place_path(kind->file)),
			 0600);

	/* Whoever has the lock is at the session: neither waits. */
	other = store_place_open(NULL);
	assert_int_equal(store_lock(other, NULL), STORE_OK);
	assert_true(kind->save(store, "third", NULL));
	assert_text(kind, store, "second");
	assert_true(kind->save(other, "fourth", NULL));
	assert_text(kind, store, "fourth");
	assert_int_equal(store_lock(store, NULL), STORE_BUSY);
	store_close(other);
	assert_int_equal(store_lock(store, NULL), STORE_OK);
	assert_true(store_wipe(store, NULL));
	assert_text(kind, store, "fourth");
	store_close(store);

	/* With a key only what was sealed with it counts. */
	store_place_put(store_place_path("key"), HEX_KEY, 0600);
	store = store_place_open(store_place_path("key"));
	assert_text(kind, store, NULL);
	assert_true(kind->save(store, "sealed", NULL));
	assert_text(kind, store, "sealed");
	other = store_place_open(NULL);
	assert_int_equal(store_lock(other, NULL), STORE_OK);
	assert_true(kind->save(other, "in the clear", NULL));
	store_close(other);
	assert_text(kind, store, NULL);
	store_close(store);
}

static void test_keeping(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++)
		check_keeping(&kinds[i]);
}

static void check_refusal(const struct kind *kind)
{
	char *path = store_place_path(kind->file);
	struct store *store = store_place_open(NULL);
	struct err err = {""};
	struct buf little;

	store_place_put(path, "open to all", 0644);
	assert_text(kind, store, NULL);
	store_place_put(path, "too much", 0600);
	buf_init(&little, 4);
	assert_false(kind->load(store, &little));
	buf_free(&little);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("session.json", path), 0);
	assert_text(kind, store, NULL);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_text(kind, store, NULL);
	assert_false(kind->save(store, "text", &err));
	assert_non_null(strstr(err.text, kind->file));
	store_close(store);
}

static void test_refusal(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++)
		check_refusal(&kinds[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_keeping),
		TEST(test_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
