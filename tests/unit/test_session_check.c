/* SPDX-License-Identifier: MIT */
/*
 * machine/session where openid was asked for: the ID token decides whether
 * anything is kept, and whose userinfo is believed. Virtual time, real keys.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "jose/jose_key.h"
#include "machine/session.h"
#include "issuer_openid.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HOUR_MS (60 * INT64_C(60000))
#define OURS "https://id.example"

struct keys {
	struct jose_key *ours;
	struct jose_key *theirs; /* somebody else's */
	char *published;
	char *old; /* the set before the keys were changed */
};

struct fixture {
	struct world world;
	struct session *session;
	struct client *client;
};

static int set_up(void **state)
{
	struct keys *keys = xcalloc(1, sizeof(*keys));

	keys->ours = jose_key_generate();
	keys->theirs = jose_key_generate();
	*state = keys;
	if (keys->ours == NULL || keys->theirs == NULL)
		return -1;
	keys->published = issuer_keys(keys->ours, "1");
	keys->old = issuer_keys(keys->theirs, "0");
	return 0;
}

static int tear_down(void **state)
{
	struct keys *keys = *state;

	jose_key_free(keys->ours);
	jose_key_free(keys->theirs);
	free(keys->published);
	free(keys->old);
	free(keys);
	return 0;
}

static void open_fixture(struct fixture *fixture, const struct keys *keys,
			 uint64_t seed)
{
	struct issuer *issuer = &fixture->world.issuer;

	world_init(&fixture->world);
	free(issuer->provider.scope);
	issuer->provider.scope = xstrdup("openid profile");
	issuer->provider.jwks_uri = xstrdup("https://id.example/keys");
	issuer->key = keys->ours;
	issuer->kid = "1";
	issuer->keys = keys->published;
	fixture->session = session_new(&issuer->provider, seed);
	fixture->client = world_add_session(&fixture->world, fixture->session);
}

static void close_fixture(struct fixture *fixture)
{
	session_free(fixture->session);
	world_free(&fixture->world);
}

/* Hands over tokens as a sign-in with that nonce (NULL: none) would; life_s 0:
 * it is not said how long they are good. */
static void begin_for(struct fixture *fixture, const char *nonce,
		      int64_t life_s, const char *refresh_token)
{
	struct issuer *issuer = &fixture->world.issuer;
	struct event event = world_event(&fixture->world, EVENT_TICK);
	struct tokens tokens = {0};
	struct action action;

	issuer->wall_s = event.wall_s;
	issuer->access_expires_ms = NEVER_MS;
	(void)snprintf(issuer->access_token, sizeof(issuer->access_token), "%s",
		       "access-1");
	(void)snprintf(issuer->nonce, sizeof(issuer->nonce), "%s",
		       nonce != NULL ? nonce : "");
	tokens.access_token = xstrdup(issuer->access_token);
	tokens.token_type = xstrdup("Bearer");
	tokens.nonce = xstrdup(nonce);
	tokens.expires_in_s = life_s;
	tokens.refresh_token = xstrdup(refresh_token);
	if (refresh_token != NULL)
		(void)snprintf(issuer->refresh_token,
			       sizeof(issuer->refresh_token), "%s",
			       refresh_token);
	if (issuer->key != NULL)
		tokens.id_token = issuer_id_token(issuer);
	action_clear(&action);
	session_begin(fixture->session, &tokens, &event, &action);
	world_do(&fixture->world, fixture->client, &action);
}

static void begin(struct fixture *fixture, const char *nonce)
{
	begin_for(fixture, nonce, 0, NULL);
}

/* Goes on until it rests, and checks that nothing is kept of what is over. */
static void settle(struct fixture *fixture)
{
	const struct session_data *data = session_data(fixture->session);
	int64_t until_ms = fixture->world.now_ms + HOUR_MS;
	enum session_state state;

	do {
		state = session_state(fixture->session);
	} while (state != SESSION_LIVE && state != SESSION_ENDED &&
		 world_turn(&fixture->world, until_ms));
	assert_false(session_holds_lock(fixture->session));
	assert_null(fixture->world.disk.owner);
	if (state == SESSION_LIVE)
		return;
	assert_int_equal(state, SESSION_ENDED);
	assert_true(session_deadline(fixture->session) == NEVER_MS);
	assert_false(fixture->client->driver.sending);
	assert_null(data->tokens.access_token);
	assert_null(data->tokens.id_token);
	assert_null(data->tokens.nonce);
	assert_null(data->profile);
	assert_null(fixture->world.disk.data.tokens.access_token);
	assert_null(fixture->world.disk.data.profile);
}

static void test_check(void **state)
{
	static const struct {
		const char *claims, *script;
		unsigned asked;
		enum session_end end; /* END_NONE: signed in */
		enum verdict verdict;
		const char *why;
	} cases[] = {
		{NULL, "rules", 1, END_NONE, VERDICT_OK, NULL},
		{"{\"exp\":1}", "rules", 1, END_REFUSED, VERDICT_REFUSED,
		 "valid until 1970"},
		{"{\"iss\":\"https://evil.example\"}", "rules", 1, END_REFUSED,
		 VERDICT_REFUSED, "issued by https://evil.example"},
		{"{\"aud\":\"other\"}", "rules", 1, END_REFUSED,
		 VERDICT_REFUSED, "another client"},
		{"{\"nonce\":\"old\"}", "rules", 1, END_REFUSED,
		 VERDICT_REFUSED, "another sign-in"},
		{"{\"nonce\":null}", "rules", 1, END_REFUSED, VERDICT_REFUSED,
		 "another sign-in"},
		/* keys out of reach */
		{NULL, "500 rules", 2, END_NONE, VERDICT_OK, NULL},
		{NULL, "connect html rules", 3, END_NONE, VERDICT_OK, NULL},
		{NULL, "429:10 rules", 2, END_NONE, VERDICT_OK, NULL},
		/* who is away is waited for, but not for ever */
		{NULL, "500*3 connect timeout 429 rules", 7, END_NONE,
		 VERDICT_OK, NULL},
		{NULL, "html connect*3 html 500 rules", 7, END_NONE, VERDICT_OK,
		 NULL},
		{NULL, "500*3 html", 6, END_REFUSED, VERDICT_REFUSED,
		 "Cannot read"},
		{NULL, "500*4 503:3600", 5, END_REFUSED, VERDICT_RETRY,
		 "are not available at the moment (status 503)"},
		/* told when to come back: heeded, however often, but not for
		 * ever, nor in vain */
		{NULL, "429:60 rules", 2, END_NONE, VERDICT_OK, NULL},
		{NULL, "503:300 rules", 2, END_NONE, VERDICT_OK, NULL},
		{NULL, "429:20 503:20 429:20 503:20 rules", 5, END_NONE,
		 VERDICT_OK, NULL},
		{NULL, "429:60 500 connect rules", 4, END_NONE, VERDICT_OK,
		 NULL},
		{NULL, "429:60 500 500 500 rules", 5, END_NONE, VERDICT_OK,
		 NULL},
		{NULL, "503:600 rules", 1, END_REFUSED, VERDICT_RETRY,
		 "are not available"},
		{NULL, "503:86400 rules", 1, END_REFUSED, VERDICT_RETRY,
		 "are not available"},
		{NULL, "429:200", 2, END_REFUSED, VERDICT_RETRY,
		 "are not available"},
		{"{\"exp\":1}", "429:60 rules", 2, END_REFUSED, VERDICT_REFUSED,
		 "valid until 1970"},
		{NULL, "forbidden", 3, END_REFUSED, VERDICT_REFUSED,
		 "are not available"},
		{NULL, "html", 3, END_REFUSED, VERDICT_REFUSED, "Cannot read"},
		{"{\"exp\":1}", "500 rules", 2, END_REFUSED, VERDICT_REFUSED,
		 "valid until 1970"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct oauth_failure *failure;
		struct fixture fixture;

		open_fixture(&fixture, *state, i);
		fixture.world.issuer.claims = cases[i].claims;
		fixture.world.issuer.script[REQUEST_KEYS] = cases[i].script;
		begin(&fixture, "n");
		assert_int_equal(session_state(fixture.session),
				 SESSION_CHECKING);
		settle(&fixture);
		failure = session_oauth_failure(fixture.session);
		if (session_end(fixture.session) != cases[i].end ||
		    session_verdict(fixture.session) != cases[i].verdict ||
		    fixture.world.issuer.requests[REQUEST_KEYS] !=
			    cases[i].asked)
			fail_msg("case %zu: end %d, verdict %d, %u requests", i,
				 session_end(fixture.session),
				 session_verdict(fixture.session),
				 fixture.world.issuer.requests[REQUEST_KEYS]);
		if (cases[i].end == END_NONE) {
			assert_null(failure);
			assert_string_equal(
				session_data(fixture.session)->profile,
				"{\"sub\":\"7\",\"name\":\"Ada\"}");
		} else {
			if (!strstr(failure->err.text, cases[i].why))
				fail_msg("case %zu: %s", i, failure->err.text);
			/* Nothing was done with tokens that did not pass. */
			assert_int_equal(fixture.world.disk.saves, 0);
			assert_int_equal(
				fixture.world.issuer.requests[REQUEST_PROFILE],
				0);
			assert_int_equal(fixture.client->notes[LEVEL_ERROR], 1);
		}
		close_fixture(&fixture);
	}
}

/* How long somebody who has approved is kept waiting for the keys: not beyond
 * the token, nor beyond five minutes, whatever is demanded. */
static void test_patience(void **state)
{
	static const struct {
		int64_t life_s; /* 0: not said */
		bool refresh;
		const char *script;
		int64_t at_least_s, at_most_s;
		enum session_end end;
	} cases[] = {
		{0, false, "429:120 rules", 120, 121, END_NONE},
		{3600, false, "429:120 rules", 120, 121, END_NONE},
		{3600, false, "429:86400 rules", 0, 1, END_REFUSED},
		{60, false, "429:30 rules", 30, 31, END_NONE},
		{60, false, "429:120 rules", 0, 1, END_REFUSED},
		{60, false, "429:30", 30, 31, END_REFUSED},
		{60, true, "429:120 rules", 120, 121, END_NONE},
		{3600, true, "429:1", 120, 310, END_REFUSED},
		{3600, true, "500", 120, 310, END_REFUSED},
		{3600, false, "connect", 120, 310, END_REFUSED},
		{60, false, "500", 20, 60, END_REFUSED},
		{60, true, "500", 120, 310, END_REFUSED},
		{3600, false, "forbidden", 4, 12, END_REFUSED},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		int64_t took_s;

		open_fixture(&fixture, *state, i);
		fixture.world.issuer.script[REQUEST_KEYS] = cases[i].script;
		took_s = fixture.world.now_ms;
		begin_for(&fixture, NULL, cases[i].life_s,
			  cases[i].refresh ? "refresh-1" : NULL);
		while (session_state(fixture.session) == SESSION_CHECKING ||
		       session_state(fixture.session) ==
			       SESSION_CHECK_BACKING_OFF)
			assert_true(world_turn(&fixture.world, NEVER_MS));
		took_s = (fixture.world.now_ms - took_s) / 1000;
		settle(&fixture);
		if (took_s < cases[i].at_least_s ||
		    took_s > cases[i].at_most_s ||
		    session_end(fixture.session) != cases[i].end)
			fail_msg("case %zu: %lld s, end %d", i,
				 (long long)took_s,
				 session_end(fixture.session));
		/* Said, not silent; and not in a tight circle. */
		assert_true(fixture.client->notes[LEVEL_WARN] +
				    fixture.client->notes[LEVEL_ERROR] >
			    0);
		assert_true(fixture.world.issuer.requests[REQUEST_KEYS] < 100);
		close_fixture(&fixture);
	}
}

/* What was good when it came is not over for having had to wait. */
static void test_waited_token(void **state)
{
	static const struct {
		const char *script;
		enum session_end end;
	} cases[] = {
		{"rules", END_NONE},
		{"429:290 rules", END_NONE},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		char claims[64];

		open_fixture(&fixture, *state, i);
		(void)snprintf(
			claims, sizeof(claims), "{\"exp\":%lld}",
			(long long)world_event(&fixture.world, EVENT_TICK)
					.wall_s +
				60);
		fixture.world.issuer.claims = claims;
		fixture.world.issuer.script[REQUEST_KEYS] = cases[i].script;
		begin(&fixture, NULL);
		settle(&fixture);
		assert_int_equal(session_end(fixture.session), cases[i].end);
		close_fixture(&fixture);
	}
}

/* Nothing is on the disk and no token goes out before the ID token passed. */
static void test_first(void **state)
{
	struct fixture fixture;

	open_fixture(&fixture, *state, 1);
	fixture.world.issuer.script[REQUEST_KEYS] = "timeout rules";
	begin(&fixture, NULL);
	world_run(&fixture.world, fixture.world.now_ms + 30500);
	assert_int_equal(session_state(fixture.session),
			 SESSION_CHECK_BACKING_OFF);
	assert_int_equal(fixture.world.disk.saves, 0);
	assert_int_equal(fixture.world.issuer.requests[REQUEST_PROFILE], 0);
	settle(&fixture);
	assert_int_equal(session_state(fixture.session), SESSION_LIVE);
	assert_int_equal(fixture.world.disk.saves, 2);
	assert_non_null(fixture.world.disk.data.tokens.id_token);
	close_fixture(&fixture);
}

static void test_signature(void **state)
{
	const struct keys *keys = *state;
	const struct {
		const struct jose_key *key;
		const char *first, *later; /* what the issuer publishes */
		unsigned asked;
		enum session_end end;
	} cases[] = {
		{keys->ours, keys->published, keys->published, 1, END_NONE},
		/* A new key, that the first answer did not have yet. */
		{keys->ours, keys->old, keys->published, 2, END_NONE},
		{keys->ours, keys->old, keys->old, 3, END_REFUSED},
		/* A forgery with the kid of a key that is there. */
		{keys->theirs, keys->published, keys->published, 1,
		 END_REFUSED},
		{keys->theirs, keys->old, keys->published, 2, END_REFUSED},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		open_fixture(&fixture, keys, i);
		fixture.world.issuer.key = cases[i].key;
		fixture.world.issuer.keys = cases[i].first;
		begin(&fixture, NULL);
		fixture.world.issuer.keys = cases[i].later;
		settle(&fixture);
		assert_int_equal(session_end(fixture.session), cases[i].end);
		assert_int_equal(fixture.world.issuer.requests[REQUEST_KEYS],
				 cases[i].asked);
		assert_int_equal(fixture.world.disk.saves > 0,
				 cases[i].end == END_NONE);
		close_fixture(&fixture);
	}
}

/* Where there are no keys TLS vouches for the token, but its claims count. */
static void test_without_keys(void **state)
{
	for (int good = 0; good < 2; good++) {
		struct fixture fixture;

		open_fixture(&fixture, *state, 1);
		free(fixture.world.issuer.provider.jwks_uri);
		fixture.world.issuer.provider.jwks_uri = NULL;
		fixture.world.issuer.claims = good != 0 ? NULL : "{\"exp\":1}";
		begin(&fixture, NULL);
		settle(&fixture);
		assert_int_equal(session_end(fixture.session),
				 good != 0 ? END_NONE : END_REFUSED);
		assert_int_equal(fixture.world.issuer.requests[REQUEST_KEYS],
				 0);
		close_fixture(&fixture);
	}
}

/* No ID token, or none was asked for: there is nothing to check, and nothing
 * that was not checked is kept. */
static void test_not_needed(void **state)
{
	for (int asked = 0; asked < 2; asked++) {
		struct fixture fixture;

		open_fixture(&fixture, *state, 1);
		if (asked != 0) {
			fixture.world.issuer.key = NULL;
		} else {
			free(fixture.world.issuer.provider.scope);
			fixture.world.issuer.provider.scope =
				xstrdup("profile");
			fixture.world.issuer.claims = "{\"exp\":1}";
		}
		begin(&fixture, NULL);
		settle(&fixture);
		assert_int_equal(session_state(fixture.session), SESSION_LIVE);
		assert_int_equal(fixture.world.issuer.requests[REQUEST_KEYS],
				 0);
		assert_null(session_data(fixture.session)->tokens.id_token);
		assert_non_null(fixture.world.disk.data.tokens.access_token);
		assert_null(fixture.world.disk.data.tokens.id_token);
		close_fixture(&fixture);
	}
}

/* What becomes of the ID token that comes with a renewal, and what the log says
 * of it. */
static void test_renewed(void **state)
{
	enum kept { NEITHER, OLD, NEW };
	static const struct {
		bool first;	    /* one came with the sign-in */
		bool again;	    /* one comes with the renewal */
		const char *claims; /* of that */
		enum kept kept;
		enum log_level level;
		const char *note;
	} cases[] = {
		{true, true, NULL, NEW, LEVEL_INFO, "access token refreshed"},
		{true, false, NULL, OLD, LEVEL_INFO, "access token refreshed"},
		{true, true, "{\"sub\":\"8\"}", OLD, LEVEL_WARN,
		 "access token refreshed, but the new ID token is ignored: Its "
		 "sub differs from that of the ID token before it."},
		{true, true, "{\"exp\":1}", OLD, LEVEL_WARN,
		 "valid until 1970"},
		/* Nothing says whose it has to be. */
		{false, true, NULL, NEITHER, LEVEL_INFO,
		 "access token refreshed"},
		{false, false, NULL, NEITHER, LEVEL_INFO,
		 "access token refreshed"},
	};
	const struct keys *keys = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct tokens *tokens;
		struct issuer *issuer;
		struct fixture fixture;
		char *first;

		open_fixture(&fixture, keys, i);
		issuer = &fixture.world.issuer;
		issuer->key = cases[i].first ? keys->ours : NULL;
		begin_for(&fixture, NULL, 3600, "refresh-1");
		settle(&fixture);
		tokens = &session_data(fixture.session)->tokens;
		assert_int_equal(tokens->id_token != NULL, cases[i].first);
		first = xstrdup(tokens->id_token);
		issuer->key = cases[i].again ? keys->ours : NULL;
		issuer->claims = cases[i].claims;
		world_run(&fixture.world, fixture.world.now_ms + HOUR_MS);
		assert_int_equal(issuer->requests[REQUEST_REFRESH], 1);
		assert_int_equal(fixture.client->last_level, cases[i].level);
		if (!strstr(fixture.client->last_note, cases[i].note))
			fail_msg("case %zu: %s", i, fixture.client->last_note);
		if (cases[i].kept == NEITHER)
			assert_null(tokens->id_token);
		else
			assert_int_equal(strcmp(tokens->id_token, first) == 0,
					 cases[i].kept == OLD);
		assert_int_equal(fixture.world.disk.data.tokens.id_token !=
					 NULL,
				 cases[i].kept != NEITHER);
		secret_free(first);
		close_fixture(&fixture);
	}
}

/* Whose userinfo is it? */
static void test_userinfo(void **state)
{
	static const struct {
		const char *claims, *userinfo;
		const char *profile; /* NULL: refused */
	} cases[] = {
		{"{\"email\":\"e\"}", "{\"sub\":\"7\",\"name\":\"Ada\"}",
		 "{\"sub\":\"7\",\"email\":\"e\",\"name\":\"Ada\"}"},
		{NULL, "{\"sub\":\"8\",\"name\":\"Eve\"}", NULL},
		{NULL, "{\"id\":\"8\"}", "{\"id\":\"8\"}"},
	};

	for (size_t i = 0; i < COUNT(cases) * 2; i++) {
		size_t c = i / 2;
		bool can_revoke = i % 2 == 0;
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;

		open_fixture(&fixture, *state, i);
		if (!can_revoke) {
			free(issuer->provider.revocation_endpoint);
			issuer->provider.revocation_endpoint = NULL;
		}
		issuer->claims = cases[c].claims;
		issuer->userinfo = cases[c].userinfo;
		begin(&fixture, NULL);
		settle(&fixture);
		if (cases[c].profile != NULL) {
			assert_int_equal(session_state(fixture.session),
					 SESSION_LIVE);
			assert_string_equal(
				session_data(fixture.session)->profile,
				cases[c].profile);
			assert_string_equal(fixture.world.disk.data.profile,
					    cases[c].profile);
		} else {
			assert_int_equal(session_end(fixture.session),
					 END_REFUSED);
			assert_non_null(
				strstr(session_oauth_failure(fixture.session)
					       ->err.text,
				       "about different users"));
			assert_int_equal(issuer->requests[REQUEST_REVOCATION],
					 can_revoke);
		}
		close_fixture(&fixture);
	}
}

/* The same, with a store that is busy or does not let go: then a person has to
 * know what is still in it. */
static void test_userinfo_store(void **state)
{
	static const struct {
		bool held, unreadable;
		enum session_end end;
	} cases[] = {
		{true, false, END_FAILED},
		{false, true, END_FAILED},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t until_ms;
		struct fixture fixture;

		open_fixture(&fixture, *state, i);
		fixture.world.issuer.userinfo = "{\"sub\":\"8\"}";
		begin(&fixture, NULL);
		while (session_state(fixture.session) != SESSION_READING)
			assert_true(world_turn(&fixture.world, NEVER_MS));
		fixture.world.disk.held = cases[i].held;
		fixture.world.disk.unreadable = cases[i].unreadable;
		until_ms = fixture.world.now_ms + HOUR_MS;
		while (session_state(fixture.session) != SESSION_ENDED)
			assert_true(world_turn(&fixture.world, until_ms));
		assert_int_equal(session_end(fixture.session), cases[i].end);
		assert_null(session_data(fixture.session)->tokens.access_token);
		assert_null(session_data(fixture.session)->profile);
		assert_non_null(session_oauth_failure(fixture.session));
		close_fixture(&fixture);
	}
}

/* After a restart the stored profile stands for the ID token. */
static void test_resumed(void **state)
{
	for (int same = 0; same < 2; same++) {
		struct fixture fixture;
		struct event event;
		struct action action;

		open_fixture(&fixture, *state, 1);
		world_store(&fixture.world, OURS, 3600);
		fixture.world.issuer.userinfo =
			same != 0 ? "{\"sub\":\"7\",\"name\":\"Ada\"}"
				  : "{\"sub\":\"8\",\"name\":\"Eve\"}";
		event = world_event(&fixture.world, EVENT_TICK);
		action_clear(&action);
		session_resume(fixture.session, &event, &action);
		world_do(&fixture.world, fixture.client, &action);
		settle(&fixture);
		assert_int_equal(session_end(fixture.session),
				 same != 0 ? END_NONE : END_REFUSED);
		assert_int_equal(fixture.world.issuer.requests[REQUEST_KEYS],
				 0);
		close_fixture(&fixture);
	}
}

/* Signing out while the keys are under way, or waited for. */
static void test_sign_out(void **state)
{
	static const struct {
		int64_t after_ms;
		bool held, can_revoke;
		enum session_state when;
	} cases[] = {
		{50, false, true, SESSION_CHECKING},
		{500, false, true, SESSION_CHECK_BACKING_OFF},
		{50, true, false, SESSION_CHECKING},
		{500, true, true, SESSION_CHECK_BACKING_OFF},
		{500, true, false, SESSION_CHECK_BACKING_OFF},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct provider *provider;

		open_fixture(&fixture, *state, i);
		provider = &fixture.world.issuer.provider;
		if (cases[i].held)
			session_hold(fixture.session);
		if (!cases[i].can_revoke) {
			free(provider->revocation_endpoint);
			provider->revocation_endpoint = NULL;
		}
		fixture.world.issuer.script[REQUEST_KEYS] = "500 rules";
		begin(&fixture, NULL);
		world_run(&fixture.world,
			  fixture.world.now_ms + cases[i].after_ms);
		assert_int_equal(session_state(fixture.session), cases[i].when);
		world_post(&fixture.world, fixture.client, EVENT_SIGN_OUT);
		settle(&fixture);
		assert_int_equal(session_end(fixture.session), END_SIGNED_OUT);
		assert_int_equal(session_was_revoked(fixture.session),
				 cases[i].can_revoke);
		close_fixture(&fixture);
	}
}

/* An answer that comes while it waits to ask for the keys again. */
static void test_stray_reply(void **state)
{
	const struct keys *keys = *state;
	struct reply reply = {
		.net = NET_OK,
		.status = 200,
		.body = keys->published,
		.body_len = strlen(keys->published),
		.type = "application/json",
		.retry_after_s = -1,
	};
	struct fixture fixture;
	struct event event;
	struct action action;

	open_fixture(&fixture, keys, 1);
	fixture.world.issuer.script[REQUEST_KEYS] = "500 rules";
	begin(&fixture, NULL);
	world_run(&fixture.world, fixture.world.now_ms + 500);
	event = world_event(&fixture.world, EVENT_REPLY);
	event.reply = &reply;
	action_clear(&action);
	session_step(fixture.session, &event, &action);
	assert_int_equal(action.kind, ACTION_NONE);
	assert_int_equal(session_state(fixture.session),
			 SESSION_CHECK_BACKING_OFF);
	close_fixture(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_patience),
		cmocka_unit_test(test_waited_token),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_signature),
		cmocka_unit_test(test_without_keys),
		cmocka_unit_test(test_not_needed),
		cmocka_unit_test(test_renewed),
		cmocka_unit_test(test_userinfo),
		cmocka_unit_test(test_userinfo_store),
		cmocka_unit_test(test_resumed),
		cmocka_unit_test(test_sign_out),
		cmocka_unit_test(test_stray_reply),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
