/* SPDX-License-Identifier: MIT */
/*
 * Runs "grantty login" with the same options, see token_login.h.
 */
#include "config.h"

#include "app/token_login.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/args.h"
#include "app/clock.h"
#include "app/session_report.h"
#include "app/setup.h"
#include "base/err.h"
#include "base/mem.h"
#include "io/store.h"
#include "machine/session_data.h"

/* What cannot be read counts as signed in: that is reported later. */
static bool is_signed_in(const struct args *args)
{
	struct session_data data = {0};
	bool signed_in = true;
	struct setup setup;

	if (setup_conf(&setup, args, NULL) &&
	    setup_store_open(&setup, true, NULL)) {
		switch (store_load(setup.store, &data, NULL)) {
		case STORE_OK:
			signed_in = session_report_is_signed_in(&data,
								clock_wall_s());
			break;
		case STORE_EMPTY:
		case STORE_CORRUPT:
			signed_in = false;
			break;
		case STORE_BUSY:
		case STORE_FAILED:
			break;
		}
	}
	session_data_free(&data);
	setup_end(&setup);
	return signed_in;
}

/* What SIGINT and SIGQUIT do without this. */
struct keys {
	struct sigaction interrupt, quit;
};

/* Ctrl-C and Ctrl-\ reach both processes. The sign-in decides what they end,
 * and puts the terminal back; its exit code is to be passed on. */
static void ignore_keys(struct keys *before)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigemptyset(&ignore.sa_mask);
	(void)sigaction(SIGINT, &ignore, &before->interrupt);
	(void)sigaction(SIGQUIT, &ignore, &before->quit);
}

static void restore_keys(const struct keys *before)
{
	(void)sigaction(SIGINT, &before->interrupt, NULL);
	(void)sigaction(SIGQUIT, &before->quit, NULL);
}

/* Does not return. */
static void run(char **argv, int tty, const struct keys *before)
{
	restore_keys(before);
	if (dup2(tty, STDIN_FILENO) >= 0 && dup2(tty, STDOUT_FILENO) >= 0)
		(void)execv("/proc/self/exe", argv);
	_exit(EXIT_FAILED);
}

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return EXIT_FAILED;
	}
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	/* By Ctrl-C before it had anything to put back. */
	return WTERMSIG(status) == SIGINT ? EXIT_CANCELLED : EXIT_FAILED;
}

bool token_login(const struct args *args, int *code, struct err *err)
{
	struct keys before;
	int tty = -1;
	char **argv;
	pid_t pid;

	if (!is_signed_in(args))
		tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (tty < 0)
		return true;
	argv = args_for_verb(args, "login");
	ignore_keys(&before);
	pid = fork();
	if (pid == 0)
		run(argv, tty, &before);
	if (pid < 0)
		err_set(err, "Cannot sign in: %s.", strerror(errno));
	*code = pid > 0 ? wait_for(pid) : EXIT_FAILED;
	restore_keys(&before);
	xfreev(argv);
	(void)close(tty);
	/* Why, that process has said on the terminal. */
	if (pid > 0 && *code != EXIT_DONE)
		err_set(err, "The sign-in did not succeed.");
	return *code == EXIT_DONE;
}
