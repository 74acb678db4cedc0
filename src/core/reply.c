/* SPDX-License-Identifier: MIT */
/*
 * Judges answers: the body counts before the status, for providers agree on
 * neither. What is no OAuth at all never ends a sign-in; it is worth another
 * try. Knows no state and no time.
 */
#include "config.h"

#include "core/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/form.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/exchange.h"
#include "core/json.h"
#include "core/oauth_error.h"
#include "core/provider.h"

enum { RETRY_AFTER_MAX_S = 86400, INTERVAL_MAX_S = 300 };

/* An answer under judgement. */
struct trial {
	const struct provider *provider; /* or NULL */
	enum endpoint endpoint;
	const struct reply *reply;
	const struct json *body; /* or NULL */
	struct oauth_error error;
};

static struct json *from_form(const char *body, size_t len)
{
	static const char *const names[] = {
		"error",
		"error_description",
		"interval",
		"device_code",
		"user_code",
		"verification_uri",
		"verification_uri_complete",
		"expires_in",
		"access_token",
		"token_type",
		"scope",
		"refresh_token",
		"refresh_token_expires_in",
	};
	struct json *object = json_new_object();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *value = form_get(body, len, names[i]);

		json_set_text(object, names[i], value);
		secret_free(value);
	}
	if (json_first(object))
		return object;
	json_free(object);
	return NULL;
}

struct json *reply_body(const struct reply *reply)
{
	struct json *body;

	if (reply->net != NET_OK)
		return NULL;
	body = json_parse(reply->body, reply->body_len, NULL);
	if (!body && form_looks_like(reply->body, reply->body_len))
		body = from_form(reply->body, reply->body_len);
	if (body && json_kind(body) != JSON_OBJECT) {
		json_free(body);
		body = NULL;
	}
	return body;
}

static const char *label_of(const struct trial *trial)
{
	return trial->provider ? trial->provider->label : "The provider";
}

static bool is_success(int status)
{
	return status >= 200 && status <= 299;
}

/* Statuses that say "later", whatever else they say. */
static bool is_later(int status)
{
	return status == 408 || status == 429 || status >= 500;
}

bool reply_is_away(const struct reply *reply)
{
	return reply->net != NET_OK || is_later(reply->status);
}

/* Such as a Webex integration that lacks the helper's redirect URIs. */
static bool lacks_redirect_uri(const struct trial *trial)
{
	return trial->provider && trial->provider->redirect_help &&
	       trial->reply->status == 400 && trial->body &&
	       (strcasestr(trial->reply->body, "redirect_uri") ||
		strcasestr(trial->reply->body, "redirect uri"));
}

/* The verdict of a code at a token endpoint, turned into what oauth.h allows
 * at the one that was asked. */
static enum verdict at_endpoint(enum endpoint endpoint, enum verdict verdict)
{
	switch (endpoint) {
	case ENDPOINT_DEVICE:
		if (verdict == VERDICT_PENDING || verdict == VERDICT_SLOW_DOWN)
			return VERDICT_RETRY;
		if (verdict == VERDICT_RETRY ||
		    verdict == VERDICT_MISCONFIGURED)
			return verdict;
		return VERDICT_REFUSED;
	case ENDPOINT_DISCOVERY: /* which has no codes */
	case ENDPOINT_TOKEN:
		return verdict;
	case ENDPOINT_PROFILE:
		if (verdict == VERDICT_UNAUTHORIZED || verdict == VERDICT_RETRY)
			return verdict;
		return VERDICT_REFUSED;
	case ENDPOINT_REVOCATION:
		/* An invalid token is what was wanted (RFC 7009, 2.2). */
		if (verdict == VERDICT_UNAUTHORIZED)
			return VERDICT_OK;
		return verdict == VERDICT_RETRY ? verdict : VERDICT_REFUSED;
	}
	return verdict;
}

/* What an answer without an error code means. */
static enum verdict by_status(const struct trial *trial)
{
	int status = trial->reply->status;

	if (is_later(status))
		return VERDICT_RETRY;
	switch (trial->endpoint) {
	case ENDPOINT_DISCOVERY:
		return is_success(status) && trial->body ? VERDICT_OK
							 : VERDICT_REFUSED;
	case ENDPOINT_DEVICE:
		if (is_success(status) && trial->body)
			return VERDICT_OK;
		/* The very same request will not fare better next time. */
		return status == 400 && trial->body ? VERDICT_MISCONFIGURED
						    : VERDICT_RETRY;
	case ENDPOINT_TOKEN:
		if (status == 428)
			return VERDICT_PENDING;
		return is_success(status) && trial->body ? VERDICT_OK
							 : VERDICT_RETRY;
	case ENDPOINT_PROFILE:
		if (status == 401)
			return VERDICT_UNAUTHORIZED;
		if (status >= 400)
			return VERDICT_REFUSED;
		return is_success(status) && trial->body ? VERDICT_OK
							 : VERDICT_RETRY;
	case ENDPOINT_REVOCATION:
		return is_success(status) ? VERDICT_OK : VERDICT_REFUSED;
	}
	return VERDICT_RETRY;
}

static enum verdict judge(const struct trial *trial)
{
	int status = trial->reply->status;

	if (lacks_redirect_uri(trial))
		return VERDICT_MISCONFIGURED;
	if (trial->endpoint == ENDPOINT_PROFILE && status == 401)
		return VERDICT_UNAUTHORIZED;
	/* It speaks no OAuth: whatever the words, only the status counts. */
	if (trial->endpoint == ENDPOINT_DISCOVERY)
		return by_status(trial);
	if (trial->error.known)
		return at_endpoint(trial->endpoint, trial->error.verdict);
	if (*trial->error.code && !is_later(status) && status != 428)
		return VERDICT_REFUSED;
	return by_status(trial);
}

/* "Missing parameter: code_challenge_method", as Keycloak has it, though the
 * device grant knows no PKCE. */
static bool wants_pkce(const struct trial *trial)
{
	return trial->endpoint == ENDPOINT_DEVICE &&
	       strcmp(trial->error.code, "invalid_request") == 0 &&
	       strcasestr(trial->reply->body, "code_challenge");
}

/* The advice where the endpoint makes the code more telling. */
static const char *advice_for(const struct trial *trial)
{
	if (wants_pkce(trial))
		return "wants PKCE in another way than S256: change that for "
		       "this client in its settings.";
	if (strcmp(trial->error.code, "invalid_client") != 0)
		return trial->error.advice;
	/* Where the secret went along it is as likely to be the wrong one. */
	if (trial->endpoint == ENDPOINT_DEVICE &&
	    (!trial->provider || trial->provider->device_auth == AUTH_NONE))
		return "does not know this client: check CLIENT_ID.";
	/* RFC 7523 section 3: its times are checked like its signature. */
	if (trial->provider && trial->provider->token_auth == AUTH_PRIVATE_KEY)
		return "does not accept this client's signature: check that "
		       "the clock of this machine is right, and that the "
		       "public half of provider.private_key_file belongs to "
		       "CLIENT_ID there.";
	if (trial->provider && trial->provider->client_secret)
		return "does not accept this client: check that CLIENT_SECRET "
		       "is right and belongs to CLIENT_ID.";
	return "does not accept this client: check CLIENT_ID, and whether the "
	       "provider wants a CLIENT_SECRET.";
}

/* "text/html" of "text/html; charset=utf-8". */
static void name_type(char *dst, size_t size, const char *type)
{
	size_t len = strcspn(type, "; \t");

	if (len == 0)
		type = "no content type";
	text_clip(dst, size, type, len ? len : strlen(type), 40, TEXT_DOTS);
}

static void explain_status(const struct trial *trial, struct err *err)
{
	const char *who = label_of(trial);
	int status = trial->reply->status;
	char type[128];

	name_type(type, sizeof(type), trial->reply->type);
	if (status == 429) {
		err_set(err, "%s is asked too often (status 429).", who);
		return;
	}
	if (is_later(status)) {
		err_set(err, "%s is in difficulties (status %d).", who, status);
		return;
	}
	switch (trial->endpoint) {
	case ENDPOINT_DISCOVERY:
		err_set(err,
			"%s publishes no discovery document (%s, status %d): "
			"is provider.issuer right? Otherwise name its "
			"endpoints one by one.",
			who, type, status);
		return;
	case ENDPOINT_DEVICE:
		err_set(err,
			"%s answers with %s and status %d instead of a code: "
			"is there a captive portal in between, or is "
			"provider.device_authorization_endpoint wrong?",
			who, type, status);
		return;
	case ENDPOINT_TOKEN:
		if (status == 428)
			err_set(err, "%s waits for the approval.", who);
		else
			err_set(err,
				"%s answers with %s and status %d, which is "
				"no OAuth: something in between may have "
				"answered instead.",
				who, type, status);
		return;
	case ENDPOINT_PROFILE:
		if (status == 401)
			err_set(err,
				"%s does not accept the access token any "
				"more.",
				who);
		else
			err_set(err,
				"%s answers with %s and status %d instead of "
				"a profile: check provider.scope and "
				"provider.userinfo_endpoint.",
				who, type, status);
		return;
	case ENDPOINT_REVOCATION:
		err_set(err, "%s did not revoke the token (status %d).", who,
			status);
		return;
	}
}

static void explain_bad_request(const struct trial *trial, struct err *err)
{
	err_set(err,
		"%s does not accept the request for a code (status 400): check "
		"CLIENT_ID and provider.scope.",
		label_of(trial));
}

/* One sentence, and the provider's own words behind it. */
static void explain(const struct trial *trial, enum verdict verdict,
		    struct err *err)
{
	const struct oauth_error *error = &trial->error;
	const char *who = label_of(trial);
	char *words;

	if (lacks_redirect_uri(trial)) {
		err_set(err, "%s %s", who, trial->provider->redirect_help);
		return;
	}
	if (trial->endpoint == ENDPOINT_DISCOVERY)
		explain_status(trial, err);
	else if (error->known)
		err_set(err, "%s %s", who, advice_for(trial));
	else if (*error->code && verdict == VERDICT_REFUSED)
		err_set(err, "%s refuses with the error \"%s\".", who,
			error->code);
	else if (verdict == VERDICT_MISCONFIGURED)
		explain_bad_request(trial, err);
	else
		explain_status(trial, err);
	words = oauth_error_words(trial->body);
	if (words && *words && strcmp(words, error->code) != 0)
		err_set(err, "%s (\"%s\")", err->text, words);
	free(words);
}

static void take_details(const struct trial *trial, struct refusal *refusal)
{
	const char *tracking = json_get_text(trial->body, "trackingId");
	int64_t interval_s;

	snprintf(refusal->error, sizeof(refusal->error), "%s",
		 trial->error.code);
	refusal->wants_pkce = wants_pkce(trial);
	if (tracking)
		text_clip(refusal->tracking, sizeof(refusal->tracking),
			  tracking, strlen(tracking), -1, 0);
	if (json_integer(json_get(trial->body, "interval"), 1, INTERVAL_MAX_S,
			 &interval_s))
		refusal->interval_s = interval_s;
}

enum verdict reply_judge(const struct provider *provider,
			 enum endpoint endpoint, const struct reply *reply,
			 const struct json *body, struct refusal *refusal)
{
	struct trial trial = {
		.provider = provider,
		.endpoint = endpoint,
		.reply = reply,
		.body = body,
	};
	enum verdict verdict;

	memset(refusal, 0, sizeof(*refusal));
	refusal->retry_after_s = reply->retry_after_s < RETRY_AFTER_MAX_S
					 ? reply->retry_after_s
					 : RETRY_AFTER_MAX_S;
	if (reply->net != NET_OK) {
		refusal->no_trust = reply->net == NET_TLS;
		err_set(&refusal->err, "%s", reply->what);
		return VERDICT_RETRY;
	}
	refusal->reached = true;
	oauth_error_find(body, reply->status, &trial.error);
	take_details(&trial, refusal);
	verdict = judge(&trial);
	if (verdict != VERDICT_OK)
		explain(&trial, verdict, &refusal->err);
	return verdict;
}
