/* SPDX-License-Identifier: MIT */
/*
 * Clean-up and small change for the types that cross the border of core.
 */
#include "config.h"

#include "core/exchange.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void action_clear(struct action *action)
{
	memset(action, 0, sizeof(*action));
	action->kind = ACTION_NONE;
	action->level = LEVEL_INFO;
}

void action_note(struct action *action, enum log_level level,
		 const char *format, ...)
{
	va_list ap;

	action->level = level;
	va_start(ap, format);
	/* A long note is a clipped note: it is only read by people. */
	(void)vsnprintf(action->note, sizeof(action->note), format, ap);
	va_end(ap);
}

void action_moved(struct action *action, const char *machine, const char *from,
		  const char *to)
{
	size_t used = strlen(action->moved);

	(void)snprintf(action->moved + used, sizeof(action->moved) - used,
		       "%s%s: %s -> %s", used > 0 ? "; " : "", machine, from,
		       to);
}

int64_t later_ms(int64_t a_ms, int64_t b_ms)
{
	return a_ms > b_ms ? a_ms : b_ms;
}

int64_t sooner_ms(int64_t a_ms, int64_t b_ms)
{
	return a_ms < b_ms ? a_ms : b_ms;
}

/* splitmix64: every seed gives a sequence of its own, none of them bad. */
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

void request_free(struct request *request)
{
	if (request == NULL)
		return;
	secret_free(request->url);
	secret_free(request->body);
	secret_free(request->authorization);
	secret_free(request->dpop);
	free(request);
}
