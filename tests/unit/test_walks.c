/* SPDX-License-Identifier: MIT */
/*
 * machine/visit through random events, at providers of all kinds that answer at
 * random. A failure names the walk that leads to it. WALK=N in the environment
 * takes that one alone.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "base/text.h"
#include "walk.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { WALKS = 8000, STEPS = 60 };

static int64_t choose(void *self, int64_t n)
{
	return jitter_ms(self, n);
}

static int64_t pause_ms(uint64_t *seed)
{
	static const int64_t most_ms[] = {30, 500, 8000, 60000, 2000000};

	return jitter_ms(seed, most_ms[jitter_ms(seed, COUNT(most_ms))]);
}

static void run(uint64_t number)
{
	struct walk *walk = xcalloc(1, sizeof(*walk));
	uint64_t seed = number * 15485863;

	walk_open(walk, choose, &seed);
	walk->world.walk = number;
	walk_begin(walk);
	for (int i = 0; i < STEPS; i++) {
		world_run(&walk->world, walk->world.now_ms + pause_ms(&seed));
		walk_happen(walk);
	}
	walk_come_to_rest(walk);
	walk_close(walk);
	free(walk);
}

static void test_walks(void **state)
{
	const char *chosen = getenv("WALK");
	int64_t number;

	(void)state;
	if (chosen != NULL) {
		assert_true(text_number(chosen, strlen(chosen), 0, INT32_MAX,
					&number));
		run((uint64_t)number);
		return;
	}
	for (number = 1; number <= WALKS; number++)
		run((uint64_t)number);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walks),
	};

	return crypto_init()
		       ? cmocka_run_group_tests_name("walks", tests, NULL, NULL)
		       : 1;
}
