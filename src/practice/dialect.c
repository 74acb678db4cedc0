/* SPDX-License-Identifier: MIT */
/*
 * Writes answers in both dialects, see dialect.h. Does not know why an answer
 * is given.
 */
#include "config.h"

#include "practice/dialect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/crypto.h"
#include "base/json.h"
#include "practice/call.h"
#include "practice/token_pair.h"

const char *dialect_name(enum dialect dialect)
{
	switch (dialect) {
	case DIALECT_PLAIN:
		return "plain";
	case DIALECT_WEBEX:
		return "webex";
	}
	return "";
}

static void set_number(struct json *json, const char *name, int64_t value,
		       bool quoted)
{
	char text[24];

	if (!quoted) {
		json_set_integer(json, name, value);
		return;
	}
	snprintf(text, sizeof text, "%" PRId64, value);
	json_set_text(json, name, text);
}

void dialect_code(struct answer *answer, const struct code_answer *code)
{
	struct json *json = json_new_object();
	bool quoted = code->quoted_numbers;

	json_set_text(json, "device_code", code->device_code);
	set_number(json, "expires_in", code->expires_s, quoted);
	json_set_text(json, "user_code", code->user_code);
	json_set_text(json, "verification_uri", code->verification_uri);
	json_set_text(json, "verification_uri_complete",
		      code->verification_uri_complete);
	if (!code->without_interval)
		set_number(json, "interval", code->interval_s, quoted);
	answer_json(answer, 200, json);
}

void dialect_tokens(struct answer *answer, enum dialect dialect,
		    const struct token_pair *tokens, bool quoted_numbers)
{
	struct json *json = json_new_object();

	if (*tokens->scope)
		json_set_text(json, "scope", tokens->scope);
	set_number(json, "expires_in", tokens->expires_s, quoted_numbers);
	json_set_text(json, "token_type", "Bearer");
	json_set_text(json, "refresh_token", tokens->refresh_token);
	json_set_text(json, "access_token", tokens->access_token);
	if (dialect == DIALECT_WEBEX)
		set_number(json, "refresh_token_expires_in",
			   tokens->refresh_expires_s, quoted_numbers);
	answer_json(answer, 200, json);
}

/* {"message":…,"errors":[{"description":…}],"trackingId":"ROUTER_…"} */
static void webex_error(struct answer *answer, unsigned status,
			const char *description, const char *message)
{
	struct json *json = json_new_object();
	struct json *errors = json_new_array();
	struct json *error = json_new_object();
	char tracking_id[48];
	uint32_t n[4];

	crypto_random(n, sizeof n);
	snprintf(tracking_id, sizeof tracking_id,
		 "ROUTER_%08" PRIX32 "-%04" PRIX32 "-%04" PRIX32 "-%04" PRIX32
		 "-%04" PRIX32 "%08" PRIX32,
		 n[0], n[1] >> 16, n[1] & 0xffff, n[2] >> 16, n[2] & 0xffff,
		 n[3]);
	json_set_text(json, "message", message);
	json_set_text(error, "description", description);
	json_append(errors, error);
	json_set(json, "errors", errors);
	json_set_text(json, "trackingId", tracking_id);
	answer_header(answer, "trackingId", "%s", tracking_id);
	answer_json(answer, status, json);
}

static void plain_error(struct answer *answer, unsigned status,
			const char *error, const char *description)
{
	struct json *json = json_new_object();

	json_set_text(json, "error", error);
	json_set_text(json, "error_description", description);
	answer_json(answer, status, json);
}

void dialect_error(struct answer *answer, enum dialect dialect,
		   const char *error, const char *description)
{
	bool client = strcmp(error, "invalid_client") == 0;
	bool pending = strcmp(error, "authorization_pending") == 0;

	switch (dialect) {
	case DIALECT_PLAIN:
		if (client)
			answer_header(answer, "WWW-Authenticate",
				      "Basic realm=\"practice\"");
		plain_error(answer, client ? 401 : 400, error, description);
		break;
	case DIALECT_WEBEX:
		webex_error(answer, pending ? 428 : 400, error, description);
		break;
	}
}

void dialect_unauthorized(struct answer *answer, enum dialect dialect)
{
	static const char text[] = "The access token is missing, has expired "
				   "or was revoked.";

	answer_header(answer, "WWW-Authenticate",
		      "Bearer error=\"invalid_token\"");
	switch (dialect) {
	case DIALECT_PLAIN:
		plain_error(answer, 401, "invalid_token", text);
		break;
	case DIALECT_WEBEX:
		webex_error(answer, 401, text, text);
		break;
	}
}
