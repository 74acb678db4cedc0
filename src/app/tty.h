/* SPDX-License-Identifier: MIT */
/*
 * The terminal that the screens will be on, before anything is drawn there: so
 * that it is given back whatever becomes of this program.
 */
#ifndef GRANTTY_APP_TTY_H
#define GRANTTY_APP_TTY_H

struct guard;
struct vt;

struct tty {
	struct vt *vt;	     /* NULL: no virtual terminal of the console */
	struct guard *guard; /* of any other; NULL: none */
};

/* Takes what is at standard input and output, if that is a terminal. To be
 * called before any secret is in memory. */
void tty_take(struct tty *tty);

/* Both NULL is fine. */
void tty_give_back(struct tty *tty);

#endif
