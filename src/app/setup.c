/* SPDX-License-Identifier: MIT */
/*
 * Where settings come from, and which wins: command line, environment,
 * --env-file, configuration file, preset.
 */
#include "config.h"

#include "app/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/args.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "core/dotenv.h"
#include "core/session_data.h"
#include "io/input.h"
#include "io/http.h"
#include "io/store.h"

#define CONF_MAX ((size_t)64 * 1024)
#define SECRET_MAX 4096

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
	const char *home = environment("HOME");
	char *folder = NULL;
	char *path = NULL;
	bool found = false;
	bool ok;

	if (named == NULL)
		named = environment("GRANTTY_CONFIG");
	if (named != NULL)
		return read_conf(setup, named, true, &found, err);
	if (environment("XDG_CONFIG_HOME") != NULL)
		folder = xstrdup(environment("XDG_CONFIG_HOME"));
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

	for (i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
		if (given[i].value != NULL &&
		    !conf_set(&setup->conf, given[i].name, given[i].value, err))
			return false;
	}
	return true;
}

/* Whoever sets one of these relies on it: ignoring it would be a lie. */
static bool only_what_works(const struct conf *conf, struct err *err)
{
	const struct {
		const char *name;
		bool set;
	} later[] = {
		{"grant = \"code\"", strcmp(conf->grant, "code") == 0},
		{"kiosk.lock", conf->kiosk.lock},
		{"kiosk.confirm", conf->kiosk.confirm},
		{"kiosk.allow",
		 conf->kiosk.allow_emails.count > 0 ||
			 conf->kiosk.allow_email_domains.count > 0 ||
			 conf->kiosk.allow_claim_count > 0},
		{"hooks", conf->hooks.on_signed_in.count > 0 ||
				  conf->hooks.on_refreshed.count > 0 ||
				  conf->hooks.on_signed_out.count > 0},
		{"metrics.textfile", conf->metrics_textfile[0] != '\0'},
	};
	size_t i;

	for (i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
		if (later[i].set)
			return err_set(err,
				       "%s does not work in this version yet: "
				       "remove it from the configuration.",
				       later[i].name);
	}
	return true;
}

static bool open_log(struct setup *setup, const struct args *args,
		     struct err *err)
{
	const char *file = setup->conf.log.file;
	const char *level = setup->conf.log.level;
	enum log_level which = LEVEL_ERROR;
	int fd;

	while (which < LEVEL_DEBUG && strcmp(log_level_name(which), level) != 0)
		which++;
	log_set_level(setup->log, args->verbose > 0 ? LEVEL_DEBUG : which);
	if (file[0] != '\0') {
		fd = open(file,
			  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY |
				  O_NONBLOCK,
			  0640);
		if (fd < 0)
			return err_set(err, "Cannot open log.file %s: %s.",
				       file, strerror(errno));
		log_to_fd(setup->log, fd);
	}
	if (setup->conf.log.syslog)
		log_to_syslog(setup->log, "grantty");
	return true;
}

bool setup_begin(struct setup *setup, const struct args *args, struct err *err)
{
	memset(setup, 0, sizeof(*setup));
	conf_init(&setup->conf);
	setup->log = log_new(100);
	theme_plain(&setup->theme);
	return find_conf(setup, args, err) && override(setup, args, err) &&
	       only_what_works(&setup->conf, err) && open_log(setup, args, err);
}

void setup_end(struct setup *setup)
{
	http_free(setup->http);
	store_close(setup->store);
	provider_free(&setup->provider);
	log_free(setup->log);
	conf_free(&setup->conf);
	memset(setup, 0, sizeof(*setup));
}

/* GRANTTY_NAME or NAME: from the environment, then from the .env file. */
static char *variable(const char *name, const struct buf *dotenv)
{
	const char *names[] = {NULL, name};
	char prefixed[64];
	char *value = NULL;
	size_t i;

	(void)snprintf(prefixed, sizeof(prefixed), "GRANTTY_%s", name);
	names[0] = prefixed;
	for (i = 0; i < 2 && value == NULL; i++)
		value = xstrdup(environment(names[i]));
	for (i = 0; i < 2 && value == NULL; i++)
		value = dotenv_get(buf_text(dotenv), dotenv->len, names[i]);
	if (value != NULL && value[0] == '\0') {
		free(value);
		value = NULL;
	}
	return value;
}

static bool read_dotenv(const char *path, struct buf *text, struct err *err)
{
	bool open_to_others = false;
	char *secret;

	if (path == NULL)
		return true;
	if (input_read(path, text, &open_to_others, err) != INPUT_OK)
		return false;
	secret = variable("CLIENT_SECRET", text);
	if (secret != NULL && open_to_others)
		(void)input_complain_open(path, err);
	else
		open_to_others = false;
	secret_free(secret);
	return !open_to_others;
}

/* The systemd credential, then provider.client_secret_file. */
static bool secret_from_file(const struct setup *setup, char **secret,
			     struct err *err)
{
	const char *folder = environment("CREDENTIALS_DIRECTORY");
	const char *file = setup->conf.provider.client_secret_file;
	char *path;

	if (folder != NULL) {
		path = path_below(folder, "client_secret");
		if (access(path, F_OK) == 0) {
			*secret =
				input_read_secret(path, SECRET_MAX, true, err);
			free(path);
			return *secret != NULL;
		}
		free(path);
	}
	if (file[0] == '\0')
		return true;
	*secret = input_read_secret(file, SECRET_MAX, false, err);
	return *secret != NULL;
}

bool setup_provider(struct setup *setup, const struct args *args,
		    struct err *err)
{
	char *id = NULL;
	char *secret = NULL;
	struct buf dotenv;
	bool ok = false;

	buf_init(&dotenv, CONF_MAX);
	if (!read_dotenv(args->env_file, &dotenv, err))
		goto out;
	/* --client-id on the command line is nearer than any environment. */
	if (args->client_id == NULL)
		id = variable("CLIENT_ID", &dotenv);
	secret = variable("CLIENT_SECRET", &dotenv);
	if (secret == NULL && !secret_from_file(setup, &secret, err))
		goto out;
	ok = provider_set_up(&setup->provider, &setup->conf, id, secret, err);
out:
	buf_free(&dotenv);
	free(id);
	secret_free(secret);
	return ok;
}

bool setup_network(struct setup *setup, struct err *err)
{
	const struct conf *conf = &setup->conf;
	struct http_options options = {
		.ca_file = conf->network.ca_file,
		.proxy = conf->network.proxy,
		.connect_timeout_ms = conf->network.connect_timeout_s * 1000,
		.request_timeout_ms = conf->network.request_timeout_s * 1000,
		.user_agent = PACKAGE_NAME "/" PACKAGE_VERSION,
	};

	if (!http_init(err))
		return false;
	setup->http = http_new(&options, err);
	return setup->http != NULL;
}

bool setup_store(struct setup *setup, struct err *err)
{
	const struct conf *conf = &setup->conf;
	struct session_data data = {0};
	enum store_result result;
	char *path = NULL;

	if (strcmp(conf->session.store, "memory") != 0) {
		path = conf->session.file[0] != '\0'
			       ? xstrdup(conf->session.file)
			       : store_default_path(err);
		if (path == NULL)
			return false;
	}
	setup->store = store_open(path, conf->session.key_file, err);
	free(path);
	if (setup->store == NULL)
		return false;
	result = store_load(setup->store, &data, err);
	session_data_free(&data);
	if (result == STORE_CORRUPT) {
		log_add(setup->log, clock_wall_s(), LEVEL_ERROR, "%s",
			err->text);
		(void)fprintf(stderr, "grantty: %s\n", err->text);
	}
	return result != STORE_FAILED;
}

/* Beside the program in a build tree, else where they were installed. */
static char *theme_path(const char *name)
{
	static const char *const beside[] = {"../themes",
					     "../share/grantty/themes"};
	char self[2048];
	struct buf path;
	ssize_t n;
	size_t i;

	if (strchr(name, '/') != NULL)
		return xstrdup(name);
	buf_init(&path, 4096);
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n > 0 ? n : 0] = '\0';
	if (strrchr(self, '/') != NULL)
		*strrchr(self, '/') = '\0';
	for (i = 0; n > 0 && i < sizeof(beside) / sizeof(beside[0]); i++) {
		(void)buf_addf(&path, "%s/%s/%s.theme", self, beside[i], name);
		if (access(buf_text(&path), R_OK) == 0)
			return buf_take(&path);
		buf_free(&path);
	}
	(void)buf_addf(&path, "%s/%s.theme", THEMEDIR, name);
	return buf_take(&path);
}

bool setup_theme(struct setup *setup, struct err *err)
{
	const char *name = setup->conf.screen.theme;
	char *path = NULL;
	struct buf text;
	bool ok = true;

	theme_plain(&setup->theme);
	if (environment("NO_COLOR") != NULL)
		return true;
	buf_init(&text, CONF_MAX);
	path = theme_path(name);
	switch (input_read(path, &text, NULL, err)) {
	case INPUT_OK:
		ok = theme_parse(&setup->theme, buf_text(&text), text.len, path,
				 err);
		break;
	case INPUT_MISSING:
		ok = err_set(err,
			     "There is no theme \"%s\" (%s): name one of "
			     "midnight, daylight, high-contrast, mono, or a "
			     "file.",
			     name, path);
		break;
	case INPUT_FAILED:
		ok = false;
		break;
	}
	buf_free(&text);
	free(path);
	return ok;
}
