/* SPDX-License-Identifier: MIT */
/*
 * A sign-in as plain lines: for pipes, scripts, logs and terminals without
 * cursor addressing.
 */
#ifndef GRANTTY_APP_PLAIN_H
#define GRANTTY_APP_PLAIN_H

struct err;
struct session_data;
struct setup;
struct vt;

/* Runs one sign-in. Instructions go to standard output, progress messages to
 * standard error. vt: the virtual terminal that it runs on, which kiosk.lock
 * locks; NULL: none. The session is copied into *login. Returns the exit code;
 * *err says why it could not start. */
int plain_run(struct setup *setup, struct vt *vt, struct session_data *login,
	      struct err *err);

#endif
