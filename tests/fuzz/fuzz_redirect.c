/* SPDX-License-Identifier: MIT */
/*
 * What a browser, or anybody, sends to the redirect listener, and what a
 * person pastes instead. No code without the state of this sign-in.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/form.h"
#include "base/mem.h"
#include "oauth/authorization.h"
#include "oauth/http_message.h"
#include "oauth/verdict.h"
#include "oauth/provider.h"
#include "fuzz.h"
#include "io/redirect_request.h"

#define STATE "0123456789abcdef"

static void check_exchange(const struct authorization *authorization,
			   const struct provider *provider, const char *code)
{
	struct request *request = authorization_request(authorization, provider,
							code, 1800000000);
	char *sent;

	must(request->fresh && request->body != NULL);
	sent = form_get(request->body, strlen(request->body), "code");
	must(sent != NULL && strcmp(sent, code) == 0);
	secret_free(sent);
	request_free(request);
}

static void judge(const char *answer)
{
	struct authorization authorization = {
		.uri = (char *)(uintptr_t) "https://id.example/authorize",
		.state = (char *)(uintptr_t)STATE,
		.verifier = (char *)(uintptr_t) "verifier",
	};
	struct provider provider = *fuzz_provider(0);
	struct oauth_failure failure = {.retry_after_s = -1};
	char *code;
	enum authorization_answer result;

	provider.issuer = (char *)(uintptr_t) "https://id.example";
	provider.redirect_uri = (char *)(uintptr_t) "http://127.0.0.1:2000/";
	result = authorization_judge(&authorization, &provider, answer, &code,
				     &failure);
	if (result == ANSWER_CODE) {
		must(is_header_safe(code));
		/* Encoded or not, it must have been there. */
		must(strstr(answer, "state=") != NULL ||
		     strchr(answer, '%') != NULL);
		check_exchange(&authorization, &provider, code);
		secret_free(code);
	} else {
		must(code == NULL);
		must_be_told(&failure);
	}
	if (strchr(answer, '%') == NULL && strstr(answer, STATE) == NULL)
		must(result == ANSWER_FOREIGN);
}

/* How often a name is in the query, decoded. */
static int count(const char *query, const char *name)
{
	size_t len = strlen(query);
	int n = 0;
	char *found, *value;

	while (len > 0) {
		if (form_take(&query, &len, &found, &value))
			n += strcmp(found, name) == 0;
		secret_free(found);
		secret_free(value);
	}
	return n;
}

static void check_hit(const struct redirect_request *request)
{
	const char *query = redirect_query(request->target);

	must(strcmp(request->method, "GET") == 0 && !request->has_body);
	must(is_header_safe(query));
	must(strchr(query, ' ') == NULL);
	must(strlen(query) <= REDIRECT_MAX_QUERY);
	must(count(query, "code") <= 1 && count(query, "state") <= 1);
	must(count(query, "iss") <= 1 && count(query, "error") <= 1);
	must(strncmp(request->target, "/redirect.html?", 15) == 0);
	must(request->host != NULL);
	must(strstr(request->host, "2000") != NULL);
	judge(query);
}

/* Method, Host and target, one a line. */
static void send_request(struct input *input)
{
	char *method = input_line(input), *host = input_line(input);
	size_t len;
	char *target = input_rest(input, &len);
	struct redirect_request request = {
		.method = method,
		.target = target,
		.host = host,
	};

	if (method != NULL &&
	    redirect_judge(&request, "/redirect.html", 2000) == REQUEST_HIT)
		check_hit(&request);
	free(method);
	free(host);
	free(target);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	size_t len;
	char *answer;

	if (input_choice(&input, 2) == 1) {
		send_request(&input);
		return 0;
	}
	answer = input_rest(&input, &len);
	judge(answer);
	free(answer);
	return 0;
}
