/* SPDX-License-Identifier: MIT */
/*
 * Fetches one document from one of two places. The provider interprets it.
 */
#include "config.h"

#include "machine/discovery.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "base/url.h"
#include "oauth/metadata.h"
#include "oauth/provider.h"
#include "oauth/reply.h"
#include "oauth/reply_body.h"

#define HOLD_MS 2000
#define HOLD_MAX_MS 60000

/* How long to do without a document that could not be fetched. */
#define MISSED_MS INT64_C(3600000)

/* Longer ones are not kept for the next run. */
#define DOCUMENT_MAX ((size_t)256 * 1024)
#define RECORD_MAX (DOCUMENT_MAX + 64)

enum place { PLACE_OPENID, PLACE_RFC8414 };

/* The condition of the known endpoints. */
enum endpoints {
	ENDPOINTS_TRUSTED,
	ENDPOINTS_QUERIED, /* the issuer was queried; none has worked since */
	ENDPOINTS_SUSPECT  /* one has failed for good and may have moved */
};

struct discovery {
	struct provider *provider;
	struct oauth_failure *oauth_failure; /* NULL: nothing has failed yet */
	char *document;
	int64_t fetched_s; /* when it was fetched, by the wall clock */
	int64_t stale_ms;  /* when it stops being fresh */
	int64_t due_ms;
	uint64_t seed;
	enum discovery_state state;
	enum place place;
	int patience;
	int failures; /* rounds in a row */
	unsigned fetches;
	enum endpoints endpoints;
	bool unreachable; /* a place of this round did not answer */
};

#define TO(state) STATE_BIT(DISCOVERY_##state)

static const struct state rows[] = {
	[DISCOVERY_IDLE] = {"idle", LIVENESS_OVER, TO(REQUESTING)},
	[DISCOVERY_REQUESTING] = {"requesting", LIVENESS_REQUEST,
				  TO(IDLE) | TO(BACKING_OFF) | TO(DONE) |
					  TO(FAILED)},
	[DISCOVERY_BACKING_OFF] = {"backing-off", LIVENESS_DEADLINE,
				   TO(IDLE) | TO(REQUESTING)},
	[DISCOVERY_DONE] = {"done", LIVENESS_OVER, TO(IDLE) | TO(REQUESTING)},
	[DISCOVERY_FAILED] = {"failed", LIVENESS_OVER,
			      TO(IDLE) | TO(REQUESTING)},
};

const struct states discovery_states = {
	.machine = "discovery",
	.rows = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
};

struct discovery *discovery_new(struct provider *provider, int patience,
				uint64_t seed)
{
	struct discovery *discovery = xcalloc(1, sizeof(*discovery));

	discovery->provider = provider;
	discovery->patience = patience;
	discovery->seed = seed;
	discovery->due_ms = NEVER_MS;
	discovery->stale_ms = NEVER_MS;
	return discovery;
}

void discovery_free(struct discovery *discovery)
{
	if (discovery == NULL)
		return;
	free(discovery->oauth_failure);
	free(discovery->document);
	free(discovery);
}

bool discovery_is_needed(const struct provider *provider)
{
	return provider->issuer[0] != '\0' && provider_lacks_any(provider);
}

/* The only place where the state changes. */
static void move(struct discovery *discovery, enum discovery_state state,
		 int64_t due_ms, struct action *action)
{
	action_moved(action, &discovery_states, discovery->state, state);
	discovery->state = state;
	discovery->due_ms = due_ms;
}

/* Where the issuer publishes its document: at the end of its path (OpenID
 * Connect), or between its host and its path (RFC 8414 section 3.1). */
static char *address(const char *issuer, enum place place)
{
	struct url url = {0};
	size_t len = strlen(issuer);
	size_t head = len;

	if (len > 0 && issuer[len - 1] == '/')
		head = --len;
	if (place == PLACE_RFC8414 && url_split(issuer, &url) &&
	    url.path[0] != '\0' && (size_t)(url.path - issuer) < head)
		head = (size_t)(url.path - issuer);
	return xasprintf("%.*s/.well-known/%s%.*s", (int)head, issuer,
			 place == PLACE_OPENID ? "openid-configuration"
					       : "oauth-authorization-server",
			 (int)(len - head), issuer + head);
}

static void request_document(struct discovery *discovery, enum place place,
			     struct action *action)
{
	struct request *request = xcalloc(1, sizeof(*request));

	discovery->place = place;
	request->kind = REQUEST_DISCOVERY;
	request->url = address(discovery->provider->issuer, place);
	request->fresh = discovery->failures > 0;
	action->kind = ACTION_SEND;
	action->request = request;
	move(discovery, DISCOVERY_REQUESTING, NEVER_MS, action);
}

/* Starts a new round at the first place. */
static void begin(struct discovery *discovery, struct action *action)
{
	discovery->unreachable = false;
	request_document(discovery, PLACE_OPENID, action);
}

/* Neither place has the document. */
static void fail(struct discovery *discovery, int64_t now_ms,
		 struct action *action)
{
	int64_t wait_ms;

	discovery->failures++;
	/* If the sign-in works without it, it is requested again later. */
	if (discovery->document == NULL)
		discovery->stale_ms = now_ms + MISSED_MS;
	action_note(action, LEVEL_WARN, "%s",
		    discovery->oauth_failure->err.text);
	if (!discovery->unreachable ||
	    (discovery->patience > 0 &&
	     discovery->failures >= discovery->patience)) {
		move(discovery, DISCOVERY_FAILED, NEVER_MS, action);
		return;
	}
	wait_ms = back_off_ms(&discovery->seed, discovery->failures, HOLD_MS,
			      HOLD_MAX_MS);
	wait_ms = later_ms(wait_ms,
			   discovery->oauth_failure->retry_after_s * 1000);
	move(discovery, DISCOVERY_BACKING_OFF, now_ms + wait_ms, action);
}

/* Learns from the document, which was fetched at fetched_s and is fresh for
 * life_s more seconds. */
static bool take(struct discovery *discovery, const struct json *document,
		 int64_t fetched_s, int64_t life_s, int64_t now_ms,
		 struct err *err)
{
	if (document == NULL ||
	    !metadata_learn(discovery->provider, document, err))
		return false;
	free(discovery->document);
	discovery->document = json_print(document, false);
	discovery->fetched_s = fetched_s;
	discovery->stale_ms = now_ms + life_s * 1000;
	discovery->failures = 0;
	oauth_failure_drop(&discovery->oauth_failure);
	return true;
}

bool discovery_recall(struct discovery *discovery, const char *record,
		      size_t len, const struct event *event)
{
	struct json *json =
		len <= RECORD_MAX ? json_parse_all(record, len, NULL) : NULL;
	int64_t latest_s = event->wall_s;
	int64_t fetched_s;
	bool ok = discovery_is_needed(discovery->provider) &&
		  json_integer(json_get(json, "fetched_at"),
			       latest_s - DISCOVERY_GOOD_FOR_S + 1, latest_s,
			       &fetched_s) &&
		  take(discovery, json_get(json, "document"), fetched_s,
		       fetched_s + DISCOVERY_GOOD_FOR_S - latest_s,
		       event->now_ms, NULL);

	json_free(json);
	if (ok)
		discovery->state = DISCOVERY_DONE;
	return ok;
}

char *discovery_record(const struct discovery *discovery)
{
	if (discovery->document == NULL ||
	    strlen(discovery->document) > DOCUMENT_MAX)
		return NULL;
	return xasprintf("{\"fetched_at\":%lld,\"document\":%s}\n",
			 (long long)discovery->fetched_s, discovery->document);
}

/* True if the other place may be queried at once. Not if the server cannot be
 * reached, or has said when to come back. */
static bool may_go_on(const struct reply *reply, enum verdict verdict,
		      const struct oauth_failure *oauth_failure)
{
	return verdict != VERDICT_RETRY ||
	       (reply->net == NET_OK && reply->status != 429 &&
		oauth_failure->retry_after_s < 0);
}

static void answered(struct discovery *discovery, const struct event *event,
		     struct action *action)
{
	const struct reply *reply = event->reply;
	struct oauth_failure oauth_failure = {.retry_after_s = -1};
	struct json *body = reply_body(reply);
	enum verdict verdict =
		reply_judge(discovery->provider, ENDPOINT_DISCOVERY, reply,
			    body, &oauth_failure);
	bool taken = verdict == VERDICT_OK &&
		     take(discovery, body, event->wall_s, DISCOVERY_GOOD_FOR_S,
			  event->now_ms, &oauth_failure.err);

	json_free(body);
	if (taken) {
		discovery->fetches++;
		move(discovery, DISCOVERY_DONE, NEVER_MS, action);
		action_note(action,
			    oauth_failure.err.text[0] != '\0' ? LEVEL_WARN
							      : LEVEL_INFO,
			    "found the endpoints of %s%s%s",
			    discovery->provider->label,
			    oauth_failure.err.text[0] != '\0' ? "; " : "",
			    oauth_failure.err.text);
		return;
	}
	/* A document that names another issuer or unsafe endpoints is an error,
	 * even if there is a better one in the other place. */
	if (verdict == VERDICT_OK) {
		discovery->unreachable = false;
		oauth_failure_keep(&discovery->oauth_failure, &oauth_failure);
		fail(discovery, event->now_ms, action);
		return;
	}
	if (verdict == VERDICT_RETRY)
		discovery->unreachable = true;
	/* A redirect says more than a missing document does, and the first
	 * place is the one that operators know. */
	if (discovery->place == PLACE_OPENID || verdict == VERDICT_RETRY ||
	    discovery->oauth_failure == NULL ||
	    (oauth_failure.redirected && !discovery->oauth_failure->redirected))
		oauth_failure_keep(&discovery->oauth_failure, &oauth_failure);
	if (discovery->place == PLACE_OPENID &&
	    may_go_on(reply, verdict, &oauth_failure))
		request_document(discovery, PLACE_RFC8414, action);
	else
		fail(discovery, event->now_ms, action);
}

static void ignore(const struct discovery *discovery, const struct event *event,
		   struct action *action)
{
	action_ignored(action, &discovery_states, discovery->state,
		       event->kind);
}

void discovery_step(struct discovery *discovery, const struct event *event,
		    struct action *action)
{
	switch (event->kind) {
	case EVENT_START:
		discovery->endpoints = ENDPOINTS_QUERIED;
		begin(discovery, action);
		break;
	case EVENT_TICK:
		if (discovery->state == DISCOVERY_BACKING_OFF &&
		    event->now_ms >= discovery->due_ms)
			begin(discovery, action);
		else
			ignore(discovery, event, action);
		break;
	case EVENT_CLOCK:
		if (discovery->state == DISCOVERY_BACKING_OFF &&
		    discovery->oauth_failure->no_trust)
			begin(discovery, action);
		break;
	case EVENT_REPLY:
		if (discovery->state == DISCOVERY_REQUESTING)
			answered(discovery, event, action);
		else
			ignore(discovery, event, action);
		break;
	case EVENT_CANCEL:
		if (discovery->state == DISCOVERY_REQUESTING)
			action->kind = ACTION_DROP;
		move(discovery, DISCOVERY_IDLE, NEVER_MS, action);
		break;
	case EVENT_SIGN_OUT:
	case EVENT_CUT_SHORT:
	case EVENT_TOUCHED:
	case EVENT_REDIRECT:
	case EVENT_REMOVED:
	case EVENT_LOCKED:
	case EVENT_BUSY:
	case EVENT_SAVED:
		ignore(discovery, event, action);
		break;
	}
}

bool discovery_step_alongside(struct discovery *discovery,
			      const struct event *event, struct action *action)
{
	const struct event cancel = event_as(event, EVENT_CANCEL);

	if (discovery->state != DISCOVERY_REQUESTING)
		return false;
	if (event->kind == EVENT_TICK)
		return true;
	if (event->kind == EVENT_REPLY) {
		discovery_step(discovery, event, action);
		if (discovery->unreachable)
			discovery->endpoints = ENDPOINTS_TRUSTED;
		return true;
	}
	discovery_step(discovery, &cancel, action);
	discovery->endpoints = ENDPOINTS_TRUSTED;
	return false;
}

bool discovery_may_help(const struct discovery *discovery,
			const struct oauth_failure *oauth_failure)
{
	return discovery->endpoints != ENDPOINTS_QUERIED &&
	       discovery_may_have_moved(discovery->provider, oauth_failure);
}

void discovery_watch(struct discovery *discovery,
		     const struct oauth_failure *oauth_failure,
		     const struct event *event, struct action *action)
{
	const struct event start = event_as(event, EVENT_START);

	if (oauth_failure == NULL &&
	    discovery->endpoints == ENDPOINTS_QUERIED) {
		discovery->endpoints = ENDPOINTS_TRUSTED;
	} else if (event->kind == EVENT_REPLY && action->kind == ACTION_NONE &&
		   discovery_may_help(discovery, oauth_failure)) {
		discovery_step(discovery, &start, action);
	}
}

void discovery_suspect(struct discovery *discovery)
{
	if (discovery->provider->learned != 0)
		discovery->endpoints = ENDPOINTS_SUSPECT;
}

int64_t discovery_deadline(const struct discovery *discovery)
{
	return discovery->due_ms;
}

enum liveness discovery_liveness(const struct discovery *discovery)
{
	return states_liveness(&discovery_states, discovery->state,
			       discovery->due_ms);
}

enum discovery_state discovery_state(const struct discovery *discovery)
{
	return discovery->state;
}

unsigned discovery_fetches(const struct discovery *discovery)
{
	return discovery->fetches;
}

bool discovery_may_have_moved(const struct provider *provider,
			      const struct oauth_failure *oauth_failure)
{
	return provider->learned != 0 && oauth_failure != NULL &&
	       !oauth_failure->unusable &&
	       (oauth_failure->error[0] == '\0' ||
		oauth_failure->error_class == ERROR_NOT_FOUND);
}

bool discovery_is_stale(const struct discovery *discovery, int64_t now_ms)
{
	return discovery->endpoints == ENDPOINTS_SUSPECT ||
	       discovery->state == DISCOVERY_FAILED ||
	       now_ms >= discovery->stale_ms;
}

const struct oauth_failure *discovery_oauth_failure(
	const struct discovery *discovery)
{
	return discovery->oauth_failure;
}

bool discovery_is_unreachable(const struct discovery *discovery)
{
	return discovery->unreachable;
}
