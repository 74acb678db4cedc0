/* SPDX-License-Identifier: MIT */
/*
 * The refresh token first: most providers drop the access token with it (RFC
 * 7009 section 2.1).
 */
#include "config.h"

#include "core/revocation.h"

#include <stddef.h>

#include "core/oauth.h"

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
			 struct refusal *refusal)
{
	bool first = revocation->next == REVOKE_REFRESH_TOKEN;
	enum verdict verdict = oauth_revoke_answer(reply, refusal);
	bool ok = verdict == VERDICT_OK;

	/* Of two the refresh token is the one that counts, but the other one
	 * has to go as well. */
	revocation->confirmed = ok && (first || revocation->confirmed ||
				       tokens->refresh_token == NULL);
	/* Who is out of reach now will be so for the other token, and a person
	 * waits. */
	revocation->next = first && verdict != VERDICT_RETRY
				   ? REVOKE_ACCESS_TOKEN
				   : REVOKE_NOTHING;
	return ok;
}
