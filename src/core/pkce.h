/* SPDX-License-Identifier: MIT */
/*
 * Proof Key for Code Exchange (RFC 7636), by S256 only: whoever redeems a code
 * shows that it is who asked for it. Of both grants.
 */
#ifndef GRANTTY_CORE_PKCE_H
#define GRANTTY_CORE_PKCE_H

#include <stdbool.h>

struct buf;

/* A new code_verifier (section 4.1); secret_free() it. */
char *pkce_verifier(void);

/* Adds the code_challenge that goes with it (section 4.3) to a form; NULL adds
 * nothing and is fine. */
bool pkce_add_challenge(struct buf *form, const char *verifier);

#endif
