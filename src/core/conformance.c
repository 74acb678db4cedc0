/* SPDX-License-Identifier: MIT */
/*
 * RFC 8628 sections 3.2, 3.5 and 4, RFC 6749 sections 5.1 and 5.2, and RFC 8414
 * sections 2 and 3, as questions to an answer.
 */
#include "config.h"

#include "core/conformance.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/form.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"
#include "core/exchange.h"
#include "core/json.h"
#include "core/oauth_error.h"
#include "core/provider.h"
#include "core/reply.h"

#define DEVICE_RESPONSE "RFC 8628 section 3.2"
#define TOKEN_RESPONSE "RFC 8628 section 3.5"
#define METADATA "RFC 8628 section 4"
#define NO_STORE "RFC 6749 section 5.1"
#define ERROR_RESPONSE "RFC 6749 section 5.2"
#define METADATA_RESPONSE "RFC 8414 section 3.2"
#define METADATA_CHECK "RFC 8414 section 3.3"

#define DEVICE_GRANT "urn:ietf:params:oauth:grant-type:device_code"

enum {
	INTERVAL_MAX_S = 300, /* a person who has approved waits for that */
	EXPIRES_MAX_S = 86400
};

/* An answer under judgement. */
struct trial {
	struct findings *findings;
	enum probe probe;
	const struct provider *provider;
	const struct reply *reply;
	const struct json *body; /* NULL: no object */
	struct oauth_error error;
};

static const char *const names[] = {
	[PROBE_DISCOVERY] = "discovery document",
	[PROBE_DEVICE] = "device authorization",
	[PROBE_POLL] = "poll",
	[PROBE_BAD_CODE] = "poll with an unknown device_code",
	[PROBE_BAD_REFRESH] = "refresh with an unknown refresh_token",
};

void findings_free(struct findings *findings)
{
	free(findings->items);
	memset(findings, 0, sizeof(*findings));
}

size_t findings_deviations(const struct findings *findings)
{
	size_t n = 0;

	for (size_t i = 0; i < findings->count; i++)
		n += findings->items[i].allowed ? 0 : 1;
	return n;
}

const char *probe_name(enum probe probe)
{
	return names[probe];
}

static struct finding *add(const struct trial *trial, const char *reference)
{
	struct findings *findings = trial->findings;
	struct finding *finding;

	findings->items = xreallocarray(findings->items, findings->count + 1,
					sizeof(*findings->items));
	finding = &findings->items[findings->count++];
	*finding =
		(struct finding){.probe = trial->probe, .reference = reference};
	return finding;
}

static void deviates(const struct trial *trial, const char *reference,
		     const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void deviates(const struct trial *trial, const char *reference,
		     const char *format, ...)
{
	struct finding *finding = add(trial, reference);
	va_list args;

	va_start(args, format);
	vsnprintf(finding->text, sizeof(finding->text), format, args);
	va_end(args);
}

static void is_allowed(const struct trial *trial, const char *reference,
		       const char *text)
{
	struct finding *finding = add(trial, reference);

	finding->allowed = true;
	snprintf(finding->text, sizeof(finding->text), "%s", text);
}

/* ---- What all answers have in common */

/* Where it is written how this answer has to look. */
static const char *shape_of(const struct trial *trial)
{
	bool success = trial->reply->status == 200;

	switch (trial->probe) {
	case PROBE_DISCOVERY:
		return METADATA_RESPONSE;
	case PROBE_DEVICE:
		return success ? DEVICE_RESPONSE : ERROR_RESPONSE;
	case PROBE_POLL:
	case PROBE_BAD_CODE:
	case PROBE_BAD_REFRESH:
		break;
	}
	return ERROR_RESPONSE;
}

/* The media type alone, clean. */
static void media_type(char *dst, size_t size, const char *type)
{
	text_clip(dst, size, type, strcspn(type, "; \t"), 60, TEXT_ASCII);
}

static void look_at_type(const struct trial *trial)
{
	char type[64];

	media_type(type, sizeof(type), trial->reply->type);
	if (type[0] == '\0')
		deviates(trial, shape_of(trial),
			 "has no Content-Type, not application/json");
	else if (strcasecmp(type, "application/json") != 0)
		deviates(trial, shape_of(trial),
			 "has the Content-Type %s, not application/json", type);
}

static void look_at_body(const struct trial *trial)
{
	const struct reply *reply = trial->reply;
	struct json *json = json_parse(reply->body, reply->body_len, NULL);
	const char *what = NULL;

	if (json != NULL && json_kind(json) != JSON_OBJECT)
		what = "is JSON, but no object";
	else if (json == NULL && reply->body_len == 0)
		what = "is empty, not a JSON object";
	else if (json == NULL && trial->body != NULL)
		what = "is form-encoded, not a JSON object";
	else if (json == NULL)
		what = "is no JSON object";
	json_free(json);
	if (what != NULL)
		deviates(trial, shape_of(trial), "%s", what);
}

/* Whether the header's list has that directive. */
static bool has_directive(const char *header, const char *name)
{
	size_t len = strlen(name);

	if (header == NULL)
		return false;
	for (header += strspn(header, ", \t"); *header != '\0';
	     header += strspn(header, ", \t")) {
		size_t n = strcspn(header, ", \t");

		if (n == len && strncasecmp(header, name, n) == 0)
			return true;
		header += n;
	}
	return false;
}

static bool is_redirect(const struct trial *trial)
{
	const char *location = trial->reply->location;
	int status = trial->reply->status;
	char host[128];
	struct url url;

	if (status < 300 || status > 399)
		return false;
	if (location == NULL || !url_split(location, &url))
		snprintf(host, sizeof(host), "somewhere else");
	else
		text_clip(host, sizeof(host), url.host, url.host_len, -1,
			  TEXT_ASCII);
	deviates(trial, shape_of(trial),
		 "is a redirect (status %d) to %s, which a client with a "
		 "secret must not follow",
		 status, host);
	return true;
}

/* ---- Errors */

static bool has_code(const struct trial *trial, const char *code)
{
	return strcmp(trial->error.code, code) == 0;
}

/* The code as far as it can be repeated: one that everybody knows is no
 * secret that slipped into the wrong place. */
static const char *code_of(const struct trial *trial)
{
	if (trial->error.code[0] == '\0')
		return "no error code";
	return trial->error.known ? trial->error.code
				  : "an error code that is not registered";
}

/* Where the code stands, where that is not in "error" as a string. */
static const char *wrong_place(const struct trial *trial)
{
	const struct json *error = json_get(trial->body, "error");
	const char *text = json_text(error);
	const char *message = json_get_text(trial->body, "message");

	if (text != NULL && strcmp(text, trial->error.code) == 0)
		return NULL;
	if (text != NULL && strcasecmp(text, trial->error.code) == 0)
		return "in \"error\" in other letters than lower case";
	if (error != NULL && json_kind(error) == JSON_OBJECT)
		return "in an object \"error\", which should be the code";
	if (json_get(trial->body, "error_code") != NULL)
		return "in \"error_code\", not in \"error\"";
	if (json_get(trial->body, "errors") != NULL)
		return "in a list \"errors\", not in \"error\"";
	if (message != NULL && strcasecmp(message, trial->error.code) == 0)
		return "in \"message\", not in \"error\"";
	if (text != NULL && trial->error.known)
		return "in \"error_description\", with another one in "
		       "\"error\"";
	return "between the lines only, not in \"error\"";
}

/* Status and shape of an error, whatever it is. */
static void look_at_error(const struct trial *trial)
{
	int status = trial->reply->status;
	const char *place;

	if (trial->error.code[0] == '\0') {
		deviates(trial, ERROR_RESPONSE,
			 "is an error of status %d without an error code",
			 status);
		return;
	}
	if (status != 400 &&
	    (status != 401 || !has_code(trial, "invalid_client")))
		deviates(trial, ERROR_RESPONSE,
			 "has the status %d for %s, not "
			 "400",
			 status, code_of(trial));
	place = wrong_place(trial);
	if (place != NULL)
		deviates(trial, ERROR_RESPONSE, "has the error code %s", place);
}

/* Whether it speaks of the client and not of what was asked. */
static bool refuses_client(const struct trial *trial)
{
	return has_code(trial, "invalid_client") ||
	       has_code(trial, "unauthorized_client") ||
	       has_code(trial, "incorrect_client_credentials") ||
	       has_code(trial, "device_flow_disabled") ||
	       has_code(trial, "unsupported_grant_type") ||
	       has_code(trial, "invalid_scope");
}

/* ---- The device authorization response */

static void look_at_text(const struct trial *trial, const char *name)
{
	const struct json *value = json_get(trial->body, name);
	const char *text = json_text(value);

	if (value == NULL)
		deviates(trial, DEVICE_RESPONSE, "lacks %s", name);
	else if (text == NULL || *text == '\0')
		deviates(trial, DEVICE_RESPONSE, "has no text in %s", name);
}

/* Reads a number of seconds; false where there is none to judge. */
static bool look_at_seconds(const struct trial *trial, const char *name,
			    int64_t *out)
{
	const struct json *value = json_get(trial->body, name);

	if (value == NULL)
		return false;
	if (json_text(value) != NULL)
		deviates(trial, DEVICE_RESPONSE,
			 "has %s as a string, not as a "
			 "number",
			 name);
	if (json_integer(value, INT64_MIN, INT64_MAX, out))
		return true;
	deviates(trial, DEVICE_RESPONSE, "has no whole number in %s", name);
	return false;
}

static void look_at_times(const struct trial *trial)
{
	int64_t expires_s = 0, interval_s = 0;

	if (json_get(trial->body, "expires_in") == NULL)
		deviates(trial, DEVICE_RESPONSE, "lacks expires_in");
	else if (look_at_seconds(trial, "expires_in", &expires_s) &&
		 (expires_s < 1 || expires_s > EXPIRES_MAX_S))
		deviates(trial, DEVICE_RESPONSE,
			 "has %" PRId64 " seconds in expires_in", expires_s);
	if (json_get(trial->body, "interval") == NULL)
		is_allowed(trial, DEVICE_RESPONSE,
			   "has no interval, so that it is 5 seconds");
	else if (look_at_seconds(trial, "interval", &interval_s) &&
		 (interval_s < 1 || interval_s > INTERVAL_MAX_S))
		deviates(trial, DEVICE_RESPONSE,
			 "has %" PRId64 " seconds in interval", interval_s);
}

static void look_at_address(const struct trial *trial, const char *name,
			    const char *other)
{
	const char *uri = json_get_text(trial->body, name);
	struct url url;

	if (json_get(trial->body, name) == NULL) {
		uri = json_get_text(trial->body, other);
		if (uri != NULL)
			deviates(trial, DEVICE_RESPONSE, "calls %s %s", name,
				 other);
	}
	if (uri == NULL || *uri == '\0')
		return;
	if (!url_split(uri, &url))
		deviates(trial, DEVICE_RESPONSE, "has no web address in %s",
			 name);
	else if (!url_is_safe(&url))
		deviates(trial, DEVICE_RESPONSE,
			 "has an address without TLS, or with a user name, in "
			 "%s",
			 name);
}

static void look_at_code(const struct trial *trial)
{
	const struct json *body = trial->body;
	const char *user_code = json_get_text(body, "user_code");

	if (trial->reply->status != 200)
		deviates(trial, DEVICE_RESPONSE, "has the status %d, not 200",
			 trial->reply->status);
	look_at_text(trial, "device_code");
	look_at_text(trial, "user_code");
	if (user_code != NULL && !text_is_clean(user_code, strlen(user_code)))
		deviates(trial, DEVICE_RESPONSE,
			 "has characters in user_code that nobody can type");
	if (json_get(body, "verification_url") == NULL)
		look_at_text(trial, "verification_uri");
	look_at_address(trial, "verification_uri", "verification_url");
	look_at_address(trial, "verification_uri_complete",
			"verification_url_complete");
	if (json_get(body, "verification_uri_complete") == NULL &&
	    json_get(body, "verification_url_complete") == NULL)
		is_allowed(trial, DEVICE_RESPONSE,
			   "has no verification_uri_complete, so that the code "
			   "must be typed");
	look_at_times(trial);
	if (!has_directive(trial->reply->cache_control, "no-store"))
		deviates(trial, NO_STORE,
			 "carries secrets without Cache-Control: no-store");
}

static void judge_device(const struct trial *trial)
{
	bool success = trial->reply->status / 100 == 2 ||
		       json_get(trial->body, "device_code") != NULL;

	if (success && trial->error.code[0] == '\0')
		look_at_code(trial);
	else
		look_at_error(trial);
}

/* ---- Answers of the token endpoint */

static bool is_token(const struct trial *trial)
{
	return json_get(trial->body, "access_token") != NULL;
}

static void judge_poll(const struct trial *trial)
{
	if (is_token(trial)) {
		deviates(trial, TOKEN_RESPONSE,
			 "gives a token although nobody has approved");
		return;
	}
	look_at_error(trial);
	if (has_code(trial, "authorization_pending"))
		return;
	if (has_code(trial, "slow_down"))
		deviates(trial, TOKEN_RESPONSE,
			 "says slow_down although the interval was kept");
	else
		deviates(trial, TOKEN_RESPONSE,
			 "has %s while nobody has approved, not "
			 "authorization_pending",
			 code_of(trial));
}

static void judge_bad_code(const struct trial *trial)
{
	if (is_token(trial)) {
		deviates(trial, ERROR_RESPONSE, "gives a token for it");
		return;
	}
	look_at_error(trial);
	if (!has_code(trial, "invalid_grant") &&
	    !has_code(trial, "expired_token"))
		deviates(trial, ERROR_RESPONSE, "has %s, not invalid_grant",
			 code_of(trial));
}

static void judge_bad_refresh(const struct trial *trial)
{
	if (is_token(trial)) {
		deviates(trial, ERROR_RESPONSE, "gives a token for it");
		return;
	}
	look_at_error(trial);
	if (!has_code(trial, "invalid_grant"))
		deviates(trial, ERROR_RESPONSE, "has %s, not invalid_grant",
			 code_of(trial));
}

/* ---- The discovery document */

static bool lists(const struct json *list, const char *name)
{
	for (list = json_first(list); list != NULL; list = json_next(list)) {
		if (json_text(list) != NULL &&
		    strcmp(json_text(list), name) == 0)
			return true;
	}
	return false;
}

static void judge_discovery(const struct trial *trial)
{
	const struct json *body = trial->body;
	const char *issuer = json_get_text(body, "issuer");
	const char *endpoint =
		json_get_text(body, "device_authorization_endpoint");
	const char *used = trial->provider->device_authorization_endpoint;

	if (issuer == NULL || strcmp(issuer, trial->provider->issuer) != 0)
		deviates(trial, METADATA_CHECK,
			 "is not of the issuer that was asked for it");
	if (endpoint == NULL)
		deviates(trial, METADATA,
			 "names no device_authorization_endpoint");
	else if (used != NULL && strcmp(endpoint, used) != 0)
		is_allowed(trial, METADATA,
			   "names another device_authorization_endpoint than "
			   "the one that is set");
	if (!lists(json_get(body, "grant_types_supported"), DEVICE_GRANT))
		deviates(trial, "RFC 8414 section 2",
			 "does not list " DEVICE_GRANT
			 " in grant_types_supported");
}

/* Whether there is anything to judge in it. */
static bool is_an_answer(const struct trial *trial)
{
	const struct reply *reply = trial->reply;

	if (reply->net != NET_OK || reply->status >= 500)
		return false;
	if (reply->status == 429 && !has_code(trial, "slow_down"))
		return false;
	if (trial->probe == PROBE_DISCOVERY)
		return reply->status == 200;
	return !refuses_client(trial);
}

void conformance_judge(struct findings *findings, enum probe probe,
		       const struct provider *provider,
		       const struct reply *reply)
{
	struct json *body = reply_body(reply);
	struct trial trial = {
		.findings = findings,
		.probe = probe,
		.provider = provider,
		.reply = reply,
		.body = body,
	};

	oauth_error_find(body, reply->status, &trial.error);
	if (!is_an_answer(&trial))
		goto out;
	findings->judged |= 1U << probe;
	if (is_redirect(&trial))
		goto out;
	look_at_type(&trial);
	look_at_body(&trial);
	if (body == NULL)
		goto out;
	switch (probe) {
	case PROBE_DISCOVERY:
		judge_discovery(&trial);
		break;
	case PROBE_DEVICE:
		judge_device(&trial);
		break;
	case PROBE_POLL:
		judge_poll(&trial);
		break;
	case PROBE_BAD_CODE:
		judge_bad_code(&trial);
		break;
	case PROBE_BAD_REFRESH:
		judge_bad_refresh(&trial);
		break;
	}
out:
	json_free(body);
}
