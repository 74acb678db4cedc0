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

static bool no_redirect_uri(const struct fault_scene *scene,
			    struct answer *answer)
{
	/* Webex has a sentence where others have the error code. */
	dialect_error(answer, scene->dialect,
		      scene->dialect == DIALECT_WEBEX
			      ? "The redirect_uri is missing or does not match "
				"a registered one."
			      : "invalid_request",
		      "The redirect_uri of the device callback is not "
		      "registered for this client.");
	return true;
}

static bool invalid_grant(const struct fault_scene *scene,
			  struct answer *answer)
{
	dialect_error(answer, scene->dialect, "invalid_grant",
		      "The refresh token is not valid.");
	return true;
}

static bool invalid_client(const struct fault_scene *scene,
			   struct answer *answer)
{
	dialect_error(answer, scene->dialect, "invalid_client",
		      "The client is not known.");
	answer->status = 401;
	return true;
}

static bool unknown_error(const struct fault_scene *scene,
			  struct answer *answer)
{
	dialect_error(answer, scene->dialect, "moon_not_full",
		      "This only works at full moon.");
	return true;
}

static bool http_404(const struct fault_scene *scene, struct answer *answer)
{
	(void)scene;
	answer_text(answer, 404, "text/html",
		    "<html><head><title>404 Not Found</title></head>"
		    "<body><h1>404 Not Found</h1></body></html>\n");
	return true;
}

static bool http_415(const struct fault_scene *scene, struct answer *answer)
{
	(void)scene;
	answer_text(answer, 415, "application/json", "{}");
	return true;
}

static bool http_500(const struct fault_scene *scene, struct answer *answer)
{
	(void)scene;
	answer_text(answer, 500, "application/json", "{}");
	return true;
}

static bool html_502(const struct fault_scene *scene, struct answer *answer)
{
	(void)scene;
	answer_text(answer, 502, "text/html",
		    "<html><head><title>502 Bad Gateway</title></head>"
		    "<body><h1>502 Bad Gateway</h1></body></html>\n");
	return true;
}

static void too_many(const struct fault_scene *scene, struct answer *answer)
{
	dialect_error(answer, scene->dialect, "too_many_requests",
		      "Too many requests.");
	answer->status = 429;
}

static bool rate_limit(const struct fault_scene *scene, struct answer *answer)
{
	answer_header(answer, "Retry-After", "%d", RETRY_AFTER_S);
	too_many(scene, answer);
	return true;
}

/* Retry-After as a date (RFC 9110 section 10.2.3). */
static bool retry_date(const struct fault_scene *scene, struct answer *answer)
{
	time_t when = (time_t)(scene->call->wall_s + RETRY_AFTER_S);
	char date[64];
	struct tm tm;

	/* Without setlocale(), names of days and months are English. */
	if (gmtime_r(&when, &tm) &&
	    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0)
		answer_header(answer, "Retry-After", "%s", date);
	too_many(scene, answer);
	return true;
}

static bool redirect(const struct fault_scene *scene, struct answer *answer)
{
	answer_header(answer, "Location", "%s%s?redirected=1",
		      scene->public_url, scene->call->path);
	answer_text(answer, 302, NULL, "");
	return true;
}

static bool not_json(const struct fault_scene *scene, struct answer *answer)
{
	(void)scene;
	answer_text(answer, 200, "text/plain", "All is well.\n");
	return true;
}

static bool empty(const struct fault_scene *scene, struct answer *answer)
{
	(void)scene;
	answer_text(answer, 200, "application/json", "");
	return true;
}

static bool truncated_json(const struct fault_scene *scene,
			   struct answer *answer)
{
	(void)scene;
	answer_text(answer, 200, "application/json",
		    "{\"token_type\":\"Bearer\",\"access_token\":\"YW");
	return true;
}

static bool big_body(const struct fault_scene *scene, struct answer *answer)
{
	(void)scene;
	answer_text(answer, 200, "application/json", "{\"access_token\":\"");
	answer->delivery = DELIVER_FLOOD;
	return true;
}

static bool hang(const struct fault_scene *scene, struct answer *answer)
{
	(void)scene;
	answer->status = 0;
	answer->delivery = DELIVER_NEVER;
	return true;
}

static bool drop(const struct fault_scene *scene, struct answer *answer)
{
	(void)scene;
	answer->status = 0;
	answer->delivery = DELIVER_DROP;
	return true;
}

/* ---- The delivery of the right answer */

static bool gzip(const struct fault_scene *scene, struct answer *answer)
{
	(void)scene;
	answer->delivery = DELIVER_GZIP;
	return false;
}

static bool keep_alive(const struct fault_scene *scene, struct answer *answer)
{
	(void)scene;
	answer->idle_s = IDLE_S;
	answer_header(answer, "Keep-Alive", "timeout=%d", IDLE_S);
	return false;
}

static bool drip(const struct fault_scene *scene, struct answer *answer)
{
	(void)scene;
	answer->delivery = DELIVER_DRIP;
	return false;
}

/* ---- The table */

static const struct fault_row rows[] = {
	{.name = "no-interval",
	 .meaning = "the answer with the code has no interval",
	 .places = AT_AUTHORIZE,
	 .spoil = no_interval},
	{.name = "zero-interval",
	 .meaning = "interval is 0",
	 .places = AT_AUTHORIZE,
	 .spoil = zero_interval},
	{.name = "negative-interval",
	 .meaning = "interval is -5",
	 .places = AT_AUTHORIZE,
	 .spoil = negative_interval},
	{.name = "huge-interval",
	 .meaning = "interval is 10 to the 12th",
	 .places = AT_AUTHORIZE,
	 .spoil = huge_interval},
	{.name = "string-numbers",
	 .meaning = "numbers are quoted, as in \"300\"",
	 .places = AT_AUTHORIZE | AT_POLL | AT_REFRESH,
	 .id = FAULT_STRING_NUMBERS},
	{.name = "expire-soon",
	 .meaning = "codes expire after 10 s",
	 .places = AT_AUTHORIZE,
	 .id = FAULT_EXPIRE_SOON},
	{.name = "bad-uri",
	 .meaning = "verification_uri is a javascript: URI",
	 .places = AT_AUTHORIZE,
	 .spoil = bad_uri},
	{.name = "http-uri",
	 .meaning = "verification_uri is plain http on another machine",
	 .places = AT_AUTHORIZE,
	 .spoil = http_uri},
	{.name = "no-redirect-uri",
	 .meaning = "400 that names redirect_uri, as Webex sends it",
	 .places = AT_AUTHORIZE,
	 .give = no_redirect_uri},
	{.name = "slow-down",
	 .meaning = "slow_down three times",
	 .places = AT_POLL,
	 .times = 3,
	 .id = FAULT_SLOW_DOWN},
	{.name = "whole-seconds",
	 .meaning = "polls are timed in whole seconds",
	 .places = AT_POLL,
	 .id = FAULT_WHOLE_SECONDS},
	{.name = "more-seconds",
	 .meaning =
		 "the same; slow_down until more than the interval has passed",
	 .places = AT_POLL,
	 .id = FAULT_MORE_SECONDS},
	{.name = "seconds-up",
	 .meaning = "the time of a poll is rounded up to a whole second",
	 .places = AT_POLL,
	 .id = FAULT_SECONDS_UP},
	{.name = "deny",
	 .meaning = "access_denied",
	 .places = AT_POLL,
	 .id = FAULT_DENY},
	{.name = "refresh-invalid-grant",
	 .meaning = "a refresh is answered with invalid_grant",
	 .places = AT_REFRESH,
	 .give = invalid_grant},
	{.name = "invalid-client",
	 .meaning = "401 invalid_client",
	 .places = AT_POLL,
	 .give = invalid_client},
	{.name = "unknown-error",
	 .meaning = "400 with an unknown error code",
	 .places = AT_POLL,
	 .give = unknown_error},
	{.name = "http-404",
	 .meaning = "404 with an HTML page",
	 .places = AT_POLL,
	 .give = http_404},
	{.name = "http-415",
	 .meaning = "415 with an empty JSON object",
	 .places = AT_POLL,
	 .give = http_415},
	{.name = "http-500",
	 .meaning = "500 with an empty JSON object",
	 .places = AT_POLL,
	 .give = http_500},
	{.name = "html-502",
	 .meaning = "502 with an HTML page, three times",
	 .places = AT_POLL,
	 .times = 3,
	 .give = html_502},
	{.name = "rate-limit",
	 .meaning = "429 with Retry-After: 2",
	 .places = AT_POLL,
	 .give = rate_limit},
	{.name = "retry-date",
	 .meaning = "429 with an HTTP date 2 s ahead in Retry-After",
	 .places = AT_POLL,
	 .give = retry_date},
	{.name = "redirect",
	 .meaning = "302 to the same server",
	 .places = AT_POLL,
	 .give = redirect},
	{.name = "not-json",
	 .meaning = "200 with plain text",
	 .places = AT_POLL,
	 .give = not_json},
	{.name = "empty",
	 .meaning = "200 with an empty body",
	 .places = AT_POLL,
	 .give = empty},
	{.name = "truncated-json",
	 .meaning = "200 with truncated JSON",
	 .places = AT_POLL,
	 .give = truncated_json},
	{.name = "big-body",
	 .meaning = "200 with a chunked body of 32 MB",
	 .places = AT_POLL,
	 .give = big_body},
	{.name = "gzip",
	 .meaning = "the answer is gzipped, even if not accepted",
	 .places = AT_POLL,
	 .give = gzip},
	{.name = "keep-alive",
	 .meaning = "the connection closes after 2 idle seconds",
	 .places = AT_POLL,
	 .give = keep_alive},
	{.name = "drip",
	 .meaning = "the answer is sent at one byte every 200 ms",
	 .places = AT_POLL,
	 .give = drip},
	{.name = "hang",
	 .meaning = "the answer is never sent",
	 .places = AT_POLL,
	 .give = hang},
	{.name = "drop",
	 .meaning = "the connection closes without an answer",
	 .places = AT_POLL,
	 .give = drop},
	{.name = "drop-token",
	 .meaning = "the answer with the issued tokens is lost once",
	 .places = AT_POLL | AT_REFRESH,
	 .times = 1,
	 .id = FAULT_DROP_TOKEN},
	{.name = "hostile-text",
	 .meaning = "texts with escapes, C1 and bidirectional controls",
	 .places = AT_AUTHORIZE | AT_POLL | AT_REFRESH | AT_PROFILE,
	 .id = FAULT_HOSTILE_TEXT},
	{.name = "huge-profile",
	 .meaning = "the profile has 10,000 fields and a depth of 50",
	 .places = AT_PROFILE,
	 .id = FAULT_HUGE_PROFILE},
};

#define ROWS (sizeof rows / sizeof *rows)

_Static_assert(ROWS <= FAULTS_MAX, "FAULTS_MAX must be raised");

static const struct {
	const char *name;
	enum place place;
} places[] = {
	{"authorize", AT_AUTHORIZE}, {"poll", AT_POLL},
	{"refresh", AT_REFRESH},     {"profile", AT_PROFILE},
	{"revoke", AT_REVOKE},	     {"discovery", AT_DISCOVERY},
};

const struct fault_row *fault_at(size_t i)
{
	return i < ROWS ? &rows[i] : NULL;
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
		if (!rows[fault].give && !(rows[fault].places & at))
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
static bool is_due(struct faults *faults, size_t row, enum place place)
{
	if (!(faults->set[row].places & place))
		return false;
	if (faults->set[row].left > 0 && --faults->set[row].left == 0)
		faults->set[row].places = 0;
	return true;
}

bool faults_due(struct faults *faults, enum fault id, enum place place)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].id == id)
			return is_due(faults, i, place);
	return false;
}

bool faults_replace(struct faults *faults, const struct fault_scene *scene,
		    enum place place, struct answer *answer)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].give && is_due(faults, i, place) &&
		    rows[i].give(scene, answer))
			return true;
	return false;
}

void faults_alter(struct faults *faults, struct code_answer *code)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].spoil && is_due(faults, i, AT_AUTHORIZE))
			rows[i].spoil(code);
}
