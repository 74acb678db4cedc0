/* SPDX-License-Identifier: MIT */
/*
 * The full-screen loop: terminal, signals, network and clock in one wait.
 */
#ifndef GRANTTY_APP_KIOSK_H
#define GRANTTY_APP_KIOSK_H

#include <stdbool.h>

struct err;
struct setup;
struct vt;

/* What the practice server needs to hear to approve "as the phone would". */
struct approval {
	const char *url;	   /* the control path */
	const char *authorization; /* the header that opens it */
};

/*
 * Runs the screens on the terminal at standard input and output: for ever, or
 * with once for a single sign-in. vt: that terminal, where it is a virtual
 * one, else NULL. approval: NULL except in the demo. Needs
 * setup's provider, network, store and theme. Returns the exit code; where the
 * screens cannot begin, *err says why.
 */
int kiosk_run(struct setup *setup, struct vt *vt, bool once,
	      const struct approval *approval, struct err *err);

#endif
