/* SPDX-License-Identifier: MIT */
/*
 * The arithmetic of the servers. Each comparison is one that was seen.
 */
#include "config.h"

#include "practice/poll_clock.h"

static int64_t seconds(int64_t ms)
{
	return ms / 1000;
}

bool poll_clock_is_early(enum poll_clock poll_clock, int64_t last_ms,
			 int64_t now_ms, int64_t interval_ms)
{
	int64_t whole = seconds(now_ms) - seconds(last_ms);

	switch (poll_clock) {
	case POLL_CLOCK_REAL:
		return now_ms - last_ms < interval_ms;
	case POLL_CLOCK_SECONDS:
		return whole < seconds(interval_ms);
	case POLL_CLOCK_MORE_SECONDS:
		return whole <= seconds(interval_ms);
	case POLL_CLOCK_SECONDS_UP:
		return now_ms < seconds(last_ms + 999) * 1000 + interval_ms;
	}
	return false;
}
