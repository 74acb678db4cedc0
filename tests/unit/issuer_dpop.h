/* SPDX-License-Identifier: MIT */
/*
 * The modelled provider's eye for proofs of possession (RFC 9449).
 */
#ifndef GRANTTY_TESTS_ISSUER_DPOP_H
#define GRANTTY_TESTS_ISSUER_DPOP_H

#include <stdbool.h>
#include <stddef.h>

#include "issuer_model.h"

struct json;

/*
 * The claims of a proof that is well-formed and signed by the key in its
 * header; json_free() them. Fails the test where it is not. thumbprint: of that
 * key (RFC 7638).
 */
struct json *dpop_read(const char *proof, char *thumbprint, size_t size);

/* The thumbprint of a private key (PEM); the caller owns it. */
char *dpop_thumbprint(const char *pem);

/*
 * The claims of a request's proof; json_free() them. Fails the test where it is
 * not as section 4.3 has it: for that very request and the token in it, made at
 * wall_s with an id of its own, by the client's key. The first proof says which
 * that is.
 */
struct json *dpop_check(const struct request *request, int64_t wall_s,
			struct dpop_client *client);

/* True if the request may pass: with the proof that it needs, and with the
 * nonce that is wanted; *answer asks for that one. Fails the test for anything
 * that no client may do. */
bool dpop_passes(struct issuer *issuer, enum request_kind kind,
		 const struct request *request, struct answer *answer);

#endif
