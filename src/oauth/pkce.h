/* SPDX-License-Identifier: MIT */
/*
 * Proof Key for Code Exchange (RFC 7636), by S256 only: the client that redeems
 * a code proves that it requested the code. For both grants.
 */
#ifndef GRANTTY_OAUTH_PKCE_H
#define GRANTTY_OAUTH_PKCE_H

#include <stdbool.h>

struct buf;

/* A new code_verifier (section 4.1); secret_free() it. */
char *pkce_verifier(void);

/* Adds the verifier's code_challenge (section 4.3) to a form; a NULL verifier
 * adds nothing. */
bool pkce_add_challenge(struct buf *form, const char *verifier);

#endif
