/* SPDX-License-Identifier: MIT */
/*
 * The parts of a visit, for visit.c and visit_*.c alone. They call down this
 * list only.
 */
#ifndef GRANTTY_CORE_VISIT_PARTS_H
#define GRANTTY_CORE_VISIT_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/restraint.h"
#include "core/visit.h"

struct refusal;

/* How long a refusal stays on the screen before the next code, and trouble
 * that only an operator can mend; the first time. */
#define DENIED_MS 10000
#define FAILED_MS 30000

struct visit {
	struct provider *provider;
	struct visit_policy policy;
	struct discovery *discovery;
	struct flow *flow;
	struct session *session;
	int64_t retry_ms;
	int64_t begin_ms; /* in VISIT_SIGN_IN, when the first code is asked for;
			   * NEVER_MS: it has been */
	int64_t touched_ms;
	struct restraint restraint;
	enum visit_stage stage;
	enum visit_result result;
	enum visit_result turned_away; /* why it is being signed out, where
					* that is nobody's wish */
	int64_t confirm_ms;
	bool no_trust; /* what the trouble is about: see struct refusal */
	bool begun;    /* it has looked for a stored session */
	char trouble[512];
};

/* ---- Person (visit_person.c): somebody has approved, now or earlier */

/* Whether not everybody may sign in. */
bool person_is_chosen(const struct visit *visit);

/* Any event, while the session has something to do that a person waits for; in
 * VISIT_CONFIRM; and in VISIT_PROFILE. */
void person_step_session(struct visit *visit, const struct event *event,
			 struct action *action);
void person_step_confirm(struct visit *visit, const struct event *event,
			 struct action *action);
void person_step_profile(struct visit *visit, const struct event *event,
			 struct action *action);

/* ---- Asking (visit_asking.c): the way to a code, and its end */

/* The endpoints first, then whoever is still signed in. */
void asking_begin(struct visit *visit, const struct event *event,
		  struct action *action);

/* Where a visit begins, and where the next one does. */
void asking_start(struct visit *visit, const struct event *event,
		  struct action *action);

/* A person asks for a code. */
void asking_ask(struct visit *visit, const struct event *event,
		struct action *action);

/* A login is over; a kiosk tells the person and tries again at retry_ms. */
void asking_stumble(struct visit *visit, enum visit_result result,
		    const char *why, int64_t retry_ms, struct action *action);

/* The same for what only an operator can mend. refusal: why, or NULL. */
void asking_failed(struct visit *visit, enum visit_result result,
		   const struct refusal *refusal, const struct event *event,
		   struct action *action);

/* When to try again after one failure more. */
int64_t asking_retry_ms(struct visit *visit, int64_t base_ms,
			const struct event *event);

/* Any event, in VISIT_PREPARING, VISIT_SIGN_IN and VISIT_TROUBLE. */
void asking_step_preparing(struct visit *visit, const struct event *event,
			   struct action *action);
void asking_step_sign_in(struct visit *visit, const struct event *event,
			 struct action *action);
void asking_step_trouble(struct visit *visit, const struct event *event,
			 struct action *action);

/* ---- What both do (visit.c) */

/* The only place where the stage changes. */
void visit_move(struct visit *visit, enum visit_stage stage,
		enum visit_result result, struct action *action);

#endif
