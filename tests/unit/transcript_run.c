/* SPDX-License-Identifier: MIT */
/*
 * Holds what a visit asks for against the transcript, answers from it, and
 * lets time pass in between. What it comes to is for others to judge.
 */
#include "config.h"

#include "transcript_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/form.h"
#include "base/json.h"
#include "base/mem.h"
#include "machine/flow.h"
#include "machine/session.h"
#include "machine/visit.h"
#include "oauth/provider.h"
#include "issuer_dpop.h"
#include "transcript.h"

/* How much later than it may a request is still in time: the margins that
 * flow keeps above the interval and below the expiry. */
#define SLACK_MS 2000

/* The longest that a step may keep us waiting: access tokens live so long. */
#define PATIENCE_MS INT64_C(2592000000)

static const struct visit_policy policy = {.wait_for_key = true};

void run_fail_at(const struct run *run, const char *format, ...)
{
	const char *what = json_name(json_first(run->step));
	char text[2048];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	fail_msg("%s: %s: step %d (%s): %s", run->transcript->name, run->name,
		 run->number, what != NULL ? what : "the end", text);
	abort(); /* fail_msg() does not return, but does not say so */
}

void run_check_names(const struct run *run, const struct json *object,
		     const char *allowed)
{
	const struct json *member;

	for (member = json_first(object); member; member = json_next(member)) {
		const char *at = strstr(allowed, json_name(member));
		size_t len = strlen(json_name(member));

		if (at == NULL || strchr(" ", at[len]) == NULL ||
		    (at > allowed && at[-1] != ' '))
			run_fail_at(run, "there is no \"%s\" here, only: %s",
				    json_name(member), allowed);
	}
}

static const struct json *entry(const struct run *run, const char *section,
				const char *name)
{
	const struct json *found =
		transcript_entry(run->transcript, section, name);

	if (found == NULL)
		run_fail_at(run, "\"%s\" is not among the %s", name, section);
	return found;
}

void run_check_text(const struct run *run, const char *what,
		    const char *expected, const char *found)
{
	char *text = NULL;

	if (expected != NULL)
		text = transcript_expand(run->transcript, expected);
	if ((text == NULL) != (found == NULL) ||
	    (text != NULL && strcmp(text, found) != 0))
		run_fail_at(run, "%s is %.900s, not %.900s", what,
			    found != NULL ? found : "missing",
			    text != NULL ? text : "missing");
	secret_free(text);
}

/* ---- What is asked */

/* The two placeholders that are of grantty's making: false where it is
 * neither. The verifier must go with the challenge that was sent before. */
static bool check_pkce(const struct run *run, const char *expected,
		       const char *value)
{
	char *challenge;

	if (strcmp(expected, "{code_challenge}") == 0) {
		if (value == NULL || strlen(value) != 43)
			run_fail_at(run, "the challenge is none");
		return true;
	}
	if (strcmp(expected, "{code_verifier}") != 0)
		return false;
	challenge = crypto_sha256_text(value != NULL ? value : "",
				       value != NULL ? strlen(value) : 0);
	if (strcmp(challenge, run->challenge) != 0)
		run_fail_at(run, "the verifier is another one's");
	free(challenge);
	return true;
}

static void note_challenge(struct run *run, const struct request *request)
{
	char *challenge = NULL;

	if (request->body != NULL)
		challenge = form_get(request->body, strlen(request->body),
				     "code_challenge");
	if (challenge != NULL)
		(void)snprintf(run->challenge, sizeof(run->challenge), "%s",
			       challenge);
	free(challenge);
}

static void check_form(const struct run *run, const struct json *expected,
		       const char *body)
{
	const struct json *field;
	int surplus = 1; /* fields: one more than there are '&' */

	if ((expected == NULL) != (body == NULL))
		run_fail_at(run, "%s instead of %s", body ? "POST" : "GET",
			    body ? "GET" : "POST");
	if (expected == NULL)
		return;
	for (field = json_first(expected); field; field = json_next(field)) {
		const char *name = json_name(field);
		char *value = form_get(body, strlen(body), name);

		if (!check_pkce(run, json_text(field), value))
			run_check_text(run, name, json_text(field), value);
		secret_free(value);
		surplus--;
	}
	for (; (body = strchr(body, '&')) != NULL; body++)
		surplus++;
	if (surplus != 0)
		run_fail_at(run, "%d more fields than expected", surplus);
}

/* A proof of possession (RFC 9449): as every one has to be, and with the nonce
 * that is expected. */
static void check_proof(struct run *run, const struct json *expected,
			const struct request *request)
{
	struct json *claims;

	if ((expected == NULL) != (request->dpop == NULL))
		run_fail_at(run, "there is %s proof (DPoP)",
			    request->dpop != NULL ? "a" : "no");
	if (expected == NULL)
		return;
	run_check_names(run, expected, "nonce");
	claims = dpop_check(request, run->world.issuer.wall_s, &run->prover);
	run_check_text(run, "the nonce", json_get_text(expected, "nonce"),
		       json_get_text(claims, "nonce"));
	json_free(claims);
}

static void check_gap(const struct run *run, int64_t now_ms)
{
	int64_t gap_ms = now_ms - run->answered_ms;
	int64_t least_ms =
		1000 * transcript_seconds(run->transcript,
					  json_get(run->step, "after_s"));

	if (least_ms >= 0 &&
	    (gap_ms < least_ms || gap_ms > least_ms + SLACK_MS))
		run_fail_at(run,
			    "comes %lld ms after the last answer, not %lld",
			    (long long)gap_ms, (long long)least_ms);
}

static bool is_person(const struct json *step)
{
	const char *name = json_name(json_first(step));

	return name != NULL && strcmp(name, "person") == 0;
}

static void check_request(struct run *run, const struct request *request)
{
	const struct json *expected, *gap;

	if (run->step == NULL || is_person(run->step))
		run_fail_at(run, "%s is asked for though it should not",
			    request->url);
	gap = json_next(json_first(run->step));
	if (gap != NULL && strcmp(json_name(gap), "after_s") != 0)
		run_fail_at(run, "\"%s\" is no part of a step", json_name(gap));
	expected = entry(run, "requests", json_name(json_first(run->step)));
	run_check_names(run, expected, "url authorization form dpop");
	run_check_text(run, "the address", json_get_text(expected, "url"),
		       request->url);
	run_check_text(run, "Authorization",
		       json_get_text(expected, "authorization"),
		       request->authorization);
	check_form(run, json_get(expected, "form"), request->body);
	check_proof(run, json_get(expected, "dpop"), request);
	check_gap(run, run->world.now_ms);
}

/* ---- What is answered */

static char *form_of(const struct run *run, const struct json *fields)
{
	const struct json *field;
	struct buf form;

	buf_init(&form, sizeof(((struct answer *)NULL)->body));
	for (field = json_first(fields); field; field = json_next(field)) {
		char *value =
			transcript_expand(run->transcript, json_text(field));

		form_add(&form, json_name(field), value);
		secret_free(value);
	}
	return buf_take(&form);
}

/* The body, in whichever of the three ways it is given; *type is set to what
 * goes with it. */
static char *body_of(const struct run *run, const struct json *answer,
		     const char **type)
{
	const struct json *json = json_get(answer, "json");
	const struct json *form = json_get(answer, "form");
	const char *text = json_get_text(answer, "text");
	char *printed, *body;

	if ((json != NULL) + (form != NULL) + (text != NULL) != 1)
		run_fail_at(run,
			    "the answer is not one of json, form and text");
	*type = "application/x-www-form-urlencoded; charset=utf-8";
	if (form != NULL)
		return form_of(run, form);
	*type = "";
	if (text != NULL)
		return transcript_expand(run->transcript, text);
	*type = "application/json";
	printed = json_print(json, false);
	body = transcript_expand(run->transcript, printed);
	free(printed);
	return body;
}

/* The header that tells the nonce for the next proof. It lives in the run. */
static const char *nonce_of(struct run *run, const struct json *answer)
{
	const char *text = json_get_text(answer, "dpop_nonce");
	char *nonce;

	if (text == NULL)
		return NULL;
	nonce = transcript_expand(run->transcript, text);
	if (snprintf(run->nonce, sizeof(run->nonce), "%s", nonce) >=
	    (int)sizeof(run->nonce))
		run_fail_at(run, "the nonce is too long");
	free(nonce);
	return run->nonce;
}

static void give_answer(struct run *run, struct answer *answer)
{
	const struct json *given =
		entry(run, "answers", json_text(json_first(run->step)));
	const char *type = json_get_text(given, "type");
	int64_t status = 0;
	char *body;

	run_check_names(run, given,
			"status type retry_after_s dpop_nonce json form text");
	memset(answer, 0, sizeof(*answer));
	body = body_of(run, given, &answer->type);
	if (type != NULL)
		answer->type = type;
	if (!json_integer(json_get(given, "status"), 100, 599, &status))
		run_fail_at(run, "the answer has no status");
	answer->status = (int)status;
	answer->retry_after_s = transcript_seconds(
		run->transcript, json_get(given, "retry_after_s"));
	answer->dpop_nonce = nonce_of(run, given);
	answer->delay_ms = 100;
	if (strlen(body) >= sizeof(answer->body))
		run_fail_at(run, "the answer is too long");
	memcpy(answer->body, body, strlen(body) + 1);
	secret_free(body);
}

static void next_step(struct run *run)
{
	run->step = json_next(run->step);
	run->number++;
}

/* The issuer's document, which is in one of the two places only. */
static void answer_discovery(const struct run *run,
			     const struct request *request,
			     struct answer *answer)
{
	const struct json *given = json_get(run->transcript->json, "discovery");
	const char *url = json_get_text(given, "url");
	char *body = json_print(json_get(given, "json"), false);

	run_check_names(run, given, "issuer url json");
	memset(answer, 0, sizeof(*answer));
	answer->type = "application/json";
	answer->status = strcmp(request->url, url) == 0 ? 200 : 404;
	answer->retry_after_s = -1;
	answer->delay_ms = 100;
	if (strlen(body) >= sizeof(answer->body))
		run_fail_at(run, "the document is too long");
	if (answer->status == 200)
		memcpy(answer->body, body, strlen(body) + 1);
	free(body);
}

/* The world's answerer. */
static void answer_by_transcript(void *self, const struct request *request,
				 struct answer *answer)
{
	struct run *run = self;

	if (issuer_kind(request) == REQUEST_DISCOVERY) {
		answer_discovery(run, request, answer);
		return;
	}
	if (issuer_kind(request) == REQUEST_DEVICE_AUTHORIZATION)
		memset(&run->prover, 0, sizeof(run->prover));
	note_challenge(run, request);
	check_request(run, request);
	give_answer(run, answer);
	run->answered_ms = run->world.now_ms + answer->delay_ms;
	next_step(run);
}

/* ---- An ending from its first step to its last */

static void begin(struct run *run, const struct transcript *transcript,
		  const char *name, bool by_issuer)
{
	struct provider *provider = &run->world.issuer.provider;
	struct event event;
	struct action action;
	struct err err;

	memset(run, 0, sizeof(*run));
	run->transcript = transcript;
	run->name = name;
	run->ending = entry(run, "endings", run->name);
	run_check_names(
		run, run->ending,
		"steps flow interval_s session end revoked result holds "
		"quiet_s");
	run->step = json_first(json_get(run->ending, "steps"));
	run->number = 1;
	world_init(&run->world);
	provider_free(provider);
	if (!(by_issuer
		      ? transcript_set_up_by_issuer(transcript, provider, &err)
		      : transcript_set_up(transcript, true, NULL, provider,
					  &err)))
		run_fail_at(run, "%s", err.text);
	run->world.answerer = answer_by_transcript;
	run->world.answerer_self = run;
	run->answered_ms = run->world.now_ms;
	run->visit = visit_new(provider, &policy, 1);
	run->client = world_add_visit(&run->world, run->visit);
	event = world_event(&run->world, EVENT_TICK);
	visit_begin(run->visit, &event, &action);
	world_do(&run->world, run->client, &action);
	while (visit_stage(run->visit) == VISIT_PREPARING)
		(void)world_turn(&run->world, NEVER_MS);
	if (visit_stage(run->visit) != VISIT_WELCOME)
		run_fail_at(run, "not found: %s", visit_trouble(run->visit));
	run->answered_ms = run->world.now_ms;
	world_post(&run->world, run->client, EVENT_START);
}

static void user_acts(struct run *run)
{
	const char *what = json_text(json_first(run->step));

	if (what == NULL || strcmp(what, "signs out") != 0)
		run_fail_at(run, "a person can do nothing but \"signs out\"");
	next_step(run);
	world_post(&run->world, run->client, EVENT_SIGN_OUT);
}

static void fail_stuck(const struct run *run)
{
	const struct flow *flow = visit_flow(run->visit);
	const struct session *session = visit_session(run->visit);
	const struct oauth_failure *failure = flow_oauth_failure(flow);

	if (failure == NULL)
		failure = session_oauth_failure(session);
	run_fail_at(run, "is never asked for; flow %s, session %s: %s",
		    flow_state_name(flow_state(flow)),
		    session_state_name(session_state(session)),
		    failure != NULL ? failure->err.text : "no complaint");
}

void run_ending(struct run *run, const struct transcript *transcript,
		const char *name, bool by_issuer)
{
	int64_t until_ms;
	long long quiet_s;

	begin(run, transcript, name, by_issuer);
	until_ms = run->world.now_ms + PATIENCE_MS;
	while (run->step != NULL || run->client->driver.sending) {
		if (is_person(run->step) && !run->client->driver.sending)
			user_acts(run);
		else if (!world_turn(&run->world, until_ms))
			fail_stuck(run);
	}
	quiet_s = transcript_seconds(transcript,
				     json_get(run->ending, "quiet_s"));
	if (quiet_s > 0)
		world_run(&run->world, run->world.now_ms + quiet_s * 1000);
}

void run_end(struct run *run)
{
	visit_free(run->visit);
	world_free(&run->world);
}
