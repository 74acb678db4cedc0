/* SPDX-License-Identifier: MIT */
/*
 * io/sig: signals come out of the descriptor, and a child is as if new.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/sig.h"

static const int watched[] = {SIGINT,	SIGQUIT, SIGTERM, SIGHUP,
			      SIGWINCH, SIGTSTP, SIGCONT, SIGCHLD};

static int set_up(void **state)
{
	static int fd;

	fd = sig_open();
	*state = &fd;
	return fd < 0;
}

static int tear_down(void **state)
{
	close(*(int *)*state);
	sig_reset();
	return 0;
}

static bool is_readable(int fd)
{
	struct pollfd polled = {.fd = fd, .events = POLLIN};

	return poll(&polled, 1, 0) == 1;
}

static void test_each_signal_is_read_once(void **state)
{
	int fd = *(int *)*state;

	for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++) {
		assert_int_equal(sig_next(fd, NULL), 0);
		assert_false(is_readable(fd));
		assert_int_equal(raise(watched[i]), 0);
		assert_true(is_readable(fd));
		assert_int_equal(sig_next(fd, NULL), watched[i]);
	}
	assert_int_equal(sig_next(fd, NULL), 0);
}

static void test_several_wait_side_by_side(void **state)
{
	int fd = *(int *)*state;
	int seen = 0;

	raise(SIGWINCH);
	raise(SIGWINCH);
	raise(SIGTERM);
	for (int number = sig_next(fd, NULL); number != 0;
	     number = sig_next(fd, NULL))
		seen += number == SIGTERM ? 100 : number == SIGWINCH ? 1 : 1000;
	assert_int_equal(seen, 101);
}

static void test_next_end(void **state)
{
	static const int ends[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
	int fd = *(int *)*state;

	raise(SIGWINCH);
	raise(SIGTSTP);
	assert_int_equal(sig_next_end(fd, true), 0);
	assert_false(is_readable(fd));
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		raise(SIGCHLD);
		raise(ends[i]);
		/* This one was raised by no key. */
		assert_int_equal(sig_next_end(fd, false), ends[i]);
		assert_int_equal(sig_next_end(fd, true), 0);
	}
}

static void test_descriptor_neither_blocks_nor_is_inherited(void **state)
{
	int fd = *(int *)*state;

	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

static void test_broken_pipe_is_an_error_only(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	assert_int_equal(write(ends[1], "x", 1), -1);
	assert_int_equal(errno, EPIPE);
	close(ends[1]);
}

/* How a child ends that has reset its signals and gets this one. */
static int status_of_child(int number)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		sig_reset();
		raise(number);
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void test_child_dies_of_signals_again(void **state)
{
	static const int deadly[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ};

	(void)state;
	for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
		int status = status_of_child(deadly[i]);

		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), deadly[i]);
	}
}

static void test_child_can_be_waited_for(void **state)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	int status;

	(void)state;
	/* As a careless parent may have left it to us. */
	sigaction(SIGCHLD, &ignore, NULL);
	close(sig_open());
	status = status_of_child(0);
	assert_true(WIFEXITED(status));
}

/* Nor did anybody read it before. */
static void test_refused_switch_ends_no_child(void **state)
{
	int status = 0;
	pid_t pid;

	(void)state;
	pid = fork();
	if (pid == 0) {
		raise(SIGUSR1);
		sig_reset();
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_signal_is_read_once,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_several_wait_side_by_side,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_next_end, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			test_descriptor_neither_blocks_nor_is_inherited, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_broken_pipe_is_an_error_only, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_child_dies_of_signals_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_refused_switch_ends_no_child, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_child_can_be_waited_for,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
