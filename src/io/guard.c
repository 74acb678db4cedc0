/* SPDX-License-Identifier: MIT */
/*
 * The other process waits for the end of a connection, which the kernel closes
 * at whatever end the program comes to. A crash and exit() wait for it, so that
 * the shell does not go on before the terminal is its own again; SIGKILL does
 * not wait for anybody.
 */
#include "config.h"

#include "io/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"

/* A terminal that takes nothing any more must not keep a crash from being one,
 * nor the guard for ever. */
enum { PATIENCE_MS = 1000, GUARD_PATIENCE_S = 5, STACK_SIZE = 32 * 1024 };

extern char **environ;

struct guard {
	pid_t pid;
	int leash; /* closing it sets the guard to work */
};

static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

enum { CRASHES = sizeof(crashes) / sizeof(crashes[0]) };

/* A signal's handler has no other place to look; -1: there is no guard. */
static volatile sig_atomic_t last_leash = -1;
static struct sigaction before[CRASHES];

/* ---- The guard */

/* Where Ctrl-C is a signal again, a shell has taken the terminal in hand. */
static void restore_lines(const struct termios *lines, int fd)
{
	struct termios now;

	if (tcgetattr(fd, &now) == 0 && (now.c_lflag & ISIG) == 0)
		(void)tcsetattr(fd, TCSANOW, lines);
}

/* False where the terminal took nothing. */
static bool restore(const struct guard_duty *duty, const struct termios *lines,
		    int fd)
{
	if (duty->restore != NULL)
		duty->restore(duty->context, fd);
	restore_lines(lines, fd);
	return write(fd, duty->words, strlen(duty->words)) >= 0;
}

/*
 * Where the program led its session, as under systemd, or its leader has ended,
 * the kernel has hung the terminal up for all who had it open. It has to be
 * opened again, by somebody who can make it the controlling one, and who gives
 * that up before the end: or it would be hung up for who has opened it since.
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

/* The alarm is the one signal that ends it. */
static void hear_only_alarm(void)
{
	const struct sigaction usual = {.sa_handler = SIG_DFL};
	sigset_t others;

	(void)sigaction(SIGALRM, &usual, NULL);
	sigfillset(&others);
	sigdelset(&others, SIGALRM);
	sigprocmask(SIG_SETMASK, &others, NULL);
}

static void stand_by(const struct guard_duty *duty, const struct termios *lines,
		     int leash)
{
	char word;
	ssize_t n;

	hear_only_alarm();
	for (char **variable = environ; *variable != NULL; variable++)
		mem_wipe(*variable, strlen(*variable));
	do
		n = read(leash, &word, 1);
	while (n < 0 && errno == EINTR);
	(void)alarm(GUARD_PATIENCE_S);
	if (n == 0 && !restore(duty, lines, duty->fd))
		restore_anew(duty, lines);
	_exit(0);
}

/* ---- The program */

/* At an end that nobody has foreseen. */
static void let_loose(void)
{
	struct pollfd leash = {.fd = last_leash, .events = POLLIN};

	last_leash = -1;
	if (leash.fd >= 0 && shutdown(leash.fd, SHUT_WR) == 0)
		(void)poll(&leash, 1, PATIENCE_MS);
}

static void stop_listening(void)
{
	for (size_t i = 0; i < CRASHES; i++)
		(void)sigaction(crashes[i], &before[i], NULL);
}

/* Comes again as soon as this is over, and is then what it was without. */
static void crash(int signal)
{
	stop_listening();
	let_loose();
	(void)raise(signal);
}

static void listen_for_crashes(void)
{
	static char stack[STACK_SIZE]; /* the usual one may be the trouble */
	const stack_t other = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction action = {.sa_handler = crash, .sa_flags = SA_ONSTACK};
	static bool at_exit;

	if (!at_exit)
		at_exit = atexit(let_loose) == 0;
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
		stand_by(duty, &lines, ends[0]);
	}
	(void)close(ends[0]);
	if (pid < 0) {
		(void)close(ends[1]);
		return NULL;
	}
	guard = xcalloc(1, sizeof(*guard));
	guard->pid = pid;
	guard->leash = ends[1];
	last_leash = guard->leash;
	listen_for_crashes();
	return guard;
}

static void finish(struct guard *guard, bool restored)
{
	if (guard == NULL)
		return;
	last_leash = -1;
	stop_listening();
	if (restored)
		(void)send(guard->leash, "", 1, MSG_NOSIGNAL);
	(void)shutdown(guard->leash, SHUT_WR);
	while (waitpid(guard->pid, NULL, 0) < 0 && errno == EINTR)
		;
	(void)close(guard->leash);
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
