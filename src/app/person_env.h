/* SPDX-License-Identifier: MIT */
/*
 * The environment of the programs that are started once a person has signed
 * in: this program's own without its secrets, and who it is. A proxy is named
 * without the user and password that may be in its URL.
 */
#ifndef GRANTTY_APP_PERSON_ENV_H
#define GRANTTY_APP_PERSON_ENV_H

struct session_data;

/*
 * A list that ends with NULL, for xfreev(). event: "signed_in", "refreshed" or
 * "signed_out". token_fd: where the access token can be read; -1: nowhere. What
 * is not known is not set. All that is added is clean text.
 */
char **person_env(const struct session_data *data, const char *event,
		  int token_fd);

#endif
