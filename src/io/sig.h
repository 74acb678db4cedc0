/* SPDX-License-Identifier: MIT */
/*
 * Signals as a readable descriptor, so that the single wait sees them. Signals
 * that writes would raise are ignored; the others are blocked and read.
 */
#ifndef GRANTTY_IO_SIG_H
#define GRANTTY_IO_SIG_H

#include <stdbool.h>

/* Block the signals that keys raise (SIGINT, SIGQUIT, SIGTSTP) until it is
 * known whether the terminal's user may end the program; unblock them. */
void sig_hold_keys(void);
void sig_release_keys(void);

/* From now on, writing to a closed pipe or connection, or to a file at its size
 * limit (RLIMIT_FSIZE), fails with EPIPE or EFBIG instead of ending the
 * program. */
void sig_let_writes_fail(void);

/* Blocks SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT, SIGCHLD
 * and SIGUSR1 and returns the descriptor that reports them; -1 with errno. */
int sig_open(void);

/* The number of the next signal received, 0 if there is none. Does not block.
 * *by_key: whether the terminal raised it rather than kill(2); may be NULL. */
int sig_next(int fd, bool *by_key);

/* The next one received that asks a program to end (SIGINT, SIGQUIT, SIGTERM or
 * SIGHUP), 0 if there is none; drops all others. keys: whether those that the
 * terminal raised count. */
int sig_next_end(int fd, bool keys);

/* In a child, before exec: restores the mask and dispositions that a new
 * program expects. */
void sig_reset(void);

#endif
