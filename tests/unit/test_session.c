/* SPDX-License-Identifier: MIT */
/*
 * core/session: tokens kept, renewed and given up, in virtual time against a
 * modelled provider and a modelled session file. The world itself fails a case
 * where a refresh goes out that is not marked on the disk, or without the lock.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "core/session.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define OURS "https://id.example"
#define REFRESH_LIFE_S 7697037

struct scene {
	struct world world;
	struct session *session;
	struct client *client;
};

static void open_scene(struct scene *scene, uint64_t seed)
{
	world_init(&scene->world);
	scene->session = session_new(&scene->world.issuer.provider, seed);
	scene->client = world_add_session(&scene->world, scene->session);
}

static void close_scene(struct scene *scene)
{
	session_free(scene->session);
	world_free(&scene->world);
}

/* Hands over tokens as a sign-in would. */
static void begin(struct scene *scene)
{
	struct issuer *issuer = &scene->world.issuer;
	struct event event = world_event(&scene->world, EVENT_TICK);
	struct tokens tokens = {0};
	struct action action;

	issuer->tokens++;
	issuer->access_expires_ms =
		issuer->token_life_s == 0
			? NEVER_MS
			: scene->world.now_ms + issuer->token_life_s * 1000;
	(void)snprintf(issuer->access_token, sizeof(issuer->access_token),
		       "access-%d", issuer->tokens);
	(void)snprintf(issuer->refresh_token, sizeof(issuer->refresh_token),
		       "refresh-%d", issuer->tokens);
	tokens.access_token = xstrdup(issuer->access_token);
	if (issuer->gives_refresh_token)
		tokens.refresh_token = xstrdup(issuer->refresh_token);
	tokens.token_type = xstrdup("Bearer");
	tokens.scope = xstrdup("profile");
	tokens.expires_in_s = issuer->token_life_s;
	tokens.refresh_expires_in_s = REFRESH_LIFE_S;
	action_clear(&action);
	session_begin(scene->session, &tokens, &event, &action);
	assert_null(tokens.access_token);
	world_do(&scene->world, scene->client, &action);
}

static void resume_with(struct world *world, struct session *session,
			struct client *client)
{
	struct event event = world_event(world, EVENT_TICK);
	struct action action;

	action_clear(&action);
	session_resume(session, &event, &action);
	world_do(world, client, &action);
}

static void resume(struct scene *scene)
{
	resume_with(&scene->world, scene->session, scene->client);
}

static void require(struct scene *scene, int64_t min_valid_s)
{
	struct event event = world_event(&scene->world, EVENT_TICK);
	struct action action;

	action_clear(&action);
	session_require(scene->session, min_valid_s, &event, &action);
	world_do(&scene->world, scene->client, &action);
}

/* Goes on until nothing is under way any more, and checks what is true of
 * every rest: no lock, and what is over is forgotten. */
static void settle(struct scene *scene)
{
	int64_t until_ms = scene->world.now_ms + HOUR_MS;
	const struct session *session = scene->session;

	while (!session_is_at_rest(session) &&
	       world_turn(&scene->world, until_ms))
		continue;
	assert_true(session_is_at_rest(session));
	assert_false(session_holds_lock(session));
	assert_null(scene->world.disk.owner);
	if (session_state(session) == SESSION_LIVE) {
		assert_non_null(session_data(session)->tokens.access_token);
		return;
	}
	assert_true(session_deadline(session) == NEVER_MS);
	assert_null(session_data(session)->tokens.access_token);
	assert_null(session_data(session)->tokens.refresh_token);
	assert_null(session_data(session)->profile);
}

static void reach(struct scene *scene, enum session_state state)
{
	int64_t until_ms = scene->world.now_ms + DAY_MS;

	while (session_state(scene->session) != state &&
	       world_turn(&scene->world, until_ms))
		continue;
	assert_int_equal(session_state(scene->session), state);
}

static void run_for(struct scene *scene, int64_t ms)
{
	world_run(&scene->world, scene->world.now_ms + ms);
}

/* The disk holds what the session holds. */
static void check_saved(const struct scene *scene)
{
	const struct session_data *disk = &scene->world.disk.data;
	const struct session_data *data = session_data(scene->session);

	assert_string_equal(disk->provider, OURS);
	assert_string_equal(disk->tokens.access_token,
			    data->tokens.access_token);
	if (data->tokens.refresh_token != NULL)
		assert_string_equal(disk->tokens.refresh_token,
				    data->tokens.refresh_token);
	assert_int_equal(disk->expires_at, data->expires_at);
	assert_false(disk->refreshing);
}

static bool is_on_disk(const struct scene *scene)
{
	return scene->world.disk.data.tokens.access_token != NULL;
}

static bool is_good(const struct scene *scene)
{
	return session_expires_ms(scene->session) > scene->world.now_ms;
}

/* As world_store(), with a refresh token only where the issuer gives one. */
static void store(struct scene *scene, int64_t life_s)
{
	struct tokens *tokens = &scene->world.disk.data.tokens;

	world_store(&scene->world, OURS, life_s);
	if (scene->world.issuer.gives_refresh_token)
		return;
	secret_free(tokens->refresh_token);
	tokens->refresh_token = NULL;
}

static void test_begin(void **state)
{
	static const struct {
		const char *profile;
		unsigned asked, refreshed;
		bool read;
	} cases[] = {
		{"rules", 1, 0, true},
		{"500*2 rules", 3, 0, true},
		{"connect timeout rules", 3, 0, true},
		{"html 429:10 rules", 3, 0, true},
		{"500", 3, 0, false},
		{"429:60 rules", 1, 0, false}, /* later */
		{"forbidden", 1, 0, false},
		{"refused", 1, 0, false},
		/* a 401 renews the token once, and only once */
		{"unauthorized rules", 2, 1, true},
		{"unauthorized forbidden", 2, 1, false},
		{"unauthorized", 2, 1, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		const struct session_data *data;

		open_scene(&scene, i);
		scene.world.issuer.script[PROFILE] = cases[i].profile;
		begin(&scene);
		settle(&scene);
		data = session_data(scene.session);
		assert_int_equal(session_state(scene.session), SESSION_LIVE);
		assert_int_equal(scene.world.issuer.requests[PROFILE],
				 cases[i].asked);
		assert_int_equal(scene.world.issuer.requests[REFRESH],
				 cases[i].refreshed);
		assert_int_equal(data->profile != NULL, cases[i].read);
		assert_int_equal(scene.world.disk.data.profile != NULL,
				 cases[i].read);
		assert_int_equal(session_refusal(scene.session) == NULL,
				 cases[i].read);
		check_saved(&scene);
		assert_string_equal(data->tokens.scope, "profile");
		assert_int_equal(scene.client->drops, 0);
		close_scene(&scene);
	}
}

/* The tokens are on the disk before they are used for anything. */
static void test_saved_first(void **state)
{
	struct scene scene;
	int64_t begun_s;

	(void)state;
	open_scene(&scene, 1);
	begun_s = world_event(&scene.world, EVENT_TICK).wall_s;
	begin(&scene);
	assert_int_equal(session_state(scene.session), SESSION_READING);
	check_saved(&scene);
	assert_false(session_holds_lock(scene.session));
	settle(&scene);
	assert_int_equal(scene.world.disk.saves, 2);
	assert_int_equal(scene.world.disk.data.refresh_expires_at,
			 begun_s + REFRESH_LIFE_S);

	reach(&scene, SESSION_REFRESHING);
	assert_true(scene.world.disk.data.refreshing);
	assert_true(session_holds_lock(scene.session));
	reach(&scene, SESSION_LIVE);
	check_saved(&scene);
	assert_string_equal(session_data(scene.session)->tokens.access_token,
			    "access-2");
	assert_non_null(scene.world.disk.data.profile);
	close_scene(&scene);
}

static void test_without_profile(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct scene scene;
		char *endpoint;

		open_scene(&scene, 1);
		endpoint = scene.world.issuer.provider.userinfo_endpoint;
		if (i == 0)
			session_without_profile(scene.session);
		else
			scene.world.issuer.provider.userinfo_endpoint = NULL;
		begin(&scene);
		assert_int_equal(session_state(scene.session), SESSION_LIVE);
		check_saved(&scene);
		run_for(&scene, DAY_MS);
		assert_int_equal(scene.world.issuer.requests[PROFILE], 0);
		assert_true(is_good(&scene));
		scene.world.issuer.provider.userinfo_endpoint = endpoint;
		close_scene(&scene);
	}
}

/* When a token of that lifetime is renewed. */
static void test_plan(void **state)
{
	static const struct {
		int64_t life_s;
		bool can_refresh;
		int64_t from_s, to_s; /* 0: never */
	} cases[] = {
		{3600, true, 3600 - 450, 3600 - 300},
		{64799, true, 64799 - 450, 64799 - 300},
		{315360000, true, 315360000 - 450, 315360000 - 300},
		{600, true, 600 - 90, 600 - 60},
		{60, true, 51, 54},
		{0, true, 0, 0},
		{3600, false, 3600, 3600},
		{0, false, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		for (uint64_t seed = 0; seed < 50; seed++) {
			struct scene scene;
			int64_t now_ms, due_ms;

			open_scene(&scene, seed);
			scene.world.issuer.token_life_s = cases[i].life_s;
			scene.world.issuer.gives_refresh_token =
				cases[i].can_refresh;
			session_without_profile(scene.session);
			begin(&scene);
			now_ms = scene.world.now_ms;
			due_ms = session_deadline(scene.session);
			if (cases[i].life_s == 0) {
				assert_true(due_ms == NEVER_MS);
				assert_true(session_expires_ms(scene.session) ==
					    NEVER_MS);
			} else {
				assert_true(session_expires_ms(scene.session) ==
					    now_ms + cases[i].life_s * 1000);
				assert_in_range(due_ms,
						now_ms + cases[i].from_s * 1000,
						now_ms + cases[i].to_s * 1000);
			}
			close_scene(&scene);
		}
	}
}

/* A month of renewals: the token is good at every moment. */
static void test_refresh(void **state)
{
	static const struct {
		int64_t life_s;
		bool rotates;
		int64_t ms;
	} cases[] = {
		{3600, true, 30 * DAY_MS},  {3600, false, 30 * DAY_MS},
		{64799, true, 30 * DAY_MS}, {60, true, DAY_MS},
		{10, true, HOUR_MS},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;
		int64_t end_ms, most;

		open_scene(&scene, i);
		issuer->token_life_s = cases[i].life_s;
		issuer->rotates = cases[i].rotates;
		end_ms = scene.world.now_ms + cases[i].ms;
		begin(&scene);
		settle(&scene);
		while (world_turn(&scene.world, end_ms))
			assert_true(is_good(&scene));
		most = cases[i].ms / (cases[i].life_s * 1000);
		assert_in_range(issuer->requests[REFRESH], most,
				most + most / 4);
		assert_int_equal(issuer->replays, 0);
		assert_int_equal(issuer->requests[PROFILE], 1);
		settle(&scene);
		check_saved(&scene);
		assert_string_equal(
			session_data(scene.session)->tokens.access_token,
			issuer->access_token);
		assert_string_equal(
			session_data(scene.session)->tokens.refresh_token,
			issuer->refresh_token);
		assert_string_equal(session_data(scene.session)->tokens.scope,
				    "profile");
		close_scene(&scene);
	}
}

/* What the answers to a refresh lead to, eight hours on. */
static void test_refresh_trouble(void **state)
{
	static const struct {
		const char *refresh;
		bool rotates;
		enum session_state state;
		bool good;
		unsigned least, most; /* requests */
	} cases[] = {
		{"timeout rules", true, SESSION_LIVE, true, 9, 10},
		{"connect*4 500*4 html empty rules", true, SESSION_LIVE, true,
		 17, 20},
		{"429:200 rules", true, SESSION_LIVE, true, 9, 10},
		{"500", true, SESSION_LIVE, false, 60, 110},
		{"invalid_client", true, SESSION_LIVE, false, 60, 100},
		{"refused rules", true, SESSION_LIVE, true, 9, 10},
		/* the end of the session */
		{"invalid_grant", true, SESSION_ENDED, false, 1, 1},
		{"expired", true, SESSION_ENDED, false, 1, 1},
		{"500*3 invalid_grant", true, SESSION_ENDED, false, 4, 4},
		/* the answer gets lost: harmless, or not (RFC 9700 4.14) */
		{"lost rules", false, SESSION_LIVE, true, 9, 10},
		{"lost rules", true, SESSION_ENDED, false, 2, 2},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;
		bool lost = cases[i].state == SESSION_ENDED;

		open_scene(&scene, i);
		issuer->rotates = cases[i].rotates;
		issuer->script[REFRESH] = cases[i].refresh;
		begin(&scene);
		run_for(&scene, 8 * HOUR_MS);
		settle(&scene);
		if (session_state(scene.session) != cases[i].state)
			fail_msg("\"%s\": %s", cases[i].refresh,
				 session_state_name(
					 session_state(scene.session)));
		if (issuer->requests[REFRESH] < cases[i].least ||
		    issuer->requests[REFRESH] > cases[i].most)
			fail_msg("\"%s\": %u requests", cases[i].refresh,
				 issuer->requests[REFRESH]);
		assert_int_equal(session_end(scene.session),
				 lost ? END_LOST : END_NONE);
		assert_int_equal(is_on_disk(&scene), !lost);
		if (!lost)
			assert_int_equal(is_good(&scene), cases[i].good);
		assert_int_equal(session_refusal(scene.session) != NULL,
				 lost || !cases[i].good);
		close_scene(&scene);
	}
}

/* How long the first retry waits: what an operator has to mend can wait. */
static void test_first_retry(void **state)
{
	static const struct {
		const char *refresh;
		int64_t least_s, most_s;
	} cases[] = {
		{"500", 2, 3},	       {"timeout", 2, 3},
		{"429:200", 200, 200}, {"invalid_client", 64, 96},
		{"denied", 64, 96},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		open_scene(&scene, i);
		scene.world.issuer.script[REFRESH] = cases[i].refresh;
		begin(&scene);
		reach(&scene, SESSION_REFRESHING);
		reach(&scene, SESSION_LIVE);
		assert_in_range(
			session_deadline(scene.session) - scene.world.now_ms,
			cases[i].least_s * 1000, cases[i].most_s * 1000);
		close_scene(&scene);
	}
}

/* A network that is away for minutes costs nothing: the renewal was early. */
static void test_outage(void **state)
{
	struct scene scene;
	int64_t end_ms;

	(void)state;
	open_scene(&scene, 1);
	begin(&scene);
	settle(&scene);
	run_for(&scene, 54 * MINUTE_MS);
	scene.world.issuer.outage = "connect";
	scene.world.issuer.outage_end_ms = scene.world.now_ms + 5 * MINUTE_MS;
	end_ms = scene.world.now_ms + HOUR_MS;
	while (world_turn(&scene.world, end_ms)) {
		assert_non_null(session_data(scene.session)->profile);
		assert_true(is_good(&scene) ||
			    scene.world.now_ms <
				    scene.world.issuer.outage_end_ms +
					    8 * MINUTE_MS);
	}
	assert_true(is_good(&scene));
	close_scene(&scene);
}

/* What an earlier run has left, and what comes of it. */
static void test_resume(void **state)
{
	enum left { NOTHING, GOOD, MARKED, ALIEN, CORRUPT, WITHOUT };
	static const struct {
		const char *name;
		enum left left;
		int64_t life_s;
		const char *refresh, *profile;
		enum session_state state;
		unsigned refreshed, read;
		bool on_disk;
	} cases[] = {
		{"nothing", NOTHING, 0, NULL, NULL, SESSION_NONE, 0, 0, false},
		{"corrupt", CORRUPT, 0, NULL, NULL, SESSION_NONE, 0, 0, false},
		{"another provider's", ALIEN, 3600, NULL, NULL, SESSION_NONE, 0,
		 0, true},
		{"good", GOOD, 3600, NULL, NULL, SESSION_LIVE, 0, 1, true},
		{"expired", GOOD, -5, NULL, NULL, SESSION_LIVE, 1, 1, true},
		{"just expired", GOOD, -1, NULL, NULL, SESSION_LIVE, 1, 1,
		 true},
		{"marked", MARKED, 3600, NULL, NULL, SESSION_LIVE, 1, 1, true},
		{"marked, expired", MARKED, -5, NULL, NULL, SESSION_LIVE, 1, 1,
		 true},
		{"no life known", GOOD, 0, NULL, NULL, SESSION_LIVE, 0, 1,
		 true},
		{"refused", GOOD, 3600, NULL, "unauthorized rules",
		 SESSION_LIVE, 1, 2, true},
		{"ended", GOOD, 3600, "invalid_grant", "unauthorized",
		 SESSION_ENDED, 1, 1, false},
		{"expired and ended", GOOD, -5, "invalid_grant", NULL,
		 SESSION_ENDED, 1, 0, false},
		{"marked and ended", MARKED, 3600, "invalid_grant", NULL,
		 SESSION_ENDED, 1, 0, false},
		{"no refresh token", WITHOUT, 3600, NULL, NULL, SESSION_LIVE, 0,
		 1, true},
		{"no refresh token, expired", WITHOUT, -5, NULL, NULL,
		 SESSION_ENDED, 0, 0, true},
		{"no refresh token, refused", WITHOUT, 3600, NULL,
		 "unauthorized", SESSION_ENDED, 0, 1, false},
		{"no network", GOOD, -5, "connect", NULL, SESSION_LIVE, 1, 0,
		 true},
		{"good, no network", GOOD, 3600, NULL, "connect", SESSION_LIVE,
		 0, 3, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct session_data *left = &scene.world.disk.data;
		struct issuer *issuer = &scene.world.issuer;

		open_scene(&scene, i);
		if (cases[i].left != NOTHING && cases[i].left != CORRUPT)
			world_store(&scene.world,
				    cases[i].left == ALIEN ? "webex" : OURS,
				    cases[i].life_s);
		left->refreshing = cases[i].left == MARKED;
		scene.world.disk.unreadable = cases[i].left == CORRUPT;
		if (cases[i].left == WITHOUT) {
			secret_free(left->tokens.refresh_token);
			left->tokens.refresh_token = NULL;
		}
		issuer->script[REFRESH] = cases[i].refresh;
		issuer->script[PROFILE] = cases[i].profile;
		resume(&scene);
		settle(&scene);
		if (session_state(scene.session) != cases[i].state ||
		    issuer->requests[REFRESH] != cases[i].refreshed ||
		    issuer->requests[PROFILE] != cases[i].read ||
		    is_on_disk(&scene) != cases[i].on_disk)
			fail_msg("%s: %s, %u refreshed, %u read", cases[i].name,
				 session_state_name(
					 session_state(scene.session)),
				 issuer->requests[REFRESH],
				 issuer->requests[PROFILE]);
		if (cases[i].state == SESSION_ENDED)
			assert_int_equal(session_end(scene.session),
					 cases[i].on_disk ? END_EXPIRED
							  : END_LOST);
		if (cases[i].state == SESSION_LIVE)
			assert_non_null(session_data(scene.session)->profile);
		if (cases[i].state == SESSION_NONE)
			assert_int_equal(scene.client->notes[LEVEL_WARN],
					 cases[i].left == ALIEN);
		close_scene(&scene);
	}
}

/*
 * A power cut after the mark: whether the provider has rotated the token, only
 * it can tell. So the old one is tried, once; where that ends the family (RFC
 * 9700 section 4.14.2), a calm sign-in follows, and nothing is tried again.
 */
static void test_cut_off(void **state)
{
	(void)state;
	for (int rotated = 0; rotated < 2; rotated++) {
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;

		open_scene(&scene, 1);
		world_store(&scene.world, OURS, 3600);
		scene.world.disk.data.refreshing = true;
		if (rotated)
			(void)snprintf(issuer->refresh_token,
				       sizeof(issuer->refresh_token), "newer");
		resume(&scene);
		settle(&scene);
		assert_int_equal(issuer->requests[REFRESH], 1);
		assert_int_equal(issuer->replays, rotated);
		assert_int_equal(is_on_disk(&scene), !rotated);
		if (rotated) {
			assert_int_equal(session_state(scene.session),
					 SESSION_ENDED);
			assert_int_equal(session_end(scene.session), END_LOST);
		} else {
			assert_true(is_good(&scene));
			check_saved(&scene);
		}
		/* The next start. */
		resume(&scene);
		settle(&scene);
		assert_int_equal(session_state(scene.session),
				 rotated ? SESSION_NONE : SESSION_LIVE);
		assert_int_equal(issuer->requests[REFRESH], 1);
		close_scene(&scene);
	}
}

/* At boot the network comes later: what was stored is shown, and made good as
 * soon as there is one. */
static void test_resume_early(void **state)
{
	(void)state;
	for (int64_t life_s = -5; life_s <= 3600; life_s += 3605) {
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;

		open_scene(&scene, 1);
		world_store(&scene.world, OURS, life_s);
		issuer->outage = "resolve";
		issuer->outage_end_ms = scene.world.now_ms + 10 * MINUTE_MS;
		resume(&scene);
		settle(&scene);
		assert_int_equal(session_state(scene.session), SESSION_LIVE);
		assert_string_equal(session_data(scene.session)->profile,
				    "{\"sub\":\"7\"}");
		run_for(&scene, 20 * MINUTE_MS);
		assert_true(is_good(&scene));
		assert_non_null(
			strstr(session_data(scene.session)->profile, "Ada"));
		check_saved(&scene);
		close_scene(&scene);
	}
}

/* A profile that could not be read is read as soon as that is possible. */
static void test_late_profile(void **state)
{
	struct scene scene;
	struct issuer *issuer = &scene.world.issuer;

	(void)state;
	open_scene(&scene, 1);
	issuer->token_life_s = 64799;
	issuer->outage = "500";
	issuer->outage_end_ms = scene.world.now_ms + 10 * MINUTE_MS;
	issuer->script[PROFILE] = "500 429:900 rules";
	begin(&scene);
	run_for(&scene, MINUTE_MS);
	assert_int_equal(session_state(scene.session), SESSION_LIVE);
	assert_null(session_data(scene.session)->profile);
	run_for(&scene, HOUR_MS);
	assert_int_equal(session_state(scene.session), SESSION_LIVE);
	assert_non_null(session_data(scene.session)->profile);
	assert_non_null(scene.world.disk.data.profile);
	assert_in_range(issuer->requests[PROFILE], 9, 13);
	assert_int_equal(issuer->requests[REFRESH], 0);
	close_scene(&scene);
}

/* The wall clock that wrote expires_at and the one that reads it differ. */
static void test_wall_clock(void **state)
{
	static const struct {
		const char *name;
		int64_t shift_s; /* of the wall clock since the saving */
		unsigned refreshed, read;
	} cases[] = {
		{"right", 0, 0, 1},
		{"an hour slow", -3600, 0, 1},
		{"1970", -1800000000, 0, 1},
		{"two hours fast", 7200, 1, 1},
		{"far future", INT64_C(4000000000), 1, 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		int64_t most_ms = scene.world.now_ms;

		open_scene(&scene, i);
		world_store(&scene.world, OURS, 3600);
		scene.world.wall_s += cases[i].shift_s;
		if (scene.world.wall_s < 0)
			scene.world.wall_s = 0;
		resume(&scene);
		settle(&scene);
		if (session_state(scene.session) != SESSION_LIVE ||
		    scene.world.issuer.requests[REFRESH] !=
			    cases[i].refreshed ||
		    scene.world.issuer.requests[PROFILE] != cases[i].read)
			fail_msg("%s", cases[i].name);
		/* Nothing is believed to be good for longer than 90 days. */
		most_ms = scene.world.now_ms + 90 * DAY_MS;
		assert_true(session_expires_ms(scene.session) <= most_ms);
		assert_true(session_expires_ms(scene.session) >
			    scene.world.now_ms);
		close_scene(&scene);
	}
}

/* What cannot be renewed is not thrown away on a clock's word, which may be
 * taken back. */
static void test_wall_clock_alone(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 1);
	scene.world.issuer.gives_refresh_token = false;
	store(&scene, 3600);
	for (int i = 0; i < 2; i++) {
		scene.world.wall_s += 7200;
		resume(&scene);
		settle(&scene);
		assert_int_equal(session_end(scene.session), END_EXPIRED);
		assert_true(is_on_disk(&scene));
		assert_int_equal(scene.world.issuer.requests[PROFILE], i);
		scene.world.wall_s -= 7200;
		resume(&scene);
		settle(&scene);
		assert_int_equal(session_state(scene.session), SESSION_LIVE);
		assert_true(is_good(&scene));
		check_saved(&scene);
	}
	/* The provider's word is enough. */
	issuer_end_session(&scene.world.issuer);
	resume(&scene);
	settle(&scene);
	assert_int_equal(session_end(scene.session), END_LOST);
	assert_false(is_on_disk(&scene));
	close_scene(&scene);
}

/* The wall clock jumps while the session lives: it does not notice. */
static void test_wall_clock_jumps(void **state)
{
	struct scene scene;
	int64_t end_ms;

	(void)state;
	open_scene(&scene, 1);
	scene.world.wall_s = 0;
	begin(&scene);
	settle(&scene);
	for (int i = 0; i < 10; i++) {
		scene.world.wall_s = i % 2 == 0 ? 1800000000 : 86400;
		end_ms = scene.world.now_ms + 100 * MINUTE_MS;
		while (world_turn(&scene.world, end_ms))
			assert_true(is_good(&scene));
	}
	assert_in_range(scene.world.issuer.requests[REFRESH], 16, 20);
	close_scene(&scene);
}

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
		resume_with(&world, sessions[i],
			    world_add_session(&world, sessions[i]));
	}
	end_ms = world.now_ms + DAY_MS;
	while (world_turn(&world, end_ms)) {
		for (size_t i = 0; i < COUNT(sessions); i++)
			assert_true(
				session_state(sessions[i]) == SESSION_LOCKING ||
				session_expires_ms(sessions[i]) > world.now_ms);
	}
	/* 25 lifetimes, each a little shortened by the lead */
	assert_in_range(world.issuer.requests[REFRESH], 24, 28);
	assert_int_equal(world.issuer.replays, 0);
	for (size_t i = 0; i < COUNT(sessions); i++) {
		assert_int_equal(session_state(sessions[i]), SESSION_LIVE);
		session_free(sessions[i]);
	}
	world_free(&world);
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
		resume_with(&world, sessions[i],
			    world_add_session(&world, sessions[i]));
	}
	world_run(&world, world.now_ms + MINUTE_MS);
	assert_int_equal(world.issuer.requests[REFRESH], 1);
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
	enum deed { RENEWED, RENEWED_MARKED, SIGNED_OUT, TAKEN_OVER };
	static const struct {
		enum deed deed;
		enum session_state state;
		unsigned refreshed;
	} cases[] = {
		{RENEWED, SESSION_LIVE, 0},
		{RENEWED_MARKED, SESSION_LIVE, 1},
		{SIGNED_OUT, SESSION_ENDED, 0},
		{TAKEN_OVER, SESSION_ENDED, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct disk *disk = &scene.world.disk;

		open_scene(&scene, i);
		begin(&scene);
		settle(&scene);
		run_for(&scene, 50 * MINUTE_MS);
		if (cases[i].deed == SIGNED_OUT)
			session_data_free(&disk->data);
		else
			world_store(&scene.world,
				    cases[i].deed == TAKEN_OVER ? "webex"
								: OURS,
				    3600);
		disk->data.refreshing = cases[i].deed == RENEWED_MARKED;
		run_for(&scene, 15 * MINUTE_MS);
		assert_int_equal(session_state(scene.session), cases[i].state);
		assert_int_equal(scene.world.issuer.requests[REFRESH],
				 cases[i].refreshed);
		assert_int_equal(scene.world.issuer.replays, 0);
		if (cases[i].state == SESSION_LIVE) {
			check_saved(&scene);
			assert_true(is_good(&scene));
		} else {
			assert_int_equal(session_end(scene.session), END_LOST);
			/* What is there now is not ours to remove. */
			assert_int_equal(is_on_disk(&scene),
					 cases[i].deed == TAKEN_OVER);
		}
		close_scene(&scene);
	}
}

/* The same while the profile is on its way. */
static void test_meanwhile_reading(void **state)
{
	enum deed { SIGNED_OUT, RENEWED, RENEWED_AND_REFUSED, DIED_RENEWING };
	static const struct {
		enum deed deed;
		const char *profile;
		unsigned read;
	} cases[] = {
		{SIGNED_OUT, "rules", 1},
		{RENEWED, "rules", 1},
		{RENEWED_AND_REFUSED, "unauthorized rules", 2},
		{DIED_RENEWING, "rules", 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct disk *disk = &scene.world.disk;

		open_scene(&scene, i);
		scene.world.issuer.script[PROFILE] = cases[i].profile;
		begin(&scene);
		reach(&scene, SESSION_READING);
		if (cases[i].deed == SIGNED_OUT)
			session_data_free(&disk->data);
		else if (cases[i].deed == DIED_RENEWING)
			disk->data.refreshing = true;
		else
			world_store(&scene.world, OURS, 1800);
		settle(&scene);
		assert_int_equal(scene.world.issuer.requests[PROFILE],
				 cases[i].read);
		assert_int_equal(scene.world.issuer.requests[REFRESH], 0);
		if (cases[i].deed == SIGNED_OUT) {
			assert_int_equal(session_state(scene.session),
					 SESSION_ENDED);
			assert_int_equal(session_end(scene.session), END_LOST);
			assert_false(is_on_disk(&scene));
		} else {
			assert_non_null(strstr(disk->data.profile, "Ada"));
			/* Saving the profile must not hide that a renewal
			 * was begun. */
			assert_int_equal(disk->data.refreshing,
					 cases[i].deed == DIED_RENEWING);
			disk->data.refreshing = false;
			check_saved(&scene);
			assert_true(is_good(&scene));
		}
		close_scene(&scene);
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
		struct scene scene;
		struct disk *disk = &scene.world.disk;
		int64_t since_ms;

		open_scene(&scene, i);
		disk->held = purpose == KEEP || purpose == RESUMING;
		if (purpose == RESUMING) {
			world_store(&scene.world, OURS, 3600);
			resume(&scene);
		} else {
			begin(&scene);
		}
		if (purpose == PROFILE_TOO)
			reach(&scene, SESSION_READING);
		else if (purpose == RENEW || purpose == LEAVING)
			settle(&scene);
		if (purpose == RENEW)
			run_for(&scene, 52 * MINUTE_MS);
		disk->held = true;
		if (purpose == LEAVING)
			world_post(&scene.world, scene.client, EVENT_SIGN_OUT);
		reach(&scene, SESSION_LOCKING);
		since_ms = scene.world.now_ms;
		run_for(&scene, 10000);
		assert_int_equal(session_state(scene.session), SESSION_LOCKING);
		disk->held = !freed;
		settle(&scene);
		if (session_state(scene.session) !=
		    (freed ? cases[i / 2].freed : cases[i / 2].never))
			fail_msg("%s: %s", cases[i / 2].name,
				 session_state_name(
					 session_state(scene.session)));
		/* 45 s of patience, twice where two things are wanted */
		if (!freed)
			assert_in_range(scene.world.now_ms - since_ms, 45000,
					91000);
		if (freed && purpose != LEAVING) {
			run_for(&scene, 10 * MINUTE_MS);
			check_saved(&scene);
			assert_true(is_good(&scene));
		}
		if (purpose == LEAVING) {
			assert_int_equal(session_end(scene.session),
					 freed ? END_SIGNED_OUT : END_FAILED);
			/* What is left on the disk is good for nothing. */
			assert_int_equal(scene.world.issuer.revoked, 2);
			assert_int_equal(is_on_disk(&scene), !freed);
		}
		close_scene(&scene);
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
		struct scene scene;
		int64_t waited_ms;

		open_scene(&scene, i);
		scene.world.issuer.provider.request_timeout_ms =
			cases[i].timeout_ms;
		world_store(&scene.world, OURS, 3600);
		scene.world.disk.held = true;
		waited_ms = -scene.world.now_ms;
		resume(&scene);
		settle(&scene);
		waited_ms += scene.world.now_ms;
		assert_int_equal(session_state(scene.session), SESSION_NONE);
		assert_in_range(waited_ms, cases[i].patience_ms,
				cases[i].patience_ms + 300);
		close_scene(&scene);
	}
}

/* Released at last, the lock lets everything be made good. */
static void test_lock_late(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 1);
	scene.world.disk.held = true;
	begin(&scene);
	run_for(&scene, 30 * MINUTE_MS);
	assert_false(is_on_disk(&scene));
	assert_non_null(session_data(scene.session)->profile);
	scene.world.disk.held = false;
	run_for(&scene, 10 * MINUTE_MS);
	settle(&scene);
	check_saved(&scene);
	assert_non_null(scene.world.disk.data.profile);
	close_scene(&scene);
}

/* The same where only the profile has to wait for it. */
static void test_lock_late_for_profile(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 1);
	begin(&scene);
	reach(&scene, SESSION_READING);
	scene.world.disk.held = true;
	run_for(&scene, 10 * MINUTE_MS);
	assert_non_null(session_data(scene.session)->profile);
	assert_null(scene.world.disk.data.profile);
	scene.world.disk.held = false;
	run_for(&scene, 6 * MINUTE_MS);
	settle(&scene);
	assert_non_null(scene.world.disk.data.profile);
	check_saved(&scene);
	close_scene(&scene);
}

/* Tokens that could not be saved are given back without a wait: what is in the
 * store is somebody else's. */
static void test_never_saved(void **state)
{
	struct scene scene;
	int64_t since_ms;

	(void)state;
	open_scene(&scene, 1);
	world_store(&scene.world, "webex", 3600);
	scene.world.disk.held = true;
	begin(&scene);
	run_for(&scene, 1000);
	assert_int_equal(session_state(scene.session), SESSION_LOCKING);
	assert_true(session_was_never_saved(scene.session));
	since_ms = scene.world.now_ms;
	world_post(&scene.world, scene.client, EVENT_SIGN_OUT);
	settle(&scene);
	assert_in_range(scene.world.now_ms - since_ms, 0, 1000);
	assert_int_equal(session_end(scene.session), END_SIGNED_OUT);
	assert_true(session_was_revoked(scene.session));
	assert_false(session_was_never_saved(scene.session));
	assert_string_equal(scene.world.disk.data.provider, "webex");
	assert_true(is_on_disk(&scene));

	scene.world.disk.held = false;
	begin(&scene);
	assert_false(session_was_never_saved(scene.session));
	close_scene(&scene);
}

/* Whoever signs out while it is renewed keeps the lock: in between another
 * process could renew with a token that is about to be revoked. */
static void test_lock_kept(void **state)
{
	struct scene scene;
	struct event event;
	struct action action;

	(void)state;
	open_scene(&scene, 1);
	begin(&scene);
	settle(&scene);
	reach(&scene, SESSION_REFRESHING);
	event = world_event(&scene.world, EVENT_SIGN_OUT);
	action_clear(&action);
	session_step(scene.session, &event, &action);
	assert_int_equal(session_state(scene.session), SESSION_LOCKING);
	assert_true(session_holds_lock(scene.session));
	world_do(&scene.world, scene.client, &action);
	settle(&scene);
	assert_int_equal(session_end(scene.session), END_SIGNED_OUT);
	close_scene(&scene);
}

/* A disk that takes nothing, from that moment on and for two hours. */
static void test_disk(void **state)
{
	enum trouble { FULL, BROKEN, FULL_AND_DAMAGED };

	static const struct {
		const char *name;
		enum session_state from;
		enum trouble trouble;
	} cases[] = {
		{"full at the sign-in", SESSION_NONE, FULL},
		{"full at the profile", SESSION_READING, FULL},
		{"full at the mark", SESSION_LIVE, FULL},
		{"full at the new token", SESSION_REFRESHING, FULL},
		{"broken at the sign-in", SESSION_NONE, BROKEN},
		{"broken at the profile", SESSION_READING, BROKEN},
		{"broken at the mark", SESSION_LIVE, BROKEN},
		{"broken at the new token", SESSION_REFRESHING, BROKEN},
		{"damaged at the profile", SESSION_READING, FULL_AND_DAMAGED},
		{"damaged at the mark", SESSION_LIVE, FULL_AND_DAMAGED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct disk *disk = &scene.world.disk;
		bool *trouble = cases[i].trouble == BROKEN ? &disk->unreadable
							   : &disk->full;

		open_scene(&scene, i);
		if (cases[i].from == SESSION_NONE) {
			*trouble = true;
			begin(&scene);
		} else {
			begin(&scene);
			reach(&scene, cases[i].from);
			*trouble = true;
			disk->damaged = cases[i].trouble == FULL_AND_DAMAGED;
		}
		run_for(&scene, 2 * HOUR_MS);
		settle(&scene);
		if (session_state(scene.session) != SESSION_LIVE)
			fail_msg("%s: %s", cases[i].name,
				 session_state_name(
					 session_state(scene.session)));
		assert_non_null(session_data(scene.session)->profile);
		/* It says so, but not every few seconds. */
		assert_in_range(scene.client->notes[LEVEL_ERROR], 1, 60);
		*trouble = false;
		run_for(&scene, 15 * MINUTE_MS);
		settle(&scene);
		check_saved(&scene);
		assert_non_null(scene.world.disk.data.profile);
		assert_true(is_good(&scene));
		assert_int_equal(scene.world.issuer.replays, 0);
		run_for(&scene, 5 * HOUR_MS);
		check_saved(&scene);
		assert_true(is_good(&scene));
		close_scene(&scene);
	}
}

/* A token that is on the disk is not spent while the disk takes no other, even
 * where that leaves nobody with a good one; what is on no disk is. */
static void test_full_at_the_mark(void **state)
{
	static const struct {
		bool kept;
		unsigned refreshed; /* while it is full */
		bool good;
	} cases[] = {{true, 0, false}, {false, 1, true}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;

		open_scene(&scene, i);
		scene.world.disk.full = !cases[i].kept;
		begin(&scene);
		settle(&scene);
		scene.world.disk.full = true;
		run_for(&scene, 59 * MINUTE_MS);
		assert_int_equal(issuer->requests[REFRESH], 0);
		assert_true(is_good(&scene));
		run_for(&scene, 10 * MINUTE_MS);
		assert_int_equal(issuer->requests[REFRESH], cases[i].refreshed);
		assert_int_equal(is_good(&scene), cases[i].good);
		assert_int_equal(session_refusal(scene.session) == NULL,
				 cases[i].good);
		scene.world.disk.full = false;
		run_for(&scene, 6 * MINUTE_MS);
		check_saved(&scene);
		assert_true(is_good(&scene));
		assert_null(session_refusal(scene.session));
		assert_int_equal(issuer->requests[REFRESH], 1);
		close_scene(&scene);
	}
}

/* The profile alone could not be saved, and another process renews the tokens
 * before it can be: those are not overwritten. */
static void test_full_at_the_profile(void **state)
{
	struct scene scene;
	struct session_data *disk = &scene.world.disk.data;

	(void)state;
	open_scene(&scene, 1);
	begin(&scene);
	reach(&scene, SESSION_READING);
	scene.world.disk.full = true;
	reach(&scene, SESSION_LIVE);
	assert_null(disk->profile);
	scene.world.disk.full = false;
	secret_free(disk->tokens.access_token);
	secret_free(disk->tokens.refresh_token);
	disk->tokens.access_token = xstrdup("access-other");
	disk->tokens.refresh_token = xstrdup("refresh-other");
	run_for(&scene, 6 * MINUTE_MS);
	assert_string_equal(disk->tokens.refresh_token, "refresh-other");
	assert_non_null(disk->profile);
	check_saved(&scene);
	close_scene(&scene);
}

/* No refresh token: the session ends with the token. */
static void test_no_refresh_token(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 1);
	scene.world.issuer.gives_refresh_token = false;
	begin(&scene);
	run_for(&scene, 59 * MINUTE_MS);
	assert_int_equal(session_state(scene.session), SESSION_LIVE);
	run_for(&scene, 2 * MINUTE_MS);
	assert_int_equal(session_state(scene.session), SESSION_ENDED);
	assert_int_equal(session_end(scene.session), END_LOST);
	assert_int_equal(scene.world.issuer.requests[REFRESH], 0);
	assert_false(is_on_disk(&scene));
	close_scene(&scene);
}

/* Nobody said how long the token lasts: it is used until somebody refuses. */
static void test_life_unknown(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 1);
	scene.world.issuer.token_life_s = 0;
	begin(&scene);
	run_for(&scene, 30 * DAY_MS);
	assert_int_equal(session_state(scene.session), SESSION_LIVE);
	assert_int_equal(scene.world.issuer.requests[REFRESH], 0);
	assert_int_equal(scene.world.disk.data.expires_at, 0);
	require(&scene, 86400);
	assert_int_equal(session_state(scene.session), SESSION_LIVE);
	issuer_end_access(&scene.world.issuer);
	resume(&scene);
	settle(&scene);
	assert_int_equal(session_state(scene.session), SESSION_LIVE);
	assert_int_equal(scene.world.issuer.requests[REFRESH], 1);
	close_scene(&scene);
}

static void test_require(void **state)
{
	static const struct {
		int64_t min_valid_s;
		const char *refresh;
		bool can_refresh;
		unsigned refreshed;
		const char *token;
	} cases[] = {
		{0, NULL, true, 0, "access-1"},
		{1800, NULL, true, 0, "access-1"},
		{3500, NULL, true, 1, "access-2"},
		{7200, NULL, true, 1, "access-2"}, /* as good as can be had */
		{3500, "500", true, 1, "access-1"},
		{3500, NULL, false, 0, "access-1"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		open_scene(&scene, i);
		scene.world.issuer.gives_refresh_token = cases[i].can_refresh;
		scene.world.issuer.script[REFRESH] = cases[i].refresh;
		begin(&scene);
		settle(&scene);
		run_for(&scene, 10 * MINUTE_MS);
		require(&scene, cases[i].min_valid_s);
		settle(&scene);
		assert_int_equal(session_state(scene.session), SESSION_LIVE);
		assert_int_equal(scene.world.issuer.requests[REFRESH],
				 cases[i].refreshed);
		assert_string_equal(
			session_data(scene.session)->tokens.access_token,
			cases[i].token);
		close_scene(&scene);
	}
}

/* A token that cannot be renewed is wanted fresh while the lock is taken. */
static void test_require_in_vain(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 1);
	scene.world.issuer.gives_refresh_token = false;
	begin(&scene);
	settle(&scene);
	scene.world.disk.held = true;
	require(&scene, 7200);
	settle(&scene);
	scene.world.disk.held = false;
	run_for(&scene, 50 * MINUTE_MS);
	assert_int_equal(session_state(scene.session), SESSION_LIVE);
	run_for(&scene, 10 * MINUTE_MS);
	assert_int_equal(session_end(scene.session), END_LOST);
	close_scene(&scene);
}

/* Another process has just renewed: that is good enough, or it is not. */
static void test_require_adopts(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct scene scene;

		open_scene(&scene, 1);
		begin(&scene);
		settle(&scene);
		run_for(&scene, 10 * MINUTE_MS);
		world_store(&scene.world, OURS, i == 0 ? 3600 : 600);
		require(&scene, 3599);
		settle(&scene);
		assert_int_equal(scene.world.issuer.requests[REFRESH], i == 1);
		assert_true(is_good(&scene));
		check_saved(&scene);
		close_scene(&scene);
	}
}

/* Signing out from each state, with what the provider makes of it. */
static void test_sign_out(void **state)
{
	static const enum session_state froms[] = {
		SESSION_NONE,	 SESSION_LOCKING, SESSION_REFRESHING,
		SESSION_READING, SESSION_LIVE,
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
	};

	(void)state;
	for (size_t i = 0; i < COUNT(froms) * COUNT(cases); i++) {
		enum session_state from = froms[i % COUNT(froms)];
		size_t c = i / COUNT(froms);
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;
		char *endpoint;

		open_scene(&scene, i);
		endpoint = issuer->provider.revocation_endpoint;
		if (cases[c].revoke == NULL)
			issuer->provider.revocation_endpoint = NULL;
		issuer->script[REVOKE] = cases[c].revoke;
		issuer->gives_refresh_token = cases[c].can_refresh;
		if (from == SESSION_REFRESHING && !cases[c].can_refresh)
			from = SESSION_LIVE;
		if (from == SESSION_NONE)
			store(&scene, 3600);
		scene.world.disk.held = from == SESSION_LOCKING;
		if (from != SESSION_NONE)
			begin(&scene);
		reach(&scene, from);
		scene.world.disk.held = false;
		world_post(&scene.world, scene.client, EVENT_SIGN_OUT);
		settle(&scene);
		assert_int_equal(session_state(scene.session), SESSION_ENDED);
		assert_int_equal(session_end(scene.session), END_SIGNED_OUT);
		assert_int_equal(session_was_revoked(scene.session),
				 cases[c].revoked);
		assert_in_range(issuer->requests[REVOKE], cases[c].least,
				cases[c].most);
		assert_false(is_on_disk(&scene));
		assert_int_equal(scene.client->notes[LEVEL_WARN] > 0,
				 cases[c].revoke != NULL && !cases[c].revoked);
		/* The refresh token goes first, for it is worth more; only a
		 * renewal that was cut short has an unknown outcome. */
		if (cases[c].revoke != NULL && from != SESSION_REFRESHING &&
		    strncmp(cases[c].revoke, "rules", 5) == 0 &&
		    cases[c].can_refresh)
			assert_string_equal(issuer->refresh_token, "");
		assert_false(
			world_turn(&scene.world, scene.world.now_ms + DAY_MS));
		issuer->provider.revocation_endpoint = endpoint;
		close_scene(&scene);
	}
}

/* There may be nothing to sign out of, or a person who asks twice. */
static void test_sign_out_again(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 1);
	world_post(&scene.world, scene.client, EVENT_SIGN_OUT);
	settle(&scene);
	assert_int_equal(session_end(scene.session), END_SIGNED_OUT);
	assert_false(session_was_revoked(scene.session));
	assert_int_equal(scene.world.issuer.requests[REVOKE], 0);

	begin(&scene);
	settle(&scene);
	assert_int_equal(session_end(scene.session), END_NONE);
	world_post(&scene.world, scene.client, EVENT_SIGN_OUT);
	assert_int_equal(session_state(scene.session), SESSION_REVOKING);
	world_post(&scene.world, scene.client, EVENT_SIGN_OUT);
	settle(&scene);
	world_post(&scene.world, scene.client, EVENT_SIGN_OUT);
	settle(&scene);
	assert_int_equal(session_end(scene.session), END_SIGNED_OUT);
	assert_int_equal(scene.world.issuer.requests[REVOKE], 2);
	assert_true(session_was_revoked(scene.session));
	close_scene(&scene);
}

/* Nothing of one person's troubles is left for the next one. */
static void test_next_person(void **state)
{
	(void)state;
	for (int resumed = 0; resumed < 2; resumed++) {
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;

		open_scene(&scene, 1);
		issuer->script[PROFILE] = "unauthorized";
		issuer->script[REFRESH] = "rules 500";
		scene.world.disk.full = true;
		begin(&scene);
		settle(&scene);
		run_for(&scene, 2 * HOUR_MS);
		settle(&scene);
		issuer->script[REFRESH] = "invalid_grant";
		run_for(&scene, HOUR_MS);
		assert_int_equal(session_end(scene.session), END_LOST);
		assert_non_null(session_refusal(scene.session));

		scene.world.disk.full = false;
		issuer->script[PROFILE] = "unauthorized rules";
		issuer->script[REFRESH] = NULL;
		issuer->requests[REFRESH] = issuer->requests[PROFILE] = 0;
		if (resumed != 0) {
			world_store(&scene.world, OURS, 3600);
			resume(&scene);
		} else {
			begin(&scene);
		}
		assert_int_equal(session_end(scene.session), END_NONE);
		assert_null(session_refusal(scene.session));
		assert_false(session_was_renewed(scene.session));
		settle(&scene);
		assert_true(session_was_renewed(scene.session));
		assert_int_equal(issuer->requests[REFRESH], 1);
		assert_int_equal(issuer->requests[PROFILE], 2);
		assert_null(session_refusal(scene.session));
		assert_int_equal(session_verdict(scene.session), VERDICT_OK);
		check_saved(&scene);
		/* What another process renews is taken over. */
		run_for(&scene, 50 * MINUTE_MS);
		world_store(&scene.world, OURS, 3600);
		run_for(&scene, 20 * MINUTE_MS);
		assert_int_equal(issuer->requests[REFRESH], 1);
		issuer->script[REFRESH] = "500";
		run_for(&scene, 40 * MINUTE_MS);
		assert_int_equal(session_verdict(scene.session), VERDICT_RETRY);
		world_post(&scene.world, scene.client, EVENT_SIGN_OUT);
		settle(&scene);
		assert_int_equal(session_end(scene.session), END_SIGNED_OUT);
		assert_true(session_was_revoked(scene.session));

		issuer->script[REVOKE] = "500";
		issuer->script[REFRESH] = NULL;
		begin(&scene);
		settle(&scene);
		world_post(&scene.world, scene.client, EVENT_SIGN_OUT);
		settle(&scene);
		assert_false(session_was_revoked(scene.session));
		close_scene(&scene);
	}
}

/* The file cannot be removed: the person has to know. */
static void test_wipe_fails(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 1);
	begin(&scene);
	settle(&scene);
	scene.world.disk.unreadable = true;
	world_post(&scene.world, scene.client, EVENT_SIGN_OUT);
	settle(&scene);
	assert_int_equal(session_end(scene.session), END_FAILED);
	assert_int_equal(scene.world.issuer.revoked, 2);
	assert_in_range(scene.client->notes[LEVEL_ERROR], 1, 1);
	close_scene(&scene);
}

/* Asleep for long: one renewal, and no poll of what is over. */
static void test_suspend(void **state)
{
	static const struct {
		enum session_state asleep_in;
		unsigned refreshed;
	} cases[] = {
		{SESSION_LIVE, 1},
		{SESSION_READING, 1},
		{SESSION_REFRESHING, 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		open_scene(&scene, i);
		begin(&scene);
		reach(&scene, cases[i].asleep_in);
		world_suspend(&scene.world, 2 * HOUR_MS);
		scene.world.issuer.now_ms = scene.world.now_ms;
		run_for(&scene, MINUTE_MS);
		assert_int_equal(session_state(scene.session), SESSION_LIVE);
		assert_true(is_good(&scene));
		assert_int_equal(scene.world.issuer.requests[REFRESH],
				 cases[i].refreshed);
		close_scene(&scene);
	}
}

/* A reply that nobody waits for, a lock that nobody wanted. */
static void test_stray_events(void **state)
{
	static const enum event_kind kinds[] = {
		EVENT_TICK,   EVENT_REPLY,   EVENT_LOCKED,
		EVENT_BUSY,   EVENT_SAVED,   EVENT_START,
		EVENT_CANCEL, EVENT_TOUCHED, EVENT_CLOCK,
	};
	static const enum session_state states[] = {
		SESSION_NONE,
		SESSION_LIVE,
		SESSION_ENDED,
	};
	struct reply reply = {
		.net = NET_OK,
		.status = 401,
		.body = "",
		.type = "",
		.retry_after_s = -1,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(kinds) * COUNT(states); i++) {
		enum session_state at = states[i / COUNT(kinds)];
		struct scene scene;
		struct event event;
		struct action action;

		open_scene(&scene, i);
		if (at != SESSION_NONE) {
			begin(&scene);
			settle(&scene);
		}
		if (at == SESSION_ENDED) {
			world_post(&scene.world, scene.client, EVENT_SIGN_OUT);
			settle(&scene);
		}
		event = world_event(&scene.world, kinds[i % COUNT(kinds)]);
		event.reply = &reply;
		action_clear(&action);
		session_step(scene.session, &event, &action);
		assert_int_equal(action.kind, ACTION_NONE);
		assert_int_equal(session_state(scene.session), at);
		assert_false(session_holds_lock(scene.session));
		close_scene(&scene);
	}
}

/* While it waits to read the profile again, no answer is expected. */
static void test_stray_reply(void **state)
{
	struct reply reply = {
		.net = NET_OK,
		.status = 200,
		.body = "{\"name\":\"Eve\"}",
		.body_len = 14,
		.type = "application/json",
		.retry_after_s = -1,
	};
	struct scene scene;
	struct event event;
	struct action action;

	(void)state;
	open_scene(&scene, 1);
	scene.world.issuer.script[PROFILE] = "500 rules";
	begin(&scene);
	while (scene.client->under_way)
		assert_true(world_turn(&scene.world, NEVER_MS));
	assert_int_equal(session_state(scene.session), SESSION_READING);
	event = world_event(&scene.world, EVENT_REPLY);
	event.reply = &reply;
	action_clear(&action);
	session_step(scene.session, &event, &action);
	assert_int_equal(action.kind, ACTION_NONE);
	assert_null(session_data(scene.session)->profile);
	settle(&scene);
	assert_non_null(strstr(session_data(scene.session)->profile, "Ada"));
	close_scene(&scene);
}

static void set_clock(struct scene *scene, int64_t shift_s)
{
	scene->world.wall_s += shift_s;
	world_post(&scene->world, scene->client, EVENT_CLOCK);
}

/* Tokens that came here: only what others read of them is corrected. */
static void test_clock_set(void **state)
{
	static const struct {
		int64_t shift_s;
		unsigned saves;
	} cases[] = {
		{1000000000, 1}, {-3600, 1}, {3600, 1}, {30, 0}, {-30, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		const struct disk *disk = &scene.world.disk;
		int64_t expires_ms, due_ms, stored, refresh_stored, off_s;
		unsigned saves;

		open_scene(&scene, i);
		begin(&scene);
		settle(&scene);
		assert_int_equal(session_state(scene.session), SESSION_LIVE);
		expires_ms = session_expires_ms(scene.session);
		due_ms = session_deadline(scene.session);
		stored = disk->data.expires_at;
		refresh_stored = disk->data.refresh_expires_at;
		saves = disk->saves;
		set_clock(&scene, cases[i].shift_s);
		run_for(&scene, 1000);
		assert_int_equal(session_state(scene.session), SESSION_LIVE);
		assert_true(session_expires_ms(scene.session) == expires_ms);
		assert_true(session_deadline(scene.session) == due_ms);
		assert_int_equal(disk->saves - saves, cases[i].saves);
		/* To a second: times are kept in whole ones. */
		off_s = disk->data.expires_at - stored;
		assert_true(off_s - cases[i].saves * cases[i].shift_s >= -1 &&
			    off_s - cases[i].saves * cases[i].shift_s <= 1);
		assert_true(disk->data.refresh_expires_at - refresh_stored ==
			    off_s);
		close_scene(&scene);
	}
}

/* Tokens from the store: the clock's word is all there is. */
static void test_clock_set_after_resume(void **state)
{
	struct scene scene;
	const struct issuer *issuer = &scene.world.issuer;

	(void)state;
	open_scene(&scene, 1);
	world_store(&scene.world, OURS, 3600);
	/* It reads 1970: the token seems good for a long time. */
	scene.world.wall_s -= 1000000000;
	resume(&scene);
	run_for(&scene, 2 * HOUR_MS);
	assert_int_equal(session_state(scene.session), SESSION_LIVE);
	assert_int_equal(issuer->tokens, 1);
	set_clock(&scene, 1000000000);
	run_for(&scene, MINUTE_MS);
	assert_int_equal(session_state(scene.session), SESSION_LIVE);
	assert_int_equal(issuer->tokens, 2);
	/* These came here. */
	set_clock(&scene, 3 * 3600);
	run_for(&scene, MINUTE_MS);
	assert_int_equal(issuer->tokens, 2);
	close_scene(&scene);
}

/* A refresh that failed for want of trust is tried at once, any other when it
 * is due. */
static void test_clock_set_while_renewing(void **state)
{
	static const struct {
		const char *script;
		bool hurries;
	} cases[] = {{"tls", true}, {"connect", false}, {"503", false}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;
		int64_t due_ms;

		open_scene(&scene, i);
		world_store(&scene.world, OURS, -1);
		issuer->script[REFRESH] = cases[i].script;
		resume(&scene);
		run_for(&scene, 10 * MINUTE_MS);
		while (session_state(scene.session) != SESSION_LIVE)
			world_turn(&scene.world, NEVER_MS);
		due_ms = session_deadline(scene.session);
		assert_true(due_ms > scene.world.now_ms);
		set_clock(&scene, 60);
		assert_true(session_deadline(scene.session) ==
			    (cases[i].hurries ? scene.world.now_ms : due_ms));
		issuer->script[REFRESH] = "rules";
		world_run(&scene.world, due_ms + MINUTE_MS);
		assert_int_equal(session_state(scene.session), SESSION_LIVE);
		assert_int_equal(issuer->tokens, 2);
		close_scene(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_begin),
		cmocka_unit_test(test_clock_set),
		cmocka_unit_test(test_clock_set_after_resume),
		cmocka_unit_test(test_clock_set_while_renewing),
		cmocka_unit_test(test_saved_first),
		cmocka_unit_test(test_without_profile),
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_refresh),
		cmocka_unit_test(test_refresh_trouble),
		cmocka_unit_test(test_first_retry),
		cmocka_unit_test(test_outage),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_resume_early),
		cmocka_unit_test(test_late_profile),
		cmocka_unit_test(test_wall_clock),
		cmocka_unit_test(test_wall_clock_alone),
		cmocka_unit_test(test_wall_clock_jumps),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_shared_start),
		cmocka_unit_test(test_meanwhile),
		cmocka_unit_test(test_meanwhile_reading),
		cmocka_unit_test(test_lock),
		cmocka_unit_test(test_lock_of_a_slow_one),
		cmocka_unit_test(test_lock_late),
		cmocka_unit_test(test_lock_late_for_profile),
		cmocka_unit_test(test_never_saved),
		cmocka_unit_test(test_lock_kept),
		cmocka_unit_test(test_disk),
		cmocka_unit_test(test_full_at_the_mark),
		cmocka_unit_test(test_full_at_the_profile),
		cmocka_unit_test(test_no_refresh_token),
		cmocka_unit_test(test_life_unknown),
		cmocka_unit_test(test_require),
		cmocka_unit_test(test_require_in_vain),
		cmocka_unit_test(test_require_adopts),
		cmocka_unit_test(test_sign_out),
		cmocka_unit_test(test_sign_out_again),
		cmocka_unit_test(test_next_person),
		cmocka_unit_test(test_wipe_fails),
		cmocka_unit_test(test_suspend),
		cmocka_unit_test(test_stray_events),
		cmocka_unit_test(test_stray_reply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
