/* SPDX-License-Identifier: MIT */
/*
 * The token endpoint (RFC 8628 section 3.4, RFC 6749 section 6) and revocation
 * (RFC 7009). Defines the order of checks; grants and tokens keep state.
 */
#include "config.h"

#include "practice/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "practice/call.h"
#include "practice/client.h"
#include "practice/fault.h"
#include "practice/grants.h"
#include "practice/poll_clock.h"
#include "practice/service.h"
#include "practice/token_store.h"

static void answer_tokens(struct service *service, enum dialect dialect,
			  enum fault_place place, struct token_pair *pair,
			  struct answer *answer)
{
	dialect_tokens(answer, dialect, pair,
		       endpoint_fault(service, FAULT_STRING_NUMBERS, place));
	if (endpoint_fault(service, FAULT_DROP_TOKEN, place))
		answer->delivery = DELIVER_DROP;
	token_pair_free(pair);
}

/* Answers a poll by the client of this grant (RFC 8628 section 3.5). */
static void judge(struct service *service, const struct call *call,
		  struct grant *grant, bool too_fast, struct answer *answer)
{
	enum dialect dialect = grant->dialect;
	struct token_pair pair = {0};

	if (endpoint_fault(service, FAULT_DENY, AT_POLL))
		grant_decide(grant, false);
	switch (grant->state) {
	case GRANT_PENDING:
		if (endpoint_fault(service, FAULT_SLOW_DOWN, AT_POLL) ||
		    too_fast) {
			grant_slow_down(grant);
			endpoint_refuse(
				service, dialect, AT_POLL, "slow_down",
				"Poll five seconds less often from now on.",
				answer);
		} else {
			endpoint_refuse(service, dialect, AT_POLL,
					"authorization_pending",
					"The user has not decided yet.",
					answer);
		}
		break;
	case GRANT_DENIED:
		endpoint_refuse(service, dialect, AT_POLL, "access_denied",
				"The user denied the request.", answer);
		break;
	case GRANT_EXPIRED:
		endpoint_refuse(service, dialect, AT_POLL, "expired_token",
				"The code has expired.", answer);
		break;
	case GRANT_REDEEMED:
		endpoint_refuse(service, dialect, AT_POLL, "invalid_grant",
				"The device code was already used.", answer);
		break;
	case GRANT_APPROVED:
		grant_redeem(grant);
		token_store_start(service->token_store, dialect,
				  grant->client_id, grant->scope, call->now_ms,
				  &pair);
		answer_tokens(service, dialect, AT_POLL, &pair, answer);
		break;
	}
}

/* How polls are timed now. */
static enum poll_clock clock_in_use(struct service *service)
{
	if (endpoint_fault(service, FAULT_WHOLE_SECONDS, AT_POLL))
		return POLL_CLOCK_SECONDS;
	if (endpoint_fault(service, FAULT_MORE_SECONDS, AT_POLL))
		return POLL_CLOCK_MORE_SECONDS;
	if (endpoint_fault(service, FAULT_SECONDS_UP, AT_POLL))
		return POLL_CLOCK_SECONDS_UP;
	return POLL_CLOCK_REAL;
}

static void poll_grant(struct service *service, const struct call *call,
		       enum dialect dialect, struct answer *answer)
{
	char *device_code = call_field(call, "device_code");
	char client_id[CLIENT_ID_SIZE];
	struct grant *grant = NULL;
	bool too_fast = false;

	/* Polls count even if a fault answers them, because the control path
	 * reports what the client did. */
	if (device_code)
		grant = grants_by_device_code(service->grants, device_code,
					      call->now_ms);
	if (grant) {
		too_fast = grant_note_poll(grant, clock_in_use(service),
					   call->now_ms);
		endpoint_device_name(call, grant->device, sizeof grant->device);
	}
	if (endpoint_replace(service, call, dialect, AT_POLL, answer))
		goto out;
	if (!client_identify(service, call, dialect,
			     dialect == DIALECT_WEBEX ? PROOF_BASIC : PROOF_ANY,
			     client_id))
		endpoint_refuse_client(service, dialect, AT_POLL, answer);
	else if (!device_code)
		endpoint_refuse(service, dialect, AT_POLL, "invalid_request",
				"The device_code is missing.", answer);
	else if (!grant || grant->dialect != dialect ||
		 strcmp(grant->client_id, client_id) != 0)
		endpoint_refuse(service, dialect, AT_POLL, "invalid_grant",
				"The device code is not known.", answer);
	else
		judge(service, call, grant, too_fast, answer);
out:
	secret_free(device_code);
}

static void refresh(struct service *service, const struct call *call,
		    enum dialect dialect, struct answer *answer)
{
	char *token = call_field(call, "refresh_token");
	char client_id[CLIENT_ID_SIZE];
	struct token_pair pair = {0};

	if (endpoint_replace(service, call, dialect, AT_REFRESH, answer))
		goto out;
	if (!client_identify(service, call, dialect, PROOF_ANY, client_id)) {
		endpoint_refuse_client(service, dialect, AT_REFRESH, answer);
		goto out;
	}
	if (!token) {
		endpoint_refuse(service, dialect, AT_REFRESH, "invalid_request",
				"The refresh_token is missing.", answer);
		goto out;
	}
	switch (token_store_refresh(service->token_store, dialect, client_id,
				    token, call->now_ms, &pair)) {
	case REFRESH_OK:
		answer_tokens(service, dialect, AT_REFRESH, &pair, answer);
		break;
	case REFRESH_INVALID:
		endpoint_refuse(service, dialect, AT_REFRESH, "invalid_grant",
				"The refresh token is not valid.", answer);
		break;
	case REFRESH_REPLAYED:
		endpoint_refuse(
			service, dialect, AT_REFRESH, "invalid_grant",
			"The refresh token was already used, so all tokens of "
			"this sign-in are revoked.",
			answer);
		break;
	}
out:
	secret_free(token);
}

static void token_request(struct service *service, const struct call *call,
			  enum dialect dialect, bool may_poll, bool may_refresh,
			  struct answer *answer)
{
	char *grant_type = call_field(call, "grant_type");

	if (!grant_type)
		dialect_error(answer, dialect, "invalid_request",
			      "The grant_type is missing.");
	else if (may_poll && strcmp(grant_type, ENDPOINT_DEVICE_GRANT) == 0)
		poll_grant(service, call, dialect, answer);
	else if (may_refresh && strcmp(grant_type, "refresh_token") == 0)
		refresh(service, call, dialect, answer);
	else
		dialect_error(answer, dialect, "unsupported_grant_type",
			      "This grant type is not supported here.");
	free(grant_type);
}

void endpoint_token(struct service *service, const struct call *call,
		    enum dialect dialect, struct answer *answer)
{
	token_request(service, call, dialect, true, dialect == DIALECT_PLAIN,
		      answer);
}

void endpoint_refresh_only(struct service *service, const struct call *call,
			   enum dialect dialect, struct answer *answer)
{
	token_request(service, call, dialect, false, true, answer);
}

void endpoint_revoke(struct service *service, const struct call *call,
		     enum dialect dialect, struct answer *answer)
{
	char *token = call_field(call, "token");
	char client_id[CLIENT_ID_SIZE];

	if (endpoint_replace(service, call, dialect, AT_REVOKE, answer))
		goto out;
	if (!client_identify(service, call, dialect, PROOF_ANY, client_id))
		endpoint_refuse_client(service, dialect, AT_REVOKE, answer);
	else if (!token)
		endpoint_refuse(service, dialect, AT_REVOKE, "invalid_request",
				"The token is missing.", answer);
	else
		token_store_revoke(service->token_store, client_id, token);
out:
	secret_free(token);
}
