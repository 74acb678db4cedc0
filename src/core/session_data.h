/* SPDX-License-Identifier: MIT */
/*
 * What a session consists of: what the session file holds, the session machine
 * lives on and the verbs show.
 */
#ifndef GRANTTY_CORE_SESSION_DATA_H
#define GRANTTY_CORE_SESSION_DATA_H

#include <stdbool.h>
#include <stdint.h>

#include "core/oauth.h"

/* What the session file holds (DESIGN: Files). */
struct session_data {
	char *provider;		    /* struct provider's id */
	struct tokens tokens;	    /* the *_in_s fields are not stored */
	int64_t expires_at;	    /* Unix seconds; 0: not known */
	int64_t refresh_expires_at; /* Unix seconds; 0: not known */
	char *profile;		    /* JSON text, or NULL */
	bool refreshing; /* a refresh was begun and its outcome is unknown */
};

/* Wipes and frees the content; the struct is empty and usable again. */
void session_data_free(struct session_data *data);

/* Replaces what is in *to by a copy of *from. */
void session_data_copy(struct session_data *to,
		       const struct session_data *from);

#endif
