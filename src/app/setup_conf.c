/* SPDX-License-Identifier: MIT */
/*
 * Where settings come from, and which wins: command line, environment,
 * --env-file, configuration file, preset.
 */
#include "config.h"

#include "app/setup.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/args.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "core/dotenv.h"
#include "io/input.h"

#define CONF_MAX ((size_t)64 * 1024)
#define SECRET_MAX 4096
#define ORIGIN_MAX 8192

/* "" counts as unset, as it does for everybody else's variables. */
static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

static char *path_below(const char *folder, const char *rest)
{
	struct buf path;

	buf_init(&path, 4096);
	(void)buf_addf(&path, "%s/%s", folder, rest);
	return buf_take(&path);
}

static bool read_conf(struct setup *setup, const char *path, bool must_exist,
		      bool *found, struct err *err)
{
	bool open_to_others = false;
	bool ok = false;
	struct buf text;

	buf_init(&text, CONF_MAX);
	switch (input_read(path, &text, &open_to_others, err)) {
	case INPUT_OK:
		break;
	case INPUT_MISSING:
		ok = !must_exist;
		goto out;
	case INPUT_FAILED:
		goto out;
	}
	*found = true;
	setup->conf_path = xstrdup(path);
	if (!conf_parse(&setup->conf, buf_text(&text), text.len, path, err))
		goto out;
	if (setup->conf.provider.client_secret[0] != '\0' && open_to_others) {
		(void)input_complain_open(path, err);
		goto out;
	}
	ok = true;
out:
	buf_free(&text);
	return ok;
}

static bool find_conf(struct setup *setup, const struct args *args,
		      struct err *err)
{
	const char *named = args->config;
	const char *xdg = environment("XDG_CONFIG_HOME");
	const char *home = environment("HOME");
	char *folder = NULL;
	char *path = NULL;
	bool found = false;
	bool ok;

	if (named == NULL)
		named = environment("GRANTTY_CONFIG");
	if (named != NULL)
		return read_conf(setup, named, true, &found, err);
	/* A relative one does not count (XDG Base Directory Specification). */
	if (xdg != NULL && xdg[0] == '/')
		folder = xstrdup(xdg);
	else if (home != NULL)
		folder = path_below(home, ".config");
	if (folder != NULL) {
		path = path_below(folder, "grantty/grantty.conf");
		ok = read_conf(setup, path, false, &found, err);
		free(path);
		free(folder);
		if (!ok || found)
			return ok;
	}
	return read_conf(setup, SYSCONFDIR "/grantty/grantty.conf", false,
			 &found, err);
}

static bool is_other(const char *given, const char *configured)
{
	return given != NULL && strcmp(given, configured) != 0;
}

static bool override(struct setup *setup, const struct args *args,
		     struct err *err)
{
	const struct {
		const char *name;
		const char *value;
	} given[] = {
		{"provider.preset", args->provider},
		{"provider.issuer", args->issuer},
		{"provider.client_id", args->client_id},
		{"provider.scope", args->scope},
		{"grant", args->grant},
		{"screen.theme", args->theme},
	};
	size_t i;

	if (is_other(args->provider, setup->conf.provider.preset) ||
	    is_other(args->issuer, setup->conf.provider.issuer))
		conf_forget_provider(&setup->conf);
	for (i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
		if (given[i].value == NULL)
			continue;
		if (!conf_set(&setup->conf, given[i].name, given[i].value, err))
			return false;
		conf_set_origin(&setup->conf, given[i].name, "command line");
	}
	return true;
}

bool setup_conf(struct setup *setup, const struct args *args, struct err *err)
{
	memset(setup, 0, sizeof(*setup));
	conf_init(&setup->conf);
	return find_conf(setup, args, err) && override(setup, args, err);
}

/* A value and where it was found. */
struct found {
	char *value; /* owned; NULL: nowhere */
	const char *place, *name;
};

/* Others may look into the environment that the program was started with: what
 * was secret in it does not stay there. */
static void wipe_variable(const char *name)
{
	char *value = getenv(name);

	if (value != NULL)
		mem_wipe(value, strlen(value));
	(void)unsetenv(name);
}

static const char *const id_names[] = {"GRANTTY_CLIENT_ID", "CLIENT_ID"};
static const char *const secret_names[] = {"GRANTTY_CLIENT_SECRET",
					   "CLIENT_SECRET"};

/* The first of the names: in the environment, then in the .env file. */
static struct found find_variable(const char *const names[2],
				  const struct buf *dotenv,
				  const char *env_file)
{
	struct found found = {NULL, "environment", NULL};
	size_t i;

	for (i = 0; i < 2 && found.value == NULL; i++) {
		found.name = names[i];
		found.value = xstrdup(environment(names[i]));
	}
	if (found.value != NULL)
		return found;
	found.place = "--env-file";
	found.name = env_file;
	for (i = 0; i < 2 && found.value == NULL; i++)
		found.value =
			dotenv_get(buf_text(dotenv), dotenv->len, names[i]);
	if (found.value != NULL && found.value[0] == '\0') {
		free(found.value);
		found.value = NULL;
	}
	return found;
}

static bool read_dotenv(const char *path, struct buf *text, struct err *err)
{
	bool open_to_others = false;

	if (path == NULL)
		return true;
	if (input_read(path, text, &open_to_others, err) != INPUT_OK)
		return false;
	/* Only what is in the file counts: the environment is not its fault. */
	for (size_t i = 0; i < 2; i++) {
		char *secret =
			dotenv_get(buf_text(text), text->len, secret_names[i]);
		bool told = secret != NULL && open_to_others;

		secret_free(secret);
		if (told)
			return input_complain_open(path, err);
	}
	return true;
}

/* The systemd credential, then provider.client_secret_file. */
static bool secret_from_file(const struct setup *setup, struct found *found,
			     struct err *err)
{
	const char *folder = environment("CREDENTIALS_DIRECTORY");
	const char *file = setup->conf.provider.client_secret_file;
	char *path;

	if (folder != NULL) {
		path = path_below(folder, "client_secret");
		if (access(path, F_OK) == 0) {
			found->place = "systemd credential";
			found->name = "client_secret";
			found->value =
				input_read_secret(path, SECRET_MAX, true, err);
			free(path);
			return found->value != NULL;
		}
		free(path);
	}
	if (file[0] == '\0')
		return true;
	found->place = "client_secret_file";
	found->name = file;
	found->value = input_read_secret(file, SECRET_MAX,
					 input_is_credential(file), err);
	return found->value != NULL;
}

/* Hands what was found over to the field of that option. conf_set() is not for
 * this: provider_set_up() has better words for a secret with a slip in it. */
static void put(struct conf *conf, const char *option, char **field,
		const struct found *found)
{
	struct buf origin;

	if (found->value == NULL)
		return;
	secret_free(*field);
	*field = found->value;
	buf_init(&origin, ORIGIN_MAX);
	(void)buf_addf(&origin, "%s %s", found->place, found->name);
	conf_set_origin(conf, option, buf_text(&origin));
	buf_free(&origin);
}

bool setup_client(struct setup *setup, const struct args *args, struct err *err)
{
	struct conf *conf = &setup->conf;
	struct found id = {NULL, NULL, NULL};
	struct found secret;
	struct buf dotenv;
	bool ok = false;

	buf_init(&dotenv, CONF_MAX);
	if (!read_dotenv(args->env_file, &dotenv, err))
		goto out;
	secret = find_variable(secret_names, &dotenv, args->env_file);
	for (size_t i = 0; i < 2; i++)
		wipe_variable(secret_names[i]);
	if (secret.value == NULL && !secret_from_file(setup, &secret, err))
		goto out;
	/* --client-id on the command line is nearer than any environment. */
	if (args->client_id == NULL)
		id = find_variable(id_names, &dotenv, args->env_file);
	put(conf, "provider.client_id", &conf->provider.client_id, &id);
	put(conf, "provider.client_secret", &conf->provider.client_secret,
	    &secret);
	ok = true;
out:
	buf_free(&dotenv);
	return ok;
}
