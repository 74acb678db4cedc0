/* SPDX-License-Identifier: MIT */
/*
 * What a person is approving: a device code (RFC 8628 section 3.2) with all
 * that it takes to redeem it, and its text, from which another run of the
 * program can go on. Opens no file.
 */
#ifndef GRANTTY_CORE_PENDING_H
#define GRANTTY_CORE_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/oauth.h"

struct err;
struct event;
struct provider;

struct pending {
	struct device_code code; /* interval_s is the one in force */
	char *verifier;		 /* of PKCE; secret; NULL: none */
	char *dpop_key; /* PEM, that tokens are to be bound to; secret; NULL:
			 * none */
	int64_t expires_ms; /* when it is over; NEVER_MS: there is nothing */
	int64_t expires_at; /* the same in Unix seconds */
	bool by_wall;	    /* the machine was started since: that it has ended
			     * is for the wall clock to say, too */
};

/* Wipes and frees the content; the struct is empty and usable again. */
void pending_free(struct pending *pending);

/* Whether its time is up at that event. */
bool pending_is_over(const struct pending *pending, const struct event *event);

/* The wall clock was set: what it will show when a code of this start of the
 * machine is over. True where that is something else than before. */
bool pending_correct(struct pending *pending, const struct event *event);

/*
 * The code as one line for another run; the caller owns it (secret_free). boot:
 * which start of the machine expires_ms counts from (a boot ID), "" where that
 * is not known.
 */
char *pending_write(const struct pending *pending,
		    const struct provider *provider, const char *boot);

/*
 * Reads what pending_write() gave into the empty *pending, through all the
 * checks that a fresh answer has to pass. False, with one clause in *err ("it
 * has run out"), where it is damaged, was asked for by another client or with
 * other settings, or is over: by the time since the start of the machine where
 * that is still the same one, else by the wall clock. A code that would be good
 * for longer than it ever was is not believed.
 */
bool pending_read(struct pending *pending, const char *text, size_t len,
		  const struct provider *provider, const char *boot,
		  const struct event *event, struct err *err);

#endif
