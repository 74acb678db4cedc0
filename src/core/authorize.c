/* SPDX-License-Identifier: MIT */
/*
 * Three random values, one address, and the one answer that fits them.
 */
#include "config.h"

#include "core/authorize.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/form.h"
#include "base/mem.h"
#include "core/exchange.h"
#include "core/json.h"
#include "core/oauth.h"
#include "core/oauth_error.h"
#include "core/pkce.h"
#include "core/provider.h"

enum { CODE_MAX = 4096, FORM_MAX = 65536 };

static const char *unless_empty(const char *s)
{
	return s[0] != '\0' ? s : NULL;
}

void authorization_make(struct authorization *authorization,
			const struct provider *provider)
{
	const char *endpoint = provider->authorization_endpoint;
	struct buf query;
	struct buf uri;

	authorization_free(authorization);
	authorization->state = crypto_random_text();
	authorization->verifier = pkce_verifier();
	if (provider_wants_openid(provider))
		authorization->nonce = crypto_random_text();
	buf_init(&query, FORM_MAX);
	buf_init(&uri, 2 * FORM_MAX);
	(void)form_add(&query, "response_type", "code");
	(void)form_add(&query, "client_id", provider->client_id);
	(void)form_add(&query, "redirect_uri", provider->redirect_uri);
	(void)form_add(&query, "scope", unless_empty(provider->scope));
	(void)form_add(&query, "state", authorization->state);
	(void)pkce_add_challenge(&query, authorization->verifier);
	(void)form_add(&query, "nonce", authorization->nonce);
	(void)form_add(&query, "audience", unless_empty(provider->audience));
	for (size_t i = 0; i < provider->extra_count; i++)
		(void)form_add(&query, provider->extra[i].name,
			       provider->extra[i].value);
	(void)buf_addf(&uri, "%s%c%s", endpoint,
		       strchr(endpoint, '?') != NULL ? '&' : '?',
		       buf_text(&query));
	authorization->uri = buf_take(&uri);
	buf_free(&query);
}

void authorization_free(struct authorization *authorization)
{
	secret_free(authorization->uri);
	secret_free(authorization->state);
	secret_free(authorization->verifier);
	secret_free(authorization->nonce);
	memset(authorization, 0, sizeof(*authorization));
}

/* The query in a pasted address, or all of it where it is only a query: then
 * a name comes first, and a '?' can only belong to a value. */
static const char *query_of(const char *answer, size_t *len)
{
	size_t mark;

	answer += strspn(answer, " ");
	if (answer[strcspn(answer, "/?=")] != '=') {
		mark = strcspn(answer, "?#");
		if (answer[mark] == '?')
			answer += mark + 1;
	}
	*len = strcspn(answer, "# ");
	return answer;
}

/* The parameter's value, NULL where there is none. None may come twice (RFC
 * 6749 section 3.1): then *sound becomes false. */
static char *parameter(const char *query, size_t len, const char *name,
		       bool *sound)
{
	char *value = NULL;

	for (size_t i = 0, n; i < len; i += n + 1) {
		const char *end = memchr(query + i, '&', len - i);
		char *found;

		n = end != NULL ? (size_t)(end - query) - i : len - i;
		found = form_get(query + i, n, name);
		if (value != NULL && found != NULL)
			*sound = false;
		if (value == NULL)
			value = found;
		else
			secret_free(found);
	}
	return value;
}

static bool is_state(const struct authorization *authorization,
		     const char *state)
{
	size_t len = strlen(authorization->state);

	return state != NULL && strlen(state) == len &&
	       crypto_equal(state, authorization->state, len);
}

static bool is_issuer(const struct provider *provider, const char *iss)
{
	if (iss == NULL)
		return !provider->sends_iss;
	return provider->issuer[0] == '\0' ||
	       strcmp(iss, provider->issuer) == 0;
}

static bool is_code(const char *code)
{
	size_t i;

	if (code == NULL || code[0] == '\0')
		return false;
	for (i = 0; code[i] != '\0'; i++) {
		if (code[i] < ' ' || code[i] > '~' || i >= CODE_MAX)
			return false;
	}
	return true;
}

static enum authorization_answer refuse(const struct provider *provider,
					const char *error, const char *words,
					struct refusal *refusal)
{
	enum authorization_answer answer = ANSWER_REFUSED;
	struct json *body = json_new_object();
	struct oauth_error known;
	char *clean;

	json_set_text(body, "error", error);
	json_set_text(body, "error_description", words);
	oauth_error_find(body, 400, &known);
	clean = oauth_error_words(body);
	(void)snprintf(refusal->error, sizeof(refusal->error), "%s",
		       known.code);
	if (known.known)
		err_set(&refusal->err, "%s %s", provider->label, known.advice);
	else if (known.code[0] != '\0')
		err_set(&refusal->err, "%s refuses with the error \"%s\".",
			provider->label, known.code);
	else
		err_set(&refusal->err, "%s refuses the sign-in.",
			provider->label);
	if (clean != NULL && clean[0] != '\0' && words != NULL)
		err_set(&refusal->err, "%s (\"%s\")", refusal->err.text, clean);
	if (known.known && known.verdict == VERDICT_DENIED)
		answer = ANSWER_DENIED;
	else if (known.known && known.verdict == VERDICT_MISCONFIGURED)
		answer = ANSWER_MISCONFIGURED;
	free(clean);
	json_free(body);
	return answer;
}

enum authorization_answer authorization_judge(
	const struct authorization *authorization,
	const struct provider *provider, const char *answer, char **code,
	struct refusal *refusal)
{
	enum authorization_answer result = ANSWER_FOREIGN;
	size_t len;
	const char *query = query_of(answer, &len);
	bool sound = true;
	char *state = parameter(query, len, "state", &sound);
	char *iss = parameter(query, len, "iss", &sound);
	char *error = parameter(query, len, "error", &sound);
	char *words = parameter(query, len, "error_description", &sound);
	char *value = parameter(query, len, "code", &sound);

	*code = NULL;
	refusal->reached = true;
	if (!is_state(authorization, state)) {
		err_set(&refusal->err,
			"This address does not belong to the sign-in on the "
			"screen: open the one shown there.");
	} else if (!sound) {
		err_set(&refusal->err,
			"This address says the same thing twice, and was "
			"dropped: copy it once more.");
	} else if (!is_issuer(provider, iss)) {
		err_set(&refusal->err,
			"The answer claims to come from another provider than "
			"%s, and was dropped.",
			provider->label);
	} else if (error != NULL) {
		result = refuse(provider, error, words, refusal);
	} else if (!is_code(value)) {
		err_set(&refusal->err,
			"This address carries no code: copy all of it.");
	} else {
		*code = value;
		value = NULL;
		result = ANSWER_CODE;
	}
	secret_free(value);
	secret_free(state);
	free(iss);
	free(error);
	free(words);
	return result;
}

struct request *authorization_request(const struct authorization *authorization,
				      const struct provider *provider,
				      const char *code, int64_t wall_s)
{
	struct request *request;
	struct buf form;

	buf_init(&form, FORM_MAX);
	(void)form_add(&form, "grant_type", "authorization_code");
	(void)form_add(&form, "code", code);
	(void)form_add(&form, "redirect_uri", provider->redirect_uri);
	(void)form_add(&form, "code_verifier", authorization->verifier);
	request =
		oauth_post(provider, "code exchange", provider->token_endpoint,
			   &form, provider->token_auth, wall_s);
	request->fresh = true;
	return request;
}
