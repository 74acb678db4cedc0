/* SPDX-License-Identifier: MIT */
/*
 * Judges answers. The body takes precedence over the status, as providers agree
 * on neither. An answer that is not OAuth never ends a sign-in; it is worth a
 * retry. Knows no state and no time.
 */
#include "config.h"

#include "oauth/reply.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/json_parse.h"
#include "base/text.h"
#include "oauth/http_message.h"
#include "oauth/oauth_error.h"
#include "oauth/refresh.h"
#include "oauth/reply_explain.h"
#include "oauth/reply_parts.h"

bool reply_is_unavailable(const struct reply *reply)
{
	return reply->net != NET_OK || reply_is_later(reply->status);
}

/* Turns an error's verdict at a token endpoint into one that oauth_answer.h
 * allows at the given endpoint. */
static enum verdict at_endpoint(enum endpoint endpoint, int status,
				enum verdict verdict)
{
	switch (endpoint) {
	case ENDPOINT_DEVICE:
		if (verdict == VERDICT_PENDING || verdict == VERDICT_SLOW_DOWN)
			return VERDICT_RETRY;
		if (verdict == VERDICT_RETRY ||
		    verdict == VERDICT_MISCONFIGURED)
			return verdict;
		return VERDICT_REFUSED;
	case ENDPOINT_DISCOVERY: /* has no error codes */
	case ENDPOINT_TOKEN:
	case ENDPOINT_REFRESH: /* judged by refresh_judge() */
		return verdict;
	case ENDPOINT_PROFILE:
		if (verdict == VERDICT_UNAUTHORIZED || verdict == VERDICT_RETRY)
			return verdict;
		return VERDICT_REFUSED;
	case ENDPOINT_REVOCATION:
		/* An invalid token is as good as revoked (RFC 7009 section
		 * 2.2), unless the client itself is rejected. */
		if (verdict == VERDICT_UNAUTHORIZED && status != 401 &&
		    status != 403)
			return VERDICT_OK;
		return verdict == VERDICT_RETRY ? verdict : VERDICT_REFUSED;
	}
	return verdict;
}

/* The meaning of an answer without an error code. */
static enum verdict by_status(const struct reply_answer *answer)
{
	int status = answer->reply->status;

	if (reply_is_later(status))
		return VERDICT_RETRY;
	if (reply_is_unreadable(answer))
		return VERDICT_REFUSED;
	switch (answer->endpoint) {
	case ENDPOINT_DISCOVERY:
		return http_is_success(status) && answer->body
			       ? VERDICT_OK
			       : VERDICT_REFUSED;
	case ENDPOINT_DEVICE:
		if (http_is_success(status) && answer->body)
			return VERDICT_OK;
		/* Repeating the same request would not help. */
		return status == 400 && answer->body ? VERDICT_MISCONFIGURED
						     : VERDICT_RETRY;
	case ENDPOINT_REFRESH:
	case ENDPOINT_TOKEN:
		if (status == 428)
			return VERDICT_PENDING;
		return http_is_success(status) && answer->body ? VERDICT_OK
							       : VERDICT_RETRY;
	case ENDPOINT_PROFILE:
		if (status == 401)
			return VERDICT_UNAUTHORIZED;
		/* A page from a web server or a proxy. */
		if (status == 400 && !answer->body)
			return VERDICT_RETRY;
		if (status >= 400)
			return VERDICT_REFUSED;
		return http_is_success(status) && answer->body ? VERDICT_OK
							       : VERDICT_RETRY;
	case ENDPOINT_REVOCATION:
		return http_is_success(status) ? VERDICT_OK : VERDICT_REFUSED;
	}
	return VERDICT_RETRY;
}

static enum verdict judge(const struct reply_answer *answer)
{
	int status = answer->reply->status;

	if (reply_lacks_redirect_uri(answer))
		return VERDICT_MISCONFIGURED;
	if (answer->endpoint == ENDPOINT_PROFILE && status == 401)
		return VERDICT_UNAUTHORIZED;
	if (reply_leads_nowhere(answer) || reply_is_put_off(answer))
		return VERDICT_RETRY;
	/* Discovery is not OAuth: only the status counts, whatever the
	 * words. */
	if (answer->endpoint == ENDPOINT_DISCOVERY)
		return by_status(answer);
	/* What cannot be used says nothing about the session. */
	if (answer->endpoint == ENDPOINT_REFRESH && reply_is_unreadable(answer))
		return VERDICT_MISCONFIGURED;
	if (answer->endpoint == ENDPOINT_REFRESH)
		return refresh_judge(&answer->error, status, answer->body);
	if (answer->error.known)
		return at_endpoint(answer->endpoint, status,
				   answer->error.verdict);
	if (*answer->error.code && !reply_is_later(status) && status != 428)
		return VERDICT_REFUSED;
	return by_status(answer);
}

static void take_details(const struct reply_answer *answer,
			 struct oauth_failure *failure)
{
	const char *tracking = json_get_text(answer->body, "trackingId");
	int64_t interval_s;

	snprintf(failure->error, sizeof(failure->error), "%s",
		 answer->error.code);
	failure->error_class = answer->error.error_class;
	failure->wants_pkce = reply_wants_pkce(answer);
	failure->redirected = reply_is_redirect(answer->reply->status);
	failure->not_oauth = failure->redirected ||
			     (!answer->body && !reply_is_meant_as_json(answer));
	failure->dead_end = reply_leads_nowhere(answer);
	failure->unusable = reply_is_unreadable(answer);
	if (tracking)
		text_clip(failure->tracking, sizeof(failure->tracking),
			  tracking, strlen(tracking), -1, 0);
	if (json_seconds(json_get(answer->body, "interval"), 1,
			 OAUTH_INTERVAL_MAX_S, &interval_s))
		failure->interval_s = interval_s;
}

enum verdict reply_judge(const struct provider *provider,
			 enum endpoint endpoint, const struct reply *reply,
			 const struct json *body, struct oauth_failure *failure)
{
	struct reply_answer answer = {
		.provider = provider,
		.endpoint = endpoint,
		.reply = reply,
		.body = body,
	};
	enum verdict verdict;

	memset(failure, 0, sizeof(*failure));
	failure->retry_after_s = reply->retry_after_s < HTTP_RETRY_AFTER_MAX_S
					 ? reply->retry_after_s
					 : HTTP_RETRY_AFTER_MAX_S;
	if (reply->net != NET_OK) {
		failure->no_trust = reply->net == NET_TLS;
		failure->not_yet_valid = reply->not_yet_valid;
		err_set(&failure->err, "%s", reply->what);
		return VERDICT_RETRY;
	}
	failure->reached = true;
	oauth_error_find(body, reply->status, &answer.error);
	take_details(&answer, failure);
	verdict = judge(&answer);
	if (verdict != VERDICT_OK)
		reply_explain(&answer, verdict, &failure->err);
	return verdict;
}
