/* SPDX-License-Identifier: MIT */
/*
 * The JWK sets (RFC 7517) that verify signatures.
 */
#ifndef GRANTTY_JOSE_JOSE_JWKS_H
#define GRANTTY_JOSE_JOSE_JWKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct err;
struct json;

/* Anything larger is rejected. */
enum {
	JOSE_MAX_JWKS = 256 * 1024, /* bytes */
	JOSE_MAX_KEYS = 100
};

/* A split JWS: header.payload.signature, each in base64url. */
struct jws {
	const char *text;
	size_t signed_len; /* of the signed part: header.payload */
	struct json *header;
	const char *algorithm; /* in the header */
	const char *kid;       /* in the header; NULL: none */
	struct buf payload;
	struct buf signature;
};

/* Reads a JWK set as a provider publishes it; json_free() it. Does not look at
 * the keys yet. NULL with *err on failure. */
struct json *jose_jwks_read(const char *text, size_t len, struct err *err);

/* The number of keys in the set that can verify signatures of a known
 * algorithm. */
int jose_jwks_usable(const struct json *jwks);

/* Verifies the signature. *unknown_key as for jose_verify(), but not NULL.
 * False with *err if no key of the set made it. */
bool jose_jwks_verify(const struct jws *jws, const struct json *jwks,
		      bool *unknown_key, struct err *err);

/* True if the member is missing: some providers write null, "" or [] instead of
 * leaving it out. */
bool jose_is_absent(const struct json *member);

#endif
