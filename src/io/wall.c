/* SPDX-License-Identifier: MIT */
/*
 * A timer that never comes, and that the kernel cancels when the clock that it
 * goes by jumps (timerfd_create(2)).
 */
#include "config.h"

#include "io/wall.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

struct wall {
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

struct wall *wall_open(void)
{
	struct wall *wall;
	int fd = open_timer();

	if (fd < 0)
		return NULL;
	wall = xcalloc(1, sizeof(*wall));
	wall->fd = fd;
	return wall;
}

void wall_close(struct wall *wall)
{
	if (wall == NULL)
		return;
	if (wall->fd >= 0)
		(void)close(wall->fd);
	free(wall);
}

int wall_fd(const struct wall *wall)
{
	return wall != NULL ? wall->fd : -1;
}

bool wall_was_set(struct wall *wall)
{
	uint64_t times;
	ssize_t n;

	if (wall == NULL || wall->fd < 0)
		return false;
	do
		n = read(wall->fd, &times, sizeof(times));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ECANCELED;
	/* It came after all: it would always be ready from now on. */
	(void)close(wall->fd);
	wall->fd = -1;
	return false;
}
