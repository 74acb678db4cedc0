/* SPDX-License-Identifier: MIT */
/*
 * Countdowns that change less often, for users to whom each change is read out:
 * every minute, in the last two minutes every 30 seconds, and in the last 30
 * seconds every 10.
 */
#ifndef GRANTTY_UI_CALM_H
#define GRANTTY_UI_CALM_H

#include <stdint.h>

struct model;

/* Copies the model, with each deadline as far away as the step that it is in
 * says, rounded up like the seconds of other countdowns. */
void calm_model(struct model *calm, const struct model *model);

/* When the copy changes next; NEVER_MS: never. */
int64_t calm_next_ms(const struct model *model);

#endif
