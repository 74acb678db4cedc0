/* SPDX-License-Identifier: MIT */
/*
 * grantty kiosk and grantty login: a person signs in.
 */
#include "config.h"

#include "app/cmd.h"

#include <unistd.h>

#include "app/args.h"
#include "app/kiosk.h"
#include "app/plain.h"
#include "app/setup.h"
#include "base/err.h"
#include "io/vt.h"
#include "ui/term.h"

static int sign_in(const struct args *args, bool once, struct err *err)
{
	struct setup setup;
	int code = EXIT_USAGE;
	bool plain = once && (args->plain || !isatty(STDOUT_FILENO));
	/* Before any secret is read. */
	struct vt *vt = plain ? NULL : vt_open(STDIN_FILENO);

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
	if (plain)
		code = plain_run(&setup, err);
	else
		code = kiosk_run(&setup, vt, once, NULL, err);
out:
	setup_end(&setup);
	vt_close(vt);
	return code;
}

int cmd_kiosk(const struct args *args, struct err *err)
{
	return sign_in(args, false, err);
}

int cmd_login(const struct args *args, struct err *err)
{
	return sign_in(args, true, err);
}
