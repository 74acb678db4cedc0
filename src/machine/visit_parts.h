/* SPDX-License-Identifier: MIT */
/*
 * The struct of a visit. For visit.c and visit_*.c alone. The parts call only
 * downwards: signed_in calls sign_in, and both call this.
 */
#ifndef GRANTTY_MACHINE_VISIT_PARTS_H
#define GRANTTY_MACHINE_VISIT_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "machine/pacing.h"
#include "machine/visit_stage.h"

struct action;
struct discovery;
struct event;
struct flow;
struct oauth_failure;
struct provider;
struct session;

/* How long a denial stays on the screen before the next code, and how long a
 * failure does that only an operator can fix; both grow when repeated. */
#define DENIED_MS 10000
#define FAILED_MS 30000

/* What to do once the endpoints are known. */
enum visit_next {
	NEXT_RESUME, /* look for a stored session: the visit begins */
	NEXT_SIGN_IN
};

struct visit {
	struct provider *provider;
	struct visit_policy policy;
	struct discovery *discovery;
	struct flow *flow;
	struct session *session;
	int64_t retry_ms;
	int64_t begin_ms; /* in VISIT_STARTING: when to request a code */
	int64_t touched_ms;
	unsigned number; /* see visit_number() */
	struct pacing pacing;
	enum visit_stage stage;
	enum visit_result result;
	enum visit_reason reason;
	enum visit_reason rejection; /* why the user is being signed out;
				      * REASON_NONE: by request */
	int64_t confirm_ms;
	enum visit_next next;
	bool queried_again; /* a login: the issuer, after a failure */
	bool no_trust;	    /* of the trouble: see struct oauth_failure */
	char trouble[512];
};

/* The reason that a failed request gives (NULL: none was answered). */
enum visit_reason visit_reason_of(const struct oauth_failure *oauth_failure);

/* The result of a visit that ends for that reason. */
enum visit_result visit_result_of(enum visit_reason reason);

/* Another user may be at the screen from now on. A login has only one. */
void visit_greet(struct visit *visit, struct action *action);

/* The only place where the stage changes. */
void visit_move(struct visit *visit, enum visit_stage stage,
		enum visit_result result, struct action *action);

/* The event has no meaning in this stage. */
void visit_ignore(const struct visit *visit, const struct event *event,
		  struct action *action);

/* Cancels the flow, and with it a code from an earlier run. */
void visit_cancel_flow(struct visit *visit, const struct event *event,
		       struct action *action);

/* True if only certain users may sign in. */
bool visit_restricts_users(const struct visit *visit);

/* When the user counts as idle and is signed out; NEVER_MS: not at all. */
int64_t visit_sign_out_ms(const struct visit *visit);

#endif
