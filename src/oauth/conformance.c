/* SPDX-License-Identifier: MIT */
/*
 * Checks answers against RFC 8628 sections 3.2, 3.5 and 4, RFC 6749 sections
 * 5.1 and 5.2, and RFC 8414 sections 2 and 3. Each requirement is a row of a
 * table.
 */
#include "config.h"

#include "oauth/conformance.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"
#include "oauth/http_message.h"
#include "oauth/oauth_request.h"
#include "oauth/oauth_error.h"
#include "oauth/provider.h"
#include "oauth/reply_body.h"
#include "oauth/tenant.h"
#include "oauth/verification_uri.h"

#define DEVICE_RESPONSE "RFC 8628 section 3.2"
#define TOKEN_RESPONSE "RFC 8628 section 3.5"
#define DEVICE_METADATA "RFC 8628 section 4"
#define NO_STORE "RFC 6749 section 5.1"
#define ERROR_RESPONSE "RFC 6749 section 5.2"
#define METADATA "RFC 8414 section 2"
#define METADATA_RESPONSE "RFC 8414 section 3.2"
#define METADATA_CHECK "RFC 8414 section 3.3"

/* What came back, in bits. */
enum answer_class {
	REDIRECT = 1 << 0,
	UNREADABLE = 1 << 1,
	SUCCESS = 1 << 2,
	FAILURE = 1 << 3,
	ANY = UNREADABLE | SUCCESS | FAILURE
};

/* How an answer deviates. */
enum rule {
	ALWAYS,
	/* the answer */
	REDIRECTS,
	NO_TYPE,
	OTHER_TYPE,
	NO_OBJECT,
	OTHER_STATUS,
	MAY_BE_STORED,
	/* its error */
	NO_ERROR_CODE,
	OTHER_ERROR_STATUS,
	MISPLACED_CODE,
	HAS_CODE,
	OTHER_CODE,
	/* a member */
	MISSING,
	MISNAMED,
	NOT_TEXT,
	EMPTY_OR_NOT_TEXT,
	UNCLEAN,
	NO_URL,
	UNSAFE_URL,
	LOCAL_URL,
	QUOTED,
	NO_INTEGER,
	OUT_OF_RANGE,
	OTHER_ISSUER,
	OTHER_ENDPOINT,
	NO_DEVICE_GRANT
};

struct requirement {
	const char *name;      /* of a member, or an error code */
	const char *reference; /* NULL: what defines the answer's format */
	const char *sentence;  /* "*": what the rule found */
	const char *other;     /* a name that will do, too; or NULL */
	int64_t max_s;	       /* for OUT_OF_RANGE */
	unsigned probes;       /* bits: 1 << probe */
	unsigned classes;
	enum rule rule;
	bool allowed; /* by the RFC, but worth knowing */
};

#define AT(probe) (1U << PROBE_##probe)
#define ALL (~0U)
/* clang-format off */
#define CHECK(at, class, what, by, where, ...) \
	{.probes = (at), .classes = (class), .name = (what), .rule = (by), \
	 .reference = (where), .sentence = __VA_ARGS__}
/* clang-format on */

/* Members of a device authorization response. */
#define MEMBER(name, rule, ...) \
	CHECK(AT(DEVICE), SUCCESS, name, rule, DEVICE_RESPONSE, __VA_ARGS__)
#define TEXT(name, alias)                                                 \
	MEMBER(name, MISSING, "lacks " name, .other = alias),             \
		MEMBER(name, EMPTY_OR_NOT_TEXT, "has no string in " name, \
		       .other = alias)
#define ADDRESS(name, alias)                                                   \
	MEMBER(name, MISNAMED, "calls " name " " alias, .other = alias),       \
		MEMBER(name, NO_URL, "has no URL in " name, .other = alias),   \
		MEMBER(name, UNSAFE_URL,                                       \
		       "has a URL without TLS, or with a user name, in " name, \
		       .other = alias),                                        \
		MEMBER(name, LOCAL_URL,                                        \
		       "has a URL on the client's machine in " name,           \
		       .other = alias)
#define SECONDS(name, max)                                                    \
	MEMBER(name, QUOTED, "has " name " as a string instead of a number"), \
		MEMBER(name, NO_INTEGER, "has no whole number in " name),     \
		MEMBER(name, OUT_OF_RANGE, "has * seconds in " name,          \
		       .max_s = max)

static const struct requirement requirements[] = {
	CHECK(ALL, REDIRECT, NULL, REDIRECTS, NULL,
	      "is a redirect *, which a client with a secret must not follow"),
	CHECK(ALL, ANY, NULL, NO_TYPE, NULL,
	      "has no Content-Type; application/json is required"),
	CHECK(ALL, ANY, NULL, OTHER_TYPE, NULL,
	      "has the Content-Type * instead of application/json"),
	CHECK(ALL, ANY, NULL, NO_OBJECT, NULL, "is *"),

	CHECK(AT(DISCOVERY), SUCCESS, "issuer", OTHER_ISSUER, METADATA_CHECK,
	      "does not name the issuer that it was requested from"),
	CHECK(AT(DISCOVERY), SUCCESS, "device_authorization_endpoint", NOT_TEXT,
	      DEVICE_METADATA, "names no device_authorization_endpoint"),
	CHECK(AT(DISCOVERY), SUCCESS, "device_authorization_endpoint",
	      OTHER_ENDPOINT, DEVICE_METADATA,
	      "names another device_authorization_endpoint than the "
	      "configuration",
	      .allowed = true),
	CHECK(AT(DISCOVERY), SUCCESS, "grant_types_supported", NO_DEVICE_GRANT,
	      METADATA,
	      "does not list " OAUTH_DEVICE_GRANT " in grant_types_supported"),

	CHECK(AT(DEVICE), SUCCESS, NULL, OTHER_STATUS, DEVICE_RESPONSE,
	      "has status * instead of 200"),
	TEXT("device_code", NULL),
	TEXT("user_code", NULL),
	MEMBER("user_code", UNCLEAN,
	       "has characters in user_code that cannot be typed"),
	TEXT("verification_uri", "verification_url"),
	ADDRESS("verification_uri", "verification_url"),
	ADDRESS("verification_uri_complete", "verification_url_complete"),
	MEMBER("verification_uri_complete", MISSING,
	       "has no verification_uri_complete, so the code must be typed",
	       .other = "verification_url_complete", .allowed = true),
	MEMBER("expires_in", MISSING, "lacks expires_in"),
	SECONDS("expires_in", OAUTH_EXPIRES_MAX_S),
	MEMBER("interval", MISSING, "has no interval, so it is 5 seconds",
	       .allowed = true),
	SECONDS("interval", OAUTH_INTERVAL_MAX_S),
	CHECK(AT(DEVICE), SUCCESS, NULL, MAY_BE_STORED, NO_STORE,
	      "contains secrets without Cache-Control: no-store"),

	CHECK(ALL, FAILURE, NULL, NO_ERROR_CODE, ERROR_RESPONSE,
	      "is an error with status * and no error code"),
	CHECK(ALL, FAILURE, NULL, OTHER_ERROR_STATUS, ERROR_RESPONSE,
	      "has status * instead of 400"),
	CHECK(ALL, FAILURE, NULL, MISPLACED_CODE, ERROR_RESPONSE,
	      "has the error code *"),
	CHECK(AT(POLL), FAILURE, "slow_down", HAS_CODE, TOKEN_RESPONSE,
	      "says slow_down although the client kept to the interval"),
	CHECK(AT(POLL), FAILURE, "authorization_pending", OTHER_CODE,
	      TOKEN_RESPONSE,
	      "has * before the approval instead of authorization_pending",
	      .other = "slow_down"),
	CHECK(AT(BAD_CODE), FAILURE, "invalid_grant", OTHER_CODE,
	      ERROR_RESPONSE, "has * instead of invalid_grant",
	      .other = "expired_token"),
	CHECK(AT(BAD_REFRESH), FAILURE, "invalid_grant", OTHER_CODE,
	      ERROR_RESPONSE, "has * instead of invalid_grant"),
	CHECK(AT(POLL), SUCCESS, NULL, ALWAYS, TOKEN_RESPONSE,
	      "issues a token without approval"),
	CHECK(AT(BAD_CODE) | AT(BAD_REFRESH), SUCCESS, NULL, ALWAYS,
	      ERROR_RESPONSE, "issues a token for it"),
};

/* The answer being judged. */
struct judged_answer {
	enum probe probe;
	const struct provider *provider;
	const struct reply *reply;
	const struct json *body; /* NULL: no object */
	struct oauth_error error;
	char found[160]; /* by the last rule, for the sentence */
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

/* ---- The answer */

/* The section that defines the format of this answer. */
static const char *format_of(const struct judged_answer *answer)
{
	if (answer->probe == PROBE_DISCOVERY)
		return METADATA_RESPONSE;
	return answer->probe == PROBE_DEVICE && answer->reply->status == 200
		       ? DEVICE_RESPONSE
		       : ERROR_RESPONSE;
}

/* True if the header lists that directive. */
static bool has_directive(const char *header, const char *name)
{
	const char *word;
	size_t len;

	if (header == NULL)
		return false;
	while ((word = text_next_word(&header, ", \t", &len)) != NULL) {
		if (len == strlen(name) && strncasecmp(word, name, len) == 0)
			return true;
	}
	return false;
}

/* ---- The error */

static bool has_code(const struct judged_answer *answer, const char *code)
{
	return strcmp(answer->error.code, code) == 0;
}

/* The error code if it is safe to repeat: a known code cannot be a secret in
 * the wrong place. */
static const char *code_of(const struct judged_answer *answer)
{
	if (answer->error.code[0] == '\0')
		return "no error code";
	return answer->error.known ? answer->error.code
				   : "an unregistered error code";
}

/* The place of the code, unless it is a string in "error"; NULL if it is. */
static const char *wrong_place(const struct judged_answer *answer)
{
	const struct json *error = json_get(answer->body, "error");
	const char *text = json_text(error);
	const char *message = json_get_text(answer->body, "message");

	if (text != NULL && strcmp(text, answer->error.code) == 0)
		return NULL;
	if (text != NULL && strcasecmp(text, answer->error.code) == 0)
		return "in \"error\", but not in lower case";
	if (error != NULL && json_kind(error) == JSON_OBJECT)
		return "in an object \"error\", which should be a string";
	if (json_get(answer->body, "error_code") != NULL)
		return "in \"error_code\" instead of \"error\"";
	if (json_get(answer->body, "errors") != NULL)
		return "in a list \"errors\" instead of \"error\"";
	if (message != NULL && strcasecmp(message, answer->error.code) == 0)
		return "in \"message\" instead of \"error\"";
	if (text != NULL && answer->error.known)
		return "in \"error_description\", and another one in \"error\"";
	return "only in its wording, not in \"error\"";
}

/* ---- The members */

static bool is_same_issuer(const char *a, const char *b)
{
	size_t len_a = strlen(a), len_b = strlen(b);

	len_a -= len_a > 0 && a[len_a - 1] == '/';
	len_b -= len_b > 0 && b[len_b - 1] == '/';
	return len_a == len_b && strncmp(a, b, len_a) == 0;
}

static const struct json *get(const struct judged_answer *answer,
			      const char *name)
{
	return name != NULL ? json_get(answer->body, name) : NULL;
}

/* ---- The rules */

/* Sets what the rule found. True, so that a condition can follow. */
static bool __attribute__((format(printf, 2, 3)))
find(struct judged_answer *answer, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(answer->found, sizeof(answer->found), format, args);
	va_end(args);
	return true;
}

/* The media type without parameters, cleaned. */
static bool find_type(struct judged_answer *answer)
{
	const char *type = answer->reply->type;

	text_clip(answer->found, sizeof(answer->found), type,
		  strcspn(type, "; \t"), 60, TEXT_ASCII);
	return true;
}

/* What the body is instead of a JSON object; false if it is one. */
static bool find_fault(struct judged_answer *answer)
{
	const struct reply *reply = answer->reply;
	struct json *json = json_parse(reply->body, reply->body_len, NULL);
	const bool is_json = json != NULL;
	const bool is_object = is_json && json_kind(json) == JSON_OBJECT;

	json_free(json);
	if (is_json)
		return !is_object && find(answer, "JSON, but not an object");
	if (reply->body_len == 0)
		return find(answer, "empty instead of a JSON object");
	if (answer->body != NULL)
		return find(answer, "form-encoded instead of a JSON object");
	return find(answer, "not a JSON object");
}

static bool deviates(struct judged_answer *answer,
		     const struct requirement *requirement)
{
	const struct provider *provider = answer->provider;
	const struct reply *reply = answer->reply;
	const struct json *member = get(answer, requirement->name);
	const struct json *other = get(answer, requirement->other);
	const char *text = json_text(member), *place;
	const char *uri = member != NULL ? text : json_text(other);
	const int status = reply->status;
	struct url url;
	int64_t seconds = 0;
	const bool is_integer =
		json_integer(member, INT64_MIN, INT64_MAX, &seconds);
	char host[128];

	switch (requirement->rule) {
	case ALWAYS:
		return true;
	case REDIRECTS:
		http_target(reply, host, sizeof(host));
		return find(answer, "(status %d) to %s", status, host);
	case NO_TYPE:
		return find_type(answer) && answer->found[0] == '\0';
	case OTHER_TYPE:
		return find_type(answer) && answer->found[0] != '\0' &&
		       strcasecmp(answer->found, "application/json") != 0;
	case NO_OBJECT:
		return find_fault(answer);
	case OTHER_STATUS:
		return find(answer, "%d", status) && status != 200;
	case MAY_BE_STORED:
		return !has_directive(reply->cache_control, "no-store");
	case NO_ERROR_CODE:
		return find(answer, "%d", status) && has_code(answer, "");
	case OTHER_ERROR_STATUS:
		return find(answer, "%d for %s", status, code_of(answer)) &&
		       !has_code(answer, "") && status != 400 &&
		       (status != 401 || !has_code(answer, "invalid_client"));
	case MISPLACED_CODE:
		place = wrong_place(answer);
		return place != NULL && !has_code(answer, "") &&
		       find(answer, "%s", place);
	case HAS_CODE:
		return has_code(answer, requirement->name);
	case OTHER_CODE:
		return find(answer, "%s", code_of(answer)) &&
		       !has_code(answer, requirement->name) &&
		       (requirement->other == NULL ||
			!has_code(answer, requirement->other));
	case MISSING:
		return member == NULL && other == NULL;
	case MISNAMED:
		return member == NULL && uri != NULL;
	case NOT_TEXT:
		return text == NULL;
	case EMPTY_OR_NOT_TEXT:
		return member != NULL && other == NULL &&
		       (text == NULL || *text == '\0');
	case UNCLEAN:
		return text != NULL && !text_is_clean(text, strlen(text));
	case NO_URL:
		return uri != NULL && *uri != '\0' && !url_split(uri, &url);
	case UNSAFE_URL:
		return uri != NULL && url_split(uri, &url) &&
		       !url_is_safe(&url);
	case LOCAL_URL:
		return uri != NULL && verification_uri_is_local(provider, uri);
	case QUOTED:
		return text != NULL;
	case NO_INTEGER:
		return member != NULL && !is_integer;
	case OUT_OF_RANGE:
		return is_integer && find(answer, "%" PRId64, seconds) &&
		       (seconds < 1 || seconds > requirement->max_s);
	case OTHER_ISSUER:
		return text == NULL ||
		       (!is_same_issuer(text, provider->issuer) &&
			!tenant_is_document(provider->issuer, text));
	case OTHER_ENDPOINT:
		return text != NULL &&
		       provider->device_authorization_endpoint != NULL &&
		       strcmp(text, provider->device_authorization_endpoint) !=
			       0;
	case NO_DEVICE_GRANT:
		return !json_lists(member, OAUTH_DEVICE_GRANT);
	}
	return false;
}

/* True if the answer can be judged. */
static bool is_an_answer(const struct judged_answer *answer)
{
	const struct reply *reply = answer->reply;

	if (reply->net != NET_OK || reply->status >= 500)
		return false;
	if (reply->status == 429 && !has_code(answer, "slow_down"))
		return false;
	if (answer->probe == PROBE_DISCOVERY)
		return reply->status == 200;
	return !error_class_is_client(answer->error.error_class);
}

static enum answer_class class_of(const struct judged_answer *answer)
{
	const struct json *body = answer->body;
	const int status = answer->reply->status;
	bool success = true;

	if (status / 100 == 3)
		return REDIRECT;
	if (body == NULL)
		return UNREADABLE;
	if (answer->probe == PROBE_DEVICE)
		success = has_code(answer, "") &&
			  (status / 100 == 2 ||
			   json_get(body, "device_code") != NULL);
	else if (answer->probe != PROBE_DISCOVERY)
		success = json_get(body, "access_token") != NULL;
	return success ? SUCCESS : FAILURE;
}

static void add(struct findings *findings, const struct judged_answer *answer,
		const struct requirement *requirement)
{
	const int len = (int)strcspn(requirement->sentence, "*");
	const char *rest = requirement->sentence + len;
	struct finding *finding;

	findings->items = xreallocarray(findings->items, findings->count + 1,
					sizeof(*findings->items));
	finding = &findings->items[findings->count++];
	*finding = (struct finding){
		.probe = answer->probe,
		.allowed = requirement->allowed,
		.reference = requirement->reference != NULL
				     ? requirement->reference
				     : format_of(answer),
	};
	snprintf(finding->text, sizeof(finding->text), "%.*s%s%s", len,
		 requirement->sentence, *rest != '\0' ? answer->found : "",
		 *rest != '\0' ? rest + 1 : "");
}

void conformance_judge(struct findings *findings, enum probe probe,
		       const struct provider *provider,
		       const struct reply *reply)
{
	struct json *body = reply_body(reply);
	struct judged_answer answer = {
		.probe = probe,
		.provider = provider,
		.reply = reply,
		.body = body,
	};
	enum answer_class class;

	oauth_error_find(body, reply->status, &answer.error);
	if (!is_an_answer(&answer))
		goto out;
	findings->judged |= 1U << probe;
	class = class_of(&answer);
	for (size_t i = 0; i < sizeof(requirements) / sizeof(requirements[0]);
	     i++) {
		const struct requirement *requirement = &requirements[i];

		if ((requirement->probes & 1U << probe) != 0 &&
		    (requirement->classes & class) != 0 &&
		    deviates(&answer, requirement))
			add(findings, &answer, requirement);
	}
out:
	json_free(body);
}
