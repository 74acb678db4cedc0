/* SPDX-License-Identifier: MIT */
/*
 * What may be said of a stored session: everything but its secrets.
 */
#ifndef GRANTTY_APP_SESSION_REPORT_H
#define GRANTTY_APP_SESSION_REPORT_H

#include <stdbool.h>
#include <stdint.h>

struct json;
struct profile;
struct session_data;
struct setup;

/* True if there is a refresh token that is valid at that time in Unix
 * seconds. */
bool session_report_is_renewable(const struct session_data *data,
				 int64_t wall_s);

/* True if the session is usable at that time in Unix seconds: it has a valid
 * access token, or a refresh token to get another, and is not being signed
 * out. */
bool session_report_is_signed_in(const struct session_data *data,
				 int64_t wall_s);

/* The scope of the token, borrowed. If the provider did not state it, says
 * whether it is the one that was requested (RFC 6749 section 5.1). */
const char *session_report_scope(const struct setup *setup,
				 const struct session_data *data);

/* The stored profile; profile_free() it. NULL if there is none. */
struct profile *session_report_profile(const struct setup *setup,
				       const struct session_data *data);

/* Adds to the object what "status --json" prints. */
void session_report_json(struct json *json, const struct setup *setup,
			 const struct session_data *data, bool signed_in);

#endif
