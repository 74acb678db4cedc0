/* SPDX-License-Identifier: MIT */
/*
 * OAuth errors in whatever shape, at every endpoint: what people are told is
 * clean and short, and no error is taken for success.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "oauth/oauth_error.h"
#include "oauth/oauth_error_words.h"
#include "oauth/reply.h"
#include "oauth/reply_body.h"
#include "fuzz.h"

static void check_error(const struct json *body, int status)
{
	struct oauth_error error;
	char *words = oauth_error_words(body);

	oauth_error_find(body, status, &error);
	must(memchr(error.code, '\0', sizeof(error.code)) != NULL);
	must(text_is_clean(error.code, strlen(error.code)));
	for (const char *c = error.code; *c != '\0'; c++)
		must(*c < 'A' || *c > 'Z');
	must(!error.known || (error.code[0] != '\0' && error.advice != NULL));
	if (words != NULL)
		must(text_is_clean(words, strlen(words)));
	free(words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum endpoint endpoints[] = {
		ENDPOINT_DISCOVERY, ENDPOINT_DEVICE,	 ENDPOINT_TOKEN,
		ENDPOINT_PROFILE,   ENDPOINT_REVOCATION, ENDPOINT_REFRESH};
	struct input input = {(const char *)data, size};
	const struct provider *provider =
		fuzz_provider(input_choice(&input, 16));
	enum endpoint endpoint = endpoints[input_choice(&input, 6)];
	struct oauth_failure failure;
	struct reply reply;
	struct json *body;
	enum verdict verdict;

	input_reply(&input, &reply);
	body = reply_body(&reply);
	check_error(body, reply.status);
	verdict = reply_judge(provider, endpoint, &reply, body, &failure);
	if (verdict != VERDICT_OK)
		must_be_told(&failure);
	else if (endpoint != ENDPOINT_REVOCATION)
		must(body != NULL && json_kind(body) == JSON_OBJECT);
	/* Revoking a token that is not good any more has what it wants. */
	if (reply.net != NET_OK ||
	    (reply.status >= 400 && endpoint != ENDPOINT_REVOCATION))
		must(verdict != VERDICT_OK);
	json_free(body);
	fuzz_reply_free(&reply);
	return 0;
}
