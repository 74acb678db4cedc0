/* SPDX-License-Identifier: MIT */
/*
 * What verbs share, made from the configuration: log, provider, HTTP client,
 * store, theme.
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
#include "core/allow.h"
#include "core/session_data.h"
#include "io/input.h"
#include "io/http.h"
#include "io/journal.h"
#include "io/secrecy.h"
#include "io/store.h"

#define THEME_MAX ((size_t)64 * 1024)
#define KEY_MAX ((size_t)64 * 1024)

bool setup_log(struct setup *setup, const struct args *args, struct err *err)
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
	if (!setup->conf.log.syslog)
		return true;
	setup->journal = journal_open();
	if (setup->journal != NULL)
		log_to_sink(setup->log, journal_add, setup->journal);
	else
		log_to_syslog(setup->log, "grantty");
	return true;
}

void setup_tell_of_swap(const struct setup *setup)
{
	if (!secrecy_is_locked())
		log_add(setup->log, clock_wall_s(),
			secrecy_has_swap() ? LEVEL_WARN : LEVEL_DEBUG,
			"no memory could be locked: secrets may get into the "
			"swap; raise RLIMIT_MEMLOCK above %d MiB",
			SECRECY_HEAP / (1024 * 1024));
}

bool setup_begin(struct setup *setup, const struct args *args, struct err *err)
{
	bool ok = setup_conf(setup, args, err);

	setup->log = log_new(100);
	theme_plain(&setup->theme);
	return ok && allow_is_sound(&setup->conf.kiosk.allow, err) &&
	       setup_log(setup, args, err);
}

bool setup_log_here(struct setup *setup)
{
	if (setup->conf.log.file[0] != '\0' || setup->conf.log.syslog)
		return false;
	log_to_fd(setup->log, STDERR_FILENO);
	return true;
}

void setup_end(struct setup *setup)
{
	http_free(setup->http);
	store_close(setup->store);
	provider_free(&setup->provider);
	log_free(setup->log);
	journal_close(setup->journal);
	conf_free(&setup->conf);
	free(setup->conf_path);
	memset(setup, 0, sizeof(*setup));
}

static bool take_private_key(struct setup *setup, struct err *err)
{
	const char *path = setup->conf.provider.private_key_file;
	bool open_to_others = false;
	struct err why = {""};
	struct buf pem;
	bool ok;

	if (path[0] == '\0')
		return true;
	buf_init(&pem, KEY_MAX);
	ok = input_read(path, &pem, &open_to_others, err) == INPUT_OK;
	if (ok && open_to_others && !input_is_credential(path)) {
		ok = input_complain_open(path, err);
	} else if (ok && !provider_take_key(&setup->provider, buf_text(&pem),
					    pem.len, &why)) {
		ok = err_set(err, "%s: %s", path, why.text);
	}
	buf_free(&pem);
	return ok;
}

bool setup_provider(struct setup *setup, const struct args *args,
		    struct err *err)
{
	if (!setup_client(setup, args, err) ||
	    !provider_set_up(&setup->provider, &setup->conf, NULL, NULL, err) ||
	    !take_private_key(setup, err))
		return false;
	log_set_field(setup->log, "GRANTTY_PROVIDER", setup->provider.id);
	return true;
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

bool setup_keeps_code(const struct setup *setup, bool once)
{
	return setup->conf.session.resume &&
	       (!once || conf_is_set(&setup->conf, "session.resume"));
}

char *setup_session_path(const struct setup *setup, struct err *err)
{
	const struct conf *conf = &setup->conf;

	if (strcmp(conf->session.store, "memory") == 0)
		return xstrdup("");
	if (conf->session.file[0] != '\0')
		return xstrdup(conf->session.file);
	return store_default_path(err);
}

bool setup_store(struct setup *setup, struct err *err)
{
	struct session_data data = {0};
	enum store_result result;
	char *path = setup_session_path(setup, err);

	if (path == NULL)
		return false;
	setup->store = store_open(path[0] != '\0' ? path : NULL,
				  setup->conf.session.key_file, err);
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

/* Beside the program in a build tree (built in it, or in a folder of it), else
 * where they were installed. */
static char *theme_path(const char *name)
{
	static const char *const beside[] = {"themes", "../themes",
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
	const char *no_color = getenv("NO_COLOR");
	char *path = NULL;
	struct buf text;
	bool ok = true;

	theme_plain(&setup->theme);
	if (no_color != NULL && no_color[0] != '\0')
		return true;
	buf_init(&text, THEME_MAX);
	path = theme_path(name);
	switch (input_read(path, &text, NULL, err)) {
	case INPUT_OK:
		ok = theme_parse(&setup->theme, buf_text(&text), text.len, path,
				 err);
		break;
	case INPUT_MISSING:
		ok = err_set(err,
			     "There is no theme \"%s\" (%s): name one of "
			     "midnight, daylight, high-contrast, mono, amber, "
			     "or a file.",
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
