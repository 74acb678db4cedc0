/* SPDX-License-Identifier: MIT */
/*
 * One person after another in front of the screen, as a pure state machine:
 * welcome, sign-in, profile, sign-out, again. Joins flow and session and holds
 * the rules of the kiosk; a login is a visit that ends.
 */
#ifndef GRANTTY_CORE_VISIT_H
#define GRANTTY_CORE_VISIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/exchange.h"

struct allow;
struct provider;
struct discovery;
struct flow;
struct session;
struct visit;

enum visit_stage {
	VISIT_PREPARING, /* the issuer is asked for its endpoints */
	VISIT_WELCOME,	 /* waits for a person's key */
	VISIT_RESUMING,	 /* looks whether somebody is still signed in */
	VISIT_SIGN_IN,	 /* the flow runs */
	VISIT_ARRIVING,	 /* tokens are there: being saved, profile being read */
	VISIT_CONFIRM,	 /* "Is this you?": EVENT_START says yes, EVENT_CANCEL
			  * no; nothing is kept yet */
	VISIT_PROFILE,	 /* signed in */
	VISIT_LEAVING,	 /* signing out */
	VISIT_TROUBLE, /* it did not work; tries again by itself or on a key */
	VISIT_OVER     /* a login that has ended: visit_result() */
};

/* How it ended, or what the trouble is. */
enum visit_result {
	RESULT_NONE,
	RESULT_SIGNED_IN,
	RESULT_FAILED,
	RESULT_MISCONFIGURED,
	RESULT_DENIED,
	RESULT_NOT_ALLOWED, /* this person may not sign in here */
	RESULT_UNCONFIRMED, /* nobody said that it is them */
	RESULT_EXPIRED,
	RESULT_UNREACHABLE,
	RESULT_CANCELLED
};

struct visit_policy {
	bool once;	   /* login: ends after one sign-in */
	bool wait_for_key; /* kiosk.start = "key" */
	bool resume;	   /* begin with the stored session, if any */
	bool spread;	   /* one of many that start when power returns: the
			    * first code may come some seconds later */
	int renewals; /* codes asked for again without a person; 0: no limit, or
		       * none where it waits for a key */
	int64_t sign_out_after_ms; /* idle time until sign-out; 0: never */
	const struct allow *allow; /* who may sign in; NULL: everybody. Must
				    * outlive the visit */
	bool confirm; /* asks "Is this you?" before anything is kept */
};

/* The provider, which discovery may fill in, must outlive the visit. seed: any
 * number, for jitter. */
struct visit *visit_new(struct provider *provider,
			const struct visit_policy *policy, uint64_t seed);
void visit_free(struct visit *visit); /* wipes; NULL is fine */

/* Before the first step: hands in what discovery_record() gave in an earlier
 * run. False where it is of no use, and the issuer will be asked. */
bool visit_recall(struct visit *visit, const char *record, size_t len,
		  const struct event *event);

/* Before the first step: hands in what flow_record() gave in an earlier run.
 * Where nobody is signed in, the visit goes on with it (flow_recall()). */
void visit_recall_code(struct visit *visit, const char *record,
		       const char *boot);

/* The first step: resumes, welcomes or asks for a code. Clears *action first,
 * as visit_step() does. */
void visit_begin(struct visit *visit, const struct event *event,
		 struct action *action);

/* Takes an event in; at most one action comes out. */
void visit_step(struct visit *visit, const struct event *event,
		struct action *action);

int64_t visit_deadline(const struct visit *visit);
enum visit_stage visit_stage(const struct visit *visit);
const char *visit_stage_name(enum visit_stage stage);

/* In VISIT_TROUBLE: the trouble; in VISIT_OVER: how it ended. */
enum visit_result visit_result(const struct visit *visit);

/* In VISIT_TROUBLE: when it tries again by itself; NEVER_MS: on a key only. */
int64_t visit_retry_ms(const struct visit *visit);

/* In VISIT_TROUBLE and VISIT_OVER: one sentence for people, "" where the
 * result says it all. */
const char *visit_trouble(const struct visit *visit);

/* Idle sign-out: when it comes; NEVER_MS where it does not. */
int64_t visit_idle_ms(const struct visit *visit);

/* In VISIT_CONFIRM: when it is too late for an answer; else NEVER_MS. */
int64_t visit_confirm_ms(const struct visit *visit);

const struct flow *visit_flow(const struct visit *visit);
const struct session *visit_session(const struct visit *visit);

const struct discovery *visit_discovery(const struct visit *visit);

#endif
