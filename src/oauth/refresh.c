/* SPDX-License-Identifier: MIT */
/*
 * RFC 6749 section 5.2 defines invalid_grant for a session that is over. Some
 * providers send invalid_request, interaction_required or a sentence instead:
 * what counts is whether a token endpoint that knows the client says so. Errors
 * of the client or the endpoint are for an operator to fix; the session then
 * goes on. A withdrawn scope is for the user: a new sign-in requests it.
 */
#include "config.h"

#include "oauth/refresh.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/json_parse.h"
#include "base/json_scan.h"
#include "base/text.h"
#include "oauth/http_message.h"
#include "oauth/oauth_error.h"
#include "oauth/oauth_error_words.h"

enum { PROSE_MAX = 1000 };

/* Phrases about the session. With status 400, any sentence is about the
 * request; with other statuses, it may come from a firewall. */
static const char *const session_phrases[] = {
	"refresh token", "refreshtoken",  "revoked",
	"expired",	 "already used",  "no longer",
	"sign in again", "log in again",  "session",
	"consent",	 "invalid token", "idle",
	"inactiv",	 "not active",	  NULL,
};

/* Phrases about what happened to a user, in a text about one. */
static const char *const user_phrases[] = {
	"disabled",	  "deactivated", "suspended", "locked",	   "blocked",
	"banned",	  "removed",	 "deleted",   "not found", "not exist",
	"not authorized", "withdr",	 NULL,
};

/* More phrases that mean "later", unless they are about a session
 * ("session_timeout"). */
static const char *const maybe_later_phrases[] = {
	"limit",    "unavailable", "try again", "try later", "timeout",
	"time out", "timed out",   "retry",	NULL,
};

/* Phrases about the server itself. */
static const char *const server_phrases[] = {
	"temporarily unavailable",
	"service unavailable",
	"server busy",
	"server is busy",
	"overload",
	"maintenance",
	"resource exhausted",
	NULL,
};

/* Phrases that are about a client, and phrases that may be. */
static const char *const client_phrases[] = {
	"client id",	  "client secret", "client credential",
	"client is",	  "client has",	   "invalid client",
	"unknown client", "client not",	   NULL,
};

static const char *const maybe_client_phrases[] = {
	"client",
	"application id",
	"application is",
	"application not",
	"application with identifier",
	"invalid application",
	"unknown application",
	NULL,
};

/* A router's words about an unknown address. */
static const char *const router_phrases[] = {
	"endpoint", "route", "cannot post", " /", "url", "path", NULL,
};

static bool names_refresh_token(const struct json *body)
{
	return oauth_error_mentions(body, "refresh token") ||
	       oauth_error_mentions(body, "refreshtoken");
}

/* True if the text names a session or token that may be gone. */
static bool names_session(const struct json *body)
{
	return names_refresh_token(body) ||
	       oauth_error_mentions(body, "session") ||
	       oauth_error_mentions(body, "token not found");
}

static bool is_about_user(const struct json *body)
{
	return (oauth_error_mentions(body, "user") ||
		oauth_error_mentions(body, "account")) &&
	       !oauth_error_mentions(body, "user agent") &&
	       oauth_error_mentions_any(body, user_phrases);
}

static bool is_about_session(const struct json *body)
{
	return oauth_error_mentions_any(body, session_phrases) ||
	       is_about_user(body);
}

/* True for "client_id is missing" but not for "used by another client": if a
 * refresh token is named, the text is about that. */
static bool is_about_client(const struct json *body)
{
	if (names_refresh_token(body))
		return false;
	return oauth_error_mentions_any(body, client_phrases) ||
	       (!is_about_session(body) &&
		oauth_error_mentions_any(body, maybe_client_phrases));
}

/* An item of a validation error: {"loc": ["body", "refresh_token"]}, {"field":
 * "refresh_token"}. The part of the request that it repeats ("input") is an
 * object, and ignored. */
static bool item_names_field(const struct json *item)
{
	const struct json *inner;
	const char *text;

	for (item = json_first(item); item; item = json_next(item)) {
		text = json_text(item);
		if (text && strcasestr(text, "refresh_token"))
			return true;
		if (json_kind(item) != JSON_ARRAY)
			continue;
		for (inner = json_first(item); inner;
		     inner = json_next(inner)) {
			text = json_text(inner);
			if (text && strcasecmp(text, "refresh_token") == 0)
				return true;
		}
	}
	return false;
}

/* {"errors": {"refresh_token": ["is invalid"]}}, or a list of such items. */
static bool names_field(const struct json *list)
{
	const struct json *item;

	if (json_get(list, "refresh_token"))
		return true;
	for (item = json_first(list); item; item = json_next(item)) {
		if (item_names_field(item))
			return true;
	}
	return false;
}

/* "consent_required": whatever the words, the user has to act. */
static bool is_demand(const char *code)
{
	return text_ends_with(code, "_required");
}

static bool is_of_session(const char *code)
{
	static const char *const things[] = {"token", "session", "grant",
					     "login", "signin",	 "sign_in",
					     NULL};

	return text_contains_one_of(code, things);
}

/* True if the answer only means "later". A code in the table has its own
 * meaning, except for two that providers use for anything. Words about a
 * session are not about requests: "too many active refresh tokens". */
static bool is_put_off(const struct oauth_error *error, const struct json *body)
{
	bool is_loose = !error->known || error->guessed;
	bool is_generic = error->error_class == ERROR_INVALID_REQUEST;

	if (is_demand(error->code) ||
	    (!is_loose && !is_generic && error->error_class != ERROR_DENIED))
		return false;
	if (oauth_error_says_plainly_later(body) ||
	    oauth_error_mentions_any(body, server_phrases))
		return true;
	if (is_about_session(body) ||
	    (!error->known && is_of_session(error->code)))
		return false;
	if (oauth_error_says_later(body))
		return is_loose || is_generic;
	return is_loose && oauth_error_mentions_any(body, maybe_later_phrases);
}

static enum verdict judge_known(const struct oauth_error *error,
				const struct json *body)
{
	switch (error->verdict) {
	case VERDICT_INVALID_GRANT:
	case VERDICT_EXPIRED:
	case VERDICT_DENIED:
	case VERDICT_UNAUTHORIZED:
		return VERDICT_INVALID_GRANT;
	case VERDICT_MISCONFIGURED:
		if (error->error_class == ERROR_INVALID_SCOPE)
			return VERDICT_REFUSED;
		return error->error_class == ERROR_INVALID_REQUEST &&
				       !is_about_client(body) &&
				       !oauth_error_is_about_type(body)
			       ? VERDICT_INVALID_GRANT
			       : VERDICT_MISCONFIGURED;
	case VERDICT_REFUSED:
		return VERDICT_REFUSED;
	case VERDICT_OK:
	case VERDICT_PENDING:
	case VERDICT_SLOW_DOWN:
	case VERDICT_RETRY:
		break;
	}
	return VERDICT_RETRY;
}

/* Statuses of an endpoint that has understood the request, unlike those for an
 * unknown path, method or content type. */
static bool is_client_error(int status)
{
	return status == 400 || status == 401 || status == 403 ||
	       status == 409 || status == 422;
}

/* Statuses for an unknown path, unless the session is what is gone. */
static bool is_gone(int status)
{
	return status == 404 || status == 410;
}

static bool code_is_about_session(const char *code)
{
	static const char *const things[] = {"token", "session", "grant",
					     "user",  "account", NULL};

	if (strstr(code, "endpoint") || strstr(code, "route"))
		return false;
	return text_contains_one_of(code, things);
}

/* Judges a code that is not in the table: "login_required". */
static enum verdict judge_code(const char *code, int status)
{
	if ((strstr(code, "client") || strstr(code, "application")) &&
	    !strstr(code, "user"))
		return VERDICT_MISCONFIGURED;
	if (is_client_error(status) ||
	    (is_gone(status) && code_is_about_session(code)))
		return VERDICT_INVALID_GRANT;
	return http_is_success(status) ? VERDICT_REFUSED : VERDICT_RETRY;
}

/* Any web server may send just "Bad Request". */
static bool is_reason_phrase(const struct json *body)
{
	char *words = oauth_error_words(body);
	bool is_one = words && strcasecmp(words, "Bad Request") == 0;

	free(words);
	return is_one;
}

static enum verdict judge_words(int status, const struct json *body)
{
	bool over;

	if (!body)
		return VERDICT_RETRY;
	if (http_is_success(status))
		return !json_get(body, "access_token") &&
				       names_refresh_token(body)
			       ? VERDICT_REFUSED
			       : VERDICT_OK;
	if (is_gone(status))
		return names_session(body) && !oauth_error_mentions_any(
						      body, router_phrases)
			       ? VERDICT_REFUSED
			       : VERDICT_RETRY;
	if (!is_client_error(status))
		return VERDICT_RETRY;
	over = is_about_session(body) ||
	       names_field(json_get(body, "errors")) ||
	       names_field(json_get(body, "detail"));
	if (is_about_client(body) || oauth_error_is_about_type(body))
		return VERDICT_RETRY;
	return over || (status == 400 && !is_reason_phrase(body))
		       ? VERDICT_REFUSED
		       : VERDICT_RETRY;
}

/* True if the bytes are a short plain text and not HTML. */
static bool is_prose(const char *s, size_t len)
{
	size_t start = json_scan_spaces(s, len);

	if (start == len || len > PROSE_MAX || strchr("<{[", s[start]))
		return false;
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)s[i] < ' ' && !strchr("\t\r\n", s[i]))
			return false;
	}
	return true;
}

/* The list or text in the body, as an object; json_free() it. */
static struct json *loose_body(const char *s, size_t len)
{
	struct json *said = json_parse(s, len, NULL);
	struct json *body = NULL;
	char *text;

	if (said && json_kind(said) == JSON_ARRAY) {
		body = json_new_object();
		json_set(body, "errors", said);
		return body;
	}
	if (said && json_text(said)) {
		body = json_new_object();
		json_set_text(body, "message", json_text(said));
	} else if (!said && is_prose(s, len)) {
		text = text_clean(s, len);
		body = json_new_object();
		json_set_text(body, "message", text);
		free(text);
	}
	json_free(said);
	return body;
}

struct json *refresh_words(int status, const char *s, size_t len)
{
	struct json *body = is_client_error(status) ? loose_body(s, len) : NULL;
	struct oauth_error error;

	oauth_error_find(body, status, &error);
	if (error.known || is_about_session(body))
		return body;
	json_free(body);
	return NULL;
}

struct json *refresh_loose_code(int status, const char *s, size_t len)
{
	bool is_fault = status >= 400 && status <= 499;
	struct json *body = is_fault ? loose_body(s, len) : NULL;
	struct oauth_error error;

	oauth_error_find(body, status, &error);
	if (error.known && !error.guessed)
		return body;
	json_free(body);
	return NULL;
}

enum verdict refresh_judge(const struct oauth_error *error, int status,
			   const struct json *body)
{
	if (status == 408 || status == 428 || status == 429 || status >= 500)
		return VERDICT_RETRY;
	if ((!http_is_success(status) || *error->code) &&
	    is_put_off(error, body))
		return VERDICT_RETRY;
	if (error->error_class == ERROR_NOT_FOUND ||
	    (error->guessed && is_gone(status)))
		return judge_words(status, body);
	if (error->known)
		return judge_known(error, body);
	/* A single word ("unauthorized") may come from a web server. */
	if (error->code[strcspn(error->code, "_-.")] != '\0')
		return judge_code(error->code, status);
	return judge_words(status, body);
}
