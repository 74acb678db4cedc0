/* SPDX-License-Identifier: MIT */
/*
 * The sources of the settings and their precedence: command line, environment,
 * --env-file, systemd credentials, configuration file, preset. Only the
 * credential session_key has precedence over all others.
 */
#include "config.h"

#include "app/setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/account.h"
#include "app/args.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "conf/dotenv.h"
#include "io/environment.h"
#include "io/input.h"

#define CONF_MAX ((size_t)64 * 1024)
#define SECRET_MAX 4096
#define PROGRAM_MAX 8192

static bool read_conf(struct setup *setup, const char *path, bool must_exist,
		      bool *found, struct err *err)
{
	bool open_to_others = false;
	enum input_result result;
	struct err why = {""};
	bool ok = false;
	struct buf text;

	buf_init(&text, CONF_MAX);
	result = input_read_text(path, &text, &open_to_others, &why);
	if (result != INPUT_OK) {
		ok = result == INPUT_MISSING && !must_exist;
		if (!ok)
			err_set(err, "%s", why.text);
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

/* The file of that name from the first folder that has one. */
static bool read_first(struct setup *setup, const char *name, bool *found,
		       struct err *err)
{
	char *folder, *path;
	bool ok = true;

	for (size_t i = 0;
	     ok && !*found && (folder = account_conf_folder(i)) != NULL; i++) {
		path = account_conf_path(folder, name);
		ok = read_conf(setup, path, false, found, err);
		free(path);
		free(folder);
	}
	return ok;
}

/* The configuration that the user has named; NULL: none. */
static const char *named_conf(const struct args *args)
{
	return args->config != NULL ? args->config
				    : environment_value("GRANTTY_CONFIG");
}

static bool find_conf(struct setup *setup, const struct args *args,
		      struct err *err)
{
	const char *named = named_conf(args);
	bool found = false;

	setup->is_conf_named = named != NULL;
	if (named != NULL)
		return read_conf(setup, named, true, &found, err);
	if (setup->account != NULL) {
		if (!read_first(setup, setup->account, &found, err))
			return false;
		setup->has_own_conf = found;
	}
	return read_first(setup, PACKAGE_NAME, &found, err);
}

static bool is_other(const char *given, const char *configured)
{
	return given != NULL && strcmp(given, configured) != 0;
}

static bool override(struct setup *setup, const struct args *args,
		     struct err *err)
{
	const char *key, *value;

	if (is_other(args->provider, setup->conf.provider.preset) ||
	    is_other(args->issuer, setup->conf.provider.issuer))
		conf_forget_provider(&setup->conf);
	for (size_t i = 0; args_setting(args, i, &key, &value); i++) {
		if (!conf_set(&setup->conf, key, value, err))
			return false;
		conf_set_origin(&setup->conf, key, "command line");
	}
	return true;
}

/* The path of that systemd credential; NULL if there is none. The caller frees
 * it. */
static char *credential_path(const char *name)
{
	const char *folder = environment_value("CREDENTIALS_DIRECTORY");
	char *path = folder != NULL ? xasprintf("%s/%s", folder, name) : NULL;

	if (path != NULL && access(path, F_OK) != 0) {
		free(path);
		return NULL;
	}
	return path;
}

/* A credential has precedence over session.key_file, as the client secret's
 * has. */
static bool take_session_key(struct setup *setup, struct err *err)
{
	static const char key[] = "session.key_file";
	char *path = credential_path("session_key");
	bool ok = true;

	if (path != NULL) {
		ok = conf_set(&setup->conf, key, path, err);
		conf_set_origin(&setup->conf, key,
				"systemd credential session_key");
	}
	free(path);
	return ok;
}

/* One word of a shell's. */
static void add_word(struct buf *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789%+,-./:@_";

	if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
		(void)buf_adds(out, word);
		return;
	}
	(void)buf_adds(out, "'");
	for (; *word != '\0'; word++)
		(void)buf_addf(out, *word == '\'' ? "'\\%c'" : "%c", *word);
	(void)buf_adds(out, "'");
}

/* The default account is named only if the user did so: GRANTTY_ACCOUNT may
 * name another. */
static char *name_program(const struct setup *setup, const struct args *args)
{
	const char *account = setup->account;
	const char *conf = named_conf(args);
	struct buf words;

	if (account == NULL && args->account != NULL)
		account = ACCOUNT_DEFAULT;
	buf_init(&words, PROGRAM_MAX);
	(void)buf_adds(&words, PACKAGE_NAME);
	if (account != NULL)
		(void)buf_addf(&words, " -a %s", account);
	if (conf != NULL) {
		(void)buf_adds(&words, " -c ");
		add_word(&words, conf);
	}
	return buf_take(&words);
}

bool setup_conf(struct setup *setup, const struct args *args, struct err *err)
{
	bool is_chosen;

	memset(setup, 0, sizeof(*setup));
	conf_init(&setup->conf);
	is_chosen = account_choose(args->account, &setup->account, err);
	setup->program = name_program(setup, args);
	if (!is_chosen)
		return false;
	return find_conf(setup, args, err) && override(setup, args, err) &&
	       take_session_key(setup, err);
}

/* A value and where it was found. */
struct found {
	char *value; /* owned; NULL: not found */
	const char *place, *name;
};

/* Other processes may read this program's initial environment: remove secrets
 * from it. */
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

/* The first of the names that is set: in the environment, then in the .env
 * file. */
static struct found find_variable(const char *const names[2],
				  const struct dotenv *dotenv,
				  const char *env_file)
{
	struct found found = {NULL, "environment", NULL};
	size_t i;

	for (i = 0; i < 2 && found.value == NULL; i++) {
		found.name = names[i];
		found.value = xstrdup(environment_value(names[i]));
	}
	if (found.value != NULL || dotenv == NULL)
		return found;
	found.place = "--env-file";
	found.name = env_file;
	for (i = 0; i < 2 && found.value == NULL; i++) {
		const char *value = dotenv_get(dotenv, names[i]);

		/* An empty value counts as unset, as in the environment. */
		if (value != NULL && value[0] != '\0')
			found.value = xstrdup(value);
	}
	return found;
}

static bool is_name_read(const struct dotenv *dotenv, const char *name,
			 const char *path, struct err *err)
{
	int line = dotenv_misspelt(dotenv, name);

	if (line != 0)
		return err_set(err,
			       "%s:%d: this is not NAME=value, so it does not "
			       "set %s: write %s=... instead.",
			       path, line, name, name);
	line = dotenv_unread(dotenv, name);
	return line == 0 ||
	       err_set(err,
		       "%s:%d: cannot read this as NAME=value: check the "
		       "quotes here and in the lines before.",
		       path, line);
}

/* An error near one of these names must not silently yield another value. */
static bool is_read_in_full(const struct dotenv *dotenv, const char *path,
			    struct err *err)
{
	for (size_t i = 0; i < 2; i++) {
		if (!is_name_read(dotenv, id_names[i], path, err) ||
		    !is_name_read(dotenv, secret_names[i], path, err))
			return false;
	}
	return true;
}

/* *dotenv stays NULL if there is no file to read. */
static bool read_dotenv(const char *path, struct dotenv **dotenv,
			struct err *err)
{
	bool open_to_others = false;
	bool holds_secret = false;
	struct err why = {""};
	struct buf text;
	bool ok = false;

	if (path == NULL)
		return true;
	buf_init(&text, CONF_MAX);
	if (input_read_text(path, &text, &open_to_others, err) != INPUT_OK)
		goto out;
	*dotenv = dotenv_parse(buf_text(&text), text.len, getenv, &why);
	if (*dotenv == NULL) {
		(void)err_set(err, "%s:%s", path, why.text);
		goto out;
	}
	/* Only secrets in the file itself count, not those in the
	 * environment. */
	for (size_t i = 0; i < 2; i++)
		holds_secret = holds_secret ||
			       dotenv_get(*dotenv, secret_names[i]) != NULL;
	if (holds_secret && open_to_others)
		(void)input_complain_open(path, err);
	else
		ok = is_read_in_full(*dotenv, path, err);
out:
	buf_free(&text);
	return ok;
}

/* The systemd credential, then provider.client_secret_file. */
static bool secret_from_file(const struct setup *setup, struct found *found,
			     struct err *err)
{
	const char *file = setup->conf.provider.client_secret_file;
	char *path = credential_path("client_secret");

	if (path != NULL) {
		found->place = "systemd credential";
		found->name = "client_secret";
		found->value = input_read_secret(path, SECRET_MAX, true, err);
		free(path);
		return found->value != NULL;
	}
	if (file[0] == '\0')
		return true;
	found->place = "client_secret_file";
	found->name = file;
	found->value = input_read_secret(file, SECRET_MAX,
					 input_is_credential(file), err);
	return found->value != NULL;
}

/* Moves the value to the field of that option. conf_set() is not used because
 * provider_set_up() explains mistakes in a secret better. */
static void put(struct conf *conf, const char *option, char **field,
		const struct found *found)
{
	char *origin;

	if (found->value == NULL)
		return;
	secret_free(*field);
	*field = found->value;
	origin = xasprintf("%s %s", found->place, found->name);
	conf_set_origin(conf, option, origin);
	free(origin);
}

/* --client-id on the command line overrides any environment. */
static void take_id(struct setup *setup, const struct args *args,
		    const struct dotenv *dotenv)
{
	struct found id;

	if (args->client_id != NULL)
		return;
	id = find_variable(id_names, dotenv, args->env_file);
	put(&setup->conf, "provider.client_id", &setup->conf.provider.client_id,
	    &id);
}

bool setup_client_id(struct setup *setup, const struct args *args,
		     struct err *err)
{
	struct dotenv *dotenv = NULL;
	bool ok = read_dotenv(args->env_file, &dotenv, err);

	if (ok)
		take_id(setup, args, dotenv);
	dotenv_free(dotenv);
	return ok;
}

bool setup_client(struct setup *setup, const struct args *args, struct err *err)
{
	struct conf *conf = &setup->conf;
	struct found secret;
	struct dotenv *dotenv = NULL;
	bool ok = false;

	if (!read_dotenv(args->env_file, &dotenv, err))
		goto out;
	secret = find_variable(secret_names, dotenv, args->env_file);
	for (size_t i = 0; i < 2; i++)
		wipe_variable(secret_names[i]);
	if (secret.value == NULL && !secret_from_file(setup, &secret, err))
		goto out;
	take_id(setup, args, dotenv);
	put(conf, "provider.client_secret", &conf->provider.client_secret,
	    &secret);
	ok = true;
out:
	dotenv_free(dotenv);
	return ok;
}
