/* SPDX-License-Identifier: MIT */
/*
 * app/presenter: what the screens are given in each stage of a visit, in
 * virtual time. The sentences are not its matter, only that there is one and
 * whom it names.
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

#include "app/args.h"
#include "app/presenter.h"
#include "app/setup.h"
#include "base/mem.h"
#include "base/text.h"
#include "conf/presets.h"
#include "machine/flow.h"
#include "machine/session.h"
#include "machine/visit.h"
#include "oauth/profile.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HOUR_MS (60 * INT64_C(60000))
#define LABEL "Example"
#define ADA "{\"sub\":\"7\",\"name\":\"Ada Lovelace\"}"

struct fixture {
	struct world world;
	struct setup setup;
	struct presenter presenter;
	struct model model;
	struct visit *visit;
	struct client *client;
};

/* The world, in which the program has not started yet. */
static void open_fixture(struct fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	world_init(&fixture->world);
	fixture->world.issuer.userinfo = ADA;
	conf_init(&fixture->setup.conf);
	/* Borrowed from the issuer. */
	fixture->setup.provider = fixture->world.issuer.provider;
	presenter_init(&fixture->presenter, &fixture->setup);
}

static void start(struct fixture *fixture, const struct visit_policy *policy)
{
	struct event event = world_event(&fixture->world, EVENT_TICK);
	struct action action;

	fixture->visit = visit_new(&fixture->world.issuer.provider, policy, 1);
	fixture->client = world_add_visit(&fixture->world, fixture->visit);
	visit_begin(fixture->visit, &event, &action);
	world_do(&fixture->world, fixture->client, &action);
}

static void close_fixture(struct fixture *fixture)
{
	visit_free(fixture->visit);
	presenter_free(&fixture->presenter);
	conf_free(&fixture->setup.conf);
	world_free(&fixture->world);
}

static const struct model *fill(struct fixture *fixture)
{
	presenter_fill(&fixture->presenter, fixture->visit, &fixture->model);
	return &fixture->model;
}

static void reach(struct fixture *fixture, enum visit_stage stage)
{
	const int64_t until_ms = fixture->world.now_ms + HOUR_MS;

	while (visit_stage(fixture->visit) != stage &&
	       world_turn(&fixture->world, until_ms))
		continue;
	assert_int_equal(visit_stage(fixture->visit), stage);
}

static const struct visit_policy kiosk = {.once = false};
static const struct visit_policy key_kiosk = {.wait_for_key = true};
static const struct visit_policy careful = {.confirm = true};
static const struct visit_policy idle = {.sign_out_after_ms = 60000};

/* What there is on each screen; then the words are there, too. */
static void test_screens(void **state)
{
	static const struct {
		const char *what;
		const struct visit_policy *policy;
		const char *ask, *poll, *profile; /* of the issuer */
		int64_t after_ms;		  /* since the start */
		enum screen screen;
		bool code, person, retries, confirms, idle;
	} cases[] = {
		{"nobody there", &key_kiosk, "ok", NULL, NULL, 0,
		 SCREEN_WELCOME, .code = false},
		{"no code yet", &kiosk, "ok", NULL, NULL, 0, SCREEN_SIGN_IN,
		 .code = false},
		{"code", &kiosk, "ok", NULL, NULL, 1000, SCREEN_SIGN_IN,
		 .code = true},
		{"a poll failed", &kiosk, "ok", "connect", NULL, 20000,
		 SCREEN_SIGN_IN, .code = true},
		{"no network", &kiosk, "connect", NULL, NULL, 1000,
		 SCREEN_TROUBLE, .retries = true},
		{"server error", &kiosk, "500", NULL, NULL, 1000,
		 SCREEN_TROUBLE, .retries = true},
		{"bad configuration", &kiosk, "invalid_client", NULL, NULL,
		 1000, SCREEN_TROUBLE, .retries = true},
		{"denied", &kiosk, "ok", "denied", NULL, 10000, SCREEN_TROUBLE,
		 .retries = true},
		{"approved", &kiosk, "ok", "ok", NULL, 10000, SCREEN_PROFILE,
		 .person = true},
		{"approved, and idle soon", &idle, "ok", "ok", NULL, 10000,
		 SCREEN_PROFILE, .person = true, .idle = true},
		{"no profile", &kiosk, "ok", "ok", "forbidden", 10000,
		 SCREEN_PROFILE, .code = false},
		{"who is it?", &careful, "ok", "ok", NULL, 10000,
		 SCREEN_CONFIRM, .person = true, .confirms = true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		const struct model *model;
		const struct flow *flow;

		open_fixture(&fixture);
		fixture.world.issuer.script[REQUEST_DEVICE_AUTHORIZATION] =
			cases[i].ask;
		fixture.world.issuer.script[REQUEST_POLL] = cases[i].poll;
		fixture.world.issuer.script[REQUEST_PROFILE] = cases[i].profile;
		start(&fixture, cases[i].policy);
		world_run(&fixture.world,
			  fixture.world.now_ms + cases[i].after_ms);
		model = fill(&fixture);
		if (model->screen != cases[i].screen)
			fail_msg("%s: screen %d in stage %s", cases[i].what,
				 (int)model->screen,
				 states_name(&visit_stages,
					     visit_stage(fixture.visit)));
		flow = visit_flow(fixture.visit);
		if (cases[i].code) {
			assert_string_equal(model->user_code,
					    flow_code(flow)->user_code);
			assert_string_equal(model->verification_uri,
					    flow_code(flow)->verification_uri);
			assert_int_equal(model->codes, flow_codes(flow));
			assert_int_equal(model->code_lifetime_ms, 300000);
			assert_int_equal(model->expires_ms,
					 flow_expires_ms(flow));
		} else {
			assert_null(model->user_code);
			assert_null(model->verification_uri);
			assert_true(model->expires_ms == NEVER_MS);
		}
		if (cases[i].person)
			assert_string_equal(model->profile->name,
					    "Ada Lovelace");
		else
			assert_null(model->profile);
		assert_int_equal(model->retry_ms != NEVER_MS, cases[i].retries);
		assert_int_equal(model->trouble[0] != '\0',
				 cases[i].screen == SCREEN_TROUBLE);
		assert_int_equal(model->confirm_ms != NEVER_MS,
				 cases[i].confirms);
		assert_int_equal(model->idle_ms != NEVER_MS, cases[i].idle);
		assert_int_equal(model->token_expires_ms != NEVER_MS,
				 cases[i].screen == SCREEN_PROFILE);
		assert_int_equal(model->refreshes,
				 cases[i].screen == SCREEN_PROFILE);
		if (cases[i].screen == SCREEN_SIGN_IN ||
		    cases[i].screen == SCREEN_PROFILE)
			assert_true(model->status[0] != '\0');
		assert_string_equal(model->provider, LABEL);
		assert_null(model->authorization_uri);
		close_fixture(&fixture);
	}
}

/* Fails if the text is not for a visitor: a status, a name of an option, what a
 * library says, or nothing. */
static void check_words(const char *text, const char *details)
{
	for (const char *c = text; *c != '\0'; c++) {
		if (strchr("0123456789_(){}[]<>/\"", *c) != NULL)
			fail_msg("\"%s\"", text);
	}
	assert_null(strstr(text, "provider."));
	if (details[0] != '\0')
		assert_null(strstr(text, details));
}

/* What a visitor reads about trouble is for a visitor, and what happens next is
 * true. */
static void test_trouble(void **state)
{
	static const struct visit_policy once_key = {.wait_for_key = true,
						     .renewals = 1};
	static const struct {
		const struct visit_policy *policy;
		const char *ask, *poll;
		enum event_kind answer; /* to "Is this you?" */
		const char *says;
		enum next next;
	} cases[] = {
		{&kiosk, "connect", NULL, EVENT_TICK,
		 "No connection to the sign-in service", NEXT_TRY},
		{&kiosk, "not_yet_valid", NULL, EVENT_TICK,
		 "Waiting for the right time", NEXT_TRY},
		{&kiosk, "tls", NULL, EVENT_TICK,
		 "No secure connection to the sign-in service", NEXT_TRY},
		{&kiosk, "500", NULL, EVENT_TICK,
		 "Sign-in is not possible right now", NEXT_TRY},
		{&kiosk, "invalid_client", NULL, EVENT_TICK,
		 "This device is not set up correctly", NEXT_TRY},
		{&key_kiosk, "invalid_client", NULL, EVENT_TICK,
		 "This device is not set up correctly", NEXT_START},
		{&kiosk, "refused", NULL, EVENT_TICK, "The sign-in failed",
		 NEXT_TRY},
		{&kiosk, "ok", "denied", EVENT_TICK, "The sign-in was denied",
		 NEXT_CODE},
		{&key_kiosk, "ok", "denied", EVENT_TICK,
		 "The sign-in was denied", NEXT_START},
		{&kiosk, "ok", "expired", EVENT_TICK, "The code has expired",
		 NEXT_CODE},
		{&once_key, "ok", "expired", EVENT_TICK, "The code has expired",
		 NEXT_CODE},
		{&key_kiosk, "ok", "expired", EVENT_TICK,
		 "The code has expired", NEXT_START},
		{&careful, "ok", "ok", EVENT_CANCEL,
		 "The sign-in was not confirmed", NEXT_CODE},
		{&careful, "ok", "ok", EVENT_TICK,
		 "The sign-in was not confirmed", NEXT_CODE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct model *model;
		char status[160];
		struct fixture fixture;

		open_fixture(&fixture);
		free(fixture.setup.conf.kiosk.help);
		fixture.setup.conf.kiosk.help = xstrdup("Call 4711.");
		fixture.world.issuer.script[REQUEST_DEVICE_AUTHORIZATION] =
			cases[i].ask;
		fixture.world.issuer.script[REQUEST_POLL] = cases[i].poll;
		start(&fixture, cases[i].policy);
		if (cases[i].policy->wait_for_key)
			world_post(&fixture.world, fixture.client, EVENT_START);
		if (cases[i].policy->confirm) {
			reach(&fixture, VISIT_CONFIRM);
			if (cases[i].answer != EVENT_TICK)
				world_post(&fixture.world, fixture.client,
					   cases[i].answer);
		}
		while (fill(&fixture)->screen != SCREEN_TROUBLE)
			assert_true(world_turn(&fixture.world,
					       fixture.world.now_ms + HOUR_MS));
		model = fill(&fixture);
		(void)memcpy(status, model->status, sizeof(status));
		assert_string_equal(model->trouble, cases[i].says);
		check_words(model->trouble, visit_trouble(fixture.visit));
		check_words(model->advice, visit_trouble(fixture.visit));
		check_words(status, visit_trouble(fixture.visit));
		assert_string_equal(model->help, "Call 4711.");
		assert_int_equal(model->next, cases[i].next);
		/* And so it comes. */
		fixture.world.issuer.script[REQUEST_DEVICE_AUTHORIZATION] =
			"ok";
		fixture.world.issuer.script[REQUEST_POLL] = NULL;
		(void)world_run(&fixture.world, model->retry_ms + 1000);
		model = fill(&fixture);
		assert_int_equal(model->screen, cases[i].next == NEXT_START
							? SCREEN_WELCOME
							: SCREEN_SIGN_IN);
		close_fixture(&fixture);
	}
}

/* On the screen a profile has what others may read: never an identifier. The
 * rest is in the tree. */
static void test_profile_summary(void **state)
{
	char phone[] = "Phone", sub[] = "sub";
	char *chosen[] = {phone, sub};
	struct fixture fixture;
	const struct profile *profile;

	(void)state;
	for (int own = 0; own < 2; own++) {
		open_fixture(&fixture);
		fixture.world.issuer.userinfo =
			"{\"sub\":\"7\",\"name\":\"Ada Lovelace\","
			"\"email\":\"ada@example.org\",\"org_id\":\"org_9yb\","
			"\"org_name\":\"Acme\",\"phone_number\":\"4711\"}";
		if (own != 0) {
			fixture.setup.conf.screen.profile_fields.items = chosen;
			fixture.setup.conf.screen.profile_fields.count = 2;
		}
		fixture.world.issuer.script[REQUEST_POLL] = "ok";
		start(&fixture, &kiosk);
		reach(&fixture, VISIT_PROFILE);
		profile = fill(&fixture)->profile;
		assert_int_equal(profile->field_count, own != 0 ? 2 : 3);
		assert_string_equal(profile->fields[0].value,
				    own != 0 ? "4711" : "Ada Lovelace");
		assert_string_equal(profile->fields[1].value,
				    own != 0 ? "7" : "ada@example.org");
		if (own == 0)
			assert_string_equal(profile->fields[2].value, "Acme");
		assert_int_equal(profile->node_count, 6);
		fixture.setup.conf.screen.profile_fields.items = NULL;
		fixture.setup.conf.screen.profile_fields.count = 0;
		close_fixture(&fixture);
	}
}

/* A locked kiosk has no use for the log, and screen.log decides. */
static void test_screen_log(void **state)
{
	static const struct {
		enum screen_log log;
		bool locked, login, hidden;
	} cases[] = {
		{SCREEN_LOG_AUTO, true, false, true},
		{SCREEN_LOG_AUTO, false, false, false},
		{SCREEN_LOG_AUTO, true, true, false},
		{SCREEN_LOG_ON, true, false, false},
		{SCREEN_LOG_OFF, false, false, true},
		{SCREEN_LOG_OFF, false, true, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		open_fixture(&fixture);
		fixture.setup.conf.screen.log = cases[i].log;
		fixture.setup.conf.kiosk.lock = cases[i].locked;
		fixture.presenter.cancel_leaves = cases[i].login;
		start(&fixture, &kiosk);
		assert_int_equal(fill(&fixture)->hides_log, cases[i].hidden);
		close_fixture(&fixture);
	}
}

/* Each place has the caution that is right there. */
static void test_caution(void **state)
{
	static const struct {
		bool is_screen;
		const char *title, *device; /* title NULL: not set */
		const char *caution;
	} cases[] = {
		{true, "Lobby 3", "kiosk7",
		 "Approve only if you are standing at this screen (Lobby 3)."},
		{true, NULL, "kiosk7",
		 "Approve only if you are standing at this screen (kiosk7)."},
		{true, NULL, "",
		 "Approve only if you are standing at this screen."},
		{false, "Lobby 3", "appliance7",
		 "Approve only if you started this sign-in yourself, on "
		 "appliance7."},
		{false, NULL, "",
		 "Approve only if you started this sign-in yourself."},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		open_fixture(&fixture);
		if (cases[i].title != NULL) {
			free(fixture.setup.conf.screen.title);
			fixture.setup.conf.screen.title =
				xstrdup(cases[i].title);
			conf_set_origin(&fixture.setup.conf, "screen.title",
					"1");
		}
		(void)snprintf(fixture.presenter.device,
			       sizeof(fixture.presenter.device), "%s",
			       cases[i].device);
		fixture.presenter.is_screen = cases[i].is_screen;
		assert_string_equal(presenter_caution(&fixture.presenter),
				    cases[i].caution);
		start(&fixture, &kiosk);
		assert_string_equal(fill(&fixture)->caution, cases[i].caution);
		close_fixture(&fixture);
	}
}

/* Each kind of failure is told beside the code, also where there are only 15
 * columns for it (50x15) or 31 (80x24, with the log), and ends with it. */
static void test_status(void **state)
{
	static const struct {
		const char *poll, *status;
	} cases[] = {
		{"connect rules", "No connection: trying again"},
		{"timeout rules", "No connection: trying again"},
		{"not_yet_valid rules", "Clock not set: trying again"},
		{"tls rules", "Not secure: trying again"},
		{"500 rules", "Service busy: trying again"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct model *model;
		char waiting[160];
		struct fixture fixture;

		open_fixture(&fixture);
		start(&fixture, &kiosk);
		world_run(&fixture.world, fixture.world.now_ms + 10000);
		(void)memcpy(waiting, fill(&fixture)->status, sizeof(waiting));
		fixture.world.issuer.script[REQUEST_POLL] = cases[i].poll;
		while (visit_reason(fixture.visit) == REASON_NONE)
			assert_true(world_turn(&fixture.world,
					       fixture.world.now_ms + 60000));
		model = fill(&fixture);
		assert_non_null(model->user_code);
		assert_string_equal(model->status, cases[i].status);
		assert_in_range(text_width(model->status), 1, 31);
		assert_in_range(text_width(model->status_brief), 1, 15);
		check_words(model->status, visit_trouble(fixture.visit));
		world_run(&fixture.world, fixture.world.now_ms + 60000);
		model = fill(&fixture);
		assert_string_equal(model->status, waiting);
		assert_null(model->status_brief);
		close_fixture(&fixture);
	}
}

/* Nothing of a person stays behind, and the screens are told once. */
static void test_forgets(void **state)
{
	struct fixture fixture;

	(void)state;
	open_fixture(&fixture);
	start(&fixture, &key_kiosk);
	world_post(&fixture.world, fixture.client, EVENT_START);
	fixture.world.issuer.script[REQUEST_POLL] = "ok";
	reach(&fixture, VISIT_PROFILE);
	world_run(&fixture.world, fixture.world.now_ms + 1000);
	assert_non_null(fill(&fixture)->profile);
	assert_false(fixture.presenter.forgets);
	world_post(&fixture.world, fixture.client, EVENT_SIGN_OUT);
	reach(&fixture, VISIT_WELCOME);
	assert_null(fill(&fixture)->profile);
	assert_true(fixture.presenter.forgets);
	assert_null(fixture.presenter.profile_json);
	fixture.presenter.forgets = false;
	(void)fill(&fixture);
	assert_false(fixture.presenter.forgets);
	close_fixture(&fixture);
}

/* A kiosk that was cut off while it signed a user out shows nothing of that
 * user to whoever is there when it finishes that; one that was not goes on with
 * the profile. */
static void test_interrupted(void **state)
{
	static const struct visit_policy resumes = {.resume = true};
	static const struct visit_policy *policies[] = {&resumes, &kiosk};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(policies); i++) {
		const struct visit_policy *policy = policies[i / 2];
		const bool cut_off = i % 2 != 0;
		struct fixture fixture;
		const struct model *model;
		const struct session *session;

		open_fixture(&fixture);
		world_store(&fixture.world, fixture.setup.provider.id, 3600);
		secret_free(fixture.world.disk.data.profile);
		fixture.world.disk.data.profile = xstrdup(ADA);
		fixture.world.disk.data.signing_out = cut_off;
		start(&fixture, policy);
		session = visit_session(fixture.visit);
		model = fill(&fixture);
		if (!cut_off) {
			assert_int_equal(model->screen,
					 policy->resume ? SCREEN_PROFILE
							: SCREEN_SIGN_IN);
			assert_int_equal(model->profile != NULL,
					 policy->resume);
			close_fixture(&fixture);
			continue;
		}
		assert_int_equal(visit_stage(fixture.visit), VISIT_RESUMING);
		while (visit_stage(fixture.visit) == VISIT_RESUMING) {
			model = fill(&fixture);
			assert_true(session_data(session)->signing_out);
			assert_null(session_data(session)->profile);
			assert_int_equal(model->screen, SCREEN_SIGN_IN);
			assert_non_null(strstr(model->status, LABEL));
			assert_null(model->profile);
			assert_null(model->user_code);
			assert_null(fixture.presenter.profile_json);
			assert_true(world_turn(&fixture.world, NEVER_MS));
		}
		assert_int_equal(fixture.world.issuer.revoked, 2);
		assert_null(fill(&fixture)->profile);
		close_fixture(&fixture);
	}
}

/* A login finishes such a sign-out first. Whoever cancels it then sees nothing
 * of that user either. */
static void test_interrupted_and_cancelled(void **state)
{
	static const struct visit_policy login = {.once = true};
	struct fixture fixture;
	const struct model *model;

	(void)state;
	open_fixture(&fixture);
	world_store(&fixture.world, fixture.setup.provider.id, 3600);
	secret_free(fixture.world.disk.data.profile);
	fixture.world.disk.data.profile = xstrdup(ADA);
	fixture.world.disk.data.signing_out = true;
	start(&fixture, &login);
	assert_int_equal(visit_stage(fixture.visit), VISIT_RESUMING);
	world_post(&fixture.world, fixture.client, EVENT_CANCEL);
	assert_int_equal(visit_stage(fixture.visit), VISIT_LEAVING);
	while (visit_stage(fixture.visit) == VISIT_LEAVING) {
		model = fill(&fixture);
		assert_int_equal(model->screen, SCREEN_SIGN_IN);
		assert_non_null(strstr(model->status, LABEL));
		assert_null(model->profile);
		assert_null(fixture.presenter.profile_json);
		assert_true(world_turn(&fixture.world, NEVER_MS));
	}
	assert_int_equal(fixture.world.issuer.revoked, 2);
	assert_string_equal(fill(&fixture)->trouble, "Cancelled");
	close_fixture(&fixture);
}

/* The device keeps another client's session: the sign-in was accepted, but is
 * not kept. */
static void test_not_kept(void **state)
{
	struct fixture fixture;
	const struct model *model;

	(void)state;
	open_fixture(&fixture);
	world_store(&fixture.world, "webex", 3600);
	fixture.world.issuer.script[REQUEST_POLL] = "ok";
	start(&fixture, &kiosk);
	reach(&fixture, VISIT_TROUBLE);
	assert_int_equal(visit_reason(fixture.visit), REASON_NOT_KEPT);
	model = fill(&fixture);
	assert_string_equal(model->trouble, "The sign-in was not kept");
	check_words(model->trouble, visit_trouble(fixture.visit));
	check_words(model->advice, visit_trouble(fixture.visit));
	assert_non_null(strstr(model->advice, "administrator"));
	assert_int_equal(fixture.world.issuer.revoked, 2);
	assert_string_equal(fixture.world.disk.data.provider, "webex");
	close_fixture(&fixture);
}

static void test_leaving(void **state)
{
	static const struct {
		bool can_quit, cancel_leaves;
		bool locked_in;
	} cases[] = {
		{true, true, false},
		{true, false, false},
		{false, true, true},
		{false, false, false},
	};
	struct fixture fixture;

	(void)state;
	open_fixture(&fixture);
	start(&fixture, &key_kiosk);
	for (size_t i = 0; i < COUNT(cases); i++) {
		fixture.presenter.can_quit = cases[i].can_quit;
		fixture.presenter.cancel_leaves = cases[i].cancel_leaves;
		assert_int_equal(fill(&fixture)->can_quit, cases[i].can_quit);
		assert_int_equal(fill(&fixture)->locked_in, cases[i].locked_in);
	}
	close_fixture(&fixture);
}

/* How a login ends, as a script sees it and as a person reads it. */
static void test_ends(void **state)
{
	static const struct {
		const char *ask, *poll;
		enum event_kind event; /* EVENT_TICK: none */
		int code;
	} cases[] = {
		{"ok", "ok", EVENT_TICK, EXIT_DONE},
		{"ok", "denied", EVENT_TICK, EXIT_DENIED},
		{"ok", "expired", EVENT_TICK, EXIT_EXPIRED},
		{"connect", NULL, EVENT_TICK, EXIT_UNREACHABLE},
		{"invalid_client", NULL, EVENT_TICK, EXIT_USAGE},
		{"html", NULL, EVENT_TICK, EXIT_FAILED},
		{"ok", NULL, EVENT_CANCEL, EXIT_CANCELLED},
	};
	static const struct visit_policy login = {.once = true};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		const char *text;

		open_fixture(&fixture);
		fixture.world.issuer.script[REQUEST_DEVICE_AUTHORIZATION] =
			cases[i].ask;
		fixture.world.issuer.script[REQUEST_POLL] = cases[i].poll;
		start(&fixture, &login);
		if (cases[i].event != EVENT_TICK)
			world_post(&fixture.world, fixture.client,
				   cases[i].event);
		reach(&fixture, VISIT_OVER);
		assert_int_equal(presenter_exit_code(fixture.visit),
				 cases[i].code);
		if (cases[i].code == EXIT_DONE) {
			text = presenter_greeting(&fixture.presenter,
						  fixture.visit);
			assert_non_null(strstr(text, LABEL));
			assert_non_null(strstr(text, "Ada Lovelace"));
		} else {
			text = presenter_farewell(&fixture.presenter,
						  fixture.visit);
			assert_string_not_equal(text, "");
			/* The details are for the log. */
			if (visit_trouble(fixture.visit)[0] != '\0')
				assert_null(strstr(
					text, visit_trouble(fixture.visit)));
		}
		close_fixture(&fixture);
	}
}

/* The code grant has an address in the place of the code. */
static void test_code_grant(void **state)
{
	struct fixture fixture;
	const struct flow *flow;

	(void)state;
	open_fixture(&fixture);
	fixture.world.issuer.provider.code_grant = true;
	fixture.setup.provider.code_grant = true;
	start(&fixture, &kiosk);
	flow = visit_flow(fixture.visit);
	assert_int_equal(fill(&fixture)->screen, SCREEN_SIGN_IN);
	assert_null(fixture.model.user_code);
	assert_non_null(fixture.model.authorization_uri);
	assert_string_equal(fixture.model.authorization_uri,
			    flow_authorization_uri(flow));
	assert_string_equal(fixture.model.redirect_uri,
			    "http://127.0.0.1:2000/redirect.html");
	assert_null(fixture.model.failure);
	assert_int_equal(fixture.model.expires_ms, flow_expires_ms(flow));
	close_fixture(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_screens),
		cmocka_unit_test(test_trouble),
		cmocka_unit_test(test_caution),
		cmocka_unit_test(test_screen_log),
		cmocka_unit_test(test_profile_summary),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_forgets),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_interrupted_and_cancelled),
		cmocka_unit_test(test_not_kept),
		cmocka_unit_test(test_leaving),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_code_grant),
	};

	return cmocka_run_group_tests_name("presenter", tests, NULL, NULL);
}
