/* SPDX-License-Identifier: MIT */
/*
 * Keeps what is known in the provider, which all state machines share.
 */
#include "config.h"

#include "oauth/json_request.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/form.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "oauth/http_message.h"
#include "oauth/oauth_error.h"
#include "oauth/oauth_error_words.h"
#include "oauth/provider.h"
#include "oauth/reply_body.h"

static const char media_type[] = "application/json";
static const char fastify_code[] = "FST_ERR_CTP_INVALID_MEDIA_TYPE";

/* Words before a content type that is required, or is not. The cue that ends
 * nearest to the type counts; if two end there, the longer one. */
static const struct {
	const char *words;
	bool wanted;
} cues[] = {
	{"must", true},	       {"should", true},     {"expect", true},
	{"requir", true},      {"need", true},	     {"use ", true},
	{"only", true},	       {"accept", true},     {"support", true},
	{"allow", true},       {"set to", true},     {"is not ", true},
	{"was not ", true},    {"isn't ", true},     {"send ", true},
	{"not accept", false}, {"unsupport", false}, {"not support", false},
	{"not allow", false},  {"not use ", false},  {"invalid", false},
	{"unknown", false},    {"unexpect", false},  {"not expect", false},
	{"not ", false},       {"got ", false},	     {"receiv", false},
	{"but ", false},       {"instead", false},   {"rather than", false},
};

static bool is_wanted_before(const char *text, size_t len)
{
	const char *nearest = NULL, *start = NULL;
	bool wanted = false;

	for (size_t i = 0; i < sizeof(cues) / sizeof(cues[0]); i++) {
		size_t n = strlen(cues[i].words);

		for (size_t at = 0; at + n <= len; at++) {
			const char *end = text + at + n;

			if (strncasecmp(text + at, cues[i].words, n) != 0 ||
			    (nearest != NULL && end < nearest) ||
			    (end == nearest && text + at > start))
				continue;
			nearest = end;
			start = text + at;
			wanted = cues[i].wanted;
		}
	}
	return wanted;
}

/* True if the text demands that type rather than just naming it. */
static bool requires_type(const char *text, const char *type)
{
	static const char *const behind[] = {" required", " is required",
					     " expected", " is expected",
					     " only"};
	const char *at = strcasestr(text, type);

	for (; at != NULL; at = strcasestr(at + 1, type)) {
		const char *end = at + strlen(type);

		end += strspn(end, "\"'`");
		if (is_wanted_before(text, (size_t)(at - text)))
			return true;
		for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]);
		     i++) {
			if (strncasecmp(end, behind[i], strlen(behind[i])) == 0)
				return true;
		}
	}
	return false;
}

/* Some providers complain with status 400. An HTML page that says so comes from
 * a proxy, and has such words in its head anyway. */
static bool complains(const struct json *body)
{
	static const char *const names[] = {"error", "error_description",
					    "message", "detail"};
	const char *code = json_get_text(body, "code");

	if (code != NULL && strcmp(code, fastify_code) == 0)
		return true;
	/* Checked first, since most answers do not have it. */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *text = json_get_text(body, names[i]);

		if (text != NULL && requires_type(text, media_type) &&
		    !requires_type(text, "application/x-www-form"))
			return oauth_error_is_about_type(body);
	}
	return false;
}

/* True if a complaint may be in it. Most answers to a poll are a 400, and need
 * not be parsed for this. Only "json", as the slash may be escaped. */
static bool may_complain(const struct reply *reply)
{
	return strcasestr(reply->body, "json") != NULL ||
	       strstr(reply->body, fastify_code) != NULL;
}

/* True if the answer demands JSON: in Accept or Accept-Post (RFC 9110 section
 * 15.5.16), in words, or by Fastify's error code. */
static bool wants_json(const struct reply *reply)
{
	if (reply->status == 400 && may_complain(reply)) {
		struct json *body = reply_body(reply);
		bool wants = complains(body);

		json_free(body);
		return wants;
	}
	return reply->status == 415 &&
	       (strcasestr(reply->body, media_type) != NULL ||
		strcasestr(reply->body, fastify_code) != NULL ||
		(reply->accept != NULL &&
		 strcasestr(reply->accept, media_type) != NULL));
}

/* True if a request in JSON was not understood: a server that reads only forms
 * finds neither a grant nor a client in it. */
static bool refuses_json(const struct reply *reply)
{
	static const char *const codes[] = {
		"invalid_request", "unsupported_grant_type", "invalid_client"};
	struct oauth_error error;
	struct json *body;
	bool refuses;

	if (reply->status < 400 || reply->status > 499 || reply->status == 429)
		return false;
	if (reply->status == 415)
		return true;
	body = reply_body(reply);
	oauth_error_find(body, reply->status, &error);
	refuses = oauth_error_is_about_type(body);
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		refuses = refuses || strcmp(error.code, codes[i]) == 0;
	json_free(body);
	return refuses;
}

static bool says_nothing(int status)
{
	return status == 408 || status == 429 || status >= 500;
}

static enum request_shape learn(enum request_shape known,
				const struct reply *reply)
{
	switch (known) {
	case SHAPE_FORM:
		return wants_json(reply) ? SHAPE_JSON_MAYBE : known;
	case SHAPE_JSON_MAYBE:
		if (refuses_json(reply))
			return SHAPE_FORM_AGAIN;
		return says_nothing(reply->status) ? known : SHAPE_JSON;
	case SHAPE_FORM_AGAIN:
		return wants_json(reply) ? SHAPE_JSON : known;
	case SHAPE_JSON:
		break;
	}
	return known;
}

bool json_request_learn(const struct provider *provider,
			const struct reply *reply)
{
	bool was_json = json_request_is_due(provider);

	if (provider->takes_json == NULL || reply->net != NET_OK ||
	    *provider->takes_json == SHAPE_JSON)
		return false;
	*provider->takes_json = learn(*provider->takes_json, reply);
	return json_request_is_due(provider) != was_json;
}

bool json_request_is_due(const struct provider *provider)
{
	return provider->takes_json != NULL &&
	       (*provider->takes_json == SHAPE_JSON ||
		*provider->takes_json == SHAPE_JSON_MAYBE);
}

static void add(struct json *object, const char *name, const char *value)
{
	const struct json *there = json_get(object, name);
	struct json *list;

	if (there == NULL) {
		json_set_text(object, name, value);
		return;
	}
	if (json_kind(there) == JSON_ARRAY) {
		list = json_copy(there);
	} else {
		list = json_new_array();
		json_append_text(list, json_text(there));
	}
	json_append_text(list, value);
	json_set(object, name, list);
}

void json_request_make(struct request *request)
{
	const char *form = request->body;
	size_t len = form != NULL ? strlen(form) : 0;
	struct json *object;
	char *name, *value;

	if (form == NULL || request->json)
		return;
	object = json_new_object();
	while (len > 0) {
		if (!form_take(&form, &len, &name, &value)) {
			request->broken = true;
			break;
		}
		add(object, name, value);
		secret_free(name);
		secret_free(value);
	}
	secret_free(request->body);
	request->body = json_print(object, false);
	request->json = true;
	json_free(object);
}

static void add_form(struct buf *form, const struct json *member)
{
	const struct json *item;

	form_add(form, json_name(member), json_text(member));
	for (item = json_first(member); item != NULL; item = json_next(item))
		form_add(form, json_name(member), json_text(item));
}

void json_request_unmake(struct request *request)
{
	const char *text = request->body;
	const struct json *member;
	struct json *object;
	struct buf form;

	if (text == NULL || !request->json)
		return;
	object = json_parse(text, strlen(text), NULL);
	buf_init(&form, 3 * strlen(text) + 1);
	for (member = json_first(object); member != NULL;
	     member = json_next(member))
		add_form(&form, member);
	secret_free(request->body);
	request->body = buf_take(&form);
	request->json = false;
	request->broken =
		request->broken || object == NULL || request->body == NULL;
	json_free(object);
}
