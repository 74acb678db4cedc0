/* SPDX-License-Identifier: MIT */
/*
 * One document from one of two places. What is in it is the provider's matter.
 */
#include "config.h"

#include "core/discovery.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/url.h"
#include "core/json.h"
#include "core/oauth.h"
#include "core/provider.h"
#include "core/reply.h"

#define HOLD_MS 2000
#define HOLD_MAX_MS 60000

/* Longer ones are not kept for the next run. */
#define RECORD_MAX ((size_t)256 * 1024)

enum place { PLACE_OPENID, PLACE_RFC8414 };

struct discovery {
	struct provider *provider;
	struct refusal *refusal; /* NULL: nothing has gone wrong yet */
	char *document;
	int64_t fetched_s; /* when it came, by the wall clock */
	int64_t stale_ms;  /* when it has been good for a day */
	int64_t due_ms;
	uint64_t seed;
	enum discovery_state state;
	enum place place;
	int patience;
	int failures; /* rounds in a row */
	unsigned fetches;
	bool away;    /* a place of this round did not answer for itself */
	bool suspect; /* an endpoint has failed for good: it may have moved */
	bool asked;   /* for that, since one last worked */
};

static const char *const state_names[] = {
	[DISCOVERY_IDLE] = "idle",
	[DISCOVERY_ASKING] = "asking",
	[DISCOVERY_BACKING_OFF] = "backing-off",
	[DISCOVERY_DONE] = "done",
	[DISCOVERY_FAILED] = "failed",
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
	free(discovery->refusal);
	free(discovery->document);
	free(discovery);
}

bool discovery_is_needed(const struct provider *provider)
{
	return provider->issuer[0] != '\0' && !provider_is_complete(provider);
}

/* The only place where the state changes. */
static void move(struct discovery *discovery, enum discovery_state state,
		 int64_t due_ms, struct action *action)
{
	if (state != discovery->state)
		action_moved(action, "discovery", state_names[discovery->state],
			     state_names[state]);
	discovery->state = state;
	discovery->due_ms = due_ms;
}

/* Where the issuer keeps its document: behind its path (OpenID Connect), or
 * between its host and its path (RFC 8414 section 3.1). */
static char *address(const char *issuer, enum place place)
{
	struct url url = {0};
	size_t len = strlen(issuer);
	size_t head = len;
	struct buf text;

	if (len > 0 && issuer[len - 1] == '/')
		head = --len;
	if (place == PLACE_RFC8414 && url_split(issuer, &url) &&
	    url.path[0] != '\0' && (size_t)(url.path - issuer) < head)
		head = (size_t)(url.path - issuer);
	buf_init(&text, len + 64);
	(void)buf_add(&text, issuer, head);
	(void)buf_adds(&text, place == PLACE_OPENID
				      ? "/.well-known/openid-configuration"
				      : "/.well-known/"
					"oauth-authorization-server");
	(void)buf_add(&text, issuer + head, len - head);
	return buf_take(&text);
}

static void ask(struct discovery *discovery, enum place place,
		struct action *action)
{
	struct request *request = xcalloc(1, sizeof(*request));

	discovery->place = place;
	request->purpose = "discovery";
	request->url = address(discovery->provider->issuer, place);
	request->fresh = discovery->failures > 0;
	action->kind = ACTION_SEND;
	action->request = request;
	move(discovery, DISCOVERY_ASKING, NEVER_MS, action);
}

/* A new round, from the first place on. */
static void begin(struct discovery *discovery, struct action *action)
{
	discovery->away = false;
	ask(discovery, PLACE_OPENID, action);
}

/* Neither place has the document. */
static void fail(struct discovery *discovery, int64_t now_ms,
		 struct action *action)
{
	int64_t wait_ms;

	discovery->failures++;
	action_note(action, LEVEL_WARN, "%s", discovery->refusal->err.text);
	if (!discovery->away || (discovery->patience > 0 &&
				 discovery->failures >= discovery->patience)) {
		move(discovery, DISCOVERY_FAILED, NEVER_MS, action);
		return;
	}
	wait_ms = back_off_ms(&discovery->seed, discovery->failures, HOLD_MS,
			      HOLD_MAX_MS);
	wait_ms = later_ms(wait_ms, discovery->refusal->retry_after_s * 1000);
	move(discovery, DISCOVERY_BACKING_OFF, now_ms + wait_ms, action);
}

/* Learns what the document says, which came at fetched_s and is good for
 * life_s more. */
static bool take(struct discovery *discovery, const struct json *document,
		 int64_t fetched_s, int64_t life_s, int64_t now_ms,
		 struct err *err)
{
	if (document == NULL ||
	    !provider_learn(discovery->provider, document, err))
		return false;
	free(discovery->document);
	discovery->document = json_print(document, false);
	discovery->fetched_s = fetched_s;
	discovery->stale_ms = now_ms + life_s * 1000;
	discovery->failures = 0;
	refusal_drop(&discovery->refusal);
	return true;
}

bool discovery_recall(struct discovery *discovery, const char *record,
		      size_t len, const struct event *event)
{
	struct json *json =
		len <= RECORD_MAX ? json_parse(record, len, NULL) : NULL;
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
	struct buf record;

	if (discovery->document == NULL)
		return NULL;
	buf_init(&record, RECORD_MAX);
	(void)buf_addf(&record, "{\"fetched_at\":%lld,\"document\":",
		       (long long)discovery->fetched_s);
	(void)buf_adds(&record, discovery->document);
	(void)buf_adds(&record, "}\n");
	if (!record.failed)
		return buf_take(&record);
	buf_free(&record);
	return NULL;
}

/* Whether the other place may be asked at once: not where nobody is there, nor
 * of one who has said when to come back. */
static bool may_go_on(const struct reply *reply, enum verdict verdict,
		      const struct refusal *refusal)
{
	return verdict != VERDICT_RETRY ||
	       (reply->net == NET_OK && reply->status != 429 &&
		refusal->retry_after_s < 0);
}

static void answered(struct discovery *discovery, const struct event *event,
		     struct action *action)
{
	const struct reply *reply = event->reply;
	struct refusal refusal = {.retry_after_s = -1};
	struct json *body = reply_body(reply);
	enum verdict verdict = reply_judge(
		discovery->provider, ENDPOINT_DISCOVERY, reply, body, &refusal);
	bool taken = verdict == VERDICT_OK &&
		     take(discovery, body, event->wall_s, DISCOVERY_GOOD_FOR_S,
			  event->now_ms, &refusal.err);

	json_free(body);
	if (taken) {
		discovery->fetches++;
		move(discovery, DISCOVERY_DONE, NEVER_MS, action);
		action_note(action, LEVEL_INFO, "found the endpoints of %s",
			    discovery->provider->label);
		return;
	}
	/* A document that names another issuer or unsafe endpoints is wrong
	 * wherever else a better one may lie. */
	if (verdict == VERDICT_OK) {
		discovery->away = false;
		refusal_keep(&discovery->refusal, &refusal);
		fail(discovery, event->now_ms, action);
		return;
	}
	if (verdict == VERDICT_RETRY)
		discovery->away = true;
	if (discovery->place == PLACE_OPENID || verdict == VERDICT_RETRY ||
	    discovery->refusal == NULL)
		refusal_keep(&discovery->refusal, &refusal);
	if (discovery->place == PLACE_OPENID &&
	    may_go_on(reply, verdict, &refusal))
		ask(discovery, PLACE_RFC8414, action);
	else
		fail(discovery, event->now_ms, action);
}

void discovery_step(struct discovery *discovery, const struct event *event,
		    struct action *action)
{
	switch (event->kind) {
	case EVENT_START:
		discovery->suspect = false;
		discovery->asked = true;
		begin(discovery, action);
		break;
	case EVENT_TICK:
		if (discovery->state == DISCOVERY_BACKING_OFF &&
		    event->now_ms >= discovery->due_ms)
			begin(discovery, action);
		break;
	case EVENT_CLOCK:
		if (discovery->state == DISCOVERY_BACKING_OFF &&
		    discovery->refusal->no_trust)
			begin(discovery, action);
		break;
	case EVENT_REPLY:
		if (discovery->state == DISCOVERY_ASKING)
			answered(discovery, event, action);
		break;
	case EVENT_CANCEL:
		if (discovery->state == DISCOVERY_ASKING)
			action->kind = ACTION_DROP;
		move(discovery, DISCOVERY_IDLE, NEVER_MS, action);
		break;
	case EVENT_SIGN_OUT:
	case EVENT_TOUCHED:
	case EVENT_REDIRECT:
	case EVENT_LOCKED:
	case EVENT_BUSY:
	case EVENT_SAVED:
		break;
	}
}

bool discovery_step_beside(struct discovery *discovery,
			   const struct event *event, struct action *action)
{
	struct event cancel = *event;

	if (discovery->state != DISCOVERY_ASKING)
		return false;
	if (event->kind == EVENT_TICK)
		return true;
	if (event->kind == EVENT_REPLY) {
		discovery_step(discovery, event, action);
		discovery->asked = !discovery->away;
		return true;
	}
	cancel.kind = EVENT_CANCEL;
	discovery_step(discovery, &cancel, action);
	discovery->asked = false;
	return false;
}

bool discovery_may_help(const struct discovery *discovery,
			const struct refusal *refusal)
{
	return !discovery->asked &&
	       discovery_doubts(discovery->provider, refusal);
}

void discovery_watch(struct discovery *discovery, const struct refusal *refusal,
		     const struct event *event, struct action *action)
{
	struct event start = *event;

	if (refusal == NULL) {
		discovery->asked = false;
	} else if (event->kind == EVENT_REPLY && action->kind == ACTION_NONE &&
		   discovery_may_help(discovery, refusal)) {
		start.kind = EVENT_START;
		discovery_step(discovery, &start, action);
	}
}

void discovery_suspect(struct discovery *discovery)
{
	discovery->suspect = discovery->provider->learned != 0;
}

int64_t discovery_deadline(const struct discovery *discovery)
{
	return discovery->due_ms;
}

enum discovery_state discovery_state(const struct discovery *discovery)
{
	return discovery->state;
}

const char *discovery_document(const struct discovery *discovery)
{
	return discovery->document;
}

unsigned discovery_fetches(const struct discovery *discovery)
{
	return discovery->fetches;
}

bool discovery_doubts(const struct provider *provider,
		      const struct refusal *refusal)
{
	return provider->learned != 0 && refusal != NULL &&
	       (refusal->error[0] == '\0' ||
		strcmp(refusal->error, "not_found") == 0);
}

bool discovery_is_stale(const struct discovery *discovery, int64_t now_ms)
{
	return discovery->suspect || discovery->state == DISCOVERY_FAILED ||
	       now_ms >= discovery->stale_ms;
}

const struct refusal *discovery_refusal(const struct discovery *discovery)
{
	return discovery->refusal;
}

bool discovery_is_away(const struct discovery *discovery)
{
	return discovery->away;
}
