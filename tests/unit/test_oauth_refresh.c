/* SPDX-License-Identifier: MIT */
/*
 * oauth/oauth with reply and oauth_error: what a refused refresh says of the
 * session.
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/json.h"
#include "oauth/oauth_answer.h"
#include "oauth/provider.h"
#include "oauth_case.h"

#define TEXT "text/plain"
#define SAYS(code, words) \
	"{\"error\":\"" code "\",\"error_description\":\"" words "\"}"

static void test_refused_refresh(void **state)
{
	static const struct {
		int status;
		const char *type, *body;
		enum verdict verdict;
	} cases[] = {
		/* Over, by the code of RFC 6749 or any other. */
		{400, JSON, ERROR("invalid_grant"), VERDICT_INVALID_GRANT},
		{401, JSON, ERROR("invalid_grant"), VERDICT_INVALID_GRANT},
		{404, JSON, ERROR("invalid_grant"), VERDICT_INVALID_GRANT},
		{400, FORM, "error=bad_refresh_token", VERDICT_INVALID_GRANT},
		{200, JSON, ERROR("bad_refresh_token"), VERDICT_INVALID_GRANT},
		{400, JSON, ERROR("expired_token"), VERDICT_INVALID_GRANT},
		{400, JSON, ERROR("access_denied"), VERDICT_INVALID_GRANT},
		{403, JSON, ERROR("access_denied"), VERDICT_INVALID_GRANT},
		{400, JSON, ERROR("invalid_token"), VERDICT_INVALID_GRANT},
		{401, JSON, ERROR("invalid_token"), VERDICT_INVALID_GRANT},
		/* dex, FlowFuse. */
		{400, JSON,
		 SAYS("invalid_request", "the refresh token was already used"),
		 VERDICT_INVALID_GRANT},
		{400, JSON,
		 SAYS("invalid_request", "Refresh token is invalid or has "
					 "already been claimed by another "
					 "client."),
		 VERDICT_INVALID_GRANT},
		{400, JSON, ERROR("invalid_request"), VERDICT_INVALID_GRANT},
		{400, JSON, WEBEX("invalid_request"), VERDICT_INVALID_GRANT},
		/* Entra. */
		{400, JSON,
		 SAYS("interaction_required", "AADSTS50076: Due to a "
					      "configuration change made by "
					      "your administrator, you must "
					      "use multi-factor "
					      "authentication."),
		 VERDICT_INVALID_GRANT},
		{400, JSON, ERROR("login_required"), VERDICT_INVALID_GRANT},
		{400, JSON, ERROR("consent_required"), VERDICT_INVALID_GRANT},
		{401, JSON, ERROR("mfa_required"), VERDICT_INVALID_GRANT},
		{403, JSON, ERROR("account_selection_required"),
		 VERDICT_INVALID_GRANT},
		{400, JSON, "{\"error_code\":\"refresh_token_not_found\"}",
		 VERDICT_INVALID_GRANT},
		{400, JSON, "{\"error\":{\"code\":\"session_ended\"}}",
		 VERDICT_INVALID_GRANT},
		{422, JSON, ERROR("user_is_gone"), VERDICT_INVALID_GRANT},
		{400, JSON, "{\"errors\":[{\"description\":\"user_gone\"}]}",
		 VERDICT_INVALID_GRANT},
		/* Over, by a sentence about the refresh token. */
		{400, JSON, "{\"message\":\"Invalid refresh token\"}",
		 VERDICT_INVALID_GRANT},
		{401, JSON,
		 "{\"errors\":[{\"description\":\"The refresh token is "
		 "not valid.\"}]}",
		 VERDICT_INVALID_GRANT},
		{400, JSON,
		 "{\"title\":\"Bad Request\",\"status\":400,\"detail\":"
		 "\"The refresh_token was revoked.\"}",
		 VERDICT_INVALID_GRANT},
		/* With the access token: something else may have answered. */
		{400, JSON, "{\"message\":\"Something is wrong\"}",
		 VERDICT_REFUSED},
		{400, JSON, WEBEX("You are not welcome."), VERDICT_REFUSED},
		{400, JSON, ERROR("rejected"), VERDICT_REFUSED},
		{400, JSON, "{}", VERDICT_REFUSED},
		{401, JSON, "{\"message\":\"Your session has expired\"}",
		 VERDICT_REFUSED},
		{403, JSON, "{\"message\":\"Access was revoked.\"}",
		 VERDICT_REFUSED},
		{200, JSON, ERROR("quite_new"), VERDICT_REFUSED},
		{400, JSON, ERROR("tokenlimit_reached"), VERDICT_REFUSED},
		/* Keycloak says this where consent was withdrawn. */
		{400, JSON,
		 SAYS("invalid_scope",
		      "Client no longer has requested consent from user"),
		 VERDICT_REFUSED},
		/* An operator's: the client is what is refused. */
		{401, JSON, ERROR("invalid_client"), VERDICT_MISCONFIGURED},
		{200, JSON, "{\"access_token\":\"a\",\"access_token\":\"b\"}",
		 VERDICT_MISCONFIGURED},
		{400, JSON, WEBEX("invalid_client"), VERDICT_MISCONFIGURED},
		{400, JSON, ERROR("unauthorized_client"),
		 VERDICT_MISCONFIGURED},
		{400, JSON,
		 SAYS("unauthorized_client",
		      "the refresh token is not for this client"),
		 VERDICT_MISCONFIGURED},
		{400, JSON, ERROR("unsupported_grant_type"),
		 VERDICT_MISCONFIGURED},
		{400, JSON, ERROR("incorrect_client_credentials"),
		 VERDICT_MISCONFIGURED},
		{401, JSON, ERROR("deleted_client"), VERDICT_MISCONFIGURED},
		{403, JSON, ERROR("application_suspended"),
		 VERDICT_MISCONFIGURED},
		{400, JSON,
		 SAYS("invalid_request", "AADSTS900144: The request body must "
					 "contain the following parameter: "
					 "'client_id'."),
		 VERDICT_MISCONFIGURED},
		{403, JSON, "{\"message\":\"invalid client secret\"}",
		 VERDICT_MISCONFIGURED},
		{400, JSON,
		 SAYS("invalid_request",
		      "Content-Type must be application/json"),
		 VERDICT_MISCONFIGURED},
		/* Says nothing about the session. */
		{400, JSON, "{\"message\":\"Unsupported media type\"}",
		 VERDICT_RETRY},
		{400, JSON, "{\"message\":\"unknown client\"}", VERDICT_RETRY},
		{400, HTML, "<html>Bad Request</html>", VERDICT_RETRY},
		{400, "text/plain", "Bad Request", VERDICT_RETRY},
		{400, "", "", VERDICT_RETRY},
		{401, HTML, "<html>Sign in again</html>", VERDICT_RETRY},
		{401, JSON, "{\"message\":\"Unauthorized\"}", VERDICT_RETRY},
		{401, JSON, ERROR("unauthorized"), VERDICT_RETRY},
		{403, HTML, "<html>Request blocked</html>", VERDICT_RETRY},
		{403, JSON, "{\"message\":\"Forbidden\"}", VERDICT_RETRY},
		{404, HTML, "<html>Not Found</html>", VERDICT_RETRY},
		{404, JSON, ERROR("not_found"), VERDICT_RETRY},
		{404, JSON, ERROR("no_such_route"), VERDICT_RETRY},
		{404, JSON, "{\"message\":\"no Route matched\"}",
		 VERDICT_RETRY},
		{405, JSON, "{\"error\":\"Method Not Allowed\"}",
		 VERDICT_RETRY},
		{405, JSON, ERROR("method_not_allowed"), VERDICT_RETRY},
		{406, JSON, "{}", VERDICT_RETRY},
		{407, HTML, "<html>", VERDICT_RETRY},
		{408, JSON, ERROR("invalid_grant"), VERDICT_RETRY},
		{410, JSON, "{\"message\":\"gone\"}", VERDICT_RETRY},
		{415, JSON, ERROR("unsupported_media_type"), VERDICT_RETRY},
		{428, JSON, ERROR("quite_new"), VERDICT_RETRY},
		{429, JSON, ERROR("quite_new"), VERDICT_RETRY},
		{429, JSON, ERROR("invalid_grant"), VERDICT_RETRY},
		{500, JSON, ERROR("invalid_grant"), VERDICT_RETRY},
		{500, JSON, "{\"message\":\"refresh token\"}", VERDICT_RETRY},
		{501, JSON, "{}", VERDICT_RETRY},
		{502, HTML, "<html>", VERDICT_RETRY},
		{503, JSON, ERROR("interaction_required"), VERDICT_RETRY},
		{302, HTML, "", VERDICT_RETRY},
		{200, HTML, "<html>Welcome</html>", VERDICT_RETRY},
		{200, JSON, "{}", VERDICT_RETRY},
		{400, JSON, ERROR("authorization_pending"), VERDICT_RETRY},
		{400, JSON, ERROR("slow_down"), VERDICT_RETRY},
		{400, JSON, ERROR("temporarily_unavailable"), VERDICT_RETRY},
		{400, JSON, ERROR("use_dpop_nonce"), VERDICT_RETRY},
		/* Over, by a sentence that is no object. */
		{400, TEXT, "The refresh token has expired",
		 VERDICT_INVALID_GRANT},
		{401, TEXT, "Invalid refresh token\r\n", VERDICT_INVALID_GRANT},
		{403, TEXT, "refresh token revoked", VERDICT_INVALID_GRANT},
		{400, TEXT, "invalid_grant", VERDICT_INVALID_GRANT},
		{401, TEXT, "Session expired", VERDICT_REFUSED},
		{403, "", "User account is disabled", VERDICT_REFUSED},
		{400, JSON, "Refresh token is not valid",
		 VERDICT_INVALID_GRANT},
		{400, JSON, "\"invalid refresh token\"", VERDICT_INVALID_GRANT},
		{400, JSON, "\"invalid_grant\"", VERDICT_INVALID_GRANT},
		{401, JSON, "\"Token expired\"", VERDICT_REFUSED},
		{400, JSON, "[" ERROR("invalid_grant") "]",
		 VERDICT_INVALID_GRANT},
		{401, JSON, "[\"invalid_grant\"]", VERDICT_INVALID_GRANT},
		{401, JSON, "[{\"message\":\"Refresh token revoked\"}]",
		 VERDICT_INVALID_GRANT},
		{401, TEXT, "Unknown client_id", VERDICT_MISCONFIGURED},
		{401, TEXT, "Unauthorized", VERDICT_RETRY},
		{400, JSON, "\"Bad Request\"", VERDICT_RETRY},
		{400, JSON, "[]", VERDICT_RETRY},
		{400, JSON, "null", VERDICT_RETRY},
		{400, TEXT, "Rate limit of refresh token requests",
		 VERDICT_RETRY},
		{403, TEXT, "Request blocked by policy", VERDICT_RETRY},
		{404, TEXT, "refresh token", VERDICT_RETRY},
		{429, TEXT, "refresh token revoked", VERDICT_RETRY},
		{502, TEXT, "refresh token revoked", VERDICT_RETRY},
		{401, TEXT, "<p>refresh token revoked", VERDICT_RETRY},
		/* Over for the user. */
		{403, JSON, "{\"message\":\"User account is disabled\"}",
		 VERDICT_REFUSED},
		{401, JSON, SAYS("unauthorized", "User is disabled"),
		 VERDICT_REFUSED},
		{401, JSON, "{\"error_description\":\"Token is not active\"}",
		 VERDICT_REFUSED},
		{401, JSON, "{\"message\":\"Account deleted\"}",
		 VERDICT_REFUSED},
		{403, JSON, "{\"message\":\"User agent blocked\"}",
		 VERDICT_RETRY},
		{400, JSON,
		 SAYS("invalid_request",
		      "the application was removed by the user"),
		 VERDICT_INVALID_GRANT},
		{400, JSON,
		 SAYS("invalid_request", "the application is not trusted"),
		 VERDICT_MISCONFIGURED},
		{400, JSON,
		 SAYS("invalid_request", "the client secret has expired"),
		 VERDICT_MISCONFIGURED},
		/* Codes in other places. */
		{401, JSON, "{\"code\":\"INVALID_GRANT\"}",
		 VERDICT_INVALID_GRANT},
		{401, JSON, "{\"code\":\"TOKEN_REVOKED\",\"message\":\"Oh\"}",
		 VERDICT_REFUSED},
		{401, JSON, "{\"errors\":[{\"error\":\"Invalid_Grant\"}]}",
		 VERDICT_INVALID_GRANT},
		{401, JSON, "{\"errors\":[{\"error\":\"user_gone\"}]}",
		 VERDICT_INVALID_GRANT},
		/* Fields that did not pass. */
		{422, JSON, "{\"errors\":{\"refresh_token\":[\"is invalid\"]}}",
		 VERDICT_REFUSED},
		{422, JSON, "{\"errors\":[{\"field\":\"refresh_token\"}]}",
		 VERDICT_REFUSED},
		{422, JSON,
		 "{\"detail\":[{\"loc\":[\"body\",\"refresh_token\"],"
		 "\"msg\":\"Not valid\"}]}",
		 VERDICT_REFUSED},
		{422, JSON,
		 "{\"detail\":[{\"loc\":[\"body\",\"client_id\"],\"msg\":"
		 "\"Field required\",\"input\":{\"refresh_token\":\"r\"}}]}",
		 VERDICT_RETRY},
		{422, JSON, "{\"detail\":\"Unprocessable\"}", VERDICT_RETRY},
		/* Gone: the session, and not the address. */
		{404, JSON, ERROR("session_not_found"), VERDICT_INVALID_GRANT},
		{404, JSON, SAYS("not_found", "No such refresh token"),
		 VERDICT_REFUSED},
		{404, JSON, "{\"message\":\"Refresh token not found\"}",
		 VERDICT_REFUSED},
		{410, JSON, ERROR("token_revoked"), VERDICT_INVALID_GRANT},
		{404, JSON, SAYS("not_found", "No such page"), VERDICT_RETRY},
		{404, JSON, ERROR("token_endpoint_not_found"), VERDICT_RETRY},
		{404, JSON, "{\"message\":\"Cannot POST /v1/refresh_token\"}",
		 VERDICT_RETRY},
		{404, HTML, "<p>refresh token not found</p>", VERDICT_RETRY},
		{400, JSON, "{\"message\":\"Bad Request\"}", VERDICT_RETRY},
		{200, JSON, "{\"message\":\"refresh token expired\"}",
		 VERDICT_REFUSED},
		/* Asks for patience, by any code or words that do so. */
		{403, JSON, ERROR("rate_limited"), VERDICT_RETRY},
		{400, JSON, ERROR("request_throttled"), VERDICT_RETRY},
		{400, JSON, ERROR("rate-limit-exceeded"), VERDICT_RETRY},
		{403, JSON, ERROR("too_many_attempts"), VERDICT_RETRY},
		{403, JSON, ERROR("request_limit_reached"), VERDICT_RETRY},
		{403, JSON, ERROR("daily_quota_used"), VERDICT_RETRY},
		{400, JSON, ERROR("please_slow_down"), VERDICT_RETRY},
		{400, JSON, ERROR("server_busy"), VERDICT_RETRY},
		{400, JSON, ERROR("service_unavailable"), VERDICT_RETRY},
		{400, JSON, ERROR("try_again_later"), VERDICT_RETRY},
		{400, JSON, ERROR("gateway_timeout"), VERDICT_RETRY},
		{403, JSON, ERROR("under_maintenance"), VERDICT_RETRY},
		{400, JSON, "{\"error\":{\"code\":\"RATE_LIMITED\"}}",
		 VERDICT_RETRY},
		{400, JSON, "{\"error_code\":\"over_request_rate_limit\"}",
		 VERDICT_RETRY},
		{200, JSON, ERROR("rate_limited"), VERDICT_RETRY},
		{400, JSON, "{\"message\":\"Rate limit exceeded\"}",
		 VERDICT_RETRY},
		{400, JSON, "{\"message\":\"Too many refresh token requests\"}",
		 VERDICT_RETRY},
		{400, JSON, SAYS("invalid_request", "Too many requests"),
		 VERDICT_RETRY},
		{403, JSON,
		 SAYS("access_denied", "Request rate limit exceeded"),
		 VERDICT_RETRY},
		{400, JSON, SAYS("invalid_request", "Temporarily unavailable"),
		 VERDICT_RETRY},
		{400, JSON, SAYS("unauthorized", "Please retry"),
		 VERDICT_RETRY},
		/* And what sounds so, but is over. */
		{400, JSON,
		 SAYS("invalid_request",
		      "Refresh token revoked: too many active refresh tokens "
		      "for this client"),
		 VERDICT_INVALID_GRANT},
		{403, JSON,
		 SAYS("access_denied",
		      "Too many sessions for this user. Sign in again."),
		 VERDICT_INVALID_GRANT},
		{400, JSON,
		 SAYS("invalid_request", "Temporary refresh token has expired"),
		 VERDICT_INVALID_GRANT},
		{400, JSON,
		 "{\"message\":\"The refresh token has exceeded its usage "
		 "quota\"}",
		 VERDICT_INVALID_GRANT},
		{403, JSON,
		 SAYS("access_denied",
		      "busybee@example.com is no longer allowed"),
		 VERDICT_INVALID_GRANT},
		{403, JSON,
		 SAYS("access_denied", "busy.bee@example.com has left"),
		 VERDICT_INVALID_GRANT},
		{400, JSON, ERROR("token_limit_exceeded"),
		 VERDICT_INVALID_GRANT},
		{400, JSON, ERROR("login_timeout"), VERDICT_INVALID_GRANT},
		{400, JSON, SAYS("reauth_required", "Please retry the login"),
		 VERDICT_INVALID_GRANT},
		{400, JSON, SAYS("consent_required", "temporarily withdrawn"),
		 VERDICT_INVALID_GRANT},
		{404, JSON, SAYS("not_found", "Session not found"),
		 VERDICT_REFUSED},
		{404, JSON, "{\"message\":\"Token not found\"}",
		 VERDICT_REFUSED},
		{404, JSON, SAYS("not_found", "No route to /session"),
		 VERDICT_RETRY},
		{400, JSON, ERROR("session_timeout"), VERDICT_INVALID_GRANT},
		{400, JSON, SAYS("access_denied", "Sign in and try again"),
		 VERDICT_INVALID_GRANT},
		{400, JSON, ERROR("idle_timeout"), VERDICT_INVALID_GRANT},
		{400, JSON,
		 SAYS("invalid_grant", "Token expired, try again later"),
		 VERDICT_INVALID_GRANT},
		{400, JSON,
		 "{\"message\":\"Refresh token expired. Try again.\"}",
		 VERDICT_INVALID_GRANT},
		/* A token that cannot be used is none either. */
		{200, JSON, "{\"access_token\":\"a\",\"token_type\":\"mac\"}",
		 VERDICT_MISCONFIGURED},
	};
	struct provider provider;

	(void)state;
	oauth_case_provider(&provider, any_conf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reply reply = oauth_case_reply(
			cases[i].status, cases[i].type, cases[i].body);
		struct oauth_failure failure;
		struct tokens tokens;
		enum verdict verdict;

		/* DPoP: with a key, as one without is told to use one. */
		verdict = oauth_token_answer(&provider, ENDPOINT_REFRESH,
					     &reply, "key", &tokens, &failure);
		if (verdict != cases[i].verdict)
			fail_msg("%d %s: %s (%s)", cases[i].status,
				 cases[i].body, oauth_case_verdict(verdict),
				 failure.err.text);
		assert_true(failure.err.text[0] != '\0');
		assert_null(tokens.access_token);
	}
	provider_free(&provider);
}

static void test_refresh_grant(void **state)
{
	struct reply reply =
		oauth_case_reply(400, JSON, ERROR("unauthorized_client"));
	struct provider provider;
	struct oauth_failure failure;
	struct tokens tokens;

	(void)state;
	oauth_case_provider(&provider, code_conf);
	oauth_token_answer(&provider, ENDPOINT_REFRESH, &reply, NULL, &tokens,
			   &failure);
	assert_string_equal(
		failure.err.text,
		"id.example does not let this client refresh its tokens: "
		"allow the refresh_token grant in the client's settings, and "
		"check CLIENT_ID and CLIENT_SECRET.");
	provider_free(&provider);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused_refresh),
		cmocka_unit_test(test_refresh_grant),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8") || !crypto_init())
		return EXIT_FAILURE;
	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
