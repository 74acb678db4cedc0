/* SPDX-License-Identifier: MIT */
/*
 * An HTTP answer as OAuth sees it: its body as one object whatever it was
 * encoded as, and its verdict, from body and status together.
 */
#ifndef GRANTTY_CORE_REPLY_H
#define GRANTTY_CORE_REPLY_H

#include <stdbool.h>

#include "core/oauth.h"

struct json;
struct provider;
struct reply;

/* Which endpoint answered. */
enum endpoint {
	ENDPOINT_DISCOVERY,
	ENDPOINT_DEVICE, /* device authorization */
	ENDPOINT_TOKEN,	 /* polls and refreshes */
	ENDPOINT_PROFILE,
	ENDPOINT_REVOCATION
};

/* Whether the answer shows a network or a provider in difficulties, and not a
 * provider that means what it says. */
bool reply_is_away(const struct reply *reply);

/* The object that the body holds, as JSON or as a form (GitHub); NULL where it
 * is neither. json_free() it. */
struct json *reply_body(const struct reply *reply);

/*
 * What the answer means, as oauth.h tells for each endpoint. Fills *refusal
 * and, unless it is VERDICT_OK, its sentence. VERDICT_OK promises an object
 * without an error in it, but at the revocation endpoint, where a status of
 * 2xx is enough. provider is NULL where the endpoint's answer depends on none.
 */
enum verdict reply_judge(const struct provider *provider,
			 enum endpoint endpoint, const struct reply *reply,
			 const struct json *body, struct refusal *refusal);

#endif
