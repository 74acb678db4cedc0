/* SPDX-License-Identifier: MIT */
/*
 * grantty seal: seals a session that was stored before there was a key. No
 * other verb does this, so that a plain file planted by an attacker is
 * rejected.
 */
#include "config.h"

#include "app/cmd.h"

#include <stdio.h>

#include "app/args.h"
#include "app/setup.h"
#include "base/err.h"
#include "io/store.h"

static int seal(struct setup *setup, struct err *err)
{
	bool was_sealed;

	switch (store_seal(setup->store, &was_sealed, err)) {
	case STORE_OK:
		(void)puts(was_sealed ? "The session is already sealed."
				      : "The session is now sealed.");
		return EXIT_DONE;
	case STORE_EMPTY:
		err_set(err, "Cannot seal the session: there is none. Sign "
			     "in first.");
		return EXIT_NOT_SIGNED_IN;
	case STORE_BUSY:
		err_set(err, "Cannot seal the session: another process has "
			     "locked the file. Try again.");
		break;
	case STORE_CORRUPT:
		err_set(err, "Cannot seal the session: the file is damaged. "
			     "Sign in again.");
		break;
	case STORE_FAILED:
		break;
	}
	return EXIT_FAILED;
}

int cmd_seal(const struct args *args, struct err *err)
{
	struct setup setup;
	int code = EXIT_USAGE;

	if (!setup_begin(&setup, args, err))
		goto out;
	if (setup.conf.session.key_file[0] == '\0') {
		err_set(err, "Cannot seal the session without a key: set "
			     "session.key_file.");
		goto out;
	}
	code = EXIT_NOT_SIGNED_IN;
	if (!setup_has_account(&setup, err))
		goto out;
	code = EXIT_FAILED;
	if (setup_store_open(&setup, false, err))
		code = seal(&setup, err);
out:
	setup_end(&setup);
	return code;
}
