/* SPDX-License-Identifier: MIT */
/*
 * The stages of a visit. Most wait for whatever the machine below waits for.
 */
#include "config.h"

#include "machine/visit_stage.h"

#define TO(stage) STATE_BIT(VISIT_##stage)

static const struct state rows[] = {
	[VISIT_PREPARING] = {"preparing", LIVENESS_HUNG,
			     TO(RESUMING) | TO(SIGN_IN) | TO(TROUBLE) |
				     TO(OVER)},
	[VISIT_WELCOME] = {"welcome", LIVENESS_USER,
			   TO(PREPARING) | TO(SIGN_IN) | TO(TROUBLE)},
	[VISIT_RESUMING] = {"resuming", LIVENESS_HUNG,
			    TO(PREPARING) | TO(WELCOME) | TO(STARTING) |
				    TO(SIGN_IN) | TO(PROFILE) | TO(LEAVING) |
				    TO(TROUBLE) | TO(OVER)},
	[VISIT_STARTING] = {"starting", LIVENESS_DEADLINE, TO(SIGN_IN)},
	[VISIT_SIGN_IN] = {"sign-in", LIVENESS_HUNG,
			   TO(PREPARING) | TO(WELCOME) | TO(ARRIVING) |
				   TO(TROUBLE) | TO(OVER)},
	[VISIT_ARRIVING] = {"arriving", LIVENESS_HUNG,
			    TO(PREPARING) | TO(WELCOME) | TO(STARTING) |
				    TO(SIGN_IN) | TO(CONFIRM) | TO(PROFILE) |
				    TO(LEAVING) | TO(TROUBLE) | TO(OVER)},
	[VISIT_CONFIRM] = {"confirm", LIVENESS_DEADLINE,
			   TO(ARRIVING) | TO(LEAVING)},
	[VISIT_PROFILE] = {"profile", LIVENESS_USER,
			   TO(PREPARING) | TO(WELCOME) | TO(STARTING) |
				   TO(SIGN_IN) | TO(LEAVING) | TO(TROUBLE)},
	[VISIT_LEAVING] = {"leaving", LIVENESS_HUNG,
			   TO(PREPARING) | TO(WELCOME) | TO(STARTING) |
				   TO(SIGN_IN) | TO(TROUBLE) | TO(OVER)},
	[VISIT_TROUBLE] = {"trouble", LIVENESS_USER,
			   TO(PREPARING) | TO(WELCOME) | TO(SIGN_IN)},
	[VISIT_OVER] = {"over", LIVENESS_OVER, 0},
};

const struct states visit_stages = {
	.machine = "visit",
	.rows = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
};
