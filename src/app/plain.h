/* SPDX-License-Identifier: MIT */
/*
 * Sign-ins as plain lines: for pipes, scripts and logs, for screen readers, and
 * for terminals without cursor addressing.
 */
#ifndef GRANTTY_APP_PLAIN_H
#define GRANTTY_APP_PLAIN_H

struct err;
struct session_data;
struct setup;
struct vt;

/*
 * Runs a kiosk, which needs a terminal; or if login is not NULL a single
 * sign-in, whose session is copied into it. Instructions go to standard output,
 * progress messages of a login to standard error. A kiosk waits for Enter
 * before it requests a code, unless kiosk.start is set to something else. vt:
 * the virtual terminal that it runs on, which kiosk.lock locks; NULL: none.
 * Returns the exit code; *err says why it could not start.
 */
int plain_run(struct setup *setup, struct vt *vt, struct session_data *login,
	      struct err *err);

#endif
