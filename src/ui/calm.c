/* SPDX-License-Identifier: MIT */
/*
 * Rounds the deadlines of a model, so that no panel knows of it.
 */
#include "config.h"

#include "ui/calm.h"

#include <string.h>

#include "base/deadline.h"
#include "ui/model.h"

enum { MINUTES_S = 120, HALF_MINUTES_S = 30, SECOND_MS = 1000 };

/* How long a step is while so much is left. */
static int64_t step_ms(int64_t left_ms)
{
	if (left_ms > MINUTES_S * SECOND_MS)
		return 60 * SECOND_MS;
	return (left_ms > HALF_MINUTES_S * SECOND_MS ? 30 : 10) * SECOND_MS;
}

static bool is_ahead(int64_t then_ms, int64_t now_ms)
{
	return then_ms != NEVER_MS && then_ms > now_ms;
}

static int64_t rounded(int64_t then_ms, int64_t now_ms)
{
	const int64_t left_ms = then_ms - now_ms;
	int64_t step;

	if (!is_ahead(then_ms, now_ms))
		return then_ms;
	step = step_ms(left_ms);
	return now_ms + (left_ms + step - 1) / step * step;
}

static int64_t next_ms(int64_t then_ms, int64_t now_ms)
{
	const int64_t left_ms = then_ms - now_ms;
	int64_t step;

	if (!is_ahead(then_ms, now_ms))
		return NEVER_MS;
	step = step_ms(left_ms);
	return then_ms - (left_ms - 1) / step * step;
}

void calm_model(struct model *calm, const struct model *model)
{
	const int64_t now_ms = model->now_ms;

	memcpy(calm, model, sizeof(*calm));
	calm->expires_ms = rounded(model->expires_ms, now_ms);
	calm->token_expires_ms = rounded(model->token_expires_ms, now_ms);
	calm->idle_ms = rounded(model->idle_ms, now_ms);
	calm->confirm_ms = rounded(model->confirm_ms, now_ms);
	calm->retry_ms = rounded(model->retry_ms, now_ms);
}

int64_t calm_next_ms(const struct model *model)
{
	const int64_t deadlines[] = {model->expires_ms, model->token_expires_ms,
				     model->idle_ms, model->confirm_ms,
				     model->retry_ms};
	int64_t at_ms = NEVER_MS;

	for (size_t i = 0; i < sizeof(deadlines) / sizeof(*deadlines); i++)
		at_ms = sooner_ms(at_ms, next_ms(deadlines[i], model->now_ms));
	return at_ms;
}
