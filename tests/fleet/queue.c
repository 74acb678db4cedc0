/* SPDX-License-Identifier: MIT */
/*
 * A heap of four branches, each time beside its thing: the branches of a place
 * lie in one or two cache lines, of which there are fewer than in a binary
 * heap.
 */
#include "config.h"

#include "queue.h"

#include <stdlib.h>

#include "base/mem.h"

enum { BRANCHES = 4 };

struct entry {
	int64_t when;
	size_t thing;
};

struct queue {
	size_t n;
	struct entry *heap;
};

struct queue *queue_new(size_t n)
{
	struct queue *queue = xcalloc(1, sizeof(*queue));

	queue->heap = xcalloc(n, sizeof(*queue->heap));
	return queue;
}

void queue_free(struct queue *queue)
{
	free(queue->heap);
	free(queue);
}

void queue_add(struct queue *queue, size_t thing, int64_t when)
{
	struct entry *heap = queue->heap;
	size_t place = queue->n++;

	for (; place > 0; place = (place - 1) / BRANCHES) {
		if (heap[(place - 1) / BRANCHES].when <= when)
			break;
		heap[place] = heap[(place - 1) / BRANCHES];
	}
	heap[place] = (struct entry){when, thing};
}

size_t queue_first(const struct queue *queue, int64_t *when)
{
	*when = queue->heap[0].when;
	return queue->heap[0].thing;
}

/* The earliest of the entries below that place; n if there are none. */
static size_t earliest_below(const struct queue *queue, size_t place)
{
	size_t first = BRANCHES * place + 1;
	size_t end = first + BRANCHES;
	size_t earliest = first;

	if (first >= queue->n)
		return queue->n;
	if (end > queue->n)
		end = queue->n;
	for (size_t i = first + 1; i < end; i++) {
		if (queue->heap[i].when < queue->heap[earliest].when)
			earliest = i;
	}
	return earliest;
}

void queue_put_off_first(struct queue *queue, int64_t when)
{
	struct entry *heap = queue->heap;
	struct entry entry = {when, heap[0].thing};
	size_t place = 0;
	size_t below;

	for (;; place = below) {
		below = earliest_below(queue, place);
		if (below == queue->n || heap[below].when >= when)
			break;
		heap[place] = heap[below];
	}
	heap[place] = entry;
}
