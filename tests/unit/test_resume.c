/* SPDX-License-Identifier: MIT */
/*
 * What a flow makes of a code that outlived its program, in virtual time. The
 * modelled provider fails a case in which the next run polls too early, or with
 * a code that is over.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "conf/options.h"
#include "machine/flow.h"
#include "machine/pending.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HOUR_MS (60 * INT64_C(60000))
#define LIFE_S 300
#define INTERVAL_MS 5000

struct fixture {
	struct world world;
	struct flow *flow;
	struct client *client;
	struct action action; /* of the first step after a crash */
	uint64_t seed;
};

/* A program starts, after a crash where one has run before. True where it goes
 * on with that one's code; else it asks for another. */
static bool boot(struct fixture *fixture)
{
	struct world *world = &fixture->world;
	struct event event = world_event(world, EVENT_START);
	const char *record;
	bool resumed;

	flow_free(fixture->flow);
	world_crash(world);
	fixture->flow = flow_new(&world->issuer.provider, 0, 7 + fixture->seed);
	fixture->client = world_add_flow(world, fixture->flow);
	record = world_take_code(world, fixture->client);
	if (record != NULL)
		flow_recall(fixture->flow, record, world->boot);
	action_clear(&fixture->action);
	resumed = flow_resume(fixture->flow, &event, &fixture->action);
	if (!resumed)
		flow_step(fixture->flow, &event, &fixture->action);
	world_do(world, fixture->client, &fixture->action);
	return resumed;
}

static void run_for(struct fixture *fixture, int64_t ms)
{
	world_run(&fixture->world, fixture->world.now_ms + ms);
}

/* With a code on show. */
static void open_fixture(struct fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	world_init(&fixture->world);
	fixture->world.issuer.code_life_s = LIFE_S;
}

static void show_code(struct fixture *fixture)
{
	assert_false(boot(fixture));
	run_for(fixture, 1000);
	assert_int_equal(flow_state(fixture->flow), FLOW_WAITING);
}

static void close_fixture(struct fixture *fixture)
{
	flow_free(fixture->flow);
	world_free(&fixture->world);
}

static void reach(struct fixture *fixture, enum flow_state state)
{
	int64_t until_ms = fixture->world.now_ms + HOUR_MS;

	while (flow_state(fixture->flow) != state &&
	       world_turn(&fixture->world, until_ms))
		continue;
	assert_int_equal(flow_state(fixture->flow), state);
}

static void test_clocks(void **state)
{
	static const struct {
		const char *what;
		int64_t away_ms; /* between the crash and the next start */
		bool reboot;
		int64_t shift_s; /* of the wall clock meanwhile */
		bool resumes;
	} cases[] = {
		{"at once", 0, false, 0, true},
		{"a minute later", 60000, false, 0, true},
		{"the wall clock is set forward", 0, false, 3600, true},
		{"the wall clock is set back", 0, false, -3600, true},
		{"the wall clock is set to 1970", 0, false, -1800000000, true},
		{"just before its end", 292000, false, 0, true},
		{"no poll fits in any more", 296000, false, 0, false},
		{"too late", 300000, false, 0, false},
		{"much too late", HOUR_MS, false, 0, false},
		{"too late, though the clock was set back", 300000, false,
		 -3600, false},
		{"another start", 60000, true, 0, true},
		{"another start, too late", 300000, true, 0, false},
		{"another start, clock ahead", 60000, true, 3600, false},
		{"another start, clock behind", 60000, true, -3600, false},
		{"another start in 1970", 60000, true, -1800000000, false},
		{"another start, a little behind", 60000, true, -30, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		char *code;

		open_fixture(&fixture);
		show_code(&fixture);
		code = xstrdup(flow_code(fixture.flow)->user_code);
		fixture.world.now_ms += cases[i].away_ms;
		fixture.world.wall_s += cases[i].shift_s;
		if (cases[i].reboot)
			fixture.world.boot = "second";
		if (boot(&fixture) != cases[i].resumes)
			fail_msg("%s: %s", cases[i].what, fixture.action.note);
		run_for(&fixture, 1000);
		assert_int_equal(
			fixture.world.issuer
				.requests[REQUEST_DEVICE_AUTHORIZATION],
			cases[i].resumes ? 1 : 2);
		assert_int_equal(
			strcmp(flow_code(fixture.flow)->user_code, code) == 0,
			cases[i].resumes);
		assert_int_equal(flow_codes(fixture.flow), 1);
		fixture.world.issuer.approve_ms = fixture.world.now_ms;
		reach(&fixture, FLOW_GRANTED);
		assert_null(fixture.world.disk.code);
		free(code);
		close_fixture(&fixture);
	}
}

/* What the wall clock says of a code that comes from before the start of the
 * machine holds when it has been set right, too. */
static void set_right_later(bool told)
{
	struct fixture fixture;
	unsigned polls;

	open_fixture(&fixture);
	show_code(&fixture);
	fixture.world.now_ms += HOUR_MS; /* the power was away */
	fixture.world.wall_s -= 3600;	 /* and with it the clock */
	fixture.world.boot = "second";
	fixture.world.issuer.code_sent_ms = fixture.world.now_ms;
	assert_true(boot(&fixture));
	run_for(&fixture, 15000);
	assert_int_equal(flow_state(fixture.flow), FLOW_WAITING);
	polls = fixture.world.issuer.requests[REQUEST_POLL];
	assert_true(polls > 0);
	fixture.world.wall_s += 3600;
	if (told)
		world_post(&fixture.world, fixture.client, EVENT_CLOCK);
	else
		reach(&fixture, FLOW_EXPIRED);
	assert_int_equal(flow_state(fixture.flow), FLOW_EXPIRED);
	assert_int_equal(fixture.world.issuer.requests[REQUEST_POLL], polls);
	assert_null(fixture.world.disk.code);
	close_fixture(&fixture);
}

static void test_clock_set_right_later(void **state)
{
	(void)state;
	set_right_later(false);
	set_right_later(true);
}

/* A code that came before the clock was right: once that is known, it survives
 * another start of the machine. */
static void test_clock_set_right_first(void **state)
{
	(void)state;
	for (int told = 0; told < 2; told++) {
		struct fixture fixture;

		open_fixture(&fixture);
		fixture.world.wall_s = 0; /* 1970 */
		show_code(&fixture);
		fixture.world.wall_s = 1800000000;
		for (int i = 0; i < 2 * told; i++) /* once is news */
			world_post(&fixture.world, fixture.client, EVENT_CLOCK);
		assert_int_equal(fixture.world.disk.code_saves, 1 + told);
		fixture.world.boot = "second";
		assert_int_equal(boot(&fixture), told);
		close_fixture(&fixture);
	}
}

/* Another start of the machine goes by a clock that is a little off: the end of
 * the code is right once that is set. */
static void test_clock_set_after_another_start(void **state)
{
	static const int64_t shifts_s[] = {-60, 60};

	(void)state;
	for (size_t i = 0; i < COUNT(shifts_s); i++) {
		struct fixture fixture;
		int64_t end_ms;

		open_fixture(&fixture);
		show_code(&fixture);
		end_ms = flow_expires_ms(fixture.flow);
		fixture.world.now_ms += 100000;
		fixture.world.wall_s += shifts_s[i];
		fixture.world.boot = "second";
		assert_true(boot(&fixture));
		fixture.world.wall_s -= shifts_s[i];
		world_post(&fixture.world, fixture.client, EVENT_CLOCK);
		assert_in_range(flow_expires_ms(fixture.flow), end_ms - 2000,
				end_ms + 2000);
		close_fixture(&fixture);
	}
}

/* Where the power comes back, all the kiosks of a building are about to poll.
 */
static void test_apart(void **state)
{
	int64_t first_ms = 0;
	unsigned apart = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct fixture fixture;
		int64_t wait_ms;

		open_fixture(&fixture);
		fixture.seed = seed;
		show_code(&fixture);
		assert_true(boot(&fixture));
		wait_ms = flow_deadline(fixture.flow) - fixture.world.now_ms;
		if (seed == 0)
			first_ms = wait_ms;
		apart += wait_ms < first_ms - 100 || wait_ms > first_ms + 100;
		close_fixture(&fixture);
	}
	assert_true(apart >= 15);
}

/* The last run may have asked a moment ago, and been told to slow down. */
static void test_first_poll(void **state)
{
	static const struct {
		const char *script;
		int64_t interval_ms;
	} cases[] = {
		{"pending", INTERVAL_MS},
		{"slow_down pending", INTERVAL_MS + 5000},
		{"slow_down*2 pending", INTERVAL_MS + 10000},
		{"slow_down:40 pending", 40000},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;
		int64_t start_ms;
		unsigned polls;

		open_fixture(&fixture);
		issuer->script[REQUEST_POLL] = cases[i].script;
		show_code(&fixture);
		run_for(&fixture, 90000);
		fixture.world.now_ms += 100;
		start_ms = fixture.world.now_ms;
		assert_true(boot(&fixture));
		assert_int_equal(flow_code(fixture.flow)->interval_s * 1000,
				 cases[i].interval_ms);
		assert_in_range(flow_deadline(fixture.flow) - start_ms,
				cases[i].interval_ms,
				2 * cases[i].interval_ms + 1000);
		polls = issuer->requests[REQUEST_POLL];
		run_for(&fixture, 2 * cases[i].interval_ms + 2000);
		assert_int_equal(issuer->requests[REQUEST_POLL], polls + 1);
		close_fixture(&fixture);
	}
}

/* What the last poll of the last run brought is lost, or the code has expired
 * meanwhile: another one, as if nothing had been kept. Once the provider has
 * called the code pending, its user is told how it ends. */
static void test_code_used_up(void **state)
{
	static const struct {
		const char *polls; /* of the resumed code */
		bool replaced;
		enum flow_state end; /* where it is not */
	} cases[] = {
		{"expired pending", true, FLOW_IDLE},
		{"invalid_grant pending", true, FLOW_IDLE},
		{"500 expired pending", true, FLOW_IDLE},
		{"timeout*2 invalid_grant pending", true, FLOW_IDLE},
		{"crossed expired pending", true, FLOW_IDLE},
		{"pending expired", false, FLOW_EXPIRED},
		{"pending invalid_grant", false, FLOW_FAILED},
		{"slow_down expired", false, FLOW_EXPIRED},
		{"denied", false, FLOW_DENIED},
		{"refused", false, FLOW_FAILED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		unsigned *requests = fixture.world.issuer.requests;

		open_fixture(&fixture);
		show_code(&fixture);
		assert_true(boot(&fixture));
		fixture.world.issuer.script[REQUEST_POLL] = cases[i].polls;
		if (!cases[i].replaced) {
			reach(&fixture, cases[i].end);
			assert_int_equal(requests[REQUEST_DEVICE_AUTHORIZATION],
					 1);
			close_fixture(&fixture);
			continue;
		}
		reach(&fixture, FLOW_REQUESTING);
		assert_null(fixture.world.disk.code);
		assert_int_equal(fixture.client->last_level, LEVEL_INFO);
		reach(&fixture, FLOW_WAITING);
		assert_int_equal(flow_codes(fixture.flow), 2);
		assert_non_null(strstr(fixture.world.disk.code, "device-2"));
		fixture.world.issuer.approve_ms = fixture.world.now_ms;
		fixture.world.issuer.script[REQUEST_POLL] = "rules";
		reach(&fixture, FLOW_GRANTED);
		assert_int_equal(requests[REQUEST_DEVICE_AUTHORIZATION], 2);
		close_fixture(&fixture);
	}
}

/* Another code that is used up is the user's: no third one. */
static void test_used_up_once(void **state)
{
	struct fixture fixture;

	(void)state;
	open_fixture(&fixture);
	show_code(&fixture);
	assert_true(boot(&fixture));
	fixture.world.issuer.script[REQUEST_POLL] = "expired";
	reach(&fixture, FLOW_EXPIRED);
	assert_int_equal(
		fixture.world.issuer.requests[REQUEST_DEVICE_AUTHORIZATION], 2);
	close_fixture(&fixture);
}

/* The clock turns out to be later than the one by which the code was resumed:
 * before the first poll, and with it. */
static void test_over_before_a_poll(void **state)
{
	(void)state;
	for (int told = 0; told < 2; told++) {
		struct fixture fixture;
		unsigned *requests = fixture.world.issuer.requests;

		open_fixture(&fixture);
		show_code(&fixture);
		fixture.world.now_ms += HOUR_MS; /* the power was away */
		fixture.world.wall_s -= 3600;	 /* and with it the clock */
		fixture.world.boot = "second";
		assert_true(boot(&fixture));
		fixture.world.wall_s += 3600;
		if (told)
			world_post(&fixture.world, fixture.client, EVENT_CLOCK);
		else
			reach(&fixture, FLOW_REQUESTING);
		assert_int_equal(flow_state(fixture.flow), FLOW_REQUESTING);
		assert_int_equal(requests[REQUEST_POLL], 0);
		reach(&fixture, FLOW_WAITING);
		assert_int_equal(requests[REQUEST_DEVICE_AUTHORIZATION], 2);
		close_fixture(&fixture);
	}
}

/* The verifier and the key that the tokens are bound to go along. */
static void test_secrets_of_the_code(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;
		struct tokens tokens = {0};

		open_fixture(&fixture);
		issuer->wants_pkce = (i & 1) != 0;
		issuer->dpop = issuer->provider.dpop = (i & 2) != 0;
		show_code(&fixture);
		assert_true(boot(&fixture));
		issuer->approve_ms = fixture.world.now_ms;
		reach(&fixture, FLOW_GRANTED);
		flow_take_tokens(fixture.flow, &tokens);
		assert_int_equal(tokens.dpop_key != NULL, issuer->dpop);
		tokens_free(&tokens);
		close_fixture(&fixture);
	}
}

static void replace(char **text, const char *by)
{
	free(*text);
	*text = xstrdup(by);
}

/* Another client or other settings now. */
static void test_settings(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		struct fixture fixture;
		struct provider *provider = &fixture.world.issuer.provider;

		open_fixture(&fixture);
		show_code(&fixture);
		switch (i) {
		case 0:
			replace(&provider->client_id, "other");
			break;
		case 1:
			replace(&provider->issuer, "https://other.example");
			break;
		case 2:
			replace(&provider->scope, "profile email");
			break;
		case 3:
			replace(&provider->audience, "api");
			break;
		case 4:
			replace(&provider->device_authorization_endpoint,
				"https://id.example/device2");
			break;
		case 5:
			replace(&provider->device_token_endpoint,
				"https://id.example/token2");
			break;
		case 6:
			replace(&provider->device_name, "Lobby");
			break;
		case 7:
			provider->dpop = true;
			break;
		case 8:
			provider->extra = xcalloc(1, sizeof(struct param));
			provider->extra_count = 1;
			provider->extra[0].name = xstrdup("prompt");
			provider->extra[0].value = xstrdup("login");
			break;
		default: /* nothing that matters */
			replace(&provider->label, "Somebody");
			replace(&provider->userinfo_endpoint,
				"https://id.example/me");
			break;
		}
		assert_int_equal(boot(&fixture), i == 9);
		assert_int_equal(strstr(fixture.action.note, "settings") !=
					 NULL,
				 i != 9);
		close_fixture(&fixture);
	}
}

/* Flash memory wears out: once for each code, and for each slow_down. */
static void test_writes(void **state)
{
	struct fixture fixture;
	const struct disk *disk = &fixture.world.disk;

	(void)state;
	open_fixture(&fixture);
	fixture.world.issuer.script[REQUEST_POLL] =
		"pending*10 slow_down pending*4 timeout pending*3 expired";
	assert_null(disk->code);
	show_code(&fixture);
	assert_int_equal(disk->code_saves, 1);
	run_for(&fixture, 55000);
	assert_int_equal(fixture.world.issuer.requests[REQUEST_POLL], 10);
	assert_int_equal(disk->code_saves, 1);
	run_for(&fixture, 10000);
	assert_int_equal(disk->code_saves, 2);
	assert_true(boot(&fixture));
	assert_int_equal(disk->code_saves, 2);
	reach(&fixture, FLOW_EXPIRED);
	assert_int_equal(disk->code_saves, 2);
	assert_null(disk->code);
	assert_null(flow_record(fixture.flow, ""));
	close_fixture(&fixture);
}

/* Every way in which a code ends, and a person who wants another one. */
static void test_ends(void **state)
{
	static const struct {
		const char *poll;
		enum flow_state state;
	} cases[] = {
		{"ok", FLOW_GRANTED},	   {"denied", FLOW_DENIED},
		{"expired", FLOW_EXPIRED}, {"pending", FLOW_EXPIRED},
		{"refused", FLOW_FAILED},  {"invalid_client", FLOW_FAILED},
		{"timeout", FLOW_FAILED},
	};
	struct fixture fixture;

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		open_fixture(&fixture);
		fixture.world.issuer.script[REQUEST_POLL] = cases[i / 2].poll;
		show_code(&fixture);
		assert_non_null(fixture.world.disk.code);
		if (i % 2 == 1)
			assert_true(boot(&fixture));
		reach(&fixture, cases[i / 2].state);
		assert_null(fixture.world.disk.code);
		close_fixture(&fixture);
	}
	open_fixture(&fixture);
	show_code(&fixture);
	world_post(&fixture.world, fixture.client, EVENT_START);
	assert_null(fixture.world.disk.code);
	run_for(&fixture, 1000);
	assert_non_null(strstr(fixture.world.disk.code, "device-2"));
	world_post(&fixture.world, fixture.client, EVENT_CANCEL);
	assert_null(fixture.world.disk.code);
	close_fixture(&fixture);
}

/* An address to open is not kept: where the browser would come back is gone
 * with the program. */
static void test_code_grant(void **state)
{
	struct fixture fixture;

	(void)state;
	open_fixture(&fixture);
	show_code(&fixture);
	fixture.world.issuer.provider.code_grant = true;
	assert_false(boot(&fixture));
	assert_non_null(flow_authorization_uri(fixture.flow));
	assert_null(flow_record(fixture.flow, "b"));
	assert_null(fixture.world.disk.code);
	close_fixture(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_clock_set_right_first),
		cmocka_unit_test(test_clock_set_right_later),
		cmocka_unit_test(test_clock_set_after_another_start),
		cmocka_unit_test(test_apart),
		cmocka_unit_test(test_first_poll),
		cmocka_unit_test(test_code_used_up),
		cmocka_unit_test(test_used_up_once),
		cmocka_unit_test(test_over_before_a_poll),
		cmocka_unit_test(test_secrets_of_the_code),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_writes),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_code_grant),
	};

	json_init();
	return cmocka_run_group_tests_name("resume", tests, NULL, NULL);
}
