/* SPDX-License-Identifier: MIT */
/*
 * The rules of the modelled provider. Time is the test's; nothing is sent.
 */
#include "config.h"

#include "issuer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/form.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "issuer_dpop.h"
#include "issuer_openid.h"

/* As long as a client waits for an answer. */
#define TIMEOUT_MS 30000

/* The end of a code, when a client asks for the last time. */
#define LAST_MOMENT_MS 2000

static const struct word {
	const char *name;
	enum net_result net;
	int status;
	const char *body;
} words[] = {
	{"pending", NET_OK, 400, "{\"error\":\"authorization_pending\"}"},
	{"slow_down", NET_OK, 400, "{\"error\":\"slow_down\"}"},
	{"slow_429", NET_OK, 429, "{\"error\":\"slow_down\"}"},
	{"denied", NET_OK, 400, "{\"error\":\"access_denied\"}"},
	{"expired", NET_OK, 400, "{\"error\":\"expired_token\"}"},
	{"invalid_grant", NET_OK, 400, "{\"error\":\"invalid_grant\"}"},
	{"invalid_client", NET_OK, 401, "{\"error\":\"invalid_client\"}"},
	{"no_pkce", NET_OK, 400,
	 "{\"error\":\"invalid_request\",\"error_description\":"
	 "\"Missing parameter: code_challenge_method\"}"},
	{"no_dpop", NET_OK, 400,
	 "{\"error\":\"invalid_grant\",\"error_description\":"
	 "\"DPoP proof JWT not provided\"}"},
	{"bad_dpop", NET_OK, 400, "{\"error\":\"invalid_dpop_proof\"}"},
	{"more_dpop", NET_OK, 400, "{\"error\":\"use_dpop_nonce\"}"},
	{"refused", NET_OK, 400, "{\"error\":\"no_such_luck\"}"},
	{"used", NET_OK, 400,
	 "{\"error\":\"invalid_request\",\"error_description\":"
	 "\"the refresh token was already used\"}"},
	{"prose", NET_OK, 400, "{\"message\":\"That did not work.\"}"},
	{"unauthorized", NET_OK, 401, "{\"error\":\"invalid_token\"}"},
	{"forbidden", NET_OK, 403, "{}"},
	{"500", NET_OK, 500, ""},
	{"503", NET_OK, 503, ""},
	{"502", NET_OK, 502, "<html><p>Bad gateway</html>"},
	{"429", NET_OK, 429, ""},
	{"408", NET_OK, 408, ""},
	{"404", NET_OK, 404, "<html><p>Not found</html>"},
	{"404_json", NET_OK, 404, "{\"error\":\"not_found\"}"},
	{"405", NET_OK, 405, "{\"error\":\"method_not_allowed\"}"},
	{"410", NET_OK, 410, ""},
	{"415", NET_OK, 415, "{\"message\":\"Unsupported Media Type\"}"},
	{"501", NET_OK, 501, "<html><p>Not implemented</html>"},
	{"html", NET_OK, 200, "<html><p>Welcome to the hotel</html>"},
	{"bad_uri", NET_OK, 200,
	 "{\"device_code\":\"d\",\"user_code\":\"AB-CD\","
	 "\"verification_uri\":\"javascript:x\"}"},
	{"mac", NET_OK, 200, "{\"access_token\":\"a\",\"token_type\":\"mac\"}"},
	{"empty", NET_OK, 200, ""},
	{"cut", NET_OK, 200, "{\"access_token\":\"acc"},
	{"resolve", NET_RESOLVE, 0, ""},
	{"connect", NET_CONNECT, 0, ""},
	{"crossed", NET_CONNECT, 0, ""},
	{"timeout", NET_TIMEOUT, 0, ""},
	{"tls", NET_TLS, 0, ""},
	{"not_yet_valid", NET_TLS, 0, ""},
};

void issuer_init(struct issuer *issuer)
{
	struct provider *provider = &issuer->provider;

	memset(issuer, 0, sizeof(*issuer));
	provider->preset = preset_find("");
	provider->takes_json = xcalloc(1, sizeof(*provider->takes_json));
	provider->id = xstrdup("https://id.example");
	provider->label = xstrdup("Example");
	provider->issuer = xstrdup("https://id.example");
	provider->device_authorization_endpoint =
		xstrdup("https://id.example/device");
	provider->device_token_endpoint = xstrdup("https://id.example/token");
	provider->token_endpoint = xstrdup("https://id.example/token");
	provider->userinfo_endpoint = xstrdup("https://id.example/userinfo");
	provider->revocation_endpoint = xstrdup("https://id.example/revoke");
	provider->authorization_endpoint =
		xstrdup("https://id.example/authorize");
	provider->redirect_uri = xstrdup("http://127.0.0.1:2000/redirect.html");
	provider->client_id = xstrdup("screen");
	provider->private_key_id = xstrdup("");
	provider->private_key_audience = xstrdup("");
	provider->device_auth = AUTH_NONE;
	provider->token_auth = AUTH_NONE;
	provider->scope = xstrdup("profile");
	provider->audience = xstrdup("");
	provider->device_name = xstrdup("");
	provider->poll_margin_ms = provider->preset->poll_margin_ms;
	provider->learns_poll_margin = true;
	issuer->latency_ms = 100;
	issuer->interval_s = 5;
	issuer->code_life_s = 300;
	issuer->approve_ms = NEVER_MS;
	issuer->deny_ms = NEVER_MS;
	issuer->token_life_s = 3600;
	issuer->gives_refresh_token = true;
	issuer->rotates = true;
}

void issuer_free(struct issuer *issuer)
{
	provider_free(&issuer->provider);
}

enum request_kind issuer_kind(const struct request *request)
{
	if (request->kind == REQUEST_OTHER)
		fail_msg("%s is for no endpoint", request->url);
	return request->kind;
}

/* The decoded field of the request's form, "" where there is none. */
static void field(const struct request *request, const char *name, char *dst,
		  size_t size)
{
	char *value = form_get(request->body, strlen(request->body), name);

	(void)snprintf(dst, size, "%s", value != NULL ? value : "");
	secret_free(value);
}

static void set_answer(struct answer *answer, int status, const char *body)
{
	answer->status = status;
	(void)snprintf(answer->body, sizeof(answer->body), "%s", body);
}

static const struct word *find_word(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i].name) == len &&
		    strncmp(words[i].name, name, len) == 0)
			return &words[i];
	}
	fail_msg("the script says \"%s\"", name);
	return NULL;
}

/* Says the word at s, with its ":N". */
static void set_answer_to(struct answer *answer, const char *s)
{
	size_t len = strcspn(s, ":* ");
	const struct word *word = find_word(s, len);
	long n = s[len] == ':' ? strtol(s + len + 1, NULL, 10) : -1;

	answer->net = word->net;
	answer->idle_closed = strcmp(word->name, "crossed") == 0;
	answer->not_yet_valid = strcmp(word->name, "not_yet_valid") == 0;
	if (word->net == NET_TIMEOUT)
		answer->delay_ms = TIMEOUT_MS;
	if (word->body[0] == '<')
		answer->type = "text/html";
	set_answer(answer, word->status, word->body);
	if (n >= 0 && strcmp(word->name, "slow_down") == 0)
		(void)snprintf(answer->body, sizeof(answer->body),
			       "{\"error\":\"slow_down\",\"interval\":%ld}", n);
	else
		answer->retry_after_s = n;
}

/* The word at the front of the script, which moves on once the word has been
 * used as often as it says. */
static const char *next_word(struct issuer *issuer, enum request_kind kind)
{
	const char *word = issuer->script[kind];
	size_t len = strcspn(word, " ");
	const char *times = memchr(word, '*', len);
	int n = times != NULL ? (int)strtol(times + 1, NULL, 10) : 1;

	if (++issuer->used[kind] >= n && word[len] == ' ') {
		issuer->script[kind] = word + len + 1;
		issuer->used[kind] = 0;
	}
	return word;
}

static bool is_word(const char *s, const char *name)
{
	size_t len = strlen(name);

	return strncmp(s, name, len) == 0 && strchr("* ", s[len]) != NULL;
}

static void issue(struct issuer *issuer, struct answer *answer,
		  bool new_refresh_token)
{
	char life[64] = "", refresh[64] = "";

	issuer->tokens++;
	(void)snprintf(issuer->access_token, sizeof(issuer->access_token),
		       "access-%d", issuer->tokens);
	if (issuer->token_life_s > 0)
		(void)snprintf(life, sizeof(life), ",\"expires_in\":%lld",
			       (long long)issuer->token_life_s);
	if (issuer->spent != NULL)
		(void)snprintf(life, sizeof(life), ",\"expires_in\":%s",
			       issuer->spent);
	if (new_refresh_token) {
		(void)snprintf(issuer->refresh_token,
			       sizeof(issuer->refresh_token), "refresh-%d",
			       issuer->tokens);
		(void)snprintf(refresh, sizeof(refresh),
			       ",\"refresh_token\":\"%s\"",
			       issuer->refresh_token);
	}
	issuer->access_expires_ms =
		issuer->token_life_s > 0 ? issuer->now_ms + answer->delay_ms +
						   issuer->token_life_s * 1000
					 : NEVER_MS;
	answer->status = 200;
	(void)snprintf(answer->body, sizeof(answer->body),
		       "{\"access_token\":\"%s\",\"token_type\":\"%s\"%s%s}",
		       issuer->access_token,
		       issuer->dpop && !issuer->forgets_dpop ? "dpop"
							     : "bearer",
		       life, refresh);
}

static void grant(struct issuer *issuer, struct answer *answer)
{
	issuer->granted++;
	issuer->approve_ms = NEVER_MS; /* that person has done their part */
	issuer->code_sent_ms = -1;     /* a code is good for one grant */
	memset(issuer->earliest_ms, 0, sizeof(issuer->earliest_ms));
	issuer->refresh_token[0] = '\0';
	issue(issuer, answer, issuer->gives_refresh_token);
	openid_add_id_token(issuer, answer);
}

static void deny(struct issuer *issuer, struct answer *answer)
{
	issuer->deny_ms = NEVER_MS;
	issuer->code_sent_ms = -1;
	set_answer_to(answer, "denied");
}

static void answer_device_authorization(struct issuer *issuer,
					const struct request *request,
					struct answer *answer)
{
	char interval[64] = "", method[16];

	field(request, "code_challenge", issuer->challenge,
	      sizeof(issuer->challenge));
	field(request, "code_challenge_method", method, sizeof(method));
	assert_string_equal(method, issuer->challenge[0] ? "S256" : "");
	if (issuer->wants_pkce && issuer->challenge[0] == '\0') {
		set_answer_to(answer, "no_pkce");
		return;
	}
	issuer->code++;
	issuer->code_sent_ms = issuer->now_ms;
	issuer->told_interval_ms =
		1000 * (issuer->interval_s > 0 ? issuer->interval_s : 5);
	issuer->gap_count = 0;
	issuer->polled_ms = -1;
	issuer->earliest_ms[REQUEST_POLL] = 0;
	if (issuer->interval_s > 0)
		(void)snprintf(interval, sizeof(interval), ",\"interval\":%lld",
			       (long long)issuer->interval_s);
	answer->status = 200;
	(void)snprintf(answer->body, sizeof(answer->body),
		       "{\"device_code\":\"device-%d\",\"user_code\":\"%06d\","
		       "\"verification_uri\":\"https://id.example/verify\","
		       "\"expires_in\":%lld%s}",
		       issuer->code, issuer->code,
		       (long long)issuer->code_life_s, interval);
}

/* By the issuer's own clock. */
static bool is_early(struct issuer *issuer, int64_t now_ms)
{
	int64_t last_ms = issuer->polled_ms;

	issuer->polled_ms = now_ms;
	return last_ms >= 0 &&
	       poll_clock_is_early(issuer->poll_clock, last_ms, now_ms,
				   issuer->told_interval_ms);
}

static void answer_poll(struct issuer *issuer, const struct request *request,
			struct answer *answer)
{
	/* Where the decision is taken: half way. */
	int64_t now_ms = issuer->now_ms + answer->delay_ms / 2;
	char device_code[64], expected[64];

	if (issuer->challenge[0] != '\0')
		assert_true(openid_fits_challenge(issuer, request));
	field(request, "device_code", device_code, sizeof(device_code));
	(void)snprintf(expected, sizeof(expected), "device-%d", issuer->code);
	if (strcmp(device_code, expected) != 0 || issuer->code_sent_ms < 0)
		set_answer_to(answer, "invalid_grant");
	else if (is_early(issuer, now_ms))
		set_answer_to(answer, "slow_down");
	else if (now_ms >= issuer->deny_ms)
		deny(issuer, answer);
	else if (now_ms >= issuer->approve_ms)
		grant(issuer, answer);
	else if (now_ms >= issuer->code_sent_ms + issuer->code_life_s * 1000 +
				   issuer->latency_ms)
		set_answer_to(answer, "expired");
	else
		set_answer_to(answer, "pending");
}

static void answer_refresh(struct issuer *issuer, const struct request *request,
			   struct answer *answer)
{
	char token[64];

	field(request, "refresh_token", token, sizeof(token));
	if (issuer->refresh_token[0] != '\0' &&
	    strcmp(token, issuer->refresh_token) == 0) {
		issue(issuer, answer, issuer->rotates);
		openid_add_id_token(issuer, answer);
		return;
	}
	/* Reuse revokes the family (RFC 9700 section 4.14.2). */
	if (issuer->refresh_token[0] != '\0')
		issuer->replays++;
	issuer_end_session(issuer);
	set_answer_to(answer, "invalid_grant");
}

static void answer_profile(struct issuer *issuer, const struct request *request,
			   struct answer *answer)
{
	const char *header = request->authorization;
	const char *scheme = request->dpop != NULL ? "DPoP " : "Bearer ";

	assert_non_null(header);
	assert_memory_equal(header, scheme, strlen(scheme));
	if (issuer->access_token[0] == '\0' ||
	    strcmp(header + strlen(scheme), issuer->access_token) != 0 ||
	    issuer->now_ms >= issuer->access_expires_ms)
		set_answer_to(answer, "unauthorized");
	else
		set_answer(answer, 200,
			   issuer->userinfo != NULL
				   ? issuer->userinfo
				   : "{\"sub\":\"7\",\"name\":\"Ada\"}");
}

static void answer_revoke(struct issuer *issuer, const struct request *request,
			  struct answer *answer)
{
	char token[64];

	field(request, "token", token, sizeof(token));
	if (strcmp(token, issuer->refresh_token) == 0) {
		issuer->revoked++;
		issuer->refresh_token[0] = '\0';
	} else if (strcmp(token, issuer->access_token) == 0) {
		issuer->revoked++;
		issuer->access_token[0] = '\0';
	}
	/* An unknown token is fine, too (RFC 7009 section 2.2). */
	set_answer(answer, 200, "");
}

static void answer_exchange(struct issuer *issuer,
			    const struct request *request,
			    struct answer *answer)
{
	if (openid_is_exchange(issuer, request))
		grant(issuer, answer);
	else
		set_answer_to(answer, "invalid_grant");
}

static void answer_by_rules(struct issuer *issuer, enum request_kind kind,
			    const struct request *request,
			    struct answer *answer)
{
	switch (kind) {
	case REQUEST_DEVICE_AUTHORIZATION:
		answer_device_authorization(issuer, request, answer);
		break;
	case REQUEST_POLL:
		answer_poll(issuer, request, answer);
		break;
	case REQUEST_REFRESH:
		answer_refresh(issuer, request, answer);
		break;
	case REQUEST_PROFILE:
		answer_profile(issuer, request, answer);
		break;
	case REQUEST_REVOCATION:
		answer_revoke(issuer, request, answer);
		break;
	case REQUEST_DISCOVERY:
		openid_answer_document(issuer, request, answer);
		break;
	case REQUEST_KEYS:
		openid_answer_keys(issuer, answer);
		break;
	case REQUEST_CODE_EXCHANGE:
		answer_exchange(issuer, request, answer);
		break;
	case REQUEST_OTHER:
		break;
	}
}

/* RFC 8628 section 3.5, as a provider sees it; and its code is not asked about
 * when it is over. */
static void check_poll(struct issuer *issuer)
{
	int64_t gap_ms = issuer->now_ms - issuer->answered_ms;

	if (gap_ms < issuer->told_interval_ms)
		fail_msg("polled after %lld ms instead of %lld",
			 (long long)gap_ms,
			 (long long)issuer->told_interval_ms);
	if (issuer->code_sent_ms >= 0 &&
	    issuer->now_ms >= issuer->code_sent_ms + issuer->code_life_s * 1000)
		fail_msg("polled after expiry");
	if (issuer->gap_count < ISSUER_MAX_GAPS)
		issuer->gaps_ms[issuer->gap_count++] = gap_ms;
}

/* What the client has been told by this answer, from its arrival on. */
static void note(struct issuer *issuer, enum request_kind kind,
		 const struct answer *answer)
{
	int64_t there_ms = issuer->now_ms + answer->delay_ms;
	int64_t end_ms = issuer->code_sent_ms + issuer->code_life_s * 1000;
	const char *interval = strstr(answer->body, "\"interval\":");
	int64_t told_ms;

	if (kind == REQUEST_DEVICE_AUTHORIZATION || kind == REQUEST_POLL)
		issuer->answered_ms = there_ms;
	if (answer->retry_after_s > 0)
		issuer->earliest_ms[kind] =
			there_ms + answer->retry_after_s * 1000;
	/* Longer than the code lives: it may be asked about at its end. */
	if (kind == REQUEST_POLL && issuer->earliest_ms[kind] >= end_ms)
		issuer->earliest_ms[kind] = end_ms - LAST_MOMENT_MS;
	if (kind != REQUEST_POLL || strstr(answer->body, "slow_down") == NULL)
		return;
	issuer->slow_downs++;
	issuer->told_interval_ms += 5000;
	if (interval != NULL) {
		told_ms = 1000 * strtol(strchr(interval, ':') + 1, NULL, 10);
		if (issuer->told_interval_ms < told_ms)
			issuer->told_interval_ms = told_ms;
	}
}

/* Lets the script or the rules speak. */
static void speak(struct issuer *issuer, enum request_kind kind,
		  const struct request *request, struct answer *answer)
{
	const char *word = "rules";

	if (issuer->now_ms < issuer->outage_end_ms)
		word = issuer->outage;
	else if (issuer->script[kind] != NULL)
		word = next_word(issuer, kind);
	if (is_word(word, "ok") && kind == REQUEST_POLL) {
		grant(issuer, answer);
	} else if (is_word(word, "rules") || is_word(word, "ok")) {
		answer_by_rules(issuer, kind, request, answer);
	} else if (is_word(word, "lost")) {
		answer_by_rules(issuer, kind, request, answer);
		answer->retry_after_s = -1;
		set_answer_to(answer, "timeout");
	} else {
		set_answer_to(answer, word);
	}
}

char *issuer_form(const struct request *request)
{
	const struct json *member;
	struct json *object;
	struct buf form;

	if (!request->json)
		return xstrdup(request->body);
	object = json_parse(request->body, strlen(request->body), NULL);
	assert_non_null(object);
	buf_init(&form, 65536);
	for (member = json_first(object); member; member = json_next(member))
		form_add(&form, json_name(member), json_text(member));
	json_free(object);
	return buf_take(&form);
}

/* True if the content type is right; *as_form is then the request with a form,
 * to be freed where it is not NULL. */
static bool type_passes(struct issuer *issuer, const struct request *request,
			struct request *as_form, struct answer *answer)
{
	*as_form = *request;
	as_form->body = NULL;
	if (request->body == NULL)
		return true;
	if (!issuer->wants_json) {
		assert_false(request->json);
		as_form->body = xstrdup(request->body);
		return true;
	}
	if (!request->json) {
		issuer->forms_refused++;
		set_answer(
			answer, 415,
			"{\"code\":\"UNSUPPORTED_MEDIA_TYPE\",\"message\":"
			"\"Content-Type "
			"\\\"application/x-www-form-urlencoded\\\" "
			"is not allowed. Allowed types: application/json\"}");
		return false;
	}
	as_form->body = issuer_form(request);
	return true;
}

void issuer_answer(struct issuer *issuer, const struct request *request,
		   struct answer *answer)
{
	enum request_kind kind = issuer_kind(request);
	struct request as_form;

	memset(answer, 0, sizeof(*answer));
	answer->type = "application/json";
	answer->retry_after_s = -1;
	answer->delay_ms = issuer->latency_ms;
	issuer->requests[kind]++;
	if (kind == REQUEST_POLL)
		check_poll(issuer);
	if (issuer->now_ms < issuer->earliest_ms[kind])
		fail_msg("%s before Retry-After was over", request->url);
	/* A POST on a connection that has died goes out twice. */
	if (kind == REQUEST_REFRESH || kind == REQUEST_REVOCATION ||
	    kind == REQUEST_CODE_EXCHANGE)
		assert_true(request->fresh);
	if (type_passes(issuer, request, &as_form, answer) &&
	    dpop_passes(issuer, kind, &as_form, answer))
		speak(issuer, kind, &as_form, answer);
	secret_free(as_form.body);
	note(issuer, kind, answer);
}

void issuer_forget_clients(struct issuer *issuer)
{
	memset(issuer->earliest_ms, 0, sizeof(issuer->earliest_ms));
}

void issuer_end_session(struct issuer *issuer)
{
	issuer->access_token[0] = '\0';
	issuer->refresh_token[0] = '\0';
}

void issuer_end_access(struct issuer *issuer)
{
	issuer->access_token[0] = '\0';
}
