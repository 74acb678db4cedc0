/* SPDX-License-Identifier: MIT */
/*
 * Replaces the terminal with a file in memory while curses writes, because
 * curses would wait if the other end stopped reading.
 */
#include "config.h"

#include "ui/tty_output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

enum {
	FRAMES_MAX = 64 * 1024 * 1024, /* more than the largest screen needs */
	PIECE = 4096,

	/* The size that the kernel accepts whole from a blocking writer if
	 * there is any room: the least it reserves for a terminal. */
	SAFE = 256,

	/* Other terminals usually report 38400, which means nothing. */
	SLOW_BELOW = 38400,
	BITS = 10, /* per byte, including start and stop bit */

	OPENING = 130, /* about what curses writes first */

	/* How early more output follows, so that the line does not run dry;
	 * short, so that urgent output is not delayed. */
	AHEAD_MS = 40
};

struct tty_output {
	int fd;
	int terminal; /* what fd refers to outside a catch */
	int patient;  /* the same, non-blocking; -1: cannot be opened */
	int memory;   /* what fd refers to during a catch */
	bool catches;
	struct buf waiting;
	size_t pushed;	    /* of waiting, bytes already written */
	int64_t rate;	    /* bytes a second; 0: not slow */
	int64_t carried_ms; /* when all of that will be through */
	int64_t uncounted;  /* bytes written before there was a time */
};

/*
 * Opens the terminal again, because O_NONBLOCK is shared by all users of one
 * open file description: a shell must not find its terminal non-blocking.
 */
static int open_patient(int fd)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
}

struct tty_output *tty_output_new(int fd, int speed, struct err *err)
{
	struct tty_output *tty_output = xcalloc(1, sizeof(*tty_output));

	tty_output->fd = fd;
	tty_output->terminal = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	tty_output->patient = open_patient(fd);
	tty_output->memory = memfd_create("grantty", MFD_CLOEXEC);
	buf_init(&tty_output->waiting, FRAMES_MAX);
	if (speed > 0 && speed < SLOW_BELOW)
		tty_output->rate = speed / BITS;
	tty_output->uncounted = OPENING;
	if (tty_output->terminal >= 0 && tty_output->memory >= 0)
		return tty_output;
	err_set(err, "Cannot open the terminal: %m. Close other programs and "
		     "try again.");
	tty_output_free(tty_output);
	return NULL;
}

void tty_output_free(struct tty_output *tty_output)
{
	if (tty_output == NULL)
		return;
	if (tty_output->terminal >= 0)
		(void)close(tty_output->terminal);
	if (tty_output->patient >= 0)
		(void)close(tty_output->patient);
	if (tty_output->memory >= 0)
		(void)close(tty_output->memory);
	buf_free(&tty_output->waiting);
	free(tty_output);
}

void tty_output_add(struct tty_output *tty_output, const char *sequence)
{
	(void)buf_adds(&tty_output->waiting, sequence);
}

/* ---- Catching */

void tty_output_catch(struct tty_output *tty_output)
{
	/* If this fails, all output goes directly to the terminal. */
	tty_output->catches = dup3(tty_output->memory, tty_output->fd,
				   O_CLOEXEC) == tty_output->fd;
}

void tty_output_release(struct tty_output *tty_output)
{
	char piece[PIECE];
	ssize_t n = 0;
	off_t len;

	if (!tty_output->catches)
		return;
	tty_output->catches = false;
	(void)dup3(tty_output->terminal, tty_output->fd, O_CLOEXEC);
	len = lseek(tty_output->memory, 0, SEEK_CUR);
	(void)lseek(tty_output->memory, 0, SEEK_SET);
	for (off_t at = 0; at < len; at += n) {
		const off_t left = len - at;

		n = pread(tty_output->memory, piece,
			  left < PIECE ? (size_t)left : sizeof(piece), at);
		if (n <= 0)
			break;
		(void)buf_add(&tty_output->waiting, piece, (size_t)n);
		/* Overwriting is cheaper than releasing the memory. */
		mem_wipe(piece, (size_t)n);
		if (pwrite(tty_output->memory, piece, (size_t)n, at) != n)
			break;
	}
}

size_t tty_output_waiting(const struct tty_output *tty_output)
{
	return tty_output->waiting.len - tty_output->pushed;
}

void tty_output_keep(struct tty_output *tty_output, size_t n)
{
	struct buf *waiting = &tty_output->waiting;
	const size_t len = tty_output->pushed + n;

	if (len >= waiting->len)
		return;
	mem_wipe(waiting->data + len, waiting->len - len);
	waiting->len = len;
}

/* ---- Passing on */

static int64_t carrying_ms(const struct tty_output *tty_output, int64_t bytes)
{
	return (bytes * 1000 + tty_output->rate - 1) / tty_output->rate;
}

/* Tracks what is on its way. */
static void carry(struct tty_output *tty_output, int64_t bytes, int64_t now_ms)
{
	if (tty_output->rate == 0)
		return;
	if (tty_output->carried_ms < now_ms)
		tty_output->carried_ms = now_ms;
	tty_output->carried_ms +=
		carrying_ms(tty_output, bytes + tty_output->uncounted);
	tty_output->uncounted = 0;
}

/* write() that never waits; in pieces if the terminal belongs to another user,
 * as after su. */
static ssize_t try_to_write(const struct tty_output *tty_output,
			    const char *data, size_t len)
{
	struct pollfd polled = {.fd = tty_output->terminal, .events = POLLOUT};

	if (tty_output->patient >= 0)
		return write(tty_output->patient, data, len);
	if (poll(&polled, 1, 0) == 1)
		return write(tty_output->terminal, data,
			     len < SAFE ? len : SAFE);
	errno = EAGAIN;
	return -1;
}

static bool has_hung_up(int fd)
{
	struct pollfd polled = {.fd = fd};

	return poll(&polled, 1, 0) == 1;
}

bool tty_output_push(struct tty_output *tty_output, int64_t now_ms)
{
	struct buf *waiting = &tty_output->waiting;
	bool gone = false;

	carry(tty_output, 0, now_ms); /* if this is the first time */
	while (tty_output->pushed < waiting->len) {
		ssize_t n = try_to_write(tty_output,
					 waiting->data + tty_output->pushed,
					 waiting->len - tty_output->pushed);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n < 0) {
			gone = has_hung_up(tty_output->terminal);
			break;
		}
		tty_output->pushed += (size_t)n;
		carry(tty_output, n, now_ms);
	}
	buf_free(waiting);
	tty_output->pushed = 0;
	return !gone;
}

bool tty_output_is_slow(const struct tty_output *tty_output)
{
	return tty_output->rate > 0;
}

int64_t tty_output_room_ms(const struct tty_output *tty_output, int64_t now_ms)
{
	int64_t through_ms = tty_output->carried_ms;

	if (tty_output->rate == 0)
		return now_ms;
	if (through_ms < now_ms)
		through_ms = now_ms;
	through_ms += carrying_ms(tty_output,
				  (int64_t)tty_output_waiting(tty_output));
	return through_ms - AHEAD_MS;
}
