/* SPDX-License-Identifier: MIT */
/*
 * A place for a store, and what can be said of both.
 */
#include "config.h"

#include "store_place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"
#include "io/file.h"

struct store_place store_place;

char *store_place_path(const char *name)
{
	static char paths[4][160];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", store_place.dir, name);
	return path;
}

int store_place_set_up(void **state)
{
	(void)state;
	json_init();
	snprintf(store_place.dir, sizeof(store_place.dir),
		 "/tmp/grantty-store-XXXXXX");
	if (!crypto_init() || mkdtemp(store_place.dir) == NULL)
		return -1;
	snprintf(store_place.path, sizeof(store_place.path), "%s/session.json",
		 store_place.dir);
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int store_place_tear_down(void **state)
{
	(void)state;
	return nftw(store_place.dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void store_place_put(const char *path, const char *content, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

void store_place_assert_content(const char *path, const char *content)
{
	char text[256] = "";
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	close(fd);
	assert_string_equal(text, content);
}

unsigned store_place_mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777U;
}

bool store_place_is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

struct session_data store_place_session_of(const char *token)
{
	return (struct session_data){
		.provider = (char *)(uintptr_t) "p",
		.tokens = {.access_token = (char *)(uintptr_t)token},
	};
}

struct store *store_place_open(const char *key_file)
{
	struct err err = {""};
	struct store *store = store_open(store_place.path, key_file, &err);

	if (store == NULL)
		print_error("%s\n", err.text);
	assert_non_null(store);
	return store;
}

void store_place_assert_saves(struct store *store, const char *token)
{
	struct session_data data = store_place_session_of(token);
	struct err err = {""};

	assert_int_equal(store_lock(store, &err), STORE_OK);
	if (!store_save(store, &data, &err))
		fail_msg("%s", err.text);
	store_unlock(store);
}

void store_place_assert_loads(struct store *store, const char *token)
{
	struct session_data data = {0};
	struct err err = {""};

	if (store_load(store, &data, &err) != STORE_OK)
		fail_msg("%s", err.text);
	assert_string_equal(data.tokens.access_token, token);
	session_data_free(&data);
}

void store_place_assert_load_fails(struct store *store,
				   enum store_result result, const char *words)
{
	struct session_data data = {0};
	struct err err = {""};

	assert_int_equal(store_load(store, &data, &err), result);
	assert_null(data.provider);
	if (strstr(err.text, words) == NULL)
		fail_msg("\"%s\" is not in: %s", words, err.text);
}

void store_place_assert_not_opened(const char *path, const char *key_file,
				   const char *words)
{
	struct err err = {""};

	assert_null(store_open(path, key_file, &err));
	if (strstr(err.text, words) == NULL)
		fail_msg("\"%s\" is not in: %s", words, err.text);
}

void store_place_describe(struct buf *out)
{
	struct dirent **names;
	int n = scandir(store_place.dir, &names, NULL, alphasort);

	assert_true(n >= 0);
	for (int i = 0; i < n; i++) {
		struct buf content;

		buf_addf(out, "%s %o:", names[i]->d_name,
			 store_place_mode_of(
				 store_place_path(names[i]->d_name)));
		buf_init(&content, 64 * 1024);
		if (file_read(AT_FDCWD, store_place_path(names[i]->d_name),
			      &content, NULL) == FILE_OK)
			buf_add(out, content.data, content.len);
		buf_free(&content);
		free(names[i]);
	}
	free(names);
}

void store_place_assert_code(struct store *store, enum store_result result,
			     const char *expected)
{
	struct err err = {""};
	struct buf text;

	buf_init(&text, 4096);
	assert_int_equal(store_take_code(store, &text, &err), result);
	if (result == STORE_OK)
		assert_string_equal(buf_text(&text), expected);
	else
		assert_int_equal(text.len, 0);
	if (result == STORE_FAILED && strstr(err.text, expected) == NULL)
		fail_msg("\"%s\" is not in: %s", expected, err.text);
	buf_free(&text);
}
