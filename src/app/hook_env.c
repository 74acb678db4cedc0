/* SPDX-License-Identifier: MIT */
/*
 * One table of the variables to remove, and the paths of those the profile
 * provides.
 */
#include "config.h"

#include "app/hook_env.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "base/text.h"
#include "conf/presets.h"
#include "io/environment.h"
#include "machine/session_data.h"
#include "oauth/profile.h"

enum { VALUE_MAX = 256 };

/* Secrets, their locations, and the variables that concern only this program
 * and systemd; also the variables set below, so that no old value remains. */
static const char *const dropped[] = {
	"CLIENT_SECRET",
	"GRANTTY_CLIENT_SECRET",
	"CREDENTIALS_DIRECTORY",
	"NOTIFY_SOCKET",
	"WATCHDOG_PID",
	"WATCHDOG_USEC",
	"LISTEN_FDS",
	"LISTEN_PID",
	"LISTEN_FDNAMES",
	"GRANTTY_EVENT",
	"GRANTTY_PROVIDER",
	"GRANTTY_NAME",
	"GRANTTY_EMAIL",
	"GRANTTY_ID",
	"GRANTTY_EXPIRES_AT",
	"GRANTTY_TOKEN_FD",
	NULL,
};

/* The list must have room. */
static void add(char **list, size_t *count, const char *name, const char *value)
{
	char *clean;

	if (value == NULL || value[0] == '\0')
		return;
	clean = text_clean(value, VALUE_MAX);
	list[(*count)++] = xasprintf("%s=%s", name, clean);
	free(clean);
}

/* Adds the first of these paths that leads to a scalar. */
static void add_path(char **list, size_t *count, const char *name,
		     const struct json *json, const char *const *paths)
{
	char *value = NULL;

	for (; *paths != NULL && value == NULL; paths++) {
		const struct json *found = json_path(json, *paths);

		if (found != NULL && json_kind(found) != JSON_NULL)
			value = json_scalar(found);
	}
	add(list, count, name, value);
	secret_free(value);
}

static void add_number(char **list, size_t *count, const char *name,
		       int64_t value)
{
	char *text = xasprintf("%" PRId64, value);

	add(list, count, name, text);
	free(text);
}

static void add_profile(char **list, size_t *count, const struct json *json)
{
	static const char *const email[] = {"email", "emails.0.value",
					    "emails.0", NULL};
	static const char *const id[] = {"sub", "id", NULL};
	struct profile *profile =
		profile_from_json(json, preset_find("")->profile, NULL, 0);

	add(list, count, "GRANTTY_NAME", profile->name);
	add_path(list, count, "GRANTTY_EMAIL", json, email);
	add_path(list, count, "GRANTTY_ID", json, id);
	profile_free(profile);
}

char **hook_env(const struct session_data *data, const char *event,
		int token_fd)
{
	const char *profile = data->profile;
	const struct json *json = data->parsed;
	struct json *parsed = NULL;
	char **list;
	size_t count = 0;
	size_t all = 0;

	if (json == NULL && profile != NULL)
		json = parsed = json_parse_all(profile, strlen(profile), NULL);
	while (environ[all] != NULL)
		all++;
	list = xcalloc(all + sizeof(dropped) / sizeof(dropped[0]) + 1,
		       sizeof(*list));
	for (size_t i = 0; i < all; i++) {
		if (environment_is_proxy(environ[i]))
			list[count++] = environment_without_user(environ[i]);
		else if (!text_is_one_of(environ[i], strcspn(environ[i], "="),
					 dropped))
			list[count++] = xstrdup(environ[i]);
	}
	add(list, &count, "GRANTTY_EVENT", event);
	add(list, &count, "GRANTTY_PROVIDER", data->provider);
	if (json != NULL)
		add_profile(list, &count, json);
	json_free(parsed);
	if (data->expires_at > 0)
		add_number(list, &count, "GRANTTY_EXPIRES_AT",
			   data->expires_at);
	if (token_fd >= 0)
		add_number(list, &count, "GRANTTY_TOKEN_FD", token_fd);
	return list;
}
