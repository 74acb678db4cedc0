/* SPDX-License-Identifier: MIT */
/*
 * A common interface to the pure machines, for the code that runs them.
 */
#ifndef GRANTTY_MACHINE_MACHINE_H
#define GRANTTY_MACHINE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/states.h"

struct action;
struct discovery;
struct event;
struct flow;
struct session;
struct visit;

struct machine {
	void *self;
	void (*step)(void *self, const struct event *event,
		     struct action *action);
	int64_t (*deadline)(const void *self);
	enum liveness (*liveness)(const void *self);
	/* Takes the discovery document that was kept; NULL: needs none. */
	bool (*recall)(void *self, const char *record, size_t len,
		       const struct event *event);
	const struct discovery *discovery; /* whose documents are kept */
	const struct session *session;	   /* whose data and lock; or NULL */
	const struct flow *flow;	   /* NULL if no sign-in is possible */
};

/* The machine of a visit, and that of a session. */
struct machine machine_of_visit(struct visit *visit);
struct machine machine_of_session(struct session *session);

/*
 * Checks after a step that what the machine waits for can really arrive, once
 * that action is performed. under_way: a request is in progress. Returns a
 * description of the fault, NULL if there is none.
 */
const char *machine_fault(const struct machine *machine,
			  const struct action *action, bool under_way);

/* The machine that requests the endpoints from an issuer. */
struct machine machine_of_discovery(struct discovery *discovery);

#endif
