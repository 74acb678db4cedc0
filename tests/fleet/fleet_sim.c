/* SPDX-License-Identifier: MIT */
/*
 * The operations of the kiosks' drivers, how people come and go, and how time
 * passes in between: from one thing that happens to the next, whoever's it is.
 */
#include "config.h"

#include "fleet_sim.h"

#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "machine/driver.h"
#include "machine/flow.h"
#include "machine/poll_margin.h"
#include "machine/session.h"
#include "machine/visit.h"
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
	struct driver driver;
	struct fleet_sim *fleet_sim;
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

struct fleet_sim {
	const struct day *day;
	struct authority *authority;
	struct provider *provider;
	char *margin; /* as kiosks have kept it; NULL: they have not */
	struct kiosk *kiosks;
	struct queue *queue;
	struct outcome *outcome;
	uint64_t seed;
	int64_t now_ms;		/* of the day */
	double rate[DAY_HOURS]; /* visitors per millisecond and kiosk */
	double peak_rate;
};

/* A number in [0, 1). */
static double chance(struct fleet_sim *fleet_sim)
{
	return (double)jitter_ms(&fleet_sim->seed, 1 << 30) / (1 << 30);
}

static int64_t between(struct fleet_sim *fleet_sim, int64_t min, int64_t max)
{
	return min + jitter_ms(&fleet_sim->seed, max - min + 1);
}

/* The next visitor, by thinning: candidates come at the day's highest rate, and
 * are taken as often as the hour's own rate is lower. */
static int64_t next_visitor(struct fleet_sim *fleet_sim)
{
	int64_t at_ms = fleet_sim->now_ms;

	while (fleet_sim->peak_rate > 0 && at_ms < fleet_sim->day->length_ms) {
		double gap_ms =
			-log(1 - chance(fleet_sim)) / fleet_sim->peak_rate;

		at_ms += 1 + (int64_t)gap_ms;
		if (chance(fleet_sim) * fleet_sim->peak_rate <
		    fleet_sim->rate[at_ms / 3600000 % DAY_HOURS])
			return at_ms;
	}
	return NEVER_MS;
}

static void set_rates(struct fleet_sim *fleet_sim)
{
	const struct day *day = fleet_sim->day;
	double sum = 0;

	for (size_t hour = 0; hour < DAY_HOURS; hour++)
		sum += day->weights[hour];
	for (size_t hour = 0; hour < DAY_HOURS && sum > 0; hour++) {
		fleet_sim->rate[hour] =
			day->visitors * day->weights[hour] / sum / 3600000;
		if (fleet_sim->rate[hour] > fleet_sim->peak_rate)
			fleet_sim->peak_rate = fleet_sim->rate[hour];
	}
}

struct fleet_sim *fleet_sim_new(const struct day *day,
				struct provider *provider,
				struct authority *authority, uint64_t seed)
{
	struct fleet_sim *fleet_sim = xcalloc(1, sizeof(*fleet_sim));

	fleet_sim->day = day;
	fleet_sim->authority = authority;
	fleet_sim->provider = provider;
	fleet_sim->seed = seed;
	fleet_sim->kiosks =
		xcalloc((size_t)day->kiosks, sizeof(*fleet_sim->kiosks));
	fleet_sim->queue = queue_new((size_t)day->kiosks);
	set_rates(fleet_sim);
	if (day->kept_margin_ms > 0)
		fleet_sim->margin =
			poll_margin_write(provider, day->kept_margin_ms);
	for (size_t i = 0; i < (size_t)day->kiosks; i++) {
		struct kiosk *kiosk = &fleet_sim->kiosks[i];

		kiosk->reply_ms = NEVER_MS;
		kiosk->boot_ms =
			day->boot_ms +
			jitter_ms(&fleet_sim->seed, day->boot_spread_ms + 1);
		fleet_sim->now_ms = kiosk->boot_ms;
		kiosk->person_ms = next_visitor(fleet_sim);
		queue_add(fleet_sim->queue, i, kiosk->boot_ms);
	}
	fleet_sim->now_ms = 0;
	return fleet_sim;
}

static void forget(struct kiosk *kiosk)
{
	if (kiosk->kept != NULL)
		session_data_free(kiosk->kept);
	free(kiosk->kept);
	kiosk->kept = NULL;
}

void fleet_sim_free(struct fleet_sim *fleet_sim)
{
	for (size_t i = 0; i < (size_t)fleet_sim->day->kiosks; i++) {
		visit_free(fleet_sim->kiosks[i].visit);
		forget(&fleet_sim->kiosks[i]);
	}
	queue_free(fleet_sim->queue);
	free(fleet_sim->kiosks);
	free(fleet_sim->margin);
	free(fleet_sim);
}

/* ---- The operations of the driver */

static void now(void *self, int64_t *now_ms, int64_t *wall_s)
{
	const struct kiosk *kiosk = self;
	int64_t day_ms = kiosk->fleet_sim->now_ms;

	*now_ms = day_ms - kiosk->boot_ms + BOOTED_MS;
	*wall_s = WALL_S + day_ms / 1000;
}

static void stepped(void *self, const struct action *action)
{
	struct kiosk *kiosk = self;

	(void)action;
	kiosk->fleet_sim->outcome->steps++;
	if (visit_liveness(kiosk->visit) == LIVENESS_HUNG)
		abort(); /* it would wait for ever */
}

static void send(void *self, struct request *request)
{
	struct kiosk *kiosk = self;
	struct fleet_sim *fleet_sim = kiosk->fleet_sim;

	kiosk->reply_ms =
		authority_answer(fleet_sim->authority, &kiosk->device, request,
				 fleet_sim->now_ms, &kiosk->reply);
	request_free(request);
}

static void drop(void *self)
{
	struct kiosk *kiosk = self;

	kiosk->reply_ms = NEVER_MS;
}

static void lock(void *self, struct event *event, struct session_data *data)
{
	const struct kiosk *kiosk = self;

	(void)data;
	event->kind = EVENT_LOCKED;
	event->data = kiosk->kept;
}

static void unlock(void *self)
{
	(void)self;
}

static bool save(void *self, const struct session_data *data)
{
	struct kiosk *kiosk = self;

	if (kiosk->kept == NULL)
		kiosk->kept = xcalloc(1, sizeof(*kiosk->kept));
	session_data_copy(kiosk->kept, data);
	return true;
}

static bool wipe(void *self)
{
	forget(self);
	return true;
}

/* The visit lasts as long as the day, and remembers it. */
static void keep_margin(void *self, const char *record)
{
	(void)self;
	(void)record;
}

/* It keeps no code and no document, and never ends early. */
static const struct driver_ops ops = {
	.now = now,
	.stepped = stepped,
	.send = send,
	.drop = drop,
	.lock = lock,
	.unlock = unlock,
	.save = save,
	.wipe = wipe,
	.keep_margin = keep_margin,
};

static void begin(struct fleet_sim *fleet_sim, struct kiosk *kiosk)
{
	struct visit_policy policy = {
		.wait_for_key = fleet_sim->day->start_key,
		.resume = true,
		.spread = true,
	};
	struct event event;
	struct action action;

	kiosk->begun = true;
	kiosk->visit =
		visit_new(fleet_sim->provider, &policy,
			  (uint64_t)jitter_ms(&fleet_sim->seed, INT64_MAX));
	if (fleet_sim->margin != NULL)
		visit_recall_margin(kiosk->visit, fleet_sim->margin,
				    strlen(fleet_sim->margin));
	kiosk->fleet_sim = fleet_sim;
	kiosk->driver = (struct driver){
		.machine = machine_of_visit(kiosk->visit),
		.ops = &ops,
		.self = kiosk,
	};
	event = driver_event(&kiosk->driver, EVENT_TICK);
	visit_begin(kiosk->visit, &event, &action);
	driver_do(&kiosk->driver, &action);
}

static void go_away(struct fleet_sim *fleet_sim, struct kiosk *kiosk)
{
	kiosk->person = PERSON_AWAY;
	kiosk->person_ms = next_visitor(fleet_sim);
}

/* True if a wait that ends now was not made longer by an outage. */
static bool was_undisturbed(const struct fleet_sim *fleet_sim, int64_t since_ms)
{
	for (size_t i = 0; i < fleet_sim->day->outage_count; i++) {
		const struct outage *outage = &fleet_sim->day->outages[i];

		if (since_ms < outage->until_ms + AFTERMATH_MS &&
		    fleet_sim->now_ms > outage->from_ms)
			return false;
	}
	return true;
}

static void count_wait(const struct fleet_sim *fleet_sim, int64_t since_ms,
		       int64_t *worst_ms, int64_t *sum_ms)
{
	int64_t waited_ms = fleet_sim->now_ms - since_ms;

	*sum_ms += waited_ms;
	if (waited_ms > *worst_ms && was_undisturbed(fleet_sim, since_ms))
		*worst_ms = waited_ms;
}

static void come(struct fleet_sim *fleet_sim, struct kiosk *kiosk)
{
	fleet_sim->outcome->visitors++;
	kiosk->person = PERSON_BOUND;
	kiosk->since_ms = fleet_sim->now_ms;
	kiosk->person_ms = fleet_sim->now_ms + PATIENCE_MS;
	if (flow_code(visit_flow(kiosk->visit)) == NULL)
		driver_post(&kiosk->driver, EVENT_START);
}

static void decide(struct fleet_sim *fleet_sim, struct kiosk *kiosk)
{
	const struct day *day = fleet_sim->day;
	int64_t what = between(fleet_sim, 0, 99);

	/* It has run out: a key brings another one. */
	if (flow_code(visit_flow(kiosk->visit)) == NULL) {
		kiosk->person = PERSON_BOUND;
		kiosk->since_ms = fleet_sim->now_ms;
		kiosk->person_ms = fleet_sim->now_ms + PATIENCE_MS;
		driver_post(&kiosk->driver, EVENT_START);
		return;
	}
	if (what < day->leave_percent) {
		fleet_sim->outcome->left++;
		go_away(fleet_sim, kiosk);
		return;
	}
	if (what < day->leave_percent + day->deny_percent) {
		authority_approve(&kiosk->device, false);
		fleet_sim->outcome->denied++;
		go_away(fleet_sim, kiosk);
		return;
	}
	authority_approve(&kiosk->device, true);
	kiosk->person = PERSON_APPROVED;
	kiosk->since_ms = fleet_sim->now_ms;
	kiosk->person_ms = fleet_sim->now_ms + 2 * PATIENCE_MS;
}

/* The person does what is due. */
static void act(struct fleet_sim *fleet_sim, struct kiosk *kiosk)
{
	switch (kiosk->person) {
	case PERSON_AWAY:
		come(fleet_sim, kiosk);
		break;
	case PERSON_READING:
		decide(fleet_sim, kiosk);
		break;
	case PERSON_BOUND:
	case PERSON_APPROVED:
		fleet_sim->outcome->turned_away++;
		go_away(fleet_sim, kiosk);
		break;
	case PERSON_IN:
		driver_post(&kiosk->driver, EVENT_SIGN_OUT);
		go_away(fleet_sim, kiosk);
		break;
	}
}

/* The person sees what the screen shows now. */
static void observe(struct fleet_sim *fleet_sim, struct kiosk *kiosk)
{
	const struct day *day = fleet_sim->day;
	struct outcome *outcome = fleet_sim->outcome;

	if (kiosk->person == PERSON_BOUND &&
	    flow_code(visit_flow(kiosk->visit)) != NULL) {
		count_wait(fleet_sim, kiosk->since_ms, &outcome->worst_code_ms,
			   &outcome->waited_code_ms);
		kiosk->person = PERSON_READING;
		kiosk->since_ms = fleet_sim->now_ms;
		kiosk->person_ms = fleet_sim->now_ms +
				   between(fleet_sim, day->approve_min_ms,
					   day->approve_max_ms);
	} else if (kiosk->person == PERSON_APPROVED &&
		   visit_stage(kiosk->visit) == VISIT_PROFILE) {
		count_wait(fleet_sim, kiosk->since_ms,
			   &outcome->worst_profile_ms,
			   &outcome->waited_profile_ms);
		outcome->signed_in++;
		kiosk->person = PERSON_IN;
		kiosk->person_ms =
			fleet_sim->now_ms +
			between(fleet_sim, day->stay_min_ms, day->stay_max_ms);
	}
}

/* When the machine wants a tick, in the day's time. */
static int64_t tick_ms(const struct kiosk *kiosk)
{
	int64_t due_ms = visit_deadline(kiosk->visit);

	return due_ms == NEVER_MS ? NEVER_MS
				  : due_ms - BOOTED_MS + kiosk->boot_ms;
}

static void deliver(struct kiosk *kiosk)
{
	kiosk->reply_ms = NEVER_MS;
	driver_reply(&kiosk->driver, &kiosk->reply);
}

static void happen(struct fleet_sim *fleet_sim, struct kiosk *kiosk)
{
	if (!kiosk->begun)
		begin(fleet_sim, kiosk);
	else if (fleet_sim->now_ms >= kiosk->reply_ms)
		deliver(kiosk);
	else if (fleet_sim->now_ms >= kiosk->person_ms)
		act(fleet_sim, kiosk);
	else
		driver_tick(&kiosk->driver);
	observe(fleet_sim, kiosk);
}

void fleet_sim_run(struct fleet_sim *fleet_sim, struct outcome *outcome)
{
	struct kiosk *kiosk;
	int64_t when_ms;
	size_t i;

	memset(outcome, 0, sizeof(*outcome));
	fleet_sim->outcome = outcome;
	for (;;) {
		i = queue_first(fleet_sim->queue, &when_ms);
		if (when_ms >= fleet_sim->day->length_ms)
			break;
		fleet_sim->now_ms = when_ms;
		kiosk = &fleet_sim->kiosks[i];
		happen(fleet_sim, kiosk);
		when_ms =
			sooner_ms(tick_ms(kiosk),
				  sooner_ms(kiosk->reply_ms, kiosk->person_ms));
		queue_put_off_first(fleet_sim->queue,
				    later_ms(when_ms, fleet_sim->now_ms));
	}
}

static struct flow *flow_with_code(const struct provider *provider,
				   struct authority *authority)
{
	struct event event = {.kind = EVENT_START};
	struct flow *flow = flow_new(provider, 0, 1);
	struct device device = {0};
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

size_t fleet_sim_flow_bytes(const struct provider *provider,
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
