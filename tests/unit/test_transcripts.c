/* SPDX-License-Identifier: MIT */
/*
 * Every provider's transcript, ending by ending, through a whole visit in
 * virtual time: what is asked must be what the transcript expects, field by
 * field, and what comes of the answers must be what the ending says.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/json.h"
#include "machine/flow.h"
#include "machine/session.h"
#include "machine/visit.h"
#include "oauth/profile.h"
#include "oauth/provider.h"
#include "issuer_dpop.h"
#include "transcript.h"
#include "transcript_run.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CASES_MAX 512

static const char *const required_endings[] = {
	"granted",	"denied",	   "expired", "slow_down",
	"rate_limited", "rotated_refresh", "revoked", "signed_out",
};

static const char *const result_names[] = {
	[RESULT_NONE] = "none",
	[RESULT_SIGNED_IN] = "signed in",
	[RESULT_FAILED] = "failed",
	[RESULT_MISCONFIGURED] = "misconfigured",
	[RESULT_DENIED] = "denied",
	[RESULT_EXPIRED] = "expired",
	[RESULT_UNREACHABLE] = "unreachable",
	[RESULT_CANCELLED] = "cancelled",
};

static const char *const end_names[] = {
	[END_NONE] = "none",	   [END_SIGNED_OUT] = "signed out",
	[END_LOST] = "lost",	   [END_EXPIRED] = "expired",
	[END_REFUSED] = "refused", [END_NOT_KEPT] = "not kept",
	[END_FAILED] = "failed",
};

/* What one case is about. */
struct example {
	const struct transcript *transcript;
	const char *ending; /* NULL: the transcript as a whole */
	bool by_issuer;
	char title[160];
};

struct suite {
	struct transcripts transcripts;
	struct example examples[CASES_MAX];
	struct CMUnitTest cases[CASES_MAX];
	size_t count;
};

/* ---- What came of it */

static void check_code_shown(const struct run *run)
{
	const struct device_code *code = flow_code(visit_flow(run->visit));
	const struct transcript *t = run->transcript;

	if (code == NULL)
		return;
	run_check_text(run, "the code on the screen",
		       json_text(transcript_entry(t, "screen", "user_code")),
		       code->user_code);
	run_check_text(
		run, "the address on the screen",
		json_text(transcript_entry(t, "screen", "verification_uri")),
		code->verification_uri);
	run_check_text(run, "the complete address on the screen",
		       json_text(transcript_entry(t, "screen",
						  "verification_uri_complete")),
		       code->verification_uri_complete);
}

static const char *find_field(const struct profile *profile, const char *label)
{
	for (size_t i = 0; i < profile->field_count; i++) {
		if (strcmp(profile->fields[i].label, label) == 0)
			return profile->fields[i].value;
	}
	return NULL;
}

static void check_profile_shown(const struct run *run)
{
	const struct transcript *t = run->transcript;
	const char *text = session_data(visit_session(run->visit))->profile;
	const struct json *field = NULL;
	struct profile *profile;
	struct err err;

	if (session_state(visit_session(run->visit)) != SESSION_LIVE)
		return;
	if (text == NULL)
		run_fail_at(run, "there is no profile");
	profile = profile_new(text, run->world.issuer.provider.preset->profile,
			      NULL, 0, &err);
	if (profile == NULL)
		run_fail_at(run, "%s", err.text);
	for (; t != NULL && field == NULL; t = t->base)
		field = json_first(json_get(t->json, "profile"));
	for (; field != NULL; field = json_next(field))
		run_check_text(run, json_name(field), json_text(field),
			       find_field(profile, json_name(field)));
	profile_free(profile);
}

/* True if the tokens are kept with the key of the proofs (RFC 9449). */
static void check_bond(const struct run *run, bool expected,
		       const struct tokens *tokens)
{
	const char *pem = tokens->dpop_key;
	char *thumbprint;

	if ((pem != NULL) != expected)
		run_fail_at(run, "the tokens are bound to %s key",
			    pem != NULL ? "a" : "no");
	if (pem == NULL)
		return;
	thumbprint = dpop_thumbprint(pem);
	assert_string_equal(thumbprint, run->prover.key);
	free(thumbprint);
}

/* The tokens in memory, and that the session file holds the same. */
static void check_held(const struct run *run)
{
	const struct json *holds = json_get(run->ending, "holds");
	const struct session_data *data =
		session_data(visit_session(run->visit));
	const struct session_data *stored = &run->world.disk.data;

	if (holds == NULL)
		return;
	run_check_names(run, holds, "access_token refresh_token scope bound");
	run_check_text(run, "the access token held",
		       json_get_text(holds, "access_token"),
		       data->tokens.access_token);
	run_check_text(run, "the access token stored",
		       json_get_text(holds, "access_token"),
		       stored->tokens.access_token);
	run_check_text(run, "the refresh token held",
		       json_get_text(holds, "refresh_token"),
		       data->tokens.refresh_token);
	run_check_text(run, "the refresh token stored",
		       json_get_text(holds, "refresh_token"),
		       stored->tokens.refresh_token);
	run_check_text(run, "the scope", json_get_text(holds, "scope"),
		       data->tokens.scope);
	check_bond(run, json_is_true(json_get(holds, "bound")), &data->tokens);
	check_bond(run, json_is_true(json_get(holds, "bound")),
		   &stored->tokens);
}

static void check_ending(const struct run *run)
{
	const struct flow *flow = visit_flow(run->visit);
	const struct device_code *code = flow_code(flow);
	const struct session *session = visit_session(run->visit);
	const struct json *ending = run->ending;
	long long interval_s = transcript_seconds(
		run->transcript, json_get(ending, "interval_s"));
	const char *end = json_get_text(ending, "end");

	run_check_text(run, "the flow", json_get_text(ending, "flow"),
		       flow_state_name(flow_state(flow)));
	run_check_text(run, "the session", json_get_text(ending, "session"),
		       session_state_name(session_state(session)));
	run_check_text(run, "the session's end", end != NULL ? end : "none",
		       end_names[session_end(session)]);
	run_check_text(run, "the result", json_get_text(ending, "result"),
		       result_names[visit_result(run->visit)]);
	if (interval_s >= 0 && (code == NULL || code->interval_s != interval_s))
		run_fail_at(run, "the interval is not %lld s", interval_s);
	if (session_was_revoked(session) !=
	    json_is_true(json_get(ending, "revoked")))
		run_fail_at(run, "revoked at the provider: %s",
			    session_was_revoked(session) ? "yes" : "no");
	check_held(run);
	check_code_shown(run);
	check_profile_shown(run);
}

static void test_ending(void **state)
{
	const struct example *example = *state;
	struct run run;

	run_ending(&run, example->transcript, example->ending,
		   example->by_issuer);
	check_ending(&run);
	run_end(&run);
}

/* ---- The transcripts as a whole */

static void test_one_for_each_preset(void **state)
{
	const struct suite *suite = *state;
	const struct transcripts *all = &suite->transcripts;
	const struct preset *preset;

	for (size_t i = 0; (preset = preset_at(i)) != NULL; i++) {
		if (transcripts_find(all, preset->name) == NULL)
			fail_msg("the preset \"%s\" has no transcript",
				 preset->name);
	}
	for (size_t i = 0; i < all->count; i++) {
		const struct transcript *t = &all->items[i];
		const char *name = json_get_text(t->json, "preset");

		if (name == NULL || transcript_is_variant(t))
			continue; /* something to extend, or no provider */
		if (preset_find(name) == NULL)
			fail_msg("%s: there is no preset \"%s\"", t->name,
				 name);
		if (transcripts_find(all, name) != t)
			fail_msg("%s: the preset \"%s\" has another transcript",
				 t->name, name);
	}
}

/* What is said to be needed is: without any of it there is no set-up, and with
 * it alone there is. */
static void check_needs(const struct transcript *t)
{
	const struct json *need = json_first(json_get(t->json, "needs"));
	struct provider provider;
	struct err err;

	if (!transcript_set_up(t, false, NULL, &provider, &err))
		fail_msg("%s: %s", t->name, err.text);
	provider_free(&provider);
	for (; need != NULL; need = json_next(need)) {
		if (transcript_set_up(t, true, json_text(need), &provider,
				      &err))
			fail_msg("%s: does not need %s", t->name,
				 json_text(need));
	}
}

/* What the README says of the provider. */
static void check_label(const struct transcript *t)
{
	const struct preset *preset =
		preset_find(json_get_text(t->json, "preset"));
	const char *label = json_get_text(t->json, "label");

	if (label == NULL || json_get_text(t->json, "notes") == NULL)
		fail_msg("%s: label or notes are missing", t->name);
	if (preset != NULL && *preset->label != '\0')
		assert_string_equal(label, preset->label);
}

static void test_whole(void **state)
{
	const struct example *example = *state;
	const struct transcript *t = example->transcript;

	check_needs(t);
	if (!transcript_is_variant(t))
		check_label(t);
	for (size_t i = 0; i < COUNT(required_endings); i++) {
		if (transcript_entry(t, "endings", required_endings[i]) == NULL)
			fail_msg("%s: the ending \"%s\" is missing", t->name,
				 required_endings[i]);
	}
}

/* ---- The list of cases */

static void add_case(struct suite *suite, const struct transcript *transcript,
		     const char *ending, bool by_issuer,
		     CMUnitTestFunction function)
{
	struct example *example = &suite->examples[suite->count];
	struct CMUnitTest *test = &suite->cases[suite->count];

	if (++suite->count > CASES_MAX) {
		fprintf(stderr, "There are more than %d cases.\n", CASES_MAX);
		exit(EXIT_FAILURE);
	}
	example->transcript = transcript;
	example->ending = ending;
	example->by_issuer = by_issuer;
	(void)snprintf(example->title, sizeof(example->title), "%s: %s%s",
		       transcript->name, ending != NULL ? ending : "as a whole",
		       by_issuer ? " by its issuer" : "");
	test->name = example->title;
	test->test_func = function;
	test->initial_state = example;
}

static void add_ending(struct suite *suite, const struct transcript *transcript,
		       const char *name)
{
	add_case(suite, transcript, name, false, test_ending);
	if (json_get(transcript->json, "discovery") != NULL)
		add_case(suite, transcript, name, true, test_ending);
}

static void add_transcript(struct suite *suite,
			   const struct transcript *transcript)
{
	const struct transcript *t = transcript;

	add_case(suite, transcript, NULL, false, test_whole);
	for (; t != NULL; t = t->base) {
		const struct json *ending =
			json_first(json_get(t->json, "endings"));

		for (; ending != NULL; ending = json_next(ending)) {
			const char *name = json_name(ending);

			/* Its own comes in place of what it extends. */
			if (transcript_entry(transcript, "endings", name) ==
			    ending)
				add_ending(suite, transcript, name);
		}
	}
}

int main(void)
{
	static struct suite suite; /* too large for the stack */
	const char *srcdir = getenv("srcdir");
	char folder[2048];
	int failures;

	json_init();
	(void)snprintf(folder, sizeof(folder), "%s/tests/transcripts",
		       srcdir != NULL ? srcdir : ".");
	transcripts_read(&suite.transcripts, folder);
	suite.cases[0] = (struct CMUnitTest)cmocka_unit_test_prestate(
		test_one_for_each_preset, &suite);
	suite.count = 1;
	for (size_t i = 0; i < suite.transcripts.count; i++) {
		const struct transcript *t = &suite.transcripts.items[i];

		if (json_get(t->json, "preset") != NULL)
			add_transcript(&suite, t);
	}
	/* cmocka passes over the cases that have no function. */
	failures = cmocka_run_group_tests_name("transcripts", suite.cases, NULL,
					       NULL);
	transcripts_free(&suite.transcripts);
	return failures;
}
