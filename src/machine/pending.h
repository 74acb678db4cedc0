/* SPDX-License-Identifier: MIT */
/*
 * The device code that is waiting for approval (RFC 8628 section 3.2) with all
 * that is needed to redeem it, and its text form, from which another run of the
 * program can continue. Opens no file.
 */
#ifndef GRANTTY_MACHINE_PENDING_H
#define GRANTTY_MACHINE_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oauth/oauth_answer.h"

struct err;
struct event;
struct provider;

struct pending {
	struct device_code code; /* interval_s is the current one */
	char *verifier;		 /* PKCE code verifier; secret; NULL: none */
	char *dpop_key; /* PEM, for binding the tokens; secret; NULL: none */
	int64_t expires_ms; /* when it expires; NEVER_MS: there is no code */
	int64_t expires_at; /* the same in Unix seconds */
	bool by_wall; /* the machine was rebooted since, so the wall clock also
		       * decides whether it has expired */
};

/* Wipes and frees the content; the struct is empty and usable again. */
void pending_free(struct pending *pending);

/* True if the code has expired at the time of the event. */
bool pending_is_over(const struct pending *pending, const struct event *event);

/* Call when the wall clock was set: adjusts expires_at, or expires_ms of a code
 * from another boot. True if expires_at has changed. */
bool pending_correct(struct pending *pending, const struct event *event);

/*
 * The code as one line for another run; the caller owns it (secret_free). boot:
 * the ID of the boot that expires_ms counts from, "" if unknown.
 */
char *pending_write(const struct pending *pending,
		    const struct provider *provider, const char *boot);

/*
 * Reads the output of pending_write() into the empty *pending, with the same
 * checks as for a fresh reply. False, with a clause in *err ("it has expired"),
 * if it is damaged, was requested by another client or with other settings, or
 * has expired. Expiry counts from boot if this is still the same boot,
 * otherwise by the wall clock. A code with more time left than its whole
 * lifetime is rejected.
 */
bool pending_read(struct pending *pending, const char *text, size_t len,
		  const struct provider *provider, const char *boot,
		  const struct event *event, struct err *err);

#endif
