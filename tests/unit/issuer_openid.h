/* SPDX-License-Identifier: MIT */
/*
 * The modelled provider's other half: the authorization code grant, ID tokens
 * with their keys, and discovery documents. For issuer.c only.
 */
#ifndef GRANTTY_TESTS_ISSUER_OPENID_H
#define GRANTTY_TESTS_ISSUER_OPENID_H

#include <stdbool.h>

struct answer;
struct issuer;
struct request;

/* Whether the request exchanges the code that was given out, with all that
 * belongs to it. A code that comes a second time is counted. */
bool openid_is_exchange(struct issuer *issuer, const struct request *request);

/* Whether its code_verifier goes with the challenge that came in. */
bool openid_fits_challenge(const struct issuer *issuer,
			   const struct request *request);

/* Adds an ID token to the answer, where this issuer gives any. */
void openid_add_id_token(const struct issuer *issuer, struct answer *answer);

void openid_answer_keys(const struct issuer *issuer, struct answer *answer);
void openid_answer_document(const struct issuer *issuer,
			    const struct request *request,
			    struct answer *answer);

#endif
