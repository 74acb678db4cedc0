/* SPDX-License-Identifier: MIT */
/*
 * A year in a minute: a kiosk through 365 days of visitors, refusals, outages,
 * power cuts, suspends, full disks and a wall clock that jumps, in virtual
 * time. The modelled provider and the world fail the test where a poll comes
 * too early or a machine moves in circles; what else must hold is below.
 * SEED=N in the environment runs that year alone.
 */
#include "config.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "machine/flow.h"
#include "machine/session.h"
#include "machine/visit.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

enum { YEARS = 8, MEMORY_SLACK = 4 * 1024 };

struct year {
	struct world world;
	struct visit_policy policy;
	struct visit *visit;
	struct client *client;
	uint64_t seed;
	unsigned lost; /* refreshes whose outcome the client cannot know */
	bool excused;  /* the wall clock has jumped since the last token */
	int known_tokens;
	int64_t wall_s; /* what the clock would show had it not jumped */
	unsigned sign_ins;
	unsigned taken_up; /* codes of an earlier run */
	size_t memory;	   /* in use after the first month, signed in */
};

static int64_t below(struct year *year, int64_t limit)
{
	return jitter_ms(&year->seed, limit);
}

/* Stands between the client and the provider: no token is used after its end,
 * unless the client has an excuse. */
static void watch(void *self, const struct request *request,
		  struct answer *answer)
{
	struct year *year = self;
	struct issuer *issuer = &year->world.issuer;
	enum request_kind kind = issuer_kind(request);
	unsigned replays = issuer->replays;

	if (kind == REQUEST_PROFILE && !year->excused &&
	    strcmp(request->authorization + strlen("Bearer "),
		   issuer->access_token) == 0)
		assert_true(issuer->now_ms < issuer->access_expires_ms);
	issuer_answer(issuer, request, answer);
	if (kind == REQUEST_REFRESH && answer->net == NET_TIMEOUT &&
	    issuer->tokens != year->known_tokens)
		year->lost++;
	if (issuer->tokens != year->known_tokens)
		year->excused = false;
	year->known_tokens = issuer->tokens;
	/* A refresh token that was used before goes out only where its first
	 * use may have failed. */
	if (issuer->replays > replays)
		assert_in_range(issuer->replays, 1, year->lost);
}

static const char *const boots[] = {"first", "second", "third", "fourth"};

/* The program starts, after a crash or a power cut where it has run before. */
static void boot(struct year *year)
{
	struct world *world = &year->world;
	struct event event = world_event(world, EVENT_TICK);
	const char *kept = world->disk.data.tokens.refresh_token;
	const char *code;
	struct action action;

	/* A token on the disk that is not the provider's last one: the newer
	 * one could not be saved, or its answer did not arrive. */
	if (year->visit != NULL &&
	    (year->client->driver.sending ||
	     (kept != NULL && strcmp(kept, world->issuer.refresh_token) != 0)))
		year->lost++;
	visit_free(year->visit);
	world_crash(world);
	year->visit = visit_new(&world->issuer.provider, &year->policy,
				(uint64_t)below(year, INT32_MAX));
	year->client = world_add_visit(world, year->visit);
	/* The program alone has ended, or the machine. */
	world->boot = below(year, 2) == 0 ? world->boot
					  : boots[below(year, COUNT(boots))];
	code = world_take_code(world, year->client);
	if (code != NULL)
		visit_recall_code(year->visit, code, world->boot);
	visit_begin(year->visit, &event, &action);
	world_do(world, year->client, &action);
	year->taken_up += flow_code(visit_flow(year->visit)) != NULL;
}

static void user_event(struct year *year, enum event_kind kind)
{
	world_post(&year->world, year->client, kind);
}

static void visitor(struct year *year)
{
	struct issuer *issuer = &year->world.issuer;
	int64_t then_ms =
		year->world.now_ms + SECOND_MS + below(year, 4 * MINUTE_MS);

	if (visit_stage(year->visit) != VISIT_PROFILE)
		user_event(year, EVENT_START);
	switch (below(year, 4)) {
	case 0:
		issuer->deny_ms = then_ms;
		break;
	case 1: /* walks away */
		break;
	default:
		issuer->approve_ms = then_ms;
		break;
	}
}

/* The program ends while somebody signs in, or just after that. */
static void cut_off(struct year *year)
{
	visitor(year);
	world_run(&year->world,
		  year->world.now_ms + below(year, 2 * MINUTE_MS));
	boot(year);
}

static void outage(struct year *year)
{
	static const char *const words[] = {"timeout", "resolve", "connect",
					    "502",     "503:60",  "429:120",
					    "tls",     "html",	  "cut"};
	struct issuer *issuer = &year->world.issuer;

	issuer->outage = words[below(year, COUNT(words))];
	issuer->outage_end_ms =
		year->world.now_ms + MINUTE_MS +
		below(year, below(year, 8) == 0 ? 3 * DAY_MS : HOUR_MS);
}

/* One answer goes wrong. */
static void mishap(struct year *year)
{
	static const struct {
		enum request_kind kind;
		const char *script;
	} mishaps[] = {
		{REQUEST_REFRESH, "lost rules"},
		{REQUEST_REFRESH, "429:30 rules"},
		{REQUEST_REFRESH, "502*3 rules"},
		{REQUEST_REFRESH, "html rules"},
		{REQUEST_POLL, "slow_down*3 rules"},
		{REQUEST_POLL, "slow_down:40 rules"},
		{REQUEST_POLL, "lost rules"},
		{REQUEST_POLL, "502*5 rules"},
		{REQUEST_POLL, "429:20 rules"},
		{REQUEST_DEVICE_AUTHORIZATION, "503:15 rules"},
		{REQUEST_DEVICE_AUTHORIZATION, "html*2 rules"},
		{REQUEST_DEVICE_AUTHORIZATION, "invalid_client rules"},
		{REQUEST_PROFILE, "unauthorized rules"},
		{REQUEST_PROFILE, "forbidden rules"},
		{REQUEST_REVOCATION, "503 rules"},
		{REQUEST_REVOCATION, "timeout rules"},
	};
	size_t i = (size_t)below(year, COUNT(mishaps));
	struct issuer *issuer = &year->world.issuer;

	issuer->script[mishaps[i].kind] = mishaps[i].script;
	issuer->used[mishaps[i].kind] = 0;
}

static void jump(struct year *year)
{
	static const int64_t hours[] = {-1, 1, -24 * 400, 24 * 4000};
	size_t i = (size_t)below(year, COUNT(hours) + 2);

	year->excused = true;
	if (i < COUNT(hours))
		year->world.wall_s += 3600 * hours[i];
	else if (i == COUNT(hours)) /* 1970 */
		year->world.wall_s = -year->world.now_ms / 1000;
	else
		year->world.wall_s = year->wall_s;
	world_post(&year->world, year->client, EVENT_CLOCK);
}

/* Something happens that no machine is asked about. */
static void happen(struct year *year)
{
	struct disk *disk = &year->world.disk;

	switch (below(year, 17)) {
	case 0:
		outage(year);
		break;
	case 1:
		boot(year);
		break;
	case 2:
		jump(year);
		break;
	case 3:
		world_suspend(&year->world, below(year, 2 * DAY_MS));
		break;
	case 4:
		disk->full = !disk->full;
		break;
	case 5:
		disk->held = !disk->held;
		break;
	case 6:
		issuer_end_session(&year->world.issuer);
		break;
	case 7:
		issuer_end_access(&year->world.issuer);
		break;
	case 8:
	case 9:
		mishap(year);
		break;
	case 10:
		user_event(year, EVENT_SIGN_OUT);
		break;
	case 11:
		user_event(year, EVENT_CANCEL);
		break;
	case 12:
		user_event(year, EVENT_TOUCHED);
		break;
	case 13:
		cut_off(year);
		break;
	default:
		visitor(year);
		break;
	}
}

/* True if it waits for something, or has a reason not to. */
static void check_moving(const struct year *year)
{
	enum visit_stage stage = visit_stage(year->visit);

	assert_int_not_equal(stage, VISIT_OVER);
	if (year->client->driver.sending ||
	    visit_deadline(year->visit) != NEVER_MS)
		return;
	if (stage != VISIT_WELCOME && stage != VISIT_PROFILE &&
	    stage != VISIT_TROUBLE && stage != VISIT_SIGN_IN)
		fail_msg("%s for ever", states_name(&visit_stages, stage));
}

static bool reach(struct year *year, enum visit_stage stage, int64_t ms)
{
	int64_t until_ms = year->world.now_ms + ms;

	while (visit_stage(year->visit) != stage &&
	       world_turn(&year->world, until_ms))
		continue;
	return visit_stage(year->visit) == stage;
}

/* What is allocated. malloc() counts as such what was freed and lies in the
 * thread's cache, which the course of a year fills by chance: so that is taken
 * out first. */
static size_t allocated(void)
{
	enum { STEP = 8, SIZES = 1040 / STEP, EACH = 16 };
	static void *taken[SIZES * EACH];
	size_t bytes = 0;

	for (size_t i = 0; i < COUNT(taken); i++) {
		taken[i] = malloc((i / EACH + 1) * STEP);
		assert_non_null(taken[i]);
		bytes += malloc_usable_size(taken[i]) + sizeof(size_t);
	}
	bytes = mallinfo2().uordblks - bytes;
	for (size_t i = 0; i < COUNT(taken); i++)
		free(taken[i]);
	return bytes;
}

/* All is well again: whatever came before, the next visitor is served, and the
 * kiosk has no more in memory than a month after it began. */
static void take_stock(struct year *year, int month)
{
	struct issuer *issuer = &year->world.issuer;
	size_t memory;

	issuer->outage_end_ms = 0;
	memset(issuer->script, 0, sizeof(issuer->script));
	issuer->deny_ms = NEVER_MS;
	year->world.disk.full = false;
	year->world.disk.held = false;
	world_run(&year->world, year->world.now_ms + HOUR_MS);
	user_event(year, EVENT_SIGN_OUT);
	world_run(&year->world, year->world.now_ms + HOUR_MS);
	user_event(year, EVENT_START);
	world_run(&year->world, year->world.now_ms + 10 * SECOND_MS);
	issuer->approve_ms = year->world.now_ms;
	if (!reach(year, VISIT_PROFILE, HOUR_MS))
		fail_msg("month %d: still %s", month,
			 states_name(&visit_stages, visit_stage(year->visit)));
	year->sign_ins++;
	memory = allocated();
	if (month == 1)
		year->memory = memory;
	else if (memory > year->memory + MEMORY_SLACK)
		fail_msg("month %d: %zu bytes, %zu in the first", month, memory,
			 year->memory);
}

static void live(struct year *year)
{
	const int64_t start_ms = year->world.now_ms;

	boot(year);
	for (int month = 1; month <= 12; month++) {
		int64_t end_ms = start_ms + month * 365 * DAY_MS / 12;

		while (year->world.now_ms < end_ms) {
			world_run(&year->world,
				  year->world.now_ms +
					  below(year, 3 * HOUR_MS));
			check_moving(year);
			happen(year);
		}
		take_stock(year, month);
	}
}

static void run(uint64_t seed)
{
	struct year *year = calloc(1, sizeof(*year));
	struct issuer *issuer;

	assert_non_null(year);
	print_message("SEED=%llu\n", (unsigned long long)seed);
	year->seed = seed * 1000003;
	world_init(&year->world);
	issuer = &year->world.issuer;
	year->world.answerer = watch;
	year->world.answerer_self = year;
	year->wall_s = year->world.wall_s;
	issuer->token_life_s = (int64_t[]){900, 3600, 86400}[seed % 3];
	issuer->interval_s = (int64_t[]){5, 0, 10, 1}[seed % 4];
	year->policy = (struct visit_policy){
		.wait_for_key = seed % 2 == 0,
		.resume = seed % 5 != 0,
		.renewals = seed % 2 == 0 ? 0 : 3,
		.sign_out_after_ms = seed % 3 == 1 ? 20 * MINUTE_MS : 0,
	};
	live(year);
	assert_int_equal(year->sign_ins, 12);
	assert_true(issuer->granted >= 12);
	assert_true(year->taken_up > 0);
	visit_free(year->visit);
	world_free(&year->world);
	free(year);
}

static void test_years(void **state)
{
	const char *chosen = getenv("SEED");
	int64_t seed;

	(void)state;
	if (chosen != NULL) {
		assert_true(text_number(chosen, strlen(chosen), 0, INT32_MAX,
					&seed));
		run((uint64_t)seed);
		return;
	}
	for (seed = 1; seed <= YEARS; seed++)
		run((uint64_t)seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_years),
	};

	return cmocka_run_group_tests_name("year", tests, NULL, NULL);
}
