/* SPDX-License-Identifier: MIT */
/*
 * Performs one action after another until a machine wants nothing more.
 */
#include "config.h"

#include "machine/driver.h"

#include <stdlib.h>

#include "base/mem.h"
#include "machine/discovery.h"
#include "machine/flow.h"
#include "machine/metrics.h"
#include "machine/session.h"

/* How long exiting takes at most: shorter than systemd's stop timeout. */
#define FINISH_MS 10000

struct event driver_event(const struct driver *driver, enum event_kind kind)
{
	struct event event = {.kind = kind};

	driver->ops->now(driver->self, &event.now_ms, &event.wall_s);
	return event;
}

static int64_t now_ms(const struct driver *driver)
{
	return driver_event(driver, EVENT_TICK).now_ms;
}

static void step(struct driver *driver, const struct event *event,
		 struct action *action)
{
	driver->machine.step(driver->machine.self, event, action);
}

static void send(struct driver *driver, struct action *action)
{
	if (driver->metrics != NULL)
		metrics_sent(driver->metrics, action->request);
	driver->ops->send(driver->self, action->request);
	action->request = NULL;
	driver->sending = true;
}

static void drop(struct driver *driver)
{
	driver->ops->drop(driver->self);
	driver->sending = false;
}

static void lock(struct driver *driver, struct action *action)
{
	struct event event = driver_event(driver, EVENT_BUSY);
	struct session_data data = {0};

	driver->ops->lock(driver->self, &event, &data);
	driver->locked = event.kind == EVENT_LOCKED;
	step(driver, &event, action);
	session_data_free(&data);
}

/* Performs one action. True if its result is known at once, and led to another
 * step, whose action is in *action. */
static bool perform(struct driver *driver, struct action *action)
{
	const struct driver_ops *ops = driver->ops;
	struct event event;

	switch (action->kind) {
	case ACTION_NONE:
		return false;
	case ACTION_SEND:
		send(driver, action);
		return false;
	case ACTION_DROP:
		drop(driver);
		return false;
	case ACTION_LOCK:
		lock(driver, action);
		return true;
	case ACTION_SAVE:
		event = driver_event(driver, EVENT_SAVED);
		event.ok = ops->save(driver->self,
				     session_data(driver->machine.session));
		break;
	case ACTION_WIPE:
		event = driver_event(driver, EVENT_SAVED);
		event.ok = ops->wipe(driver->self);
		break;
	}
	step(driver, &event, action);
	return true;
}

/* Keeps a document that has just arrived. */
static void keep_document(struct driver *driver)
{
	const struct discovery *discovery = driver->machine.discovery;
	char *record;

	if (discovery == NULL ||
	    discovery_fetches(discovery) == driver->documents)
		return;
	driver->documents = discovery_fetches(discovery);
	record = discovery_record(discovery);
	if (record != NULL)
		driver->ops->keep_document(driver->self, record);
	free(record);
}

/* Keeps a poll margin that was just learned. */
static void keep_margin(struct driver *driver)
{
	const struct flow *flow = driver->machine.flow;
	char *record;

	if (flow == NULL || driver->margin_kept)
		return;
	record = flow_margin_record(flow);
	driver->margin_kept = record != NULL;
	if (record != NULL)
		driver->ops->keep_margin(driver->self, record);
	free(record);
}

/*
 * Called after all immediate actions: the tokens of a code are saved before the
 * code is removed.
 */
static void keep_code(struct driver *driver, bool shown)
{
	const struct flow *flow = driver->machine.flow;
	char *record;

	if (driver->boot == NULL || flow_changes(flow) == driver->codes)
		return;
	record = flow_record(flow, driver->boot);
	if (record == NULL || shown) {
		driver->codes = flow_changes(flow);
		driver->ops->keep_code(driver->self, record);
	}
	secret_free(record);
}

void driver_keep_code(struct driver *driver)
{
	keep_code(driver, true);
}

/* What follows from each step, whatever its action is. */
static void follow(struct driver *driver, const struct action *action)
{
	const struct machine *machine = &driver->machine;

	driver->ops->stepped(driver->self, action);
	keep_document(driver);
	keep_margin(driver);
	if (driver->metrics != NULL)
		metrics_observe(driver->metrics, machine->flow,
				machine->session,
				driver_event(driver, EVENT_TICK).wall_s);
	if (driver->locked && !session_holds_lock(machine->session)) {
		driver->locked = false;
		driver->ops->unlock(driver->self);
	}
}

void driver_do(struct driver *driver, struct action *action)
{
	do {
		follow(driver, action);
	} while (perform(driver, action));
	keep_code(driver, false);
}

static void post(struct driver *driver, const struct event *event)
{
	struct action action;

	step(driver, event, &action);
	driver_do(driver, &action);
}

void driver_post(struct driver *driver, enum event_kind kind)
{
	struct event event = driver_event(driver, kind);

	post(driver, &event);
}

void driver_reply(struct driver *driver, const struct reply *reply)
{
	struct event event = driver_event(driver, EVENT_REPLY);

	event.reply = reply;
	driver->sending = false;
	if (driver->metrics != NULL)
		metrics_answered(driver->metrics, reply);
	post(driver, &event);
}

void driver_redirect(struct driver *driver, const char *text)
{
	struct event event = driver_event(driver, EVENT_REDIRECT);

	event.text = text;
	post(driver, &event);
}

void driver_tick(struct driver *driver)
{
	const struct machine *machine = &driver->machine;
	struct event event = driver_event(driver, EVENT_TICK);

	if (event.now_ms >= machine->deadline(machine->self))
		post(driver, &event);
}

static bool is_refreshing(const struct session *session)
{
	return session_state(session) == SESSION_REFRESHING;
}

static bool is_revoking(const struct session *session)
{
	return session_state(session) == SESSION_REVOKING ||
	       session_state(session) == SESSION_REVOKING_UNLOCKED;
}

/* Waits as long as that is so; false if the time is up, or waiting is
 * impossible. */
static bool wait_while(struct driver *driver,
		       bool (*is)(const struct session *session),
		       int64_t until_ms)
{
	while (is(driver->machine.session)) {
		if (now_ms(driver) >= until_ms ||
		    !driver->ops->wait(driver->self, until_ms))
			return false;
	}
	return true;
}

void driver_finish(struct driver *driver)
{
	const struct session *session = driver->machine.session;
	const int64_t until_ms = now_ms(driver) + FINISH_MS;
	int64_t half_ms;

	if (session == NULL)
		return;
	/* The revocations need time as well. */
	half_ms = session_ends_with_program(session) ? until_ms - FINISH_MS / 2
						     : until_ms;
	(void)wait_while(driver, is_refreshing, half_ms);
	if (!session_ends_with_program(session))
		return;
	driver_post(driver, EVENT_SIGN_OUT);
	if (is_refreshing(session))
		driver_post(driver, EVENT_CUT_SHORT);
	/* If the provider does not answer, half of what is left is for each
	 * token. */
	half_ms = now_ms(driver) + (until_ms - now_ms(driver)) / 2;
	if (wait_while(driver, is_revoking, half_ms) ||
	    now_ms(driver) < half_ms)
		return;
	driver_post(driver, EVENT_CUT_SHORT);
	(void)wait_while(driver, is_revoking, until_ms);
}
