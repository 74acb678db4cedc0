/* SPDX-License-Identifier: MIT */
/*
 * Reads the results of RFC 8628, RFC 6749 section 6 and RFC 7009 from
 * successful answers; reply.h tells success from failure. Remembers nothing.
 */
#include "config.h"

#include "oauth/oauth_answer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"
#include "oauth/http_message.h"
#include "oauth/json_request.h"
#include "oauth/oauth_request.h"
#include "oauth/provider.h"
#include "oauth/refresh.h"
#include "oauth/reply.h"
#include "oauth/reply_body.h"
#include "oauth/verification_uri.h"

enum {
	EXPIRES_MIN_S = 1,
	EXPIRES_DEFAULT_S = 300,
	INTERVAL_MIN_S = 1,
	INTERVAL_DEFAULT_S = 5,	    /* RFC 8628 section 3.2 */
	LIFETIME_MAX_S = 315360000, /* ten years: effectively forever */
	USER_CODE_COLUMNS = 32,
	SCOPE_MAX = 8192
};

void device_code_free(struct device_code *code)
{
	secret_free(code->device_code);
	secret_free(code->user_code);
	secret_free(code->verification_uri);
	secret_free(code->verification_uri_complete);
	memset(code, 0, sizeof(*code));
}

/* True if it consists of visible ASCII, as RFC 6749 Appendix A requires of
 * codes and tokens (a space would end a header's value). */
static bool is_visible(const char *s)
{
	return s && *s && text_is_ascii(s, strlen(s)) && !strchr(s, ' ');
}

/* The text of the first of two members that has one. */
static const char *text_under(const struct json *body, const char *name,
			      const char *other)
{
	const char *text = json_get_text(body, name);

	return text && *text ? text : json_get_text(body, other);
}

static int64_t seconds_under(const struct json *body, const char *name,
			     int64_t min, int64_t max, int64_t otherwise)
{
	int64_t seconds = otherwise;

	json_seconds(json_get(body, name), min, max, &seconds);
	return seconds;
}

/* Rejects an answer that is incomplete or cannot be shown to the user. */
static bool check_code(const struct provider *provider, const struct json *body,
		       struct err *err)
{
	const char *user_code = json_get_text(body, "user_code");
	const char *uri =
		text_under(body, "verification_uri", "verification_url");

	if (!is_visible(json_get_text(body, "device_code")) || !user_code ||
	    !*user_code || !uri || !*uri)
		return err_set(err,
			       "%s sent an incomplete code: check whether "
			       "provider.device_authorization_endpoint is "
			       "right.",
			       provider->label);
	if (strlen(json_get_text(body, "device_code")) > OAUTH_TOKEN_MAX)
		return err_set(err,
			       "%s sent a device_code that is too long to use.",
			       provider->label);
	if (!text_is_clean(user_code, strlen(user_code)) ||
	    text_width(user_code) > USER_CODE_COLUMNS)
		return err_set(err,
			       "%s sent a code that cannot be shown: it is "
			       "too long or contains characters that cannot "
			       "be typed.",
			       provider->label);
	if (text_is_blank(user_code))
		return err_set(err,
			       "%s sent a code that cannot be shown: it "
			       "contains only spaces.",
			       provider->label);
	return verification_uri_check(provider, uri, err);
}

static bool is_same_origin(const char *a, const char *b)
{
	struct url first, second;

	return url_split(a, &first) && url_split(b, &second) &&
	       url_same_origin(&first, &second);
}

/* Like verification_uri_check(), but also requires the origin of the address
 * that is shown, unless the allowed hosts are configured. *err does not reveal
 * the code in the address, as it goes to the log. */
static bool accepts_complete(const struct provider *provider, const char *uri,
			     const char *shown, struct err *err)
{
	const char *host = strstr(uri, "://");
	size_t n = host ? (size_t)(host + 3 - uri) : 0;
	struct err why = {""};
	char *site;

	if (verification_uri_check(provider, uri, NULL) &&
	    (provider->verification_host_count > 0 ||
	     is_same_origin(uri, shown)))
		return true;
	site = xstrndup(uri, n + strcspn(uri + n, "/?#"));
	if (verification_uri_check(provider, uri, NULL))
		err_set(&why,
			"it leads to %.200s, and verification_uri leads "
			"elsewhere: add both to provider.verification_hosts "
			"if you trust them.",
			site);
	else if (verification_uri_check(provider, site, &why))
		err_set(&why, "it contains invalid characters, or is too "
			      "long to be shown.");
	secret_free(site);
	return err_set(err, "ignoring verification_uri_complete: %s", why.text);
}

bool oauth_device_code(const struct provider *provider, const struct json *body,
		       struct device_code *code, struct err *err)
{
	const char *complete = text_under(body, "verification_uri_complete",
					  "verification_url_complete");
	const char *uri =
		text_under(body, "verification_uri", "verification_url");

	if (!check_code(provider, body, err))
		return false;
	if (complete && (text_is_blank(complete) ||
			 !accepts_complete(provider, complete, uri, err)))
		complete = NULL;
	/* Show the user the same host that the QR code opens. */
	if (complete && !is_same_origin(complete, uri))
		uri = complete;
	code->device_code = xstrdup(json_get_text(body, "device_code"));
	code->user_code = xstrdup(json_get_text(body, "user_code"));
	code->verification_uri = xstrdup(uri);
	code->verification_uri_complete = xstrdup(complete);
	code->expires_in_s =
		seconds_under(body, "expires_in", EXPIRES_MIN_S,
			      OAUTH_EXPIRES_MAX_S, EXPIRES_DEFAULT_S);
	code->interval_s =
		seconds_under(body, "interval", INTERVAL_MIN_S,
			      OAUTH_INTERVAL_MAX_S, INTERVAL_DEFAULT_S);
	return true;
}

enum verdict oauth_device_answer(const struct provider *provider,
				 const struct reply *reply,
				 struct device_code *code,
				 struct oauth_failure *failure)
{
	struct json *body = reply_body(reply);
	enum verdict verdict =
		reply_judge(provider, ENDPOINT_DEVICE, reply, body, failure);

	memset(code, 0, sizeof(*code));
	/* There is nothing yet that an unknown error could refuse. */
	if (verdict == VERDICT_REFUSED && failure->error[0] != '\0' &&
	    failure->error_class == ERROR_NONE)
		failure->unusable = true;
	if (verdict == VERDICT_OK &&
	    !oauth_device_code(provider, body, code, &failure->err)) {
		verdict = VERDICT_REFUSED;
		failure->unusable = json_get_text(body, "device_code") != NULL;
	}
	json_free(body);
	return verdict;
}

static bool is_bound(const struct json *body)
{
	const char *type = json_get_text(body, "token_type");

	return type && strcasecmp(type, "dpop") == 0;
}

static bool check_tokens(const struct provider *provider,
			 const struct json *body, const char *dpop_key,
			 struct err *err)
{
	const char *type = json_get_text(body, "token_type");
	const char *refresh = json_get_text(body, "refresh_token");

	if (type && *type && strcasecmp(type, "bearer") != 0 &&
	    !(is_bound(body) && dpop_key))
		return err_set(err,
			       "%s sent a token of the type \"%.40s\", which "
			       "was not requested.",
			       provider->label, type);
	if (!is_visible(json_get_text(body, "access_token")) ||
	    (refresh && *refresh && !is_visible(refresh)))
		return err_set(err, "%s sent a token with invalid characters.",
			       provider->label);
	if (strlen(json_get_text(body, "access_token")) > OAUTH_TOKEN_MAX ||
	    (refresh && strlen(refresh) > OAUTH_TOKEN_MAX))
		return err_set(err, "%s sent a token that is too long to use.",
			       provider->label);
	return true;
}

/* The scope, separated by single spaces, from a string (commas allowed: GitHub)
 * or an array (Twitch); NULL if the answer names none. */
static char *scope_of(const struct json *value)
{
	const char *text = json_text(value);
	const struct json *item;
	const char *word;
	struct buf scope;
	size_t len;
	char *clean;

	if (!text && (!value || json_kind(value) != JSON_ARRAY))
		return NULL;
	buf_init(&scope, SCOPE_MAX);
	for (item = json_first(value); item; item = json_next(item)) {
		if (json_text(item))
			buf_addf(&scope, "%s%s", scope.len > 0 ? " " : "",
				 json_text(item));
	}
	while (text && (word = text_next_word(&text, " ,", &len)) != NULL)
		buf_addf(&scope, "%s%.*s", scope.len > 0 ? " " : "", (int)len,
			 word);
	clean = text_clean(buf_text(&scope), SCOPE_MAX);
	buf_free(&scope);
	return clean;
}

static enum verdict take_tokens(const struct provider *provider,
				const struct json *body, const char *dpop_key,
				struct tokens *tokens,
				struct oauth_failure *failure)
{
	const char *access = json_get_text(body, "access_token");
	const char *refresh = json_get_text(body, "refresh_token");
	int64_t refresh_s, least_s;

	if (!access || !*access) {
		err_set(&failure->err,
			"%s answered with neither an access token nor an "
			"error: something in between may have answered "
			"instead.",
			provider->label);
		return VERDICT_RETRY;
	}
	if (!check_tokens(provider, body, dpop_key, &failure->err)) {
		failure->unusable = true;
		return VERDICT_REFUSED;
	}
	tokens->access_token = xstrdup(access);
	tokens->refresh_token = xstrdup(text_unless_empty(refresh));
	tokens->token_type = xstrdup(is_bound(body) ? "DPoP" : "Bearer");
	tokens->dpop_key = xstrdup(is_bound(body) ? dpop_key : NULL);
	tokens->id_token =
		xstrdup(text_unless_empty(json_get_text(body, "id_token")));
	tokens->scope = scope_of(json_get(body, "scope"));
	tokens->expires_in_s =
		seconds_under(body, "expires_in", 0, LIFETIME_MAX_S, 0);
	/* A negative value has no meaning, like -1 for a refresh token. */
	tokens->over = json_seconds(json_get(body, "expires_in"), -1,
				    LIFETIME_MAX_S, &least_s) &&
		       least_s == 0;
	/* 0 means no expiry (Keycloak's offline tokens), and so does -1.
	 * Keycloak's name counts only if Webex's is missing. */
	refresh_s =
		seconds_under(body, "refresh_expires_in", 0, LIFETIME_MAX_S, 0);
	tokens->refresh_expires_in_s = seconds_under(
		body, "refresh_token_expires_in", 0, LIFETIME_MAX_S, refresh_s);
	return VERDICT_OK;
}

/* True if the provider rejects the request for lack of a proof (RFC 9449 has no
 * code for that). */
static bool wants_dpop(const struct reply *reply)
{
	return (reply->status == 400 || reply->status == 401) &&
	       strcasestr(reply->body, "dpop");
}

enum verdict oauth_token_answer(const struct provider *provider,
				enum endpoint endpoint,
				const struct reply *reply, const char *dpop_key,
				struct tokens *tokens,
				struct oauth_failure *failure)
{
	struct json *body = reply_body(reply);
	enum verdict verdict;

	memset(tokens, 0, sizeof(*tokens));
	if (!body && endpoint == ENDPOINT_REFRESH && reply->net == NET_OK)
		body = refresh_words(reply->status, reply->body,
				     reply->body_len);
	if (!body && endpoint == ENDPOINT_TOKEN && reply->net == NET_OK)
		body = refresh_loose_code(reply->status, reply->body,
					  reply->body_len);
	verdict = reply_judge(provider, endpoint, reply, body, failure);
	if (!dpop_key && wants_dpop(reply)) {
		verdict = VERDICT_MISCONFIGURED;
		err_set(&failure->err,
			"%s requires tokens that are bound to a key (DPoP): "
			"set provider.dpop to true, and sign in again.",
			provider->label);
	}
	if (verdict == VERDICT_OK) {
		verdict =
			take_tokens(provider, body, dpop_key, tokens, failure);
		/* This says nothing about the session, which may still be
		 * valid. */
		if (verdict == VERDICT_REFUSED && endpoint == ENDPOINT_REFRESH)
			verdict = VERDICT_MISCONFIGURED;
	}
	json_free(body);
	return verdict;
}

enum verdict oauth_profile_answer(const struct reply *reply,
				  struct json **profile,
				  struct oauth_failure *failure)
{
	struct json *body = reply_body(reply);
	enum verdict verdict =
		reply_judge(NULL, ENDPOINT_PROFILE, reply, body, failure);

	*profile = NULL;
	if (verdict == VERDICT_OK)
		*profile = body;
	else
		json_free(body);
	return verdict;
}

enum verdict oauth_revoke_answer(const struct reply *reply,
				 struct oauth_failure *failure)
{
	struct json *body = reply_body(reply);
	enum verdict verdict =
		reply_judge(NULL, ENDPOINT_REVOCATION, reply, body, failure);

	json_free(body);
	return verdict;
}
