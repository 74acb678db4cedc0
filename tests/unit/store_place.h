/* SPDX-License-Identifier: MIT */
/*
 * A directory of its own for every test of io/store, what lies in it, and what
 * a store is held to there.
 */
#ifndef GRANTTY_TESTS_STORE_PLACE_H
#define GRANTTY_TESTS_STORE_PLACE_H

#include <stdbool.h>
#include <sys/types.h>

#include "io/store.h"
#include "machine/session_data.h"

#define PLAIN "{\"version\":1,\"provider\":\"p\",\"access_token\":\"old\"}"
#define HEX_KEY \
	"00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

/* A directory of its own for every test; all paths lie in it. */
struct store_place {
	char dir[64];
	char path[128];
};

/* That of the test that runs. */
extern struct store_place store_place;

#define TEST(name)                                                \
	cmocka_unit_test_setup_teardown(name, store_place_set_up, \
					store_place_tear_down)

/* The path of what has that name there; four are kept at a time. */
char *store_place_path(const char *name);

/* For cmocka: each test has its own. */
int store_place_set_up(void **state);
int store_place_tear_down(void **state);

/* Makes a file with that content, or changes one. */
void store_place_put(const char *path, const char *content, mode_t mode);
void store_place_assert_content(const char *path, const char *content);
unsigned store_place_mode_of(const char *path);
bool store_place_is_there(const char *path);

/* Borrows its strings: not for session_data_free(). */
struct session_data store_place_session_of(const char *token);

/* Opens the store there, sealed with that key unless it is NULL. */
struct store *store_place_open(const char *key_file);

/* That a session with that access token can be saved. */
void store_place_assert_saves(struct store *store, const char *token);

/* That loading gives one with that access token. */
void store_place_assert_loads(struct store *store, const char *token);

/* That loading ends like that, and what the sentence has in it. */
void store_place_assert_load_fails(struct store *store,
				   enum store_result result, const char *words);

/* That there is no store, and what the sentence has in it. */
void store_place_assert_not_opened(const char *path, const char *key_file,
				   const char *words);

/* The names and the content of all that is in the place, one text. */
void store_place_describe(struct buf *out);

/* That taking the code's place ends like that, and what was in it. */
void store_place_assert_code(struct store *store, enum store_result result,
			     const char *expected);

#endif
