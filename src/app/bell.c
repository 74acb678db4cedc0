/* SPDX-License-Identifier: MIT */
/*
 * Compares what a visit has become with what it was. Rings nothing itself.
 */
#include "config.h"

#include "app/bell.h"

#include "machine/visit.h"

static enum bell_end end_of_result(const struct visit *visit)
{
	switch (visit_result(visit)) {
	case RESULT_SIGNED_IN:
		return BELL_APPROVED;
	case RESULT_DENIED:
	case RESULT_NOT_ALLOWED:
	case RESULT_UNCONFIRMED:
		return BELL_REFUSED;
	case RESULT_EXPIRED: /* quietly, if a new code follows by itself */
		return visit_renews(visit) ? BELL_OPEN : BELL_EXPIRED;
	case RESULT_NONE:
	case RESULT_FAILED:
	case RESULT_MISCONFIGURED:
	case RESULT_UNREACHABLE:
	case RESULT_CANCELLED:
		break;
	}
	return BELL_OPEN;
}

static enum bell_end end_of(const struct visit *visit)
{
	switch (visit_stage(visit)) {
	case VISIT_PREPARING:
	case VISIT_WELCOME:
	case VISIT_STARTING:
	case VISIT_SIGN_IN:
		break;
	case VISIT_CONFIRM:
	case VISIT_RESUMING:
	case VISIT_ARRIVING:
	case VISIT_PROFILE:
	case VISIT_LEAVING:
		return BELL_APPROVED;
	case VISIT_TROUBLE:
	case VISIT_OVER:
		return end_of_result(visit);
	}
	return BELL_OPEN;
}

bool bell_is_due(struct bell *bell, const struct visit *visit)
{
	const enum bell_end end = end_of(visit);
	/* A session found at a restart was not approved just now. */
	const bool due = end != bell->end && end != BELL_OPEN &&
			 visit_stage(visit) != VISIT_RESUMING;

	bell->end = end;
	return due;
}
