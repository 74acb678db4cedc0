/* SPDX-License-Identifier: MIT */
/*
 * How the client proves who it is, at every endpoint that asks for it: by its
 * secret (RFC 6749 section 2.3.1) or by an assertion that it signs (RFC 7523
 * section 2.2, private_key_jwt of OpenID Connect Core section 9).
 */
#ifndef GRANTTY_CORE_CLIENT_PROOF_H
#define GRANTTY_CORE_CLIENT_PROOF_H

#include <stdint.h>

#include "core/provider.h"

struct buf;
struct request;

/* Adds client_id and the proof, to the form or as the request's header. wall_s:
 * the time now in Unix seconds, which an assertion bears. */
void client_proof_add(const struct provider *provider, enum client_auth auth,
		      int64_t wall_s, struct buf *form,
		      struct request *request);

#endif
