/* SPDX-License-Identifier: MIT */
/*
 * The .env files that people keep CLIENT_ID and CLIENT_SECRET in.
 */
#ifndef GRANTTY_CORE_DOTENV_H
#define GRANTTY_CORE_DOTENV_H

#include <stddef.h>

/*
 * The value of name in the len bytes at text, the last one where it stands
 * more than once; the caller owns it (secret_free). NULL where it is not there.
 * Lines are NAME=value, with an optional "export " in front, spaces around the
 * '=', and '…' or "…" around the value; # starts a comment where a value has
 * not begun or after a space. Nothing is expanded.
 */
char *dotenv_get(const char *text, size_t len, const char *name);

#endif
