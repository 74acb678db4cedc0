/* SPDX-License-Identifier: MIT */
/*
 * What is said on the screens, for each stage of a visit. Decides nothing.
 */
#include "config.h"

#include "app/scene.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/args.h"
#include "app/clock.h"
#include "app/setup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/discovery.h"
#include "core/flow.h"
#include "core/oauth.h"
#include "core/profile.h"
#include "core/session.h"
#include "core/visit.h"

void scene_init(struct scene *scene, const struct setup *setup)
{
	const char *name = setup->conf.provider.device_name;
	char host[128] = "";

	memset(scene, 0, sizeof(*scene));
	scene->setup = setup;
	if (name[0] == '\0' && gethostname(host, sizeof(host) - 1) == 0)
		name = host;
	text_clip(scene->device, sizeof(scene->device), name, strlen(name), 60,
		  TEXT_DOTS);
}

static void forget_profile(struct scene *scene)
{
	profile_free(scene->profile);
	scene->profile = NULL;
	secret_free(scene->profile_json);
	scene->profile_json = NULL;
}

void scene_free(struct scene *scene)
{
	forget_profile(scene);
	mem_wipe(scene, sizeof(*scene));
}

static bool same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* A profile is taken apart once, not at every drawing. */
static const struct profile *profile_of(struct scene *scene,
					const struct visit *visit)
{
	const struct conf *conf = &scene->setup->conf;
	const struct strings *only = &conf->screen.profile_fields;
	const char *json = session_data(visit_session(visit))->profile;

	if (same(json, scene->profile_json))
		return scene->profile;
	forget_profile(scene);
	scene->profile_json = xstrdup(json);
	if (json != NULL)
		scene->profile = profile_new(
			json, scene->setup->provider.preset->profile,
			only->items, only->count, NULL);
	return scene->profile;
}

static void say(struct scene *scene, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say(struct scene *scene, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(scene->status, sizeof(scene->status), format, ap);
	va_end(ap);
}

static void fill_authorization(struct scene *scene, const struct flow *flow,
			       struct model *model)
{
	say(scene, "Waiting for the browser");
	if (flow_refusal(flow) != NULL)
		model->refusal = flow_refusal(flow)->err.text;
	model->authorization_uri = flow_authorization_uri(flow);
	model->redirect_uri = scene->setup->provider.redirect_uri;
	model->code_lifetime_ms = flow_lifetime_ms(flow);
	model->expires_ms = flow_expires_ms(flow);
	model->codes = flow_codes(flow);
}

static void fill_sign_in(struct scene *scene, const struct flow *flow,
			 struct model *model)
{
	const struct device_code *code = flow_code(flow);

	const char *label = scene->setup->provider.label;

	model->screen = SCREEN_SIGN_IN;
	if (flow_state(flow) == FLOW_EXCHANGING) {
		say(scene, "Asking %s for the tokens", label);
		model->authorization_uri = flow_authorization_uri(flow);
		model->redirect_uri = scene->setup->provider.redirect_uri;
		return;
	}
	if (flow_authorization_uri(flow) != NULL) {
		fill_authorization(scene, flow, model);
		return;
	}
	if (flow_state(flow) == FLOW_IDLE) {
		say(scene, "Starting: the code comes in a moment");
		return;
	}
	if (code == NULL) {
		say(scene, "Asking %s for a code", label);
		return;
	}
	if (flow_refusal(flow) != NULL)
		say(scene, "No answer from %s: trying again", label);
	else
		say(scene, "Waiting for your approval");
	model->user_code = code->user_code;
	model->verification_uri = code->verification_uri;
	model->verification_uri_complete = code->verification_uri_complete;
	model->code_lifetime_ms = flow_lifetime_ms(flow);
	model->expires_ms = flow_expires_ms(flow);
	model->codes = flow_codes(flow);
	model->polls = flow_polls(flow);
}

/* The code cannot be had for now: the network or the provider is away. */
static void fill_backing_off(struct scene *scene, const struct flow *flow,
			     struct model *model)
{
	const struct refusal *refusal = flow_refusal(flow);
	bool reached = refusal != NULL && refusal->reached;

	model->screen = SCREEN_TROUBLE;
	if (reached)
		say(scene, "Waiting for %s", scene->setup->provider.label);
	else
		say(scene, "Waiting for the network");
	model->trouble = reached ? "Sign-in is not possible right now"
				 : "No connection to the sign-in service";
	model->advice = refusal != NULL ? refusal->err.text : "";
	model->retry_ms = flow_deadline(flow);
}

static void fill_preparing(struct scene *scene,
			   const struct discovery *discovery,
			   struct model *model)
{
	const struct refusal *refusal = discovery_refusal(discovery);

	if (discovery_state(discovery) != DISCOVERY_BACKING_OFF) {
		model->screen = SCREEN_SIGN_IN;
		say(scene, "Asking %s how to sign in",
		    scene->setup->provider.label);
		return;
	}
	model->screen = SCREEN_TROUBLE;
	say(scene, "Waiting for the network");
	model->trouble = "No connection to the sign-in service";
	model->advice = refusal != NULL ? refusal->err.text : "";
	model->retry_ms = discovery_deadline(discovery);
}

static const char *headline(enum visit_result result)
{
	switch (result) {
	case RESULT_DENIED:
		return "The sign-in was denied";
	case RESULT_NOT_ALLOWED:
		return "You cannot sign in here";
	case RESULT_UNCONFIRMED:
		return "The sign-in was not confirmed";
	case RESULT_EXPIRED:
		return "The code ran out";
	case RESULT_UNREACHABLE:
		return "No connection to the sign-in service";
	case RESULT_MISCONFIGURED:
		return "This device is not set up correctly";
	case RESULT_CANCELLED:
		return "Cancelled";
	case RESULT_NONE:
	case RESULT_SIGNED_IN:
	case RESULT_FAILED:
		break;
	}
	return "The sign-in did not work";
}

static void fill_trouble(struct scene *scene, const struct visit *visit,
			 struct model *model)
{
	const char *why = visit_trouble(visit);

	if (visit_result(visit) == RESULT_DENIED)
		why = "Somebody chose Deny on the sign-in page.";
	else if (visit_result(visit) == RESULT_EXPIRED)
		why = "Nobody used it in time. A new one works just as well.";
	(void)snprintf(scene->advice, sizeof(scene->advice), "%s", why);
	model->screen = SCREEN_TROUBLE;
	model->trouble = headline(visit_result(visit));
	model->advice = scene->advice;
	model->retry_ms = visit_retry_ms(visit);
}

static void fill_profile(struct scene *scene, const struct visit *visit,
			 struct model *model)
{
	const struct session *session = visit_session(visit);
	const char *label = scene->setup->provider.label;

	model->screen = SCREEN_PROFILE;
	model->profile = profile_of(scene, visit);
	model->token_expires_ms = session_expires_ms(session);
	model->refreshes = session_data(session)->tokens.refresh_token != NULL;
	model->idle_ms = visit_idle_ms(visit);
	switch (session_state(session)) {
	case SESSION_REFRESHING:
		say(scene, "Renewing the access token");
		break;
	case SESSION_READING:
		say(scene, "Reading the profile from %s", label);
		break;
	case SESSION_CHECKING:
		say(scene, "Checking who signed in");
		break;
	case SESSION_REVOKING:
	case SESSION_WIPING:
		say(scene, "Signing out of %s", label);
		break;
	case SESSION_NONE:
	case SESSION_HELD:
	case SESSION_LOCKING:
	case SESSION_SAVING:
	case SESSION_LIVE:
	case SESSION_ENDED:
		say(scene, "Signed in to %s", label);
		break;
	}
}

void scene_fill(struct scene *scene, const struct visit *visit,
		struct model *model)
{
	const struct flow *flow = visit_flow(visit);

	/* Whoever has signed out is forgotten at once, not when the next
	 * profile comes. */
	if (session_data(visit_session(visit))->profile == NULL &&
	    scene->profile_json != NULL) {
		forget_profile(scene);
		scene->forgets = true;
	}
	memset(model, 0, sizeof(*model));
	model->now_ms = clock_now_ms();
	model->title = scene->setup->conf.screen.title;
	model->provider = scene->setup->provider.label;
	model->device = scene->device;
	model->status = scene->status;
	model->trouble = model->advice = "";
	model->expires_ms = model->retry_ms = NEVER_MS;
	model->token_expires_ms = model->idle_ms = NEVER_MS;
	model->confirm_ms = NEVER_MS;
	model->log = scene->setup->log;
	model->demo = scene->demo;
	model->can_quit = scene->can_quit;
	model->locked_in = scene->cancel_leaves && !scene->can_quit;
	scene->status[0] = '\0';
	switch (visit_stage(visit)) {
	case VISIT_PREPARING:
		fill_preparing(scene, visit_discovery(visit), model);
		break;
	case VISIT_WELCOME:
		model->screen = SCREEN_WELCOME;
		break;
	case VISIT_SIGN_IN:
		if (flow_state(flow) == FLOW_BACKING_OFF)
			fill_backing_off(scene, flow, model);
		else
			fill_sign_in(scene, flow, model);
		break;
	case VISIT_CONFIRM:
		model->screen = SCREEN_CONFIRM;
		model->profile = profile_of(scene, visit);
		model->confirm_ms = visit_confirm_ms(visit);
		break;
	case VISIT_RESUMING:
	case VISIT_ARRIVING:
	case VISIT_PROFILE:
	case VISIT_LEAVING:
		fill_profile(scene, visit, model);
		break;
	case VISIT_TROUBLE:
	case VISIT_OVER:
		fill_trouble(scene, visit, model);
		break;
	}
}

const char *scene_greeting(struct scene *scene, const struct visit *visit)
{
	const struct profile *profile = profile_of(scene, visit);

	if (profile != NULL && profile->name[0] != '\0')
		(void)snprintf(scene->advice, sizeof(scene->advice),
			       "Signed in to %s as %s.",
			       scene->setup->provider.label, profile->name);
	else
		(void)snprintf(scene->advice, sizeof(scene->advice),
			       "Signed in to %s.",
			       scene->setup->provider.label);
	return scene->advice;
}

const char *scene_farewell(struct scene *scene, const struct visit *visit)
{
	const char *why = visit_trouble(visit);

	(void)snprintf(scene->advice, sizeof(scene->advice), "%s%s%s",
		       headline(visit_result(visit)),
		       why[0] != '\0' ? ": " : ".", why);
	return scene->advice;
}

int scene_exit_code(const struct visit *visit)
{
	switch (visit_result(visit)) {
	case RESULT_SIGNED_IN:
		return EXIT_DONE;
	case RESULT_MISCONFIGURED:
		return EXIT_USAGE;
	case RESULT_DENIED:
	case RESULT_UNCONFIRMED:
		return EXIT_DENIED;
	case RESULT_EXPIRED:
		return EXIT_EXPIRED;
	case RESULT_UNREACHABLE:
		return EXIT_UNREACHABLE;
	case RESULT_CANCELLED:
		return EXIT_CANCELLED;
	case RESULT_NONE:
	case RESULT_FAILED:
	case RESULT_NOT_ALLOWED:
		break;
	}
	return EXIT_FAILED;
}
