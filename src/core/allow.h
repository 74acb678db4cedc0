/* SPDX-License-Identifier: MIT */
/*
 * Who may sign in here: compares a profile with kiosk.allow.
 */
#ifndef GRANTTY_CORE_ALLOW_H
#define GRANTTY_CORE_ALLOW_H

#include <stdbool.h>

struct allow;
struct err;

/* Whether anything is in the lists; if not, everybody may. */
bool allow_is_set(const struct allow *allow);

/*
 * Whether the lists can mean anything. False with *err (option, value and what
 * is expected) where an address has no '@' or a domain has one or a '*'.
 */
bool allow_is_sound(const struct allow *allow, struct err *err);

/*
 * Whether the person with that profile (JSON text) may sign in: any one entry
 * that fits is enough. An address fits with the case of its domain ignored,
 * and unless the provider says that it is not verified (OpenID Connect Core
 * section 5.1: email_verified). A claim is the member of that very name, or
 * found along a path ("realm_access.roles"); of an array one item has to fit.
 * False with *why for the log, which names the address and nothing else of the
 * person.
 */
bool allow_admits(const struct allow *allow, const char *profile,
		  struct err *why);

#endif
