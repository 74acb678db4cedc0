/* SPDX-License-Identifier: MIT */
/*
 * The data of a session: what the session file holds, the session machine works
 * with and the commands show.
 */
#ifndef GRANTTY_MACHINE_SESSION_DATA_H
#define GRANTTY_MACHINE_SESSION_DATA_H

#include <stdbool.h>
#include <stdint.h>

#include "oauth/tokens.h"

struct json;

/* What the session file holds. */
struct session_data {
	char *provider;		    /* the ID of struct provider */
	char *issuer;		    /* of that provider; NULL: unknown */
	char *client_id;	    /* the tokens are for; NULL: unknown */
	struct tokens tokens;	    /* the *_in_s fields are not stored */
	int64_t expires_at;	    /* Unix seconds; 0: unknown */
	int64_t refresh_expires_at; /* Unix seconds; 0: unknown */
	char *profile;		    /* JSON text, or NULL */
	struct json *parsed;	    /* the profile; NULL: not parsed */
	int64_t serial;	  /* of the sealed record it was read from; 0: none */
	bool refreshing;  /* a refresh has begun; its outcome is unknown */
	bool signing_out; /* its tokens are being revoked: it counts as signed
			   * out, and only has to be revoked and removed */
};

/* Wipes and frees the content; the struct is empty and usable again. */
void session_data_free(struct session_data *data);

/* Takes ownership of the profile, an object with all the values of each name,
 * see json_parse_all(). NULL: there is none. */
void session_data_set_profile(struct session_data *data, struct json *profile);

/* The profile as such an object, borrowed; NULL: there is none. It is parsed
 * only once. */
const struct json *session_data_profile(struct session_data *data);

/* True if the session belongs to that provider (by its ID), issuer and client:
 * no other may use its tokens. An issuer or client that is NULL, "" or not
 * stored is unknown, and not compared. */
bool session_data_is_of(const struct session_data *data, const char *provider,
			const char *issuer, const char *client_id);

/* Replaces *to with a copy of *from, in which the profile is not parsed. */
void session_data_copy(struct session_data *to,
		       const struct session_data *from);

#endif
