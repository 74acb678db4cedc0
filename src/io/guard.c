/* SPDX-License-Identifier: MIT */
/*
 * The guard process waits for a connection to close, which the kernel does no
 * matter how the program ends. A crash and exit() wait for the guard, so that
 * the shell does not continue before the terminal is restored; SIGKILL does not
 * wait.
 */
#include "config.h"

#include "io/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/process_hardening.h"

/* A terminal that accepts no more output must not block a crash, nor keep the
 * guard alive forever. */
enum { PATIENCE_MS = 1000, GUARD_PATIENCE_S = 5, STACK_SIZE = 32 * 1024 };

extern char **environ;

struct guard {
	pid_t pid;
	int peer_fd; /* closing it makes the guard restore */
};

static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

enum { CRASHES = sizeof(crashes) / sizeof(crashes[0]) };

/* Global because a signal handler cannot find it otherwise; -1: no guard. */
static volatile sig_atomic_t last_peer_fd = -1;
static struct sigaction before[CRASHES];

/* ---- The guard process */

/* If Ctrl-C raises a signal again, a shell has already set up the terminal. */
static void restore_lines(const struct termios *lines, int fd)
{
	struct termios now;

	if (tcgetattr(fd, &now) == 0 && (now.c_lflag & ISIG) == 0)
		(void)tcsetattr(fd, TCSANOW, lines);
}

/* False if the terminal accepted nothing. */
static bool restore(const struct guard_duty *duty, const struct termios *lines,
		    int fd)
{
	if (duty->restore != NULL)
		duty->restore(duty->context, fd);
	restore_lines(lines, fd);
	return write(fd, duty->words, strlen(duty->words)) >= 0;
}

/*
 * If the program was the session leader, as under systemd, or the leader has
 * ended, the kernel has hung up the terminal for every process that had it
 * open. The terminal must be opened again, by a process that can make it its
 * controlling terminal, and that gives it up before it exits: otherwise the
 * terminal would be hung up for processes that have opened it since.
 */
static void restore_anew(const struct guard_duty *duty,
			 const struct termios *lines)
{
	char path[32];
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", duty->fd);
	if (setsid() < 0)
		return;
	fd = open(path, O_RDWR | O_NONBLOCK);
	if (fd < 0)
		return;
	(void)restore(duty, lines, fd);
	(void)ioctl(fd, TIOCNOTTY);
}

/* What libraries allocated before main(): once the program writes there, this
 * process alone would keep the old pages. */
static void drop_heap(void)
{
	uintptr_t start, end;

	if (process_hardening_heap(&start, &end))
		(void)munmap((void *)start, end - start);
}

/* The alarm is the only signal that can end it. */
static void block_all_but_alarm(void)
{
	const struct sigaction usual = {.sa_handler = SIG_DFL};
	sigset_t others;

	(void)sigaction(SIGALRM, &usual, NULL);
	sigfillset(&others);
	sigdelset(&others, SIGALRM);
	sigprocmask(SIG_SETMASK, &others, NULL);
}

static void run_guard(const struct guard_duty *duty,
		      const struct termios *lines, int peer_fd)
{
	char words[GUARD_WORDS_MAX];
	struct guard_duty copy = *duty;
	char word;
	ssize_t n;

	block_all_but_alarm();
	for (char **variable = environ; *variable != NULL; variable++)
		mem_wipe(*variable, strlen(*variable));
	(void)snprintf(words, sizeof(words), "%s", duty->words);
	copy.words = words;
	duty = &copy;
	drop_heap();
	do
		n = read(peer_fd, &word, 1);
	while (n < 0 && errno == EINTR);
	(void)alarm(GUARD_PATIENCE_S);
	if (n == 0 && !restore(duty, lines, duty->fd))
		restore_anew(duty, lines);
	_exit(0);
}

/* ---- The program */

/* For an unexpected end of the program. */
static void release_guard(void)
{
	struct pollfd peer = {.fd = last_peer_fd, .events = POLLIN};

	last_peer_fd = -1;
	if (peer.fd >= 0 && shutdown(peer.fd, SHUT_WR) == 0)
		(void)poll(&peer, 1, PATIENCE_MS);
}

static void stop_listening(void)
{
	for (size_t i = 0; i < CRASHES; i++)
		(void)sigaction(crashes[i], &before[i], NULL);
}

/* The signal is raised again after this, now with its original disposition. */
static void crash(int signal)
{
	stop_listening();
	release_guard();
	(void)raise(signal);
}

static void listen_for_crashes(void)
{
	static char stack[STACK_SIZE]; /* the normal stack may be the cause */
	const stack_t other = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction action = {.sa_handler = crash, .sa_flags = SA_ONSTACK};
	static bool at_exit;

	if (!at_exit)
		at_exit = atexit(release_guard) == 0;
	(void)sigaltstack(&other, NULL);
	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < CRASHES; i++)
		(void)sigaction(crashes[i], &action, &before[i]);
}

struct guard *guard_start(const struct guard_duty *duty)
{
	struct guard *guard;
	struct termios lines;
	int ends[2];
	pid_t pid;

	if (tcgetattr(duty->fd, &lines) != 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return NULL;
	pid = fork();
	if (pid == 0) {
		(void)close(ends[1]);
		run_guard(duty, &lines, ends[0]);
	}
	(void)close(ends[0]);
	if (pid < 0) {
		(void)close(ends[1]);
		return NULL;
	}
	guard = xcalloc(1, sizeof(*guard));
	guard->pid = pid;
	guard->peer_fd = ends[1];
	last_peer_fd = guard->peer_fd;
	listen_for_crashes();
	return guard;
}

static void finish(struct guard *guard, bool restored)
{
	if (guard == NULL)
		return;
	last_peer_fd = -1;
	stop_listening();
	if (restored)
		(void)send(guard->peer_fd, "", 1, MSG_NOSIGNAL);
	(void)shutdown(guard->peer_fd, SHUT_WR);
	while (waitpid(guard->pid, NULL, 0) < 0 && errno == EINTR)
		;
	(void)close(guard->peer_fd);
	free(guard);
}

void guard_end(struct guard *guard)
{
	finish(guard, true);
}

void guard_take_over(struct guard *guard)
{
	finish(guard, false);
}
