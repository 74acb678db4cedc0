/* SPDX-License-Identifier: MIT */
/*
 * The dialects of failure: RFC 6749 section 5.2 puts the code into "error";
 * Google, Webex, Twitch, WSO2 and others put it elsewhere or spell it
 * differently. Knows no state: callers decide what an error entails.
 */
#include "config.h"

#include "oauth/oauth_error.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/json.h"
#include "oauth/oauth_error_words.h"

enum { CODE_MAX = 63 }; /* characters of an error code */

struct known {
	const char *code;
	enum error_class error_class;
	const char *advice;
};

/* What a class entails besides its verdict. */
enum trait {
	GOES_ON = 1 << 0,     /* the device grant goes on */
	IS_CLIENT = 1 << 1,   /* the client or its configuration is rejected */
	IS_CATCH_ALL = 1 << 2 /* some providers send its codes for anything, a
			       * rate limit too */
};

/* What a class means at a token endpoint. */
static const struct {
	enum verdict verdict;
	unsigned traits;
} classes[] = {
	[ERROR_NONE] = {VERDICT_OK, 0},
	[ERROR_PENDING] = {VERDICT_PENDING, GOES_ON},
	[ERROR_SLOW_DOWN] = {VERDICT_SLOW_DOWN, GOES_ON},
	[ERROR_DENIED] = {VERDICT_DENIED, IS_CATCH_ALL},
	[ERROR_EXPIRED] = {VERDICT_EXPIRED, 0},
	[ERROR_INVALID_GRANT] = {VERDICT_INVALID_GRANT, IS_CATCH_ALL},
	[ERROR_INVALID_TOKEN] = {VERDICT_UNAUTHORIZED, 0},
	[ERROR_INVALID_CLIENT] = {VERDICT_MISCONFIGURED, IS_CLIENT},
	[ERROR_UNAUTHORIZED_CLIENT] = {VERDICT_MISCONFIGURED, IS_CLIENT},
	[ERROR_UNSUPPORTED_GRANT] = {VERDICT_MISCONFIGURED, IS_CLIENT},
	[ERROR_INVALID_SCOPE] = {VERDICT_MISCONFIGURED, IS_CLIENT},
	[ERROR_INVALID_REQUEST] = {VERDICT_MISCONFIGURED, IS_CATCH_ALL},
	[ERROR_TOKEN_LIMIT] = {VERDICT_REFUSED, 0},
	[ERROR_RETRY] = {VERDICT_RETRY, 0},
	[ERROR_NOT_FOUND] = {VERDICT_RETRY, 0},
};

static const char pending[] = "is waiting for the approval.";
static const char denied[] = "says that the request was denied.";
static const char expired[] = "says that the code has expired.";
static const char stale[] = "no longer accepts this code or refresh token.";
static const char bad_client[] =
	"does not accept this client: check CLIENT_ID and CLIENT_SECRET.";
static const char busy[] = "is receiving too many requests, or is having "
			   "problems.";

static const struct known known_codes[] = {
	{"authorization_pending", ERROR_PENDING, pending},
	{"slow_down", ERROR_SLOW_DOWN, "asks for fewer requests."},
	{"access_denied", ERROR_DENIED, denied},
	{"authorization_declined", ERROR_DENIED, denied},
	{"expired_token", ERROR_EXPIRED, expired},
	{"token_expired", ERROR_EXPIRED, expired},
	{"invalid_grant", ERROR_INVALID_GRANT, stale},
	{"incorrect_device_code", ERROR_INVALID_GRANT, stale},
	{"bad_verification_code", ERROR_INVALID_GRANT, stale},
	{"bad_refresh_token", ERROR_INVALID_GRANT, stale},
	{"invalid_token", ERROR_INVALID_TOKEN,
	 "no longer accepts the access token."},
	{"invalid_client", ERROR_INVALID_CLIENT, bad_client},
	{"incorrect_client_credentials", ERROR_INVALID_CLIENT, bad_client},
	{"unauthorized_client", ERROR_UNAUTHORIZED_CLIENT,
	 "does not let this client sign in this way: allow the grant in the "
	 "client's settings, and check CLIENT_ID."},
	{"device_flow_disabled", ERROR_UNSUPPORTED_GRANT,
	 "has the device flow turned off for this app: tick \"Enable Device "
	 "Flow\" in the app's settings."},
	{"unsupported_grant_type", ERROR_UNSUPPORTED_GRANT,
	 "does not support this grant here: check the endpoints in the "
	 "configuration and the client's settings."},
	{"invalid_scope", ERROR_INVALID_SCOPE,
	 "does not allow the requested scope: check provider.scope and the "
	 "scopes of the client."},
	{"invalid_request", ERROR_INVALID_REQUEST,
	 "rejected the request as invalid: check the provider's settings in "
	 "the configuration."},
	{"invalid_dpop_proof", ERROR_RETRY,
	 "rejected the DPoP proof: check that the clock of this machine is "
	 "right."},
	{"use_dpop_nonce", ERROR_RETRY,
	 "requires a different nonce in the DPoP proof from the one that it "
	 "has just sent."},
	{"tokenlimit_reached", ERROR_TOKEN_LIMIT,
	 "issues no more tokens to this user: sign out on another device "
	 "first."},
	{"server_error", ERROR_RETRY, busy},
	{"temporarily_unavailable", ERROR_RETRY, busy},
	{"too_many_requests", ERROR_RETRY, busy},
	{"rate_limit_exceeded", ERROR_RETRY, busy},
	{"rate_limited", ERROR_RETRY, busy},
	{"rate_limit", ERROR_RETRY, busy},
	{"over_request_rate_limit", ERROR_RETRY, busy},
	{"throttled", ERROR_RETRY, busy},
	{"resource_exhausted", ERROR_RETRY, busy},
	{"service_unavailable", ERROR_RETRY, busy},
	{"quota_exceeded", ERROR_RETRY, busy},
	{"not_found", ERROR_NOT_FOUND,
	 "has nothing at this address: check the endpoints in the "
	 "configuration."},
};

struct phrase {
	const char *phrase;
	const char *code; /* that it stands for */
};

/* The meaning of a provider's prose, if it sends no code (Webex, Twitch). */
static const struct phrase phrases[] = {
	{"invalid grant", "invalid_grant"},
	{"invalid device code", "invalid_grant"},
	{"refresh token", "invalid_grant"},
	{"refresh_token", "invalid_grant"},
	{"client id", "invalid_client"},
	{"client_id", "invalid_client"},
	{"client secret", "invalid_client"},
	{"client_secret", "invalid_client"},
};

/* Things that a 404 or 410 may say are gone, and a router's words about an
 * unknown address. */
static const struct phrase gone_phrases[] = {
	{"device code", "invalid_grant"},
	{"device_code", "invalid_grant"},
	{"token not found", "invalid_token"},
	{"no such token", "invalid_token"},
	{"unknown token", "invalid_token"},
};
static const char *const router_words[] = {
	"endpoint", "route", "cannot post", "/", "url", "path", "page",
};

static bool has_trait(enum error_class error_class, enum trait trait)
{
	return (classes[error_class].traits & trait) != 0;
}

/* True if the text is the code, ignoring case, surrounding white space and how
 * its words are joined. Spaces may join them only where a plain web server
 * never sends the words: "Authorization Pending". */
static bool is_code(const char *text, const struct known *known)
{
	const char *code = known->code;

	text += strspn(text, " \t\r\n");
	for (; *code; code++, text++) {
		bool joint = *text == '-' ||
			     (*text == ' ' &&
			      has_trait(known->error_class, GOES_ON));

		if (*code != (joint ? '_' : ascii_lower(*text)))
			return false;
	}
	return !text[strspn(text, " \t\r\n")];
}

static const struct known *find_known(const char *text)
{
	for (size_t i = 0; i < sizeof(known_codes) / sizeof(known_codes[0]);
	     i++) {
		if (is_code(text, &known_codes[i]))
			return &known_codes[i];
	}
	return NULL;
}

static void take_known(struct oauth_error *error, const struct known *known)
{
	snprintf(error->code, sizeof(error->code), "%s", known->code);
	error->known = true;
	error->error_class = known->error_class;
	error->verdict = classes[known->error_class].verdict;
	error->advice = known->advice;
}

/*
 * True if the text looks like an error code. "Forbidden" and "Internal Server
 * Error" do not: those come from web servers that do not speak OAuth.
 */
static bool looks_like_code(const char *text)
{
	size_t len = strlen(text);
	bool has_upper = false;

	for (size_t i = 0; i < len; i++) {
		char c = ascii_lower(text[i]);

		if (!ascii_is_alnum(c) && c != '_' && c != '-' && c != '.')
			return false;
		has_upper = has_upper || c != text[i];
	}
	return len > 2 && len <= CODE_MAX && ascii_is_letter(text[0]) &&
	       (!has_upper || strchr(text, '_'));
}

/* Stores a value as the error code if it is one. */
static void consider(struct oauth_error *error, const struct json *value,
		     bool may_be_unknown)
{
	const char *text = json_text(value);
	const struct known *known;

	if (!text || error->known)
		return;
	known = find_known(text);
	if (known) {
		take_known(error, known);
	} else if (may_be_unknown && !*error->code && looks_like_code(text)) {
		for (size_t i = 0; text[i]; i++)
			error->code[i] = ascii_lower(text[i]);
	}
}

/* The same for a value that may be prose: an unknown code must be spelled like
 * those of the RFCs ("no_such_thing"), as a single word ("forbidden") is as
 * likely to be prose. */
static void consider_text(struct oauth_error *error, const struct json *value,
			  bool may_be_unknown)
{
	const char *text = json_text(value);

	consider(error, value,
		 may_be_unknown && text && strchr(text, '_') &&
			 !text[strspn(text, "abcdefghijklmnopqrstuvwxyz_")]);
}

/*
 * "errors": [{"description": "authorization_pending"}], as Webex sends it,
 * which also puts sentences there. An unknown code ends the flow (RFC 8628
 * section 3.5), but a sentence must not: so the text must be spelled like a
 * code, and the status must be a client error.
 */
static void consider_list(struct oauth_error *error, const struct json *list,
			  int status)
{
	bool is_fault = status >= 400 && status <= 499;
	const struct json *item;

	if (!list || json_kind(list) != JSON_ARRAY)
		return;
	for (item = json_first(list); item; item = json_next(item)) {
		consider_text(error, item, is_fault);
		consider_text(error, json_get(item, "description"), is_fault);
		consider_text(error, json_get(item, "code"), is_fault);
		consider_text(error, json_get(item, "error"), is_fault);
		consider(error, json_get(item, "message"), false);
	}
}

static void guess(struct oauth_error *error, const char *words,
		  const struct phrase *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcasestr(words, rows[i].phrase)) {
			take_known(error, find_known(rows[i].code));
			error->guessed = true;
			return;
		}
	}
}

/* Recognises an answer about a code or a token rather than the address. */
static void guess_gone(struct oauth_error *error, const char *words)
{
	for (size_t i = 0; i < sizeof(router_words) / sizeof(router_words[0]);
	     i++) {
		if (strcasestr(words, router_words[i]))
			return;
	}
	guess(error, words, gone_phrases,
	      sizeof(gone_phrases) / sizeof(gone_phrases[0]));
}

/* Some providers send invalid_grant for everything, with the real code in the
 * description. If the description says "pending", it wins over any error. */
static void prefer_description(struct oauth_error *error,
			       const char *description)
{
	const struct known *real = description ? find_known(description) : NULL;
	bool goes_on = real && has_trait(real->error_class, GOES_ON);
	bool ends = real && (real->error_class == ERROR_DENIED ||
			     real->error_class == ERROR_EXPIRED);

	if (goes_on || (ends && error->error_class == ERROR_INVALID_GRANT))
		take_known(error, real);
}

/* "slow_down" from "urn:ietf:params:oauth:error:slow_down", a problem type of
 * RFC 9457. */
static void consider_type(struct oauth_error *error, const char *type)
{
	const struct known *known;
	const char *end;

	for (; type && (end = strpbrk(type, "/:#")); type = end + 1)
		continue;
	known = type ? find_known(type) : NULL;
	if (known && !error->known)
		take_known(error, known);
}

/* oidc-provider sends invalid_request if the client may not use the grant. */
static void recognise_grant_refusal(struct oauth_error *error,
				    const char *description)
{
	if (description && error->error_class == ERROR_INVALID_REQUEST &&
	    strcasestr(description, "not allowed for this client"))
		take_known(error, find_known("unauthorized_client"));
}

static void consider_places(struct oauth_error *error, const struct json *body,
			    int status)
{
	consider(error, json_get(body, "code"), false);
	consider_list(error, json_get(body, "errors"), status);
	consider(error, json_get(body, "message"), false);
	consider(error, json_get(body, "title"), false);
	consider(error, json_get(body, "detail"), false);
	consider(error, json_path(body, "error.status"), false);
	consider_type(error, json_get_text(body, "type"));
}

void oauth_error_find(const struct json *body, int status,
		      struct oauth_error *error)
{
	const struct json *value = json_get(body, "error");
	const char *description = json_get_text(body, "error_description");
	bool is_gone = status == 404 || status == 410;
	const char *words;

	memset(error, 0, sizeof(*error));
	consider(error, value, true);
	consider(error, json_get(value, "code"), true);
	consider(error, json_get(value, "type"), true);
	consider(error, json_get(value, "error"), true);
	consider(error, json_get(value, "message"), false);
	consider(error, json_get(body, "error_code"), true);
	consider_list(error, value, status);
	/* A successful answer may have members of any name: "title", "code". */
	if (status < 200 || status > 299)
		consider_places(error, body, status);
	recognise_grant_refusal(error, description);
	if (*error->code &&
	    !(is_gone && error->error_class == ERROR_NOT_FOUND)) {
		prefer_description(error, description);
		return;
	}
	words = oauth_error_raw_words(body);
	if (words && is_gone)
		guess_gone(error, words);
	else if (*error->code)
		prefer_description(error, description);
	else if (words && (status == 400 || status == 401 || status == 403))
		guess(error, words, phrases,
		      sizeof(phrases) / sizeof(phrases[0]));
}

bool error_class_is_client(enum error_class error_class)
{
	return has_trait(error_class, IS_CLIENT);
}

bool oauth_error_puts_off(const struct oauth_error *error,
			  const struct json *body)
{
	bool is_loose = !error->known || error->guessed;

	if (!is_loose && !has_trait(error->error_class, IS_CATCH_ALL))
		return false;
	if (oauth_error_says_plainly_later(body))
		return true;
	/* A code is more reliable than words: a user who is denied access may
	 * be blocked "temporarily". */
	if (*error->code && !error->guessed)
		return !error->known &&
		       oauth_error_code_says_later(error->code);
	return oauth_error_says_later(body);
}
