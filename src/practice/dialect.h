/* SPDX-License-Identifier: MIT */
/*
 * How answers are written: as in RFC 8628 and RFC 6749, or as Webex writes
 * them. Decides nothing.
 */
#ifndef GRANTTY_PRACTICE_DIALECT_H
#define GRANTTY_PRACTICE_DIALECT_H

#include <stdbool.h>
#include <stdint.h>

struct answer;
struct token_pair;

enum dialect { DIALECT_PLAIN, DIALECT_WEBEX };

/* "plain", "webex". */
const char *dialect_name(enum dialect dialect);

/* The fields of the device authorization response (RFC 8628 section 3.2),
 * perhaps changed by a fault. Strings are borrowed. */
struct code_answer {
	const char *device_code;
	const char *user_code;
	const char *verification_uri;
	const char *verification_uri_complete;
	int64_t expires_s;
	int64_t interval_s;
	bool without_interval;
	bool quoted_numbers;
};

void dialect_code(struct answer *answer, const struct code_answer *code);

/* A successful response of the token endpoint (RFC 6749 section 5.1). */
void dialect_tokens(struct answer *answer, enum dialect dialect,
		    const struct token_pair *tokens, bool quoted_numbers);

/*
 * An error, named by its code from RFC 6749 section 5.2 or RFC 8628 section
 * 3.5. The description is for people.
 */
void dialect_error(struct answer *answer, enum dialect dialect,
		   const char *error, const char *description);

/* 401 for a call without a valid access token (RFC 6750 section 3). */
void dialect_unauthorized(struct answer *answer, enum dialect dialect);

#endif
