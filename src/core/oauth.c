/* SPDX-License-Identifier: MIT */
/*
 * Builds the requests of RFC 8628, RFC 6749 section 6 and RFC 7009, and takes
 * what was asked for out of good answers; reply.h tells the good from the
 * others. Sends nothing and remembers nothing.
 */
#include "config.h"

#include "core/oauth.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/form.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/client_proof.h"
#include "core/exchange.h"
#include "core/json.h"
#include "core/pkce.h"
#include "core/provider.h"
#include "core/reply.h"

/* Far above any real token and far below what a header can carry. */
enum { REQUEST_MAX = 256 * 1024 };

enum {
	EXPIRES_MIN_S = 10,
	EXPIRES_MAX_S = 86400,
	EXPIRES_DEFAULT_S = 300,
	INTERVAL_MIN_S = 1,
	INTERVAL_MAX_S = 300,
	INTERVAL_DEFAULT_S = 5,	    /* RFC 8628 section 3.2 */
	LIFETIME_MAX_S = 315360000, /* ten years: more is a mistake */
	USER_CODE_COLUMNS = 32,
	SCOPE_MAX = 8192
};

void refusal_keep(struct refusal **kept, const struct refusal *refusal)
{
	if (*kept == NULL)
		*kept = xcalloc(1, sizeof(**kept));
	**kept = *refusal;
}

void refusal_drop(struct refusal **kept)
{
	free(*kept);
	*kept = NULL;
}

void device_code_free(struct device_code *code)
{
	secret_free(code->device_code);
	secret_free(code->user_code);
	secret_free(code->verification_uri);
	secret_free(code->verification_uri_complete);
	memset(code, 0, sizeof(*code));
}

void tokens_free(struct tokens *tokens)
{
	secret_free(tokens->access_token);
	secret_free(tokens->refresh_token);
	free(tokens->token_type);
	secret_free(tokens->dpop_key);
	free(tokens->scope);
	secret_free(tokens->id_token);
	secret_free(tokens->nonce);
	memset(tokens, 0, sizeof(*tokens));
}

void tokens_move(struct tokens *to, struct tokens *from)
{
	*to = *from;
	memset(from, 0, sizeof(*from));
}

struct request *oauth_post(const struct provider *provider, const char *purpose,
			   const char *url, struct buf *form,
			   enum client_auth auth, int64_t wall_s)
{
	struct request *request = xcalloc(1, sizeof(*request));

	request->purpose = purpose;
	request->url = xstrdup(url);
	client_proof_add(provider, auth, wall_s, form, request);
	request->body = buf_take(form);
	return request;
}

static const char *unless_empty(const char *s)
{
	return s && *s ? s : NULL;
}

struct request *oauth_device_request(const struct provider *provider,
				     const char *verifier, int64_t wall_s)
{
	struct buf form;

	buf_init(&form, REQUEST_MAX);
	form_add(&form, "scope", unless_empty(provider->scope));
	if (provider->send_scopes)
		form_add(&form, "scopes", unless_empty(provider->scope));
	form_add(&form, "audience", unless_empty(provider->audience));
	for (size_t i = 0; i < provider->extra_count; i++)
		form_add(&form, provider->extra[i].name,
			 provider->extra[i].value);
	pkce_add_challenge(&form, verifier);
	return oauth_post(provider, "device authorization",
			  provider->device_authorization_endpoint, &form,
			  provider->device_auth, wall_s);
}

/* Webex shows the person which device it is that signs in. */
static void add_user_info(struct buf *form, const struct provider *provider)
{
	struct json *info;
	char *text;

	if (!provider->send_user_info || !*provider->device_name)
		return;
	info = json_new_object();
	json_set_text(info, "device_name", provider->device_name);
	text = json_print(info, false);
	form_add(form, "user_info", text);
	free(text);
	json_free(info);
}

struct request *oauth_poll_request(const struct provider *provider,
				   const char *device_code,
				   const char *verifier, int64_t wall_s)
{
	struct buf form;

	buf_init(&form, REQUEST_MAX);
	form_add(&form, "grant_type",
		 "urn:ietf:params:oauth:grant-type:device_code");
	form_add(&form, "device_code", device_code);
	form_add(&form, "code_verifier", verifier);
	add_user_info(&form, provider);
	return oauth_post(provider, "poll", provider->device_token_endpoint,
			  &form, provider->token_auth, wall_s);
}

struct request *oauth_refresh_request(const struct provider *provider,
				      const char *refresh_token, int64_t wall_s)
{
	struct request *request;
	struct buf form;

	buf_init(&form, REQUEST_MAX);
	form_add(&form, "grant_type", "refresh_token");
	form_add(&form, "refresh_token", refresh_token);
	request = oauth_post(provider, "refresh", provider->token_endpoint,
			     &form, provider->token_auth, wall_s);
	request->fresh = true;
	return request;
}

char *oauth_authorization(const struct tokens *tokens)
{
	struct buf header;

	buf_init(&header, REQUEST_MAX);
	buf_adds(&header, tokens->dpop_key ? "DPoP " : "Bearer ");
	buf_adds(&header, tokens->access_token);
	return buf_take(&header);
}

struct request *oauth_profile_request(const struct provider *provider,
				      const struct tokens *tokens)
{
	struct request *request;

	if (!provider->userinfo_endpoint)
		return NULL;
	request = xcalloc(1, sizeof(*request));
	request->purpose = "profile";
	request->url = xstrdup(provider->userinfo_endpoint);
	request->authorization = oauth_authorization(tokens);
	return request;
}

struct request *oauth_revoke_request(const struct provider *provider,
				     const char *token, const char *hint,
				     int64_t wall_s)
{
	struct request *request;
	struct buf form;

	if (!provider->revocation_endpoint)
		return NULL;
	buf_init(&form, REQUEST_MAX);
	form_add(&form, "token", token);
	form_add(&form, "token_type_hint", hint);
	request = oauth_post(provider, "revocation",
			     provider->revocation_endpoint, &form,
			     provider->token_auth, wall_s);
	request->fresh = true;
	return request;
}

/* Whether it is all visible ASCII, as RFC 6749 Appendix A has codes and tokens
 * (a space would end a header's value). */
static bool is_visible(const char *s)
{
	if (!s || !*s)
		return false;
	for (; *s; s++) {
		if (*s <= ' ' || *s > '~')
			return false;
	}
	return true;
}

/* The text under the first of two names that has one. */
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

	json_integer(json_get(body, name), min, max, &seconds);
	return seconds;
}

/* Refuses an answer that lacks something or cannot be shown to a person. */
static bool check_code(const struct provider *provider, const struct json *body,
		       struct err *err)
{
	const char *user_code = json_get_text(body, "user_code");
	const char *uri =
		text_under(body, "verification_uri", "verification_url");

	if (!is_visible(json_get_text(body, "device_code")) || !user_code ||
	    !*user_code || !uri || !*uri)
		return err_set(err,
			       "%s sent a code that is not complete: is "
			       "provider.device_authorization_endpoint right?",
			       provider->label);
	if (!text_is_clean(user_code, strlen(user_code)) ||
	    text_width(user_code) > USER_CODE_COLUMNS)
		return err_set(err,
			       "%s sent a code that cannot be shown: it is "
			       "too long or holds characters that nobody can "
			       "type.",
			       provider->label);
	return provider_accepts_uri(provider, uri, err);
}

bool oauth_device_code(const struct provider *provider, const struct json *body,
		       struct device_code *code, struct err *err)
{
	const char *complete = text_under(body, "verification_uri_complete",
					  "verification_url_complete");

	if (!check_code(provider, body, err))
		return false;
	if (complete && !provider_accepts_uri(provider, complete, NULL))
		complete = NULL;
	code->device_code = xstrdup(json_get_text(body, "device_code"));
	code->user_code = xstrdup(json_get_text(body, "user_code"));
	code->verification_uri = xstrdup(
		text_under(body, "verification_uri", "verification_url"));
	code->verification_uri_complete = xstrdup(complete);
	code->expires_in_s = seconds_under(body, "expires_in", EXPIRES_MIN_S,
					   EXPIRES_MAX_S, EXPIRES_DEFAULT_S);
	code->interval_s = seconds_under(body, "interval", INTERVAL_MIN_S,
					 INTERVAL_MAX_S, INTERVAL_DEFAULT_S);
	return true;
}

enum verdict oauth_device_answer(const struct provider *provider,
				 const struct reply *reply,
				 struct device_code *code,
				 struct refusal *refusal)
{
	struct json *body = reply_body(reply);
	enum verdict verdict =
		reply_judge(provider, ENDPOINT_DEVICE, reply, body, refusal);

	memset(code, 0, sizeof(*code));
	if (verdict == VERDICT_OK &&
	    !oauth_device_code(provider, body, code, &refusal->err))
		verdict = VERDICT_REFUSED;
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

	if (type && strcasecmp(type, "bearer") != 0 &&
	    !(is_bound(body) && dpop_key))
		return err_set(err,
			       "%s sent a token of the type \"%.40s\", which "
			       "was not asked for.",
			       provider->label, type);
	if (!is_visible(json_get_text(body, "access_token")) ||
	    (refresh && *refresh && !is_visible(refresh)))
		return err_set(err,
			       "%s sent a token with characters that no token "
			       "may have.",
			       provider->label);
	return true;
}

/* Separated by single spaces, whether it came as a string (commas allowed:
 * GitHub) or as an array (Twitch); NULL where the answer names none. */
static char *scope_of(const struct json *value)
{
	const char *text = json_text(value);
	const struct json *item;
	struct buf scope;
	char *clean;

	if (!text && (!value || json_kind(value) != JSON_ARRAY))
		return NULL;
	buf_init(&scope, SCOPE_MAX);
	for (item = json_first(value); item; item = json_next(item)) {
		if (json_text(item))
			buf_addf(&scope, "%s%s", scope.len > 0 ? " " : "",
				 json_text(item));
	}
	while (text && *text) {
		size_t len = strcspn(text, " ,");

		if (len > 0 && scope.len > 0)
			buf_adds(&scope, " ");
		buf_add(&scope, text, len);
		text += len + strspn(text + len, " ,");
	}
	clean = text_clean(buf_text(&scope), SCOPE_MAX);
	buf_free(&scope);
	return clean;
}

static enum verdict take_tokens(const struct provider *provider,
				const struct json *body, const char *dpop_key,
				struct tokens *tokens, struct refusal *refusal)
{
	const char *access = json_get_text(body, "access_token");
	const char *refresh = json_get_text(body, "refresh_token");
	int64_t refresh_s;

	if (!access || !*access) {
		err_set(&refusal->err,
			"%s answers without an access token and without an "
			"error: something in between may have answered "
			"instead.",
			provider->label);
		return VERDICT_RETRY;
	}
	if (!check_tokens(provider, body, dpop_key, &refusal->err))
		return VERDICT_REFUSED;
	tokens->access_token = xstrdup(access);
	tokens->refresh_token = xstrdup(unless_empty(refresh));
	tokens->token_type = xstrdup(is_bound(body) ? "DPoP" : "Bearer");
	tokens->dpop_key = xstrdup(is_bound(body) ? dpop_key : NULL);
	tokens->id_token =
		xstrdup(unless_empty(json_get_text(body, "id_token")));
	tokens->scope = scope_of(json_get(body, "scope"));
	tokens->expires_in_s =
		seconds_under(body, "expires_in", 1, LIFETIME_MAX_S, 0);
	/* Keycloak's name for it, where Webex's is missing. */
	refresh_s =
		seconds_under(body, "refresh_expires_in", 1, LIFETIME_MAX_S, 0);
	tokens->refresh_expires_in_s = seconds_under(
		body, "refresh_token_expires_in", 1, LIFETIME_MAX_S, refresh_s);
	return VERDICT_OK;
}

/* Whether it refuses for want of a proof (RFC 9449, which has no code for
 * that). */
static bool wants_dpop(const struct reply *reply)
{
	return (reply->status == 400 || reply->status == 401) &&
	       strcasestr(reply->body, "dpop");
}

enum verdict oauth_token_answer(const struct provider *provider,
				const struct reply *reply, const char *dpop_key,
				struct tokens *tokens, struct refusal *refusal)
{
	struct json *body = reply_body(reply);
	enum verdict verdict =
		reply_judge(provider, ENDPOINT_TOKEN, reply, body, refusal);

	memset(tokens, 0, sizeof(*tokens));
	if (!dpop_key && wants_dpop(reply)) {
		verdict = VERDICT_MISCONFIGURED;
		err_set(&refusal->err,
			"%s wants tokens that are bound to a key (DPoP): set "
			"provider.dpop to true, and sign in again.",
			provider->label);
	}
	if (verdict == VERDICT_OK)
		verdict =
			take_tokens(provider, body, dpop_key, tokens, refusal);
	json_free(body);
	return verdict;
}

enum verdict oauth_profile_answer(const struct reply *reply, char **profile,
				  struct refusal *refusal)
{
	struct json *body = reply_body(reply);
	enum verdict verdict =
		reply_judge(NULL, ENDPOINT_PROFILE, reply, body, refusal);

	*profile = verdict == VERDICT_OK ? json_print(body, false) : NULL;
	json_free(body);
	return verdict;
}

enum verdict oauth_revoke_answer(const struct reply *reply,
				 struct refusal *refusal)
{
	struct json *body = reply_body(reply);
	enum verdict verdict =
		reply_judge(NULL, ENDPOINT_REVOCATION, reply, body, refusal);

	json_free(body);
	return verdict;
}
