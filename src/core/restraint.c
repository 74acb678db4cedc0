/* SPDX-License-Identifier: MIT */
/*
 * Pauses that grow, each a little different from everybody else's.
 */
#include "config.h"

#include "core/restraint.h"

#include "core/exchange.h"

#define ASK_GAP_MS 2000

#define RETRY_MAX_MS 600000

#define EAGER_RENEWALS 3
#define RENEWAL_JITTER_MS 2000
#define RENEWAL_PAUSE_MS 5000
#define RENEWAL_PAUSE_MAX_MS 60000

#define BOOTED_MS 180000
#define BOOT_SPREAD_MS 10000

void restraint_noticed(struct restraint *restraint)
{
	restraint->renewals = 0;
}

void restraint_ease(struct restraint *restraint)
{
	restraint->renewals = 0;
	restraint->failures = 0;
}

bool restraint_is_too_soon(const struct restraint *restraint, int64_t now_ms)
{
	return now_ms < restraint->ask_ms;
}

void restraint_asked(struct restraint *restraint, int64_t now_ms)
{
	restraint->ask_ms = now_ms + ASK_GAP_MS;
}

int64_t restraint_first(struct restraint *restraint, int64_t now_ms)
{
	if (now_ms >= BOOTED_MS)
		return now_ms;
	return now_ms + jitter_ms(&restraint->seed, BOOT_SPREAD_MS);
}

bool restraint_needs_person(const struct restraint *restraint)
{
	if (restraint->limit == 0 && !restraint->needs_key)
		return false;
	return restraint->renewals > restraint->limit;
}

int64_t restraint_renewal(struct restraint *restraint, int64_t now_ms)
{
	restraint->renewals++;
	restraint->failures = 0;
	if (restraint_needs_person(restraint))
		return NEVER_MS;
	if (restraint->renewals <= EAGER_RENEWALS)
		return now_ms + jitter_ms(&restraint->seed, RENEWAL_JITTER_MS);
	return now_ms + back_off_ms(&restraint->seed,
				    restraint->renewals - EAGER_RENEWALS,
				    RENEWAL_PAUSE_MS, RENEWAL_PAUSE_MAX_MS);
}

int64_t restraint_retry(struct restraint *restraint, int64_t base_ms,
			int64_t now_ms)
{
	restraint->failures++;
	return now_ms + back_off_ms(&restraint->seed, restraint->failures,
				    base_ms, RETRY_MAX_MS);
}
