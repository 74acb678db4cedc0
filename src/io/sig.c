/* SPDX-License-Identifier: MIT */
/*
 * Signals through signalfd(2). Nothing runs in a signal's context, so there is
 * no handler to be careful in; what a signal means is the caller's business.
 */
#include "config.h"

#include "io/sig.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const int watched[] = {SIGINT,  SIGQUIT, SIGTERM, SIGHUP, SIGWINCH,
			      SIGTSTP, SIGCONT, SIGCHLD, SIGUSR1};

enum { WATCHED = sizeof(watched) / sizeof(watched[0]) };

static void set_disposition(int number, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

void sig_let_writes_fail(void)
{
	set_disposition(SIGPIPE, SIG_IGN);
	set_disposition(SIGXFSZ, SIG_IGN);
}

int sig_open(void)
{
	sigset_t mask;

	sigemptyset(&mask);
	for (size_t i = 0; i < WATCHED; i++) {
		/* An inherited SIG_IGN would make the kernel reap our children
		 * before we can ask how they ended. */
		set_disposition(watched[i], SIG_DFL);
		sigaddset(&mask, watched[i]);
	}
	sig_let_writes_fail();
	if (sigprocmask(SIG_BLOCK, &mask, NULL) != 0)
		return -1;
	return signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
}

int sig_next(int fd)
{
	struct signalfd_siginfo info;
	ssize_t n;

	do {
		n = read(fd, &info, sizeof(info));
	} while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(info) ? (int)info.ssi_signo : 0;
}

void sig_reset(void)
{
	sigset_t none;

	/* What waits to be read and means nothing to anybody else (a switch of
	 * consoles that was refused) must not end what comes next. */
	set_disposition(SIGUSR1, SIG_IGN);
	for (size_t i = 0; i < WATCHED; i++)
		set_disposition(watched[i], SIG_DFL);
	set_disposition(SIGPIPE, SIG_DFL);
	set_disposition(SIGXFSZ, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}
