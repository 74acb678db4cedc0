/* SPDX-License-Identifier: MIT */
/*
 * oauth/oauth with reply and oauth_error: one line for each dialect in which
 * tokens are refused.
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/json.h"
#include "oauth/oauth_answer.h"
#include "oauth/provider.h"
#include "oauth_case.h"

static void test_token_refusals(void **state)
{
	static const struct {
		int status;
		const char *type, *body;
		enum verdict verdict;
		const char *error;
		int64_t interval_s;
	} cases[] = {
		/* RFC 8628 section 3.5. */
		{400, JSON, ERROR("authorization_pending"), VERDICT_PENDING,
		 "authorization_pending", 0},
		{400, JSON, ERROR("slow_down"), VERDICT_SLOW_DOWN, "slow_down",
		 0},
		{400, JSON, ERROR("access_denied"), VERDICT_DENIED,
		 "access_denied", 0},
		{400, JSON, ERROR("expired_token"), VERDICT_EXPIRED,
		 "expired_token", 0},
		/* RFC 6749 section 5.2. */
		{400, JSON, ERROR("invalid_grant"), VERDICT_INVALID_GRANT,
		 "invalid_grant", 0},
		{401, JSON, ERROR("invalid_client"), VERDICT_MISCONFIGURED,
		 "invalid_client", 0},
		{400, JSON, ERROR("invalid_request"), VERDICT_MISCONFIGURED,
		 "invalid_request", 0},
		{400, JSON, ERROR("invalid_scope"), VERDICT_MISCONFIGURED,
		 "invalid_scope", 0},
		{400, JSON, ERROR("unauthorized_client"), VERDICT_MISCONFIGURED,
		 "unauthorized_client", 0},
		{400, JSON, ERROR("unsupported_grant_type"),
		 VERDICT_MISCONFIGURED, "unsupported_grant_type", 0},
		/* Webex. */
		{428, JSON, WEBEX("authorization_pending"), VERDICT_PENDING,
		 "authorization_pending", 0},
		{428, JSON, WEBEX("something new"), VERDICT_PENDING, "", 0},
		{428, "", "", VERDICT_PENDING, "", 0},
		{428, JSON, "{\"message\":\"m\",\"errors\":[]}",
		 VERDICT_PENDING, "", 0},
		{428, JSON, WEBEX("access_denied"), VERDICT_DENIED,
		 "access_denied", 0},
		{400, JSON, WEBEX("slow_down"), VERDICT_SLOW_DOWN, "slow_down",
		 0},
		{400, JSON, WEBEX("invalid_grant"), VERDICT_INVALID_GRANT,
		 "invalid_grant", 0},
		{400, JSON, WEBEX("invalid_client"), VERDICT_MISCONFIGURED,
		 "invalid_client", 0},
		{400, JSON, WEBEX("tokenlimit_reached"), VERDICT_REFUSED,
		 "tokenlimit_reached", 0},
		{400, JSON, WEBEX("redirect_uri is missing"),
		 VERDICT_MISCONFIGURED, "", 0},
		{400, JSON, WEBEX("The refresh token is expired or invalid"),
		 VERDICT_INVALID_GRANT, "invalid_grant", 0},
		{400, JSON,
		 "{\"message\":\"The request failed\",\"errors\":[{},{"
		 "\"description\":\"expired_token\"}]}",
		 VERDICT_EXPIRED, "expired_token", 0},
		/* A code that nobody has heard of ends it, as it does in
		 * "error"; prose and difficulties do not. */
		{400, JSON, WEBEX("policy_violation"), VERDICT_REFUSED,
		 "policy_violation", 0},
		{403, JSON, WEBEX("org_not_entitled"), VERDICT_REFUSED,
		 "org_not_entitled", 0},
		{400, JSON, "{\"errors\":[\"policy_violation\"]}",
		 VERDICT_REFUSED, "policy_violation", 0},
		{400, JSON,
		 "{\"errors\":[{\"description\":\"policy_violation\"},"
		 "{\"description\":\"slow_down\"}]}",
		 VERDICT_SLOW_DOWN, "slow_down", 0},
		{400, JSON, WEBEX("Something went wrong."), VERDICT_RETRY, "",
		 0},
		{400, JSON, WEBEX("maintenance"), VERDICT_RETRY, "", 0},
		{400, JSON, WEBEX("Policy_Violation"), VERDICT_RETRY, "", 0},
		{400, JSON, WEBEX("policy_violation: see the log"),
		 VERDICT_RETRY, "", 0},
		{200, JSON, WEBEX("policy_violation"), VERDICT_RETRY, "", 0},
		{429, JSON, WEBEX("too_busy_now"), VERDICT_RETRY,
		 "too_busy_now", 0},
		{428, JSON, WEBEX("not_approved_yet"), VERDICT_PENDING,
		 "not_approved_yet", 0},
		{500, JSON, WEBEX("policy_violation"), VERDICT_RETRY, "", 0},
		{503, JSON, WEBEX("upstream_timeout"), VERDICT_RETRY, "", 0},
		{400, JSON, "{\"errors\":[\"slow_down\"]}", VERDICT_SLOW_DOWN,
		 "slow_down", 0},
		{400, JSON, "{\"errors\":[{\"code\":\"access_denied\"}]}",
		 VERDICT_DENIED, "access_denied", 0},
		/* GitHub: errors with 200, a new interval. */
		{200, JSON,
		 "{\"error\":\"authorization_pending\",\"error_uri\":\"u\"}",
		 VERDICT_PENDING, "authorization_pending", 0},
		{200, JSON, "{\"error\":\"slow_down\",\"interval\":10}",
		 VERDICT_SLOW_DOWN, "slow_down", 10},
		{200, JSON, "{\"error\":\"slow_down\",\"interval\":\"12\"}",
		 VERDICT_SLOW_DOWN, "slow_down", 12},
		{200, JSON, "{\"error\":\"slow_down\",\"interval\":100000}",
		 VERDICT_SLOW_DOWN, "slow_down", 300},
		{400, JSON, "{\"error\":\"slow_down\",\"interval\":400}",
		 VERDICT_SLOW_DOWN, "slow_down", 300},
		{400, JSON, "{\"error\":\"slow_down\",\"interval\":\"400.5\"}",
		 VERDICT_SLOW_DOWN, "slow_down", 300},
		{400, JSON, "{\"error\":\"slow_down\",\"interval\":null}",
		 VERDICT_SLOW_DOWN, "slow_down", 0},
		{200, FORM, "error=slow_down&interval=15", VERDICT_SLOW_DOWN,
		 "slow_down", 15},
		{200, FORM, "error=authorization_pending", VERDICT_PENDING,
		 "authorization_pending", 0},
		{200, JSON, ERROR("token_expired"), VERDICT_EXPIRED,
		 "token_expired", 0},
		{200, JSON, ERROR("incorrect_device_code"),
		 VERDICT_INVALID_GRANT, "incorrect_device_code", 0},
		{200, JSON, ERROR("incorrect_client_credentials"),
		 VERDICT_MISCONFIGURED, "incorrect_client_credentials", 0},
		{200, JSON, ERROR("bad_refresh_token"), VERDICT_INVALID_GRANT,
		 "bad_refresh_token", 0},
		{200, JSON, ERROR("device_flow_disabled"),
		 VERDICT_MISCONFIGURED, "device_flow_disabled", 0},
		{200, JSON,
		 "{\"error\":\"access_denied\",\"access_token\":\"a\"}",
		 VERDICT_DENIED, "access_denied", 0},
		/* Google. */
		{428, JSON, ERROR("authorization_pending"), VERDICT_PENDING,
		 "authorization_pending", 0},
		{403, JSON, ERROR("slow_down"), VERDICT_SLOW_DOWN, "slow_down",
		 0},
		{403, JSON, ERROR("access_denied"), VERDICT_DENIED,
		 "access_denied", 0},
		{403, JSON, "{\"error_code\":\"rate_limit_exceeded\"}",
		 VERDICT_RETRY, "rate_limit_exceeded", 0},
		{400, JSON,
		 "{\"error\":{\"code\":\"invalid_grant\",\"message\":\"m\"}}",
		 VERDICT_INVALID_GRANT, "invalid_grant", 0},
		{400, JSON, "{\"error\":{\"type\":\"authorization_pending\"}}",
		 VERDICT_PENDING, "authorization_pending", 0},
		{400, JSON,
		 "{\"error\":{\"code\":400,\"message\":\"slow_down\"}}",
		 VERDICT_SLOW_DOWN, "slow_down", 0},
		/* Microsoft. */
		{400, JSON,
		 "{\"error\":\"authorization_pending\",\"error_description\":"
		 "\"AADSTS70016: pending\",\"error_codes\":[70016]}",
		 VERDICT_PENDING, "authorization_pending", 0},
		{400, JSON, ERROR("authorization_declined"), VERDICT_DENIED,
		 "authorization_declined", 0},
		{400, JSON, ERROR("bad_verification_code"),
		 VERDICT_INVALID_GRANT, "bad_verification_code", 0},
		/* Auth0. */
		{403, JSON, ERROR("authorization_pending"), VERDICT_PENDING,
		 "authorization_pending", 0},
		{429, JSON, ERROR("slow_down"), VERDICT_SLOW_DOWN, "slow_down",
		 0},
		{403, JSON, ERROR("expired_token"), VERDICT_EXPIRED,
		 "expired_token", 0},
		{429, JSON, ERROR("too_many_requests"), VERDICT_RETRY,
		 "too_many_requests", 0},
		/* Older Dex. */
		{401, JSON, ERROR("authorization_pending"), VERDICT_PENDING,
		 "authorization_pending", 0},
		{401, JSON, ERROR("slow_down"), VERDICT_SLOW_DOWN, "slow_down",
		 0},
		/* The code beside one that is said of everything. */
		{400, JSON,
		 "{\"error\":\"invalid_grant\",\"error_description\":"
		 "\"authorization_pending\"}",
		 VERDICT_PENDING, "authorization_pending", 0},
		{400, JSON,
		 "{\"error\":\"invalid_grant\",\"error_description\":"
		 "\"invalid_request\"}",
		 VERDICT_INVALID_GRANT, "invalid_grant", 0},
		/* Twitch. */
		{400, JSON,
		 "{\"status\":400,\"message\":\"authorization_pending\"}",
		 VERDICT_PENDING, "authorization_pending", 0},
		{400, JSON,
		 "{\"status\":400,\"message\":\"invalid device code\"}",
		 VERDICT_INVALID_GRANT, "invalid_grant", 0},
		{400, JSON, "{\"status\":400,\"message\":\"Invalid grant\"}",
		 VERDICT_INVALID_GRANT, "invalid_grant", 0},
		{400, JSON,
		 "{\"error\":\"Bad Request\",\"status\":400,"
		 "\"message\":\"Invalid refresh token\"}",
		 VERDICT_INVALID_GRANT, "invalid_grant", 0},
		{403, JSON,
		 "{\"status\":403,\"message\":\"invalid client secret\"}",
		 VERDICT_MISCONFIGURED, "invalid_client", 0},
		{400, JSON,
		 "{\"status\":400,\"message\":\"missing client id\"}",
		 VERDICT_MISCONFIGURED, "invalid_client", 0},
		/* Without regard to case, type or status. */
		{400, JSON, ERROR("Authorization_Pending"), VERDICT_PENDING,
		 "authorization_pending", 0},
		{400, JSON, ERROR("SLOW_DOWN"), VERDICT_SLOW_DOWN, "slow_down",
		 0},
		{400, "text/html", ERROR("access_denied"), VERDICT_DENIED,
		 "access_denied", 0},
		{500, JSON, ERROR("authorization_pending"), VERDICT_PENDING,
		 "authorization_pending", 0},
		{503, JSON, ERROR("expired_token"), VERDICT_EXPIRED,
		 "expired_token", 0},
		{500, JSON, ERROR("server_error"), VERDICT_RETRY,
		 "server_error", 0},
		{400, JSON, ERROR("temporarily_unavailable"), VERDICT_RETRY,
		 "temporarily_unavailable", 0},
		/* Any other OAuth error ends the flow … */
		{400, JSON, ERROR("quite_new"), VERDICT_REFUSED, "quite_new",
		 0},
		{400, JSON, ERROR("QUITE_NEW"), VERDICT_REFUSED, "quite_new",
		 0},
		{200, JSON, ERROR("quite_new"), VERDICT_REFUSED, "quite_new",
		 0},
		/* … but not with a status that says "later" … */
		{503, JSON, ERROR("quite_new"), VERDICT_RETRY, "quite_new", 0},
		{429, JSON, ERROR("quite_new"), VERDICT_RETRY, "quite_new", 0},
		{428, JSON, ERROR("quite_new"), VERDICT_PENDING, "quite_new",
		 0},
		/* … and what is no OAuth ends nothing. */
		{200, HTML, "<html>sign in to Wi-Fi</html>", VERDICT_RETRY, "",
		 0},
		{400, HTML, "<html>Bad Request</html>", VERDICT_RETRY, "", 0},
		{403, HTML, "<html>Forbidden</html>", VERDICT_RETRY, "", 0},
		{404, HTML, "<html>Not Found</html>", VERDICT_RETRY, "", 0},
		{502, HTML, "<html>Bad Gateway</html>", VERDICT_RETRY, "", 0},
		{200, "", "", VERDICT_RETRY, "", 0},
		{204, "", "", VERDICT_RETRY, "", 0},
		{302, HTML, "", VERDICT_RETRY, "", 0},
		{407, HTML, "", VERDICT_RETRY, "", 0},
		{408, "", "", VERDICT_RETRY, "", 0},
		{429, "", "", VERDICT_RETRY, "", 0},
		{500, JSON, "{}", VERDICT_RETRY, "", 0},
		{400, JSON, "{}", VERDICT_RETRY, "", 0},
		{200, JSON, "{}", VERDICT_RETRY, "", 0},
		{200, JSON, "null", VERDICT_RETRY, "", 0},
		{200, JSON, "[{\"access_token\":\"a\"}]", VERDICT_RETRY, "", 0},
		{200, JSON, "{\"access_token\":\"a", VERDICT_RETRY, "", 0},
		{200, JSON, "{\"access_token\":\"a\"}{", VERDICT_RETRY, "", 0},
		{200, JSON, "{\"access_token\":null}", VERDICT_RETRY, "", 0},
		{200, JSON, "{\"access_token\":\"\"}", VERDICT_RETRY, "", 0},
		{200, JSON,
		 "{\"access_token\":\"a\",\"refresh_token\":\"r\",\"refresh_"
		 "token\":\"s\"}",
		 VERDICT_REFUSED, "", 0},
		{200, JSON, "{\"access_token\":\"a\\u0000b\"}", VERDICT_RETRY,
		 "", 0},
		{200, JSON, "{\"access_token\":\"a\",\"access_token\":\"b\"}",
		 VERDICT_REFUSED, "", 0},
		{404, JSON, "{\"error\":\"Not Found\",\"path\":\"/t\"}",
		 VERDICT_RETRY, "", 0},
		/* an address that does not take it, whatever a web server says
		 * besides; OAuth's words count all the same */
		{405, JSON, ERROR("method_not_allowed"), VERDICT_RETRY,
		 "method_not_allowed", 0},
		{410, "", "", VERDICT_RETRY, "", 0},
		{415, JSON, ERROR("unsupported_media_type"), VERDICT_RETRY,
		 "unsupported_media_type", 0},
		{501, HTML, "<html>", VERDICT_RETRY, "", 0},
		{404, JSON, ERROR("invalid_grant"), VERDICT_INVALID_GRANT,
		 "invalid_grant", 0},
		{404, JSON, ERROR("authorization_pending"), VERDICT_PENDING,
		 "authorization_pending", 0},
		{415, JSON, ERROR("invalid_request"), VERDICT_MISCONFIGURED,
		 "invalid_request", 0},
		{403, JSON, "{\"error\":\"Access Denied\"}", VERDICT_RETRY, "",
		 0},
		{403, JSON, "{\"message\":\"Access Denied\"}", VERDICT_RETRY,
		 "", 0},
		{403, JSON, "{\"error\":\"Forbidden\"}", VERDICT_RETRY, "", 0},
		{404, JSON, "{\"error\":\"not_found\"}", VERDICT_RETRY,
		 "not_found", 0},
		{404, JSON, "{\"message\":\"no Route matched\"}", VERDICT_RETRY,
		 "", 0},
		{401, JSON, "{\"message\":\"who are you\"}", VERDICT_RETRY, "",
		 0},
		{400, JSON, "{\"error\":true}", VERDICT_RETRY, "", 0},
		/* a rate limit, in whatever words, shape and case, ends nothing
		 */
		{400, JSON, "{\"error\":\"rate_limited\"}", VERDICT_RETRY,
		 "rate_limited", 0},
		{400, JSON, "{\"error\":\"Too_Many_Requests\"}", VERDICT_RETRY,
		 "too_many_requests", 0},
		{400, JSON, "{\"error\":\"TEMPORARILY_UNAVAILABLE\"}",
		 VERDICT_RETRY, "temporarily_unavailable", 0},
		{400, JSON, "{\"error\":{\"code\":\"rate_limit_exceeded\"}}",
		 VERDICT_RETRY, "rate_limit_exceeded", 0},
		{400, JSON,
		 "{\"errors\":[{\"code\":\"no\"},{\"code\":\"RATE_LIMITED\"}]}",
		 VERDICT_RETRY, "rate_limited", 0},
		{400, JSON,
		 "{\"error\":\"invalid_request\",\"error_description\":\"Rate "
		 "limit exceeded\"}",
		 VERDICT_RETRY, "invalid_request", 0},
		{400, JSON,
		 "{\"error\":\"access_denied\",\"error_description\":\"Too "
		 "many requests\"}",
		 VERDICT_RETRY, "access_denied", 0},
		/* Another spelling of a code means the same. */
		{400, JSON,
		 "{\"error\":\"authorization_declined\","
		 "\"error_description\":\"Too many requests\"}",
		 VERDICT_RETRY, "authorization_declined", 0},
		{400, JSON,
		 "{\"error\":\"incorrect_device_code\","
		 "\"error_description\":\"Too many requests\"}",
		 VERDICT_RETRY, "incorrect_device_code", 0},
		{403, JSON, "{\"error\":\"rate_limited\"}", VERDICT_RETRY,
		 "rate_limited", 0},
		{403, JSON, "{\"error\":\"Too_Many_Requests\"}", VERDICT_RETRY,
		 "too_many_requests", 0},
		{403, JSON, "{\"error\":\"TEMPORARILY_UNAVAILABLE\"}",
		 VERDICT_RETRY, "temporarily_unavailable", 0},
		{403, JSON, "{\"error\":{\"code\":\"rate_limit_exceeded\"}}",
		 VERDICT_RETRY, "rate_limit_exceeded", 0},
		{403, JSON,
		 "{\"errors\":[{\"code\":\"no\"},{\"code\":\"RATE_LIMITED\"}]}",
		 VERDICT_RETRY, "rate_limited", 0},
		{403, JSON,
		 "{\"error\":\"invalid_request\",\"error_description\":\"Rate "
		 "limit exceeded\"}",
		 VERDICT_RETRY, "invalid_request", 0},
		{403, JSON,
		 "{\"error\":\"access_denied\",\"error_description\":\"Too "
		 "many requests\"}",
		 VERDICT_RETRY, "access_denied", 0},
		/* Another spelling of a code means the same. */
		{400, JSON,
		 "{\"error\":\"authorization_declined\","
		 "\"error_description\":\"Too many requests\"}",
		 VERDICT_RETRY, "authorization_declined", 0},
		{400, JSON,
		 "{\"error\":\"incorrect_device_code\","
		 "\"error_description\":\"Too many requests\"}",
		 VERDICT_RETRY, "incorrect_device_code", 0},
		{429, JSON, "{\"error\":\"rate_limited\"}", VERDICT_RETRY,
		 "rate_limited", 0},
		{429, JSON, "{\"error\":\"Too_Many_Requests\"}", VERDICT_RETRY,
		 "too_many_requests", 0},
		{429, JSON, "{\"error\":\"TEMPORARILY_UNAVAILABLE\"}",
		 VERDICT_RETRY, "temporarily_unavailable", 0},
		{429, JSON, "{\"error\":{\"code\":\"rate_limit_exceeded\"}}",
		 VERDICT_RETRY, "rate_limit_exceeded", 0},
		{429, JSON,
		 "{\"errors\":[{\"code\":\"no\"},{\"code\":\"RATE_LIMITED\"}]}",
		 VERDICT_RETRY, "rate_limited", 0},
		{429, JSON,
		 "{\"error\":\"invalid_request\",\"error_description\":\"Rate "
		 "limit exceeded\"}",
		 VERDICT_RETRY, "invalid_request", 0},
		{429, JSON,
		 "{\"error\":\"access_denied\",\"error_description\":\"Too "
		 "many requests\"}",
		 VERDICT_RETRY, "access_denied", 0},
		/* Another spelling of a code means the same. */
		{400, JSON,
		 "{\"error\":\"authorization_declined\","
		 "\"error_description\":\"Too many requests\"}",
		 VERDICT_RETRY, "authorization_declined", 0},
		{400, JSON,
		 "{\"error\":\"incorrect_device_code\","
		 "\"error_description\":\"Too many requests\"}",
		 VERDICT_RETRY, "incorrect_device_code", 0},
		{400, JSON, "{\"error\":\"user_rate_limit_reached\"}",
		 VERDICT_RETRY, "user_rate_limit_reached", 0},
		{400, JSON, "{\"error\":\"RequestThrottled_now\"}",
		 VERDICT_RETRY, "requestthrottled_now", 0},
		{403, JSON, "{\"error\":\"service_unavailable\"}",
		 VERDICT_RETRY, "service_unavailable", 0},
		{403, JSON, "{\"error\":\"please_try_again\"}", VERDICT_RETRY,
		 "please_try_again", 0},
		{400, JSON,
		 "{\"error\":\"invalid_grant\",\"error_description\":\"Too "
		 "many requests, slow down\"}",
		 VERDICT_RETRY, "invalid_grant", 0},
		{403, JSON,
		 "{\"message\":\"Rate limit exceeded for this client_id\"}",
		 VERDICT_RETRY, "invalid_client", 0},
		{403, JSON,
		 "{\"error\":{\"code\":403,\"message\":\"Rate Limit "
		 "Exceeded\",\"errors\":[{\"reason\":\"rateLimitExceeded\"}]}}",
		 VERDICT_RETRY, "", 0},
		{403, JSON,
		 "{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\"}}",
		 VERDICT_RETRY, "resource_exhausted", 0},
		{429, JSON, "{\"error\":\"invalid_request\"}", VERDICT_RETRY,
		 "invalid_request", 0},
		{429, JSON, "{\"error\":\"invalid_client\"}",
		 VERDICT_MISCONFIGURED, "invalid_client", 0},
		{429, JSON, "{\"error\":\"access_denied\"}", VERDICT_DENIED,
		 "access_denied", 0},
		{429, JSON, "{\"error\":\"invalid_grant\"}",
		 VERDICT_INVALID_GRANT, "invalid_grant", 0},
		{429, JSON, "{\"error\":\"authorization_pending\"}",
		 VERDICT_PENDING, "authorization_pending", 0},
		{429, JSON, "{\"error\":\"expired_token\"}", VERDICT_EXPIRED,
		 "expired_token", 0},
		/* a code that is in no object, or not quite spelt so */
		{403, "text/plain", "access_denied", VERDICT_DENIED,
		 "access_denied", 0},
		{400, "text/plain", "access_denied\r\n", VERDICT_DENIED,
		 "access_denied", 0},
		{400, "text/plain", "\"access_denied\"", VERDICT_DENIED,
		 "access_denied", 0},
		{400, "text/plain", "[{\"error\":\"access_denied\"}]",
		 VERDICT_DENIED, "access_denied", 0},
		{400, "text/plain", "[\"expired_token\"]", VERDICT_EXPIRED,
		 "expired_token", 0},
		{400, "text/plain", "authorization_pending", VERDICT_PENDING,
		 "authorization_pending", 0},
		{400, "text/plain", "Authorization Pending", VERDICT_PENDING,
		 "authorization_pending", 0},
		{400, "text/plain", "{\"error\":\"Authorization Pending\"}",
		 VERDICT_PENDING, "authorization_pending", 0},
		{400, "text/plain", "{\"error\":\"authorization_pending \"}",
		 VERDICT_PENDING, "authorization_pending", 0},
		{400, "text/plain", "{\"error\":\"slow-down\"}",
		 VERDICT_SLOW_DOWN, "slow_down", 0},
		{400, "text/plain", "{\"error\":\" access-denied\"}",
		 VERDICT_DENIED, "access_denied", 0},
		{400, "text/plain", "{\"message\":\"Slow Down\"}",
		 VERDICT_SLOW_DOWN, "slow_down", 0},
		{403, "text/plain", "Access Denied", VERDICT_RETRY, "", 0},
		{400, "text/plain", "Invalid Request", VERDICT_RETRY, "", 0},
		{403, "text/plain", "The refresh token has expired",
		 VERDICT_RETRY, "", 0},
		{200, "text/plain", "access_denied", VERDICT_RETRY, "", 0},
		{400, "text/plain", "<p>access_denied", VERDICT_RETRY, "", 0},
		/* gone: the code, and not the address */
		{404, JSON, "{\"message\":\"device code not found\"}",
		 VERDICT_INVALID_GRANT, "invalid_grant", 0},
		{404, JSON,
		 "{\"error\":\"not_found\",\"error_description\":\"No such "
		 "device_code\"}",
		 VERDICT_INVALID_GRANT, "invalid_grant", 0},
		{404, JSON, "{\"message\":\"Cannot POST /device_code\"}",
		 VERDICT_RETRY, "", 0},
		{404, JSON, "{\"message\":\"no device code endpoint\"}",
		 VERDICT_RETRY, "", 0},
		/* words such as those beside what ends it */
		{400, JSON,
		 "{\"error\":\"access_denied\",\"error_description\":\"busy@"
		 "example.com said no\"}",
		 VERDICT_DENIED, "access_denied", 0},
		{400, JSON,
		 "{\"error\":\"access_denied\",\"error_description\":\"User is "
		 "temporarily blocked\"}",
		 VERDICT_DENIED, "access_denied", 0},
		{400, JSON,
		 "{\"error\":\"access_denied\",\"error_description\":\"too "
		 "many devices\"}",
		 VERDICT_DENIED, "access_denied", 0},
		{400, JSON,
		 "{\"error\":\"access_denied\",\"error_description\":\"The "
		 "quota of devices is used up\"}",
		 VERDICT_DENIED, "access_denied", 0},
		{400, JSON,
		 "{\"error\":\"invalid_client\",\"error_description\":"
		 "\"temporarily blocked\"}",
		 VERDICT_MISCONFIGURED, "invalid_client", 0},
		{400, JSON,
		 "{\"error\":\"invalid_grant\",\"error_description\":\"too "
		 "many uses of this code\"}",
		 VERDICT_INVALID_GRANT, "invalid_grant", 0},
		{400, JSON,
		 "{\"error\":\"unauthorized_client\",\"error_description\":"
		 "\"over quota\"}",
		 VERDICT_MISCONFIGURED, "unauthorized_client", 0},
		{400, JSON,
		 "{\"error\":\"expired_token\",\"error_description\":\"the "
		 "server is busy\"}",
		 VERDICT_EXPIRED, "expired_token", 0},
		{429, JSON,
		 "{\"error\":\"access_denied\",\"error_description\":\"busy@"
		 "example.com said no\"}",
		 VERDICT_DENIED, "access_denied", 0},
		{429, JSON,
		 "{\"error\":\"access_denied\",\"error_description\":\"User is "
		 "temporarily blocked\"}",
		 VERDICT_DENIED, "access_denied", 0},
		{429, JSON,
		 "{\"error\":\"access_denied\",\"error_description\":\"too "
		 "many devices\"}",
		 VERDICT_DENIED, "access_denied", 0},
		{429, JSON,
		 "{\"error\":\"access_denied\",\"error_description\":\"The "
		 "quota of devices is used up\"}",
		 VERDICT_DENIED, "access_denied", 0},
		{429, JSON,
		 "{\"error\":\"invalid_client\",\"error_description\":"
		 "\"temporarily blocked\"}",
		 VERDICT_MISCONFIGURED, "invalid_client", 0},
		{429, JSON,
		 "{\"error\":\"invalid_grant\",\"error_description\":\"too "
		 "many uses of this code\"}",
		 VERDICT_INVALID_GRANT, "invalid_grant", 0},
		{429, JSON,
		 "{\"error\":\"unauthorized_client\",\"error_description\":"
		 "\"over quota\"}",
		 VERDICT_MISCONFIGURED, "unauthorized_client", 0},
		{429, JSON,
		 "{\"error\":\"expired_token\",\"error_description\":\"the "
		 "server is busy\"}",
		 VERDICT_EXPIRED, "expired_token", 0},
		{400, JSON,
		 "{\"error\":\"account_locked\",\"error_description\":"
		 "\"temporarily blocked\"}",
		 VERDICT_REFUSED, "account_locked", 0},
		{400, JSON,
		 "{\"error\":\"business_rule\",\"error_description\":\"no\"}",
		 VERDICT_REFUSED, "business_rule", 0},
		/* problem+json (RFC 9457) */
		{403, JSON,
		 "{\"type\":\"about:blank\",\"title\":\"Too Many Requests\"}",
		 VERDICT_RETRY, "", 0},
		{400, JSON, "{\"title\":\"slow_down\",\"status\":400}",
		 VERDICT_SLOW_DOWN, "slow_down", 0},
		{400, JSON,
		 "{\"title\":\"Bad Request\",\"detail\":\"Slow_Down\"}",
		 VERDICT_SLOW_DOWN, "slow_down", 0},
		{400, JSON,
		 "{\"type\":\"urn:ietf:params:oauth:error:slow_down\","
		 "\"title\":\"No\"}",
		 VERDICT_SLOW_DOWN, "slow_down", 0},
		{400, JSON,
		 "{\"type\":\"https://id.example/errors/"
		 "authorization_pending\"}",
		 VERDICT_PENDING, "authorization_pending", 0},
		{403, JSON,
		 "{\"error\":\"no_way\",\"title\":\"x\",\"detail\":\"You are "
		 "being rate-limited\"}",
		 VERDICT_RETRY, "no_way", 0},
		/* the code beside another one */
		{400, JSON,
		 "{\"error\":\"invalid_request\",\"error_description\":\"slow_"
		 "down\"}",
		 VERDICT_SLOW_DOWN, "slow_down", 0},
		{400, JSON,
		 "{\"error\":\"quite_new\",\"error_description\":"
		 "\"authorization_pending\"}",
		 VERDICT_PENDING, "authorization_pending", 0},
		{400, JSON,
		 "{\"error\":\"invalid_request\",\"error_description\":"
		 "\"access_denied\"}",
		 VERDICT_MISCONFIGURED, "invalid_request", 0},
		/* but what is meant ends it */
		{400, JSON,
		 "{\"error\":\"access_denied\",\"error_description\":\"The "
		 "user said no\"}",
		 VERDICT_DENIED, "access_denied", 0},
		{400, JSON,
		 "{\"error\":\"invalid_client\",\"error_description\":\"Too "
		 "many secrets\"}",
		 VERDICT_MISCONFIGURED, "invalid_client", 0},
		{400, JSON, "{\"error\":\"session_timeout\"}", VERDICT_REFUSED,
		 "session_timeout", 0},
		{400, JSON, "{\"error\":\"tokenlimit_reached\"}",
		 VERDICT_REFUSED, "tokenlimit_reached", 0},
		/* known codes in places of their own */
		{400, JSON, "{\"errors\":[{\"message\":\"access_denied\"}]}",
		 VERDICT_DENIED, "access_denied", 0},
		{400, JSON, "{\"errors\":[{\"error\":\"Access_Denied\"}]}",
		 VERDICT_DENIED, "access_denied", 0},
		{403, JSON, "{\"code\":\"access_denied\"}", VERDICT_DENIED,
		 "access_denied", 0},
		{400, JSON, "{\"code\":\"AUTHORIZATION_PENDING\"}",
		 VERDICT_PENDING, "authorization_pending", 0},
		{400, JSON, "{\"error\":[\"access_denied\"]}", VERDICT_DENIED,
		 "access_denied", 0},
		{400, JSON, "{\"error\":[{\"code\":\"slow_down\"}]}",
		 VERDICT_SLOW_DOWN, "slow_down", 0},
		{400, JSON, "{\"code\":\"quite_new\"}", VERDICT_RETRY, "", 0},
		{400, JSON, "{\"errors\":[{\"message\":\"Try later\"}]}",
		 VERDICT_RETRY, "", 0},
		{200, FORM, "a=b", VERDICT_RETRY, "", 0},
		{200, FORM, "access_token=a&access_token=b", VERDICT_RETRY, "",
		 0},
		/* a form as people write it */
		{400, FORM, "error=access_denied\n", VERDICT_DENIED,
		 "access_denied", 0},
		{400, FORM, "error=access_denied \r\n", VERDICT_DENIED,
		 "access_denied", 0},
		{200, FORM,
		 "error=access_denied&error_description=The user said \"no\"",
		 VERDICT_DENIED, "access_denied", 0},
		{200, FORM,
		 "error_description=Zugriff "
		 "verw\xc3\xa4hrt&error=access_denied",
		 VERDICT_DENIED, "access_denied", 0},
		{200, FORM, "error_description=100% no&error=access_denied",
		 VERDICT_DENIED, "access_denied", 0},
		{400, FORM, "error=access_denied\nerror=x", VERDICT_RETRY, "",
		 0},
		{400, FORM, "error=access_denied&error_description=\x1b[1m",
		 VERDICT_RETRY, "", 0},
		{400, HTML, "<a href=\"?a=b&error=access_denied\">",
		 VERDICT_RETRY, "", 0},
		{400, FORM, "error_description=x&error=quite_new",
		 VERDICT_REFUSED, "quite_new", 0},
		{400, JSON, "{\"access_token\":\"a\"}", VERDICT_RETRY, "", 0},
		/* Tokens that could not be used. */
		{200, JSON, "{\"access_token\":\"a b\"}", VERDICT_REFUSED, "",
		 0},
		{200, JSON, "{\"access_token\":\"a\\r\\nX: y\"}",
		 VERDICT_REFUSED, "", 0},
		{200, JSON, "{\"access_token\":\"\\u00e9\"}", VERDICT_REFUSED,
		 "", 0},
		{200, JSON,
		 "{\"access_token\":\"a\",\"refresh_token\":\"r\\n\"}",
		 VERDICT_REFUSED, "", 0},
		{200, JSON, "{\"access_token\":\"a\",\"token_type\":\"mac\"}",
		 VERDICT_REFUSED, "", 0},
		{200, JSON, "{\"access_token\":\"a\",\"token_type\":\"DPoP\"}",
		 VERDICT_REFUSED, "", 0},
		/* Whole, and no better the next time; or damaged on its way. */
		{200, JSON, "{\"access_token\":\"a\",\"access_token\":\"b\"}",
		 VERDICT_REFUSED, "", 0},
		{200, JSON,
		 "{\"id_token\":\"a\",\"access_token\":\"a\","
		 "\"id_token\":\"b\"}",
		 VERDICT_REFUSED, "", 0},
		{200, JSON, "{\"access_token\":\"a\",\"access_token\":\"b\"",
		 VERDICT_RETRY, "", 0},
		{503, JSON, "{\"access_token\":\"a\",\"access_token\":\"b\"}",
		 VERDICT_RETRY, "", 0},
	};
	struct provider provider;

	(void)state;
	oauth_case_provider(&provider, webex_conf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reply reply = oauth_case_reply(
			cases[i].status, cases[i].type, cases[i].body);
		struct oauth_failure failure;
		struct tokens tokens;
		enum verdict verdict =
			oauth_token_answer(&provider, ENDPOINT_TOKEN, &reply,
					   NULL, &tokens, &failure);

		if (verdict != cases[i].verdict ||
		    strcmp(failure.error, cases[i].error) != 0 ||
		    failure.interval_s != cases[i].interval_s)
			fail_msg("%d %s: %s, \"%s\", %lld (%s)",
				 cases[i].status, cases[i].body,
				 oauth_case_verdict(verdict), failure.error,
				 (long long)failure.interval_s,
				 failure.err.text);
		assert_true(failure.reached);
		assert_true(strncmp(failure.err.text, "Webex ", 6) == 0);
		assert_null(tokens.access_token);
		assert_null(tokens.refresh_token);
	}
	provider_free(&provider);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token_refusals),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8") || !crypto_init())
		return EXIT_FAILURE;
	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
