/* SPDX-License-Identifier: MIT */
/*
 * Tells when the wall clock is set (a machine without a battery learns the
 * time once it is on the network), and when the machine comes back from
 * sleep. Reads no clock.
 */
#ifndef GRANTTY_IO_WALL_H
#define GRANTTY_IO_WALL_H

#include <stdbool.h>

struct wall;

/* NULL where the kernel does not tell: then nobody notices before the next
 * deadline. */
struct wall *wall_open(void);
void wall_close(struct wall *wall); /* NULL is fine */

/* The descriptor to wait for; -1: none. */
int wall_fd(const struct wall *wall);

/* Whether it was set since the last call. */
bool wall_was_set(struct wall *wall);

#endif
