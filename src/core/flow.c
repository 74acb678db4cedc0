/* SPDX-License-Identifier: MIT */
/*
 * RFC 8628 as a table of what each event does in each state. Knows the rules
 * of polling (section 3.5) and nothing of how messages look or travel.
 */
#include "config.h"

#include "core/flow.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/authorize.h"
#include "core/dpop.h"
#include "core/pending.h"
#include "core/pkce.h"
#include "core/provider.h"
#include "core/reply.h"

/*
 * The provider measures the interval by its own clock, and a network that is
 * fast one time and slow the next makes polls arrive closer together than they
 * were sent. A second on top costs nobody anything and keeps slow_down away.
 */
#define POLL_MARGIN_MS 1000

/* The last poll goes out this long before the code expires, so that somebody
 * who approves in the last moment is still seen. */
#define LAST_POLL_LEAD_MS 1500

/* slow_down adds five seconds, for all later polls (section 3.5). */
#define SLOW_DOWN_S 5

/* Back-off after answers that were none: doubles up to these. */
#define POLL_BACKOFF_MAX_MS 30000
#define ASK_BACKOFF_MS 2000
#define ASK_BACKOFF_MAX_MS 60000

/* How long an address to open is good for. Long enough to reach a browser with
 * it, short enough not to be found later. */
#define AUTHORIZATION_LIFETIME_MS 600000

/* How often a code exchange that was not heard is tried. */
#define EXCHANGE_TRIES 3

struct flow {
	const struct provider *provider;
	struct authorization authorization;
	char *code_value; /* that came back; secret; NULL: none */
	struct pending pending;
	char *record; /* of an earlier run, not taken up yet; secret; or NULL */
	char *boot; /* which start of the machine it is taken up in, or NULL */
	struct dpop dpop;
	struct tokens tokens;
	struct refusal
		*refusal; /* the last bad answer; NULL after a good one */
	int64_t sent_ms;  /* when the device request went out */
	int64_t due_ms;
	uint64_t seed;
	enum flow_state state;
	enum flow_failure failure;
	int patience;
	int failures; /* bad answers in a row */
	unsigned codes;
	unsigned polls;
	unsigned changes; /* of what there is to go on with in another run */
	bool resumed;	  /* the code is an earlier run's */
	bool heard; /* a poll of this code was answered in OAuth's words */
	bool pkce;  /* on the device grant: as configured, or as demanded */
};

static const char *const state_names[] = {
	[FLOW_IDLE] = "idle",	    [FLOW_ASKING] = "asking",
	[FLOW_HOLDING] = "holding", [FLOW_WAITING] = "waiting",
	[FLOW_POLLING] = "polling", [FLOW_EXCHANGING] = "exchanging",
	[FLOW_GRANTED] = "granted", [FLOW_DENIED] = "denied",
	[FLOW_EXPIRED] = "expired", [FLOW_FAILED] = "failed",
};

struct flow *flow_new(const struct provider *provider, int patience,
		      uint64_t seed)
{
	struct flow *flow = xcalloc(1, sizeof(*flow));

	flow->provider = provider;
	flow->pkce = provider->pkce;
	flow->patience = patience;
	flow->seed = seed;
	flow->due_ms = NEVER_MS;
	flow->pending.expires_ms = NEVER_MS;
	return flow;
}

static void forget_code(struct flow *flow)
{
	if (flow->pending.code.device_code != NULL || flow->record != NULL)
		flow->changes++;
	pending_free(&flow->pending);
	secret_free(flow->record);
	flow->record = NULL;
	authorization_free(&flow->authorization);
	secret_free(flow->code_value);
	flow->code_value = NULL;
	dpop_free(&flow->dpop);
	flow->polls = 0;
	flow->resumed = false;
	flow->heard = false;
}

void flow_free(struct flow *flow)
{
	if (flow == NULL)
		return;
	forget_code(flow);
	refusal_drop(&flow->refusal);
	tokens_free(&flow->tokens);
	free(flow->boot);
	free(flow);
}

/* The only place where the state changes. */
static void move(struct flow *flow, enum flow_state state, int64_t due_ms,
		 struct action *action)
{
	if (state != flow->state)
		action_moved(action, "flow", state_names[flow->state],
			     state_names[state]);
	flow->state = state;
	flow->due_ms = due_ms;
}

static void send(struct request *request, struct action *action)
{
	action->kind = ACTION_SEND;
	action->request = request;
}

static void send_proved(const struct flow *flow, struct request *request,
			int64_t wall_s, struct action *action)
{
	dpop_prove(&flow->dpop, DPOP_ISSUER, request, flow->pending.dpop_key,
		   NULL, wall_s);
	send(request, action);
}

static void ask(struct flow *flow, const struct event *event,
		struct action *action)
{
	forget_code(flow);
	if (flow->pkce)
		flow->pending.verifier = pkce_verifier();
	if (flow->provider->dpop)
		flow->pending.dpop_key = dpop_key_new();
	flow->sent_ms = event->now_ms;
	flow->failure = FAILURE_NONE;
	send(oauth_device_request(flow->provider, flow->pending.verifier,
				  event->wall_s),
	     action);
	move(flow, FLOW_ASKING, NEVER_MS, action);
}

static void fail(struct flow *flow, enum flow_failure failure,
		 struct action *action)
{
	flow->failure = failure;
	forget_code(flow);
	move(flow, FLOW_FAILED, NEVER_MS, action);
	if (flow->refusal != NULL)
		action_note(action, LEVEL_ERROR, "%s", flow->refusal->err.text);
}

static void expire(struct flow *flow, struct action *action)
{
	/* A code that ran out while nobody answered the polls says nothing
	 * about the person: it was the network. */
	if (flow->polls > 0 && !flow->heard && flow->refusal != NULL) {
		fail(flow, FAILURE_UNREACHABLE, action);
		return;
	}
	forget_code(flow);
	move(flow, FLOW_EXPIRED, NEVER_MS, action);
	action_note(action, LEVEL_WARN, "%s",
		    flow->provider->code_grant ? "the address ran out unused"
					       : "the code ran out unused");
}

/*
 * Sets the time of the next poll after an answer at now_ms: after wait_ms, and
 * never before earliest_ms. Where no further poll would fit in behind it, it
 * becomes the last one, just before expiry.
 */
static void wait_for_poll(struct flow *flow, int64_t now_ms, int64_t wait_ms,
			  int64_t earliest_ms, struct action *action)
{
	int64_t last_ms = flow->pending.expires_ms - LAST_POLL_LEAD_MS;
	int64_t due_ms = now_ms + wait_ms;

	if (now_ms >= flow->pending.expires_ms) {
		expire(flow, action);
		return;
	}
	if (due_ms + flow_interval_ms(flow) > last_ms)
		due_ms = last_ms > earliest_ms ? last_ms : earliest_ms;
	if (due_ms > flow->pending.expires_ms)
		due_ms = flow->pending.expires_ms;
	move(flow, FLOW_WAITING, due_ms, action);
}

static void hold(struct flow *flow, const struct event *event,
		 struct action *action)
{
	int64_t wait_ms;

	flow->failures++;
	if (flow->patience > 0 && flow->failures >= flow->patience) {
		fail(flow,
		     reply_is_away(event->reply) ? FAILURE_UNREACHABLE
						 : FAILURE_REFUSED,
		     action);
		return;
	}
	wait_ms = back_off_ms(&flow->seed, flow->failures, ASK_BACKOFF_MS,
			      ASK_BACKOFF_MAX_MS);
	wait_ms = later_ms(wait_ms, flow->refusal->retry_after_s * 1000);
	move(flow, FLOW_HOLDING, event->now_ms + wait_ms, action);
	action_note(action, LEVEL_WARN, "%s", flow->refusal->err.text);
}

static void take_code(struct flow *flow, const struct event *event,
		      struct action *action)
{
	int64_t now_ms = event->now_ms;
	char lifetime[32];

	flow->failures = 0;
	flow->codes++;
	flow->changes++;
	refusal_drop(&flow->refusal);
	/* Counted from the sending: the provider's clock started before the
	 * answer was here. */
	flow->pending.expires_ms =
		flow->sent_ms + flow->pending.code.expires_in_s * 1000;
	flow->pending.expires_at =
		event->wall_s + (flow->pending.expires_ms - now_ms) / 1000;
	wait_for_poll(flow, now_ms, flow_interval_ms(flow) + POLL_MARGIN_MS,
		      now_ms + flow_interval_ms(flow), action);
	if (flow->state != FLOW_WAITING)
		return; /* it was over before its answer came */
	text_duration(lifetime, sizeof(lifetime),
		      flow->pending.code.expires_in_s);
	action_note(action, LEVEL_INFO,
		    "got a code, good for %s; asking every %lld s", lifetime,
		    (long long)flow->pending.code.interval_s);
}

void flow_recall(struct flow *flow, const char *record, const char *boot)
{
	secret_free(flow->record);
	free(flow->boot);
	flow->record = xstrdup(record);
	flow->boot = xstrdup(boot);
}

/* Reads the record into the empty pending, for as long as it is worth it. */
static bool take_up(struct flow *flow, const struct event *event,
		    struct err *why)
{
	struct pending *pending = &flow->pending;

	if (!pending_read(pending, flow->record, strlen(flow->record),
			  flow->provider, flow->boot, event, why))
		return false;
	if (event->now_ms + flow_interval_ms(flow) < pending->expires_ms)
		return true;
	return err_set(why, "it is about to run out");
}

bool flow_resume(struct flow *flow, const struct event *event,
		 struct action *action)
{
	int64_t now_ms = event->now_ms;
	struct err why = {""};
	char left[32];

	if (flow->record == NULL)
		return false;
	if (!take_up(flow, event, &why)) {
		forget_code(flow);
		action_note(action, LEVEL_WARN,
			    "the code of the last run is not taken up: %s",
			    why.text);
		return false;
	}
	secret_free(flow->record);
	flow->record = NULL;
	flow->codes++;
	flow->resumed = true;
	/* The last run may have asked just before its end; and where the power
	 * came back, all the others are about to ask, too. */
	wait_for_poll(flow, now_ms,
		      flow_interval_ms(flow) + POLL_MARGIN_MS +
			      jitter_ms(&flow->seed, flow_interval_ms(flow)),
		      now_ms + flow_interval_ms(flow), action);
	text_duration(left, sizeof(left),
		      (flow->pending.expires_ms - now_ms) / 1000);
	action_note(action, LEVEL_INFO,
		    "took up the code of the last run, good for another %s; "
		    "asking every %lld s",
		    left, (long long)flow->pending.code.interval_s);
	return true;
}

char *flow_record(const struct flow *flow, const char *boot)
{
	if (flow_code(flow) == NULL)
		return NULL;
	return pending_write(&flow->pending, flow->provider, boot);
}

static void code_came(struct flow *flow, const struct event *event,
		      struct action *action)
{
	struct refusal refusal = {.retry_after_s = -1};
	enum verdict verdict;

	verdict = oauth_device_answer(flow->provider, event->reply,
				      &flow->pending.code, &refusal);
	if (verdict == VERDICT_OK) {
		take_code(flow, event, action);
		return;
	}
	/* Remembered: the next code is asked for in this way at once. */
	if (refusal.wants_pkce && !flow->pkce) {
		flow->pkce = true;
		ask(flow, event, action);
		action_note(action, LEVEL_INFO, "asking again, with PKCE");
		return;
	}
	refusal_keep(&flow->refusal, &refusal);
	if (verdict == VERDICT_RETRY)
		hold(flow, event, action);
	else
		fail(flow,
		     verdict == VERDICT_MISCONFIGURED ? FAILURE_MISCONFIGURED
						      : FAILURE_REFUSED,
		     action);
}

/* How long to stay away. Whoever says longer than any code lives cannot mean
 * this one: it is asked about once more, at its end. */
static int64_t told_ms(const struct flow *flow, const struct refusal *refusal,
		       int64_t now_ms)
{
	if (refusal->retry_after_s < flow->pending.code.expires_in_s)
		return refusal->retry_after_s * 1000;
	return flow->pending.expires_ms - LAST_POLL_LEAD_MS - now_ms;
}

/* The next poll after an answer in OAuth's words. */
static void still_pending(struct flow *flow, const struct refusal *refusal,
			  int64_t now_ms, struct action *action)
{
	int64_t stay_ms = told_ms(flow, refusal, now_ms);
	int64_t wait_ms = flow_interval_ms(flow) + POLL_MARGIN_MS;

	flow->failures = 0;
	flow->heard = true;
	refusal_drop(&flow->refusal);
	wait_for_poll(flow, now_ms, later_ms(wait_ms, stay_ms),
		      now_ms + later_ms(flow_interval_ms(flow), stay_ms),
		      action);
	if (flow->state == FLOW_WAITING)
		action_note(action, LEVEL_INFO, "not approved yet");
}

static void slow_down(struct flow *flow, const struct refusal *refusal,
		      int64_t now_ms, struct action *action)
{
	int64_t *interval_s = &flow->pending.code.interval_s;

	*interval_s += SLOW_DOWN_S;
	if (*interval_s < refusal->interval_s)
		*interval_s = refusal->interval_s;
	flow->changes++;
	still_pending(flow, refusal, now_ms, action);
	if (flow->state == FLOW_WAITING)
		action_note(action, LEVEL_WARN,
			    "asked to slow down: asking every %lld s from now",
			    (long long)*interval_s);
}

/* An answer that is none must not cost anybody an approved sign-in: ask again,
 * less and less often (section 3.5), for as long as the code lives. */
static void poll_again(struct flow *flow, const struct refusal *refusal,
		       int64_t now_ms, struct action *action)
{
	int64_t step_ms = flow_interval_ms(flow) + POLL_MARGIN_MS;
	int64_t stay_ms = told_ms(flow, refusal, now_ms);
	int64_t wait_ms;

	flow->failures++;
	refusal_keep(&flow->refusal, refusal);
	wait_ms = back_off_ms(&flow->seed, flow->failures, 2 * step_ms,
			      later_ms(step_ms, POLL_BACKOFF_MAX_MS));
	wait_for_poll(flow, now_ms, later_ms(wait_ms, stay_ms),
		      now_ms + later_ms(flow_interval_ms(flow), stay_ms),
		      action);
	if (flow->state == FLOW_WAITING)
		action_note(action, LEVEL_WARN, "%s", refusal->err.text);
}

static void grant(struct flow *flow, struct action *action)
{
	flow->failures = 0;
	refusal_drop(&flow->refusal);
	flow->codes = 0;
	forget_code(flow);
	move(flow, FLOW_GRANTED, NEVER_MS, action);
	action_note(action, LEVEL_INFO, "approved");
}

static void deny(struct flow *flow, struct action *action)
{
	forget_code(flow);
	move(flow, FLOW_DENIED, NEVER_MS, action);
	action_note(action, LEVEL_WARN, "denied by the person");
}

/* Reads the answer to a poll or an exchange. A token that serves whoever has it
 * is not what provider.dpop is set for (RFC 9449 section 5). */
static enum verdict take_answer(struct flow *flow, const struct reply *reply,
				struct refusal *refusal)
{
	enum verdict verdict = oauth_token_answer(flow->provider, reply,
						  flow->pending.dpop_key,
						  &flow->tokens, refusal);

	if (verdict != VERDICT_OK || !flow->provider->dpop ||
	    flow->tokens.dpop_key != NULL)
		return verdict;
	tokens_free(&flow->tokens);
	err_set(&refusal->err,
		"%s does not bind its tokens to a key (DPoP): switch that on "
		"for this client there, or set provider.dpop to false.",
		flow->provider->label);
	return VERDICT_MISCONFIGURED;
}

static void poll_answered(struct flow *flow, const struct event *event,
			  struct action *action)
{
	struct refusal refusal = {.retry_after_s = -1};
	int64_t now_ms = event->now_ms;

	switch (take_answer(flow, event->reply, &refusal)) {
	case VERDICT_OK:
		grant(flow, action);
		return;
	case VERDICT_PENDING:
		still_pending(flow, &refusal, now_ms, action);
		return;
	case VERDICT_SLOW_DOWN:
		slow_down(flow, &refusal, now_ms, action);
		return;
	case VERDICT_DENIED:
		deny(flow, action);
		return;
	case VERDICT_EXPIRED:
		flow->heard = true;
		expire(flow, action);
		return;
	case VERDICT_RETRY:
		poll_again(flow, &refusal, now_ms, action);
		return;
	case VERDICT_INVALID_GRANT:
		/* Auth0 says expired_token once and this from then on. And what
		 * the last run asked at its end may have been granted. */
		if (now_ms + LAST_POLL_LEAD_MS >= flow->pending.expires_ms ||
		    (flow->resumed && !flow->heard)) {
			flow->heard = true;
			expire(flow, action);
			return;
		}
		break;
	case VERDICT_MISCONFIGURED:
		refusal_keep(&flow->refusal, &refusal);
		fail(flow, FAILURE_MISCONFIGURED, action);
		return;
	case VERDICT_UNAUTHORIZED:
	case VERDICT_REFUSED:
		break;
	}
	refusal_keep(&flow->refusal, &refusal);
	fail(flow, FAILURE_REFUSED, action);
}

/* Shows an address to open instead of a code to type. */
static void authorize(struct flow *flow, int64_t now_ms, struct action *action)
{
	/* What an exchange under way may bring is for nobody any more. */
	if (flow->state == FLOW_EXCHANGING)
		action->kind = ACTION_DROP;
	forget_code(flow);
	flow->failure = FAILURE_NONE;
	flow->codes++;
	authorization_make(&flow->authorization, flow->provider);
	if (flow->provider->dpop)
		flow->pending.dpop_key = dpop_key_new();
	flow->pending.expires_ms = now_ms + AUTHORIZATION_LIFETIME_MS;
	move(flow, FLOW_WAITING, flow->pending.expires_ms, action);
	action_note(action, LEVEL_INFO, "waiting for a browser to come back");
}

static void exchange(struct flow *flow, const struct event *event,
		     struct action *action)
{
	send_proved(flow,
		    authorization_request(&flow->authorization, flow->provider,
					  flow->code_value, event->wall_s),
		    event->wall_s, action);
	move(flow, FLOW_EXCHANGING, NEVER_MS, action);
}

static void redirected(struct flow *flow, const struct event *event,
		       struct action *action)
{
	struct refusal refusal = {.retry_after_s = -1};

	if (flow->state != FLOW_WAITING || flow->authorization.uri == NULL)
		return;
	/* The tick may come later: the machine may have been asleep. */
	if (event->now_ms >= flow->pending.expires_ms) {
		expire(flow, action);
		return;
	}
	switch (authorization_judge(&flow->authorization, flow->provider,
				    event->text, &flow->code_value, &refusal)) {
	case ANSWER_CODE:
		exchange(flow, event, action);
		return;
	case ANSWER_FOREIGN:
		refusal_keep(&flow->refusal, &refusal);
		action_note(action, LEVEL_WARN, "%s", refusal.err.text);
		return;
	case ANSWER_DENIED:
		deny(flow, action);
		return;
	case ANSWER_MISCONFIGURED:
		refusal_keep(&flow->refusal, &refusal);
		fail(flow, FAILURE_MISCONFIGURED, action);
		return;
	case ANSWER_REFUSED:
		break;
	}
	refusal_keep(&flow->refusal, &refusal);
	fail(flow, FAILURE_REFUSED, action);
}

/* A code may be used once only (RFC 6749 section 4.1.2), so it is sent again
 * only where it cannot have been used. */
static bool may_send_again(const struct flow *flow, const struct reply *reply)
{
	return flow->failures < EXCHANGE_TRIES &&
	       (reply->net == NET_RESOLVE || reply->status == 429 ||
		reply->status == 503);
}

static void exchange_answered(struct flow *flow, const struct event *event,
			      struct action *action)
{
	struct refusal refusal = {.retry_after_s = -1};
	enum verdict verdict;
	int64_t due_ms;

	verdict = take_answer(flow, event->reply, &refusal);
	if (verdict == VERDICT_OK) {
		flow->tokens.nonce = xstrdup(flow->authorization.nonce);
		grant(flow, action);
		return;
	}
	flow->failures++;
	refusal_keep(&flow->refusal, &refusal);
	due_ms = event->now_ms +
		 later_ms(back_off_ms(&flow->seed, flow->failures,
				      ASK_BACKOFF_MS, ASK_BACKOFF_MAX_MS),
			  refusal.retry_after_s * 1000);
	if (verdict == VERDICT_RETRY && due_ms < flow->pending.expires_ms &&
	    may_send_again(flow, event->reply)) {
		flow->due_ms = due_ms;
		action_note(action, LEVEL_WARN, "%s", refusal.err.text);
		return;
	}
	fail(flow,
	     verdict == VERDICT_MISCONFIGURED ? FAILURE_MISCONFIGURED
	     : reply_is_away(event->reply)    ? FAILURE_UNREACHABLE
					      : FAILURE_REFUSED,
	     action);
}

static void poll(struct flow *flow, const struct event *event,
		 struct action *action)
{
	send_proved(flow,
		    oauth_poll_request(flow->provider,
				       flow->pending.code.device_code,
				       flow->pending.verifier, event->wall_s),
		    event->wall_s, action);
	move(flow, FLOW_POLLING, NEVER_MS, action);
}

static void replied(struct flow *flow, const struct event *event,
		    struct action *action)
{
	bool polling = flow->state == FLOW_POLLING;
	/* With a deadline it waits to send it again, and not for an answer. */
	bool exchanging =
		flow->state == FLOW_EXCHANGING && flow->due_ms == NEVER_MS;
	/* Nothing has come of it: neither a poll nor a use of the code. */
	bool again = (polling || exchanging) &&
		     dpop_answer(&flow->dpop, DPOP_ISSUER, event->reply,
				 flow->pending.dpop_key);

	if (flow->state == FLOW_ASKING)
		code_came(flow, event, action);
	else if (polling && again)
		poll(flow, event, action);
	else if (polling)
		poll_answered(flow, event, action);
	else if (exchanging && again)
		exchange(flow, event, action);
	else if (exchanging)
		exchange_answered(flow, event, action);
}

static void ticked(struct flow *flow, const struct event *event,
		   struct action *action)
{
	if (event->now_ms < flow->due_ms)
		return;
	if (flow->state == FLOW_HOLDING) {
		ask(flow, event, action);
	} else if (flow->state == FLOW_WAITING) {
		if (pending_is_over(&flow->pending, event)) {
			expire(flow, action);
			return;
		}
		flow->polls++;
		poll(flow, event, action);
	} else if (flow->state == FLOW_EXCHANGING) {
		exchange(flow, event, action);
	}
}

/* What failed for want of trust may have done so for a wrong clock. A code may
 * turn out to be over, or to end at another time than was told. */
static void clock_set(struct flow *flow, const struct event *event,
		      struct action *action)
{
	int64_t soon_ms = event->now_ms + flow_interval_ms(flow);

	if (flow->state == FLOW_WAITING &&
	    pending_is_over(&flow->pending, event)) {
		expire(flow, action);
		return;
	}
	if (flow_code(flow) != NULL && pending_correct(&flow->pending, event))
		flow->changes++;
	if (flow->refusal == NULL || !flow->refusal->no_trust)
		return;
	if (flow->state == FLOW_HOLDING)
		ask(flow, event, action);
	else if (flow->state == FLOW_WAITING && flow->due_ms > soon_ms &&
		 flow_code(flow) != NULL)
		flow->due_ms = soon_ms;
}

static void cancel(struct flow *flow, struct action *action)
{
	if (flow->state == FLOW_ASKING || flow->state == FLOW_POLLING ||
	    flow->state == FLOW_EXCHANGING)
		action->kind = ACTION_DROP;
	forget_code(flow);
	refusal_drop(&flow->refusal);
	tokens_free(&flow->tokens);
	flow->failures = 0;
	flow->codes = 0;
	move(flow, FLOW_IDLE, NEVER_MS, action);
}

void flow_step(struct flow *flow, const struct event *event,
	       struct action *action)
{
	switch (event->kind) {
	case EVENT_TICK:
		ticked(flow, event, action);
		break;
	case EVENT_CLOCK:
		clock_set(flow, event, action);
		break;
	case EVENT_REPLY:
		replied(flow, event, action);
		break;
	case EVENT_START:
		flow->failures = 0;
		refusal_drop(&flow->refusal);
		tokens_free(&flow->tokens);
		if (flow->provider->code_grant)
			authorize(flow, event->now_ms, action);
		else
			ask(flow, event, action);
		break;
	case EVENT_REDIRECT:
		redirected(flow, event, action);
		break;
	case EVENT_CANCEL:
		cancel(flow, action);
		break;
	case EVENT_SIGN_OUT:
	case EVENT_TOUCHED:
	case EVENT_LOCKED:
	case EVENT_BUSY:
	case EVENT_SAVED:
		break;
	}
}

int64_t flow_deadline(const struct flow *flow)
{
	return flow->due_ms;
}

enum flow_state flow_state(const struct flow *flow)
{
	return flow->state;
}

const char *flow_state_name(enum flow_state state)
{
	return state_names[state];
}

enum flow_failure flow_failure(const struct flow *flow)
{
	return flow->failure;
}

const struct device_code *flow_code(const struct flow *flow)
{
	return flow->pending.code.device_code != NULL ? &flow->pending.code
						      : NULL;
}

const char *flow_authorization_uri(const struct flow *flow)
{
	return flow->authorization.uri;
}

int64_t flow_lifetime_ms(const struct flow *flow)
{
	return flow->authorization.uri != NULL
		       ? AUTHORIZATION_LIFETIME_MS
		       : flow->pending.code.expires_in_s * 1000;
}

int64_t flow_expires_ms(const struct flow *flow)
{
	return flow->pending.expires_ms;
}

int64_t flow_interval_ms(const struct flow *flow)
{
	return flow->pending.code.interval_s * 1000;
}

unsigned flow_changes(const struct flow *flow)
{
	return flow->changes;
}

unsigned flow_codes(const struct flow *flow)
{
	return flow->codes;
}

unsigned flow_polls(const struct flow *flow)
{
	return flow->polls;
}

const struct refusal *flow_refusal(const struct flow *flow)
{
	return flow->refusal;
}

void flow_take_tokens(struct flow *flow, struct tokens *tokens)
{
	tokens_move(tokens, &flow->tokens);
}
