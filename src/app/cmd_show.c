/* SPDX-License-Identifier: MIT */
/*
 * grantty whoami and grantty status: the stored session, without its secrets
 * and without the network.
 */
#include "config.h"

#include "app/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/args.h"
#include "app/clock.h"
#include "app/setup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/json.h"
#include "core/profile.h"
#include "core/session_data.h"
#include "io/store.h"
#include "ui/term.h"

enum { VALUE_MAX = 16 * 1024 };

/* Whether there is anything left of it: a token that is still good, or one to
 * get another with. */
static bool is_signed_in(const struct session_data *data, int64_t wall_s)
{
	if (data->tokens.access_token == NULL)
		return false;
	if (data->expires_at == 0 || data->expires_at > wall_s)
		return true;
	return data->tokens.refresh_token != NULL &&
	       (data->refresh_expires_at == 0 ||
		data->refresh_expires_at > wall_s);
}

static int load(struct setup *setup, const struct args *args,
		struct session_data *data, struct err *err)
{
	if (!setup_begin(setup, args, err))
		return EXIT_USAGE;
	(void)term_set_locale(setup->conf.screen.locale);
	if (!setup_store(setup, err))
		return EXIT_FAILED;
	switch (store_load(setup->store, data, err)) {
	case STORE_OK:
		break;
	case STORE_EMPTY:
	case STORE_CORRUPT: /* setup_store() has told */
		return EXIT_NOBODY;
	case STORE_BUSY:
	case STORE_FAILED:
		return EXIT_FAILED;
	}
	return is_signed_in(data, clock_wall_s()) ? EXIT_DONE : EXIT_NOBODY;
}

static struct profile *profile_from(const struct setup *setup,
				    const struct session_data *data)
{
	const struct preset *preset = preset_find(data->provider);
	const struct strings *only = &setup->conf.screen.profile_fields;

	/* A provider at an address of its own is stored by that address. */
	if (preset == NULL)
		preset = preset_find(setup->conf.provider.preset);
	if (preset == NULL)
		preset = preset_find("");
	if (data->profile == NULL)
		return NULL;
	return profile_new(data->profile, preset->profile, only->items,
			   only->count, NULL);
}

/* The value may come from outside as it is: the scope, say. */
static void print_row(const char *label, const char *value)
{
	char *clean = text_clean(value, VALUE_MAX);

	(void)printf("%s%*s  %s\n", label, 20 - text_width(label), "", clean);
	free(clean);
}

static void print_profile(const struct setup *setup,
			  const struct session_data *data)
{
	struct profile *profile = profile_from(setup, data);
	size_t i;

	if (profile == NULL)
		(void)printf("Signed in to %s; it has told no profile.\n",
			     data->provider);
	for (i = 0; profile != NULL && i < profile->field_count; i++)
		print_row(profile->fields[i].label, profile->fields[i].value);
	profile_free(profile);
}

static bool print_json(const struct json *json)
{
	char *text = json_print(json, true);
	bool ok = puts(text) != EOF;

	secret_free(text);
	return ok;
}

int cmd_whoami(const struct args *args, struct err *err)
{
	struct session_data data = {0};
	struct json *json = NULL;
	struct setup setup;
	int code = load(&setup, args, &data, err);

	if (code == EXIT_NOBODY)
		err_set(err, "Nobody is signed in: run \"grantty login\".");
	if (code != EXIT_DONE)
		goto out;
	if (!args->json) {
		print_profile(&setup, &data);
		goto out;
	}
	if (data.profile != NULL)
		json = json_parse(data.profile, strlen(data.profile), err);
	else
		json = json_new_object();
	if (json == NULL || !print_json(json))
		code = EXIT_FAILED;
out:
	json_free(json);
	session_data_free(&data);
	setup_end(&setup);
	return code;
}

static void print_left(const char *label, int64_t at, int64_t wall_s)
{
	char left[32];
	char row[64];

	if (at == 0) {
		print_row(label, "good for an unknown time");
	} else if (at <= wall_s) {
		print_row(label, "has run out");
	} else {
		text_duration(left, sizeof(left), at - wall_s);
		(void)snprintf(row, sizeof(row), "good for %s", left);
		print_row(label, row);
	}
}

static void print_status(const struct setup *setup,
			 const struct session_data *data)
{
	struct profile *profile = profile_from(setup, data);
	int64_t wall_s = clock_wall_s();

	print_row("Provider", data->provider);
	if (profile != NULL && profile->name[0] != '\0')
		print_row("Signed in as", profile->name);
	print_row("Scope", data->tokens.scope != NULL ? data->tokens.scope
						      : "as asked for");
	print_left("Access token", data->expires_at, wall_s);
	if (data->tokens.refresh_token != NULL)
		print_left("Refresh token", data->refresh_expires_at, wall_s);
	else
		print_row("Refresh token", "none");
	if (data->refreshing)
		print_row("Last refresh", "was cut off; tried again next time");
	profile_free(profile);
}

static struct json *status_json(const struct setup *setup,
				const struct session_data *data, bool signed_in)
{
	struct json *json = json_new_object();
	struct profile *profile = NULL;

	json_set_bool(json, "signed_in", signed_in);
	if (data->tokens.access_token == NULL)
		return json;
	profile = profile_from(setup, data);
	json_set_text(json, "provider", data->provider);
	if (profile != NULL && profile->name[0] != '\0')
		json_set_text(json, "name", profile->name);
	json_set_text(json, "scope", data->tokens.scope);
	json_set_text(json, "token_type", data->tokens.token_type);
	if (data->expires_at != 0)
		json_set_integer(json, "expires_at", data->expires_at);
	if (data->refresh_expires_at != 0)
		json_set_integer(json, "refresh_expires_at",
				 data->refresh_expires_at);
	json_set_bool(json, "refreshable", data->tokens.refresh_token != NULL);
	json_set_bool(json, "refreshing", data->refreshing);
	profile_free(profile);
	return json;
}

int cmd_status(const struct args *args, struct err *err)
{
	struct session_data data = {0};
	struct json *json = NULL;
	struct setup setup;
	int code = load(&setup, args, &data, err);

	if (code != EXIT_DONE && code != EXIT_NOBODY)
		goto out;
	if (args->json) {
		json = status_json(&setup, &data, code == EXIT_DONE);
		if (!print_json(json))
			code = EXIT_FAILED;
	} else if (data.tokens.access_token != NULL) {
		print_status(&setup, &data);
	} else {
		err_set(err, "Nobody is signed in: run \"grantty login\".");
	}
out:
	json_free(json);
	session_data_free(&data);
	setup_end(&setup);
	return code;
}
