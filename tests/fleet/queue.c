/* SPDX-License-Identifier: MIT */
/*
 * A binary heap that knows where each thing is in it.
 */
#include "config.h"

#include "queue.h"

#include <stdlib.h>

#include "base/mem.h"

struct queue {
	size_t n;
	int64_t *when;	/* by thing */
	size_t *things; /* the heap */
	size_t *places; /* by thing: where in the heap */
};

struct queue *queue_new(size_t n)
{
	struct queue *queue = xcalloc(1, sizeof(*queue));

	queue->n = n;
	queue->when = xcalloc(n, sizeof(*queue->when));
	queue->things = xcalloc(n, sizeof(*queue->things));
	queue->places = xcalloc(n, sizeof(*queue->places));
	for (size_t i = 0; i < n; i++) {
		queue->when[i] = INT64_MAX;
		queue->things[i] = i;
		queue->places[i] = i;
	}
	return queue;
}

void queue_free(struct queue *queue)
{
	free(queue->when);
	free(queue->things);
	free(queue->places);
	free(queue);
}

static void put(struct queue *queue, size_t place, size_t thing)
{
	queue->things[place] = thing;
	queue->places[thing] = place;
}

static void rise(struct queue *queue, size_t place)
{
	size_t thing = queue->things[place];

	while (place > 0) {
		size_t above = (place - 1) / 2;

		if (queue->when[queue->things[above]] <= queue->when[thing])
			break;
		put(queue, place, queue->things[above]);
		place = above;
	}
	put(queue, place, thing);
}

static void sink(struct queue *queue, size_t place)
{
	size_t thing = queue->things[place];

	for (;;) {
		size_t below = 2 * place + 1;

		if (below >= queue->n)
			break;
		if (below + 1 < queue->n &&
		    queue->when[queue->things[below + 1]] <
			    queue->when[queue->things[below]])
			below++;
		if (queue->when[queue->things[below]] >= queue->when[thing])
			break;
		put(queue, place, queue->things[below]);
		place = below;
	}
	put(queue, place, thing);
}

void queue_set(struct queue *queue, size_t thing, int64_t when)
{
	int64_t before = queue->when[thing];

	queue->when[thing] = when;
	if (when < before)
		rise(queue, queue->places[thing]);
	else
		sink(queue, queue->places[thing]);
}

size_t queue_first(const struct queue *queue, int64_t *when)
{
	*when = queue->when[queue->things[0]];
	return queue->things[0];
}
