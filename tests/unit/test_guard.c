/* SPDX-License-Identifier: MIT */
/*
 * io/guard: what a program leaves behind that ends without a word.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/guard.h"
#include "io/process_hardening.h"

enum { PATIENCE_S = 60 };

struct line {
	int ours, theirs;
};

static int set_up(void **state)
{
	static struct line line;

	*state = &line;
	(void)alarm(PATIENCE_S);
	return openpty(&line.ours, &line.theirs, NULL, NULL, NULL);
}

static int tear_down(void **state)
{
	const struct line *line = *state;

	(void)close(line->ours);
	(void)close(line->theirs);
	return 0;
}

static void change_lines(int fd, tcflag_t flags, bool on)
{
	struct termios lines;

	assert_int_equal(tcgetattr(fd, &lines), 0);
	lines.c_lflag = on ? lines.c_lflag | flags : lines.c_lflag & ~flags;
	assert_int_equal(tcsetattr(fd, TCSANOW, &lines), 0);
}

static tcflag_t lines_of(int fd)
{
	struct termios lines;

	assert_int_equal(tcgetattr(fd, &lines), 0);
	return lines.c_lflag & (ICANON | ECHO | ISIG);
}

/* The other end sees what is written to the terminal. */
static void read_text(int fd, char *text, size_t len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = read(fd, text + got, len - got);

		assert_true(n > 0);
		got += (size_t)n;
	}
	text[got] = '\0';
}

static bool has_text(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	char byte;
	bool has;

	(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	has = read(fd, &byte, 1) == 1;
	(void)fcntl(fd, F_SETFL, flags);
	return has;
}

static void write_name(void *context, int fd)
{
	const char *name = context;
	struct pollfd room = {.fd = fd, .events = POLLOUT};

	/* As what stands for it: it never waits. */
	if (poll(&room, 1, 0) == 1 && write(fd, name, strlen(name)) < 0)
		abort();
}

/* Whether the page at context is there, in the guard. */
static void write_memory(void *context, int fd)
{
	const char *found =
		msync(context, 1, MS_ASYNC) == 0 ? "here " : "gone ";

	if (write(fd, found, strlen(found)) < 0)
		abort();
}

enum { WELL = 0, BY_EXIT = -1, BY_MEMORY = -2, LOST = -3 };

/* volatile: or the compiler sees through the size and warns. */
static volatile size_t huge = SIZE_MAX;

/* A program with a guard that has set the terminal up for itself, and ends by
 * that signal, or as it should, or in the middle, or where the terminal is no
 * longer in its hands. */
static void run(const struct line *line, tcflag_t off, int how)
{
	struct guard_duty duty = {.fd = line->theirs,
				  .words = "restored",
				  .restore = write_name,
				  .context = (char *)(uintptr_t) "font "};
	int status;
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const struct sigaction usual = {.sa_handler = SIG_DFL};
		struct guard *guard;

		if (how > WELL) /* the test's own, or a sanitizer's */
			(void)sigaction(how, &usual, NULL);
		guard = guard_start(&duty);
		change_lines(line->theirs, off, false);
		if (how == BY_EXIT)
			exit(EXIT_FAILURE);
		if (how == BY_MEMORY && dup2(line->theirs, STDERR_FILENO) >= 0)
			free(xreallocarray(NULL, huge, 2));
		if (how > WELL)
			(void)raise(how);
		if (how == LOST)
			guard_take_over(guard);
		else
			guard_end(guard);
		_exit(guard == NULL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (how > WELL)
		assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : 0,
				 how);
	else if (how == WELL || how == LOST)
		assert_int_equal(status, 0);
	else
		assert_int_equal(status, EXIT_FAILURE << 8);
}

static void test_killed(void **state)
{
	const struct line *line = *state;
	tcflag_t before = lines_of(line->theirs);
	char text[32];

	run(line, ICANON | ECHO | ISIG, SIGKILL);
	read_text(line->ours, text, strlen("font restored"));
	assert_string_equal(text, "font restored");
	/* What is written last comes last. */
	assert_int_equal(lines_of(line->theirs), before);
}

/* These wait until all is as it was. */
static void test_crashes_and_exit(void **state)
{
	static const int ways[] = {SIGSEGV, SIGBUS, SIGABRT, BY_EXIT, LOST};
	const struct line *line = *state;
	tcflag_t before = lines_of(line->theirs);

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		char text[32];

		run(line, ICANON | ECHO | ISIG, ways[i]);
		assert_int_equal(lines_of(line->theirs), before);
		read_text(line->ours, text, strlen("font restored"));
	}
}

static void start_and_die(const struct line *line, void *page)
{
	const struct guard_duty duty = {.fd = line->theirs,
					.words = "restored",
					.restore = write_memory,
					.context = page};

	if (guard_start(&duty) != NULL)
		(void)raise(SIGKILL);
	_exit(1);
}

/* The guard shares the pages of a program that are never written again. The
 * heap is not one of them. */
static void test_memory(void **state)
{
	const struct line *line = *state;
	void *shared = mmap(NULL, 1, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uintptr_t start = 0, end = 0;
	const bool has_heap = process_hardening_heap(&start, &end);
	const struct {
		void *page;
		const char *text;
	} cases[] = {
		{shared, "here restored"},
		{(void *)start, "gone restored"},
	};

	for (size_t i = 0; i < (has_heap ? 2 : 1); i++) {
		char text[32];
		int status;
		pid_t pid;

		(void)fflush(stdout);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			start_and_die(line, cases[i].page);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		read_text(line->ours, text, strlen(cases[i].text));
		assert_string_equal(text, cases[i].text);
	}
	(void)munmap(shared, 1);
}

static void test_a_shell_was_faster(void **state)
{
	const struct line *line = *state;
	char text[32];

	run(line, ECHO, SIGKILL);
	read_text(line->ours, text, strlen("font restored"));
	assert_int_equal(lines_of(line->theirs), ICANON | ISIG);
}

/* Why it ended is said where the person can read it. */
static void test_out_of_memory(void **state)
{
	static const char all[] = "font restoredOut of memory.\r\n";
	const struct line *line = *state;
	char text[64];

	run(line, ECHO | ISIG, BY_MEMORY);
	read_text(line->ours, text, strlen(all));
	assert_string_equal(text, all);
}

/* Nobody reads at the other end. The guard must not stay for ever: it is gone
 * when nobody has the writing end of a pipe any more that it has inherited. */
static void test_a_terminal_that_takes_nothing(void **state)
{
	const struct line *line = *state;
	tcflag_t before = lines_of(line->theirs);
	int flags = fcntl(line->theirs, F_GETFL);
	int ends[2];
	char byte;

	assert_int_equal(pipe(ends), 0);
	change_lines(line->theirs, ICANON, false);
	(void)fcntl(line->theirs, F_SETFL, flags | O_NONBLOCK);
	while (write(line->theirs, "x", 1) == 1)
		;
	(void)fcntl(line->theirs, F_SETFL, flags);
	change_lines(line->theirs, ICANON, true);
	run(line, ICANON | ECHO | ISIG, SIGKILL);
	(void)close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	(void)close(ends[0]);
	assert_int_equal(lines_of(line->theirs), before);
}

static void test_dismissed(void **state)
{
	const struct line *line = *state;

	run(line, ECHO | ISIG, WELL);
	assert_int_equal(lines_of(line->theirs), ICANON);
	assert_false(has_text(line->ours));
}

static void test_no_terminal(void **state)
{
	struct guard_duty duty = {.fd = -1, .words = ""};

	(void)state;
	assert_null(guard_start(&duty));
	guard_end(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_killed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_crashes_and_exit, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_memory, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_shell_was_faster, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_out_of_memory, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_terminal_that_takes_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_dismissed, set_up,
						tear_down),
		cmocka_unit_test(test_no_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
