/* SPDX-License-Identifier: MIT */
/*
 * A small process that stands by while the program has a terminal in its
 * hands, and puts it back where that ends without doing so: killed, crashed,
 * out of memory, the terminal hung up. It is forked before any secret is read
 * and wipes the environment that it got. Where both are killed at once, nobody
 * does it. One at a time.
 */
#ifndef GRANTTY_IO_GUARD_H
#define GRANTTY_IO_GUARD_H

struct guard;

/* What there is to put back. */
struct guard_duty {
	int fd; /* the terminal, whose line settings are remembered */
	const char *words; /* written to it in the end, if it takes them */
	/* Something more, before that; NULL: nothing. Called in the other
	 * process, with a descriptor of the terminal. */
	void (*restore)(const void *context, int fd);
	const void *context;
};

/* NULL where there is no second process to be had: no reason to fail. */
struct guard *guard_start(const struct guard_duty *duty);

/* All is as it was: the guard goes without doing anything. NULL is fine. */
void guard_end(struct guard *guard);

/* Instead of that: the guard does its duty now, as where the terminal has hung
 * up and can be reached by opening it anew only. Waits for it. NULL is fine. */
void guard_take_over(struct guard *guard);

#endif
