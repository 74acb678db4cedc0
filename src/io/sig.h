/* SPDX-License-Identifier: MIT */
/*
 * Signals as a readable descriptor, so that the one wait sees them. What a
 * write would raise is ignored; the rest is blocked and read.
 */
#ifndef GRANTTY_IO_SIG_H
#define GRANTTY_IO_SIG_H

/* From now on writing to a closed pipe or connection, or to a file that may not
 * become larger (RLIMIT_FSIZE), fails with EPIPE or EFBIG instead of ending the
 * program. */
void sig_let_writes_fail(void);

/* Blocks SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT,
 * SIGCHLD and SIGUSR1 and returns the descriptor that tells of them; -1 with
 * errno. */
int sig_open(void);

/* The next signal's number that has come in, 0 for none. Does not wait. */
int sig_next(int fd);

/* In a child, before exec: the mask and the dispositions as a fresh program
 * expects them. */
void sig_reset(void);

#endif
