/* SPDX-License-Identifier: MIT */
/*
 * Client authentication at every endpoint that requires it: by a secret (RFC
 * 6749 section 2.3.1) or by a signed assertion (RFC 7523 section 2.2,
 * private_key_jwt of OpenID Connect Core section 9).
 */
#ifndef GRANTTY_OAUTH_CLIENT_AUTH_H
#define GRANTTY_OAUTH_CLIENT_AUTH_H

#include <stdint.h>

#include "oauth/provider.h"

struct buf;
struct request;

/* Adds client_id and the credentials to the form, or to the request's header.
 * wall_s: the current time in Unix seconds, for an assertion. */
void client_auth_add(const struct provider *provider, enum client_auth auth,
		     int64_t wall_s, struct buf *form, struct request *request);

#endif
