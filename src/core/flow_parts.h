/* SPDX-License-Identifier: MIT */
/*
 * The parts of a flow, for flow.c and flow_*.c alone: the two grants, and what
 * both do. Each step takes an event that is its own.
 */
#ifndef GRANTTY_CORE_FLOW_PARTS_H
#define GRANTTY_CORE_FLOW_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/authorize.h"
#include "core/dpop.h"
#include "core/exchange.h"
#include "core/flow.h"
#include "core/oauth.h"
#include "core/pending.h"

/* How long an address to open is good for. Long enough to reach a browser with
 * it, short enough not to be found later. */
#define AUTHORIZATION_LIFETIME_MS 600000

/* Back-off after requests that have failed: doubles up to this. */
#define ASK_BACKOFF_MS 2000
#define ASK_BACKOFF_MAX_MS 60000

struct flow {
	const struct provider *provider;
	struct authorization authorization;
	char *code_value; /* that came back; secret; NULL: none */
	struct pending pending;
	char *record; /* of an earlier run, not taken up yet; secret; or NULL */
	char *boot; /* which start of the machine it is taken up in, or NULL */
	struct dpop dpop;
	struct tokens tokens;
	struct refusal
		*refusal; /* the last bad answer; NULL after a good one */
	int64_t sent_ms;  /* when the device request went out */
	int64_t due_ms;
	uint64_t seed;
	enum flow_state state;
	enum flow_failure failure;
	int patience;
	int failures; /* bad answers in a row */
	unsigned codes;
	unsigned polls;
	unsigned changes; /* of what there is to go on with in another run */
	bool resumed;	  /* the code is an earlier run's */
	bool heard; /* a poll of this code was answered in OAuth's words */
	bool pkce;  /* on the device grant: as configured, or as demanded */
};

/* ---- Device (flow_device.c): a code to type (RFC 8628) */

/* Asks for one; its answer. */
void device_ask(struct flow *flow, const struct event *event,
		struct action *action);
void device_answered(struct flow *flow, const struct event *event,
		     struct action *action);

/* Asks whether it was approved; the answer to that. */
void device_poll(struct flow *flow, const struct event *event,
		 struct action *action);
void device_polled(struct flow *flow, const struct event *event,
		   struct action *action);

/* Waits for the next poll after one whose answer told nothing but how to ask.
 */
void device_wait(struct flow *flow, const struct event *event,
		 struct action *action);

/* flow_resume(), where there is a record. */
bool device_resume(struct flow *flow, const struct event *event,
		   struct action *action);

/* ---- Address (flow_address.c): an address to open (RFC 6749 section 4.1) */

/* Shows one; EVENT_REDIRECT. */
void address_show(struct flow *flow, int64_t now_ms, struct action *action);
void address_redirected(struct flow *flow, const struct event *event,
			struct action *action);

/* Exchanges the code that came back; the answer to that. */
void address_exchange(struct flow *flow, const struct event *event,
		      struct action *action);
void address_exchanged(struct flow *flow, const struct event *event,
		       struct action *action);

/* ---- What both do (flow.c) */

/* The only place where the state changes. */
void flow_move(struct flow *flow, enum flow_state state, int64_t due_ms,
	       struct action *action);

/* Whatever is on show, or was kept of an earlier run, is for nobody any more.
 */
void flow_forget_code(struct flow *flow);

/* Wants that sent; with a proof for the key that tokens are to be bound to. */
void flow_send(struct request *request, struct action *action);
void flow_send_proved(const struct flow *flow, struct request *request,
		      int64_t wall_s, struct action *action);

/* Reads the answer to a poll or an exchange. A token that serves whoever has it
 * is not what provider.dpop is set for (RFC 9449 section 5). */
enum verdict flow_take_answer(struct flow *flow, const struct reply *reply,
			      struct refusal *refusal);

/* The ends. */
void flow_grant(struct flow *flow, struct action *action);
void flow_deny(struct flow *flow, struct action *action);
void flow_expire(struct flow *flow, struct action *action);
void flow_fail(struct flow *flow, enum flow_failure failure,
	       struct action *action);

#endif
