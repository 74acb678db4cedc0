/* SPDX-License-Identifier: MIT */
/*
 * Hooks that print anything, in pieces, and end in any way or not at all; and
 * any profile in the environment that they get. What they print is a few clean
 * lines, whoever does not end is killed, and nothing is left behind.
 */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/hook_env.h"
#include "base/deadline.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "fuzz.h"
#include "io/hook.h"
#include "machine/session_data.h"

enum { PID = 4711, TIMEOUT_MS = 3000, LINES_MAX = 20, TURNS = 200 };

int __real_pipe2(int ends[2], int flags);
int __wrap_pipe2(int ends[2], int flags);
int __wrap_posix_spawnp(pid_t *pid, const char *file,
			const posix_spawn_file_actions_t *files,
			const posix_spawnattr_t *how, char *const argv[],
			char *const env[]);
int __wrap_kill(pid_t pid, int signal);
int __wrap_waitid(idtype_t type, id_t id, siginfo_t *info, int options);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);

/* The program that would run. */
static struct {
	int ends[2]; /* as grantty sees the pipe */
	int output;  /* its end of it */
	bool runs, has_ended;
	bool refuses; /* to start */
	int status, signal;
	unsigned lines; /* logged of it */
} program;

int __wrap_pipe2(int ends[2], int flags)
{
	const int result = __real_pipe2(ends, flags);

	memcpy(program.ends, ends, sizeof(program.ends));
	return result;
}

int __wrap_posix_spawnp(pid_t *pid, const char *file,
			const posix_spawn_file_actions_t *files,
			const posix_spawnattr_t *how, char *const argv[],
			char *const env[])
{
	(void)files;
	(void)how;
	must(!program.runs && file == argv[0] && env != NULL);
	if (program.refuses)
		return 2; /* ENOENT */
	program.output = dup(program.ends[1]);
	must(program.output >= 0 &&
	     fcntl(program.output, F_SETFL, O_NONBLOCK) == 0);
	program.runs = true;
	program.has_ended = false;
	program.signal = program.status = 0;
	program.lines = 0;
	*pid = PID;
	return 0;
}

static void end(int status)
{
	program.has_ended = true;
	program.status = status;
	close(program.output);
	program.output = -1;
}

int __wrap_kill(pid_t pid, int signal)
{
	must(pid == -PID && program.runs);
	must(signal == SIGTERM || signal == SIGKILL);
	program.signal = signal;
	/* SIGTERM it may ignore. */
	if (signal == SIGKILL && !program.has_ended)
		end(SIGKILL);
	return 0;
}

int __wrap_waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	must(type == P_PID && id == PID && program.runs);
	must((options & WNOWAIT) != 0);
	info->si_pid = program.has_ended ? PID : 0;
	return 0;
}

pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
	must(pid == PID && program.runs);
	(void)options;
	must(program.has_ended);
	program.runs = false;
	if (status != NULL)
		*status = program.status;
	return PID;
}

/* A line of the log: where the hook has printed it, one of a few. */
static void check_line(void *context, const struct log_line *line,
		       const struct log_field *fields, size_t n)
{
	(void)context;
	(void)fields;
	(void)n;
	must(strncmp(line->text, "hooks.on_", 9) == 0);
	must(text_is_clean(line->text, strlen(line->text)));
	if (line->level == LEVEL_INFO)
		must(++program.lines <= LINES_MAX);
}

/* Each variable once, each clean, and none that the profile has made up. */
static void check_env(char **env)
{
	for (char **p = env; *p != NULL; p++) {
		const size_t len = strcspn(*p, "=");

		must((*p)[len] == '=' && len > 0);
		if (strncmp(*p, "GRANTTY_", 8) != 0)
			continue;
		must(text_is_clean(*p, strlen(*p)));
		for (char **q = env; q != p; q++)
			must(strncmp(*p, *q, len + 1) != 0);
	}
}

static bool has(char **env, const char *variable)
{
	while (*env != NULL && strcmp(*env, variable) != 0)
		env++;
	return *env != NULL;
}

static void add(struct hooks *hooks, const char *profile)
{
	struct session_data data = {.provider = (char *)"id.example",
				    .profile = (char *)profile,
				    .expires_at = 1795428001};
	struct hook hook = {.name = "on_signed_in"};

	hook.argv = xcalloc(2, sizeof(*hook.argv));
	hook.argv[0] = xstrdup("true");
	hook.env = hook_env(&data, "signed_in", HOOK_TOKEN_FD);
	hook.input = xstrdup(profile != NULL ? profile : "{}");
	hook.token = xstrdup("t0ken");
	check_env(hook.env);
	must(has(hook.env, "GRANTTY_EVENT=signed_in"));
	must(has(hook.env, "GRANTTY_EXPIRES_AT=1795428001"));
	must(has(hook.env, "GRANTTY_TOKEN_FD=3"));
	hooks_add(hooks, &hook, 0);
	must(hook.argv == NULL && hooks_is_busy(hooks));
}

/* Prints a line of the input, perhaps often, with or without its end. */
static void print(struct input *input)
{
	const unsigned often = 1U << input_choice(input, 13);
	const bool ends = input_choice(input, 2) == 0;
	char *text = input_line(input);

	for (unsigned i = 0; text != NULL && program.output >= 0 && i < often;
	     i++) {
		if (write(program.output, text, strlen(text)) < 0 ||
		    (ends && write(program.output, "\n", 1) < 0))
			break; /* it is full */
	}
	free(text);
}

static void turn(struct hooks *hooks, struct input *input, int64_t *now_ms)
{
	static const int steps_ms[] = {0, 10, 60, 2100, 4000};
	char *profile;

	switch (input_choice(input, 6)) {
	case 0:
		print(input);
		break;
	case 1:
		profile = input_line(input);
		add(hooks, profile);
		free(profile);
		break;
	case 2:
		if (program.runs && !program.has_ended)
			end((int)input_choice(input, 256) << 8);
		break;
	case 3:
		if (program.runs && !program.has_ended)
			end(1 + (int)input_choice(input, 30));
		break;
	case 4:
		program.refuses = !program.refuses;
		break;
	case 5:
		*now_ms += steps_ms[input_choice(input, 5)];
		break;
	}
	hooks_dispatch(hooks, *now_ms, 0);
	must(hooks_is_busy(hooks) == (hooks_deadline(hooks) != NEVER_MS));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	struct log *log = log_new(1);
	struct hooks *hooks = hooks_new(TIMEOUT_MS, log);
	const bool is_left = input_choice(&input, 2) == 1;
	int64_t now_ms = 0;
	int turns = 0;

	log_set_level(log, LEVEL_DEBUG);
	log_to_sink(log, check_line, NULL);
	program.output = -1;
	program.refuses = false;
	while (input.len > 0)
		turn(hooks, &input, &now_ms);
	/* Left alone, it comes to an end. */
	while (!is_left && hooks_is_busy(hooks)) {
		must(++turns < TURNS);
		if (hooks_deadline(hooks) > now_ms)
			now_ms = hooks_deadline(hooks);
		hooks_dispatch(hooks, now_ms, 0);
	}
	hooks_free(hooks, 0);
	must(!program.runs && program.output < 0);
	log_free(log);
	return 0;
}
