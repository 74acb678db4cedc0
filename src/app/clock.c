/* SPDX-License-Identifier: MIT */
/*
 * Two clocks: one for durations, one for the time of day.
 */
#include "config.h"

#include "app/clock.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

int64_t clock_now_ms(void)
{
	struct timespec ts = {0, 0};

	(void)clock_gettime(CLOCK_BOOTTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_wall_s(void)
{
	struct timespec ts = {0, 0};

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec;
}

void clock_boot(char id[CLOCK_BOOT_SIZE])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, id, CLOCK_BOOT_SIZE - 1) : 0;

	id[n == CLOCK_BOOT_SIZE - 1 ? n : 0] = '\0';
	if (fd >= 0)
		(void)close(fd);
}
