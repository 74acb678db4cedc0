/* SPDX-License-Identifier: MIT */
/*
 * grantty whoami and grantty status: show the stored session, without its
 * secrets and without the network.
 */
#include "config.h"

#include "app/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/args.h"
#include "app/clock.h"
#include "app/json_output.h"
#include "app/session_report.h"
#include "app/setup.h"
#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/store.h"
#include "machine/session_data.h"
#include "oauth/profile.h"
#include "ui/locale.h"

enum { VALUE_MAX = 16 * 1024 };

static int load(struct setup *setup, const struct args *args,
		struct session_data *data, struct err *err)
{
	if (!setup_begin(setup, args, err))
		return EXIT_USAGE;
	(void)locale_set(setup->conf.screen.locale);
	if (!setup_client_id(setup, args, err))
		return EXIT_USAGE;
	if (!setup_has_account(setup, err))
		return EXIT_NOT_SIGNED_IN;
	if (!setup_store_open(setup, true, err))
		return EXIT_FAILED;
	switch (store_load(setup->store, data, err)) {
	case STORE_OK:
		break;
	case STORE_CORRUPT:
		if (!cmd_can_judge(args, err))
			return EXIT_FAILED;
		setup_report_damage(setup, err);
		err->text[0] = '\0';
		return EXIT_NOT_SIGNED_IN;
	case STORE_EMPTY:
		return EXIT_NOT_SIGNED_IN;
	case STORE_BUSY:
	case STORE_FAILED:
		return EXIT_FAILED;
	}
	if (data->signing_out || !setup_owns(setup, data, NULL, err)) {
		session_data_free(data);
		return EXIT_NOT_SIGNED_IN;
	}
	return session_report_is_signed_in(data, clock_wall_s())
		       ? EXIT_DONE
		       : EXIT_NOT_SIGNED_IN;
}

/* The value may come from outside unchanged, such as the scope. */
static void print_row(const char *label, const char *value)
{
	char *clean = text_clean(value, VALUE_MAX);

	(void)printf("%s%*s  %s\n", label, 20 - text_width(label), "", clean);
	free(clean);
}

static void print_profile(const struct setup *setup,
			  const struct session_data *data)
{
	struct profile *profile = session_report_profile(setup, data);
	size_t i;

	if (profile == NULL)
		(void)printf("Signed in to %s, which sent no profile.\n",
			     data->provider);
	for (i = 0; profile != NULL && i < profile->field_count; i++)
		print_row(profile->fields[i].label, profile->fields[i].value);
	profile_free(profile);
}

int cmd_whoami(const struct args *args, struct err *err)
{
	struct session_data data = {0};
	struct json *json, *profile = NULL;
	struct setup setup;
	int code = load(&setup, args, &data, err);

	if (code == EXIT_NOT_SIGNED_IN && err->text[0] == '\0')
		setup_nobody(&setup, err);
	if (code != EXIT_DONE)
		goto out;
	if (!args->json) {
		print_profile(&setup, &data);
		goto out;
	}
	if (data.profile != NULL)
		profile = json_parse(data.profile, strlen(data.profile), err);
	if (data.profile != NULL && profile == NULL) {
		code = EXIT_FAILED;
		goto out;
	}
	json = json_output_new();
	json_set_text(json, "provider", data.provider);
	if (profile != NULL)
		json_set(json, "profile", profile);
	if (!json_output_print(json))
		code = EXIT_FAILED;
out:
	session_data_free(&data);
	setup_end(&setup);
	return code;
}

static void print_left(const char *label, int64_t at, int64_t wall_s)
{
	char left[32];
	char row[64];

	if (at == 0) {
		print_row(label, "valid for an unknown time");
	} else if (at <= wall_s) {
		print_row(label, "expired");
	} else {
		text_duration(left, sizeof(left), at - wall_s);
		(void)snprintf(row, sizeof(row), "valid for %s", left);
		print_row(label, row);
	}
}

/* What happens next: of itself, or what the user has to do. */
static void print_next(const struct setup *setup,
		       const struct session_data *data, int64_t wall_s)
{
	const char *when = "sign in again";
	char *row;

	if (session_report_is_renewable(data, wall_s)) {
		print_row("Next", data->refreshing
					  ? "the next use retries a refresh "
					    "that was interrupted"
					  : "renews automatically when the "
					    "token is used");
		return;
	}
	if (data->expires_at == 0)
		when = "valid until the provider rejects the token; then sign "
		       "in again";
	else if (data->expires_at > wall_s)
		when = "when the access token expires, sign in again";
	row = xasprintf("%s: run \"%s login\"", when, setup->program);
	print_row("Next", row);
	free(row);
}

static void print_status(const struct setup *setup,
			 const struct session_data *data)
{
	struct profile *profile = session_report_profile(setup, data);
	int64_t wall_s = clock_wall_s();

	if (setup->account != NULL)
		print_row("Account", setup->account);
	print_row("Provider", data->provider);
	if (profile != NULL && profile->name[0] != '\0')
		print_row("Signed in as", profile->name);
	print_row("Scope", session_report_scope(setup, data));
	print_left("Access token", data->expires_at, wall_s);
	if (data->tokens.refresh_token != NULL)
		print_left("Refresh token", data->refresh_expires_at, wall_s);
	else
		print_row("Refresh token", "none");
	print_next(setup, data, wall_s);
	profile_free(profile);
}

int cmd_status(const struct args *args, struct err *err)
{
	struct session_data data = {0};
	struct json *json;
	struct setup setup;
	int code = load(&setup, args, &data, err);

	if (code != EXIT_DONE && code != EXIT_NOT_SIGNED_IN)
		goto out;
	if (args->json && err->text[0] == '\0') {
		json = json_output_new();
		session_report_json(json, &setup, &data, code == EXIT_DONE);
		if (!json_output_print(json))
			code = EXIT_FAILED;
	} else if (data.tokens.access_token != NULL) {
		print_status(&setup, &data);
	} else if (err->text[0] == '\0') {
		setup_nobody(&setup, err);
	}
out:
	session_data_free(&data);
	setup_end(&setup);
	return code;
}
