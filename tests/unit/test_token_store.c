/* SPDX-License-Identifier: MIT */
/*
 * practice/token_store: lifetimes, rotation, replay and revocation, in virtual
 * time.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "practice/token_store.h"

enum { LIFETIME_MS = 3600000 };

static int set_up(void **state)
{
	*state = token_store_new(LIFETIME_MS);
	return 0;
}

static int tear_down(void **state)
{
	token_store_free(*state);
	return 0;
}

static void start(struct token_store *store, struct token_pair *pair)
{
	token_store_start(store, DIALECT_PLAIN, "practice", "openid", 0, pair);
}

static enum refresh_result refresh(struct token_store *store, const char *token,
				   int64_t now_ms, struct token_pair *pair)
{
	return token_store_refresh(store, DIALECT_PLAIN, "practice", token,
				   now_ms, pair);
}

static bool accepts(struct token_store *store, const struct token_pair *pair,
		    int64_t now_ms)
{
	return token_store_accept(store, DIALECT_PLAIN, pair->access_token,
				  now_ms);
}

static void test_access(void **state)
{
	struct token_pair pair = {0};

	start(*state, &pair);
	assert_int_equal(pair.expires_s, 3600);
	assert_string_equal(pair.scope, "openid");
	assert_true(accepts(*state, &pair, LIFETIME_MS - 1));
	assert_false(accepts(*state, &pair, LIFETIME_MS));
	assert_false(token_store_accept(*state, DIALECT_WEBEX,
					pair.access_token, 0));
	assert_false(token_store_accept(*state, DIALECT_PLAIN, "", 0));
	assert_false(token_store_accept(*state, DIALECT_PLAIN,
					pair.refresh_token, 0));
	token_pair_free(&pair);
}

static void test_webex_tokens_are_long(void **state)
{
	struct token_pair pair = {0};

	token_store_start(*state, DIALECT_WEBEX, "practice", "", 0, &pair);
	assert_true(strlen(pair.access_token) > 2048);
	token_pair_free(&pair);
}

static void test_rotation(void **state)
{
	struct token_pair first = {0}, second = {0}, third = {0};

	start(*state, &first);
	assert_int_equal(refresh(*state, first.refresh_token, 1, &second),
			 REFRESH_OK);
	assert_int_equal(refresh(*state, second.refresh_token, 2, &third),
			 REFRESH_OK);
	assert_string_equal(third.scope, "openid");
	assert_true(accepts(*state, &first, 2));
	assert_true(accepts(*state, &third, 2));
	assert_int_equal(token_store_counts(*state)->refreshes, 2);
	token_pair_free(&first);
	token_pair_free(&second);
	token_pair_free(&third);
}

/* RFC 9700 section 4.14.2 */
static void test_replay_ends_the_family(void **state)
{
	struct token_pair first = {0}, second = {0}, none = {0}, other = {0};

	start(*state, &first);
	start(*state, &other);
	refresh(*state, first.refresh_token, 1, &second);
	assert_int_equal(refresh(*state, first.refresh_token, 2, &none),
			 REFRESH_REPLAYED);
	assert_null(none.access_token);
	assert_int_equal(refresh(*state, second.refresh_token, 3, &none),
			 REFRESH_INVALID);
	assert_false(accepts(*state, &first, 3));
	assert_false(accepts(*state, &second, 3));
	assert_true(accepts(*state, &other, 3));
	assert_int_equal(token_store_counts(*state)->replays, 1);
	token_pair_free(&first);
	token_pair_free(&second);
	token_pair_free(&other);
}

static void test_bad_refresh_tokens(void **state)
{
	struct token_pair pair = {0}, none = {0};
	char forged[64] = "";
	const struct {
		enum dialect dialect;
		const char *client_id;
		const char *token;
		int64_t at_ms;
	} cases[] = {
		{DIALECT_PLAIN, "practice", "", 0},
		{DIALECT_PLAIN, "practice", "unheard-of", 0},
		{DIALECT_PLAIN, "practice", "!", 0},
		{DIALECT_PLAIN, "practice", forged, 0},
		{DIALECT_PLAIN, "practice-public", NULL, 0},
		{DIALECT_WEBEX, "practice", NULL, 0},
		{DIALECT_PLAIN, "practice", NULL, INT64_C(7697037000)},
	};

	start(*state, &pair);
	/* Right but for the last of the random bytes. */
	memcpy(forged, pair.refresh_token, strlen(pair.refresh_token));
	forged[47] = forged[47] == 'A' ? 'B' : 'A';
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (token_store_refresh(
			    *state, cases[i].dialect, cases[i].client_id,
			    cases[i].token ? cases[i].token
					   : pair.refresh_token,
			    cases[i].at_ms, &none) != REFRESH_INVALID)
			fail_msg("case %zu", i);
	assert_int_equal(
		refresh(*state, pair.refresh_token, INT64_C(7697036999), &none),
		REFRESH_OK);
	token_pair_free(&pair);
	token_pair_free(&none);
}

static void test_revocation(void **state)
{
	struct token_pair a = {0}, b = {0}, fresh = {0};

	start(*state, &a);
	start(*state, &b);
	token_store_revoke(*state, "practice", "unheard-of");
	token_store_revoke(*state, "practice-public", a.access_token);
	token_store_revoke(*state, "practice-public", a.refresh_token);
	assert_true(accepts(*state, &a, 1));
	assert_int_equal(token_store_counts(*state)->revocations, 0);

	token_store_revoke(*state, "practice", a.access_token);
	assert_false(accepts(*state, &a, 1));
	assert_true(accepts(*state, &b, 1));
	assert_int_equal(refresh(*state, a.refresh_token, 1, &fresh),
			 REFRESH_OK);

	token_store_revoke(*state, "practice", fresh.refresh_token);
	assert_false(accepts(*state, &fresh, 1));
	assert_true(accepts(*state, &b, 1));
	assert_int_equal(token_store_counts(*state)->revocations, 2);
	token_pair_free(&a);
	token_pair_free(&b);
	token_pair_free(&fresh);
}

static void test_drop_access(void **state)
{
	struct token_pair pair = {0}, fresh = {0};

	start(*state, &pair);
	token_store_drop_access(*state);
	assert_false(accepts(*state, &pair, 1));
	assert_int_equal(refresh(*state, pair.refresh_token, 1, &fresh),
			 REFRESH_OK);
	assert_true(accepts(*state, &fresh, 1));
	token_pair_free(&pair);
	token_pair_free(&fresh);
}

static void test_oldest_goes_first(void **state)
{
	struct token_pair first = {0}, second = {0}, more = {0};

	start(*state, &first);
	start(*state, &second);
	for (int i = 0; i < TOKEN_STORE_FAMILIES_MAX - 1; i++) {
		start(*state, &more);
		token_pair_free(&more);
	}
	assert_false(accepts(*state, &first, 1));
	assert_true(accepts(*state, &second, 1));
	token_pair_free(&first);
	token_pair_free(&second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_access, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_webex_tokens_are_long,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_rotation, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_replay_ends_the_family,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bad_refresh_tokens, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_revocation, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_drop_access, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_oldest_goes_first, set_up,
						tear_down),
	};

	if (!crypto_init())
		return 1;
	return cmocka_run_group_tests_name("token_store", tests, NULL, NULL);
}
