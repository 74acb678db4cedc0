/* SPDX-License-Identifier: MIT */
/*
 * Revokes tokens (RFC 7009): which one is next, and whether the provider has
 * confirmed that the session is over there, too.
 */
#ifndef GRANTTY_OAUTH_REVOCATION_H
#define GRANTTY_OAUTH_REVOCATION_H

#include <stdbool.h>
#include <stdint.h>

struct provider;
struct oauth_failure;
struct reply;
struct request;
struct tokens;

enum revocation_next {
	REVOKE_REFRESH_TOKEN,
	REVOKE_ACCESS_TOKEN,
	REVOKE_NOTHING /* done */
};

/* All zeros initially. */
struct revocation {
	enum revocation_next next;
	bool confirmed; /* no token can be renewed any more */
};

/* The request for the next token; NULL if no token is left or the provider
 * offers no revocation. wall_s: the current time in Unix seconds. */
struct request *revocation_request(struct revocation *revocation,
				   const struct provider *provider,
				   const struct tokens *tokens, int64_t wall_s);

/* Takes the answer to revocation_request(). If the provider rejects the access
 * token after its refresh token was revoked, it was revoked with that (RFC 7009
 * section 2.1). False with *failure if the token was not revoked. */
bool revocation_answered(struct revocation *revocation,
			 const struct tokens *tokens, const struct reply *reply,
			 struct oauth_failure *failure);

/* Goes on without the answer to the first request. False if that of the access
 * token has been sent already. */
bool revocation_skip(struct revocation *revocation);

#endif
