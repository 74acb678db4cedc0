/* SPDX-License-Identifier: MIT */
/*
 * machine/session: several processes with one session file, and the lock that
 * keeps their renewals apart; in virtual time.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "machine/session.h"
#include "oauth/provider.h"
#include "session_fixture.h"
#include "world.h"

/* Programs that share a session file: one renews, the others take it over. */
static void test_shared(void **state)
{
	struct session *sessions[WORLD_MAX_CLIENTS];
	struct world world;
	int64_t end_ms;

	(void)state;
	world_init(&world);
	world_store(&world, OURS, 3600);
	world.issuer.latency_ms = 3000;
	for (size_t i = 0; i < COUNT(sessions); i++) {
		sessions[i] = session_new(&world.issuer.provider, i);
		session_fixture_resume_with(
			&world, sessions[i],
			world_add_session(&world, sessions[i]));
	}
	end_ms = world.now_ms + DAY_MS;
	while (world_turn(&world, end_ms)) {
		for (size_t i = 0; i < COUNT(sessions); i++)
			assert_true(session_state(sessions[i]) ==
					    SESSION_LOCK_BUSY ||
				    session_expires_ms(sessions[i]) >
					    world.now_ms);
	}
	/* 25 lifetimes, each a little shortened by the lead */
	assert_in_range(world.issuer.requests[REQUEST_REFRESH], 24, 28);
	assert_int_equal(world.issuer.replays, 0);
	for (size_t i = 0; i < COUNT(sessions); i++) {
		assert_int_equal(session_state(sessions[i]), SESSION_LIVE);
		session_free(sessions[i]);
	}
	world_free(&world);
}

/* Whose session a sign-in may replace, and a renewal may use. */
static void test_owner(void **state)
{
	static const struct {
		const char *name, *provider, *issuer, *client_id;
		bool is_ours;
	} cases[] = {
		/* As stored by a version that named neither. */
		{"ours by provider", OURS, NULL, NULL, true},
		{"ours", OURS, OURS, "screen", true},
		{"another provider", "webex", NULL, NULL, false},
		{"another provider, same client", "webex", NULL, "screen",
		 false},
		{"another issuer", OURS, OURS "/b", "screen", false},
		{"another client", OURS, OURS, "screens", false},
		{"another client, no issuer", OURS, NULL, "other", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct session_data *stored = &fixture.world.disk.data;
		const struct provider *provider =
			&fixture.world.issuer.provider;
		bool replaced;

		session_fixture_open(&fixture, i);
		world_store(&fixture.world, cases[i].provider, 3600);
		stored->issuer = xstrdup(cases[i].issuer);
		stored->client_id = xstrdup(cases[i].client_id);
		session_fixture_begin(&fixture);
		session_fixture_settle(&fixture);
		replaced = session_state(fixture.session) == SESSION_LIVE;
		if (replaced != cases[i].is_ours)
			fail_msg("%s: %s", cases[i].name,
				 session_state_name(
					 session_state(fixture.session)));
		if (replaced) {
			assert_string_equal(stored->issuer, provider->issuer);
			assert_string_equal(stored->client_id,
					    provider->client_id);
			session_fixture_check_saved(&fixture);
		} else {
			assert_string_equal(stored->provider,
					    cases[i].provider);
			assert_int_equal(session_end(fixture.session),
					 END_NOT_KEPT);
			assert_true(session_was_revoked(fixture.session));
			assert_true(session_fixture_is_on_disk(&fixture));
		}
		session_fixture_resume(&fixture);
		session_fixture_settle(&fixture);
		assert_int_equal(session_state(fixture.session),
				 cases[i].is_ours ? SESSION_LIVE
						  : SESSION_NONE);
		session_fixture_close(&fixture);
	}
}

/* A session that could not be saved finds another client's in the file: it does
 * not replace that, and is saved once that is gone. */
static void test_unsaved_replaces_no_other(void **state)
{
	struct fixture fixture;
	struct disk *disk = &fixture.world.disk;

	(void)state;
	session_fixture_open(&fixture, 1);
	disk->full = true;
	session_fixture_begin(&fixture);
	session_fixture_settle(&fixture);
	world_store(&fixture.world, "webex", 3600);
	disk->full = false;
	session_fixture_run_for(&fixture, 20 * MINUTE_MS);
	assert_int_equal(session_state(fixture.session), SESSION_LIVE);
	assert_false(session_is_saved(fixture.session));
	assert_string_equal(disk->data.provider, "webex");
	/* Nor if the file cannot be read for a while. */
	disk->hidden = true;
	session_fixture_run_for(&fixture, 10 * MINUTE_MS);
	assert_string_equal(disk->data.provider, "webex");
	disk->hidden = false;
	session_fixture_run_for(&fixture, 10 * MINUTE_MS);
	assert_string_equal(disk->data.provider, "webex");
	session_data_free(&disk->data);
	session_fixture_run_for(&fixture, 10 * MINUTE_MS);
	session_fixture_check_saved(&fixture);
	session_fixture_close(&fixture);
}

/* Puts another client's session into the file; the issuer's own tokens stay as
 * they are. */
static void store_other(struct world *world)
{
	const struct issuer before = world->issuer;

	world_store(world, "webex", 3600);
	memcpy(world->issuer.access_token, before.access_token,
	       sizeof(before.access_token));
	memcpy(world->issuer.refresh_token, before.refresh_token,
	       sizeof(before.refresh_token));
	world->issuer.access_expires_ms = before.access_expires_ms;
}

/* The same when such a session has to be renewed: without a mark, and in memory
 * alone. Where that fails, or there is nothing to renew it with, or it is
 * signed out, the file stays as it is as well. */
static void test_unsaved_renewal_replaces_no_other(void **state)
{
	enum end { RENEWED, SIGNED_OUT, NO_LONGER_ACCEPTED, NOT_RENEWABLE };
	static const struct {
		enum end end;
		enum session_end then;
		bool hidden; /* once it has been seen whose the file is */
	} cases[] = {
		{RENEWED, END_NONE, false},
		{RENEWED, END_NONE, true},
		{SIGNED_OUT, END_SIGNED_OUT, false},
		{SIGNED_OUT, END_SIGNED_OUT, true},
		{NO_LONGER_ACCEPTED, END_LOST, false},
		{NO_LONGER_ACCEPTED, END_LOST, true},
		{NOT_RENEWABLE, END_LOST, false},
		{NOT_RENEWABLE, END_LOST, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct disk *disk = &fixture.world.disk;
		struct issuer *issuer = &fixture.world.issuer;
		unsigned saves;

		session_fixture_open(&fixture, i);
		issuer->gives_refresh_token = cases[i].end != NOT_RENEWABLE;
		disk->full = true;
		session_fixture_begin(&fixture);
		session_fixture_settle(&fixture);
		store_other(&fixture.world);
		disk->full = false;
		saves = disk->saves;
		session_fixture_run_for(&fixture, 20 * MINUTE_MS);
		disk->hidden = cases[i].hidden;
		if (cases[i].end == NO_LONGER_ACCEPTED)
			issuer_end_session(issuer);
		if (cases[i].end == SIGNED_OUT)
			session_fixture_reach(&fixture, SESSION_REFRESHING);
		if (cases[i].end == SIGNED_OUT)
			world_post(&fixture.world, fixture.client,
				   EVENT_SIGN_OUT);
		session_fixture_run_for(&fixture, 70 * MINUTE_MS);
		session_fixture_settle(&fixture);
		assert_string_equal(disk->data.provider, "webex");
		assert_false(disk->data.refreshing);
		assert_false(disk->data.signing_out);
		assert_int_equal(disk->saves, saves);
		if (session_end(fixture.session) != cases[i].then)
			fail_msg("case %zu: %d", i,
				 session_end(fixture.session));
		assert_int_equal(issuer->requests[REQUEST_REFRESH],
				 cases[i].end != NOT_RENEWABLE);
		if (cases[i].end != RENEWED) {
			session_fixture_close(&fixture);
			continue;
		}
		assert_true(session_fixture_is_good(&fixture));
		assert_false(session_is_saved(fixture.session));
		assert_string_equal(
			session_data(fixture.session)->tokens.refresh_token,
			issuer->refresh_token);
		disk->hidden = false;
		session_data_free(&disk->data);
		session_fixture_run_for(&fixture, 20 * MINUTE_MS);
		session_fixture_check_saved(&fixture);
		session_fixture_close(&fixture);
	}
}

/* A sign-in that was never saved, over an earlier one of the same client: where
 * it cannot be renewed, the earlier one stays. */
static void test_unsaved_leaves_the_earlier(void **state)
{
	struct fixture fixture;
	struct disk *disk = &fixture.world.disk;

	(void)state;
	session_fixture_open(&fixture, 1);
	world_store(&fixture.world, OURS, DAY_MS / 1000);
	disk->full = true;
	session_fixture_begin(&fixture);
	session_fixture_settle(&fixture);
	issuer_end_session(&fixture.world.issuer);
	session_fixture_run_for(&fixture, 2 * HOUR_MS);
	assert_int_equal(session_state(fixture.session), SESSION_ENDED);
	assert_int_equal(session_end(fixture.session), END_LOST);
	assert_true(session_fixture_is_on_disk(&fixture));
	session_fixture_close(&fixture);
}

/* The session file was removed. What another process has put there since is
 * used with its own profile, and nothing is written. */
static void test_removed(void **state)
{
	enum now { GONE, STILL_THERE, ANOTHER_USER, UNREADABLE, NEVER_SAVED };
	static const enum now cases[] = {GONE, STILL_THERE, ANOTHER_USER,
					 UNREADABLE, NEVER_SAVED};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const enum now now = cases[i];
		struct fixture fixture;
		struct disk *disk = &fixture.world.disk;
		unsigned saves, requests;

		session_fixture_open(&fixture, i);
		disk->full = now == NEVER_SAVED;
		session_fixture_begin(&fixture);
		session_fixture_settle(&fixture);
		if (now == GONE || now == ANOTHER_USER)
			session_data_free(&disk->data);
		if (now == ANOTHER_USER) {
			world_store(&fixture.world, OURS, 7200);
			secret_free(disk->data.tokens.access_token);
			disk->data.tokens.access_token = xstrdup("another");
			secret_free(disk->data.profile);
			disk->data.profile = xstrdup("{\"name\":\"Ida\"}");
		}
		disk->unreadable = now == UNREADABLE;
		saves = disk->saves;
		requests = fixture.world.issuer.requests[REQUEST_REFRESH];
		disk->held = true; /* as the process that removed it does */
		world_post(&fixture.world, fixture.client, EVENT_REMOVED);
		assert_int_equal(session_state(fixture.session),
				 now == UNREADABLE ? SESSION_LIVE
						   : SESSION_LOCK_BUSY);
		disk->held = false;
		session_fixture_settle(&fixture);
		if ((session_state(fixture.session) == SESSION_ENDED) !=
		    (now == GONE))
			fail_msg("case %zu: %s", i,
				 session_state_name(
					 session_state(fixture.session)));
		assert_int_equal(session_end(fixture.session),
				 now == GONE ? END_LOST : END_NONE);
		if (now == ANOTHER_USER)
			assert_string_equal(
				session_data(fixture.session)->profile,
				"{\"name\":\"Ida\"}");
		assert_int_equal(disk->saves, saves);
		assert_int_equal(fixture.world.issuer.requests[REQUEST_REFRESH],
				 requests);
		session_fixture_close(&fixture);
	}
}

/* Removed while the profile could not be read: noticed as soon as it is given
 * up. */
static void test_removed_meanwhile(void **state)
{
	static const enum session_state cases[] = {SESSION_READING,
						   SESSION_READ_BACKING_OFF};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		session_fixture_open(&fixture, i);
		fixture.world.issuer.script[REQUEST_PROFILE] = "500";
		session_fixture_begin(&fixture);
		while (session_state(fixture.session) != cases[i])
			session_fixture_run_for(&fixture, 50);
		session_data_free(&fixture.world.disk.data);
		world_post(&fixture.world, fixture.client, EVENT_REMOVED);
		assert_int_equal(session_state(fixture.session), cases[i]);
		session_fixture_run_for(&fixture, MINUTE_MS);
		assert_int_equal(session_state(fixture.session), SESSION_ENDED);
		assert_int_equal(session_end(fixture.session), END_LOST);
		session_fixture_close(&fixture);
	}
}

/* Removed, and removed again while the lock stays busy: that is looked at once,
 * and the renewal still gets its turn. */
static void test_removed_and_locked(void **state)
{
	struct fixture fixture;
	struct disk *disk = &fixture.world.disk;

	(void)state;
	session_fixture_open(&fixture, 1);
	session_fixture_begin(&fixture);
	session_fixture_settle(&fixture);
	disk->held = true;
	world_post(&fixture.world, fixture.client, EVENT_REMOVED);
	session_fixture_run_for(&fixture, 1000);
	assert_int_equal(session_state(fixture.session), SESSION_LOCK_BUSY);
	session_data_free(&disk->data);
	world_post(&fixture.world, fixture.client, EVENT_REMOVED);
	session_fixture_run_for(&fixture, 10 * MINUTE_MS);
	assert_int_equal(session_state(fixture.session), SESSION_LIVE);
	assert_int_equal(fixture.client->notes[LEVEL_ERROR], 1);
	session_fixture_run_for(&fixture, 44 * MINUTE_MS);
	assert_int_equal(fixture.client->notes[LEVEL_ERROR], 2);
	disk->held = false;
	session_fixture_run_for(&fixture, 10 * MINUTE_MS);
	assert_int_equal(session_end(fixture.session), END_LOST);
	assert_int_equal(fixture.world.issuer.requests[REQUEST_REFRESH], 0);
	session_fixture_close(&fixture);
}

/* Eight programs that start at the same moment with a token that is over. */
static void test_shared_start(void **state)
{
	struct session *sessions[WORLD_MAX_CLIENTS];
	struct world world;

	(void)state;
	world_init(&world);
	world_store(&world, OURS, -5);
	world.issuer.latency_ms = 3000;
	for (size_t i = 0; i < COUNT(sessions); i++) {
		sessions[i] = session_new(&world.issuer.provider, i);
		session_without_profile(sessions[i]);
		session_fixture_resume_with(
			&world, sessions[i],
			world_add_session(&world, sessions[i]));
	}
	world_run(&world, world.now_ms + MINUTE_MS);
	assert_int_equal(world.issuer.requests[REQUEST_REFRESH], 1);
	for (size_t i = 0; i < COUNT(sessions); i++) {
		assert_int_equal(session_state(sessions[i]), SESSION_LIVE);
		assert_string_equal(
			session_data(sessions[i])->tokens.access_token,
			world.issuer.access_token);
		session_free(sessions[i]);
	}
	world_free(&world);
}

/* Another process has been at the file in the meantime. */
static void test_meanwhile(void **state)
{
	enum deed {
		RENEWED,
		RENEWED_MARKED,
		SIGNED_OUT,
		DIED_SIGNING_OUT,
		TAKEN_OVER
	};
	static const struct {
		enum deed deed;
		enum session_state state;
		unsigned refreshed;
	} cases[] = {
		{RENEWED, SESSION_LIVE, 0},
		{RENEWED_MARKED, SESSION_LIVE, 1},
		{SIGNED_OUT, SESSION_ENDED, 0},
		{DIED_SIGNING_OUT, SESSION_ENDED, 0},
		{TAKEN_OVER, SESSION_ENDED, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct disk *disk = &fixture.world.disk;

		session_fixture_open(&fixture, i);
		session_fixture_begin(&fixture);
		session_fixture_settle(&fixture);
		session_fixture_run_for(&fixture, 50 * MINUTE_MS);
		if (cases[i].deed == SIGNED_OUT)
			session_data_free(&disk->data);
		else
			world_store(&fixture.world,
				    cases[i].deed == TAKEN_OVER ? "webex"
								: OURS,
				    3600);
		disk->data.refreshing = cases[i].deed == RENEWED_MARKED;
		disk->data.signing_out = cases[i].deed == DIED_SIGNING_OUT;
		session_fixture_run_for(&fixture, 15 * MINUTE_MS);
		assert_int_equal(session_state(fixture.session),
				 cases[i].state);
		assert_int_equal(fixture.world.issuer.requests[REQUEST_REFRESH],
				 cases[i].refreshed);
		assert_int_equal(fixture.world.issuer.replays, 0);
		if (cases[i].state == SESSION_LIVE) {
			session_fixture_check_saved(&fixture);
			assert_true(session_fixture_is_good(&fixture));
		} else {
			assert_int_equal(session_end(fixture.session),
					 END_LOST);
			/* What is there now is not ours to remove. */
			assert_int_equal(session_fixture_is_on_disk(&fixture),
					 cases[i].deed == TAKEN_OVER);
			assert_int_equal(fixture.world.issuer.revoked,
					 cases[i].deed == DIED_SIGNING_OUT ? 2
									   : 0);
		}
		session_fixture_close(&fixture);
	}
}

/* A renewal that failed was put off, and another process has renewed since: a
 * clock that is set then does not bring the old plan back. */
static void test_meanwhile_put_off(void **state)
{
	struct fixture fixture;
	struct issuer *issuer = &fixture.world.issuer;
	unsigned asked;

	(void)state;
	session_fixture_open(&fixture, 1);
	session_fixture_begin(&fixture);
	session_fixture_settle(&fixture);
	issuer->script[REQUEST_REFRESH] = "500";
	session_fixture_reach(&fixture, SESSION_REFRESHING);
	session_fixture_settle(&fixture);
	world_store(&fixture.world, OURS, 3600);
	issuer->script[REQUEST_REFRESH] = NULL;
	asked = issuer->requests[REQUEST_REFRESH];
	session_fixture_run_for(&fixture, MINUTE_MS);
	assert_true(session_fixture_is_good(&fixture));
	fixture.world.wall_s += 1;
	world_post(&fixture.world, fixture.client, EVENT_CLOCK);
	session_fixture_run_for(&fixture, 10 * MINUTE_MS);
	assert_int_equal(issuer->requests[REQUEST_REFRESH], asked);
	session_fixture_close(&fixture);
}

/* The same while the profile is on its way. */
static void test_meanwhile_reading(void **state)
{
	enum deed {
		SIGNED_OUT,
		DIED_SIGNING_OUT,
		RENEWED,
		RENEWED_AND_REFUSED,
		DIED_RENEWING
	};
	static const struct {
		enum deed deed;
		const char *profile;
		unsigned read;
	} cases[] = {
		{SIGNED_OUT, "rules", 1},
		{DIED_SIGNING_OUT, "rules", 1},
		{RENEWED, "rules", 1},
		{RENEWED_AND_REFUSED, "unauthorized rules", 2},
		{DIED_RENEWING, "rules", 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct disk *disk = &fixture.world.disk;

		session_fixture_open(&fixture, i);
		fixture.world.issuer.script[REQUEST_PROFILE] = cases[i].profile;
		session_fixture_begin(&fixture);
		session_fixture_reach(&fixture, SESSION_READING);
		if (cases[i].deed == SIGNED_OUT)
			session_data_free(&disk->data);
		else if (cases[i].deed == DIED_SIGNING_OUT)
			disk->data.signing_out = true;
		else if (cases[i].deed == DIED_RENEWING)
			disk->data.refreshing = true;
		else
			world_store(&fixture.world, OURS, 1800);
		session_fixture_settle(&fixture);
		assert_int_equal(fixture.world.issuer.requests[REQUEST_PROFILE],
				 cases[i].read);
		assert_int_equal(fixture.world.issuer.requests[REQUEST_REFRESH],
				 0);
		if (cases[i].deed == SIGNED_OUT ||
		    cases[i].deed == DIED_SIGNING_OUT) {
			assert_int_equal(session_state(fixture.session),
					 SESSION_ENDED);
			assert_int_equal(session_end(fixture.session),
					 END_LOST);
			assert_false(session_fixture_is_on_disk(&fixture));
		} else {
			assert_non_null(strstr(disk->data.profile, "Ada"));
			/* Saving the profile must not hide that a renewal
			 * was begun. */
			assert_int_equal(disk->data.refreshing,
					 cases[i].deed == DIED_RENEWING);
			disk->data.refreshing = false;
			session_fixture_check_saved(&fixture);
			assert_true(session_fixture_is_good(&fixture));
		}
		session_fixture_close(&fixture);
	}
}

/* Another process has the lock for a while, or for ever, when the session
 * wants it for that purpose. */
static void test_lock(void **state)
{
	enum purpose { KEEP, PROFILE_TOO, RENEW, RESUMING, LEAVING };
	static const struct {
		const char *name;
		enum purpose purpose;
		enum session_state freed, never;
	} cases[] = {
		{"keep", KEEP, SESSION_LIVE, SESSION_LIVE},
		{"profile", PROFILE_TOO, SESSION_LIVE, SESSION_LIVE},
		{"renew", RENEW, SESSION_LIVE, SESSION_LIVE},
		{"resume", RESUMING, SESSION_LIVE, SESSION_NONE},
		{"leave", LEAVING, SESSION_ENDED, SESSION_ENDED},
	};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		enum purpose purpose = cases[i / 2].purpose;
		bool freed = i % 2 == 0;
		struct fixture fixture;
		struct disk *disk = &fixture.world.disk;
		int64_t since_ms;

		session_fixture_open(&fixture, i);
		disk->held = purpose == KEEP || purpose == RESUMING;
		if (purpose == RESUMING) {
			world_store(&fixture.world, OURS, 3600);
			session_fixture_resume(&fixture);
		} else {
			session_fixture_begin(&fixture);
		}
		if (purpose == PROFILE_TOO)
			session_fixture_reach(&fixture, SESSION_READING);
		else if (purpose == RENEW || purpose == LEAVING)
			session_fixture_settle(&fixture);
		if (purpose == RENEW)
			session_fixture_run_for(&fixture, 52 * MINUTE_MS);
		disk->held = true;
		if (purpose == LEAVING)
			world_post(&fixture.world, fixture.client,
				   EVENT_SIGN_OUT);
		session_fixture_reach(&fixture, SESSION_LOCK_BUSY);
		since_ms = fixture.world.now_ms;
		session_fixture_run_for(&fixture, 10000);
		assert_int_equal(session_state(fixture.session),
				 SESSION_LOCK_BUSY);
		disk->held = !freed;
		session_fixture_settle(&fixture);
		if (session_state(fixture.session) !=
		    (freed ? cases[i / 2].freed : cases[i / 2].never))
			fail_msg("%s: %s", cases[i / 2].name,
				 session_state_name(
					 session_state(fixture.session)));
		/* 45 s of patience, twice where two things are wanted */
		if (!freed)
			assert_in_range(fixture.world.now_ms - since_ms, 45000,
					91000);
		if (freed && purpose != LEAVING) {
			session_fixture_run_for(&fixture, 10 * MINUTE_MS);
			session_fixture_check_saved(&fixture);
			assert_true(session_fixture_is_good(&fixture));
		}
		if (purpose == LEAVING) {
			assert_int_equal(session_end(fixture.session),
					 freed ? END_SIGNED_OUT : END_FAILED);
			/* What is left on the disk is good for nothing. */
			assert_int_equal(fixture.world.issuer.revoked, 2);
			assert_int_equal(session_fixture_is_on_disk(&fixture),
					 !freed);
		}
		session_fixture_close(&fixture);
	}
}

/* Where requests may take long, so may somebody else's renewal. */
static void test_lock_of_a_slow_one(void **state)
{
	static const struct {
		int64_t timeout_ms, patience_ms;
	} cases[] = {
		{5000, 45000},
		{30000, 45000},
		{120000, 180000},
		{300000, 450000},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		int64_t waited_ms;

		session_fixture_open(&fixture, i);
		fixture.world.issuer.provider.request_timeout_ms =
			cases[i].timeout_ms;
		world_store(&fixture.world, OURS, 3600);
		fixture.world.disk.held = true;
		waited_ms = -fixture.world.now_ms;
		session_fixture_resume(&fixture);
		session_fixture_settle(&fixture);
		waited_ms += fixture.world.now_ms;
		assert_int_equal(session_state(fixture.session), SESSION_NONE);
		assert_in_range(waited_ms, cases[i].patience_ms,
				cases[i].patience_ms + 300);
		session_fixture_close(&fixture);
	}
}

/* Released at last, the lock lets everything be made good. */
static void test_lock_late(void **state)
{
	struct fixture fixture;

	(void)state;
	session_fixture_open(&fixture, 1);
	fixture.world.disk.held = true;
	session_fixture_begin(&fixture);
	session_fixture_run_for(&fixture, 30 * MINUTE_MS);
	assert_false(session_fixture_is_on_disk(&fixture));
	assert_non_null(session_data(fixture.session)->profile);
	fixture.world.disk.held = false;
	session_fixture_run_for(&fixture, 10 * MINUTE_MS);
	session_fixture_settle(&fixture);
	session_fixture_check_saved(&fixture);
	assert_non_null(fixture.world.disk.data.profile);
	session_fixture_close(&fixture);
}

/* The same where only the profile has to wait for it. */
static void test_lock_late_for_profile(void **state)
{
	struct fixture fixture;

	(void)state;
	session_fixture_open(&fixture, 1);
	session_fixture_begin(&fixture);
	session_fixture_reach(&fixture, SESSION_READING);
	fixture.world.disk.held = true;
	session_fixture_run_for(&fixture, 10 * MINUTE_MS);
	assert_non_null(session_data(fixture.session)->profile);
	assert_null(fixture.world.disk.data.profile);
	fixture.world.disk.held = false;
	session_fixture_run_for(&fixture, 6 * MINUTE_MS);
	session_fixture_settle(&fixture);
	assert_non_null(fixture.world.disk.data.profile);
	session_fixture_check_saved(&fixture);
	session_fixture_close(&fixture);
}

/* Another process has just renewed: that is good enough, or it is not. */
static void test_require_adopts(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct fixture fixture;

		session_fixture_open(&fixture, 1);
		session_fixture_begin(&fixture);
		session_fixture_settle(&fixture);
		session_fixture_run_for(&fixture, 10 * MINUTE_MS);
		world_store(&fixture.world, OURS, i == 0 ? 3600 : 600);
		session_fixture_require(&fixture, 3599);
		session_fixture_settle(&fixture);
		assert_int_equal(fixture.world.issuer.requests[REQUEST_REFRESH],
				 i == 1);
		assert_true(session_fixture_is_good(&fixture));
		session_fixture_check_saved(&fixture);
		session_fixture_close(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_unsaved_replaces_no_other),
		cmocka_unit_test(test_unsaved_renewal_replaces_no_other),
		cmocka_unit_test(test_unsaved_leaves_the_earlier),
		cmocka_unit_test(test_removed),
		cmocka_unit_test(test_removed_meanwhile),
		cmocka_unit_test(test_removed_and_locked),
		cmocka_unit_test(test_shared_start),
		cmocka_unit_test(test_meanwhile),
		cmocka_unit_test(test_meanwhile_put_off),
		cmocka_unit_test(test_meanwhile_reading),
		cmocka_unit_test(test_lock),
		cmocka_unit_test(test_lock_of_a_slow_one),
		cmocka_unit_test(test_lock_late),
		cmocka_unit_test(test_lock_late_for_profile),
		cmocka_unit_test(test_require_adopts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
