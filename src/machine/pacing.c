/* SPDX-License-Identifier: MIT */
/*
 * Growing pauses, with jitter so that no two screens use the same.
 */
#include "config.h"

#include "machine/pacing.h"

#include "base/deadline.h"

#define REQUEST_GAP_MS 2000

#define RETRY_MAX_MS 600000

#define EAGER_RENEWALS 3
#define RENEWAL_JITTER_MS 2000
#define RENEWAL_PAUSE_MS 5000
#define RENEWAL_PAUSE_MAX_MS 60000

#define BOOTED_MS 180000
#define BOOT_SPREAD_MS 10000

void pacing_user_noticed(struct pacing *pacing)
{
	pacing->renewals = 0;
}

void pacing_reset_failures(struct pacing *pacing)
{
	pacing->renewals = 0;
	pacing->failures = 0;
}

bool pacing_is_too_soon(const struct pacing *pacing, int64_t now_ms)
{
	return now_ms < pacing->request_ms;
}

void pacing_requested(struct pacing *pacing, int64_t now_ms)
{
	pacing->request_ms = now_ms + REQUEST_GAP_MS;
}

int64_t pacing_first(struct pacing *pacing, int64_t now_ms)
{
	if (now_ms >= BOOTED_MS)
		return now_ms;
	return now_ms + jitter_ms(&pacing->seed, BOOT_SPREAD_MS);
}

bool pacing_needs_user(const struct pacing *pacing)
{
	if (pacing->limit == 0 && !pacing->needs_key)
		return false;
	return pacing->renewals > pacing->limit;
}

bool pacing_will_renew(const struct pacing *pacing)
{
	struct pacing next = *pacing;

	next.renewals++;
	return !pacing_needs_user(&next);
}

int64_t pacing_renewal(struct pacing *pacing, int64_t now_ms)
{
	pacing->renewals++;
	pacing->failures = 0;
	if (pacing_needs_user(pacing))
		return NEVER_MS;
	if (pacing->renewals <= EAGER_RENEWALS)
		return now_ms + jitter_ms(&pacing->seed, RENEWAL_JITTER_MS);
	return now_ms + back_off_ms(&pacing->seed,
				    pacing->renewals - EAGER_RENEWALS,
				    RENEWAL_PAUSE_MS, RENEWAL_PAUSE_MAX_MS);
}

int64_t pacing_retry(struct pacing *pacing, int64_t base_ms, int64_t now_ms)
{
	pacing->failures++;
	return now_ms + back_off_ms(&pacing->seed, pacing->failures, base_ms,
				    RETRY_MAX_MS);
}
