/* SPDX-License-Identifier: MIT */
/*
 * Prints what a user needs to sign in: each code or address once, and how long
 * a code is still valid.
 */
#ifndef GRANTTY_APP_PLAIN_SIGN_IN_H
#define GRANTTY_APP_PLAIN_SIGN_IN_H

#include <stdbool.h>
#include <stdint.h>

struct flow;
struct presenter;
struct setup;

struct plain_sign_in {
	unsigned codes;	   /* flow_codes() when it was printed */
	int64_t remind_ms; /* when to print the remaining time; or NEVER_MS */
};

/* What of a text standard output can show, for text_clip(). */
unsigned plain_sign_in_flags(const struct setup *setup);

void plain_sign_in_init(struct plain_sign_in *printed);

/* Prints a code or an address that was not printed yet, and the remaining time
 * when that is due. False if the output failed. */
bool plain_sign_in_show(struct plain_sign_in *printed,
			struct presenter *presenter, const struct flow *flow);

#endif
