/* SPDX-License-Identifier: MIT */
/*
 * The made-up person who signs in, in the shapes that the profile endpoints
 * have. The caller frees the values with json_free().
 */
#ifndef GRANTTY_PRACTICE_PERSON_H
#define GRANTTY_PRACTICE_PERSON_H

#include <stdbool.h>

#include "practice/dialect.h"

struct buf;
struct json;

#define PERSON_NAME "Robin Example"

/* As Webex's people/me; calling data only where asked for. */
struct json *person_people_me(bool calling_data);

/* As userinfo (OpenID Connect Core section 5.3). */
struct json *person_userinfo(enum dialect dialect);

/* Appends the JSON of a profile with 10,000 fields and a depth of 50. */
void person_write_huge(struct buf *out);

/* Puts text that is an attack on terminals into a profile. */
void person_make_hostile(struct json *profile, const char *text);

#endif
