/* SPDX-License-Identifier: MIT */
/*
 * Uses posix_spawn(3), which is safe with libcurl's resolver threads and
 * reports at once if a program cannot be executed. A program's input is in
 * memory files, so that this program never waits for it to be read.
 */
#include "config.h"

#include "io/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/log.h"
#include "base/mem.h"

enum {
	WAITING_MAX = 8,    /* more than any screen can cause */
	LINES_MAX = 20,	    /* logged from each run */
	LINE_MAX_LEN = 180, /* bytes kept of each line */
	PART = 64 * 1024,   /* bytes read in one turn */
	PAUSE_MS = 50,	    /* until the next part of a flood of output */
	GRACE_MS = 2000	    /* from SIGTERM to SIGKILL */
};

struct hooks {
	struct log *log;
	int64_t timeout_ms;
	struct hook queue[WAITING_MAX + 1]; /* the first one may be running */
	size_t count;
	/* Of the running program: */
	pid_t pid;	/* and process group; 0: none is running */
	int output;	/* the pipe from it; -1: closed */
	int64_t due_ms; /* when to kill it */
	bool flooded;	/* there is more to read, but not before: */
	int64_t read_ms;
	bool terminated; /* SIGTERM was sent */
	unsigned lines;	 /* received from it */
	size_t len;	 /* of the incomplete line */
	char line[LINE_MAX_LEN];
};

struct hooks *hooks_new(int64_t timeout_ms, struct log *log)
{
	struct hooks *hooks = xcalloc(1, sizeof(*hooks));

	hooks->log = log;
	hooks->timeout_ms = timeout_ms;
	hooks->output = -1;
	return hooks;
}

static void hook_free(struct hook *hook)
{
	xfreev(hook->argv);
	xfreev(hook->env);
	secret_free(hook->input);
	secret_free(hook->token);
	memset(hook, 0, sizeof(*hook));
}

void hooks_add(struct hooks *hooks, struct hook *hook, int64_t wall_s)
{
	if (hooks->count > WAITING_MAX) {
		log_add(hooks->log, wall_s, LEVEL_WARN,
			"hooks.%s: not run: too many hooks are waiting",
			hook->name);
		hook_free(hook);
		return;
	}
	hooks->queue[hooks->count++] = *hook;
	memset(hook, 0, sizeof(*hook));
}

bool hooks_is_busy(const struct hooks *hooks)
{
	return hooks->count > 0;
}

/* Removes the first one, which has ended. */
static void next(struct hooks *hooks)
{
	hook_free(&hooks->queue[0]);
	hooks->count--;
	memmove(&hooks->queue[0], &hooks->queue[1],
		hooks->count * sizeof(hooks->queue[0]));
	memset(&hooks->queue[hooks->count], 0, sizeof(hooks->queue[0]));
}

/* A memory file with that text, positioned at its start; -1 with errno. */
static int text_fd(const char *text)
{
	int fd = memfd_create("grantty", MFD_CLOEXEC);
	size_t left = strlen(text);

	while (fd >= 0 && left > 0) {
		ssize_t n = write(fd, text, left);

		if (n < 0) {
			(void)close(fd);
			return -1;
		}
		text += n;
		left -= (size_t)n;
	}
	if (fd >= 0)
		(void)lseek(fd, 0, SEEK_SET);
	return fd;
}

/* Descriptors 0 to 2 are in use here, so the ones passed are 3 or higher; one
 * that is 3 is duplicated to a lower number before 3 is overwritten. Returns an
 * errno value. */
static int spawn(const struct hook *hook, int input, int output, int token,
		 pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t signals;
	int result;

	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&how);
	posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
	if (token >= 0)
		posix_spawn_file_actions_adddup2(&files, token, HOOK_TOKEN_FD);
#ifdef HAVE_POSIX_SPAWN_FILE_ACTIONS_ADDCLOSEFROM_NP
	/* Libraries may have opened descriptors, too. */
	posix_spawn_file_actions_addclosefrom_np(
		&files, token >= 0 ? HOOK_TOKEN_FD + 1 : HOOK_TOKEN_FD);
#endif
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID |
					       POSIX_SPAWN_SETSIGMASK |
					       POSIX_SPAWN_SETSIGDEF);
	sigemptyset(&signals);
	posix_spawnattr_setsigmask(&how, &signals);
	sigfillset(&signals);
	posix_spawnattr_setsigdefault(&how, &signals);
	result = posix_spawnp(pid, hook->argv[0], &files, &how, hook->argv,
			      hook->env);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	return result;
}

static void close_if(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

static void start(struct hooks *hooks, int64_t now_ms, int64_t wall_s)
{
	struct hook *hook = &hooks->queue[0];
	int ends[2] = {-1, -1};
	int input = text_fd(hook->input);
	int token = hook->token != NULL ? text_fd(hook->token) : -1;
	int error = 0;
	pid_t pid = 0;

	if (input < 0 || (hook->token != NULL && token < 0) ||
	    pipe2(ends, O_CLOEXEC) != 0 ||
	    fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
		error = errno;
	else
		error = spawn(hook, input, ends[1], token, &pid);
	close_if(input);
	close_if(token);
	close_if(ends[1]);
	if (error != 0) {
		close_if(ends[0]);
		log_add(hooks->log, wall_s, LEVEL_ERROR,
			"hooks.%s: cannot run %s: %s", hook->name,
			hook->argv[0], strerror(error));
		next(hooks);
		return;
	}
	log_add(hooks->log, wall_s, LEVEL_DEBUG, "hooks.%s: started",
		hook->name);
	hooks->pid = pid;
	hooks->output = ends[0];
	hooks->due_ms = now_ms + hooks->timeout_ms;
	hooks->read_ms = now_ms;
	hooks->terminated = hooks->flooded = false;
	hooks->lines = 0;
	hooks->len = 0;
}

static void end_line(struct hooks *hooks, int64_t wall_s)
{
	if (hooks->len > 0 && hooks->lines++ < LINES_MAX)
		log_add_private(hooks->log, wall_s, LEVEL_INFO,
				"hooks.%s: %.*s", hooks->queue[0].name,
				(int)hooks->len, hooks->line);
	if (hooks->len > 0 && hooks->lines == LINES_MAX + 1)
		log_add(hooks->log, wall_s, LEVEL_WARN,
			"hooks.%s: printed more than %d lines: the rest is "
			"omitted",
			hooks->queue[0].name, LINES_MAX);
	hooks->len = 0;
}

static void take(struct hooks *hooks, const char *text, size_t n,
		 int64_t wall_s)
{
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n')
			end_line(hooks, wall_s);
		else if (hooks->len < sizeof(hooks->line))
			hooks->line[hooks->len++] = text[i];
	}
}

/* Reads what has arrived, up to one part. */
static void read_output(struct hooks *hooks, int64_t now_ms, int64_t wall_s)
{
	char text[4096];
	size_t total = 0;
	ssize_t n = 0;

	while (hooks->output >= 0 && total < PART) {
		n = read(hooks->output, text, sizeof(text));
		if (n <= 0)
			break;
		take(hooks, text, (size_t)n, wall_s);
		total += (size_t)n;
	}
	mem_wipe(text, sizeof(text));
	if (n == 0 && hooks->output >= 0 && total < PART) {
		(void)close(hooks->output);
		hooks->output = -1;
	}
	hooks->flooded = total >= PART;
	hooks->read_ms = hooks->flooded ? now_ms + PAUSE_MS : now_ms;
}

/* True if it has ended. Does not reap it: until then, its process ID, which is
 * also its group's, cannot be reused. */
static bool has_ended(pid_t pid)
{
	siginfo_t info = {0};

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) !=
		       0 ||
	       info.si_pid == pid;
}

static void kill_group(pid_t pid, int signal)
{
	(void)kill(-pid, signal);
}

static void report(struct hooks *hooks, int status, bool known, int64_t wall_s)
{
	const struct hook *hook = &hooks->queue[0];

	if (hooks->terminated)
		log_add(hooks->log, wall_s, LEVEL_ERROR,
			"hooks.%s: killed %s: it took longer than %d s",
			hook->name, hook->argv[0],
			(int)(hooks->timeout_ms / 1000));
	else if (known && WIFSIGNALED(status))
		log_add(hooks->log, wall_s, LEVEL_ERROR,
			"hooks.%s: %s was killed by signal %d", hook->name,
			hook->argv[0], WTERMSIG(status));
	else if (known && WEXITSTATUS(status) != 0)
		log_add(hooks->log, wall_s, LEVEL_ERROR,
			"hooks.%s: %s failed with exit status %d", hook->name,
			hook->argv[0], WEXITSTATUS(status));
	else
		log_add(hooks->log, wall_s, LEVEL_DEBUG, "hooks.%s: done",
			hook->name);
}

/* The group leader has ended. A daemon it started may still hold the pipe; this
 * does not wait for that. */
static void reap_child(struct hooks *hooks, int64_t now_ms, int64_t wall_s)
{
	int status = 0;
	bool known;

	read_output(hooks, now_ms, wall_s);
	end_line(hooks, wall_s);
	close_if(hooks->output);
	hooks->output = -1;
	if (hooks->terminated)
		kill_group(hooks->pid, SIGKILL);
	known = waitpid(hooks->pid, &status, WNOHANG) == hooks->pid;
	report(hooks, status, known, wall_s);
	mem_wipe(hooks->line, sizeof(hooks->line));
	hooks->pid = 0;
	next(hooks);
}

static void cut_short(struct hooks *hooks, int64_t now_ms)
{
	kill_group(hooks->pid, hooks->terminated ? SIGKILL : SIGTERM);
	hooks->terminated = true;
	hooks->due_ms = now_ms + GRACE_MS;
}

void hooks_dispatch(struct hooks *hooks, int64_t now_ms, int64_t wall_s)
{
	if (hooks->pid != 0) {
		if (now_ms >= hooks->read_ms)
			read_output(hooks, now_ms, wall_s);
		if (has_ended(hooks->pid))
			reap_child(hooks, now_ms, wall_s);
		else if (now_ms >= hooks->due_ms)
			cut_short(hooks, now_ms);
	}
	while (hooks->pid == 0 && hooks->count > 0)
		start(hooks, now_ms, wall_s);
}

int hooks_fd(const struct hooks *hooks, int64_t now_ms)
{
	return hooks->pid != 0 && now_ms >= hooks->read_ms ? hooks->output : -1;
}

int64_t hooks_deadline(const struct hooks *hooks)
{
	if (hooks->count == 0)
		return NEVER_MS;
	if (hooks->pid == 0)
		return 0; /* it can start immediately */
	if (hooks->flooded && hooks->read_ms < hooks->due_ms)
		return hooks->read_ms;
	return hooks->due_ms;
}

void hooks_free(struct hooks *hooks, int64_t wall_s)
{
	if (hooks == NULL)
		return;
	if (hooks->pid != 0) {
		log_add(hooks->log, wall_s, LEVEL_WARN,
			"hooks.%s: killed because grantty is ending",
			hooks->queue[0].name);
		kill_group(hooks->pid, SIGKILL);
		(void)waitpid(hooks->pid, NULL, 0);
		close_if(hooks->output);
	}
	while (hooks->count > 0)
		next(hooks);
	mem_wipe(hooks->line, sizeof(hooks->line));
	free(hooks);
}
