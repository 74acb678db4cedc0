/* SPDX-License-Identifier: MIT */
/*
 * The answer to a poll or a refresh. A token that is accepted fits into a
 * header and a form, and outlives the session file.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/form.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/oauth.h"
#include "core/provider.h"
#include "core/record.h"
#include "core/session_data.h"
#include "fuzz.h"

static void check_field(const struct request *request, const char *name,
			const char *expected)
{
	char *value;

	must(request->body != NULL);
	value = form_get(request->body, strlen(request->body), name);
	must(value != NULL && strcmp(value, expected) == 0);
	secret_free(value);
}

static void check_requests(const struct provider *provider,
			   const struct tokens *tokens)
{
	struct request *request = oauth_profile_request(provider, tokens);

	if (request != NULL) {
		must(request->body == NULL);
		must(is_header_safe(request->authorization));
	}
	request_free(request);
	if (tokens->refresh_token == NULL)
		return;
	request = oauth_refresh_request(provider, tokens->refresh_token,
					1800000000);
	must(request->fresh);
	check_field(request, "refresh_token", tokens->refresh_token);
	request_free(request);
}

static bool same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void check_record(const struct session_data *data)
{
	struct session_data read = {0};
	struct buf text;

	buf_init(&text, 8 * 1024 * 1024);
	must(record_write(&text, data, NULL));
	must(record_read(&read, buf_text(&text), text.len, NULL, NULL) ==
	     RECORD_OK);
	must(same(read.tokens.access_token, data->tokens.access_token));
	must(same(read.tokens.refresh_token, data->tokens.refresh_token));
	must(same(read.tokens.scope, data->tokens.scope));
	session_data_free(&read);
	buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	const struct provider *provider =
		fuzz_provider(input_choice(&input, 16));
	struct session_data session = {0};
	struct tokens *tokens = &session.tokens;
	struct refusal refusal;
	struct reply reply;
	enum verdict verdict;

	input_reply(&input, &reply);
	verdict = oauth_token_answer(provider, &reply, NULL, tokens, &refusal);
	if (verdict == VERDICT_OK) {
		must(is_header_safe(tokens->access_token));
		must(strcmp(tokens->token_type, "Bearer") == 0);
		must(tokens->expires_in_s >= 0);
		must(tokens->refresh_expires_in_s >= 0);
		must(tokens->scope == NULL ||
		     text_is_clean(tokens->scope, strlen(tokens->scope)));
		check_requests(provider, tokens);
		session.provider = xstrdup(provider->id);
		check_record(&session);
	} else {
		must(tokens->access_token == NULL);
		must(tokens->refresh_token == NULL);
		must_be_told(&refusal);
	}
	session_data_free(&session);
	fuzz_reply_free(&reply);
	return 0;
}
