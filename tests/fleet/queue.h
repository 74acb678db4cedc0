/* SPDX-License-Identifier: MIT */
/*
 * Who is next: one time for each of n numbered things, the earliest first.
 */
#ifndef GRANTTY_TESTS_FLEET_QUEUE_H
#define GRANTTY_TESTS_FLEET_QUEUE_H

#include <stddef.h>
#include <stdint.h>

struct queue;

/* Things 0 to n - 1, at least one, none of which wants anything (INT64_MAX). */
struct queue *queue_new(size_t n);
void queue_free(struct queue *queue);

/* When that thing is next. */
void queue_set(struct queue *queue, size_t thing, int64_t when);

/* The earliest; *when tells its time. Of several at the same time any one. */
size_t queue_first(const struct queue *queue, int64_t *when);

#endif
