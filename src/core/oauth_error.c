/* SPDX-License-Identifier: MIT */
/*
 * The dialects of failure: RFC 6749 section 5.2 puts the code into "error";
 * Google, Webex, Twitch, WSO2 and others put it elsewhere or spell it their
 * way. Knows no state: what follows from an error is the caller's business.
 */
#include "config.h"

#include "core/oauth_error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/json.h"

enum {
	CODE_MAX = 63,	 /* characters of an error code */
	WORDS_MAX = 160, /* bytes of the provider's own words */
	SECRET_MIN = 20	 /* characters in a row that may be a secret */
};

struct known {
	const char *code;
	enum verdict verdict;
	const char *advice;
};

static const char pending[] = "waits for the approval.";
static const char denied[] = "says that the request was denied.";
static const char expired[] = "says that the code has run out.";
static const char stale[] =
	"does not accept this code or refresh token any more.";
static const char bad_client[] =
	"does not accept this client: check CLIENT_ID and CLIENT_SECRET.";
static const char busy[] = "is asked too often or in difficulties.";

static const struct known known_codes[] = {
	{"authorization_pending", VERDICT_PENDING, pending},
	{"slow_down", VERDICT_SLOW_DOWN, "wants to be asked less often."},
	{"access_denied", VERDICT_DENIED, denied},
	{"authorization_declined", VERDICT_DENIED, denied},
	{"expired_token", VERDICT_EXPIRED, expired},
	{"token_expired", VERDICT_EXPIRED, expired},
	{"invalid_grant", VERDICT_INVALID_GRANT, stale},
	{"incorrect_device_code", VERDICT_INVALID_GRANT, stale},
	{"bad_verification_code", VERDICT_INVALID_GRANT, stale},
	{"bad_refresh_token", VERDICT_INVALID_GRANT, stale},
	{"invalid_token", VERDICT_UNAUTHORIZED,
	 "does not accept the access token any more."},
	{"invalid_client", VERDICT_MISCONFIGURED, bad_client},
	{"incorrect_client_credentials", VERDICT_MISCONFIGURED, bad_client},
	{"unauthorized_client", VERDICT_MISCONFIGURED,
	 "does not let this client sign in this way: allow the device grant "
	 "in the client's settings."},
	{"device_flow_disabled", VERDICT_MISCONFIGURED,
	 "has the device flow switched off for this app: tick \"Enable Device "
	 "Flow\" in the app's settings."},
	{"unsupported_grant_type", VERDICT_MISCONFIGURED,
	 "does not offer this grant here: check the endpoints in the "
	 "configuration and the client's settings."},
	{"invalid_scope", VERDICT_MISCONFIGURED,
	 "does not allow the scope that was asked for: check provider.scope "
	 "and the scopes of the client."},
	{"invalid_request", VERDICT_MISCONFIGURED,
	 "does not understand the request: check the provider's part of the "
	 "configuration."},
	{"invalid_dpop_proof", VERDICT_RETRY,
	 "does not accept the proof that goes along with the token (DPoP): "
	 "check that the clock of this machine is right."},
	{"use_dpop_nonce", VERDICT_RETRY,
	 "wants another nonce in the proof (DPoP) than the one that it has "
	 "just given."},
	{"tokenlimit_reached", VERDICT_REFUSED,
	 "gives this person no more tokens: sign out on another device "
	 "first."},
	{"server_error", VERDICT_RETRY, busy},
	{"temporarily_unavailable", VERDICT_RETRY, busy},
	{"too_many_requests", VERDICT_RETRY, busy},
	{"rate_limit_exceeded", VERDICT_RETRY, busy},
	{"quota_exceeded", VERDICT_RETRY, busy},
	{"not_found", VERDICT_RETRY,
	 "has nothing at this address: check the endpoints in the "
	 "configuration."},
};

/* Where a provider has only prose (Webex, Twitch): what it is about. */
static const struct {
	const char *phrase;
	const char *code;
} phrases[] = {
	{"invalid grant", "invalid_grant"},
	{"invalid device code", "invalid_grant"},
	{"refresh token", "invalid_grant"},
	{"refresh_token", "invalid_grant"},
	{"client id", "invalid_client"},
	{"client_id", "invalid_client"},
	{"client secret", "invalid_client"},
	{"client_secret", "invalid_client"},
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static const struct known *find_known(const char *text)
{
	for (size_t i = 0; i < sizeof(known_codes) / sizeof(known_codes[0]);
	     i++) {
		if (strcasecmp(text, known_codes[i].code) == 0)
			return &known_codes[i];
	}
	return NULL;
}

static void take_known(struct oauth_error *error, const struct known *known)
{
	snprintf(error->code, sizeof(error->code), "%s", known->code);
	error->known = true;
	error->verdict = known->verdict;
	error->advice = known->advice;
}

/*
 * Whether it is made like an error code, "Forbidden" and "Internal Server
 * Error" not being so: those come from web servers that speak no OAuth.
 */
static bool looks_like_code(const char *text)
{
	size_t len = strlen(text);
	bool has_upper = false;

	for (size_t i = 0; i < len; i++) {
		char c = lower(text[i]);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    c != '_' && c != '-' && c != '.')
			return false;
		has_upper = has_upper || c != text[i];
	}
	return len > 2 && len <= CODE_MAX && lower(text[0]) >= 'a' &&
	       (!has_upper || strchr(text, '_'));
}

/* Takes a value as the error code if it is one. */
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
			error->code[i] = lower(text[i]);
	}
}

/* As the RFCs write their codes: "no_such_thing". A single word ("forbidden")
 * is as likely to be prose. */
static bool is_spelt_like_codes(const char *text)
{
	return text && strchr(text, '_') &&
	       !text[strspn(text, "abcdefghijklmnopqrstuvwxyz_")];
}

/*
 * "errors": [{"description": "authorization_pending"}], as Webex has it, which
 * also puts sentences there. An unknown code ends the flow (RFC 8628 section
 * 3.5), and a sentence must not: so it has to be spelt like one, with a status
 * that is the client's fault.
 */
static void consider_list(struct oauth_error *error, const struct json *list,
			  int status)
{
	bool is_fault = status >= 400 && status <= 499;
	const struct json *item;

	if (!list || json_kind(list) != JSON_ARRAY)
		return;
	for (item = json_first(list); item; item = json_next(item)) {
		const struct json *said = json_get(item, "description");
		const struct json *code = json_get(item, "code");

		consider(error, item,
			 is_fault && is_spelt_like_codes(json_text(item)));
		consider(error, said,
			 is_fault && is_spelt_like_codes(json_text(said)));
		consider(error, code,
			 is_fault && is_spelt_like_codes(json_text(code)));
	}
}

/* The words as they came, for looking into. */
static const char *raw_words(const struct json *body)
{
	static const char *const places[] = {
		"error_description",
		"error.message",
		"error.description",
		"message",
		"errors.0.message",
		"errors.0.description",
		"error",
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const char *text = json_text(json_path(body, places[i]));

		if (text && *text)
			return text;
	}
	return NULL;
}

static void guess_from_words(struct oauth_error *error, const char *words)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		if (strcasestr(words, phrases[i].phrase)) {
			take_known(error, find_known(phrases[i].code));
			return;
		}
	}
}

/* WSO2 said invalid_grant for everything, with the real code beside it. */
static void look_behind(struct oauth_error *error, const char *description)
{
	const struct known *real = description ? find_known(description) : NULL;

	if (real && error->verdict == VERDICT_INVALID_GRANT &&
	    (real->verdict == VERDICT_PENDING ||
	     real->verdict == VERDICT_SLOW_DOWN ||
	     real->verdict == VERDICT_DENIED ||
	     real->verdict == VERDICT_EXPIRED))
		take_known(error, real);
}

void oauth_error_find(const struct json *body, int status,
		      struct oauth_error *error)
{
	const struct json *value = json_get(body, "error");
	const char *words = raw_words(body);

	memset(error, 0, sizeof(*error));
	consider(error, value, true);
	consider(error, json_get(value, "code"), true);
	consider(error, json_get(value, "type"), true);
	consider(error, json_get(value, "error"), true);
	consider(error, json_get(value, "message"), false);
	consider(error, json_get(body, "error_code"), true);
	consider_list(error, json_get(body, "errors"), status);
	consider(error, json_get(body, "message"), false);
	if (error->known)
		look_behind(error, json_get_text(body, "error_description"));
	else if (!*error->code && words &&
		 (status == 400 || status == 401 || status == 403))
		guess_from_words(error, words);
}

static size_t count_word(const char *s, bool *has_digit)
{
	size_t n = 0;

	*has_digit = false;
	for (; s[n]; n++) {
		char c = lower(s[n]);
		bool digit = c >= '0' && c <= '9';

		if (!(c >= 'a' && c <= 'z') && !digit && !strchr("-._~+/=", c))
			break;
		*has_digit = *has_digit || digit;
	}
	return n;
}

char *oauth_error_words(const struct json *body)
{
	const char *words = raw_words(body);
	struct buf safe;
	char *clean;

	if (!words)
		return NULL;
	/* Some (WSO2) repeat the device code that they were asked about. */
	buf_init(&safe, strlen(words) + 1);
	while (*words) {
		bool has_digit;
		size_t n = count_word(words, &has_digit);

		if (n >= SECRET_MIN && has_digit)
			buf_adds(&safe, "[...]");
		else
			buf_add(&safe, words, n > 0 ? n : 1);
		words += n > 0 ? n : 1;
	}
	clean = text_clean(buf_text(&safe), WORDS_MAX);
	buf_free(&safe);
	return clean;
}
