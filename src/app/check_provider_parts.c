/* SPDX-License-Identifier: MIT */
/*
 * One request after another, each with its own time limit. A server that could
 * not be reached gets no further requests: a dead network costs one time limit
 * per server, not per request.
 */
#include "config.h"

#include "app/check_provider_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/check.h"
#include "app/clock.h"
#include "app/report.h"
#include "base/mem.h"
#include "base/url.h"
#include "io/http.h"
#include "oauth/http_message.h"
#include "oauth/json_request.h"
#include "oauth/verdict.h"

enum { SERVER_BYTES = 300 };

static struct check_server *find_server(struct provider_check *run,
					const char *address)
{
	struct url url;
	struct check_server *server;
	size_t len, i;

	if (!url_split(address, &url))
		return NULL;
	len = (size_t)(url.path - address);
	for (i = 0; i < run->server_count; i++) {
		server = &run->servers[i];
		if (strlen(server->host) == len &&
		    strncmp(server->host, address, len) == 0)
			return server;
	}
	return NULL;
}

void check_provider_note(struct provider_check *run, const char *address,
			 const struct reply *reply)
{
	struct url url;
	struct check_server *server;

	if (find_server(run, address) != NULL ||
	    run->server_count == CHECK_PROVIDER_SERVERS ||
	    !url_split(address, &url))
		return;
	server = &run->servers[run->server_count++];
	server->host = xstrndup(address, (size_t)(url.path - address));
	server->answers = reply->net == NET_OK;
	check_first_answer(run->check, address, reply);
}

bool check_provider_skips(struct provider_check *run,
			  enum report_outcome outcome, const char *check,
			  const char *address)
{
	const struct check_server *server = find_server(run, address);
	char why[SERVER_BYTES];

	if (server == NULL || server->answers)
		return false;
	(void)snprintf(why, sizeof(why), "%s does not answer", server->host);
	report_skip(run->check->report, outcome, check, why);
	return true;
}

bool check_provider_send(struct provider_check *run, const char *check,
			 struct request *request, struct reply *reply)
{
	struct http *http = run->check->setup.http;
	char *address;
	enum http_slot slot;

	if (check_provider_skips(run, OUTCOME_FAIL, check, request->url)) {
		request_free(request);
		return false;
	}
	address = xstrdup(request->url);
	report_busy(run->check->report, "Testing %s ...", check);
	http_send(http, HTTP_MAIN, request);
	while (!http_reply(http, &slot, reply)) {
		if (!http_wait(http, NULL, 0, -1)) {
			free(address);
			return false;
		}
	}
	check_provider_note(run, address, reply);
	/* The first answer has had its rows. */
	if (reply->net != NET_OK &&
	    !check_provider_skips(run, OUTCOME_FAIL, check, address))
		report_row(run->check->report, OUTCOME_FAIL, check, NULL, "%s",
			   reply->what);
	free(address);
	return reply->net == NET_OK;
}

static struct request *copy_request(const struct request *request)
{
	struct request *copy = xcalloc(1, sizeof(*copy));

	copy->kind = request->kind;
	copy->url = xstrdup(request->url);
	copy->body = xstrdup(request->body);
	copy->authorization = xstrdup(request->authorization);
	copy->fresh = request->fresh;
	copy->json = request->json;
	copy->broken = request->broken;
	return copy;
}

bool check_provider_post(struct provider_check *run, const char *check,
			 struct request *request, const char *key,
			 struct reply *reply)
{
	const struct provider *provider = &run->check->setup.provider;
	struct request *again;

	for (;;) {
		again = copy_request(request);
		dpop_prove(&run->dpop, DPOP_ISSUER, request, key, NULL,
			   clock_wall_s());
		if (!check_provider_send(run, check, request, reply)) {
			request_free(again);
			return false;
		}
		if (json_request_learn(provider, reply)) {
			if (json_request_is_due(provider))
				json_request_make(again);
			else
				json_request_unmake(again);
		} else if (!dpop_answer(&run->dpop, DPOP_ISSUER, reply, key)) {
			request_free(again);
			return true;
		}
		request = again;
	}
}

void check_provider_report(struct provider_check *run, const char *check,
			   const struct reply *reply)
{
	struct report *report = run->check->report;
	int status = reply->status;
	char target[128];

	if (status == 404 || status == 410)
		report_row(report, OUTCOME_WARN, check,
			   "check whether the address is right",
			   "nothing at this address (status %d)", status);
	else if (status / 100 == 3) {
		http_target(reply, target, sizeof(target));
		report_row(report, OUTCOME_WARN, check,
			   "set the address that it redirects to",
			   "redirects to %s (status %d), which is not followed",
			   target, status);
	} else if (status >= 500 || status == 429)
		report_row(report, OUTCOME_WARN, check, "try again later",
			   "is having problems (status %d)", status);
	else
		report_ok(report, check, "answers (status %d)", status);
}

void check_provider_report_post(struct provider_check *run, const char *check,
				const struct reply *reply,
				const struct oauth_failure *failure)
{
	struct report *report = run->check->report;
	int status = reply->status;

	/* An OAuth error proves that the endpoint exists, whatever the
	 * status. */
	if (status / 100 == 4 && status != 429 && failure->error[0] != '\0' &&
	    failure->error_class != ERROR_NOT_FOUND)
		report_ok(report, check, "answers (status %d)", status);
	else if (status == 405 || status == 415 || status == 501)
		report_row(report, OUTCOME_WARN, check,
			   "check whether the address is right",
			   "does not accept %s (status %d)",
			   status == 415 ? "this content type"
					 : "a POST request",
			   status);
	else
		check_provider_report(run, check, reply);
}

void check_provider_report_page(struct provider_check *run, const char *check,
				const struct reply *reply)
{
	struct report *report = run->check->report;
	int status = reply->status;

	if (status == 404 || status == 410)
		report_row(report, OUTCOME_WARN, check,
			   "if a sign-in fails, open it in a browser; some "
			   "providers answer like this if the parameters of a "
			   "sign-in are missing",
			   "may not exist (status %d for a request without "
			   "parameters)",
			   status);
	else if (status / 100 == 3)
		report_ok(report, check, "answers (status %d)", status);
	else
		check_provider_report(run, check, reply);
}
