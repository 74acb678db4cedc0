/* SPDX-License-Identifier: MIT */
/*
 * Two clocks, two questions: how long, and what time is it.
 */
#include "config.h"

#include "app/clock.h"

#include <time.h>

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
