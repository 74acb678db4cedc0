/* SPDX-License-Identifier: MIT */
/*
 * The functions of each machine.
 */
#include "config.h"

#include "machine/machine.h"

#include "machine/discovery.h"
#include "machine/event.h"
#include "machine/session.h"
#include "machine/visit.h"

static void step_visit(void *self, const struct event *event,
		       struct action *action)
{
	visit_step(self, event, action);
}

static bool recall_visit(void *self, const char *record, size_t len,
			 const struct event *event)
{
	return visit_recall(self, record, len, event);
}

static int64_t deadline_of_visit(const void *self)
{
	return visit_deadline(self);
}

static enum liveness liveness_of_visit(const void *self)
{
	return visit_liveness(self);
}

struct machine machine_of_visit(struct visit *visit)
{
	return (struct machine){
		.self = visit,
		.step = step_visit,
		.deadline = deadline_of_visit,
		.liveness = liveness_of_visit,
		.recall = recall_visit,
		.discovery = visit_discovery(visit),
		.session = visit_session(visit),
		.flow = visit_flow(visit),
	};
}

static void step_session(void *self, const struct event *event,
			 struct action *action)
{
	action_clear(action);
	session_step(self, event, action);
}

static int64_t deadline_of_session(const void *self)
{
	return session_deadline(self);
}

static enum liveness liveness_of_session(const void *self)
{
	return session_liveness(self);
}

struct machine machine_of_session(struct session *session)
{
	return (struct machine){
		.self = session,
		.step = step_session,
		.deadline = deadline_of_session,
		.liveness = liveness_of_session,
		.session = session,
	};
}

static void step_discovery(void *self, const struct event *event,
			   struct action *action)
{
	action_clear(action);
	discovery_step(self, event, action);
}

static bool recall_discovery(void *self, const char *record, size_t len,
			     const struct event *event)
{
	return discovery_recall(self, record, len, event);
}

static int64_t deadline_of_discovery(const void *self)
{
	return discovery_deadline(self);
}

static enum liveness liveness_of_discovery(const void *self)
{
	return discovery_liveness(self);
}

struct machine machine_of_discovery(struct discovery *discovery)
{
	return (struct machine){
		.self = discovery,
		.step = step_discovery,
		.deadline = deadline_of_discovery,
		.liveness = liveness_of_discovery,
		.recall = recall_discovery,
		.discovery = discovery,
	};
}

const char *machine_fault(const struct machine *machine,
			  const struct action *action, bool under_way)
{
	enum liveness liveness = machine->liveness(machine->self);
	bool uses_store = action->kind == ACTION_LOCK ||
			  action->kind == ACTION_SAVE ||
			  action->kind == ACTION_WIPE;
	bool finite = machine->deadline(machine->self) != NEVER_MS;

	if (action->kind == ACTION_SEND)
		under_way = true;
	else if (action->kind == ACTION_DROP)
		under_way = false;
	if (uses_store && liveness != LIVENESS_STORE)
		return "sends the store a request that it does not wait for";
	switch (liveness) {
	case LIVENESS_HUNG:
		return "waits for something that can never happen";
	case LIVENESS_REQUEST:
		return under_way ? NULL
				 : "waits for an answer, but has sent "
				   "no request";
	case LIVENESS_STORE:
		return uses_store ? NULL
				  : "waits for the store, but has sent "
				    "it no request";
	case LIVENESS_DEADLINE:
		return finite ? NULL : "waits for a deadline, but has none";
	case LIVENESS_USER:
		return under_way ? "waits for the user, although a request is "
				   "under way"
				 : NULL;
	case LIVENESS_OVER:
		break;
	}
	return under_way || finite ? "is over, but still active" : NULL;
}
