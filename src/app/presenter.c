/* SPDX-License-Identifier: MIT */
/*
 * The texts on the screens for each stage of a visit. Decides nothing.
 */
#include "config.h"

#include "app/presenter.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/args.h"
#include "app/clock.h"
#include "app/setup.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "machine/discovery.h"
#include "machine/flow.h"
#include "machine/session.h"
#include "machine/visit.h"
#include "oauth/oauth_answer.h"
#include "oauth/profile.h"

void presenter_init(struct presenter *presenter, const struct setup *setup)
{
	const char *name = setup->conf.provider.device_name;
	char host[128] = "";

	memset(presenter, 0, sizeof(*presenter));
	presenter->setup = setup;
	languages_open(&presenter->languages, &setup->conf);
	if (name[0] == '\0' && gethostname(host, sizeof(host) - 1) == 0)
		name = host;
	text_clip(presenter->device, sizeof(presenter->device), name,
		  strlen(name), 60, TEXT_DOTS);
}

static void forget_profile(struct presenter *presenter)
{
	profile_free(presenter->profile);
	presenter->profile = NULL;
	secret_free(presenter->profile_json);
	presenter->profile_json = NULL;
}

void presenter_free(struct presenter *presenter)
{
	forget_profile(presenter);
	languages_close(&presenter->languages);
	mem_wipe(presenter, sizeof(*presenter));
}

static bool is_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Parses a profile once, not at every drawing. */
static const struct profile *profile_of(struct presenter *presenter,
					const struct visit *visit)
{
	const struct conf *conf = &presenter->setup->conf;
	/* Others may read the screen, too; the rest is one key away. An
	 * organisation has a row only if its name is known. */
	static char name[] = "Name", email[] = "Email",
		    organisation[] = "Organisation";
	static char *summary[] = {name, email, organisation};
	const struct strings *chosen = &conf->screen.profile_fields;
	char *const *only = chosen->count > 0 ? chosen->items : summary;
	size_t count = chosen->count > 0 ? chosen->count
					 : sizeof(summary) / sizeof(*summary);
	const struct profile_map *map =
		presenter->setup->provider.preset->profile;
	const struct session_data *data = session_data(visit_session(visit));
	const char *json = data->profile;

	if (is_same(json, presenter->profile_json) &&
	    presenter->profile_language == presenter->languages.now)
		return presenter->profile;
	forget_profile(presenter);
	presenter->profile_json = xstrdup(json);
	presenter->profile_language = presenter->languages.now;
	if (data->parsed != NULL)
		presenter->profile =
			profile_from_json(data->parsed, map, only, count);
	else if (json != NULL)
		presenter->profile = profile_new(json, map, only, count, NULL);
	return presenter->profile;
}

static const char *label_of(const struct presenter *presenter)
{
	const char *label = presenter->setup->provider.label;

	return presenter->demo ? _(label) : label;
}

/* Sets the status to that text, with the provider in place of its %s. */
static void set_status(struct presenter *presenter, const char *text)
{
	const size_t len = strcspn(text, "%");
	const bool named = text[len] != '\0';

	(void)snprintf(presenter->status, sizeof(presenter->status), "%.*s%s%s",
		       (int)len, text, named ? label_of(presenter) : "",
		       named ? text + len + strlen("%s") : "");
}

/* Translators: why an address that was pasted, or that a browser ended on, is
 * not accepted. Wrapped. */
static const char *const foreign[] = {
	[FOREIGN_NOT] = "",
	[FOREIGN_SIGN_IN] =
		N_("This address belongs to another sign-in: open the address "
		   "on the screen."),
	[FOREIGN_REPEATS] =
		N_("This address contains a parameter twice and was ignored: "
		   "copy it again."),
	[FOREIGN_PROVIDER] =
		N_("This address is from another provider and was ignored."),
	[FOREIGN_NO_CODE] =
		N_("This address contains no code: copy all of it."),
};

/* Translators: a status at the foot of the screen. %s is the provider. At most
 * 40 columns without that. */
static void fill_authorization(struct presenter *presenter,
			       const struct flow *flow, struct model *model)
{
	set_status(presenter, _("Waiting for the browser"));
	if (flow_oauth_failure(flow) != NULL)
		model->failure = foreign[flow_oauth_failure(flow)->foreign];
	model->authorization_uri = flow_authorization_uri(flow);
	model->redirect_uri = presenter->setup->provider.redirect_uri;
	model->code_lifetime_ms = flow_lifetime_ms(flow);
	model->expires_ms = flow_expires_ms(flow);
	model->codes = flow_codes(flow);
}

/* The log has the details. */
/* Translators: beside a code or an address, while a request is tried again. At
 * most 34 columns, the brief one 15. */
static const struct {
	const char *status, *brief;
} retrying[] = {
	[REASON_NO_NETWORK] = {N_("No connection: trying again"),
			       N_("No connection")},
	[REASON_CLOCK] = {N_("Clock not set: trying again"),
			  N_("Clock not set")},
	[REASON_NO_TRUST] = {N_("Not secure: trying again"), N_("Not secure")},
	[REASON_BUSY] = {N_("Service busy: trying again"), N_("Service busy")},
};

/* False if nothing is tried again. */
static bool set_retrying(struct presenter *presenter, const struct visit *visit,
			 struct model *model)
{
	const enum visit_reason reason = visit_reason(visit);

	if (reason == REASON_NONE)
		return false;
	set_status(presenter, _(retrying[reason].status));
	model->status_brief = _(retrying[reason].brief);
	return true;
}

/* Translators: a status at the foot of the screen. %s is the provider. At most
 * 40 columns without that. */
static void fill_sign_in(struct presenter *presenter, const struct visit *visit,
			 struct model *model)
{
	const struct flow *flow = visit_flow(visit);
	const struct device_code *code = flow_code(flow);

	model->screen = SCREEN_SIGN_IN;
	if (flow_state(flow) == FLOW_EXCHANGING ||
	    flow_state(flow) == FLOW_EXCHANGE_BACKING_OFF) {
		if (!set_retrying(presenter, visit, model))
			set_status(presenter, _("Requesting tokens from %s"));
		model->authorization_uri = flow_authorization_uri(flow);
		model->redirect_uri = presenter->setup->provider.redirect_uri;
		return;
	}
	if (flow_authorization_uri(flow) != NULL) {
		fill_authorization(presenter, flow, model);
		return;
	}
	if (flow_state(flow) == FLOW_IDLE) {
		set_status(presenter,
			   _("Starting: the code will appear in a moment"));
		return;
	}
	if (code == NULL) {
		set_status(presenter, _("Requesting a code from %s"));
		return;
	}
	if (!set_retrying(presenter, visit, model))
		set_status(presenter, _("Waiting for your approval"));
	model->code_follows = visit_renews(visit);
	model->user_code = code->user_code;
	model->verification_uri = code->verification_uri;
	model->verification_uri_complete = code->verification_uri_complete;
	model->code_lifetime_ms = flow_lifetime_ms(flow);
	model->expires_ms = flow_expires_ms(flow);
	model->codes = flow_codes(flow);
}

/* What a visitor reads. Details are for the log. */
struct words {
	const char *headline;
	const char *advice; /* or "" */
	enum next next;	    /* NEXT_START depends on the visit */
};

/* Translators: what went wrong, and what can be done. Wrapped: each on a line
 * of its own or more, as whole sentences; the first one has no full stop. */
static const struct words words[] = {
	[REASON_NONE] = {N_("The sign-in failed"), "", NEXT_TRY},
	[REASON_NO_NETWORK] = {N_("No connection to the sign-in service"), "",
			       NEXT_TRY},
	[REASON_CLOCK] = {N_("Waiting for the right time"),
			  N_("The clock of this device has not been set yet."),
			  NEXT_TRY},
	[REASON_NO_TRUST] = {N_("No secure connection to the sign-in service"),
			     "", NEXT_TRY},
	[REASON_BUSY] = {N_("Sign-in is not possible right now"),
			 N_("The sign-in service is busy or having problems."),
			 NEXT_TRY},
	[REASON_NOT_SET_UP] = {N_("This device is not set up correctly"),
			       N_("Its administrator has to fix that."),
			       NEXT_TRY},
	[REASON_REFUSED] = {N_("The sign-in failed"),
			    N_("The sign-in service did not accept it."),
			    NEXT_TRY},
	[REASON_UNUSABLE] = {N_("The sign-in failed"),
			     N_("The sign-in service sent something that this "
				"device cannot use."),
			     NEXT_TRY},
	[REASON_NOT_ALLOWED] =
		{N_("You cannot sign in here"),
		 N_("This account may not sign in on this device. Use another "
		    "one, or ask the device's administrator."),
		 NEXT_CODE},
	[REASON_NO_PROFILE] = {N_("Your profile could not be read"),
			       N_("You cannot sign in here without it."),
			       NEXT_CODE},
	[REASON_UNKNOWN_USER] =
		{N_("The provider does not say who is signing in"),
		 N_("You cannot sign in here without that."), NEXT_TRY},
	[REASON_SAID_NO] =
		{N_("The sign-in was not confirmed"),
		 N_("You answered that this is not you. Nothing was kept."),
		 NEXT_CODE},
	[REASON_UNCONFIRMED] = {N_("The sign-in was not confirmed"),
				N_("The question was not answered in time. "
				   "Nothing was kept."),
				NEXT_CODE},
	[REASON_DENIED] = {N_("The sign-in was denied"),
			   N_("The request was declined on the sign-in page."),
			   NEXT_CODE},
	[REASON_EXPIRED] = {N_("The code has expired"),
			    N_("It wasn't used in time."), NEXT_CODE},
	[REASON_NOT_SAVED] =
		{N_("The sign-in failed"),
		 N_("It was approved, but the session could not be saved and "
		    "ends with this program. Fix that, then sign in again."),
		 NEXT_TRY},
	[REASON_NOT_KEPT] = {N_("The sign-in was not kept"),
			     N_("This device still has an earlier sign-in with "
				"other settings. Its administrator has to end "
				"that first."),
			     NEXT_TRY},
	[REASON_NOT_REMOVED] =
		{N_("You are signed out, but not completely"),
		 N_("This device could not delete what it had "
		    "stored. Its administrator has to fix that."),
		 NEXT_TRY},
};

static void fill_trouble(struct presenter *presenter, const struct visit *visit,
			 int64_t retry_ms, struct model *model)
{
	const struct setup *setup = presenter->setup;
	const struct words *said = &words[visit_reason(visit)];

	model->screen = SCREEN_TROUBLE;
	model->trouble = said->headline;
	model->advice = said->advice;
	if (visit_result(visit) == RESULT_CANCELLED)
		/* Translators: the headline of a sign-in that was given up. */
		model->trouble = N_("Cancelled");
	model->help = setup->conf.kiosk.help;
	model->retry_ms = retry_ms;
	model->next = said->next;
	if (visit_returns(visit))
		model->next = NEXT_START;
	else if (model->next == NEXT_CODE && setup->provider.code_grant)
		model->next = NEXT_TRY; /* an address, not a code */
}

const char *presenter_of_browser(const struct flow *flow)
{
	const struct oauth_failure *failure = flow_oauth_failure(flow);

	if (flow_state(flow) == FLOW_DENIED)
		return _("The sign-in was denied");
	if (failure != NULL && failure->foreign != FOREIGN_NOT)
		return _(foreign[failure->foreign]);
	/* Translators: on the page that the browser ends on. */
	return flow_state(flow) == FLOW_FAILED
		       ? NULL
		       : _("This sign-in has ended: open the address that is "
			   "on the screen now.");
}

/* No code is available: the network or the provider cannot be reached. */
/* Translators: a status at the foot of the screen. %s is the provider. At most
 * 40 columns without that. */
static void fill_backing_off(struct presenter *presenter,
			     const struct visit *visit, int64_t retry_ms,
			     struct model *model)
{
	fill_trouble(presenter, visit, retry_ms, model);
	if (visit_reason(visit) == REASON_BUSY)
		set_status(presenter, _("Waiting for %s"));
	else if (visit_reason(visit) == REASON_CLOCK)
		set_status(presenter, _("Waiting for the right time"));
	else
		set_status(presenter, _("Waiting for the network"));
}

/* Translators: a status at the foot of the screen. %s is the provider. At most
 * 40 columns without that. */
static void fill_preparing(struct presenter *presenter,
			   const struct visit *visit, struct model *model)
{
	const struct discovery *discovery = visit_discovery(visit);

	if (discovery_state(discovery) == DISCOVERY_BACKING_OFF) {
		fill_backing_off(presenter, visit,
				 discovery_deadline(discovery), model);
		return;
	}
	model->screen = SCREEN_SIGN_IN;
	set_status(presenter, _("Connecting to %s"));
}

/* Translators: a status at the foot of the screen. %s is the provider. At most
 * 40 columns without that. */
static const char *const session_status[] = {
	[SESSION_REFRESHING] = N_("Refreshing the access token"),
	[SESSION_READING] = N_("Reading the profile from %s"),
	[SESSION_READ_BACKING_OFF] = N_("Reading the profile from %s"),
	[SESSION_CHECKING] = N_("Checking who signed in"),
	[SESSION_CHECK_BACKING_OFF] = N_("Checking who signed in"),
	[SESSION_MARKING_SIGN_OUT] = N_("Signing out of %s"),
	[SESSION_REVOKING] = N_("Signing out of %s"),
	[SESSION_REVOKING_UNLOCKED] = N_("Signing out of %s"),
	[SESSION_WIPING] = N_("Signing out of %s"),
	[SESSION_ENDED] = NULL,
};

/* Translators: a status at the foot of the screen. %s is the provider. At most
 * 40 columns without that. */
static void fill_profile(struct presenter *presenter, const struct visit *visit,
			 struct model *model)
{
	const struct session *session = visit_session(visit);
	const char *status = session_status[session_state(session)];

	model->screen = SCREEN_PROFILE;
	model->profile = profile_of(presenter, visit);
	model->token_expires_ms = session_expires_ms(session);
	model->refreshes = session_data(session)->tokens.refresh_token != NULL;
	model->idle_ms = visit_idle_ms(visit);
	set_status(presenter,
		   status != NULL ? _(status) : _("Signed in to %s"));
}

/* Translators: a status at the foot of the screen. %s is the provider. At most
 * 40 columns without that. */
static void fill_signing_out(struct presenter *presenter, struct model *model)
{
	model->screen = SCREEN_SIGN_IN;
	set_status(presenter, _("Signing out of %s"));
}

/* Whoever is there while an interrupted sign-out is finished is not the user
 * who signed out, and the session has no profile then. */
static void fill_resuming(struct presenter *presenter,
			  const struct visit *visit, struct model *model)
{
	if (session_data(visit_session(visit))->signing_out)
		fill_signing_out(presenter, model);
	else
		fill_profile(presenter, visit, model);
}

static void fill_leaving(struct presenter *presenter, const struct visit *visit,
			 struct model *model)
{
	if (session_data(visit_session(visit))->profile == NULL)
		fill_signing_out(presenter, model);
	else
		fill_profile(presenter, visit, model);
}

/* Its operator's own words, if there are any. */
static const char *title_of(const struct presenter *presenter)
{
	const struct conf *conf = &presenter->setup->conf;

	/* Translators: the title of all screens. Letters of Western European
	 * languages can be drawn large. */
	return conf_is_set(conf, "screen.title") ? conf->screen.title
						 : _("Sign in");
}

/* The users of a locked kiosk have no use for it. */
static bool hides_log(const struct presenter *presenter)
{
	const struct conf *conf = &presenter->setup->conf;

	switch (conf->screen.log) {
	case SCREEN_LOG_AUTO:
		return conf->kiosk.lock && !presenter->cancel_leaves;
	case SCREEN_LOG_ON:
		break;
	case SCREEN_LOG_OFF:
		return true;
	}
	return false;
}

/* Translators: when to approve a code. Wrapped; the shorter, the better. */
static const char *brief_caution(const struct presenter *presenter)
{
	return presenter->is_screen
		       ? _("Approve only if you are standing at this screen.")
		       : _("Approve only if you started this sign-in "
			   "yourself.");
}

static void fill_stage(struct presenter *presenter, const struct visit *visit,
		       struct model *model)
{
	const struct flow *flow = visit_flow(visit);

	switch (visit_stage(visit)) {
	case VISIT_PREPARING:
		fill_preparing(presenter, visit, model);
		break;
	case VISIT_WELCOME:
		model->screen = SCREEN_WELCOME;
		break;
	case VISIT_STARTING:
	case VISIT_SIGN_IN:
		if (flow_state(flow) == FLOW_BACKING_OFF)
			fill_backing_off(presenter, visit, flow_deadline(flow),
					 model);
		else
			fill_sign_in(presenter, visit, model);
		break;
	case VISIT_CONFIRM:
		model->screen = SCREEN_CONFIRM;
		model->profile = profile_of(presenter, visit);
		model->confirm_ms = visit_confirm_ms(visit);
		break;
	case VISIT_RESUMING:
		fill_resuming(presenter, visit, model);
		break;
	case VISIT_ARRIVING:
	case VISIT_PROFILE:
		fill_profile(presenter, visit, model);
		break;
	case VISIT_LEAVING:
		fill_leaving(presenter, visit, model);
		break;
	case VISIT_TROUBLE:
	case VISIT_OVER:
		fill_trouble(presenter, visit, visit_retry_ms(visit), model);
		break;
	}
}

void presenter_fill(struct presenter *presenter, const struct visit *visit,
		    struct model *model)
{
	/* After a sign-out, drop the profile at once, not when the next one
	 * arrives. */
	if (session_data(visit_session(visit))->profile == NULL &&
	    presenter->profile_json != NULL) {
		forget_profile(presenter);
		presenter->forgets = true;
	}
	memset(model, 0, sizeof(*model));
	model->now_ms = clock_now_ms();
	model->title = title_of(presenter);
	model->text = presenter->setup->conf.screen.text;
	model->logo = presenter->setup->logo;
	model->provider = label_of(presenter);
	model->device = presenter->device;
	model->caution = presenter_caution(presenter);
	model->caution_brief = brief_caution(presenter);
	model->status = presenter->status;
	model->language = languages_next_name(&presenter->languages);
	model->trouble = model->advice = model->help = "";
	model->expires_ms = model->retry_ms = NEVER_MS;
	model->token_expires_ms = model->idle_ms = NEVER_MS;
	model->confirm_ms = NEVER_MS;
	model->log = presenter->setup->log;
	model->hides_log = hides_log(presenter);
	model->demo = presenter->demo;
	model->can_quit = presenter->can_quit;
	model->locked_in = presenter->cancel_leaves && !presenter->can_quit;
	presenter->status[0] = '\0';
	fill_stage(presenter, visit, model);
}

const char *presenter_caution(struct presenter *presenter)
{
	const struct conf *conf = &presenter->setup->conf;
	const char *name = presenter->device;
	char *dst = presenter->caution;
	const size_t size = sizeof(presenter->caution);

	if (presenter->is_screen && conf_is_set(conf, "screen.title"))
		name = conf->screen.title;
	/* Translators: when to approve a code. %s is the name of the screen or
	 * of the machine. Wrapped; the shorter, the better. */
	if (name[0] == '\0')
		(void)snprintf(dst, size, "%s", brief_caution(presenter));
	else if (presenter->is_screen)
		(void)snprintf(dst, size,
			       _("Approve only if you are standing at this "
				 "screen (%s)."),
			       name);
	else
		(void)snprintf(dst, size,
			       _("Approve only if you started this sign-in "
				 "yourself, on %s."),
			       name);
	return dst;
}

/* Translators: the last line of a login, and the first of a signed-in user in
 * plain lines. Wrapped. %s is the provider, then the user. */
const char *presenter_greeting(struct presenter *presenter,
			       const struct visit *visit)
{
	const struct profile *profile = profile_of(presenter, visit);

	if (profile != NULL && profile->name[0] != '\0')
		(void)snprintf(presenter->advice, sizeof(presenter->advice),
			       _("Signed in to %s as %s."), label_of(presenter),
			       profile->name);
	else
		(void)snprintf(presenter->advice, sizeof(presenter->advice),
			       _("Signed in to %s."), label_of(presenter));
	return presenter->advice;
}

/* Translators: a plain line before [y/N]. Wrapped. %s is a name. */
const char *presenter_question(struct presenter *presenter,
			       const struct visit *visit)
{
	const struct profile *profile = profile_of(presenter, visit);

	if (profile != NULL && profile->name[0] != '\0')
		(void)snprintf(presenter->advice, sizeof(presenter->advice),
			       _("%s approved this sign-in. Is this you?"),
			       profile->name);
	else
		(void)snprintf(presenter->advice, sizeof(presenter->advice),
			       "%s",
			       _("A user without a name approved this "
				 "sign-in. Is this you?"));
	return presenter->advice;
}

const char *presenter_farewell(struct presenter *presenter,
			       const struct visit *visit)
{
	const struct words *said = &words[visit_reason(visit)];
	const char *headline = visit_result(visit) == RESULT_CANCELLED
				       ? _("Cancelled")
				       : _(said->headline);
	char *dst = presenter->advice;
	const size_t size = sizeof(presenter->advice);

	/* Translators: what went wrong, which has no full stop, and the
	 * sentence after it. */
	if (said->advice[0] != '\0')
		(void)snprintf(dst, size, _("%s. %s"), headline,
			       _(said->advice));
	else
		(void)snprintf(dst, size, _("%s."), headline);
	return dst;
}

int presenter_exit_code(const struct visit *visit)
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
