/* SPDX-License-Identifier: MIT */
/*
 * Detects when the wall clock is set (a machine without a clock battery learns
 * the time from the network) and when the machine wakes from sleep. Reads no
 * clock.
 */
#ifndef GRANTTY_IO_CLOCK_WATCH_H
#define GRANTTY_IO_CLOCK_WATCH_H

#include <stdbool.h>

struct clock_watch;

/* NULL if the kernel does not support it; a change is then noticed only at the
 * next deadline. */
struct clock_watch *clock_watch_open(void);
void clock_watch_close(struct clock_watch *clock_watch); /* NULL is fine */

/* The descriptor to wait for; -1: none. */
int clock_watch_fd(const struct clock_watch *clock_watch);

/* True if the clock was set since the last call. */
bool clock_watch_was_set(struct clock_watch *clock_watch);

#endif
