/* SPDX-License-Identifier: MIT */
/*
 * Takes over the terminal before the screens draw on it, so that it is restored
 * however this program ends.
 */
#ifndef GRANTTY_APP_TTY_H
#define GRANTTY_APP_TTY_H

struct guard;
struct vt;

struct tty {
	struct vt *vt;	     /* NULL: not a virtual terminal */
	struct guard *guard; /* for any other terminal; NULL: none */
};

/* Takes the terminal at standard input and output, if there is one, and makes
 * it the controlling terminal if the session has none: from then on its keys
 * raise signals. Call it before any secret is in memory. */
void tty_take(struct tty *tty);

/* Restores the terminal. Both may be NULL. */
void tty_give_back(struct tty *tty);

#endif
