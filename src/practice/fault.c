/* SPDX-License-Identifier: MIT */
/*
 * The table of faults and their effects on answers, see fault.h. An effect
 * changes nothing but the answer, so every request can be repeated.
 */
#include "config.h"

#include "practice/fault.h"

#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/text.h"
#include "practice/call.h"

enum { RETRY_AFTER_S = 2, IDLE_S = 2 };

/* ---- Device authorization responses */

static void no_interval(struct code_answer *code)
{
	code->without_interval = true;
}

static void zero_interval(struct code_answer *code)
{
	code->interval_s = 0;
}

static void negative_interval(struct code_answer *code)
{
	code->interval_s = -5;
}

static void huge_interval(struct code_answer *code)
{
	code->interval_s = INT64_C(1000000000000);
}

static void bad_uri(struct code_answer *code)
{
	code->verification_uri = code->verification_uri_complete =
		"javascript:alert(document.domain)";
}

static void http_uri(struct code_answer *code)
{
	code->verification_uri = code->verification_uri_complete =
		"http://sign-in.example/device";
}

/* ---- Any answers */

static bool no_redirect_uri(const struct fault_context *context,
			    struct answer *answer)
{
	/* Webex has a sentence where others have the error code. */
	dialect_error(answer, context->dialect,
		      context->dialect == DIALECT_WEBEX
			      ? "The redirect_uri is missing or does not match "
				"a registered one."
			      : "invalid_request",
		      "The redirect_uri of the device callback is not "
		      "registered for this client.");
	return true;
}

static bool invalid_grant(const struct fault_context *context,
			  struct answer *answer)
{
	dialect_error(answer, context->dialect, "invalid_grant",
		      "The refresh token is not valid.");
	return true;
}

static bool invalid_client(const struct fault_context *context,
			   struct answer *answer)
{
	dialect_error(answer, context->dialect, "invalid_client",
		      "The client is not known.");
	answer->status = 401;
	return true;
}

static bool unknown_error(const struct fault_context *context,
			  struct answer *answer)
{
	dialect_error(answer, context->dialect, "moon_not_full",
		      "This only works at full moon.");
	return true;
}

static void too_many(const struct fault_context *context, struct answer *answer)
{
	dialect_error(answer, context->dialect, "too_many_requests",
		      "Too many requests.");
	answer->status = 429;
}

static bool rate_limit(const struct fault_context *context,
		       struct answer *answer)
{
	answer_header(answer, "Retry-After", "%d", RETRY_AFTER_S);
	too_many(context, answer);
	return true;
}

/* Retry-After as a date (RFC 9110 section 10.2.3). */
static bool retry_date(const struct fault_context *context,
		       struct answer *answer)
{
	time_t when = (time_t)(context->call->wall_s + RETRY_AFTER_S);
	char date[64];
	struct tm tm;

	/* Without setlocale(), names of days and months are English. */
	if (gmtime_r(&when, &tm) &&
	    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0)
		answer_header(answer, "Retry-After", "%s", date);
	too_many(context, answer);
	return true;
}

static bool redirect(const struct fault_context *context, struct answer *answer)
{
	answer_header(answer, "Location", "%s%s?redirected=1",
		      context->public_url, context->call->path);
	answer_text(answer, 302, NULL, "");
	return true;
}

static bool big_body(const struct fault_context *context, struct answer *answer)
{
	(void)context;
	answer_text(answer, 200, "application/json", "{\"access_token\":\"");
	answer->delivery = DELIVER_FLOOD;
	return true;
}

static bool hang(const struct fault_context *context, struct answer *answer)
{
	(void)context;
	answer->status = 0;
	answer->delivery = DELIVER_NEVER;
	return true;
}

static bool drop(const struct fault_context *context, struct answer *answer)
{
	(void)context;
	answer->status = 0;
	answer->delivery = DELIVER_DROP;
	return true;
}

/* ---- The delivery of the right answer */

static bool gzip(const struct fault_context *context, struct answer *answer)
{
	(void)context;
	answer->delivery = DELIVER_GZIP;
	return false;
}

static bool keep_alive(const struct fault_context *context,
		       struct answer *answer)
{
	(void)context;
	answer->idle_s = IDLE_S;
	answer_header(answer, "Keep-Alive", "timeout=%d", IDLE_S);
	return false;
}

static bool drip(const struct fault_context *context, struct answer *answer)
{
	(void)context;
	answer->delivery = DELIVER_DRIP;
	return false;
}

/* ---- The table */

#define JSON(code, text) \
	.status = (code), .type = "application/json", .body = (text)
#define PAGE(code, reason)                                          \
	.status = (code), .type = "text/html",                      \
	.body = "<html><head><title>" #code " " reason "</title>"   \
		"</head><body><h1>" #code " " reason "</h1></body>" \
		"</html>\n"

/* clang-format off */
static const struct fault_row rows[] = {
	{ "no-interval", "the answer with the code has no interval",
	  AT_AUTHORIZE, .spoil = no_interval },
	{ "zero-interval", "interval is 0",
	  AT_AUTHORIZE, .spoil = zero_interval },
	{ "negative-interval", "interval is -5",
	  AT_AUTHORIZE, .spoil = negative_interval },
	{ "huge-interval", "interval is 10 to the 12th",
	  AT_AUTHORIZE, .spoil = huge_interval },
	{ "string-numbers", "numbers are quoted, as in \"300\"",
	  AT_AUTHORIZE | AT_POLL | AT_REFRESH, .id = FAULT_STRING_NUMBERS },
	{ "expire-soon", "codes expire after 10 s",
	  AT_AUTHORIZE, .id = FAULT_EXPIRE_SOON },
	{ "bad-uri", "verification_uri is a javascript: URI",
	  AT_AUTHORIZE, .spoil = bad_uri },
	{ "http-uri", "verification_uri is plain http on another machine",
	  AT_AUTHORIZE, .spoil = http_uri },
	{ "no-redirect-uri", "400 that names redirect_uri, as Webex sends it",
	  AT_AUTHORIZE, .give = no_redirect_uri },
	{ "slow-down", "slow_down three times",
	  AT_POLL, .id = FAULT_SLOW_DOWN, .times = 3 },
	{ "whole-seconds", "polls are timed in whole seconds",
	  AT_POLL, .id = FAULT_WHOLE_SECONDS },
	{ "more-seconds", "the same; slow_down until more than the interval has passed",
	  AT_POLL, .id = FAULT_MORE_SECONDS },
	{ "seconds-up", "the time of a poll is rounded up to a whole second",
	  AT_POLL, .id = FAULT_SECONDS_UP },
	{ "deny", "access_denied",
	  AT_POLL, .id = FAULT_DENY },
	{ "refresh-invalid-grant", "a refresh is answered with invalid_grant",
	  AT_REFRESH, .give = invalid_grant },
	{ "invalid-client", "401 invalid_client",
	  AT_POLL, .give = invalid_client },
	{ "unknown-error", "400 with an unknown error code",
	  AT_POLL, .give = unknown_error },
	{ "http-404", "404 with an HTML page",
	  AT_POLL, PAGE(404, "Not Found") },
	{ "http-415", "415 with an empty JSON object",
	  AT_POLL, JSON(415, "{}") },
	{ "http-500", "500 with an empty JSON object",
	  AT_POLL, JSON(500, "{}") },
	{ "html-502", "502 with an HTML page, three times",
	  AT_POLL, PAGE(502, "Bad Gateway"), .times = 3 },
	{ "rate-limit", "429 with Retry-After: 2",
	  AT_POLL, .give = rate_limit },
	{ "retry-date", "429 with an HTTP date 2 s ahead in Retry-After",
	  AT_POLL, .give = retry_date },
	{ "redirect", "302 to the same server",
	  AT_POLL, .give = redirect },
	{ "not-json", "200 with plain text",
	  AT_POLL, .status = 200, .type = "text/plain", .body = "All is well.\n" },
	{ "empty", "200 with an empty body",
	  AT_POLL, JSON(200, "") },
	{ "truncated-json", "200 with truncated JSON",
	  AT_POLL, JSON(200, "{\"token_type\":\"Bearer\",\"access_token\":\"YW") },
	{ "big-body", "200 with a chunked body of 32 MB",
	  AT_POLL, .give = big_body },
	{ "gzip", "the answer is gzipped, even if not accepted",
	  AT_POLL, .give = gzip },
	{ "keep-alive", "the connection closes after 2 idle seconds",
	  AT_POLL, .give = keep_alive },
	{ "drip", "the answer is sent at one byte every 200 ms",
	  AT_POLL, .give = drip },
	{ "hang", "the answer is never sent",
	  AT_POLL, .give = hang },
	{ "drop", "the connection closes without an answer",
	  AT_POLL, .give = drop },
	{ "drop-token", "the answer with the issued tokens is lost once",
	  AT_POLL | AT_REFRESH, .id = FAULT_DROP_TOKEN, .times = 1 },
	{ "hostile-text", "texts with escapes, C1 and bidirectional controls",
	  AT_AUTHORIZE | AT_POLL | AT_REFRESH | AT_PROFILE, .id = FAULT_HOSTILE_TEXT },
	{ "huge-profile", "the profile has 10,000 fields and a depth of 50",
	  AT_PROFILE, .id = FAULT_HUGE_PROFILE },
};
/* clang-format on */

#define ROWS (sizeof rows / sizeof *rows)

_Static_assert(ROWS <= FAULTS_MAX, "FAULTS_MAX must be raised");

static const struct {
	const char *name;
	enum fault_place place;
} places[] = {
	{"authorize", AT_AUTHORIZE}, {"poll", AT_POLL},
	{"refresh", AT_REFRESH},     {"profile", AT_PROFILE},
	{"revoke", AT_REVOKE},	     {"discovery", AT_DISCOVERY},
};

const struct fault_row *fault_at(size_t i)
{
	return i < ROWS ? &rows[i] : NULL;
}

bool fault_can_move(const struct fault_row *row)
{
	return row->give || row->body;
}

static bool is_word(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(s, word, len) == 0;
}

/* The place of that name, 0 if there is none. */
static unsigned find_place(const char *s, size_t len)
{
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (is_word(s, len, places[i].name))
			return places[i].place;
	return 0;
}

bool faults_set(struct faults *faults, const char *spec, struct err *err)
{
	size_t name_len = strcspn(spec, "@*");
	const char *rest = spec + name_len;
	unsigned at = 0;
	int64_t times = 0;
	size_t fault = 0;

	while (fault < ROWS && !is_word(spec, name_len, rows[fault].name))
		fault++;
	if (fault == ROWS)
		return err_set(err,
			       "Unknown fault \"%.*s\": --help lists them.",
			       (int)name_len, spec);
	if (*rest == '@') {
		size_t len = strcspn(++rest, "*");

		at = find_place(rest, len);
		if (at == 0)
			return err_set(err,
				       "Unknown place \"%.*s\": use "
				       "authorize, poll, refresh, profile, "
				       "revoke or discovery.",
				       (int)len, rest);
		if (!fault_can_move(&rows[fault]) && !(rows[fault].places & at))
			return err_set(err,
				       "The fault %s cannot be moved to %.*s.",
				       rows[fault].name, (int)len, rest);
		rest += len;
	}
	if (*rest == '*' &&
	    !text_number(rest + 1, strlen(rest + 1), 1, 1000000, &times))
		return err_set(err,
			       "\"%s\" is not a count: use a number from 1 to "
			       "1000000.",
			       rest + 1);
	faults->set[fault].places = at ? at : rows[fault].places;
	faults->set[fault].left = times ? (int)times : rows[fault].times;
	return true;
}

void faults_clear(struct faults *faults)
{
	memset(faults, 0, sizeof *faults);
}

/* True if the fault in that row applies now; counts down. */
static bool is_due(struct faults *faults, size_t row, enum fault_place place)
{
	if (!(faults->set[row].places & place))
		return false;
	if (faults->set[row].left > 0 && --faults->set[row].left == 0)
		faults->set[row].places = 0;
	return true;
}

bool faults_due(struct faults *faults, enum fault id, enum fault_place place)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].id == id)
			return is_due(faults, i, place);
	return false;
}

bool faults_replace(struct faults *faults, const struct fault_context *context,
		    enum fault_place place, struct answer *answer)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (!fault_can_move(&rows[i]) || !is_due(faults, i, place))
			continue;
		if (rows[i].give && !rows[i].give(context, answer))
			continue;
		if (!rows[i].give)
			answer_text(answer, rows[i].status, rows[i].type,
				    rows[i].body);
		return true;
	}
	return false;
}

void faults_alter(struct faults *faults, struct code_answer *code)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].spoil && is_due(faults, i, AT_AUTHORIZE))
			rows[i].spoil(code);
}
