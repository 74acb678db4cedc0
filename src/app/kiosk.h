/* SPDX-License-Identifier: MIT */
/*
 * The full-screen loop: terminal, signals, network and clock in one wait.
 */
#ifndef GRANTTY_APP_KIOSK_H
#define GRANTTY_APP_KIOSK_H

struct err;
struct session_data;
struct setup;
struct vt;

/* What the practice server needs to approve "as the phone would". */
struct approval {
	const char *url;	   /* the control path */
	const char *authorization; /* the header that authorizes it */
};

/*
 * Runs the screens on the terminal at standard input and output: forever, or if
 * login is not NULL for a single sign-in, whose session is copied into it. vt:
 * that terminal if it is a virtual one, else NULL. approval: NULL except in the
 * demo. Needs setup's provider, network, store and theme. Returns the exit
 * code; if the screens cannot start, *err says why.
 */
int kiosk_run(struct setup *setup, struct vt *vt, struct session_data *login,
	      const struct approval *approval, struct err *err);

#endif
