/* SPDX-License-Identifier: MIT */
/*
 * The modelled provider's other half: the authorization code grant, ID tokens
 * with their keys, and discovery documents.
 */
#ifndef GRANTTY_TESTS_ISSUER_OPENID_H
#define GRANTTY_TESTS_ISSUER_OPENID_H

#include <stdbool.h>
#include <stddef.h>

struct answer;
struct issuer;
struct jose_key;
struct request;

/*
 * The person opens the address of an authorization request (RFC 6749 section
 * 4.1.1) and agrees: gives the address that the browser ends on. Fails the test
 * where something is wrong with the request.
 */
void issuer_authorize(struct issuer *issuer, const char *uri, char *answer,
		      size_t size);

/* An ID token as it gives them now; the caller owns it (secret_free). */
char *issuer_id_token(const struct issuer *issuer);

/* A JWK set with the public half of that key; the caller owns it. */
char *issuer_keys(const struct jose_key *key, const char *kid);

/* The rest is for issuer.c only. */

/* True if the request exchanges the code that was given out, with all that
 * belongs to it. A code that comes a second time is counted. */
bool openid_is_exchange(struct issuer *issuer, const struct request *request);

/* True if its code_verifier goes with the challenge that came in. */
bool openid_fits_challenge(const struct issuer *issuer,
			   const struct request *request);

/* Adds an ID token to the answer, where this issuer gives any. */
void openid_add_id_token(const struct issuer *issuer, struct answer *answer);

void openid_answer_keys(const struct issuer *issuer, struct answer *answer);
void openid_answer_document(const struct issuer *issuer,
			    const struct request *request,
			    struct answer *answer);

#endif
