/* SPDX-License-Identifier: MIT */
/*
 * Puts a file in memory in the place of the terminal while curses writes, which
 * would otherwise wait there for a peer that reads no more.
 */
#include "config.h"

#include "ui/outlet.h"

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
	FRAMES_MAX = 64 * 1024 * 1024, /* more than the largest screen takes */
	PIECE = 4096,

	/* What the kernel takes whole from who may wait for it, if it has room
	 * for anything: the least that it sets aside for a terminal. */
	SAFE = 256,

	/* What is no serial line mostly says 38400 and means nothing by it. */
	SLOW_BELOW = 38400,
	BITS = 10, /* of a byte, with its start and its stop bit */

	OPENING = 130, /* about what curses writes to begin with */

	/* The line need not run dry before there is more, but what is urgent
	 * shall not find much before it. */
	AHEAD_MS = 40
};

struct outlet {
	int fd;
	int terminal; /* what fd is but for the catching */
	int patient;  /* the same, for writes that do not wait; -1: may not be
		       * opened */
	int memory;   /* what fd is during a catch */
	bool catches;
	struct buf waiting;
	size_t pushed;	    /* the first bytes of that are handed on already */
	int64_t rate;	    /* bytes a second; 0: not slow */
	int64_t carried_ms; /* all that was handed on is through by then */
	int64_t uncounted;  /* bytes that went out before there was a time */
};

/*
 * Opened anew, for what is set for one opening holds for all who share it: a
 * shell must not find that its terminal no longer waits.
 */
static int open_patient(int fd)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
}

struct outlet *outlet_new(int fd, int speed, struct err *err)
{
	struct outlet *outlet = xcalloc(1, sizeof(*outlet));

	outlet->fd = fd;
	outlet->terminal = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	outlet->patient = open_patient(fd);
	outlet->memory = memfd_create("grantty", MFD_CLOEXEC);
	buf_init(&outlet->waiting, FRAMES_MAX);
	if (speed > 0 && speed < SLOW_BELOW)
		outlet->rate = speed / BITS;
	outlet->uncounted = OPENING;
	if (outlet->terminal >= 0 && outlet->memory >= 0)
		return outlet;
	err_set(err, "The terminal could not be opened: %m. Close other "
		     "programs and try again.");
	outlet_free(outlet);
	return NULL;
}

void outlet_free(struct outlet *outlet)
{
	if (outlet == NULL)
		return;
	if (outlet->terminal >= 0)
		(void)close(outlet->terminal);
	if (outlet->patient >= 0)
		(void)close(outlet->patient);
	if (outlet->memory >= 0)
		(void)close(outlet->memory);
	buf_free(&outlet->waiting);
	free(outlet);
}

/* ---- Taking in */

void outlet_catch(struct outlet *outlet)
{
	/* Where it fails, all goes to the terminal at once. */
	outlet->catches =
		dup3(outlet->memory, outlet->fd, O_CLOEXEC) == outlet->fd;
}

void outlet_release(struct outlet *outlet)
{
	char piece[PIECE];
	ssize_t n = 0;
	off_t len;

	if (!outlet->catches)
		return;
	outlet->catches = false;
	(void)dup3(outlet->terminal, outlet->fd, O_CLOEXEC);
	len = lseek(outlet->memory, 0, SEEK_CUR);
	(void)lseek(outlet->memory, 0, SEEK_SET);
	for (off_t at = 0; at < len; at += n) {
		const off_t left = len - at;

		n = pread(outlet->memory, piece,
			  left < PIECE ? (size_t)left : sizeof(piece), at);
		if (n <= 0)
			break;
		(void)buf_add(&outlet->waiting, piece, (size_t)n);
		/* Overwritten and kept: cheaper than given back. */
		mem_wipe(piece, (size_t)n);
		if (pwrite(outlet->memory, piece, (size_t)n, at) != n)
			break;
	}
}

size_t outlet_waiting(const struct outlet *outlet)
{
	return outlet->waiting.len - outlet->pushed;
}

void outlet_keep(struct outlet *outlet, size_t n)
{
	struct buf *waiting = &outlet->waiting;
	const size_t len = outlet->pushed + n;

	if (len >= waiting->len)
		return;
	mem_wipe(waiting->data + len, waiting->len - len);
	waiting->len = len;
}

/* ---- Handing on */

static int64_t carrying_ms(const struct outlet *outlet, int64_t bytes)
{
	return (bytes * 1000 + outlet->rate - 1) / outlet->rate;
}

/* Keeps count of what is on its way. */
static void carry(struct outlet *outlet, int64_t bytes, int64_t now_ms)
{
	if (outlet->rate == 0)
		return;
	if (outlet->carried_ms < now_ms)
		outlet->carried_ms = now_ms;
	outlet->carried_ms += carrying_ms(outlet, bytes + outlet->uncounted);
	outlet->uncounted = 0;
}

/* write() without waiting: where the terminal is somebody else's, as after su,
 * in pieces. */
static ssize_t try_to_write(const struct outlet *outlet, const char *data,
			    size_t len)
{
	struct pollfd polled = {.fd = outlet->terminal, .events = POLLOUT};

	if (outlet->patient >= 0)
		return write(outlet->patient, data, len);
	if (poll(&polled, 1, 0) == 1)
		return write(outlet->terminal, data, len < SAFE ? len : SAFE);
	errno = EAGAIN;
	return -1;
}

static bool has_hung_up(int fd)
{
	struct pollfd polled = {.fd = fd};

	return poll(&polled, 1, 0) == 1;
}

bool outlet_push(struct outlet *outlet, int64_t now_ms)
{
	struct buf *waiting = &outlet->waiting;
	bool gone = false;

	carry(outlet, 0, now_ms); /* if it is the first time */
	while (outlet->pushed < waiting->len) {
		ssize_t n = try_to_write(outlet, waiting->data + outlet->pushed,
					 waiting->len - outlet->pushed);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n < 0) {
			gone = has_hung_up(outlet->terminal);
			break;
		}
		outlet->pushed += (size_t)n;
		carry(outlet, n, now_ms);
	}
	buf_free(waiting);
	outlet->pushed = 0;
	return !gone;
}

bool outlet_is_slow(const struct outlet *outlet)
{
	return outlet->rate > 0;
}

int64_t outlet_room_ms(const struct outlet *outlet, int64_t now_ms)
{
	int64_t through_ms = outlet->carried_ms;

	if (outlet->rate == 0)
		return now_ms;
	if (through_ms < now_ms)
		through_ms = now_ms;
	through_ms += carrying_ms(outlet, (int64_t)outlet_waiting(outlet));
	return through_ms - AHEAD_MS;
}
