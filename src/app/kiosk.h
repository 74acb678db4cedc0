/* SPDX-License-Identifier: MIT */
/*
 * The full-screen loop: terminal, signals, network and clock in one wait.
 */
#ifndef GRANTTY_APP_KIOSK_H
#define GRANTTY_APP_KIOSK_H

#include <stdbool.h>

struct err;
struct session_data;
struct setup;
struct vt;

/* What the practice server needs to hear to approve "as the phone would". */
struct approval {
	const char *url;	   /* the control path */
	const char *authorization; /* the header that opens it */
};

/*
 * Runs the screens on the terminal at standard input and output: for ever, or
 * where login is not NULL for a single sign-in, and whoever has signed in is
 * copied into it. vt: that terminal, where it is a virtual one, else NULL.
 * approval: NULL except in the demo. Needs setup's provider, network, store and
 * theme. Returns the exit code; where the screens cannot begin, *err says why.
 */
int kiosk_run(struct setup *setup, struct vt *vt, struct session_data *login,
	      const struct approval *approval, struct err *err);

#endif
