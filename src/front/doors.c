/* SPDX-License-Identifier: MIT */
/*
 * In place of the doors of libcurl and libcrypto, of which the first program
 * links neither: nothing here sends a request or signs a proof, so there is
 * nothing to free. No key is known to be sound: a session that has one is left
 * to the second program.
 */
#include "config.h"

#include <stddef.h>

#include "base/err.h"
#include "io/http.h"
#include "jose/jose_key.h"

void http_free(struct http *http)
{
	(void)http;
}

struct jose_key *jose_key_read(const char *pem, size_t len, struct err *err)
{
	(void)pem;
	(void)len;
	err_set(err, "This program reads no keys.");
	return NULL;
}

bool jose_key_is_sound(const char *pem)
{
	(void)pem;
	return false;
}

void jose_key_free(struct jose_key *key)
{
	(void)key;
}
