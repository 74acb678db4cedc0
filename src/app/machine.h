/* SPDX-License-Identifier: MIT */
/*
 * The pure machines of core as one kind of thing, for whoever runs them.
 */
#ifndef GRANTTY_APP_MACHINE_H
#define GRANTTY_APP_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
	/* Takes in the discovery document that is kept; NULL: needs none. */
	bool (*recall)(void *self, const char *record, size_t len,
		       const struct event *event);
	const struct discovery *discovery; /* whose documents are kept */
	const struct session *session;	   /* whose data, whose lock; or NULL */
	const struct flow *flow;	   /* NULL where nobody signs in */
};

/* The machine that a visit is, and the one that a session is. */
struct machine machine_of_visit(struct visit *visit);
struct machine machine_of_session(struct session *session);

/* The machine that asks an issuer for endpoints. */
struct machine machine_of_discovery(struct discovery *discovery);

#endif
