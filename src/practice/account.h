/* SPDX-License-Identifier: MIT */
/*
 * The fictitious user who signs in, in the formats of the profile endpoints.
 * The caller frees the values with json_free().
 */
#ifndef GRANTTY_PRACTICE_ACCOUNT_H
#define GRANTTY_PRACTICE_ACCOUNT_H

#include <stdbool.h>

#include "practice/dialect.h"

struct buf;
struct json;

#define ACCOUNT_NAME "Robin Example"

/* As Webex's people/me; calling data only if requested. */
struct json *account_people_me(bool calling_data);

/* As userinfo (OpenID Connect Core section 5.3). */
struct json *account_userinfo(enum dialect dialect);

/* Appends the JSON of a profile with 10,000 fields and a depth of 50. */
void account_write_huge(struct buf *out);

/* Puts text that attacks terminals into a profile. */
void account_make_hostile(struct json *profile, const char *text);

#endif
