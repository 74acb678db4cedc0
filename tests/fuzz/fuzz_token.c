/* SPDX-License-Identifier: MIT */
/*
 * The answer to a poll or a refresh, with and without a proof of possession. A
 * token that is accepted fits into a header and a form, and outlives the
 * session file; one that is bound takes its key along, and only where there was
 * one.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/form.h"
#include "base/mem.h"
#include "base/text.h"
#include "machine/session_data.h"
#include "machine/session_record.h"
#include "oauth/dpop.h"
#include "oauth/oauth_answer.h"
#include "oauth/oauth_request.h"
#include "oauth/provider.h"
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

	const char *scheme = tokens->dpop_key != NULL ? "DPoP " : "Bearer ";

	if (request != NULL) {
		must(request->body == NULL);
		must(is_header_safe(request->authorization));
		must(strncmp(request->authorization, scheme, strlen(scheme)) ==
		     0);
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
	must(session_record_write(&text, data, NULL));
	must(session_record_read(&read, buf_text(&text), text.len, NULL,
				 NULL) == SESSION_RECORD_OK);
	must(same(read.tokens.access_token, data->tokens.access_token));
	must(same(read.tokens.refresh_token, data->tokens.refresh_token));
	must(same(read.tokens.scope, data->tokens.scope));
	must(same(read.tokens.dpop_key, data->tokens.dpop_key));
	session_data_free(&read);
	buf_free(&text);
}

static const char *make_key(void)
{
	static char *key;

	if (key == NULL)
		key = dpop_key_new();
	must(key != NULL);
	return key;
}

/* A nonce is taken once, and only one that fits into a proof. */
static void check_nonce(const struct reply *reply, const char *key,
			const struct tokens *tokens)
{
	char url[] = "https://id.example/token";
	struct request request = {.url = url};
	struct dpop dpop = {0};

	if (dpop_answer(&dpop, DPOP_ISSUER, reply, key)) {
		must(key != NULL);
		must(same(dpop.nonces[DPOP_ISSUER], reply->dpop_nonce));
		must(!dpop_answer(&dpop, DPOP_ISSUER, reply, key));
	}
	/* Signing is slow, so only for what there is to say. */
	if (dpop.nonces[DPOP_ISSUER] != NULL || tokens->dpop_key != NULL) {
		must(key != NULL);
		dpop_prove(&dpop, DPOP_ISSUER, &request, key,
			   tokens->access_token, 1800000000);
		must(is_header_safe(request.dpop));
		secret_free(request.dpop);
	}
	dpop_free(&dpop);
}

/* What others ask a proof for. */
static void read_call(struct input *input)
{
	struct err err = {""};
	struct dpop_call call;
	size_t len;
	char *text = input_rest(input, &len);

	if (dpop_call_read(&call, text, &err)) {
		char *proof =
			dpop_proof(&call, make_key(), "token", 1800000000);

		must(is_header_safe(proof));
		secret_free(proof);
	} else {
		must(err.text[0] != '\0');
		must(text_is_clean(err.text, strlen(err.text)));
	}
	dpop_call_free(&call);
	free(text);
}

enum { WITHOUT_KEY, WITH_KEY, CALL, KINDS };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	unsigned kind = input_choice(&input, KINDS);
	const char *key = kind == WITH_KEY ? make_key() : NULL;
	const struct provider *provider =
		fuzz_provider(input_choice(&input, 16));
	struct session_data session = {0};
	struct tokens *tokens = &session.tokens;
	struct oauth_failure failure;
	struct reply reply;
	enum verdict verdict;
	char *nonce;

	if (kind == CALL) {
		read_call(&input);
		return 0;
	}
	nonce = kind == WITH_KEY ? input_line(&input) : NULL;
	input_reply(&input, &reply);
	reply.dpop_nonce = nonce;
	verdict = oauth_token_answer(provider, ENDPOINT_TOKEN, &reply, key,
				     tokens, &failure);
	if (verdict == VERDICT_OK) {
		must(is_header_safe(tokens->access_token));
		must(tokens->dpop_key == NULL || same(tokens->dpop_key, key));
		must(strcmp(tokens->token_type,
			    tokens->dpop_key != NULL ? "DPoP" : "Bearer") == 0);
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
		must_be_told(&failure);
	}
	check_nonce(&reply, key, tokens);
	free(nonce);
	session_data_free(&session);
	fuzz_reply_free(&reply);
	return 0;
}
