/* SPDX-License-Identifier: MIT */
/*
 * Judges an HTTP answer for OAuth, by body and status together.
 */
#ifndef GRANTTY_OAUTH_REPLY_H
#define GRANTTY_OAUTH_REPLY_H

#include <stdbool.h>

#include "oauth/verdict.h"

struct json;
struct provider;
struct reply;

/* True if the answer shows trouble in the network or at the provider, rather
 * than a deliberate reply. */
bool reply_is_unavailable(const struct reply *reply);

/*
 * Judges the answer, as oauth_answer.h describes for each endpoint. Fills
 * *failure, including its sentence unless the verdict is VERDICT_OK. VERDICT_OK
 * guarantees an object without an error, except at the revocation endpoint,
 * where any 2xx status is enough. provider may be NULL for endpoints whose
 * verdict does not depend on it.
 */
enum verdict reply_judge(const struct provider *provider,
			 enum endpoint endpoint, const struct reply *reply,
			 const struct json *body,
			 struct oauth_failure *failure);

#endif
