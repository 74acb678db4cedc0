/* SPDX-License-Identifier: MIT */
/*
 * What the user wants done outside the screens.
 */
#ifndef GRANTTY_UI_COMMAND_H
#define GRANTTY_UI_COMMAND_H

/* What a key requests from the app. */
enum command {
	COMMAND_NONE,	/* the key only changed the view, or has no meaning */
	COMMAND_START,	/* sign in; get a new code; try again */
	COMMAND_CANCEL, /* give up (Ctrl-C; Escape on some screens) */
	COMMAND_SIGN_OUT,
	COMMAND_QUIT,
	COMMAND_LANGUAGE,	/* the next language */
	COMMAND_APPROVE,	/* demo only: approve as the phone would */
	COMMAND_COPIED_CODE,	/* the code went to the terminal's clipboard, */
	COMMAND_COPIED_ADDRESS, /* or the address: report it */
	COMMAND_PASTE /* an address was entered: see ui_pasted(). Only while the
		       * model has an authorization_uri */
};

#endif
