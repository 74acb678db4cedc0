/* SPDX-License-Identifier: MIT */
/*
 * Judges the answer to a refresh: whether the session is over, and whether the
 * user or an operator must act. Knows no state and no time.
 */
#ifndef GRANTTY_OAUTH_REFRESH_H
#define GRANTTY_OAUTH_REFRESH_H

#include <stddef.h>

#include "oauth/verdict.h"

struct json;
struct oauth_error;

/*
 * The verdict on an answer, from its status, the error found in it and its body
 * (NULL: not an object):
 *
 * OK             there may be tokens in it
 * INVALID_GRANT  the session is over
 * REFUSED        the session is over once its access token expires: until
 *                then it stays, as another server may have answered
 * MISCONFIGURED  the client is refused, not the session: an operator must act
 * RETRY          the answer says nothing about the session
 */
enum verdict refresh_judge(const struct oauth_error *error, int status,
			   const struct json *body);

/*
 * Reads a refusal whose body is not an object: plain text, a JSON string or a
 * list, in len bytes. NULL if it says nothing about the session; otherwise an
 * object that refresh_judge() understands. json_free() it.
 */
struct json *refresh_words(int status, const char *s, size_t len);

/* The same for the answer to a poll. Only a known code counts there, as
 * sentences may come from any server. */
struct json *refresh_loose_code(int status, const char *s, size_t len);

#endif
