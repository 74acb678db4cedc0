/* SPDX-License-Identifier: MIT */
/*
 * Answers by the book (RFC 8628 sections 3.2 and 3.5): nothing of a request is
 * read but its purpose, since who sends it is known.
 */
#include "config.h"

#include "authority.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* How long a request waits for an answer that never comes. */
#define REQUEST_TIMEOUT_MS 30000

static const char *const names[REQUEST_KINDS] = {
	[REQUEST_DEVICE_AUTHORIZATION] = "device authorization",
	[REQUEST_POLL] = "poll",
	[REQUEST_REFRESH] = "refresh",
	[REQUEST_PROFILE] = "profile",
	[REQUEST_REVOCATION] = "revocation",
};

/* The two texts that depend on the day. */
static char code_text[400];
static char token_text[300];

void authority_init(struct authority *authority, const struct day *day,
		    uint64_t seed)
{
	memset(authority, 0, sizeof(*authority));
	authority->day = day;
	authority->seed = seed;
	authority->seconds = xcalloc((size_t)(day->length_ms / 1000) + 1,
				     sizeof(*authority->seconds));
	(void)snprintf(code_text, sizeof(code_text),
		       "{\"device_code\":\"5d5cf602-f0dd-49d5-bfd3-"
		       "915267e4fbe0\",\"user_code\":\"729703\","
		       "\"verification_uri\":\"https://id.example/device\","
		       "\"verification_uri_complete\":\"https://id.example/"
		       "device?user_code=729703\",\"expires_in\":%lld,"
		       "\"interval\":%lld}",
		       (long long)day->expires_in_s,
		       (long long)day->interval_s);
	(void)snprintf(token_text, sizeof(token_text),
		       "{\"access_token\":\"an-access-token\",\"token_type\":"
		       "\"Bearer\",\"refresh_token\":\"a-refresh-token\","
		       "\"expires_in\":%lld}",
		       (long long)day->token_life_s);
}

void authority_free(struct authority *authority)
{
	free(authority->seconds);
}

const char *authority_request_name(enum request_kind kind)
{
	return names[kind];
}

void authority_approve(struct device *device, bool yes)
{
	device->approved = yes;
	device->denied = !yes;
}

static const struct outage *outage_at(const struct authority *authority,
				      int64_t now_ms)
{
	const struct day *day = authority->day;

	for (size_t i = 0; i < day->outage_count; i++) {
		if (now_ms >= day->outages[i].from_ms &&
		    now_ms < day->outages[i].until_ms)
			return &day->outages[i];
	}
	return NULL;
}

bool authority_is_away(const struct authority *authority, int64_t now_ms)
{
	return outage_at(authority, now_ms) != NULL;
}

static void set_reply(struct reply *reply, int status, const char *body)
{
	reply->status = status;
	reply->body = body;
	reply->body_len = strlen(body);
	reply->type = "application/json";
}

static void fail(struct reply *reply, enum net_result net, const char *what)
{
	reply->net = net;
	reply->what = what;
}

/* How long the network takes there and back. */
static int64_t latency_ms(struct authority *authority)
{
	const struct day *day = authority->day;

	return day->latency_min_ms +
	       jitter_ms(&authority->seed,
			 day->latency_max_ms - day->latency_min_ms + 1);
}

/* RFC 8628 section 3.5. */
static void slow_down(struct authority *authority, struct device *device,
		      struct reply *reply)
{
	authority->slow_downs++;
	if (++device->slow_downs > authority->most_slow_downs)
		authority->most_slow_downs = device->slow_downs;
	device->interval_ms += 5000;
	set_reply(reply, 400, "{\"error\":\"slow_down\"}");
}

static void answer_poll(struct authority *authority, struct device *device,
			int64_t now_ms, struct reply *reply)
{
	int64_t last_ms = device->polled_ms;
	bool early = poll_clock_is_early(authority->day->poll_clock, last_ms,
					 now_ms, device->interval_ms);

	if (now_ms - last_ms < device->interval_ms)
		authority->too_early++;
	device->polled_ms = now_ms;
	if (now_ms >= device->code_until_ms)
		set_reply(reply, 400, "{\"error\":\"expired_token\"}");
	else if (early)
		slow_down(authority, device, reply);
	else if (device->denied)
		set_reply(reply, 400, "{\"error\":\"access_denied\"}");
	else if (device->approved)
		set_reply(reply, 200, token_text);
	else
		set_reply(reply, 400, "{\"error\":\"authorization_pending\"}");
}

static void answer(struct authority *authority, struct device *device,
		   const struct request *request, int64_t now_ms,
		   struct reply *reply)
{
	switch (request->kind) {
	case REQUEST_DEVICE_AUTHORIZATION:
		*device = (struct device){
			.code_until_ms =
				now_ms + authority->day->expires_in_s * 1000,
			.polled_ms = now_ms,
			.interval_ms = authority->day->interval_s * 1000,
			.slow_downs = device->slow_downs,
		};
		set_reply(reply, 200, code_text);
		break;
	case REQUEST_POLL:
		answer_poll(authority, device, now_ms, reply);
		break;
	case REQUEST_REFRESH:
		set_reply(reply, 200, token_text);
		break;
	case REQUEST_PROFILE:
		set_reply(reply, 200,
			  "{\"sub\":\"robin\",\"name\":\"Robin Example\","
			  "\"email\":\"robin@example.org\"}");
		break;
	case REQUEST_REVOCATION:
		set_reply(reply, 200, "{}");
		break;
	case REQUEST_OTHER:
	case REQUEST_DISCOVERY:
	case REQUEST_KEYS:
	case REQUEST_CODE_EXCHANGE:
		(void)fprintf(stderr, "fleet: %s is not modelled\n",
			      request->url);
		exit(2);
	}
}

/* True if this second has room for one request more. */
static bool has_room(struct authority *authority, int64_t now_ms)
{
	int64_t capacity = authority->day->capacity;

	if (now_ms / 1000 != authority->second) {
		authority->second = now_ms / 1000;
		authority->taken = 0;
	}
	return capacity == 0 || authority->taken++ < capacity;
}

int64_t authority_answer(struct authority *authority, struct device *device,
			 const struct request *request, int64_t now_ms,
			 struct reply *reply)
{
	const struct outage *outage = outage_at(authority, now_ms);
	int64_t there_ms = latency_ms(authority);

	memset(reply, 0, sizeof(*reply));
	reply->body = "";
	reply->type = "";
	reply->retry_after_s = -1;
	authority->requests[request->kind]++;
	authority->seconds[now_ms / 1000]++;
	if (outage != NULL && outage->kind == OUTAGE_SILENT) {
		fail(reply, NET_TIMEOUT, "No answer.");
		return now_ms + REQUEST_TIMEOUT_MS;
	}
	if (outage != NULL && outage->kind == OUTAGE_REFUSED) {
		fail(reply, NET_CONNECT, "No connection.");
	} else if (outage != NULL) {
		set_reply(reply, 503, "<html>Service Unavailable</html>");
	} else if (!has_room(authority, now_ms)) {
		authority->limited++;
		set_reply(reply, 429, "{}");
		reply->retry_after_s = authority->day->retry_after_s;
	} else {
		answer(authority, device, request, now_ms + there_ms / 2,
		       reply);
	}
	return now_ms + there_ms;
}
