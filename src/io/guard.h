/* SPDX-License-Identifier: MIT */
/*
 * A small process that restores the terminal if the program ends without doing
 * so: killed, crashed, out of memory, or the terminal hung up. It is forked
 * before any secret is read, wipes the environment it inherits, and frees the
 * heap. If both processes are killed at once, the terminal is not restored.
 * There is only one guard at a time.
 */
#ifndef GRANTTY_IO_GUARD_H
#define GRANTTY_IO_GUARD_H

struct guard;

enum { GUARD_WORDS_MAX = 1024 };

/* What to restore. */
struct guard_duty {
	int fd; /* the terminal; its line settings are saved */
	/* Written to it at the end, if it accepts them; at most GUARD_WORDS_MAX
	 * bytes with the NUL. */
	const char *words;
	/* Restores something else, before that; NULL: nothing. Called in the
	 * guard process, with a descriptor of the terminal. The guard has no
	 * heap: context is elsewhere, and nothing may be allocated. */
	void (*restore)(void *context, int fd);
	void *context;
};

/* NULL if no second process could be started; the caller need not fail. */
struct guard *guard_start(const struct guard_duty *duty);

/* The terminal is already restored: the guard exits without doing anything.
 * NULL is fine. */
void guard_end(struct guard *guard);

/* Instead of guard_end(): the guard restores the terminal now, for example one
 * that has hung up and must be opened again. Waits until it is done. NULL is
 * fine. */
void guard_take_over(struct guard *guard);

#endif
