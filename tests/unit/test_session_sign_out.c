/* SPDX-License-Identifier: MIT */
/*
 * machine/session: tokens given up, with an answer of the provider and without,
 * and what is left on the disk; in virtual time.
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
#include "machine/session.h"
#include "session_fixture.h"
#include "world.h"

/* Tokens that could not be saved are given back without a wait: what is in the
 * store is somebody else's. */
static void test_never_saved(void **state)
{
	struct fixture fixture;
	int64_t since_ms;

	(void)state;
	session_fixture_open(&fixture, 1);
	world_store(&fixture.world, "webex", 3600);
	fixture.world.disk.held = true;
	session_fixture_begin(&fixture);
	session_fixture_run_for(&fixture, 1000);
	assert_int_equal(session_state(fixture.session), SESSION_LOCK_BUSY);
	assert_true(session_was_never_saved(fixture.session));
	since_ms = fixture.world.now_ms;
	world_post(&fixture.world, fixture.client, EVENT_SIGN_OUT);
	session_fixture_settle(&fixture);
	assert_in_range(fixture.world.now_ms - since_ms, 0, 1000);
	assert_int_equal(session_end(fixture.session), END_SIGNED_OUT);
	assert_true(session_was_revoked(fixture.session));
	assert_false(session_was_never_saved(fixture.session));
	assert_string_equal(fixture.world.disk.data.provider, "webex");
	assert_true(session_fixture_is_on_disk(&fixture));

	fixture.world.disk.held = false;
	world_store(&fixture.world, OURS, 3600);
	session_fixture_begin(&fixture);
	assert_false(session_was_never_saved(fixture.session));
	session_fixture_close(&fixture);
}

/* Tokens that could not be saved are given back, and what the store holds in
 * their place stays as it was, whatever they were about to do. */
static void test_never_saved_leaves_the_store(void **state)
{
	static const struct {
		enum session_state from;
		bool stored, can_revoke;
	} cases[] = {
		{SESSION_LIVE, true, true},
		{SESSION_LIVE, true, false},
		{SESSION_LIVE, false, true},
		{SESSION_READ_BACKING_OFF, true, true},
		{SESSION_REFRESHING, true, true},
		{SESSION_REFRESHING, true, false},
		{SESSION_REFRESHING, false, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;
		const struct session_data *disk = &fixture.world.disk.data;
		char *endpoint = NULL;
		char before[64] = "";

		session_fixture_open(&fixture, i);
		if (!cases[i].can_revoke) {
			endpoint = issuer->provider.revocation_endpoint;
			issuer->provider.revocation_endpoint = NULL;
		}
		if (cases[i].stored) {
			world_store(&fixture.world, OURS, 3600);
			(void)snprintf(before, sizeof(before), "%s",
				       disk->tokens.access_token);
		}
		if (cases[i].from == SESSION_READ_BACKING_OFF)
			issuer->script[REQUEST_PROFILE] = "500";
		fixture.world.disk.full = true;
		session_fixture_begin_with(&fixture,
					   cases[i].from == SESSION_REFRESHING);
		session_fixture_reach(&fixture, cases[i].from);
		assert_true(session_was_never_saved(fixture.session));
		fixture.world.disk.full = false;
		world_post(&fixture.world, fixture.client, EVENT_SIGN_OUT);
		/* If it is cut off here, nothing was changed either. */
		assert_int_equal(fixture.world.disk.saves, 0);
		session_fixture_settle(&fixture);
		assert_int_equal(session_end(fixture.session), END_SIGNED_OUT);
		assert_int_equal(issuer->requests[REQUEST_REVOCATION],
				 cases[i].can_revoke ? 2 : 0);
		assert_int_equal(fixture.world.disk.saves, 0);
		assert_int_equal(session_fixture_is_on_disk(&fixture),
				 cases[i].stored);
		if (cases[i].stored)
			assert_string_equal(disk->tokens.access_token, before);
		free(endpoint);
		session_fixture_close(&fixture);
	}
}

/* Another client's session has replaced the stored one: it stays as it is. */
static void test_replaced(void **state)
{
	(void)state;
	for (int can_revoke = 0; can_revoke < 2; can_revoke++) {
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;
		const struct session_data *disk = &fixture.world.disk.data;
		char *endpoint = NULL;
		unsigned saves;

		session_fixture_open(&fixture, 1);
		if (can_revoke == 0) {
			endpoint = issuer->provider.revocation_endpoint;
			issuer->provider.revocation_endpoint = NULL;
		}
		session_fixture_begin(&fixture);
		session_fixture_settle(&fixture);
		assert_true(session_is_saved(fixture.session));
		world_store(&fixture.world, "webex", 3600);
		saves = fixture.world.disk.saves;
		world_post(&fixture.world, fixture.client, EVENT_SIGN_OUT);
		session_fixture_settle(&fixture);
		assert_int_equal(session_end(fixture.session), END_SIGNED_OUT);
		assert_int_equal(issuer->requests[REQUEST_REVOCATION],
				 can_revoke != 0 ? 2 : 0);
		assert_int_equal(fixture.world.disk.saves, saves);
		assert_true(session_fixture_is_on_disk(&fixture));
		assert_string_equal(disk->provider, "webex");
		assert_false(disk->signing_out);
		free(endpoint);
		session_fixture_close(&fixture);
	}
}

/* Whoever signs out while it is renewed keeps the lock: in between another
 * process could renew with a token that is about to be revoked. */
static void test_lock_kept(void **state)
{
	struct fixture fixture;
	struct event event;
	struct action action;

	(void)state;
	session_fixture_open(&fixture, 1);
	session_fixture_begin(&fixture);
	session_fixture_settle(&fixture);
	session_fixture_reach(&fixture, SESSION_REFRESHING);
	event = world_event(&fixture.world, EVENT_SIGN_OUT);
	action_clear(&action);
	session_step(fixture.session, &event, &action);
	world_do(&fixture.world, fixture.client, &action);
	while (session_state(fixture.session) == SESSION_REFRESHING) {
		assert_true(session_holds_lock(fixture.session));
		session_fixture_run_for(&fixture, 1);
	}
	assert_int_equal(session_state(fixture.session), SESSION_REVOKING);
	session_fixture_settle(&fixture);
	assert_int_equal(session_end(fixture.session), END_SIGNED_OUT);
	/* Those that the refresh brought, which nobody else knows. */
	assert_int_equal(fixture.world.issuer.revoked, 2);
	session_fixture_close(&fixture);
}

/* The same where the provider takes the refresh token no longer: the access
 * token may still be good, and is revoked. */
static void test_refresh_refused(void **state)
{
	static const struct {
		const char *refresh;
		int64_t life_s; /* of the stored access token; 0: good */
	} cases[] = {
		{"invalid_grant", 0},
		{"invalid_grant", -60},
		{"refused", -60},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;

		session_fixture_open(&fixture, i);
		issuer->script[REQUEST_REFRESH] = cases[i].refresh;
		if (cases[i].life_s == 0) {
			session_fixture_begin(&fixture);
		} else {
			session_fixture_store(&fixture, cases[i].life_s);
			session_fixture_resume(&fixture);
		}
		session_fixture_reach(&fixture, SESSION_REFRESHING);
		world_post(&fixture.world, fixture.client, EVENT_SIGN_OUT);
		session_fixture_settle(&fixture);
		assert_int_equal(session_end(fixture.session), END_SIGNED_OUT);
		assert_int_equal(issuer->requests[REQUEST_REFRESH], 1);
		assert_int_equal(issuer->revoked, 2);
		assert_true(session_was_revoked(fixture.session));
		assert_false(session_fixture_is_on_disk(&fixture));
		session_fixture_close(&fixture);
	}
}

/* Signing out from each state, with what the provider makes of it. */
static void test_sign_out(void **state)
{
	static const enum session_state froms[] = {
		SESSION_NONE,	 SESSION_LOCK_BUSY,	   SESSION_REFRESHING,
		SESSION_READING, SESSION_READ_BACKING_OFF, SESSION_LIVE,
	};
	static const struct {
		const char *revoke; /* NULL: no such endpoint */
		bool can_refresh;
		bool revoked;
		unsigned least, most; /* requests */
	} cases[] = {
		{"rules", true, true, 2, 2},
		{"rules", false, true, 1, 1},
		{NULL, true, false, 0, 0},
		{NULL, false, false, 0, 0},
		{"500", true, false, 1, 1},
		{"500", false, false, 1, 1},
		{"timeout", true, false, 1, 1},
		{"429:60", true, false, 1, 1},
		{"refused", true, false, 2, 2},
		{"rules timeout", true, false, 2, 2},
		{"refused rules", true, false, 2, 2},
		/* the access token has gone with the other one */
		{"rules refused", true, true, 2, 2},
		{"unauthorized", true, false, 2, 2},
		{"unauthorized", false, false, 1, 1},
		{"404", true, false, 2, 2},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(froms) * COUNT(cases); i++) {
		enum session_state from = froms[i % COUNT(froms)];
		size_t c = i / COUNT(froms);
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;
		char *endpoint;

		session_fixture_open(&fixture, i);
		endpoint = issuer->provider.revocation_endpoint;
		if (cases[c].revoke == NULL)
			issuer->provider.revocation_endpoint = NULL;
		issuer->script[REQUEST_REVOCATION] = cases[c].revoke;
		issuer->gives_refresh_token = cases[c].can_refresh;
		if (from == SESSION_REFRESHING && !cases[c].can_refresh)
			from = SESSION_LIVE;
		if (from == SESSION_NONE)
			session_fixture_store(&fixture, 3600);
		fixture.world.disk.held = from == SESSION_LOCK_BUSY;
		if (from == SESSION_READ_BACKING_OFF)
			issuer->script[REQUEST_PROFILE] = "500";
		if (from != SESSION_NONE)
			session_fixture_begin(&fixture);
		session_fixture_reach(&fixture, from);
		fixture.world.disk.held = false;
		memset(fixture.client->notes, 0, sizeof(fixture.client->notes));
		world_post(&fixture.world, fixture.client, EVENT_SIGN_OUT);
		session_fixture_settle(&fixture);
		assert_int_equal(session_state(fixture.session), SESSION_ENDED);
		assert_int_equal(session_end(fixture.session), END_SIGNED_OUT);
		assert_int_equal(session_was_revoked(fixture.session),
				 cases[c].revoked);
		assert_in_range(issuer->requests[REQUEST_REVOCATION],
				cases[c].least, cases[c].most);
		assert_false(session_fixture_is_on_disk(&fixture));
		assert_int_equal(fixture.client->notes[LEVEL_WARN] > 0,
				 cases[c].revoke != NULL && !cases[c].revoked);
		/* The refresh token goes first, for it is worth more; only a
		 * renewal that was cut short has an unknown outcome. */
		if (cases[c].revoke != NULL && from != SESSION_REFRESHING &&
		    strncmp(cases[c].revoke, "rules", 5) == 0 &&
		    cases[c].can_refresh)
			assert_string_equal(issuer->refresh_token, "");
		assert_false(world_turn(&fixture.world,
					fixture.world.now_ms + DAY_MS));
		issuer->provider.revocation_endpoint = endpoint;
		session_fixture_close(&fixture);
	}
}

/* There may be nothing to sign out of, or a person who asks twice. */
static void test_sign_out_again(void **state)
{
	struct fixture fixture;

	(void)state;
	session_fixture_open(&fixture, 1);
	world_post(&fixture.world, fixture.client, EVENT_SIGN_OUT);
	session_fixture_settle(&fixture);
	assert_int_equal(session_end(fixture.session), END_SIGNED_OUT);
	assert_false(session_was_revoked(fixture.session));
	assert_int_equal(fixture.world.issuer.requests[REQUEST_REVOCATION], 0);

	session_fixture_begin(&fixture);
	session_fixture_settle(&fixture);
	assert_int_equal(session_end(fixture.session), END_NONE);
	world_post(&fixture.world, fixture.client, EVENT_SIGN_OUT);
	assert_int_equal(session_state(fixture.session), SESSION_REVOKING);
	world_post(&fixture.world, fixture.client, EVENT_SIGN_OUT);
	session_fixture_settle(&fixture);
	world_post(&fixture.world, fixture.client, EVENT_SIGN_OUT);
	session_fixture_settle(&fixture);
	assert_int_equal(session_end(fixture.session), END_SIGNED_OUT);
	assert_int_equal(fixture.world.issuer.revoked, 2);
	assert_true(session_was_revoked(fixture.session));
	session_fixture_close(&fixture);
}

/* Killed at any moment after the first request: whoever comes next finds that
 * it was being signed out, and finishes that. The last one only reads nothing
 * into it where it is another provider's. */
static void test_killed(void **state)
{
	enum next { RESUMES, FINISHES, SIGNS_OUT, OTHER };
	static const struct {
		unsigned answered; /* requests, before the kill */
		enum next next;
		enum session_end end;
	} cases[] = {
		{0, RESUMES, END_LOST},		{1, RESUMES, END_LOST},
		{0, FINISHES, END_LOST},	{1, FINISHES, END_LOST},
		{0, SIGNS_OUT, END_SIGNED_OUT}, {1, SIGNS_OUT, END_SIGNED_OUT},
		{0, OTHER, END_NONE},		{1, OTHER, END_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct world *world = &fixture.world;
		unsigned *requests = world->issuer.requests;
		struct event event;
		struct action action;

		session_fixture_open(&fixture, i);
		session_fixture_begin(&fixture);
		session_fixture_settle(&fixture);
		world_post(world, fixture.client, EVENT_SIGN_OUT);
		while (requests[REQUEST_REVOCATION] <= cases[i].answered)
			assert_true(world_turn(world, NEVER_MS));
		assert_int_equal(world->issuer.revoked, cases[i].answered + 1);
		assert_true(world->disk.data.signing_out);
		session_free(fixture.session);
		world_crash(world);
		fixture.session = session_new(&world->issuer.provider, i);
		fixture.client = world_add_session(world, fixture.session);
		if (cases[i].next == OTHER) {
			free(world->disk.data.provider);
			world->disk.data.provider = xstrdup("webex");
		}
		event = world_event(world, EVENT_SIGN_OUT);
		action_clear(&action);
		if (cases[i].next == RESUMES)
			session_resume(fixture.session, &event, &action);
		else if (cases[i].next == SIGNS_OUT)
			session_step(fixture.session, &event, &action);
		else
			session_finish_sign_out(fixture.session, &event,
						&action);
		world_do(world, fixture.client, &action);
		session_fixture_settle(&fixture);
		assert_int_equal(session_end(fixture.session), cases[i].end);
		assert_int_equal(session_fixture_is_on_disk(&fixture),
				 cases[i].next == OTHER);
		assert_int_equal(world->issuer.revoked,
				 cases[i].next == OTHER ? cases[i].answered + 1
							: 2);
		session_fixture_close(&fixture);
	}
}

/* A login does not wait for who has the store, and leaves alone what nobody
 * began to sign out. */
static void test_nothing_to_finish(void **state)
{
	enum left { NOTHING, GOOD, HELD };

	(void)state;
	for (int left = NOTHING; left <= HELD; left++) {
		struct fixture fixture;
		struct event event;
		struct action action;

		session_fixture_open(&fixture, 1);
		if (left != NOTHING)
			session_fixture_store(&fixture, 3600);
		fixture.world.disk.held = left == HELD;
		fixture.world.disk.data.signing_out = left == HELD;
		event = world_event(&fixture.world, EVENT_START);
		action_clear(&action);
		session_finish_sign_out(fixture.session, &event, &action);
		world_do(&fixture.world, fixture.client, &action);
		assert_int_equal(session_state(fixture.session), SESSION_NONE);
		assert_null(fixture.world.disk.owner);
		assert_int_equal(session_fixture_is_on_disk(&fixture),
				 left != NOTHING);
		assert_int_equal(
			fixture.world.issuer.requests[REQUEST_REVOCATION], 0);
		session_fixture_close(&fixture);
	}
}

/* The mark wears the disk only where something is revoked, and a disk that is
 * full does not keep anybody signed in. */
static void test_mark(void **state)
{
	static const struct {
		bool can_revoke, full;
		int saves;
	} cases[] = {
		{true, false, 1},
		{true, true, 0},
		{false, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;
		char *endpoint = NULL;
		int saves;

		session_fixture_open(&fixture, i);
		session_fixture_begin(&fixture);
		session_fixture_settle(&fixture);
		if (!cases[i].can_revoke) {
			endpoint = issuer->provider.revocation_endpoint;
			issuer->provider.revocation_endpoint = NULL;
		}
		saves = (int)fixture.world.disk.saves;
		fixture.world.disk.full = cases[i].full;
		world_post(&fixture.world, fixture.client, EVENT_SIGN_OUT);
		session_fixture_settle(&fixture);
		assert_int_equal((int)fixture.world.disk.saves - saves,
				 cases[i].saves);
		assert_int_equal(session_end(fixture.session), END_SIGNED_OUT);
		assert_int_equal(issuer->revoked, cases[i].can_revoke ? 2 : 0);
		assert_false(session_fixture_is_on_disk(&fixture));
		free(endpoint);
		session_fixture_close(&fixture);
	}
}

/* The file cannot be removed: the person has to know. */
static void test_wipe_fails(void **state)
{
	struct fixture fixture;

	(void)state;
	session_fixture_open(&fixture, 1);
	session_fixture_begin(&fixture);
	session_fixture_settle(&fixture);
	fixture.world.disk.unreadable = true;
	world_post(&fixture.world, fixture.client, EVENT_SIGN_OUT);
	session_fixture_settle(&fixture);
	assert_int_equal(session_end(fixture.session), END_FAILED);
	assert_int_equal(fixture.world.issuer.revoked, 2);
	assert_in_range(fixture.client->notes[LEVEL_ERROR], 1, 1);
	session_fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_never_saved),
		cmocka_unit_test(test_never_saved_leaves_the_store),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_lock_kept),
		cmocka_unit_test(test_refresh_refused),
		cmocka_unit_test(test_sign_out),
		cmocka_unit_test(test_sign_out_again),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_nothing_to_finish),
		cmocka_unit_test(test_mark),
		cmocka_unit_test(test_wipe_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
