/* SPDX-License-Identifier: MIT */
/*
 * Keeps the details of a failure, and drops them.
 */
#include "config.h"

#include "oauth/verdict.h"

#include <stdlib.h>

#include "base/mem.h"

void oauth_failure_keep(struct oauth_failure **kept,
			const struct oauth_failure *failure)
{
	if (*kept == NULL)
		*kept = xcalloc(1, sizeof(**kept));
	**kept = *failure;
}

void oauth_failure_drop(struct oauth_failure **kept)
{
	free(*kept);
	*kept = NULL;
}
