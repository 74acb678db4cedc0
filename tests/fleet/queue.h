/* SPDX-License-Identifier: MIT */
/*
 * Who is next: one time for each of n numbered things, the earliest first.
 */
#ifndef GRANTTY_TESTS_FLEET_QUEUE_H
#define GRANTTY_TESTS_FLEET_QUEUE_H

#include <stddef.h>
#include <stdint.h>

struct queue;

/* Empty, with room for n things. */
struct queue *queue_new(size_t n);
void queue_free(struct queue *queue);

/* Adds a thing that is next at that time. */
void queue_add(struct queue *queue, size_t thing, int64_t when);

/* The earliest; *when is its time. Of several at the same time, any one. There
 * must be one. */
size_t queue_first(const struct queue *queue, int64_t *when);

/* Sets when the earliest is next. */
void queue_put_off_first(struct queue *queue, int64_t when);

#endif
