/* SPDX-License-Identifier: MIT */
/*
 * An issuer's discovery document, through the machine that asks for it. Only
 * addresses that are safe to send a secret to are learned.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "machine/machine.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"
#include "machine/discovery.h"
#include "oauth/http_message.h"
#include "oauth/verdict.h"
#include "oauth/provider.h"
#include "fuzz.h"

static void check_endpoint(const char *uri)
{
	struct url url;

	if (uri == NULL)
		return;
	must(url_split(uri, &url));
	must(url_is_safe(&url));
	must(text_is_clean(uri, strlen(uri)));
}

static void check_provider(const struct provider *provider)
{
	check_endpoint(provider->device_authorization_endpoint);
	check_endpoint(provider->device_token_endpoint);
	check_endpoint(provider->token_endpoint);
	check_endpoint(provider->userinfo_endpoint);
	check_endpoint(provider->revocation_endpoint);
	check_endpoint(provider->authorization_endpoint);
	check_endpoint(provider->jwks_uri);
	must(strcmp(provider->issuer, "https://id.example") == 0);
}

static void make(struct provider *provider, bool code_grant)
{
	memset(provider, 0, sizeof(*provider));
	provider->preset = preset_find("");
	provider->id = xstrdup("https://id.example");
	provider->label = xstrdup("Example");
	provider->issuer = xstrdup("https://id.example");
	provider->client_id = xstrdup("screen");
	provider->scope = xstrdup("openid");
	provider->audience = xstrdup("");
	provider->device_name = xstrdup("");
	provider->chooses_auth = true;
	provider->code_grant = code_grant;
	if (code_grant)
		provider->redirect_uri = xstrdup("http://127.0.0.1:2000/");
}

/* Answers until it is done, failed or wants to wait; what it waits for is on
 * its way (docs/machines.md). */
static void talk(struct discovery *discovery, struct reply *reply)
{
	struct machine machine = machine_of_discovery(discovery);
	struct event event = {.kind = EVENT_START, .now_ms = 1000000};
	struct action action;

	for (int i = 0; i < 4; i++) {
		machine.step(machine.self, &event, &action);
		must(machine_fault(&machine, &action, false) == NULL);
		if (action.kind == ACTION_SEND) {
			check_endpoint(action.request->url);
			request_free(action.request);
		}
		if (discovery_state(discovery) != DISCOVERY_REQUESTING)
			return;
		event.kind = EVENT_REPLY;
		event.reply = reply;
		event.now_ms += 100;
	}
	fuzz_fail("it comes to an end", __FILE__, __LINE__);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	bool code_grant = input_choice(&input, 2) == 1;
	struct discovery *discovery;
	struct provider provider;
	struct reply reply;

	make(&provider, code_grant);
	input_reply(&input, &reply);
	discovery = discovery_new(&provider, 1, 7);
	talk(discovery, &reply);
	if (discovery_state(discovery) == DISCOVERY_DONE) {
		must(provider_is_complete(&provider));
		check_provider(&provider);
	} else {
		must(!provider_is_complete(&provider));
		must_be_told(discovery_oauth_failure(discovery));
	}
	discovery_free(discovery);
	provider_free(&provider);
	fuzz_reply_free(&reply);
	return 0;
}
