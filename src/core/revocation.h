/* SPDX-License-Identifier: MIT */
/*
 * Giving tokens back (RFC 7009): which one is next, and whether the provider
 * has confirmed that the session is over there, too.
 */
#ifndef GRANTTY_CORE_REVOCATION_H
#define GRANTTY_CORE_REVOCATION_H

#include <stdbool.h>
#include <stdint.h>

struct provider;
struct refusal;
struct reply;
struct request;
struct tokens;

enum revocation_next {
	REVOKE_REFRESH_TOKEN,
	REVOKE_ACCESS_TOKEN,
	REVOKE_NOTHING /* it is over */
};

/* All zero to begin with. */
struct revocation {
	enum revocation_next next;
	bool confirmed; /* nothing can be renewed any more */
};

/* The request for the token that is next; NULL where none is: there is no token
 * left, or the provider does not offer this. wall_s: now in Unix seconds. */
struct request *revocation_request(struct revocation *revocation,
				   const struct provider *provider,
				   const struct tokens *tokens, int64_t wall_s);

/* Takes the answer to that. False with *refusal where it was not revoked. */
bool revocation_answered(struct revocation *revocation,
			 const struct tokens *tokens, const struct reply *reply,
			 struct refusal *refusal);

#endif
