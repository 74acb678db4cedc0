/* SPDX-License-Identifier: MIT */
/*
 * What the verbs share, made from the configuration: log, provider, HTTP
 * client, store, theme.
 */
#include "config.h"

#include "app/setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/account.h"
#include "app/args.h"
#include "app/clock.h"
#include "app/theme_files.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "conf/logo.h"
#include "io/environment.h"
#include "io/file.h"
#include "io/http.h"
#include "io/input.h"
#include "io/journal.h"
#include "io/process_hardening.h"
#include "io/store.h"
#include "machine/session_data.h"
#include "oauth/allow.h"

#define THEME_MAX ((size_t)64 * 1024)

bool setup_log(struct setup *setup, const struct args *args, struct err *err)
{
	const char *file = setup->conf.log.file;
	struct err why = {""};
	int fd;

	if (args->verbose > 0)
		setup->conf.log.level = LEVEL_DEBUG;
	log_set_level(setup->log, setup->conf.log.level);
	if (file[0] != '\0') {
		fd = file_open_log(file, &why);
		if (fd < 0)
			return err_set(err, "Cannot open log.file %s",
				       why.text);
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

void setup_log_swap(const struct setup *setup)
{
	if (!process_hardening_is_locked())
		log_add(setup->log, clock_wall_s(),
			process_hardening_has_swap() ? LEVEL_WARN : LEVEL_DEBUG,
			"cannot lock memory: secrets may be written to swap; "
			"raise RLIMIT_MEMLOCK above %d MiB",
			PROCESS_HARDENING_HEAP / (1024 * 1024));
}

bool setup_begin(struct setup *setup, const struct args *args, struct err *err)
{
	bool ok = setup_conf(setup, args, err);

	setup->log = log_new(100);
	theme_plain(&setup->theme);
	return ok && allow_is_sound(&setup->conf.kiosk.allow, err) &&
	       setup_log(setup, args, err);
}

bool setup_can_judge(const struct setup *setup, struct err *err)
{
	const struct conf *conf = &setup->conf;
	struct err why = {""};

	if ((!conf->kiosk.confirm && !allow_is_set(&conf->kiosk.allow)) ||
	    provider_tells_who(&setup->provider, &why))
		return true;
	return err_set(err,
		       "Cannot use kiosk.%s: it must know who signs in. "
		       "%s",
		       conf->kiosk.confirm ? "confirm" : "allow", why.text);
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
	free(setup->account);
	free(setup->program);
	free(setup->logo);
	memset(setup, 0, sizeof(*setup));
}

bool setup_keeps_code(const struct setup *setup, bool once)
{
	return setup->conf.session.resume &&
	       (!once || conf_is_set(&setup->conf, "session.resume"));
}

/* Of the default account; "" in memory. */
static char *default_session_path(const struct conf *conf, struct err *err)
{
	if (conf->session.store == STORE_IN_MEMORY)
		return xstrdup("");
	if (conf->session.file[0] != '\0')
		return xstrdup(conf->session.file);
	return store_default_path(err);
}

char *setup_session_path(const struct setup *setup, struct err *err)
{
	const struct conf *conf = &setup->conf;
	char *path = default_session_path(conf, err);
	char *own;

	/* A file that the account's own configuration names is its own; one
	 * that several accounts read names the place. */
	if (path == NULL || path[0] == '\0' || setup->account == NULL ||
	    (setup->has_own_conf && conf->session.file[0] != '\0'))
		return path;
	own = account_session_path(path, setup->account, err);
	free(path);
	return own;
}

char **setup_accounts(const struct setup *setup)
{
	char *path = default_session_path(&setup->conf, NULL);
	char **names = account_names(path, !setup->is_conf_named);

	free(path);
	return names;
}

bool setup_has_account(const struct setup *setup, struct err *err)
{
	char **names;
	size_t i = 0;
	bool has;

	if (setup->account == NULL || setup->has_own_conf)
		return true;
	names = setup_accounts(setup);
	while (names[i] != NULL && strcmp(names[i], setup->account) != 0)
		i++;
	has = names[i] != NULL || account_unknown(setup->account, names, err);
	xfreev(names);
	return has;
}

void setup_nobody(const struct setup *setup, struct err *err)
{
	if (setup->account != NULL)
		err_set(err,
			"No user is signed in to the account \"%s\": run "
			"\"%s login\".",
			setup->account, setup->program);
	else
		err_set(err, "No user is signed in: run \"%s login\".",
			setup->program);
}

bool setup_store_open(struct setup *setup, bool to_read, struct err *err)
{
	const char *key_file = setup->conf.session.key_file;
	char *path = setup_session_path(setup, err);
	const char *file;

	if (path == NULL)
		return false;
	file = path[0] != '\0' ? path : NULL;
	setup->store = to_read ? store_open_to_read(file, key_file, err)
			       : store_open(file, key_file, err);
	free(path);
	if (setup->store != NULL)
		store_name_program(setup->store, setup->program);
	return setup->store != NULL;
}

void setup_report_damage(const struct setup *setup, const struct err *err)
{
	log_add(setup->log, clock_wall_s(), LEVEL_ERROR, "%s", err->text);
	(void)fprintf(stderr, "grantty: %s\n", err->text);
}

static bool try_store(struct setup *setup, struct err *err)
{
	struct session_data data = {0};
	enum store_result result;

	result = store_load(setup->store, &data, err);
	session_data_free(&data);
	if (result == STORE_CORRUPT)
		setup_report_damage(setup, err);
	return result != STORE_FAILED;
}

bool setup_store(struct setup *setup, struct err *err)
{
	return setup_store_open(setup, false, err) && try_store(setup, err);
}

bool setup_is_plain(const struct setup *setup)
{
	const char *accessible = environment_value("ACCESSIBLE");

	return setup->conf.screen.plain ||
	       (accessible != NULL && strcmp(accessible, "0") != 0);
}

static bool refuse_theme(const char *name, const char *path, struct err *err)
{
	const char *meant;
	struct buf names;
	size_t len = 0;

	buf_init(&names, sizeof(err->text));
	theme_files_list(&names);
	meant = nearest_name(name, buf_text(&names), &len);
	if (meant != NULL)
		err_set(err,
			"Cannot find the theme \"%s\" (%s); did you mean "
			"\"%.*s\"?",
			name, path, (int)len, meant);
	else if (names.len > 0)
		err_set(err,
			"Cannot find the theme \"%s\" (%s): use one of %s or "
			"the path of a file.",
			name, path, buf_text(&names));
	else
		err_set(err, "Cannot find the theme \"%s\" (%s): name a file.",
			name, path);
	buf_free(&names);
	return false;
}

/* The path of a file that is named in the file at that path, which is NULL if
 * there is none. The caller frees it. */
static char *path_beside(const char *path, const char *name)
{
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;

	if (name[0] == '/' || slash == NULL)
		return xstrdup(name);
	return xasprintf("%.*s/%s", (int)(slash - path), path, name);
}

static bool read_logo(struct setup *setup, const char *path, struct err *err)
{
	struct buf text;
	bool ok = false;

	buf_init(&text, LOGO_MAX);
	switch (input_read_text(path, &text, NULL, err)) {
	case INPUT_OK:
		ok = logo_parse(&setup->logo, buf_text(&text), text.len, path,
				err);
		break;
	case INPUT_MISSING:
	case INPUT_FAILED:
		break;
	}
	buf_free(&text);
	return ok;
}

static bool find_logo(struct setup *setup, const char *theme_path,
		      struct err *err)
{
	const char *own = setup->conf.screen.logo;
	char *path;
	bool ok;

	if (own[0] == '\0' && setup->theme.logo[0] == '\0')
		return true;
	path = own[0] != '\0' ? path_beside(setup->conf_path, own)
			      : path_beside(theme_path, setup->theme.logo);
	ok = read_logo(setup, path, err);
	free(path);
	return ok;
}

bool setup_theme(struct setup *setup, struct err *err)
{
	const char *name = setup->conf.screen.theme;
	char *path = NULL;
	struct buf text;
	bool ok = true;

	theme_plain(&setup->theme);
	if (environment_value("NO_COLOR") != NULL)
		return find_logo(setup, NULL, err);
	buf_init(&text, THEME_MAX);
	path = theme_files_path(name);
	switch (input_read_text(path, &text, NULL, err)) {
	case INPUT_OK:
		ok = theme_parse(&setup->theme, buf_text(&text), text.len, path,
				 err);
		break;
	case INPUT_MISSING:
		ok = refuse_theme(name, path, err);
		break;
	case INPUT_FAILED:
		ok = false;
		break;
	}
	buf_free(&text);
	ok = ok && find_logo(setup, path, err);
	free(path);
	return ok;
}
