/* SPDX-License-Identifier: MIT */
/*
 * Exponential back-off with jitter, so that screens switched on together do not
 * retry together.
 */
#include "config.h"

#include "base/deadline.h"

int64_t later_ms(int64_t a_ms, int64_t b_ms)
{
	return a_ms > b_ms ? a_ms : b_ms;
}

int64_t sooner_ms(int64_t a_ms, int64_t b_ms)
{
	return a_ms < b_ms ? a_ms : b_ms;
}

/* splitmix64: each seed gives its own sequence, and no seed is bad. */
int64_t jitter_ms(uint64_t *seed, int64_t span)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	return span > 0 ? (int64_t)(z % (uint64_t)span) : 0;
}

int64_t back_off_ms(uint64_t *seed, int failures, int64_t base_ms,
		    int64_t max_ms)
{
	int64_t wait_ms = base_ms;
	int i;

	for (i = 1; i < failures && wait_ms < max_ms; i++)
		wait_ms *= 2;
	if (wait_ms > max_ms)
		wait_ms = max_ms;
	return wait_ms + jitter_ms(seed, wait_ms / 2);
}
