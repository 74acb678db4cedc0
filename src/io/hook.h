/* SPDX-License-Identifier: MIT */
/*
 * Programs that an operator wants run when something has happened: one after
 * another, each in a session of its own and for a limited time, never through
 * a shell. Nothing here waits, and nothing that they do ends or stops this
 * program.
 */
#ifndef GRANTTY_IO_HOOK_H
#define GRANTTY_IO_HOOK_H

#include <stdbool.h>
#include <stdint.h>

struct hooks;
struct log;

/* One run of a program. What is not const is owned. */
struct hook {
	const char *name; /* for the log: "on_signed_in" */
	char **argv;	  /* ends with NULL; argv[0] is looked up in PATH */
	char **env;	  /* its whole environment, ends with NULL */
	char *input;	  /* what it reads on standard input */
	char *token;	  /* what it reads on HOOK_TOKEN_FD; NULL: nothing */
};

enum { HOOK_TOKEN_FD = 3 };

/* Each run may take timeout_ms. The log must outlive it. */
struct hooks *hooks_new(int64_t timeout_ms, struct log *log);

/* Kills what runs, with its whole process group, and drops what waits; the log
 * says so. NULL is fine. */
void hooks_free(struct hooks *hooks, int64_t wall_s);

/* Lines one up, its content moved out of *hook. Where too many wait already it
 * is dropped, which the log says. */
void hooks_add(struct hooks *hooks, struct hook *hook, int64_t wall_s);

/* Whether one runs or waits. */
bool hooks_is_busy(const struct hooks *hooks);

/*
 * Starts, reads from, kills and buries. To be called when hooks_fd() is
 * readable, at hooks_deadline() and after SIGCHLD; any other time does no harm.
 * Failures and what the program prints go to the log.
 */
void hooks_turn(struct hooks *hooks, int64_t now_ms, int64_t wall_s);

/* The descriptor to wait for; -1: none now. */
int hooks_fd(const struct hooks *hooks, int64_t now_ms);

/* When hooks_turn() is due at the latest; NEVER_MS: not by itself. */
int64_t hooks_deadline(const struct hooks *hooks);

#endif
