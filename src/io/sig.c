/* SPDX-License-Identifier: MIT */
/*
 * Signals through signalfd(2). No code runs in a signal handler; the caller
 * decides what a signal means.
 */
#include "config.h"

#include "io/sig.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
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

static const int raised_by_keys[] = {SIGINT, SIGQUIT, SIGTSTP};

enum { KEYS = sizeof(raised_by_keys) / sizeof(raised_by_keys[0]) };

static bool is_key(uint32_t number)
{
	for (size_t i = 0; i < KEYS; i++) {
		if ((uint32_t)raised_by_keys[i] == number)
			return true;
	}
	return false;
}

static void mask_keys(int how)
{
	sigset_t mask;

	sigemptyset(&mask);
	for (size_t i = 0; i < KEYS; i++)
		sigaddset(&mask, raised_by_keys[i]);
	(void)sigprocmask(how, &mask, NULL);
}

void sig_hold_keys(void)
{
	mask_keys(SIG_BLOCK);
}

void sig_release_keys(void)
{
	mask_keys(SIG_UNBLOCK);
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
		/* With an inherited SIG_IGN, the kernel would reap our children
		 * before we can query how they ended. */
		set_disposition(watched[i], SIG_DFL);
		sigaddset(&mask, watched[i]);
	}
	sig_let_writes_fail();
	if (sigprocmask(SIG_BLOCK, &mask, NULL) != 0)
		return -1;
	return signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
}

int sig_next(int fd, bool *by_key)
{
	struct signalfd_siginfo info;
	ssize_t n;

	do {
		n = read(fd, &info, sizeof(info));
	} while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(info))
		return 0;
	if (by_key != NULL)
		*by_key = info.ssi_code == SI_KERNEL && is_key(info.ssi_signo);
	return (int)info.ssi_signo;
}

int sig_next_end(int fd, bool keys)
{
	bool by_key;
	int number;

	while ((number = sig_next(fd, &by_key)) != 0) {
		if (by_key && !keys)
			continue;
		if (number == SIGINT || number == SIGQUIT ||
		    number == SIGTERM || number == SIGHUP)
			return number;
	}
	return 0;
}

void sig_reset(void)
{
	sigset_t none;

	/* Discards a pending SIGUSR1 (a refused console switch), which would
	 * otherwise end the next program. */
	set_disposition(SIGUSR1, SIG_IGN);
	for (size_t i = 0; i < WATCHED; i++)
		set_disposition(watched[i], SIG_DFL);
	set_disposition(SIGPIPE, SIG_DFL);
	set_disposition(SIGXFSZ, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}
