/* SPDX-License-Identifier: MIT */
/*
 * Makes three random values and one address, and accepts only the answer that
 * matches them.
 */
#include "config.h"

#include "oauth/authorization.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/form.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "oauth/http_message.h"
#include "oauth/oauth_request.h"
#include "oauth/oauth_error.h"
#include "oauth/oauth_error_words.h"
#include "oauth/pkce.h"
#include "oauth/provider.h"
#include "oauth/tenant.h"

enum { CODE_MAX = 4096, FORM_MAX = 65536 };

/*
 * Unless the request asks for consent, a provider ignores offline_access and
 * issues no refresh token (OpenID Connect Core section 11). Microsoft issues
 * one anyway. A request for consent would only lock out users who may not
 * consent for themselves, even if an administrator has consented for everyone.
 */
static bool needs_consent(const struct provider *provider)
{
	return !provider_has_extra(provider, "prompt") &&
	       provider_wants_openid(provider) &&
	       provider_wants_offline(provider) &&
	       !tenant_is_entra(provider->authorization_endpoint);
}

bool authorization_make(struct authorization *authorization,
			const struct provider *provider, struct err *err)
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
	(void)form_add(&query, "scope", text_unless_empty(provider->scope));
	(void)form_add(&query, "state", authorization->state);
	(void)pkce_add_challenge(&query, authorization->verifier);
	(void)form_add(&query, "nonce", authorization->nonce);
	(void)form_add(&query, "audience",
		       text_unless_empty(provider->audience));
	if (needs_consent(provider))
		(void)form_add(&query, "prompt", "consent");
	(void)form_add(&query, "ui_locales", provider_ui_locales(provider));
	for (size_t i = 0; i < provider->extra_count; i++)
		(void)form_add(&query, provider->extra[i].name,
			       provider->extra[i].value);
	/* A buffer that has failed looks empty. */
	if (!query.failed)
		(void)buf_addf(&uri, "%s%c%s", endpoint,
			       strchr(endpoint, '?') != NULL ? '&' : '?',
			       buf_text(&query));
	if (!query.failed)
		authorization->uri = buf_take(&uri);
	buf_free(&query);
	buf_free(&uri);
	if (authorization->uri != NULL)
		return true;
	authorization_free(authorization);
	return err_set(err,
		       "The sign-in address for %s is too long: shorten "
		       "provider.scope, provider.audience and provider.extra.",
		       provider->label);
}

void authorization_free(struct authorization *authorization)
{
	secret_free(authorization->uri);
	secret_free(authorization->state);
	secret_free(authorization->verifier);
	secret_free(authorization->nonce);
	memset(authorization, 0, sizeof(*authorization));
}

/* The query of a pasted address, or the whole text if it is only a query: it
 * then begins with a name, and a '?' can only be part of a value. */
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

/* The parameter's value; NULL if there is none. No parameter may appear twice
 * (RFC 6749 section 3.1): if one does, *sound becomes false. */
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
	       tenant_is_answer(provider->issuer, iss);
}

static bool is_code(const char *code)
{
	size_t len = code != NULL ? strlen(code) : 0;

	return len > 0 && len <= CODE_MAX && text_is_ascii(code, len);
}

static enum authorization_answer refuse(const struct provider *provider,
					const char *error, const char *words,
					struct oauth_failure *failure)
{
	enum authorization_answer answer = ANSWER_REFUSED;
	struct json *body = json_new_object();
	struct oauth_error known;
	char *clean;

	json_set_text(body, "error", error);
	json_set_text(body, "error_description", words);
	oauth_error_find(body, 400, &known);
	clean = oauth_error_words(body);
	(void)snprintf(failure->error, sizeof(failure->error), "%s",
		       known.code);
	failure->error_class = known.error_class;
	if (known.known)
		err_set(&failure->err, "%s %s", provider->label, known.advice);
	else if (known.code[0] != '\0')
		err_set(&failure->err, "%s answered with the error \"%s\".",
			provider->label, known.code);
	else
		err_set(&failure->err, "%s refused the sign-in.",
			provider->label);
	if (clean != NULL && clean[0] != '\0' && words != NULL)
		err_set(&failure->err, "%s (\"%s\")", failure->err.text, clean);
	if (known.error_class == ERROR_DENIED)
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
	struct oauth_failure *failure)
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
	failure->reached = true;
	if (!is_state(authorization, state)) {
		failure->foreign = FOREIGN_SIGN_IN;
		err_set(&failure->err,
			"This address belongs to another sign-in.");
	} else if (!sound) {
		failure->foreign = FOREIGN_REPEATS;
		err_set(&failure->err,
			"This address contains a parameter twice and was "
			"ignored.");
	} else if (!is_issuer(provider, iss)) {
		failure->foreign = FOREIGN_PROVIDER;
		err_set(&failure->err,
			"This answer is from a provider other than %s and "
			"was ignored.",
			provider->label);
	} else if (error != NULL) {
		result = refuse(provider, error, words, failure);
	} else if (!is_code(value)) {
		failure->foreign = FOREIGN_NO_CODE;
		err_set(&failure->err, "This address contains no code.");
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
	request = oauth_post(provider, REQUEST_CODE_EXCHANGE,
			     provider->token_endpoint, &form,
			     provider->token_auth, wall_s);
	request->fresh = true;
	return request;
}
