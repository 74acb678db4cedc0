/* SPDX-License-Identifier: MIT */
/*
 * One request after the other, each with its own time limit. A server that
 * could not be reached is not asked again: a dead network costs one limit for
 * each server, not for each question.
 */
#include "config.h"

#include "app/check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/driver.h"
#include "app/report.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/url.h"
#include "core/discovery.h"
#include "core/dpop.h"
#include "core/exchange.h"
#include "core/json.h"
#include "core/oauth.h"
#include "core/pkce.h"
#include "core/reply.h"
#include "io/http.h"

enum {
	INTERVAL_MAX_S = 60, /* a longer one is not waited for */
	MARGIN_MS = 1000,
	SITES = 8,
	PATIENCE = 1
};

/* A server that was asked. */
struct site {
	char *host; /* and port, as in a URL */
	bool answers;
};

struct asking {
	struct check *check;
	struct site sites[SITES];
	size_t site_count;
	bool client_refused;
	char *verifier; /* of PKCE, where that is wanted; secret */
	struct dpop dpop;
	char *dpop_key; /* where tokens are to be bound; secret; NULL: none */
};

static const char device_check[] = "device_authorization_endpoint";

/* ---- Asking */

static struct site *find_site(struct asking *asking, const char *address)
{
	struct url url;
	struct site *site;
	size_t len, i;

	if (!url_split(address, &url))
		return NULL;
	len = (size_t)(url.path - address);
	for (i = 0; i < asking->site_count; i++) {
		site = &asking->sites[i];
		if (strlen(site->host) == len &&
		    strncmp(site->host, address, len) == 0)
			return site;
	}
	return NULL;
}

static void meet_site(struct asking *asking, const char *address,
		      const struct reply *reply)
{
	struct url url;
	struct site *site;

	if (find_site(asking, address) != NULL || asking->site_count == SITES ||
	    !url_split(address, &url))
		return;
	site = &asking->sites[asking->site_count++];
	site->host = xstrndup(address, (size_t)(url.path - address));
	site->answers = reply->net == NET_OK;
	check_first_answer(asking->check, address, reply);
}

/*
 * Sends the request, which it takes over, and waits for what comes of it,
 * borrowed until the next one. False, with a row, where it could not be asked.
 */
static bool ask(struct asking *asking, const char *check,
		struct request *request, struct reply *reply)
{
	struct http *http = asking->check->setup.http;
	struct site *site = find_site(asking, request->url);
	char *address;
	enum http_slot slot;

	if (site != NULL && !site->answers) {
		report_row(asking->check->report, OUTCOME_FAIL, check, NULL,
			   "was not asked, for %s does not answer", site->host);
		request_free(request);
		return false;
	}
	address = xstrdup(request->url);
	http_send(http, HTTP_MAIN, request);
	while (!http_reply(http, &slot, reply)) {
		if (!http_wait(http, NULL, 0, -1)) {
			free(address);
			return false;
		}
	}
	meet_site(asking, address, reply);
	free(address);
	if (reply->net != NET_OK)
		report_row(asking->check->report, OUTCOME_FAIL, check, NULL,
			   "%s", reply->what);
	return reply->net == NET_OK;
}

/* Asks a token endpoint, with a proof where tokens are to be bound to a key,
 * and once more where it only wanted its nonce in that. */
static bool ask_token(struct asking *asking, const char *check,
		      struct request *request, struct reply *reply)
{
	struct request *second = xcalloc(1, sizeof(*second));
	const char *key = asking->dpop_key;
	bool ok;

	second->purpose = request->purpose;
	second->url = xstrdup(request->url);
	second->body = xstrdup(request->body);
	second->authorization = xstrdup(request->authorization);
	second->fresh = request->fresh;
	dpop_prove(&asking->dpop, DPOP_ISSUER, request, key, NULL,
		   clock_wall_s());
	ok = ask(asking, check, request, reply);
	if (ok && dpop_answer(&asking->dpop, DPOP_ISSUER, reply, key)) {
		dpop_prove(&asking->dpop, DPOP_ISSUER, second, key, NULL,
			   clock_wall_s());
		return ask(asking, check, second, reply);
	}
	request_free(second);
	return ok;
}

/* That an endpoint is there: any answer will do, but one that says that it is
 * not. */
static void say_endpoint(struct asking *asking, const char *check,
			 const struct reply *reply)
{
	struct report *report = asking->check->report;
	int status = reply->status;

	if (status == 404 || status == 410)
		report_row(report, OUTCOME_WARN, check,
			   "see whether the address is right",
			   "says that nothing is there (status %d)", status);
	else if (status / 100 == 3)
		report_row(report, OUTCOME_WARN, check,
			   "set the address that it leads to",
			   "leads elsewhere (status %d), which is not followed",
			   status);
	else if (status >= 500 || status == 429)
		report_row(report, OUTCOME_WARN, check, "try again later",
			   "is in difficulties (status %d)", status);
	else
		report_row(report, OUTCOME_OK, check, NULL,
			   "answers (status %d)", status);
}

static void visit_endpoint(struct asking *asking, const char *check,
			   const char *address)
{
	struct request *request;
	struct reply reply;

	if (address == NULL)
		return;
	request = xcalloc(1, sizeof(*request));
	request->purpose = "check";
	request->url = xstrdup(address);
	if (ask(asking, check, request, &reply))
		say_endpoint(asking, check, &reply);
}

/* ---- Discovery */

/* A discovery whose answers are judged on their way to it. */
struct watch {
	struct asking *asking;
	struct discovery *discovery;
};

static void step_watch(void *self, const struct event *event,
		       struct action *action)
{
	struct watch *watch = self;
	struct check *check = watch->asking->check;

	if (event->kind == EVENT_REPLY)
		meet_site(watch->asking, check->setup.provider.issuer,
			  event->reply);
	if (event->kind == EVENT_REPLY && !check->setup.provider.code_grant)
		conformance_judge(&check->findings, PROBE_DISCOVERY,
				  &check->setup.provider, event->reply);
	action_clear(action);
	discovery_step(watch->discovery, event, action);
}

static int64_t deadline_of_watch(const void *self)
{
	const struct watch *watch = self;

	return discovery_deadline(watch->discovery);
}

/* Asks the issuer for the endpoints that nobody has named. False, with a row,
 * where it has none. */
static bool discover(struct asking *asking)
{
	struct setup *setup = &asking->check->setup;
	struct discovery *discovery =
		discovery_new(&setup->provider, PATIENCE, crypto_random_u64());
	struct watch watch = {asking, discovery};
	struct driver driver = {
		.machine = {.self = &watch,
			    .step = step_watch,
			    .deadline = deadline_of_watch},
		.http = setup->http,
		.log = setup->log,
		.provider = &setup->provider,
	};
	bool ok;

	driver_post(&driver, EVENT_START);
	while (discovery_state(discovery) == DISCOVERY_ASKING ||
	       discovery_state(discovery) == DISCOVERY_BACKING_OFF) {
		if (!driver_wait(&driver, NULL, 0, NEVER_MS))
			break;
	}
	ok = discovery_state(discovery) == DISCOVERY_DONE;
	if (ok)
		report_row(asking->check->report, OUTCOME_OK, "discovery", NULL,
			   "%s names its endpoints", setup->provider.issuer);
	else
		report_row(asking->check->report, OUTCOME_FAIL, "discovery",
			   NULL, "%s",
			   discovery_refusal(discovery) != NULL
				   ? discovery_refusal(discovery)->err.text
				   : "The issuer could not be asked.");
	discovery_free(discovery);
	return ok;
}

/* ---- The device grant */

static char *make_bogus(void)
{
	unsigned char random[24];
	struct buf text;

	buf_init(&text, 64);
	crypto_random(random, sizeof(random));
	crypto_base64url(&text, random, sizeof(random));
	return buf_take(&text);
}

static bool is_about_client(const struct refusal *refusal)
{
	return strcmp(refusal->error, "invalid_client") == 0 ||
	       strcmp(refusal->error, "incorrect_client_credentials") == 0;
}

/* Asks the token endpoint something that it must refuse. */
static void ask_bogus(struct asking *asking, enum probe probe,
		      const char *check, struct request *request)
{
	const struct provider *provider = &asking->check->setup.provider;
	struct tokens tokens = {0};
	struct refusal refusal;
	struct reply reply;

	if (!ask_token(asking, check, request, &reply))
		return;
	conformance_judge(&asking->check->findings, probe, provider, &reply);
	say_endpoint(asking, check, &reply);
	(void)oauth_token_answer(provider, &reply, asking->dpop_key, &tokens,
				 &refusal);
	if (is_about_client(&refusal) && !asking->client_refused) {
		asking->client_refused = true;
		report_row(asking->check->report, OUTCOME_FAIL, "client", NULL,
			   "%s", refusal.err.text);
	}
	tokens_free(&tokens);
}

static enum verdict ask_device(struct asking *asking, struct device_code *code,
			       struct refusal *refusal)
{
	const struct provider *provider = &asking->check->setup.provider;
	struct reply reply;

	if (!ask(asking, device_check,
		 oauth_device_request(provider, asking->verifier,
				      clock_wall_s()),
		 &reply)) {
		refusal->reached = false;
		return VERDICT_RETRY;
	}
	conformance_judge(&asking->check->findings, PROBE_DEVICE, provider,
			  &reply);
	return oauth_device_answer(provider, &reply, code, refusal);
}

/* Asks for a code. False, with a row, where none came. */
static bool ask_code(struct asking *asking, struct device_code *code)
{
	struct check *check = asking->check;
	struct refusal refusal = {.retry_after_s = -1};
	enum verdict verdict;

	if (check->setup.provider.pkce)
		asking->verifier = pkce_verifier();
	verdict = ask_device(asking, code, &refusal);
	if (refusal.wants_pkce && asking->verifier == NULL) {
		asking->verifier = pkce_verifier();
		verdict = ask_device(asking, code, &refusal);
	}
	if (verdict != VERDICT_OK) {
		if (refusal.reached)
			report_row(check->report, OUTCOME_FAIL, device_check,
				   NULL, "%s", refusal.err.text);
		return false;
	}
	report_row(check->report, OUTCOME_OK, device_check, NULL,
		   "gives out codes, good for %" PRId64 " seconds",
		   code->expires_in_s);
	check->verification_uri = xstrdup(code->verification_uri);
	check->verification_uri_complete =
		xstrdup(code->verification_uri_complete);
	return true;
}

/* Whether the provider has taken the token back; NULL is fine. */
static bool revoke(struct asking *asking, const char *token, const char *hint)
{
	const struct provider *provider = &asking->check->setup.provider;
	struct request *request;
	struct refusal refusal;
	struct reply reply;

	if (token == NULL)
		return true;
	request = oauth_revoke_request(provider, token, hint, clock_wall_s());
	return request != NULL &&
	       ask(asking, "revocation_endpoint", request, &reply) &&
	       oauth_revoke_answer(&reply, &refusal) == VERDICT_OK;
}

/* Nobody is to be left signed in. */
static void say_granted(struct asking *asking, const struct tokens *tokens)
{
	bool refresh = revoke(asking, tokens->refresh_token, "refresh_token");
	bool access = revoke(asking, tokens->access_token, "access_token");

	report_row(asking->check->report, OUTCOME_WARN, "poll",
		   "see who or what approves there",
		   "gave a token although nobody has seen the code; %s",
		   refresh && access
			   ? "it was revoked"
			   : "it could not be revoked and was thrown away");
}

/* A code that nobody has seen cannot have been approved. */
static void poll_once(struct asking *asking, const struct device_code *code)
{
	const struct provider *provider = &asking->check->setup.provider;
	struct report *report = asking->check->report;
	struct tokens tokens = {0};
	struct refusal refusal;
	enum verdict verdict;
	struct reply reply;

	if (!ask_token(asking, "poll",
		       oauth_poll_request(provider, code->device_code,
					  asking->verifier, clock_wall_s()),
		       &reply))
		return;
	conformance_judge(&asking->check->findings, PROBE_POLL, provider,
			  &reply);
	verdict = oauth_token_answer(provider, &reply, asking->dpop_key,
				     &tokens, &refusal);
	if (verdict == VERDICT_PENDING || verdict == VERDICT_SLOW_DOWN)
		report_row(report, OUTCOME_OK, "poll", NULL,
			   "waits for an approval");
	else if (verdict == VERDICT_OK)
		say_granted(asking, &tokens);
	else if (verdict == VERDICT_RETRY)
		report_row(report, OUTCOME_WARN, "poll", "try again later",
			   "%s", refusal.err.text);
	else if (!asking->client_refused)
		report_row(report, OUTCOME_FAIL, "poll", NULL, "%s",
			   refusal.err.text);
	tokens_free(&tokens);
}

/* Lets the interval pass (RFC 8628 section 3.5). */
static bool wait_until(struct asking *asking, int64_t until_ms)
{
	int64_t left_ms;

	while ((left_ms = until_ms - clock_now_ms()) > 0) {
		if (!http_wait(asking->check->setup.http, NULL, 0, left_ms))
			return false;
	}
	return true;
}

static void check_device_grant(struct asking *asking)
{
	const struct provider *provider = &asking->check->setup.provider;
	struct device_code code = {0};
	bool has_code = ask_code(asking, &code);
	int64_t due_ms = clock_now_ms() + code.interval_s * 1000 + MARGIN_MS;
	char *bogus = make_bogus();

	ask_bogus(asking, PROBE_BAD_CODE, "device_token_endpoint",
		  oauth_poll_request(provider, bogus, asking->verifier,
				     clock_wall_s()));
	ask_bogus(asking, PROBE_BAD_REFRESH, "token_endpoint",
		  oauth_refresh_request(provider, bogus, clock_wall_s()));
	free(bogus);
	if (has_code && code.interval_s <= INTERVAL_MAX_S &&
	    wait_until(asking, due_ms))
		poll_once(asking, &code);
	device_code_free(&code);
}

static void check_endpoints(struct asking *asking)
{
	const struct provider *provider = &asking->check->setup.provider;

	if (provider->code_grant) {
		visit_endpoint(asking, "authorization_endpoint",
			       provider->authorization_endpoint);
		visit_endpoint(asking, "token_endpoint",
			       provider->token_endpoint);
	} else {
		check_device_grant(asking);
	}
	visit_endpoint(asking, "userinfo_endpoint",
		       provider->userinfo_endpoint);
	visit_endpoint(asking, "revocation_endpoint",
		       provider->revocation_endpoint);
}

void check_provider(struct check *check)
{
	struct asking asking = {.check = check};
	struct setup *setup = &check->setup;
	struct err err = {""};

	if (!check->can_ask)
		return;
	if (!setup_network(setup, &err)) {
		report_row(check->report, OUTCOME_FAIL, "network", NULL, "%s",
			   err.text);
		return;
	}
	if (setup->provider.dpop)
		asking.dpop_key = dpop_key_new();
	if (!discovery_is_needed(&setup->provider) || discover(&asking))
		check_endpoints(&asking);
	for (size_t i = 0; i < asking.site_count; i++)
		free(asking.sites[i].host);
	dpop_free(&asking.dpop);
	secret_free(asking.dpop_key);
	secret_free(asking.verifier);
}
