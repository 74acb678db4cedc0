/* SPDX-License-Identifier: MIT */
/*
 * The states of a flow. EVENT_START and EVENT_CANCEL are possible in all of
 * them.
 */
#include "config.h"

#include "machine/flow_state.h"

#define TO(state) STATE_BIT(FLOW_##state)

static const struct state rows[] = {
	[FLOW_IDLE] = {"idle", LIVENESS_USER,
		       TO(REQUESTING) | TO(WAITING) | TO(AWAITING_REDIRECT) |
			       TO(FAILED)},
	[FLOW_REQUESTING] = {"requesting", LIVENESS_REQUEST,
			     TO(IDLE) | TO(BACKING_OFF) | TO(WAITING) |
				     TO(EXPIRED) | TO(FAILED)},
	[FLOW_BACKING_OFF] = {"backing-off", LIVENESS_DEADLINE,
			      TO(IDLE) | TO(REQUESTING)},
	[FLOW_WAITING] = {"waiting", LIVENESS_DEADLINE,
			  TO(IDLE) | TO(REQUESTING) | TO(POLLING) |
				  TO(EXPIRED) | TO(FAILED)},
	[FLOW_POLLING] = {"polling", LIVENESS_REQUEST,
			  TO(IDLE) | TO(REQUESTING) | TO(WAITING) |
				  TO(GRANTED) | TO(DENIED) | TO(EXPIRED) |
				  TO(FAILED)},
	[FLOW_AWAITING_REDIRECT] = {"awaiting-redirect", LIVENESS_DEADLINE,
				    TO(IDLE) | TO(EXCHANGING) | TO(DENIED) |
					    TO(EXPIRED) | TO(FAILED)},
	[FLOW_EXCHANGING] = {"exchanging", LIVENESS_REQUEST,
			     TO(IDLE) | TO(AWAITING_REDIRECT) |
				     TO(EXCHANGE_BACKING_OFF) | TO(GRANTED) |
				     TO(FAILED)},
	[FLOW_EXCHANGE_BACKING_OFF] = {"exchange-backing-off",
				       LIVENESS_DEADLINE,
				       TO(IDLE) | TO(AWAITING_REDIRECT) |
					       TO(EXCHANGING)},
	[FLOW_GRANTED] = {"granted", LIVENESS_OVER,
			  TO(IDLE) | TO(REQUESTING) | TO(AWAITING_REDIRECT)},
	[FLOW_DENIED] = {"denied", LIVENESS_OVER,
			 TO(IDLE) | TO(REQUESTING) | TO(AWAITING_REDIRECT)},
	[FLOW_EXPIRED] = {"expired", LIVENESS_OVER,
			  TO(IDLE) | TO(REQUESTING) | TO(AWAITING_REDIRECT)},
	[FLOW_FAILED] = {"failed", LIVENESS_OVER,
			 TO(IDLE) | TO(REQUESTING) | TO(AWAITING_REDIRECT)},
};

const struct states flow_states = {
	.machine = "flow",
	.rows = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
};
