/* SPDX-License-Identifier: MIT */
/*
 * Walks through trees with random keys beside a simple model: the list of all
 * nodes that no fold hides, made anew after every key.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "oauth/profile.h"
#include "ui/keyboard.h"
#include "ui/tree.h"

/* The same numbers in every run. */
static uint32_t random_below(uint32_t *seed, uint32_t limit)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % limit;
}

/* Nodes with random depths, as a JSON text could have them. */
static void make_profile(struct profile *profile, size_t count, uint32_t seed)
{
	int depth = 0;

	*profile = (struct profile){
		.nodes = xcalloc(count, sizeof(*profile->nodes)),
		.node_count = count,
	};
	for (size_t i = 0; i < count; i++) {
		profile->nodes[i].depth = depth;
		depth = (int)random_below(&seed, (uint32_t)depth + 2);
	}
	for (size_t i = 0; i < count; i++) {
		size_t end = i + 1;

		while (end < count &&
		       profile->nodes[end].depth > profile->nodes[i].depth)
			end++;
		profile->nodes[i].descendants = end - i - 1;
	}
}

/* Fills in the nodes that can be seen; returns how many. */
static size_t list_visible(size_t *visible, const struct tree *tree,
			   const struct profile *profile)
{
	size_t count = 0, i = 0;

	while (i < profile->node_count) {
		visible[count++] = i;
		i += 1 + (tree->folded[i] ? profile->nodes[i].descendants : 0);
	}
	return count;
}

static size_t place_of(const size_t *visible, size_t count, size_t node)
{
	for (size_t i = 0; i < count; i++) {
		if (visible[i] == node)
			return i;
	}
	fail_msg("node %zu cannot be seen", node);
	return count;
}

static void check(const struct tree *tree, const struct profile *profile,
		  size_t *visible, int rows)
{
	size_t count = list_visible(visible, tree, profile);
	size_t selected = place_of(visible, count, tree->selected);
	size_t top = place_of(visible, count, tree->top);
	struct tree above = *tree;

	assert_in_range(selected, top, top + (size_t)rows - 1);
	/* Rows stay empty only where there are too few nodes. */
	assert_true(top == 0 || count - top >= (size_t)rows);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(tree_next(tree, profile, visible[i]),
				 i + 1 < count ? visible[i + 1]
					       : profile->node_count);
		above.selected = visible[i];
		assert_true(tree_key(&above, profile, rows, KEYS_UP));
		assert_int_equal(above.selected, visible[i > 0 ? i - 1 : 0]);
	}
}

static void test_random_walk(void **state)
{
	static const int keys[] = {
		KEYS_UP,   KEYS_DOWN, KEYS_DOWN,    KEYS_LEFT,
		KEYS_DOWN, ' ',	      KEYS_PAGE_UP, KEYS_PAGE_DOWN,
		KEYS_HOME, KEYS_END,  KEYS_RIGHT,   KEYS_ENTER,
	};
	const uint32_t key_count = sizeof(keys) / sizeof(*keys);

	(void)state;
	for (uint32_t seed = 1; seed <= 20; seed++) {
		const size_t count = seed * 7;
		size_t *visible = xcalloc(count, sizeof(*visible));
		struct profile profile;
		struct tree tree = {0};
		uint32_t random = seed;

		make_profile(&profile, count, seed);
		tree_begin(&tree, &profile);
		for (int step = 0; step < 300; step++) {
			int rows = 1 + (int)(seed % 9);
			int key = keys[random_below(&random, key_count)];

			assert_true(tree_key(&tree, &profile, rows, key));
			check(&tree, &profile, visible, rows);
		}
		tree_end(&tree);
		free(profile.nodes);
		free(visible);
	}
}

static void test_keys(void **state)
{
	/* a { b { c d } e } f */
	static struct profile_node nodes[] = {
		{.depth = 0, .descendants = 4},
		{.depth = 1, .descendants = 2},
		{.depth = 2},
		{.depth = 2},
		{.depth = 1},
		{.depth = 0},
	};
	const struct profile profile = {.nodes = nodes, .node_count = 6};
	/* One after the other, and which node is chosen then. */
	static const struct {
		int key;
		size_t selected;
	} steps[] = {
		{KEYS_UP, 0},	   {KEYS_RIGHT, 1}, {KEYS_RIGHT, 2},
		{KEYS_RIGHT, 2},   {KEYS_DOWN, 3},  {KEYS_LEFT, 1},
		{KEYS_LEFT, 1},	   {KEYS_DOWN, 4},  {KEYS_UP, 1},
		{KEYS_RIGHT, 1},   {KEYS_DOWN, 2},  {KEYS_END, 5},
		{KEYS_DOWN, 5},	   {KEYS_LEFT, 5},  {KEYS_UP, 4},
		{KEYS_LEFT, 0},	   {' ', 0},	    {KEYS_DOWN, 5},
		{KEYS_HOME, 0},	   {KEYS_ENTER, 0}, {KEYS_PAGE_DOWN, 2},
		{KEYS_PAGE_UP, 0},
	};
	struct tree tree = {0};

	(void)state;
	tree_begin(&tree, &profile);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		assert_true(tree_key(&tree, &profile, 3, steps[i].key));
		assert_int_equal(tree.selected, steps[i].selected);
	}
	assert_false(tree_key(&tree, &profile, 3, 'x'));
	tree_end(&tree);
}

static void test_empty(void **state)
{
	const struct profile profile = {.node_count = 0};
	struct tree tree = {0};

	(void)state;
	tree_begin(&tree, &profile);
	assert_false(tree_key(&tree, &profile, 3, KEYS_DOWN));
	tree_follow(&tree, 3);
	tree_end(&tree);
}

static void test_large_branches_are_folded(void **state)
{
	static struct profile_node nodes[40];
	const struct profile profile = {.nodes = nodes, .node_count = 40};
	struct tree tree = {0};

	(void)state;
	for (size_t i = 1; i < 39; i++)
		nodes[i].depth = 1;
	nodes[0].descendants = 38;
	tree_begin(&tree, &profile);
	assert_int_equal(tree_next(&tree, &profile, 0), 39);
	tree_end(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_walk),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_large_branches_are_folded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
