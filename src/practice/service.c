/* SPDX-License-Identifier: MIT */
/*
 * The table of paths and what holds for all of them, see service.h. Knows
 * nothing of what a single endpoint does.
 */
#include "config.h"

#include "practice/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/crypto.h"
#include "base/form.h"
#include "base/mem.h"
#include "practice/call.h"
#include "practice/grants.h"
#include "practice/tokens.h"

static const struct {
	const char *method;
	const char *path;
	enum dialect dialect;
	service_handler *handler;
} routes[] = {
	{"POST", "/device_authorization", DIALECT_PLAIN, endpoint_authorize},
	{"POST", "/token", DIALECT_PLAIN, endpoint_token},
	{"GET", "/userinfo", DIALECT_PLAIN, endpoint_userinfo},
	{"POST", "/revoke", DIALECT_PLAIN, endpoint_revoke},
	{"GET", "/.well-known/openid-configuration", DIALECT_PLAIN,
	 endpoint_metadata},
	{"GET", "/.well-known/oauth-authorization-server", DIALECT_PLAIN,
	 endpoint_metadata},
	{"POST", "/v1/device/authorize", DIALECT_WEBEX, endpoint_authorize},
	{"POST", "/v1/device/token", DIALECT_WEBEX, endpoint_token},
	{"POST", "/v1/access_token", DIALECT_WEBEX, endpoint_refresh_only},
	{"GET", "/v1/people/me", DIALECT_WEBEX, endpoint_people_me},
	{"GET", "/v1/userinfo", DIALECT_WEBEX, endpoint_userinfo},
	{"GET", "/", DIALECT_PLAIN, approval_show},
	{"GET", "/device", DIALECT_PLAIN, approval_show},
	{"POST", "/device", DIALECT_PLAIN, approval_decide},
	{"GET", "/verify", DIALECT_WEBEX, approval_show},
	{"POST", "/verify", DIALECT_WEBEX, approval_decide},
	{"GET", "/control", DIALECT_PLAIN, control_show},
	{"POST", "/control", DIALECT_PLAIN, control_change},
};

enum { ROUTES = sizeof routes / sizeof *routes };

_Static_assert((int)ROUTES <= (int)SERVICE_MAX_ROUTES, "too many routes");

struct service *service_new(const struct service_options *options)
{
	struct service *service = xcalloc(1, sizeof *service);

	service->options = *options;
	service->grants = grants_new();
	service->tokens = tokens_new(options->token_lifetime_s * 1000);
	crypto_random(service->form_key, sizeof service->form_key);
	return service;
}

void service_free(struct service *service)
{
	if (!service)
		return;
	grants_free(service->grants);
	tokens_free(service->tokens);
	mem_wipe(service, sizeof *service);
	free(service);
}

/*
 * Whether the call came in under a name that is ours. A foreign name means
 * that somebody's web page had it point at this machine (DNS rebinding).
 */
static bool is_our_host(const struct service *service, const struct call *call)
{
	const char *ours = strstr(service->options.public_url, "//") + 2;
	size_t len = strcspn(ours, "/");
	char localhost[32];

	if (!call->host)
		return false;
	snprintf(localhost, sizeof localhost, "localhost%s", call->local_port);
	return (strlen(call->host) == len &&
		strncasecmp(call->host, ours, len) == 0) ||
	       strcasecmp(call->host, call->local_host) == 0 ||
	       (call->same_machine && strcasecmp(call->host, localhost) == 0);
}

void service_answer(struct service *service, const struct call *call,
		    struct answer *answer)
{
	const char *allow = NULL;

	answer_header(answer, "Cache-Control", "no-store");
	answer_header(answer, "X-Content-Type-Options", "nosniff");
	if (!is_our_host(service, call)) {
		answer_text(answer, 421, "text/plain",
			    "This server does not go by that name; start it "
			    "with --public-url.\n");
		return;
	}
	for (size_t i = 0; i < ROUTES; i++) {
		if (strcmp(call->path, routes[i].path) != 0)
			continue;
		allow = routes[i].method;
		if (strcmp(call->method, allow) != 0)
			continue;
		service->calls[i]++;
		if (call->body_len > 0 &&
		    !form_looks_like(call->body, call->body_len)) {
			dialect_error(answer, routes[i].dialect,
				      "invalid_request",
				      "The body is not form-encoded.");
			return;
		}
		routes[i].handler(service, call, routes[i].dialect, answer);
		return;
	}
	if (allow) {
		answer_header(answer, "Allow", "%s", allow);
		answer_text(answer, 405, "text/plain", "Wrong method.\n");
	} else {
		answer_text(answer, 404, "text/plain", "Nothing is here.\n");
	}
}

bool service_route_name(size_t i, char *dst, size_t size)
{
	if (i >= ROUTES)
		return false;
	snprintf(dst, size, "%s %s", routes[i].method, routes[i].path);
	return true;
}
