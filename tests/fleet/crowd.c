/* SPDX-License-Identifier: MIT */
/*
 * Carries out what the kiosks want, lets people come and go, and lets time
 * pass in between: from one thing that happens to the next, whoever's it is.
 */
#include "config.h"

#include "crowd.h"

#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/flow.h"
#include "core/session.h"
#include "core/visit.h"
#include "queue.h"

/* What the machine's clock shows when the program starts, after booting. */
#define BOOTED_MS 15000

/* What the wall clock shows at the beginning of the day. */
#define WALL_S 1800000000

/* How long people wait for a code, and to be let in, before they go away. */
#define PATIENCE_MS 180000

/* Waiting so long after an outage is still the outage's doing: the longest
 * pause between two tries. */
#define AFTERMATH_MS 60000

enum person {
	PERSON_AWAY,	 /* comes at person_ms */
	PERSON_BOUND,	 /* pressed a key and wants a code */
	PERSON_READING,	 /* has a code, and decides at person_ms */
	PERSON_APPROVED, /* waits for the profile */
	PERSON_IN	 /* signs out at person_ms */
};

struct kiosk {
	struct visit *visit;
	struct session_data *kept; /* the session file; NULL: empty */
	struct device device;
	struct reply reply;
	int64_t boot_ms;  /* of the day */
	int64_t reply_ms; /* when the answer arrives; NEVER_MS: none is due */
	int64_t person_ms;
	int64_t since_ms; /* waits since then */
	enum person person;
	bool begun;
};

struct crowd {
	const struct day *day;
	struct authority *authority;
	struct provider *provider;
	struct kiosk *kiosks;
	struct queue *queue;
	struct outcome *outcome;
	uint64_t seed;
	int64_t now_ms;		/* of the day */
	double rate[DAY_HOURS]; /* visitors per millisecond and kiosk */
	double peak_rate;
};

/* A number in [0, 1). */
static double chance(struct crowd *crowd)
{
	return (double)jitter_ms(&crowd->seed, 1 << 30) / (1 << 30);
}

static int64_t between(struct crowd *crowd, int64_t min, int64_t max)
{
	return min + jitter_ms(&crowd->seed, max - min + 1);
}

/* The next visitor, by thinning: candidates come at the day's highest rate, and
 * are taken as often as the hour's own rate is lower. */
static int64_t next_visitor(struct crowd *crowd)
{
	int64_t at_ms = crowd->now_ms;

	while (crowd->peak_rate > 0 && at_ms < crowd->day->length_ms) {
		double gap_ms = -log(1 - chance(crowd)) / crowd->peak_rate;

		at_ms += 1 + (int64_t)gap_ms;
		if (chance(crowd) * crowd->peak_rate <
		    crowd->rate[at_ms / 3600000 % DAY_HOURS])
			return at_ms;
	}
	return NEVER_MS;
}

static void set_rates(struct crowd *crowd)
{
	const struct day *day = crowd->day;
	double sum = 0;

	for (size_t hour = 0; hour < DAY_HOURS; hour++)
		sum += day->weights[hour];
	for (size_t hour = 0; hour < DAY_HOURS && sum > 0; hour++) {
		crowd->rate[hour] =
			day->visitors * day->weights[hour] / sum / 3600000;
		if (crowd->rate[hour] > crowd->peak_rate)
			crowd->peak_rate = crowd->rate[hour];
	}
}

struct crowd *crowd_new(const struct day *day, struct provider *provider,
			struct authority *authority, uint64_t seed)
{
	struct crowd *crowd = xcalloc(1, sizeof(*crowd));

	crowd->day = day;
	crowd->authority = authority;
	crowd->provider = provider;
	crowd->seed = seed;
	crowd->kiosks = xcalloc((size_t)day->kiosks, sizeof(*crowd->kiosks));
	crowd->queue = queue_new((size_t)day->kiosks);
	set_rates(crowd);
	for (size_t i = 0; i < (size_t)day->kiosks; i++) {
		struct kiosk *kiosk = &crowd->kiosks[i];

		kiosk->reply_ms = NEVER_MS;
		kiosk->boot_ms =
			day->boot_ms +
			jitter_ms(&crowd->seed, day->boot_spread_ms + 1);
		crowd->now_ms = kiosk->boot_ms;
		kiosk->person_ms = next_visitor(crowd);
		queue_set(crowd->queue, i, kiosk->boot_ms);
	}
	crowd->now_ms = 0;
	return crowd;
}

static void forget(struct kiosk *kiosk)
{
	if (kiosk->kept != NULL)
		session_data_free(kiosk->kept);
	free(kiosk->kept);
	kiosk->kept = NULL;
}

void crowd_free(struct crowd *crowd)
{
	for (size_t i = 0; i < (size_t)crowd->day->kiosks; i++) {
		visit_free(crowd->kiosks[i].visit);
		forget(&crowd->kiosks[i]);
	}
	queue_free(crowd->queue);
	free(crowd->kiosks);
	free(crowd);
}

static struct event event_now(const struct crowd *crowd,
			      const struct kiosk *kiosk, enum event_kind kind)
{
	struct event event = {
		.kind = kind,
		.now_ms = crowd->now_ms - kiosk->boot_ms + BOOTED_MS,
		.wall_s = WALL_S + crowd->now_ms / 1000,
	};

	return event;
}

/* Does one action. True where it has an answer at once, in *event. */
static bool perform(struct crowd *crowd, struct kiosk *kiosk,
		    struct action *action, struct event *event)
{
	*event = event_now(crowd, kiosk, EVENT_SAVED);
	event->ok = true;
	switch (action->kind) {
	case ACTION_NONE:
		return false;
	case ACTION_SEND:
		kiosk->reply_ms = authority_answer(
			crowd->authority, &kiosk->device, action->request,
			crowd->now_ms, &kiosk->reply);
		request_free(action->request);
		return false;
	case ACTION_DROP:
		kiosk->reply_ms = NEVER_MS;
		return false;
	case ACTION_LOCK:
		event->kind = EVENT_LOCKED;
		event->data = kiosk->kept;
		break;
	case ACTION_SAVE:
		if (kiosk->kept == NULL)
			kiosk->kept = xcalloc(1, sizeof(*kiosk->kept));
		session_data_copy(kiosk->kept,
				  session_data(visit_session(kiosk->visit)));
		break;
	case ACTION_WIPE:
		forget(kiosk);
		break;
	}
	return true;
}

static void carry_out(struct crowd *crowd, struct kiosk *kiosk,
		      struct action *action)
{
	struct event event;

	crowd->outcome->steps++;
	while (perform(crowd, kiosk, action, &event)) {
		visit_step(kiosk->visit, &event, action);
		crowd->outcome->steps++;
	}
}

static void post(struct crowd *crowd, struct kiosk *kiosk, enum event_kind kind)
{
	struct event event = event_now(crowd, kiosk, kind);
	struct action action;

	if (kind == EVENT_REPLY) {
		kiosk->reply_ms = NEVER_MS;
		event.reply = &kiosk->reply;
	}
	visit_step(kiosk->visit, &event, &action);
	carry_out(crowd, kiosk, &action);
}

static void begin(struct crowd *crowd, struct kiosk *kiosk)
{
	struct visit_policy policy = {
		.wait_for_key = crowd->day->start_key,
		.resume = true,
		.spread = true,
	};
	struct event event = event_now(crowd, kiosk, EVENT_TICK);
	struct action action;

	kiosk->begun = true;
	kiosk->visit = visit_new(crowd->provider, &policy,
				 (uint64_t)jitter_ms(&crowd->seed, INT64_MAX));
	visit_begin(kiosk->visit, &event, &action);
	carry_out(crowd, kiosk, &action);
}

static void go_away(struct crowd *crowd, struct kiosk *kiosk)
{
	kiosk->person = PERSON_AWAY;
	kiosk->person_ms = next_visitor(crowd);
}

/* Whether a wait that ends now was not made longer by an outage. */
static bool was_undisturbed(const struct crowd *crowd, int64_t since_ms)
{
	for (size_t i = 0; i < crowd->day->outage_count; i++) {
		const struct outage *outage = &crowd->day->outages[i];

		if (since_ms < outage->until_ms + AFTERMATH_MS &&
		    crowd->now_ms > outage->from_ms)
			return false;
	}
	return true;
}

static void count_wait(const struct crowd *crowd, int64_t since_ms,
		       int64_t *worst_ms, int64_t *sum_ms)
{
	int64_t waited_ms = crowd->now_ms - since_ms;

	*sum_ms += waited_ms;
	if (waited_ms > *worst_ms && was_undisturbed(crowd, since_ms))
		*worst_ms = waited_ms;
}

static void come(struct crowd *crowd, struct kiosk *kiosk)
{
	crowd->outcome->visitors++;
	kiosk->person = PERSON_BOUND;
	kiosk->since_ms = crowd->now_ms;
	kiosk->person_ms = crowd->now_ms + PATIENCE_MS;
	if (flow_code(visit_flow(kiosk->visit)) == NULL)
		post(crowd, kiosk, EVENT_START);
}

static void decide(struct crowd *crowd, struct kiosk *kiosk)
{
	const struct day *day = crowd->day;
	int64_t what = between(crowd, 0, 99);

	/* It has run out: a key brings another one. */
	if (flow_code(visit_flow(kiosk->visit)) == NULL) {
		kiosk->person = PERSON_BOUND;
		kiosk->since_ms = crowd->now_ms;
		kiosk->person_ms = crowd->now_ms + PATIENCE_MS;
		post(crowd, kiosk, EVENT_START);
		return;
	}
	if (what < day->leave_percent) {
		crowd->outcome->left++;
		go_away(crowd, kiosk);
		return;
	}
	if (what < day->leave_percent + day->deny_percent) {
		authority_approve(&kiosk->device, false);
		crowd->outcome->denied++;
		go_away(crowd, kiosk);
		return;
	}
	authority_approve(&kiosk->device, true);
	kiosk->person = PERSON_APPROVED;
	kiosk->since_ms = crowd->now_ms;
	kiosk->person_ms = crowd->now_ms + 2 * PATIENCE_MS;
}

/* The person does what is due. */
static void act(struct crowd *crowd, struct kiosk *kiosk)
{
	switch (kiosk->person) {
	case PERSON_AWAY:
		come(crowd, kiosk);
		break;
	case PERSON_READING:
		decide(crowd, kiosk);
		break;
	case PERSON_BOUND:
	case PERSON_APPROVED:
		crowd->outcome->turned_away++;
		go_away(crowd, kiosk);
		break;
	case PERSON_IN:
		post(crowd, kiosk, EVENT_SIGN_OUT);
		go_away(crowd, kiosk);
		break;
	}
}

/* The person sees what the screen shows now. */
static void look(struct crowd *crowd, struct kiosk *kiosk)
{
	const struct day *day = crowd->day;
	struct outcome *outcome = crowd->outcome;

	if (kiosk->person == PERSON_BOUND &&
	    flow_code(visit_flow(kiosk->visit)) != NULL) {
		count_wait(crowd, kiosk->since_ms, &outcome->worst_code_ms,
			   &outcome->waited_code_ms);
		kiosk->person = PERSON_READING;
		kiosk->since_ms = crowd->now_ms;
		kiosk->person_ms =
			crowd->now_ms + between(crowd, day->approve_min_ms,
						day->approve_max_ms);
	} else if (kiosk->person == PERSON_APPROVED &&
		   visit_stage(kiosk->visit) == VISIT_PROFILE) {
		count_wait(crowd, kiosk->since_ms, &outcome->worst_profile_ms,
			   &outcome->waited_profile_ms);
		outcome->signed_in++;
		kiosk->person = PERSON_IN;
		kiosk->person_ms =
			crowd->now_ms +
			between(crowd, day->stay_min_ms, day->stay_max_ms);
	}
}

static int64_t sooner(int64_t a_ms, int64_t b_ms)
{
	return a_ms < b_ms ? a_ms : b_ms;
}

/* When the machine wants a tick, in the day's time. */
static int64_t tick_ms(const struct kiosk *kiosk)
{
	int64_t due_ms = visit_deadline(kiosk->visit);

	return due_ms == NEVER_MS ? NEVER_MS
				  : due_ms - BOOTED_MS + kiosk->boot_ms;
}

static void happen(struct crowd *crowd, struct kiosk *kiosk)
{
	if (!kiosk->begun)
		begin(crowd, kiosk);
	else if (crowd->now_ms >= kiosk->reply_ms)
		post(crowd, kiosk, EVENT_REPLY);
	else if (crowd->now_ms >= kiosk->person_ms)
		act(crowd, kiosk);
	else
		post(crowd, kiosk, EVENT_TICK);
	look(crowd, kiosk);
}

void crowd_run(struct crowd *crowd, struct outcome *outcome)
{
	struct kiosk *kiosk;
	int64_t when_ms;
	size_t i;

	memset(outcome, 0, sizeof(*outcome));
	crowd->outcome = outcome;
	for (;;) {
		i = queue_first(crowd->queue, &when_ms);
		if (when_ms >= crowd->day->length_ms)
			break;
		crowd->now_ms = when_ms;
		kiosk = &crowd->kiosks[i];
		happen(crowd, kiosk);
		when_ms = sooner(tick_ms(kiosk),
				 sooner(kiosk->reply_ms, kiosk->person_ms));
		queue_set(crowd->queue, i,
			  when_ms > crowd->now_ms ? when_ms : crowd->now_ms);
	}
}

static struct flow *flow_with_code(const struct provider *provider,
				   struct authority *authority)
{
	struct event event = {.kind = EVENT_START};
	struct flow *flow = flow_new(provider, 0, 1);
	struct device device;
	struct action action;
	struct reply reply;

	action_clear(&action);
	flow_step(flow, &event, &action);
	(void)authority_answer(authority, &device, action.request, 0, &reply);
	request_free(action.request);
	event.kind = EVENT_REPLY;
	event.reply = &reply;
	action_clear(&action);
	flow_step(flow, &event, &action);
	return flow;
}

size_t crowd_flow_bytes(const struct provider *provider,
			struct authority *authority)
{
	enum { FLOWS = 1000 };
	struct flow *flows[FLOWS];
	size_t before = mallinfo2().uordblks;
	size_t bytes;

	for (size_t i = 0; i < FLOWS; i++)
		flows[i] = flow_with_code(provider, authority);
	bytes = (mallinfo2().uordblks - before) / FLOWS;
	for (size_t i = 0; i < FLOWS; i++)
		flow_free(flows[i]);
	return bytes;
}
