/* SPDX-License-Identifier: MIT */
/*
 * Revokes the refresh token first: most providers revoke the access token with
 * it (RFC 7009 section 2.1).
 */
#include "config.h"

#include "oauth/revocation.h"

#include <stddef.h>

#include "oauth/oauth_answer.h"
#include "oauth/oauth_request.h"

struct request *revocation_request(struct revocation *revocation,
				   const struct provider *provider,
				   const struct tokens *tokens, int64_t wall_s)
{
	if (tokens->access_token == NULL)
		revocation->next = REVOKE_NOTHING;
	else if (revocation->next == REVOKE_REFRESH_TOKEN &&
		 tokens->refresh_token == NULL)
		revocation->next = REVOKE_ACCESS_TOKEN;
	switch (revocation->next) {
	case REVOKE_REFRESH_TOKEN:
		return oauth_revoke_request(provider, tokens->refresh_token,
					    "refresh_token", wall_s);
	case REVOKE_ACCESS_TOKEN:
		return oauth_revoke_request(provider, tokens->access_token,
					    "access_token", wall_s);
	case REVOKE_NOTHING:
		break;
	}
	return NULL;
}

bool revocation_answered(struct revocation *revocation,
			 const struct tokens *tokens, const struct reply *reply,
			 struct oauth_failure *failure)
{
	bool first = revocation->next == REVOKE_REFRESH_TOKEN;
	enum verdict verdict = oauth_revoke_answer(reply, failure);
	bool ok = verdict == VERDICT_OK;

	/* Of the two, the refresh token is the one that counts, but the access
	 * token must be revoked as well. It may have been revoked with the
	 * first (section 2.1), in which case the provider no longer knows
	 * it. */
	if (!first && revocation->confirmed && verdict == VERDICT_REFUSED)
		ok = true;
	revocation->confirmed = ok && (first || revocation->confirmed ||
				       tokens->refresh_token == NULL);
	/* A provider that is out of reach now would be so for the other token,
	 * too, and the user is waiting. */
	revocation->next = first && verdict != VERDICT_RETRY
				   ? REVOKE_ACCESS_TOKEN
				   : REVOKE_NOTHING;
	return ok;
}

bool revocation_skip(struct revocation *revocation)
{
	if (revocation->next != REVOKE_REFRESH_TOKEN)
		return false;
	revocation->next = REVOKE_ACCESS_TOKEN;
	return true;
}
