/* SPDX-License-Identifier: MIT */
/*
 * grantty kiosk and grantty login: a person signs in.
 */
#include "config.h"

#include "app/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/args.h"
#include "app/kiosk.h"
#include "app/person_env.h"
#include "app/plain.h"
#include "app/setup.h"
#include "app/tty.h"
#include "base/err.h"
#include "base/mem.h"
#include "core/session_data.h"
#include "io/sig.h"
#include "io/store.h"
#include "ui/term.h"

/* login: NULL for the kiosk. */
static int sign_in(const struct args *args, struct session_data *login,
		   struct err *err)
{
	struct setup setup;
	int code = EXIT_USAGE;
	bool plain = login != NULL && (args->plain || !isatty(STDOUT_FILENO));
	struct tty tty = {NULL, NULL};

	if (!plain)
		tty_take(&tty); /* before any secret is read */
	if (!setup_begin(&setup, args, err) ||
	    !setup_provider(&setup, args, err))
		goto out;
	(void)term_set_locale(setup.conf.screen.locale);
	/* Lines need no theme, but who names one wants to know of a mistake. */
	if ((!plain || args->theme != NULL) && !setup_theme(&setup, err))
		goto out;
	if (!setup_network(&setup, err))
		goto out;
	code = EXIT_FAILED;
	if (!setup_store(&setup, err))
		goto out;
	/* Nobody is asked for a sign-in that could not be kept. A kiosk keeps
	 * it itself. */
	if (login != NULL && store_try(setup.store, err) == STORE_FAILED)
		goto out;
	if (plain)
		code = plain_run(&setup, login, err);
	else
		code = kiosk_run(&setup, tty.vt, login, NULL, err);
out:
	setup_end(&setup);
	tty_give_back(&tty);
	return code;
}

/* The command takes this process over, with the terminal, the signals and the
 * descriptors as grantty has found them. Returns only where that fails. */
static int run(char *const *command, const struct session_data *data,
	       struct err *err)
{
	char **env;
	int error;

	if (fflush(stdout) != 0)
		return EXIT_FAILED; /* main() says so */
	env = person_env(data, "signed_in", -1);
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
