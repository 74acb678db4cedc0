/* SPDX-License-Identifier: MIT */
/*
 * Judges answers. The body takes precedence over the status, as providers agree
 * on neither. An answer that is not OAuth never ends a sign-in; it is worth a
 * retry. Knows no state and no time.
 */
#include "config.h"

#include "oauth/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/form.h"
#include "base/json.h"
#include "base/json_scan.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"
#include "oauth/http_message.h"
#include "oauth/oauth_error.h"
#include "oauth/provider.h"
#include "oauth/refresh.h"
#include "oauth/well_known.h"

/* The answer being judged. */
struct answer {
	const struct provider *provider; /* or NULL */
	enum endpoint endpoint;
	const struct reply *reply;
	const struct json *body; /* or NULL */
	struct oauth_error error;
};

/* Turns a form into an object with every field. NULL unless it is an answer of
 * OAuth: "a=b" may come from any server. */
static struct json *from_form(const char *body, size_t len, struct err *err)
{
	struct json *object = NULL;
	struct buf form;
	bool ok;

	buf_init(&form, 3 * len);
	if (!form_repair(&form, body, len))
		goto out;
	body = buf_text(&form);
	len = form.len;
	object = json_new_object();
	while (len > 0) {
		char *name, *value;

		if (form_take(&body, &len, &name, &value))
			json_add_text(object, name, value);
		free(name);
		secret_free(value);
	}
	ok = json_settle(object, err) &&
	     (json_get(object, "error") || json_get(object, "access_token") ||
	      json_get(object, "device_code"));
	if (!ok) {
		json_free(object);
		object = NULL;
	}
out:
	buf_free(&form);
	return object;
}

/* The body's length without the trailing NUL bytes that some servers send. */
static size_t body_len(const struct reply *reply)
{
	size_t len = reply->body_len;

	while (len > 0 && reply->body[len - 1] == '\0')
		len--;
	return len;
}

struct json *reply_body(const struct reply *reply)
{
	size_t len = body_len(reply);
	struct json *body;

	if (reply->net != NET_OK)
		return NULL;
	body = json_parse_all(reply->body, len, NULL);
	if (!body)
		body = from_form(reply->body, len, NULL);
	if (body && json_kind(body) != JSON_OBJECT) {
		json_free(body);
		body = NULL;
	}
	return body;
}

static const char *label_of(const struct answer *answer)
{
	return answer->provider ? answer->provider->label : "The provider";
}

/* Statuses that mean "later", whatever the body. */
static bool is_later(int status)
{
	return status == 408 || status == 429 ||
	       (status >= 500 && status != 501);
}

/* Statuses that mean that the address does not accept the request. */
static bool is_dead_end(int status)
{
	return status == 404 || status == 405 || status == 410 ||
	       status == 415 || status == 501;
}

/* All errors but two end polling (RFC 8628 section 3.5), even with status 429.
 * invalid_request does not, as providers use it for anything. */
static bool ends_polls(const struct answer *answer)
{
	if (answer->endpoint != ENDPOINT_TOKEN || answer->error.guessed)
		return false;
	switch (answer->error.verdict) {
	case VERDICT_DENIED:
	case VERDICT_EXPIRED:
	case VERDICT_INVALID_GRANT:
		return true;
	case VERDICT_MISCONFIGURED:
		return answer->error.error_class != ERROR_INVALID_REQUEST;
	case VERDICT_OK:
	case VERDICT_PENDING:
	case VERDICT_SLOW_DOWN:
	case VERDICT_RETRY:
	case VERDICT_UNAUTHORIZED:
	case VERDICT_REFUSED:
		break;
	}
	return false;
}

/*
 * True if the answer only means "later", in whatever words: a rate limit may
 * come with any status, and 429 with any error (RFC 6585 section 4). An error
 * that says that the code has expired, or that the poll came too early, is
 * taken literally.
 */
static bool is_put_off(const struct answer *answer)
{
	int status = answer->reply->status;

	switch (answer->endpoint) {
	case ENDPOINT_DEVICE:
	case ENDPOINT_TOKEN:
	case ENDPOINT_PROFILE:
		break;
	case ENDPOINT_DISCOVERY:
	case ENDPOINT_REFRESH: /* judged by refresh_judge() */
	case ENDPOINT_REVOCATION:
		return false;
	}
	if (http_is_success(status) && !*answer->error.code)
		return false;
	if (status == 429 && answer->error.known && !ends_polls(answer))
		return answer->error.verdict != VERDICT_PENDING &&
		       answer->error.verdict != VERDICT_SLOW_DOWN &&
		       answer->error.verdict != VERDICT_EXPIRED;
	return (!is_later(status) || ends_polls(answer)) && status != 428 &&
	       oauth_error_puts_off(&answer->error, answer->body);
}

/* True if the address does not accept the request: a known OAuth error says
 * more, but any other text with such a status comes from a web server. */
static bool leads_nowhere(const struct answer *answer)
{
	return (answer->endpoint == ENDPOINT_DEVICE ||
		answer->endpoint == ENDPOINT_TOKEN) &&
	       is_dead_end(answer->reply->status) &&
	       (!answer->error.known ||
		answer->error.error_class == ERROR_NOT_FOUND);
}

static bool is_redirect(int status)
{
	return status >= 300 && status <= 399;
}

bool reply_is_unavailable(const struct reply *reply)
{
	return reply->net != NET_OK || is_later(reply->status);
}

/* For example, a Webex integration without the helper's redirect URIs. */
static bool lacks_redirect_uri(const struct answer *answer)
{
	return answer->provider && answer->provider->redirect_help &&
	       answer->reply->status == 400 && answer->body &&
	       (strcasestr(answer->reply->body, "redirect_uri") ||
		strcasestr(answer->reply->body, "redirect uri"));
}

/* Turns an error's verdict at a token endpoint into one that oauth.h allows at
 * the given endpoint. */
static enum verdict at_endpoint(enum endpoint endpoint, int status,
				enum verdict verdict)
{
	switch (endpoint) {
	case ENDPOINT_DEVICE:
		if (verdict == VERDICT_PENDING || verdict == VERDICT_SLOW_DOWN)
			return VERDICT_RETRY;
		if (verdict == VERDICT_RETRY ||
		    verdict == VERDICT_MISCONFIGURED)
			return verdict;
		return VERDICT_REFUSED;
	case ENDPOINT_DISCOVERY: /* has no error codes */
	case ENDPOINT_TOKEN:
	case ENDPOINT_REFRESH: /* judged by refresh_judge() */
		return verdict;
	case ENDPOINT_PROFILE:
		if (verdict == VERDICT_UNAUTHORIZED || verdict == VERDICT_RETRY)
			return verdict;
		return VERDICT_REFUSED;
	case ENDPOINT_REVOCATION:
		/* An invalid token is as good as revoked (RFC 7009 section
		 * 2.2), unless the client itself is rejected. */
		if (verdict == VERDICT_UNAUTHORIZED && status != 401 &&
		    status != 403)
			return VERDICT_OK;
		return verdict == VERDICT_RETRY ? verdict : VERDICT_REFUSED;
	}
	return verdict;
}

/* True if the profile is a signed JWT (OpenID Connect Core section 5.3.2). */
static bool is_jwt(const struct answer *answer)
{
	return http_is_success(answer->reply->status) && !answer->body &&
	       strncasecmp(answer->reply->type, "application/jwt", 15) == 0;
}

/* True if it is unclear whose profile it is. */
static bool is_ambiguous(const struct answer *answer)
{
	return http_is_success(answer->reply->status) && !answer->body &&
	       json_is_ambiguous(answer->reply->body, body_len(answer->reply));
}

/* True if the profile is complete but can never be read. Any other unreadable
 * answer may have been damaged in transit, so a retry may help. */
static bool is_unreadable(const struct answer *answer)
{
	return answer->endpoint == ENDPOINT_PROFILE &&
	       (is_jwt(answer) || is_ambiguous(answer));
}

/* The meaning of an answer without an error code. */
static enum verdict by_status(const struct answer *answer)
{
	int status = answer->reply->status;

	if (is_later(status))
		return VERDICT_RETRY;
	if (is_unreadable(answer))
		return VERDICT_REFUSED;
	switch (answer->endpoint) {
	case ENDPOINT_DISCOVERY:
		return http_is_success(status) && answer->body
			       ? VERDICT_OK
			       : VERDICT_REFUSED;
	case ENDPOINT_DEVICE:
		if (http_is_success(status) && answer->body)
			return VERDICT_OK;
		/* Repeating the same request would not help. */
		return status == 400 && answer->body ? VERDICT_MISCONFIGURED
						     : VERDICT_RETRY;
	case ENDPOINT_REFRESH:
	case ENDPOINT_TOKEN:
		if (status == 428)
			return VERDICT_PENDING;
		return http_is_success(status) && answer->body ? VERDICT_OK
							       : VERDICT_RETRY;
	case ENDPOINT_PROFILE:
		if (status == 401)
			return VERDICT_UNAUTHORIZED;
		/* A page from a web server or a proxy. */
		if (status == 400 && !answer->body)
			return VERDICT_RETRY;
		if (status >= 400)
			return VERDICT_REFUSED;
		return http_is_success(status) && answer->body ? VERDICT_OK
							       : VERDICT_RETRY;
	case ENDPOINT_REVOCATION:
		return http_is_success(status) ? VERDICT_OK : VERDICT_REFUSED;
	}
	return VERDICT_RETRY;
}

static enum verdict judge(const struct answer *answer)
{
	int status = answer->reply->status;

	if (lacks_redirect_uri(answer))
		return VERDICT_MISCONFIGURED;
	if (answer->endpoint == ENDPOINT_PROFILE && status == 401)
		return VERDICT_UNAUTHORIZED;
	if (leads_nowhere(answer) || is_put_off(answer))
		return VERDICT_RETRY;
	/* Discovery is not OAuth: only the status counts, whatever the
	 * words. */
	if (answer->endpoint == ENDPOINT_DISCOVERY)
		return by_status(answer);
	if (answer->endpoint == ENDPOINT_REFRESH)
		return refresh_judge(&answer->error, status, answer->body);
	if (answer->error.known)
		return at_endpoint(answer->endpoint, status,
				   answer->error.verdict);
	if (*answer->error.code && !is_later(status) && status != 428)
		return VERDICT_REFUSED;
	return by_status(answer);
}

/* "Missing parameter: code_challenge_method" (Keycloak), although RFC 8628 does
 * not mention PKCE. */
static bool wants_pkce(const struct answer *answer)
{
	return answer->endpoint == ENDPOINT_DEVICE &&
	       answer->error.error_class == ERROR_INVALID_REQUEST &&
	       strcasestr(answer->reply->body, "code_challenge");
}

static bool has_secret(const struct answer *answer)
{
	return answer->provider && answer->provider->client_secret;
}

/* Advice for when the provider rejects the client. */
static const char *advice_on_client(const struct answer *answer)
{
	const struct provider *provider = answer->provider;

	if (answer->endpoint == ENDPOINT_DEVICE &&
	    (!provider || provider->device_auth == AUTH_NONE)) {
		/* Presets with this endpoint need no credentials here. */
		if (!provider ||
		    provider->preset->device_authorization_endpoint)
			return "does not know this client: check CLIENT_ID.";
		if (has_secret(answer))
			return "does not know this client: check CLIENT_ID, "
			       "and whether this provider needs provider."
			       "device_authorization_endpoint_auth_method.";
		return "does not know this client: check CLIENT_ID, and "
		       "whether the provider wants a CLIENT_SECRET or another "
		       "provider.token_endpoint_auth_method.";
	}
	/* The provider also checks the times in an assertion (RFC 7523 section
	 * 3). */
	if (provider && provider->token_auth == AUTH_PRIVATE_KEY)
		return "does not accept this client's signature: check that "
		       "the clock of this machine is right, that the public "
		       "half of provider.private_key_file belongs to CLIENT_ID "
		       "there, and that provider.token_endpoint_auth_method is "
		       "right.";
	/* If a secret was sent, it is as likely to be wrong. */
	if (has_secret(answer))
		return "does not accept this client: check that CLIENT_SECRET "
		       "is right and belongs to CLIENT_ID, and that "
		       "provider.token_endpoint_auth_method is right.";
	return "does not accept this client: check CLIENT_ID, and whether the "
	       "provider wants a CLIENT_SECRET or another "
	       "provider.token_endpoint_auth_method.";
}

/* Keycloak also sends unauthorized_client for a wrong secret. */
static const char *advice_on_grant(const struct answer *answer)
{
	if (answer->endpoint == ENDPOINT_REFRESH)
		return "does not let this client refresh its tokens: allow "
		       "the refresh_token grant in the client's settings, and "
		       "check CLIENT_ID and CLIENT_SECRET.";
	if (answer->provider && answer->provider->code_grant)
		return "does not let this client sign in this way: allow the "
		       "authorization code grant in the client's settings, and "
		       "check CLIENT_ID and CLIENT_SECRET.";
	if (answer->endpoint == ENDPOINT_DEVICE && answer->provider &&
	    answer->provider->device_auth == AUTH_NONE)
		return "does not let this client sign in this way: allow the "
		       "device grant in the client's settings, and check "
		       "CLIENT_ID.";
	return "does not let this client sign in this way: allow the device "
	       "grant in the client's settings, and check CLIENT_ID and "
	       "CLIENT_SECRET.";
}

/* At the device endpoint, neither a code nor a token exists yet, whatever the
 * error says. */
static const char *advice_at_device(const struct answer *answer)
{
	switch (answer->error.verdict) {
	case VERDICT_PENDING:
	case VERDICT_DENIED:
	case VERDICT_EXPIRED:
	case VERDICT_INVALID_GRANT:
	case VERDICT_UNAUTHORIZED:
		return "issues no code to this client: check CLIENT_ID and "
		       "provider.scope, and allow the device grant in the "
		       "client's settings.";
	case VERDICT_OK:
	case VERDICT_SLOW_DOWN:
	case VERDICT_RETRY:
	case VERDICT_MISCONFIGURED:
	case VERDICT_REFUSED:
		break;
	}
	return answer->error.advice;
}

/* Advice that takes the endpoint into account. */
static const char *advice_for(const struct answer *answer)
{
	if (wants_pkce(answer))
		return "requires another PKCE method than S256: change that "
		       "in the client's settings.";
	if (answer->endpoint == ENDPOINT_REVOCATION &&
	    (answer->error.error_class == ERROR_INVALID_TOKEN ||
	     answer->error.error_class == ERROR_UNAUTHORIZED_CLIENT))
		return "does not let this client revoke tokens: check "
		       "provider.token_endpoint_auth_method.";
	if (answer->error.error_class == ERROR_INVALID_CLIENT)
		return advice_on_client(answer);
	if (answer->error.error_class == ERROR_UNAUTHORIZED_CLIENT)
		return advice_on_grant(answer);
	if (answer->endpoint == ENDPOINT_DEVICE)
		return advice_at_device(answer);
	return answer->error.advice;
}

/* "text/html" from "text/html; charset=utf-8". */
static void name_type(char *dst, size_t size, const char *type)
{
	size_t len = strcspn(type, "; \t");

	if (len == 0)
		type = "no content type";
	text_clip(dst, size, type, len ? len : strlen(type), 40, TEXT_DOTS);
}

/* The option that sets the address. */
static const char *option_of(const struct answer *answer)
{
	const struct provider *provider = answer->provider;

	switch (answer->endpoint) {
	case ENDPOINT_DISCOVERY:
		return "issuer";
	case ENDPOINT_DEVICE:
		return "device_authorization_endpoint";
	case ENDPOINT_TOKEN:
		if (provider && provider->device_token_endpoint &&
		    provider->token_endpoint &&
		    strcmp(provider->device_token_endpoint,
			   provider->token_endpoint) != 0)
			return "device_token_endpoint";
		break;
	case ENDPOINT_REFRESH:
		break;
	case ENDPOINT_PROFILE:
		return "userinfo_endpoint";
	case ENDPOINT_REVOCATION:
		return "revocation_endpoint";
	}
	return "token_endpoint";
}

/* Says what is wrong with an address that does not accept the request. */
static void explain_dead_end(const struct answer *answer, struct err *err)
{
	int status = answer->reply->status;
	const char *what = "does not accept a POST request";

	if (status == 404 || status == 410)
		what = "has nothing";
	else if (status == 415)
		what = "does not accept this content type";
	err_set(err,
		"%s %s at this address (status %d): check whether provider.%s "
		"is right.",
		label_of(answer), what, status, option_of(answer));
}

/* The issuer of the discovery document that the redirect leads to; NULL if that
 * is unclear or the same issuer. The caller owns it. */
static char *moved_issuer(const struct answer *answer)
{
	const char *configured =
		answer->provider ? answer->provider->issuer : "";
	const char *to = http_location(answer->reply);
	struct buf address;
	struct url url;
	size_t len = strlen(configured);
	char *issuer = NULL;

	if (!to || !url_split(configured, &url))
		return NULL;
	buf_init(&address, len + strlen(to) + 1);
	/* A relative address, on the same host (RFC 9110 section 10.2.2). */
	if (to[0] == '/' && to[1] != '/')
		(void)buf_add(&address, configured,
			      (size_t)(url.path - configured));
	(void)buf_adds(&address, to);
	issuer = well_known_issuer(buf_text(&address));
	buf_free(&address);
	len -= len > 0 && configured[len - 1] == '/';
	if (issuer && strncmp(issuer, configured, len) == 0 && !issuer[len]) {
		free(issuer);
		issuer = NULL;
	}
	return issuer;
}

/* Redirects are not followed: the client's secret must not go elsewhere. */
static void explain_redirect(const struct answer *answer, struct err *err)
{
	const char *who = label_of(answer);
	int status = answer->reply->status;
	char target[128];
	char *issuer = NULL;

	http_target(answer->reply, target, sizeof(target));
	if (answer->endpoint == ENDPOINT_DISCOVERY)
		issuer = moved_issuer(answer);
	if (issuer)
		err_set(err,
			"%s has moved its discovery document (status %d): set "
			"provider.issuer to \"%.200s\".",
			who, status, issuer);
	else
		err_set(err,
			"%s redirects to %s (status %d), which is not "
			"followed: check whether provider.%s is right, and "
			"whether a captive portal is in between.",
			who, target, status, option_of(answer));
	free(issuer);
}

/* True if the body is meant to be JSON. */
static bool is_meant_as_json(const struct answer *answer)
{
	const char *s = answer->reply->body;

	return s[json_scan_spaces(s, body_len(answer->reply))] == '{';
}

/* Says what is wrong with a discovery document; false if there is none. */
static bool explain_document(const struct answer *answer, struct err *err)
{
	struct err why = {0};

	if (!is_meant_as_json(answer))
		return false;
	json_free(json_parse_all(answer->reply->body, body_len(answer->reply),
				 &why));
	err_set(err, "The discovery document of %s cannot be used: %s",
		answer->provider ? answer->provider->issuer : label_of(answer),
		json_why(&why));
	return true;
}

static void explain_status(const struct answer *answer, struct err *err)
{
	const char *who = label_of(answer);
	int status = answer->reply->status;
	char type[128];

	name_type(type, sizeof(type), answer->reply->type);
	if (leads_nowhere(answer)) {
		explain_dead_end(answer, err);
		return;
	}
	if (is_redirect(status)) {
		explain_redirect(answer, err);
		return;
	}
	if (status == 429) {
		err_set(err,
			"%s is receiving too many requests (status "
			"429).",
			who);
		return;
	}
	if (is_later(status)) {
		err_set(err, "%s is having problems (status %d).", who, status);
		return;
	}
	switch (answer->endpoint) {
	case ENDPOINT_DISCOVERY:
		if (http_is_success(status) && explain_document(answer, err))
			return;
		err_set(err,
			"%s publishes no discovery document (%s, status %d): "
			"check whether provider.issuer is right, or set the "
			"endpoints one by one.",
			who, type, status);
		return;
	case ENDPOINT_DEVICE:
		err_set(err,
			"%s answered with %s and status %d instead of a code: "
			"check whether provider.device_authorization_endpoint "
			"is right, and whether a captive portal is in between.",
			who, type, status);
		return;
	case ENDPOINT_REFRESH:
	case ENDPOINT_TOKEN:
		if (status == 428)
			err_set(err, "%s is waiting for the approval.", who);
		else
			err_set(err,
				"%s answered with %s and status %d, which is "
				"not OAuth: something in between may have "
				"answered instead.",
				who, type, status);
		return;
	case ENDPOINT_PROFILE:
		if (status == 401)
			err_set(err, "%s no longer accepts the access token.",
				who);
		else
			err_set(err,
				"%s answered with %s and status %d instead of "
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

static void explain_unreadable(const struct answer *answer, struct err *err)
{
	if (!is_jwt(answer))
		err_set(err, "%s sent a profile that cannot be used.",
			label_of(answer));
	else
		err_set(err,
			"%s sent a signed profile (JWT), which is not "
			"supported: have it send plain JSON to this client.",
			label_of(answer));
}

static void explain_bad_request(const struct answer *answer, struct err *err)
{
	err_set(err,
		"%s rejected the request for a code (status 400): check "
		"CLIENT_ID and provider.scope.",
		label_of(answer));
}

/* Adds why a body that was meant to be JSON or a form could not be read. */
static void add_body_fault(const struct answer *answer, struct err *err)
{
	const char *s = answer->reply->body;
	size_t len = body_len(answer->reply);
	bool is_json = is_meant_as_json(answer);
	struct err why = {0};
	struct json *json;

	if (answer->body || answer->endpoint == ENDPOINT_DISCOVERY)
		return;
	json = is_json ? json_parse(s, len, &why) : from_form(s, len, &why);
	if (!json && why.text[0])
		err_set(err, "%s %s%s", err->text,
			is_json ? "" : "Invalid form data: ", why.text);
	json_free(json);
}

/* One sentence, followed by the provider's own words. */
static void explain(const struct answer *answer, enum verdict verdict,
		    struct err *err)
{
	const struct oauth_error *error = &answer->error;
	const char *who = label_of(answer);
	char *words;

	if (lacks_redirect_uri(answer)) {
		err_set(err, "%s %s", who, answer->provider->redirect_help);
		return;
	}
	if (answer->endpoint == ENDPOINT_DISCOVERY || leads_nowhere(answer))
		explain_status(answer, err);
	else if (answer->endpoint == ENDPOINT_REFRESH &&
		 (verdict == VERDICT_INVALID_GRANT ||
		  verdict == VERDICT_REFUSED))
		err_set(err, "%s does not refresh this session: sign in again.",
			who);
	else if (is_put_off(answer))
		err_set(err,
			"%s is receiving too many requests, or is having "
			"problems.",
			who);
	else if (error->known)
		err_set(err, "%s %s", who, advice_for(answer));
	else if (*error->code && (verdict == VERDICT_REFUSED ||
				  answer->endpoint == ENDPOINT_REFRESH))
		err_set(err, "%s answered with the error \"%s\".", who,
			error->code);
	else if (is_unreadable(answer))
		explain_unreadable(answer, err);
	else if (verdict == VERDICT_MISCONFIGURED)
		explain_bad_request(answer, err);
	else
		explain_status(answer, err);
	/* That is what most answers say, and is not shown. */
	if (verdict == VERDICT_PENDING)
		return;
	add_body_fault(answer, err);
	words = oauth_error_words(answer->body);
	if (words && *words && strcmp(words, error->code) != 0)
		err_set(err, "%s (\"%s\")", err->text, words);
	free(words);
}

static void take_details(const struct answer *answer,
			 struct oauth_failure *failure)
{
	const char *tracking = json_get_text(answer->body, "trackingId");
	int64_t interval_s;

	snprintf(failure->error, sizeof(failure->error), "%s",
		 answer->error.code);
	failure->error_class = answer->error.error_class;
	failure->wants_pkce = wants_pkce(answer);
	failure->redirected = is_redirect(answer->reply->status);
	failure->dead_end = leads_nowhere(answer);
	if (tracking)
		text_clip(failure->tracking, sizeof(failure->tracking),
			  tracking, strlen(tracking), -1, 0);
	if (json_seconds(json_get(answer->body, "interval"), 1,
			 OAUTH_INTERVAL_MAX_S, &interval_s))
		failure->interval_s = interval_s;
}

enum verdict reply_judge(const struct provider *provider,
			 enum endpoint endpoint, const struct reply *reply,
			 const struct json *body, struct oauth_failure *failure)
{
	struct answer answer = {
		.provider = provider,
		.endpoint = endpoint,
		.reply = reply,
		.body = body,
	};
	enum verdict verdict;

	memset(failure, 0, sizeof(*failure));
	failure->retry_after_s = reply->retry_after_s < HTTP_RETRY_AFTER_MAX_S
					 ? reply->retry_after_s
					 : HTTP_RETRY_AFTER_MAX_S;
	if (reply->net != NET_OK) {
		failure->no_trust = reply->net == NET_TLS;
		failure->not_yet_valid = reply->not_yet_valid;
		err_set(&failure->err, "%s", reply->what);
		return VERDICT_RETRY;
	}
	failure->reached = true;
	oauth_error_find(body, reply->status, &answer.error);
	take_details(&answer, failure);
	verdict = judge(&answer);
	if (verdict != VERDICT_OK)
		explain(&answer, verdict, &failure->err);
	return verdict;
}
