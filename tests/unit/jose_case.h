/* SPDX-License-Identifier: MIT */
/*
 * What the tests of jose/jose have in common: key sets out of their entries,
 * and tokens that are signed by a test.
 */
#ifndef GRANTTY_TESTS_JOSE_CASE_H
#define GRANTTY_TESTS_JOSE_CASE_H

struct jose_key;
struct json;

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum { ROOM = 1024 * 1024 };

#define TEST(f) cmocka_unit_test_teardown(f, jose_case_no_errors_left)

/* {"keys":[entries]} */
struct json *jose_case_make_jwks(const char *entries);

/* A JWS of whatever texts, well signed; no cap, no check. */
char *jose_case_sign_texts(const struct jose_key *key, const char *header,
			   const char *payload);

/* The key in that PEM text; the caller frees it. */
struct jose_key *jose_case_read_key(const char *pem);

/*
 * Verifies against the entries of a key set: why is NULL where that must work,
 * else a part of the sentence.
 */
void jose_case_check(const char *jws, const char *entries, const char *why);

/* For cmocka, after each test. libcurl shares the queue, and takes what it
 * finds there for its own. */
int jose_case_no_errors_left(void **state);

#endif
