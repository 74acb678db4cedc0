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

struct judged_answer;

struct requirement {
	const char *name;      /* of a member, or an error code */
	const char *reference; /* NULL: what defines the answer's format */
	const char *sentence;  /* "*": what the rule found */
	const char *other;     /* a name that will do, too; or NULL */
	int64_t max_s;	       /* for is_out_of_range() */
	unsigned probes;       /* bits: 1 << probe */
	unsigned classes;
	bool (*deviates)(struct judged_answer *answer); /* NULL: always */
	bool allowed; /* by the RFC, but worth knowing */
};

/* The answer being judged. */
struct judged_answer {
	enum probe probe;
	const struct provider *provider;
	const struct reply *reply;
	const struct json *body; /* NULL: no object */
	struct oauth_error error;
	/* What it is judged by, and the member that this is about. */
	const struct requirement *requirement;
	const struct json *member; /* NULL: none */
	const struct json *other;  /* under its other name; NULL: none */
	const char *text;	   /* of the member; NULL: not a string */
	const char *uri;	   /* the same, under either name */
	char found[160];	   /* by the last rule, for the sentence */
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

static bool redirects(struct judged_answer *answer)
{
	char host[128];

	http_target(answer->reply, host, sizeof(host));
	return find(answer, "(status %d) to %s", answer->reply->status, host);
}

static bool lacks_type(struct judged_answer *answer)
{
	return find_type(answer) && answer->found[0] == '\0';
}

static bool has_other_type(struct judged_answer *answer)
{
	return find_type(answer) && answer->found[0] != '\0' &&
	       strcasecmp(answer->found, "application/json") != 0;
}

/* What the body is instead of a JSON object; false if it is one. */
static bool is_not_an_object(struct judged_answer *answer)
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

static bool has_other_status(struct judged_answer *answer)
{
	return find(answer, "%d", answer->reply->status) &&
	       answer->reply->status != 200;
}

static bool may_be_stored(struct judged_answer *answer)
{
	return !has_directive(answer->reply->cache_control, "no-store");
}

static bool lacks_code(struct judged_answer *answer)
{
	return find(answer, "%d", answer->reply->status) &&
	       has_code(answer, "");
}

static bool has_other_error_status(struct judged_answer *answer)
{
	const int status = answer->reply->status;

	return find(answer, "%d for %s", status, code_of(answer)) &&
	       !has_code(answer, "") && status != 400 &&
	       (status != 401 || !has_code(answer, "invalid_client"));
}

static bool misplaces_code(struct judged_answer *answer)
{
	const char *place = wrong_place(answer);

	return place != NULL && !has_code(answer, "") &&
	       find(answer, "%s", place);
}

static bool has_named_code(struct judged_answer *answer)
{
	return has_code(answer, answer->requirement->name);
}

static bool has_other_code(struct judged_answer *answer)
{
	const char *other = answer->requirement->other;

	return find(answer, "%s", code_of(answer)) && !has_named_code(answer) &&
	       (other == NULL || !has_code(answer, other));
}

static bool is_missing(struct judged_answer *answer)
{
	return answer->member == NULL && answer->other == NULL;
}

static bool is_misnamed(struct judged_answer *answer)
{
	return answer->member == NULL && answer->uri != NULL;
}

static bool is_text(struct judged_answer *answer)
{
	return answer->text != NULL;
}

static bool is_not_text(struct judged_answer *answer)
{
	return answer->text == NULL;
}

static bool is_empty_or_not_text(struct judged_answer *answer)
{
	return answer->member != NULL && answer->other == NULL &&
	       text_unless_empty(answer->text) == NULL;
}

static bool is_unclean(struct judged_answer *answer)
{
	return answer->text != NULL &&
	       !text_is_clean(answer->text, strlen(answer->text));
}

static bool is_not_a_url(struct judged_answer *answer)
{
	struct url url;

	return text_unless_empty(answer->uri) != NULL &&
	       !url_split(answer->uri, &url);
}

static bool is_unsafe_url(struct judged_answer *answer)
{
	struct url url;

	return answer->uri != NULL && url_split(answer->uri, &url) &&
	       !url_is_safe(&url);
}

static bool is_local_url(struct judged_answer *answer)
{
	return answer->uri != NULL &&
	       verification_uri_is_local(answer->provider, answer->uri);
}

static bool is_integer(const struct json *member, int64_t *number)
{
	return json_integer(member, INT64_MIN, INT64_MAX, number);
}

static bool is_no_integer(struct judged_answer *answer)
{
	int64_t number;

	return answer->member != NULL && !is_integer(answer->member, &number);
}

static bool is_out_of_range(struct judged_answer *answer)
{
	int64_t seconds;

	return is_integer(answer->member, &seconds) &&
	       find(answer, "%" PRId64, seconds) &&
	       (seconds < 1 || seconds > answer->requirement->max_s);
}

static bool is_other_issuer(struct judged_answer *answer)
{
	const char *issuer = answer->provider->issuer;

	return answer->text == NULL ||
	       (!is_same_issuer(answer->text, issuer) &&
		!tenant_is_document(issuer, answer->text));
}

static bool is_other_endpoint(struct judged_answer *answer)
{
	const char *ours = answer->provider->device_authorization_endpoint;

	return answer->text != NULL && ours != NULL &&
	       strcmp(answer->text, ours) != 0;
}

static bool lacks_device_grant(struct judged_answer *answer)
{
	return !json_lists(answer->member, OAUTH_DEVICE_GRANT);
}

/* ---- The requirements */

#define AT(probe) (1U << PROBE_##probe)
#define ALL (~0U)
/* clang-format off */
#define CHECK(at, class, what, by, where, ...) \
	{.probes = (at), .classes = (class), .name = (what), .deviates = (by), \
	 .reference = (where), .sentence = __VA_ARGS__}
/* clang-format on */

/* Members of a device authorization response. */
#define MEMBER(name, rule, ...) \
	CHECK(AT(DEVICE), SUCCESS, name, rule, DEVICE_RESPONSE, __VA_ARGS__)
#define TEXT(name, alias)                                                    \
	MEMBER(name, is_missing, "lacks " name, .other = alias),             \
		MEMBER(name, is_empty_or_not_text, "has no string in " name, \
		       .other = alias)
#define ADDRESS(name, alias)                                                   \
	MEMBER(name, is_misnamed, "calls " name " " alias, .other = alias),    \
		MEMBER(name, is_not_a_url, "has no URL in " name,              \
		       .other = alias),                                        \
		MEMBER(name, is_unsafe_url,                                    \
		       "has a URL without TLS, or with a user name, in " name, \
		       .other = alias),                                        \
		MEMBER(name, is_local_url,                                     \
		       "has a URL on the client's machine in " name,           \
		       .other = alias)
#define SECONDS(name, max)                                                     \
	MEMBER(name, is_text, "has " name " as a string instead of a number"), \
		MEMBER(name, is_no_integer, "has no whole number in " name),   \
		MEMBER(name, is_out_of_range, "has * seconds in " name,        \
		       .max_s = max)

static const struct requirement requirements[] = {
	CHECK(ALL, REDIRECT, NULL, redirects, NULL,
	      "is a redirect *, which a client with a secret must not follow"),
	CHECK(ALL, ANY, NULL, lacks_type, NULL,
	      "has no Content-Type; application/json is required"),
	CHECK(ALL, ANY, NULL, has_other_type, NULL,
	      "has the Content-Type * instead of application/json"),
	CHECK(ALL, ANY, NULL, is_not_an_object, NULL, "is *"),

	CHECK(AT(DISCOVERY), SUCCESS, "issuer", is_other_issuer, METADATA_CHECK,
	      "does not name the issuer that it was requested from"),
	CHECK(AT(DISCOVERY), SUCCESS, "device_authorization_endpoint",
	      is_not_text, DEVICE_METADATA,
	      "names no device_authorization_endpoint"),
	CHECK(AT(DISCOVERY), SUCCESS, "device_authorization_endpoint",
	      is_other_endpoint, DEVICE_METADATA,
	      "names another device_authorization_endpoint than the "
	      "configuration",
	      .allowed = true),
	CHECK(AT(DISCOVERY), SUCCESS, "grant_types_supported",
	      lacks_device_grant, METADATA,
	      "does not list " OAUTH_DEVICE_GRANT " in grant_types_supported"),

	CHECK(AT(DEVICE), SUCCESS, NULL, has_other_status, DEVICE_RESPONSE,
	      "has status * instead of 200"),
	TEXT("device_code", NULL),
	TEXT("user_code", NULL),
	MEMBER("user_code", is_unclean,
	       "has characters in user_code that cannot be typed"),
	TEXT("verification_uri", "verification_url"),
	ADDRESS("verification_uri", "verification_url"),
	ADDRESS("verification_uri_complete", "verification_url_complete"),
	MEMBER("verification_uri_complete", is_missing,
	       "has no verification_uri_complete, so the code must be typed",
	       .other = "verification_url_complete", .allowed = true),
	MEMBER("expires_in", is_missing, "lacks expires_in"),
	SECONDS("expires_in", OAUTH_EXPIRES_MAX_S),
	MEMBER("interval", is_missing, "has no interval, so it is 5 seconds",
	       .allowed = true),
	SECONDS("interval", OAUTH_INTERVAL_MAX_S),
	CHECK(AT(DEVICE), SUCCESS, NULL, may_be_stored, NO_STORE,
	      "contains secrets without Cache-Control: no-store"),

	CHECK(ALL, FAILURE, NULL, lacks_code, ERROR_RESPONSE,
	      "is an error with status * and no error code"),
	CHECK(ALL, FAILURE, NULL, has_other_error_status, ERROR_RESPONSE,
	      "has status * instead of 400"),
	CHECK(ALL, FAILURE, NULL, misplaces_code, ERROR_RESPONSE,
	      "has the error code *"),
	CHECK(AT(POLL), FAILURE, "slow_down", has_named_code, TOKEN_RESPONSE,
	      "says slow_down although the client kept to the interval"),
	CHECK(AT(POLL), FAILURE, "authorization_pending", has_other_code,
	      TOKEN_RESPONSE,
	      "has * before the approval instead of authorization_pending",
	      .other = "slow_down"),
	CHECK(AT(BAD_CODE), FAILURE, "invalid_grant", has_other_code,
	      ERROR_RESPONSE, "has * instead of invalid_grant",
	      .other = "expired_token"),
	CHECK(AT(BAD_REFRESH), FAILURE, "invalid_grant", has_other_code,
	      ERROR_RESPONSE, "has * instead of invalid_grant"),
	CHECK(AT(POLL), SUCCESS, NULL, NULL, TOKEN_RESPONSE,
	      "issues a token without approval"),
	CHECK(AT(BAD_CODE) | AT(BAD_REFRESH), SUCCESS, NULL, NULL,
	      ERROR_RESPONSE, "issues a token for it"),
};

static bool deviates(struct judged_answer *answer,
		     const struct requirement *requirement)
{
	answer->requirement = requirement;
	answer->member = get(answer, requirement->name);
	answer->other = get(answer, requirement->other);
	answer->text = json_text(answer->member);
	answer->uri = answer->member != NULL ? answer->text
					     : json_text(answer->other);
	return requirement->deviates == NULL || requirement->deviates(answer);
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
