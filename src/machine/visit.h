/* SPDX-License-Identifier: MIT */
/*
 * Users taking turns at the screen, as a pure state machine: welcome, sign-in,
 * profile, sign-out, and again. Combines flow and session and implements the
 * rules of the kiosk; a login is a visit that ends.
 */
#ifndef GRANTTY_MACHINE_VISIT_H
#define GRANTTY_MACHINE_VISIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/event.h"
#include "machine/visit_stage.h"

struct provider;
struct discovery;
struct flow;
struct session;
struct visit;

/* The provider, which discovery may fill in, must outlive the visit. seed: any
 * number, for jitter. */
struct visit *visit_new(struct provider *provider,
			const struct visit_policy *policy, uint64_t seed);
void visit_free(struct visit *visit); /* wipes; NULL is fine */

/* Before the first step: supplies what discovery_record() returned in an
 * earlier run. False if it is not usable; the issuer will be queried. */
bool visit_recall(struct visit *visit, const char *record, size_t len,
		  const struct event *event);

/* Before the first step: supplies what flow_record() returned in an earlier
 * run. If no user is signed in, the visit continues with that code
 * (flow_recall()). */
void visit_recall_code(struct visit *visit, const char *record,
		       const char *boot);

/* Before the first step: supplies what flow_margin_record() returned in an
 * earlier run (flow_recall_margin()). */
void visit_recall_margin(struct visit *visit, const char *record, size_t len);

/* The first step: resumes, shows the welcome screen or requests a code. Clears
 * *action first, as visit_step() does. */
void visit_begin(struct visit *visit, const struct event *event,
		 struct action *action);

/* Handles an event; sets at most one action. */
void visit_step(struct visit *visit, const struct event *event,
		struct action *action);

int64_t visit_deadline(const struct visit *visit);

/*
 * What it waits for, between steps and after each. Never LIVENESS_HUNG: it
 * waits for the user only in VISIT_WELCOME, VISIT_PROFILE and VISIT_TROUBLE; in
 * all other stages except VISIT_OVER, work is in progress or scheduled.
 */
enum liveness visit_liveness(const struct visit *visit);

enum visit_stage visit_stage(const struct visit *visit);

/* In VISIT_TROUBLE: what is wrong; in VISIT_OVER: how the visit ended. */
enum visit_result visit_result(const struct visit *visit);

/* In VISIT_TROUBLE: when it retries automatically; NEVER_MS: only on a key
 * press. */
int64_t visit_retry_ms(const struct visit *visit);

/* In VISIT_TROUBLE and VISIT_OVER, and while something that failed is tried
 * again, also beside a code: why; otherwise REASON_NONE. */
enum visit_reason visit_reason(const struct visit *visit);

/* In VISIT_TROUBLE: true if it returns to the welcome screen by itself, false
 * if it requests a code. */
bool visit_returns(const struct visit *visit);

/* True if a code that expires now is replaced without a key press. */
bool visit_renews(const struct visit *visit);

/* In VISIT_TROUBLE and VISIT_OVER: the details, as in the log; "" if the reason
 * says enough. They name options and status numbers: not for a kiosk's
 * screen. */
const char *visit_trouble(const struct visit *visit);

/* Changes whenever another user may be at the screen from then on. */
unsigned visit_number(const struct visit *visit);

/* When the user is signed out for being idle; NEVER_MS: not at all. */
int64_t visit_idle_ms(const struct visit *visit);

/* In VISIT_CONFIRM: the deadline for the user's answer; else NEVER_MS. */
int64_t visit_confirm_ms(const struct visit *visit);

const struct flow *visit_flow(const struct visit *visit);
const struct session *visit_session(const struct visit *visit);

const struct discovery *visit_discovery(const struct visit *visit);

#endif
