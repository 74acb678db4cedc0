/* SPDX-License-Identifier: MIT */
/*
 * The environment of the programs that are started after a sign-in: this
 * program's own without its secrets, plus the identity of the user. Removes the
 * user name and password from the URL of a proxy.
 */
#ifndef GRANTTY_APP_HOOK_ENV_H
#define GRANTTY_APP_HOOK_ENV_H

struct session_data;

/*
 * A list that ends with NULL, for xfreev(). event: "signed_in", "refreshed" or
 * "signed_out". token_fd: the descriptor to read the access token from; -1:
 * none. Unknown values are not set. Everything added is clean text.
 */
char **hook_env(const struct session_data *data, const char *event,
		int token_fd);

#endif
