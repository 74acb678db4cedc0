/* SPDX-License-Identifier: MIT */
/*
 * grantty kiosk and grantty login: a user signs in.
 */
#include "config.h"

#include "app/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/args.h"
#include "app/clock.h"
#include "app/hook_env.h"
#include "app/kiosk.h"
#include "app/plain.h"
#include "app/setup.h"
#include "app/tty.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "io/sig.h"
#include "io/store.h"
#include "machine/session_data.h"
#include "ui/locale.h"
#include "ui/term_type.h"

/* Without a suitable terminal, users sign in by plain lines. A kiosk without
 * any terminal has no users. */
static bool needs_lines(bool is_kiosk)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return !is_kiosk;
	return !term_type_places_text();
}

/*
 * False with *err if the session of another provider or client is stored. It is
 * not revoked here first: that takes the other provider's endpoints and the
 * other client's secret, which this configuration does not have. A file that
 * cannot be read is not a reason: setup_store() has reported it.
 */
static bool may_replace(const struct setup *setup, struct err *err)
{
	struct session_data data = {0};
	struct err advice = {""};
	bool may;

	(void)err_set(&advice,
		      "To keep both, sign in with -a NAME, an account of its "
		      "own. To end the stored one, run \"%s logout\" with "
		      "that provider and client.",
		      setup->program);
	may = store_load(setup->store, &data, NULL) != STORE_OK ||
	      setup_owns(setup, &data, advice.text, err);
	session_data_free(&data);
	return may;
}

/* False with *err if another kiosk uses the session file. Without a disk that
 * can be written, a kiosk runs all the same. */
static bool is_only_kiosk(const struct setup *setup, struct err *err)
{
	enum store_result result;
	struct err why = {""};
	char *path;

	result = store_lock_kiosk(setup->store, &why);
	if (result == STORE_FAILED)
		log_add(setup->log, clock_wall_s(), LEVEL_WARN,
			"cannot tell whether another kiosk uses the session "
			"file: %s",
			why.text);
	if (result != STORE_BUSY)
		return true;
	path = setup_session_path(setup, NULL);
	err_set(err,
		"Another kiosk uses the session file %s: give each screen an "
		"account of its own (-a NAME, GRANTTY_ACCOUNT), or set "
		"session.store = \"memory\".",
		path);
	free(path);
	return false;
}

/* False with *err if nothing is configured: the first thing that a new user
 * reads must not be about a client ID. */
static bool is_configured(const struct setup *setup, struct err *err)
{
	if (setup->conf_path != NULL || setup_names_provider(&setup->conf))
		return true;
	return setup_has_account(setup, err) &&
	       err_set(err,
		       "There is no configuration yet. Run \"grantty demo\" "
		       "to see a sign-in without an account, or \"%s check\" "
		       "to see what is missing. \"man grantty\" explains how "
		       "to set it up.",
		       setup->program);
}

/* login: NULL for the kiosk. */
static int sign_in(const struct args *args, struct session_data *login,
		   struct err *err)
{
	struct setup setup;
	int code = EXIT_USAGE;
	bool plain = args->plain || needs_lines(login == NULL);
	struct tty tty = {NULL, NULL};

	if (!plain || login == NULL)
		tty_take(&tty); /* before any secret is read */
	if (!setup_begin(&setup, args, err) ||
	    !setup_client(&setup, args, err) || !is_configured(&setup, err) ||
	    !setup_provider_of_client(&setup, err))
		goto out;
	if (!setup.conf.kiosk.lock)
		sig_release_keys();
	(void)locale_set(setup.conf.screen.locale);
	/* Only the font of a console may have changed, which is as good for
	 * lines; tty_give_back() restores it. */
	plain = plain || (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
			  setup_is_plain(&setup));
	/* Plain lines need no theme, but a mistake in --theme is still
	 * reported. */
	if ((!plain || args->theme != NULL) && !setup_theme(&setup, err))
		goto out;
	if (!setup_network(&setup, err))
		goto out;
	code = EXIT_FAILED;
	if (!setup_store(&setup, err))
		goto out;
	if (!may_replace(&setup, err) ||
	    (login == NULL && !is_only_kiosk(&setup, err))) {
		code = EXIT_USAGE;
		goto out;
	}
	/* Stop before the user signs in if the session could not be stored. A
	 * kiosk can keep it in memory. */
	if (login != NULL && store_try(setup.store, err) == STORE_FAILED)
		goto out;
	if (plain)
		code = plain_run(&setup, tty.vt, login, err);
	else
		code = kiosk_run(&setup, tty.vt, login, NULL, err);
out:
	setup_end(&setup);
	tty_give_back(&tty);
	return code;
}

/* The command replaces this process, with the terminal, the signals and the
 * descriptors as grantty found them. Returns only if that fails. */
static int run(char *const *command, const struct session_data *data,
	       struct err *err)
{
	char **env;
	int error;

	if (fflush(stdout) != 0)
		return EXIT_FAILED; /* main() reports it */
	env = hook_env(data, "signed_in", -1);
	sig_reset();
	(void)execvpe(command[0], command, env);
	error = errno;
	xfreev(env);
	err_set(err, "Cannot run %s: %s.", command[0], strerror(error));
	return error == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

int cmd_kiosk(const struct args *args, struct err *err)
{
	return sign_in(args, NULL, err);
}

int cmd_login(const struct args *args, struct err *err)
{
	struct session_data login = {0};
	int code = sign_in(args, &login, err);

	if (code == EXIT_DONE && args->command != NULL)
		code = run(args->command, &login, err);
	session_data_free(&login);
	return code;
}
