/* SPDX-License-Identifier: MIT */
/*
 * Everything that will be read, written or run later. Leaves the session itself
 * unchanged.
 */
#include "config.h"

#include "app/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/report.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/store.h"
#include "machine/session_data.h"

/* ---- The session */

/* A sign-in would be refused if the stored session were another client's. */
static void report_session(struct check *check, struct store *store,
			   const char *path)
{
	struct session_data data = {0};
	struct err err = {""}, advice = {""};

	err_set(&advice,
		"run \"%s logout\" with that provider and client, or use "
		"another account (-a NAME)",
		check->setup.program);
	if (store_load(store, &data, NULL) == STORE_OK &&
	    !setup_owns(&check->setup, &data, "", &err))
		report_row(check->report, OUTCOME_FAIL, "store", advice.text,
			   "%s: %s", path, err.text);
	else
		report_ok(check->report, "store",
			  "%s is writable and contains a session", path);
	session_data_free(&data);
}

static void report_store(struct check *check, struct store *store,
			 const char *path)
{
	struct err err = {""};

	switch (store_try(store, &err)) {
	case STORE_OK:
		report_session(check, store, path);
		break;
	case STORE_EMPTY:
		report_ok(check->report, "store", "%s is writable", path);
		break;
	case STORE_BUSY:
		report_ok(check->report, "store",
			  "%s is in use by another grantty", path);
		break;
	case STORE_CORRUPT:
		report_row(check->report, OUTCOME_WARN, "store",
			   "sign in again; grantty then sets the damaged file "
			   "aside",
			   "%s is damaged (%s)", path, err.text);
		break;
	case STORE_FAILED:
		report_err(check->report, "store", &err);
		break;
	}
}

/* Opening the store of an account that does not exist would create it. */
static bool has_account(struct check *check)
{
	struct err err = {""}, advice = {""};

	if (setup_has_account(&check->setup, &err))
		return true;
	err_set(&advice,
		"correct the name, or create the account with \"%s login\"",
		check->setup.program);
	report_row(check->report, OUTCOME_FAIL, "store", advice.text, "%s",
		   err.text);
	return false;
}

/* Opens the store with the configured key file. NULL if that fails. */
static struct store *open_sealed(struct check *check, const char *path,
				 const char *key_file)
{
	struct err err = {""};
	struct store *store = store_open(path, key_file, &err);

	if (store != NULL)
		report_ok(check->report, "key_file",
			  "%s contains a key; an older session file that is "
			  "put back %s be detected",
			  key_file,
			  store_notices_replay(store) ? "would" : "would not");
	else
		report_err(check->report, "key_file", &err);
	return store;
}

static void check_store(struct check *check)
{
	const char *key_file = check->setup.conf.session.key_file;
	struct err err = {""};
	char *path = setup_session_path(&check->setup, &err);
	struct store *store = NULL;

	if (path != NULL && path[0] == '\0') {
		report_ok(check->report, "store",
			  "in memory: a restart ends the session");
		goto out;
	}
	if (path != NULL && !has_account(check))
		goto out;
	if (path != NULL)
		store = store_open(path, NULL, &err);
	if (store == NULL) {
		report_err(check->report, "store", &err);
		goto out;
	}
	if (key_file[0] != '\0') {
		store_close(store);
		store = open_sealed(check, path, key_file);
	}
	if (store != NULL) {
		store_name_program(store, check->setup.program);
		report_store(check, store, path);
	}
out:
	store_close(store);
	free(path);
}

/* ---- Hooks */

/* True if a process may execute that file. */
static bool is_program(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	if (!S_ISREG(st.st_mode)) {
		errno = EACCES;
		return false;
	}
	return access(path, X_OK) == 0;
}

/* Searches as execvp() does. False with errno if it is not found. */
static bool can_run(const char *name)
{
	const char *folders = getenv("PATH");
	bool found = false;

	if (strchr(name, '/') != NULL)
		return is_program(name);
	for (; folders != NULL && *folders != '\0' && !found;
	     folders += *folders == ':' ? 1 : 0) {
		size_t len = strcspn(folders, ":");
		char *path = xasprintf("%.*s/%s", (int)len, folders, name);

		found = is_program(path);
		free(path);
		folders += len;
	}
	if (!found)
		errno = ENOENT;
	return found;
}

static void check_hook(struct check *check, const char *option,
		       const struct strings *hook)
{
	if (hook->count == 0)
		return;
	if (can_run(hook->items[0]))
		report_ok(check->report, option, "%s", hook->items[0]);
	else
		report_row(check->report, OUTCOME_FAIL, option,
			   "name an existing, executable program (chmod +x)",
			   "cannot run %s: %s", hook->items[0],
			   strerror(errno));
}

/* ---- Log and metrics */

static void check_log(struct check *check)
{
	const struct conf *conf = &check->setup.conf;
	struct err err = {""};

	if (!setup_log(&check->setup, check->args, &err))
		report_err(check->report, "log", &err);
	else if (conf->log.file[0] != '\0')
		report_ok(check->report, "log", "%s is writable",
			  conf->log.file);
}

static void check_metrics(struct check *check)
{
	const char *path = check->setup.conf.metrics.textfile;
	const char *slash = strrchr(path, '/');
	char *folder;

	if (path[0] == '\0')
		return;
	folder = slash == NULL ? xstrdup(".")
			       : xstrndup(path, (size_t)(slash - path) + 1);
	/* Not the file: the name of each terminal is added to its name. */
	if (access(folder, W_OK | X_OK) != 0)
		report_row(check->report, OUTCOME_FAIL, "metrics",
			   "create the directory, and let this user write to "
			   "it",
			   "cannot write to the directory %s: %s", folder,
			   strerror(errno));
	else if (!text_ends_with(path, ".prom"))
		report_row(check->report, OUTCOME_WARN, "metrics",
			   "give metrics.textfile a name that ends with .prom",
			   "the node exporter ignores %s: its name does not "
			   "end with .prom",
			   path);
	else
		report_ok(check->report, "metrics",
			  "the directory %s is writable", folder);
	free(folder);
}

void check_files(struct check *check)
{
	const struct conf *conf = &check->setup.conf;

	check_store(check);
	check_hook(check, "hooks.on_signed_in", &conf->hooks.on_signed_in);
	check_hook(check, "hooks.on_refreshed", &conf->hooks.on_refreshed);
	check_hook(check, "hooks.on_signed_out", &conf->hooks.on_signed_out);
	check_log(check);
	check_metrics(check);
}
