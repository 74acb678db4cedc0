/* SPDX-License-Identifier: MIT */
/*
 * A timer that never expires; the kernel cancels it when its clock is set
 * (timerfd_create(2)).
 */
#include "config.h"

#include "io/clock_watch.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

struct clock_watch {
	int fd;
};

static int open_timer(void)
{
	const time_t never =
		sizeof(time_t) > 4 ? (time_t)INT64_MAX : (time_t)INT32_MAX;
	const struct itimerspec when = {.it_value = {.tv_sec = never}};
	int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);

	if (fd >= 0 &&
	    timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
			    &when, NULL) != 0) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

struct clock_watch *clock_watch_open(void)
{
	struct clock_watch *clock_watch;
	int fd = open_timer();

	if (fd < 0)
		return NULL;
	clock_watch = xcalloc(1, sizeof(*clock_watch));
	clock_watch->fd = fd;
	return clock_watch;
}

void clock_watch_close(struct clock_watch *clock_watch)
{
	if (clock_watch == NULL)
		return;
	if (clock_watch->fd >= 0)
		(void)close(clock_watch->fd);
	free(clock_watch);
}

int clock_watch_fd(const struct clock_watch *clock_watch)
{
	return clock_watch != NULL ? clock_watch->fd : -1;
}

bool clock_watch_was_set(struct clock_watch *clock_watch)
{
	uint64_t times;
	ssize_t n;

	if (clock_watch == NULL || clock_watch->fd < 0)
		return false;
	do
		n = read(clock_watch->fd, &times, sizeof(times));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ECANCELED;
	/* It expired after all, and would stay readable from now on. */
	(void)close(clock_watch->fd);
	clock_watch->fd = -1;
	return false;
}
