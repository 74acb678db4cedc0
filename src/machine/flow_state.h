/* SPDX-License-Identifier: MIT */
/*
 * The states of a flow.
 */
#ifndef GRANTTY_MACHINE_FLOW_STATE_H
#define GRANTTY_MACHINE_FLOW_STATE_H

#include "machine/states.h"

enum flow_state {
	FLOW_IDLE,	  /* no code was requested */
	FLOW_REQUESTING,  /* the device authorization request is under way */
	FLOW_BACKING_OFF, /* it failed for now: waits to retry */
	FLOW_WAITING,	  /* a code is displayed: waits for the next poll */
	FLOW_POLLING,	  /* a poll is under way */
	FLOW_AWAITING_REDIRECT, /* a URI is displayed: waits for the browser */
	FLOW_EXCHANGING, /* the code from the redirect is being exchanged */
	FLOW_EXCHANGE_BACKING_OFF, /* the exchange failed for now: waits to
				    * retry */
	FLOW_GRANTED,		   /* tokens received: flow_take_tokens() */
	FLOW_DENIED,		   /* the user denied access */
	FLOW_EXPIRED,		   /* the code has expired */
	FLOW_FAILED		   /* see flow_oauth_failure() */
};

/* Why the flow ended in FLOW_FAILED. */
enum flow_failure {
	FAILURE_NONE,
	FAILURE_UNREACHABLE,   /* no connection to the provider */
	FAILURE_MISCONFIGURED, /* an operator has to fix something */
	FAILURE_REFUSED	       /* the provider refused, for its own reasons */
};

extern const struct states flow_states;

#endif
