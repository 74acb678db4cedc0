/* SPDX-License-Identifier: MIT */
/*
 * Looks at status, body and error together: providers agree on none of them.
 */
#include "config.h"

#include "oauth/reply_parts.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/json_parse.h"
#include "base/json_scan.h"
#include "oauth/http_message.h"
#include "oauth/provider.h"
#include "oauth/reply_body.h"

const char *reply_label(const struct reply_answer *answer)
{
	return answer->provider ? answer->provider->label : "The provider";
}

bool reply_is_later(int status)
{
	return status == 408 || status == 429 ||
	       (status >= 500 && status != 501);
}

/* Statuses that mean that the address does not accept the request. */
static bool is_dead_end(int status)
{
	return status == 404 || status == 405 || status == 410 ||
	       status == 415 || status == 501;
}

/* All errors but two end polling (RFC 8628 section 3.5), even with status 429.
 * invalid_request does not, as providers use it for anything. */
static bool ends_polls(const struct reply_answer *answer)
{
	const enum verdict verdict = answer->error.verdict;

	if (answer->endpoint != ENDPOINT_TOKEN || answer->error.guessed)
		return false;
	if (verdict == VERDICT_MISCONFIGURED)
		return answer->error.error_class != ERROR_INVALID_REQUEST;
	return verdict == VERDICT_DENIED || verdict == VERDICT_EXPIRED ||
	       verdict == VERDICT_INVALID_GRANT;
}

bool reply_is_put_off(const struct reply_answer *answer)
{
	int status = answer->reply->status;

	/* refresh_judge() judges ENDPOINT_REFRESH. */
	if (answer->endpoint != ENDPOINT_DEVICE &&
	    answer->endpoint != ENDPOINT_TOKEN &&
	    answer->endpoint != ENDPOINT_PROFILE)
		return false;
	if (http_is_success(status) && !*answer->error.code)
		return false;
	if (status == 429 && answer->error.known && !ends_polls(answer))
		return answer->error.verdict != VERDICT_PENDING &&
		       answer->error.verdict != VERDICT_SLOW_DOWN &&
		       answer->error.verdict != VERDICT_EXPIRED;
	return (!reply_is_later(status) || ends_polls(answer)) &&
	       status != 428 &&
	       oauth_error_puts_off(&answer->error, answer->body);
}

bool reply_leads_nowhere(const struct reply_answer *answer)
{
	return (answer->endpoint == ENDPOINT_DEVICE ||
		answer->endpoint == ENDPOINT_TOKEN) &&
	       is_dead_end(answer->reply->status) &&
	       (!answer->error.known ||
		answer->error.error_class == ERROR_NOT_FOUND);
}

bool reply_is_redirect(int status)
{
	return status >= 300 && status <= 399;
}

bool reply_lacks_redirect_uri(const struct reply_answer *answer)
{
	return answer->provider && answer->provider->redirect_help &&
	       answer->reply->status == 400 && answer->body &&
	       (strcasestr(answer->reply->body, "redirect_uri") ||
		strcasestr(answer->reply->body, "redirect uri"));
}

bool reply_is_jwt(const struct reply_answer *answer)
{
	return http_is_success(answer->reply->status) && !answer->body &&
	       strncasecmp(answer->reply->type, "application/jwt", 15) == 0;
}

/* True if a name that matters has two different values. */
static bool is_ambiguous(const struct reply_answer *answer)
{
	return http_is_success(answer->reply->status) && !answer->body &&
	       json_is_ambiguous(answer->reply->body,
				 reply_body_len(answer->reply));
}

bool reply_is_unreadable(const struct reply_answer *answer)
{
	/* metadata_learn() says what is wrong with a discovery document. */
	if (answer->endpoint == ENDPOINT_DISCOVERY ||
	    answer->endpoint == ENDPOINT_REVOCATION)
		return false;
	return is_ambiguous(answer) ||
	       (answer->endpoint == ENDPOINT_PROFILE && reply_is_jwt(answer));
}

bool reply_is_meant_as_json(const struct reply_answer *answer)
{
	const char *s = answer->reply->body;

	return s[json_scan_spaces(s, reply_body_len(answer->reply))] == '{';
}

bool reply_wants_pkce(const struct reply_answer *answer)
{
	return answer->endpoint == ENDPOINT_DEVICE &&
	       answer->error.error_class == ERROR_INVALID_REQUEST &&
	       strcasestr(answer->reply->body, "code_challenge");
}
