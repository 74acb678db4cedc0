/* SPDX-License-Identifier: MIT */
/*
 * A random verifier, and its hash as the challenge.
 */
#include "config.h"

#include "oauth/pkce.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/form.h"

char *pkce_verifier(void)
{
	return crypto_random_text();
}

bool pkce_add_challenge(struct buf *form, const char *verifier)
{
	char *challenge;
	bool ok;

	if (verifier == NULL)
		return true;
	challenge = crypto_sha256_text(verifier, strlen(verifier));
	ok = form_add(form, "code_challenge", challenge) &&
	     form_add(form, "code_challenge_method", "S256");
	free(challenge);
	return ok;
}
