/* SPDX-License-Identifier: MIT */
/*
 * The stages of a visit, its results, and the policy of a kiosk.
 */
#ifndef GRANTTY_MACHINE_VISIT_STAGE_H
#define GRANTTY_MACHINE_VISIT_STAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "machine/states.h"

struct allow;

enum visit_stage {
	VISIT_PREPARING, /* fetching the issuer's endpoints */
	VISIT_WELCOME,	 /* waits for a key press */
	VISIT_RESUMING,	 /* checks whether a user is still signed in */
	VISIT_STARTING,	 /* waits briefly before the first code */
	VISIT_SIGN_IN,	 /* the flow is running */
	VISIT_ARRIVING,	 /* tokens received: saving them, reading the profile */
	VISIT_CONFIRM,	 /* "Is this you?": EVENT_START means yes, EVENT_CANCEL
			  * no; nothing is stored yet */
	VISIT_PROFILE,	 /* signed in */
	VISIT_LEAVING,	 /* signing out */
	VISIT_TROUBLE, /* a failure; retries automatically or on a key press */
	VISIT_OVER     /* a login that has ended: see visit_result() */
};

/* How the visit ended, or what the trouble is. */
enum visit_result {
	RESULT_NONE,
	RESULT_SIGNED_IN,
	RESULT_FAILED,
	RESULT_MISCONFIGURED,
	RESULT_DENIED,
	RESULT_NOT_ALLOWED, /* this user may not sign in here */
	RESULT_UNCONFIRMED, /* the sign-in was not confirmed */
	RESULT_EXPIRED,
	RESULT_UNREACHABLE,
	RESULT_CANCELLED
};

/* Why a visit cannot go on, or ended. What to say about it is up to the
 * presenter. */
enum visit_reason {
	REASON_NONE,
	REASON_NO_NETWORK, /* the provider could not be reached */
	REASON_CLOCK,	   /* the clock has not been set: certificates are not
			    * valid yet */
	REASON_NO_TRUST,   /* TLS failed in another way */
	REASON_BUSY,	   /* the provider answers, but cannot serve now */
	REASON_NOT_SET_UP, /* an operator has to fix it */
	REASON_REFUSED,	   /* the provider refused */
	REASON_UNUSABLE, /* it refused nothing, but what it sent cannot be used
			  */
	REASON_NOT_ALLOWED,  /* this user may not sign in here */
	REASON_NO_PROFILE,   /* it could not be read, and is needed here */
	REASON_UNKNOWN_USER, /* the provider does not say who signs in */
	REASON_SAID_NO,	     /* "Is this you?" was answered with no */
	REASON_UNCONFIRMED,  /* it was not answered in time */
	REASON_DENIED,
	REASON_EXPIRED,
	REASON_NOT_SAVED,  /* signed in, but it could not be stored */
	REASON_NOT_KEPT,   /* a session of another provider or client is stored,
			    * and was not replaced */
	REASON_NOT_REMOVED /* signed out, but it is still stored */
};

struct visit_policy {
	bool once;	   /* login: ends after one sign-in */
	bool wait_for_key; /* kiosk.start = "key" */
	bool resume;	   /* begin with the stored session, if any */
	bool spread;  /* one of many that start when power returns: a kiosk may
		       * delay its first code by some seconds */
	int renewals; /* codes renewed without a user; 0: no limit, or none if
		       * it waits for a key */
	int64_t sign_out_after_ms; /* idle time until sign-out; 0: never */
	const struct allow *allow; /* who may sign in; NULL: everyone. Must
				    * outlive the visit */
	bool confirm;	/* asks "Is this you?" before storing anything */
	bool in_memory; /* what is stored ends with this program */
	/* Called when another user may be at the screen from now on, before the
	 * code of that user is requested; may be NULL. Must not step the
	 * visit. */
	void (*greet)(void *self);
	void *self; /* for greet */
};

extern const struct states visit_stages;

#endif
