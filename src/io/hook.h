/* SPDX-License-Identifier: MIT */
/*
 * Programs that the operator wants to run on events: one after another, each in
 * its own session and for a limited time, never through a shell. Nothing here
 * blocks, and nothing these programs do can end or stop this program.
 */
#ifndef GRANTTY_IO_HOOK_H
#define GRANTTY_IO_HOOK_H

#include <stdbool.h>
#include <stdint.h>

struct hooks;
struct log;

/* One run of a program. Members that are not const are owned. */
struct hook {
	const char *name; /* for the log: "on_signed_in" */
	char **argv;	  /* ends with NULL; argv[0] is looked up in PATH */
	char **env;	  /* its whole environment, ends with NULL */
	char *input;	  /* what it reads on standard input */
	char *token;	  /* what it reads on HOOK_TOKEN_FD; NULL: nothing */
};

enum { HOOK_TOKEN_FD = 3 };

/* Each run may take timeout_ms. The log must outlive the hooks. */
struct hooks *hooks_new(int64_t timeout_ms, struct log *log);

/* Kills the running program with its whole process group and discards the
 * queue; logs this. NULL is fine. */
void hooks_free(struct hooks *hooks, int64_t wall_s);

/* Adds a run to the queue and moves its content out of *hook. If the queue is
 * full, discards it and logs that. */
void hooks_add(struct hooks *hooks, struct hook *hook, int64_t wall_s);

/* True if a program is running or queued. */
bool hooks_is_busy(const struct hooks *hooks);

/*
 * Starts programs, reads their output, kills and reaps them. Call when
 * hooks_fd() is readable, at hooks_deadline() and after SIGCHLD; calling it at
 * other times is harmless. Logs failures and the programs' output.
 */
void hooks_dispatch(struct hooks *hooks, int64_t now_ms, int64_t wall_s);

/* The descriptor to wait for; -1: none at the moment. */
int hooks_fd(const struct hooks *hooks, int64_t now_ms);

/* When to call hooks_dispatch() at the latest; NEVER_MS: no deadline. */
int64_t hooks_deadline(const struct hooks *hooks);

#endif
