/* SPDX-License-Identifier: MIT */
/*
 * What a provider is asked, in which order, and what its answers tell.
 */
#include "config.h"

#include "app/check.h"

#include <inttypes.h>
#include <stdlib.h>

#include "app/check_provider_parts.h"
#include "app/clock.h"
#include "app/event_loop.h"
#include "app/report.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "io/http.h"
#include "jose/jose_jwks.h"
#include "machine/discovery.h"
#include "machine/event.h"
#include "oauth/dpop.h"
#include "oauth/id_check.h"
#include "oauth/oauth_answer.h"
#include "oauth/oauth_request.h"
#include "oauth/pkce.h"
#include "oauth/reply.h"
#include "oauth/revocation.h"

enum {
	INTERVAL_MAX_S = 60, /* a longer interval is not waited for */
	MARGIN_MS = 1000,
	PATIENCE = 1
};

static const char device_check[] = "device_authorization_endpoint";
static const char revocation_check[] = "revocation_endpoint";
static const char keys_check[] = "jwks_uri";

static void get_endpoint(struct provider_check *run, const char *check,
			 const char *address,
			 void (*report)(struct provider_check *, const char *,
					const struct reply *))
{
	struct request *request;
	struct reply reply;

	if (address == NULL)
		return;
	request = xcalloc(1, sizeof(*request));
	request->url = xstrdup(address);
	if (check_provider_send(run, check, request, &reply))
		report(run, check, &reply);
}

/* ---- Discovery */

/* A discovery whose answers are checked before it gets them. */
struct judged {
	struct provider_check *run;
	struct discovery *discovery;
	struct err warning; /* about an accepted document; "": none */
};

static void step_judged(void *self, const struct event *event,
			struct action *action)
{
	struct judged *judged = self;
	struct check *check = judged->run->check;

	if (event->kind == EVENT_REPLY)
		check_provider_note(judged->run, check->setup.provider.issuer,
				    event->reply);
	if (event->kind == EVENT_REPLY && !check->setup.provider.code_grant)
		conformance_judge(&check->findings, PROBE_DISCOVERY,
				  &check->setup.provider, event->reply);
	action_clear(action);
	discovery_step(judged->discovery, event, action);
	if (discovery_state(judged->discovery) == DISCOVERY_DONE &&
	    action->level == LEVEL_WARN)
		err_set(&judged->warning, "%s", action->note);
}

static int64_t deadline_of_judged(const void *self)
{
	const struct judged *judged = self;

	return discovery_deadline(judged->discovery);
}

static enum liveness liveness_of_judged(const void *self)
{
	const struct judged *judged = self;

	return discovery_liveness(judged->discovery);
}

/* Requests the endpoints that are not configured from the issuer. False, with a
 * row, if that fails. */
static bool discover(struct provider_check *run)
{
	struct setup *setup = &run->check->setup;
	struct discovery *discovery =
		discovery_new(&setup->provider, PATIENCE, crypto_random_u64());
	struct judged judged = {run, discovery, {""}};
	const struct machine machine = {.self = &judged,
					.step = step_judged,
					.deadline = deadline_of_judged,
					.liveness = liveness_of_judged};
	const enum report_outcome outcome =
		provider_is_complete(&setup->provider) ? OUTCOME_WARN
						       : OUTCOME_FAIL;
	struct event_loop loop;
	bool ok;

	report_busy(run->check->report, "Testing discovery ...");
	event_loop_init(&loop, machine, setup);
	driver_post(&loop.driver, EVENT_START);
	while (discovery_state(discovery) == DISCOVERY_REQUESTING ||
	       discovery_state(discovery) == DISCOVERY_BACKING_OFF) {
		if (!event_loop_wait(&loop, NULL, 0, NEVER_MS))
			break;
	}
	ok = discovery_state(discovery) == DISCOVERY_DONE;
	if (ok && judged.warning.text[0] != '\0')
		report_row(run->check->report, OUTCOME_WARN, "discovery",
			   "set the endpoint's https:// address in the "
			   "configuration if you need it",
			   "%s", judged.warning.text);
	else if (ok)
		report_ok(run->check->report, "discovery",
			  "%s publishes its endpoints", setup->provider.issuer);
	else if (!check_provider_skips(run, outcome, "discovery",
				       setup->provider.issuer))
		report_row(
			run->check->report, outcome, "discovery", NULL, "%s",
			discovery_oauth_failure(discovery) != NULL
				? discovery_oauth_failure(discovery)->err.text
				: "The request to the issuer failed.");
	discovery_free(discovery);
	return ok;
}

/* ---- The device grant */

/* True if the provider has revoked the tokens, by the rules of a sign-out. */
static bool revoke(struct provider_check *run, const struct tokens *tokens)
{
	const struct provider *provider = &run->check->setup.provider;
	struct revocation revocation = {0};
	struct request *request;
	struct oauth_failure failure;
	struct reply reply;

	while ((request = revocation_request(&revocation, provider, tokens,
					     clock_wall_s())) != NULL) {
		if (!check_provider_post(run, revocation_check, request, NULL,
					 &reply))
			break;
		(void)revocation_answered(&revocation, tokens, &reply,
					  &failure);
	}
	return revocation.confirmed;
}

/* The check must not leave anyone signed in. what: what makes the token
 * unexpected. */
static void report_granted(struct provider_check *run, const char *check,
			   const char *what, const struct tokens *tokens)
{
	report_row(run->check->report, OUTCOME_WARN, check,
		   "find out who or what approves codes at the provider",
		   "issued a token for %s; %s", what,
		   revoke(run, tokens)
			   ? "the token was revoked"
			   : "the token could not be revoked and was "
			     "discarded");
}

/* Reports that the client failed to authenticate, or lacks a permission. A
 * client that may not renew its tokens can still sign in. */
static void report_client(struct provider_check *run, enum probe probe,
			  const struct reply *reply,
			  const struct oauth_failure *failure)
{
	bool unknown = failure->error_class == ERROR_INVALID_CLIENT;
	bool may_not = failure->error_class == ERROR_UNAUTHORIZED_CLIENT;
	/* Keycloak also uses this error for a wrong secret, with the status for
	 * that (RFC 6749 section 5.2). */
	bool fails = unknown || reply->status == 401 ||
		     probe == PROBE_BAD_CODE || probe == PROBE_DEVICE;

	if ((!unknown && !may_not) || run->client_refused)
		return;
	run->client_refused = fails;
	if (fails)
		report_err(run->check->report, "client", &failure->err);
	else
		report_row(run->check->report, OUTCOME_WARN, "client",
			   "allow the refresh token grant in the client's "
			   "settings",
			   "the client may not refresh its tokens, so a new "
			   "sign-in is needed when they expire");
}

/* Sends the token endpoint a request that it must reject. */
static void send_invalid(struct provider_check *run, enum probe probe,
			 const char *check, struct request *request)
{
	const struct provider *provider = &run->check->setup.provider;
	struct tokens tokens = {0};
	struct oauth_failure failure;
	struct reply reply;

	if (!check_provider_post(run, check, request, run->dpop_key, &reply))
		return;
	if (!provider->code_grant)
		conformance_judge(&run->check->findings, probe, provider,
				  &reply);
	if (oauth_token_answer(provider, ENDPOINT_TOKEN, &reply, run->dpop_key,
			       &tokens, &failure) == VERDICT_OK)
		report_granted(run, check,
			       probe == PROBE_BAD_CODE
				       ? "a code that it never issued"
				       : "a refresh token that it never issued",
			       &tokens);
	else if (failure.dead_end)
		report_err(run->check->report, check, &failure.err);
	else
		check_provider_report_post(run, check, &reply, &failure);
	report_client(run, probe, &reply, &failure);
	tokens_free(&tokens);
}

static enum verdict request_device_code(struct provider_check *run,
					struct device_code *code,
					struct reply *reply,
					struct oauth_failure *failure)
{
	const struct provider *provider = &run->check->setup.provider;

	if (!check_provider_post(run, device_check,
				 oauth_device_request(provider, run->verifier,
						      clock_wall_s()),
				 NULL, reply)) {
		failure->reached = false;
		return VERDICT_RETRY;
	}
	conformance_judge(&run->check->findings, PROBE_DEVICE, provider, reply);
	return oauth_device_answer(provider, reply, code, failure);
}

/* Requests a code. False, with a row, if there is none. */
static bool request_code(struct provider_check *run, struct device_code *code)
{
	struct check *check = run->check;
	struct oauth_failure failure = {.retry_after_s = -1};
	enum verdict verdict;
	struct reply reply;

	if (check->setup.provider.pkce)
		run->verifier = pkce_verifier();
	verdict = request_device_code(run, code, &reply, &failure);
	if (failure.wants_pkce && run->verifier == NULL) {
		run->verifier = pkce_verifier();
		verdict = request_device_code(run, code, &reply, &failure);
	}
	if (verdict != VERDICT_OK) {
		if (failure.reached)
			report_client(run, PROBE_DEVICE, &reply, &failure);
		if (run->client_refused)
			report_skip(check->report, OUTCOME_FAIL, device_check,
				    "the provider does not accept the client");
		else if (failure.reached)
			report_err(check->report, device_check, &failure.err);
		return false;
	}
	report_ok(check->report, device_check,
		  "issues codes that are valid for %" PRId64 " seconds",
		  code->expires_in_s);
	if (failure.err.text[0] != '\0')
		report_row(check->report, OUTCOME_WARN, device_check, NULL,
			   "%s", failure.err.text);
	check->verification_uri = xstrdup(code->verification_uri);
	check->verification_uri_complete =
		xstrdup(code->verification_uri_complete);
	return true;
}

/* No code that is approved at such an address brings tokens. What is an object
 * may only be a rate limit in the provider's own words, and one that is cut off
 * may come whole the next time. */
static bool is_not_oauth(const struct oauth_failure *failure,
			 const struct reply *reply)
{
	return failure->not_oauth && !reply_is_unavailable(reply);
}

/* A code that was never shown cannot have been approved. */
static void poll_once(struct provider_check *run,
		      const struct device_code *code)
{
	const struct provider *provider = &run->check->setup.provider;
	struct report *report = run->check->report;
	struct tokens tokens = {0};
	struct oauth_failure failure;
	enum verdict verdict;
	struct reply reply;

	if (!check_provider_post(run, "poll",
				 oauth_poll_request(provider, code->device_code,
						    run->verifier,
						    clock_wall_s()),
				 run->dpop_key, &reply))
		return;
	conformance_judge(&run->check->findings, PROBE_POLL, provider, &reply);
	verdict = oauth_token_answer(provider, ENDPOINT_TOKEN, &reply,
				     run->dpop_key, &tokens, &failure);
	if (verdict == VERDICT_PENDING || verdict == VERDICT_SLOW_DOWN)
		report_ok(report, "poll", "waits for approval");
	else if (verdict == VERDICT_OK)
		report_granted(run, "poll", "a code that was never shown",
			       &tokens);
	else if (failure.dead_end || is_not_oauth(&failure, &reply))
		report_err(report, "poll", &failure.err);
	else if (verdict == VERDICT_RETRY)
		report_row(report, OUTCOME_WARN, "poll", "try again later",
			   "%s", failure.err.text);
	else if (!run->client_refused)
		report_err(report, "poll", &failure.err);
	tokens_free(&tokens);
}

/* Waits for the interval to pass (RFC 8628 section 3.5). */
static bool wait_until(struct provider_check *run, int64_t until_ms)
{
	int64_t left_ms;

	report_busy(run->check->report,
		    "Waiting for the polling interval of the provider ...");
	while ((left_ms = until_ms - clock_now_ms()) > 0) {
		if (!http_wait(run->check->setup.http, NULL, 0, left_ms))
			return false;
	}
	return true;
}

static void check_device_grant(struct provider_check *run)
{
	const struct provider *provider = &run->check->setup.provider;
	struct device_code code = {0};
	bool has_code = request_code(run, &code);
	int64_t due_ms = clock_now_ms() + code.interval_s * 1000 + MARGIN_MS;
	char *invalid = crypto_random_text();

	send_invalid(run, PROBE_BAD_CODE, "device_token_endpoint",
		     oauth_poll_request(provider, invalid, run->verifier,
					clock_wall_s()));
	send_invalid(run, PROBE_BAD_REFRESH, "token_endpoint",
		     oauth_refresh_request(provider, invalid, clock_wall_s()));
	secret_free(invalid);
	if (has_code && code.interval_s <= INTERVAL_MAX_S &&
	    wait_until(run, due_ms))
		poll_once(run, &code);
	device_code_free(&code);
}

/* Revocation takes only POST, so the check sends an invalid token, which
 * revokes nothing (RFC 7009 section 2.2). */
static void check_revocation(struct provider_check *run)
{
	char *invalid = crypto_random_text();
	struct request *request =
		oauth_revoke_request(&run->check->setup.provider, invalid,
				     "refresh_token", clock_wall_s());
	struct oauth_failure failure;
	struct reply reply;

	if (request != NULL &&
	    check_provider_post(run, revocation_check, request, NULL, &reply)) {
		(void)oauth_revoke_answer(&reply, &failure);
		check_provider_report_post(run, revocation_check, &reply,
					   &failure);
	}
	secret_free(invalid);
}

static void check_code_grant(struct provider_check *run)
{
	const struct provider *provider = &run->check->setup.provider;
	char *invalid = crypto_random_text();

	get_endpoint(run, "authorization_endpoint",
		     provider->authorization_endpoint,
		     check_provider_report_page);
	send_invalid(run, PROBE_BAD_REFRESH, "token_endpoint",
		     oauth_refresh_request(provider, invalid, clock_wall_s()));
	secret_free(invalid);
}

/* The endpoint with the keys that verify ID tokens. */
static void check_keys(struct provider_check *run)
{
	const struct provider *provider = &run->check->setup.provider;
	struct report *report = run->check->report;
	struct request *request = id_check_request(provider);
	struct json *keys = NULL;
	struct err err = {""};
	struct reply reply;
	int usable;

	if (request == NULL || !provider_wants_openid(provider)) {
		request_free(request);
		return;
	}
	if (!check_provider_send(run, keys_check, request, &reply))
		return;
	keys = id_check_keys(provider, &reply, &err);
	usable = jose_jwks_usable(keys);
	if (keys == NULL && reply_is_unavailable(&reply))
		report_row(report, OUTCOME_WARN, keys_check, "try again later",
			   "%s", err.text);
	else if (keys == NULL)
		report_err(report, keys_check, &err);
	else if (usable == 0)
		report_row(report, OUTCOME_FAIL, keys_check,
			   "have the provider sign with RSA (2048 to 8192 "
			   "bits), P-256, P-384 or Ed25519",
			   "has no usable key for ID tokens");
	else
		report_ok(report, keys_check,
			  "has %d usable key%s for ID tokens", usable,
			  usable == 1 ? "" : "s");
	json_free(keys);
}

static void check_endpoints(struct provider_check *run)
{
	const struct provider *provider = &run->check->setup.provider;

	if (provider->code_grant)
		check_code_grant(run);
	else
		check_device_grant(run);
	get_endpoint(run, "userinfo_endpoint", provider->userinfo_endpoint,
		     check_provider_report);
	check_keys(run);
	check_revocation(run);
}

/* Names what could not be tested for that reason. */
static void skip_endpoints(struct check *check, const char *why)
{
	static const char *const device[] = {
		device_check,	     "device_token_endpoint", "token_endpoint",
		"userinfo_endpoint", revocation_check,	      NULL};
	static const char *const code[] = {
		"authorization_endpoint", "token_endpoint", "userinfo_endpoint",
		revocation_check, NULL};
	const char *const *names =
		check->setup.conf.grant == GRANT_CODE ? code : device;

	for (; *names != NULL; names++)
		report_skip(check->report, OUTCOME_FAIL, *names, why);
}

void check_provider(struct check *check)
{
	static const char not_set_up[] = "the provider is not set up";
	struct provider_check run = {.check = check};
	struct setup *setup = &check->setup;
	struct err err = {""};

	if (!check->has_provider) {
		report_skip(check->report, OUTCOME_FAIL, "connection",
			    not_set_up);
		skip_endpoints(check, not_set_up);
		return;
	}
	if (!setup_network(setup, &err)) {
		report_err(check->report, "network", &err);
		skip_endpoints(check, "the network is not set up");
		return;
	}
	if (setup->provider.dpop)
		run.dpop_key = dpop_key_new();
	if (!discovery_is_needed(&setup->provider) || discover(&run) ||
	    provider_is_complete(&setup->provider)) {
		check_endpoints(&run);
		if (!setup_can_judge(setup, &err))
			report_err(check->report, "kiosk", &err);
	} else {
		skip_endpoints(check, "their addresses are not known");
	}
	for (size_t i = 0; i < run.server_count; i++)
		free(run.servers[i].host);
	dpop_free(&run.dpop);
	secret_free(run.dpop_key);
	secret_free(run.verifier);
}
