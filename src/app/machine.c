/* SPDX-License-Identifier: MIT */
/*
 * What each machine's functions are called.
 */
#include "config.h"

#include "app/machine.h"

#include "core/discovery.h"
#include "core/session.h"
#include "core/visit.h"

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

struct machine machine_of_visit(struct visit *visit)
{
	struct machine machine = {
		.self = visit,
		.step = step_visit,
		.deadline = deadline_of_visit,
		.recall = recall_visit,
		.discovery = visit_discovery(visit),
		.session = visit_session(visit),
		.flow = visit_flow(visit),
	};

	return machine;
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

struct machine machine_of_session(struct session *session)
{
	struct machine machine = {
		.self = session,
		.step = step_session,
		.deadline = deadline_of_session,
		.session = session,
	};

	return machine;
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

struct machine machine_of_discovery(struct discovery *discovery)
{
	struct machine machine = {
		.self = discovery,
		.step = step_discovery,
		.deadline = deadline_of_discovery,
		.recall = recall_discovery,
		.discovery = discovery,
	};

	return machine;
}
