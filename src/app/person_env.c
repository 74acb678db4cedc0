/* SPDX-License-Identifier: MIT */
/*
 * One table of what is taken out, one of what the profile gives.
 */
#include "config.h"

#include "app/person_env.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/json.h"
#include "core/profile.h"
#include "core/provider.h"
#include "core/session_data.h"

enum { VALUE_MAX = 256 };

/* Secrets, where they are, and what is between this program and systemd alone;
 * and what is set below, of which nothing old must be left. */
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
};

static bool is_dropped(const char *variable)
{
	size_t len = strcspn(variable, "=");

	for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++) {
		if (strlen(dropped[i]) == len &&
		    strncmp(dropped[i], variable, len) == 0)
			return true;
	}
	return false;
}

static bool is_proxy(const char *variable)
{
	size_t len = strcspn(variable, "=");

	return variable[len] == '=' && len >= 6 &&
	       strncasecmp(variable + len - 6, "_proxy", 6) == 0;
}

/* A password for the proxy is this program's own: "http://u:p@proxy:3128"
 * becomes "http://proxy:3128". */
static char *without_user(const char *variable)
{
	const char *value = variable + strcspn(variable, "=") + 1;
	const char *user = value + strcspn(value, ":@");
	const char *at = strrchr(value, '@');
	struct buf text;

	if (at == NULL)
		return xstrdup(variable);
	user = strncmp(user, "://", 3) == 0 ? user + 3 : value;
	buf_init(&text, strlen(variable));
	(void)buf_add(&text, variable, (size_t)(user - variable));
	(void)buf_adds(&text, at + 1);
	return buf_take(&text);
}

/* A list that has room for it already. */
static void add(char **list, size_t *count, const char *name, const char *value)
{
	char *clean;
	struct buf text;

	if (value == NULL || value[0] == '\0')
		return;
	clean = text_clean(value, VALUE_MAX);
	buf_init(&text, 2 * VALUE_MAX);
	(void)buf_addf(&text, "%s=%s", name, clean);
	free(clean);
	list[(*count)++] = buf_take(&text);
}

/* The first of these paths that leads to a scalar. */
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
	struct buf text;

	buf_init(&text, VALUE_MAX);
	(void)buf_addf(&text, "%" PRId64, value);
	add(list, count, name, buf_text(&text));
	buf_free(&text);
}

static void add_profile(char **list, size_t *count, const char *text)
{
	static const char *const email[] = {"email", "emails.0.value",
					    "emails.0", NULL};
	static const char *const id[] = {"sub", "id", NULL};
	struct profile *profile =
		profile_new(text, preset_find("")->profile, NULL, 0, NULL);
	struct json *json = json_parse(text, strlen(text), NULL);

	if (profile != NULL)
		add(list, count, "GRANTTY_NAME", profile->name);
	if (json != NULL) {
		add_path(list, count, "GRANTTY_EMAIL", json, email);
		add_path(list, count, "GRANTTY_ID", json, id);
	}
	json_free(json);
	profile_free(profile);
}

char **person_env(const struct session_data *data, const char *event,
		  int token_fd)
{
	char **list;
	size_t count = 0;
	size_t all = 0;

	while (environ[all] != NULL)
		all++;
	list = xcalloc(all + sizeof(dropped) / sizeof(dropped[0]) + 1,
		       sizeof(*list));
	for (size_t i = 0; i < all; i++) {
		if (is_proxy(environ[i]))
			list[count++] = without_user(environ[i]);
		else if (!is_dropped(environ[i]))
			list[count++] = xstrdup(environ[i]);
	}
	add(list, &count, "GRANTTY_EVENT", event);
	add(list, &count, "GRANTTY_PROVIDER", data->provider);
	if (data->profile != NULL)
		add_profile(list, &count, data->profile);
	if (data->expires_at > 0)
		add_number(list, &count, "GRANTTY_EXPIRES_AT",
			   data->expires_at);
	if (token_fd >= 0)
		add_number(list, &count, "GRANTTY_TOKEN_FD", token_fd);
	return list;
}
