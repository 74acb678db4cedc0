/* SPDX-License-Identifier: MIT */
/*
 * io/hook in virtual time, with real programs: what it asks of the loop, how
 * many it takes, and what the log says of each end.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <sys/ioctl.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/mem.h"
#include "io/hook.h"
#include "machine/event.h"

struct bench {
	struct log *log;
	struct hooks *hooks;
	char lines[200][sizeof(((struct log_line *)0)->text)];
	int line_count;
};

/* All that is written out, of which the screen does not get everything. */
static void keep_line(void *context, const struct log_line *line,
		      const struct log_field *fields, size_t n)
{
	struct bench *bench = context;

	(void)fields;
	(void)n;
	assert_true(bench->line_count < 200);
	(void)snprintf(bench->lines[bench->line_count++],
		       sizeof(bench->lines[0]), "%s", line->text);
}

static int set_up(void **state)
{
	static struct bench bench;

	bench.log = log_new(200);
	bench.line_count = 0;
	log_set_level(bench.log, LEVEL_DEBUG);
	log_to_sink(bench.log, keep_line, &bench);
	bench.hooks = hooks_new(5000, bench.log);
	*state = &bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	hooks_free(bench->hooks, 0);
	log_free(bench->log);
	return 0;
}

static void add(struct bench *bench, const char *script, const char *input,
		const char *token)
{
	const char *words[] = {"/bin/sh", "-c", script, NULL};
	struct hook hook = {.name = "on_test"};

	hook.argv = xcalloc(4, sizeof(*hook.argv));
	for (size_t i = 0; words[i] != NULL; i++)
		hook.argv[i] = xstrdup(words[i]);
	hook.env = xcalloc(2, sizeof(*hook.env));
	hook.env[0] = xstrdup("PATH=/usr/bin:/bin");
	hook.input = xstrdup(input);
	hook.token = xstrdup(token);
	hooks_add(bench->hooks, &hook, 0);
	assert_null(hook.argv);
	assert_null(hook.input);
}

/* Turns at now_ms until the queue is empty. */
static void run_all(struct bench *bench, int64_t now_ms)
{
	siginfo_t info;

	hooks_dispatch(bench->hooks, now_ms, 0);
	while (hooks_is_busy(bench->hooks)) {
		assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
		hooks_dispatch(bench->hooks, now_ms, 0);
	}
}

/* How many lines of the log have that text. */
static int count(const struct bench *bench, const char *text)
{
	int found = 0;

	for (int i = 0; i < bench->line_count; i++)
		found += strstr(bench->lines[i], text) != NULL;
	return found;
}

/* What a hook prints may name the user: the screen does not show it. */
static void test_output_is_private(void **state)
{
	struct bench *bench = *state;

	add(bench, "echo Hello, Zoe; echo Zoe >&2", "", NULL);
	run_all(bench, 0);
	assert_int_equal(count(bench, "Zoe"), 2);
	for (size_t i = 0; i < log_count(bench->log); i++)
		assert_null(strstr(log_line(bench->log, i)->text, "Zoe"));
}

static void test_ends(void **state)
{
	static const struct {
		const char *script, *says;
		enum log_level level;
	} cases[] = {
		{"exit 0", "hooks.on_test: done", LEVEL_DEBUG},
		{"exit 7", "hooks.on_test: /bin/sh failed with exit status 7",
		 LEVEL_ERROR},
		{"kill -HUP $$",
		 "hooks.on_test: /bin/sh was killed by signal "
		 "1",
		 LEVEL_ERROR},
		{"kill -PIPE $$",
		 "hooks.on_test: /bin/sh was killed by signal 13", LEVEL_ERROR},
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		add(bench, cases[i].script, "", NULL);
		run_all(bench, 0);
		assert_string_equal(log_line(bench->log, 0)->text,
				    cases[i].says);
		assert_int_equal(log_line(bench->log, 0)->level,
				 cases[i].level);
	}
}

static void test_input_and_token(void **state)
{
	struct bench *bench = *state;

	add(bench, "read -r a; read -r b <&3; echo $a-$b", "profile\n",
	    "token\n");
	add(bench, "cat; test -e /dev/fd/3 || echo none", "more\n", NULL);
	run_all(bench, 0);
	assert_int_equal(count(bench, "hooks.on_test: profile-token"), 1);
	assert_int_equal(count(bench, "hooks.on_test: more"), 1);
	assert_int_equal(count(bench, "hooks.on_test: none"), 1);
}

static void test_one_after_the_other(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(hooks_deadline(bench->hooks), NEVER_MS);
	assert_int_equal(hooks_fd(bench->hooks, 0), -1);
	for (int i = 0; i < 12; i++)
		add(bench, "exit 0", "", NULL);
	assert_true(hooks_deadline(bench->hooks) <= 0);
	run_all(bench, 0);
	assert_int_equal(count(bench, "not run: too many hooks are waiting"),
			 3);
	assert_int_equal(count(bench, "hooks.on_test: done"), 9);
	assert_int_equal(hooks_deadline(bench->hooks), NEVER_MS);
}

static void test_killed_in_time(void **state)
{
	struct bench *bench = *state;
	siginfo_t info;

	add(bench, "trap '' TERM; echo ready; while :; do sleep 9; done", "",
	    NULL);
	hooks_dispatch(bench->hooks, 1000, 0);
	while (count(bench, "ready") == 0) {
		struct pollfd fd = {.fd = hooks_fd(bench->hooks, 1000),
				    .events = POLLIN};

		assert_int_equal(poll(&fd, 1, -1), 1);
		hooks_dispatch(bench->hooks, 1000, 0);
	}
	assert_int_equal(hooks_deadline(bench->hooks), 6000);
	hooks_dispatch(bench->hooks, 6000, 0);
	assert_int_equal(hooks_deadline(bench->hooks), 8000);
	hooks_dispatch(bench->hooks, 8000, 0);
	assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(info.si_status, SIGKILL);
	hooks_dispatch(bench->hooks, 8000, 0);
	assert_false(hooks_is_busy(bench->hooks));
	assert_int_equal(count(bench, "longer than 5 s"), 1);
}

static void test_a_flood_is_not_hurried_after(void **state)
{
	struct bench *bench = *state;

	add(bench, "while :; do echo yes; done", "", NULL);
	hooks_dispatch(bench->hooks, 0, 0);
	while (hooks_fd(bench->hooks, 0) >= 0) {
		int waiting = 0;

		/* Whoever reads faster than it writes sees no flood. */
		while (waiting < 65536) /* all of a pipe */
			ioctl(hooks_fd(bench->hooks, 0), FIONREAD, &waiting);
		hooks_dispatch(bench->hooks, 0, 0);
	}
	assert_in_range(hooks_deadline(bench->hooks), 1, 1000);
	assert_true(hooks_fd(bench->hooks, hooks_deadline(bench->hooks)) >= 0);
	assert_int_equal(count(bench, "hooks.on_test: yes"), 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_output_is_private, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_input_and_token, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_one_after_the_other,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_killed_in_time, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_flood_is_not_hurried_after, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
