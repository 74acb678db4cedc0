/* SPDX-License-Identifier: MIT */
/*
 * Decides who may sign in: compares a profile with kiosk.allow.
 */
#ifndef GRANTTY_OAUTH_ALLOW_H
#define GRANTTY_OAUTH_ALLOW_H

#include <stdbool.h>

struct allow;
struct err;
struct json;

/* True if any list has an entry; otherwise anyone may sign in. */
bool allow_is_set(const struct allow *allow);

/*
 * True if the lists are valid. False with *err (option, value and what is
 * expected) if an address or a domain is malformed, or a claim has no name or
 * no value.
 */
bool allow_is_sound(const struct allow *allow, struct err *err);

/*
 * True if the user with that profile (from json_parse_all(); NULL: none) may
 * sign in: one matching entry is enough. An address matches regardless of the
 * case of its domain, but not if the provider says that it is unverified
 * (OpenID Connect Core section 5.1: email_verified). A claim is a member of
 * that exact name, or one at a path ("realm_access.roles"); if it is an array,
 * one item must match. A profile with two different values for such a claim is
 * rejected. False with *why for the log, which names the address but nothing
 * else about the user.
 */
bool allow_admits(const struct allow *allow, const struct json *profile,
		  struct err *why);

#endif
