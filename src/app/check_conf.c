/* SPDX-License-Identifier: MIT */
/*
 * Configuration, secret and provider, as the other verbs would use them. Errors
 * are reported in the same words as by those verbs.
 */
#include "config.h"

#include "app/check.h"

#include <stddef.h>

#include "app/report.h"
#include "base/err.h"
#include "base/log.h"
#include "conf/options.h"
#include "oauth/allow.h"
#include "oauth/provider_setup.h"
#include "ui/locale.h"

enum { LOG_LINES = 1 };

static bool check_configuration(struct check *check)
{
	struct setup *setup = &check->setup;
	struct err err = {""};
	bool ok = setup_conf(setup, check->args, &err);
	struct err advice = {""};

	if (setup_is_plain(setup))
		report_plain(check->report);
	setup->log = log_new(LOG_LINES);
	theme_plain(&setup->theme);
	(void)locale_set(setup->conf.screen.locale);
	err_set(&advice,
		"\"%s config\" prints the settings in force and where they "
		"come from",
		setup->program);
	if (!ok || !allow_is_sound(&setup->conf.kiosk.allow, &err))
		report_row(check->report, OUTCOME_FAIL, "configuration",
			   advice.text, "%s", err.text);
	else if (setup->conf_path != NULL)
		report_ok(check->report, "configuration", "%s",
			  setup->conf_path);
	else if (!setup_has_account(setup, &err))
		report_row(check->report, OUTCOME_WARN, "configuration", NULL,
			   "%s", err.text);
	else
		report_ok(check->report, "configuration",
			  "no file: options, environment and defaults apply");
	return ok;
}

static const char *origin_of(const struct conf *conf, const char *option)
{
	const char *origin = conf->origins[option_index(option_find(option))];

	return origin != NULL ? origin : "the configuration";
}

static bool check_secret(struct check *check)
{
	const struct conf *conf = &check->setup.conf;
	struct err err = {""};

	if (!setup_client(&check->setup, check->args, &err)) {
		report_err(check->report, "secret", &err);
		return false;
	}
	if (conf->provider.client_secret[0] == '\0')
		report_ok(check->report, "secret", "not set");
	else
		report_ok(check->report, "secret",
			  "from %s; other users cannot read it",
			  origin_of(conf, "provider.client_secret"));
	return true;
}

void check_conf(struct check *check)
{
	struct setup *setup = &check->setup;
	struct err err = {""};

	if (!check_configuration(check) || !check_secret(check)) {
		report_row(check->report, OUTCOME_WARN, "provider",
			   "fix the failure above first", "not checked");
		return;
	}
	check->has_provider = provider_set_up(&setup->provider, &setup->conf,
					      NULL, NULL, &err);
	if (check->has_provider)
		report_ok(check->report, "provider",
			  "%s, %s grant, client ID %s", setup->provider.label,
			  option_choice_name("grant", setup->conf.grant),
			  setup->provider.client_id);
	else
		report_err(check->report, "provider", &err);
}
