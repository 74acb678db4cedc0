/* SPDX-License-Identifier: MIT */
/*
 * Wrong answers, see misanswer.h. Changes nothing but the answer: whatever is
 * asked for can be asked for again.
 */
#include "config.h"

#include "practice/misanswer.h"

#include <time.h>

#include "practice/call.h"
#include "practice/service.h"

enum { RETRY_AFTER_S = 2 };

static void rate_limit(struct answer *answer, enum dialect dialect)
{
	dialect_error(answer, dialect, "too_many_requests",
		      "Too many requests.");
	answer->status = 429;
}

/* Retry-After as a date (RFC 9110 section 10.2.3). */
static void retry_date(struct answer *answer, int64_t wall_s)
{
	time_t when = (time_t)(wall_s + RETRY_AFTER_S);
	char date[64];
	struct tm tm;

	/* No setlocale() here: names of days and months are English. */
	if (gmtime_r(&when, &tm) &&
	    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0)
		answer_header(answer, "Retry-After", "%s", date);
}

/* Writes the answer of that fault; false where the right one is to be given
 * nevertheless. */
static bool give(enum fault fault, const struct service *service,
		 const struct call *call, enum dialect dialect,
		 struct answer *answer)
{
	switch (fault) {
	case FAULT_NO_REDIRECT_URI:
		/* Webex puts a sentence where others have the code. */
		dialect_error(answer, dialect,
			      dialect == DIALECT_WEBEX
				      ? "The redirect_uri is missing or does "
					"not match a registered one."
				      : "invalid_request",
			      "The redirect_uri of the device callback is not "
			      "registered for this client.");
		return true;
	case FAULT_REFRESH_INVALID_GRANT:
		dialect_error(answer, dialect, "invalid_grant",
			      "The refresh token is not valid.");
		return true;
	case FAULT_INVALID_CLIENT:
		dialect_error(answer, dialect, "invalid_client",
			      "The client is not known.");
		answer->status = 401;
		return true;
	case FAULT_UNKNOWN_ERROR:
		dialect_error(answer, dialect, "moon_not_full",
			      "This only works at full moon.");
		return true;
	case FAULT_HTTP_500:
		answer_text(answer, 500, "application/json", "{}");
		return true;
	case FAULT_HTML_502:
		answer_text(answer, 502, "text/html",
			    "<html><head><title>502 Bad Gateway</title></head>"
			    "<body><h1>502 Bad Gateway</h1></body></html>\n");
		return true;
	case FAULT_RATE_LIMIT:
		answer_header(answer, "Retry-After", "%d", RETRY_AFTER_S);
		rate_limit(answer, dialect);
		return true;
	case FAULT_RETRY_DATE:
		retry_date(answer, call->wall_s);
		rate_limit(answer, dialect);
		return true;
	case FAULT_REDIRECT:
		answer_header(answer, "Location", "%s%s?redirected=1",
			      service->options.public_url, call->path);
		answer_text(answer, 302, NULL, "");
		return true;
	case FAULT_NOT_JSON:
		answer_text(answer, 200, "text/plain", "All is well.\n");
		return true;
	case FAULT_EMPTY:
		answer_text(answer, 200, "application/json", "");
		return true;
	case FAULT_TRUNCATED_JSON:
		answer_text(answer, 200, "application/json",
			    "{\"token_type\":\"Bearer\",\"access_token\":\"YW");
		return true;
	case FAULT_BIG_BODY:
		answer_text(answer, 200, "application/json",
			    "{\"access_token\":\"");
		answer->delivery = DELIVER_FLOOD;
		return true;
	case FAULT_HANG:
		answer->status = 0;
		answer->delivery = DELIVER_NEVER;
		return true;
	case FAULT_DROP:
		answer->status = 0;
		answer->delivery = DELIVER_DROP;
		return true;
	case FAULT_DRIP:
		answer->delivery = DELIVER_DRIP;
		return false;
	case FAULT_NO_INTERVAL:
	case FAULT_ZERO_INTERVAL:
	case FAULT_NEGATIVE_INTERVAL:
	case FAULT_HUGE_INTERVAL:
	case FAULT_STRING_NUMBERS:
	case FAULT_EXPIRE_SOON:
	case FAULT_BAD_URI:
	case FAULT_HTTP_URI:
	case FAULT_SLOW_DOWN:
	case FAULT_DENY:
	case FAULT_DROP_TOKEN:
	case FAULT_HOSTILE_TEXT:
	case FAULT_HUGE_PROFILE:
	case FAULTS:
		break;
	}
	return false;
}

bool misanswer_give(struct service *service, const struct call *call,
		    enum dialect dialect, enum place place,
		    struct answer *answer)
{
	for (int i = 0; i < FAULTS; i++) {
		enum fault fault = (enum fault)i;

		if (fault_row(fault)->anywhere &&
		    faults_strike(&service->faults, fault, place) &&
		    give(fault, service, call, dialect, answer))
			return true;
	}
	return false;
}
