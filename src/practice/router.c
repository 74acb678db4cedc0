/* SPDX-License-Identifier: MIT */
/*
 * The rules for all paths, and the handler of each. Knows no single endpoint.
 */
#include "config.h"

#include "practice/router.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/form.h"
#include "practice/approval.h"
#include "practice/call.h"
#include "practice/control.h"
#include "practice/dialect.h"
#include "practice/endpoint.h"
#include "practice/route.h"
#include "practice/service.h"

static service_handler *const handlers[] = {
	[ROUTE_AUTHORIZE] = endpoint_authorize,
	[ROUTE_TOKEN] = endpoint_token,
	[ROUTE_REFRESH_ONLY] = endpoint_refresh_only,
	[ROUTE_PEOPLE_ME] = endpoint_people_me,
	[ROUTE_USERINFO] = endpoint_userinfo,
	[ROUTE_REVOKE] = endpoint_revoke,
	[ROUTE_METADATA] = endpoint_metadata,
	[ROUTE_APPROVAL] = approval_show,
	[ROUTE_DECISION] = approval_decide,
	[ROUTE_CONTROL] = control_show,
	[ROUTE_CHANGE] = control_change,
};

/*
 * True if the call used one of this server's names. Another name means that a
 * web page made its own name resolve to this machine (DNS rebinding).
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

void router_answer(struct service *service, const struct call *call,
		   struct answer *answer)
{
	const struct route *route;
	const char *allow = NULL;

	answer_header(answer, "Cache-Control", "no-store");
	answer_header(answer, "X-Content-Type-Options", "nosniff");
	if (!is_our_host(service, call)) {
		answer_text(answer, 421, "text/plain",
			    "This server does not have that name; start it "
			    "with --public-url.\n");
		return;
	}
	for (size_t i = 0; (route = route_at(i)); i++) {
		if (strcmp(call->path, route->path) != 0)
			continue;
		allow = route->method;
		if (strcmp(call->method, allow) != 0)
			continue;
		service->calls[i]++;
		if (call->body_len > 0 &&
		    !form_looks_like(call->body, call->body_len)) {
			dialect_error(answer, route->dialect, "invalid_request",
				      "The body is not form-encoded.");
			return;
		}
		handlers[route->target](service, call, route->dialect, answer);
		return;
	}
	if (allow) {
		answer_header(answer, "Allow", "%s", allow);
		answer_text(answer, 405, "text/plain", "Wrong method.\n");
	} else {
		answer_text(answer, 404, "text/plain",
			    "There is nothing at "
			    "this address.\n");
	}
}
