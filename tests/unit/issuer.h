/* SPDX-License-Identifier: MIT */
/*
 * A modelled provider for tests, in the plain words of RFC 8628, 6749, 7009 and
 * OpenID Connect. It keeps the rules by itself, unless a script says how to
 * answer, and fails the test where a client breaks one: polls faster than the
 * interval, after the code's expiry, or sooner than Retry-After allows.
 */
#ifndef GRANTTY_TESTS_ISSUER_H
#define GRANTTY_TESTS_ISSUER_H

#include "machine/event.h"
#include "issuer_model.h"

void issuer_init(struct issuer *issuer);
void issuer_free(struct issuer *issuer);

void issuer_answer(struct issuer *issuer, const struct request *request,
		   struct answer *answer);

/* What was posted as a form, whether it was one or JSON; the caller owns it
 * (secret_free). */
char *issuer_form(const struct request *request);

/* Which endpoint a request is meant for. */
enum request_kind issuer_kind(const struct request *request);

/* A client starts anew and cannot know what an earlier one was told. */
void issuer_forget_clients(struct issuer *issuer);

/* From now on no token is good any more. */
void issuer_end_session(struct issuer *issuer);

/* The access token alone is not good any more. */
void issuer_end_access(struct issuer *issuer);

#endif
