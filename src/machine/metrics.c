/* SPDX-License-Identifier: MIT */
/*
 * Counts from outside what is sent, what is received, and which state each
 * machine is in after each step; the machines do not know about it.
 */
#include "config.h"

#include "machine/metrics.h"

#include <inttypes.h>

#include "base/buf.h"
#include "oauth/http_message.h"

/* The kind of error when no answer came. */
static const enum metric_error unanswered[] = {
	[NET_RESOLVE] = METRIC_RESOLVE,	    [NET_CONNECT] = METRIC_CONNECT,
	[NET_TIMEOUT] = METRIC_TIMEOUT,	    [NET_TLS] = METRIC_TLS,
	[NET_TOO_LARGE] = METRIC_TRANSPORT, [NET_OTHER] = METRIC_TRANSPORT,
};

static const char *const kinds[METRIC_ERRORS] = {
	[METRIC_RESOLVE] = "resolve",
	[METRIC_CONNECT] = "connect",
	[METRIC_TIMEOUT] = "timeout",
	[METRIC_TLS] = "tls",
	[METRIC_TRANSPORT] = "transport",
	[METRIC_RATE_LIMITED] = "rate_limited",
	[METRIC_SERVER] = "server",
	[METRIC_MISCONFIGURED] = "misconfigured",
	[METRIC_REFUSED] = "refused",
};

static void count(struct metrics *metrics, uint64_t *counter)
{
	(*counter)++;
	metrics->changes++;
}

void metrics_sent(struct metrics *metrics, const struct request *request)
{
	if (request->kind == REQUEST_POLL)
		count(metrics, &metrics->polls);
	else if (request->kind == REQUEST_DEVICE_AUTHORIZATION)
		count(metrics, &metrics->codes);
}

void metrics_answered(struct metrics *metrics, const struct reply *reply)
{
	if (reply->net != NET_OK)
		count(metrics, &metrics->errors[unanswered[reply->net]]);
	else if (reply->status == 429)
		count(metrics, &metrics->errors[METRIC_RATE_LIMITED]);
	else if (reply->status >= 500)
		count(metrics, &metrics->errors[METRIC_SERVER]);
}

static void observe_flow(struct metrics *metrics, const struct flow *flow)
{
	const enum flow_state state = flow_state(flow);
	const enum flow_failure failure = flow_failure(flow);

	if (state == metrics->flow)
		return;
	metrics->flow = state;
	if (state == FLOW_GRANTED)
		metrics->arriving = true;
	else if (state == FLOW_DENIED)
		count(metrics, &metrics->denials);
	else if (state == FLOW_EXPIRED)
		count(metrics, &metrics->expiries);
	else if (state == FLOW_FAILED && failure == FAILURE_MISCONFIGURED)
		count(metrics, &metrics->errors[METRIC_MISCONFIGURED]);
	else if (state == FLOW_FAILED && failure == FAILURE_REFUSED)
		count(metrics, &metrics->errors[METRIC_REFUSED]);
	/* FAILURE_UNREACHABLE: every missing answer is counted. */
}

static void observe_session(struct metrics *metrics,
			    const struct session *session, int64_t wall_s)
{
	enum session_state before = metrics->session;
	enum session_state state = session_state(session);

	metrics->session = state;
	if (before == SESSION_REFRESHING && state == SESSION_SAVING) {
		metrics->last_success_s = wall_s;
		count(metrics, &metrics->refreshes);
	}
	if (metrics->arriving && state == SESSION_LIVE) {
		metrics->last_success_s = wall_s;
		count(metrics, &metrics->sign_ins);
	}
	if (state == SESSION_LIVE || state == SESSION_ENDED)
		metrics->arriving = false;
}

void metrics_observe(struct metrics *metrics, const struct flow *flow,
		     const struct session *session, int64_t wall_s)
{
	/* A session may still be the previous user's while a flow ends. */
	if (session != NULL)
		observe_session(metrics, session, wall_s);
	if (flow != NULL)
		observe_flow(metrics, flow);
}

static bool print_head(struct buf *out, const char *name, const char *type,
		       const char *help)
{
	return buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
			type);
}

/* Two kiosks of one machine must not write the same series. */
static bool print_value(struct buf *out, const char *name, const char *terminal,
			int64_t value)
{
	if (terminal[0] == '\0')
		return buf_addf(out, "%s %" PRId64 "\n", name, value);
	return buf_addf(out, "%s{terminal=\"%s\"} %" PRId64 "\n", name,
			terminal, value);
}

bool metrics_print(const struct metrics *metrics, const char *terminal,
		   bool last, struct buf *out)
{
	static const char last_success[] =
		"grantty_last_success_timestamp_seconds";
	const struct {
		const char *name, *help;
		uint64_t value;
	} counters[] = {
		{"grantty_codes_total", "Codes requested.", metrics->codes},
		{"grantty_polls_total", "Polls sent to the token endpoint.",
		 metrics->polls},
		{"grantty_sign_ins_total", "Users signed in.",
		 metrics->sign_ins},
		{"grantty_denials_total", "Sign-ins that the user denied.",
		 metrics->denials},
		{"grantty_expiries_total", "Codes that expired unused.",
		 metrics->expiries},
		{"grantty_refreshes_total", "Access tokens refreshed.",
		 metrics->refreshes},
	};
	bool labelled = terminal[0] != '\0';

	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		(void)print_head(out, counters[i].name, "counter",
				 counters[i].help);
		(void)print_value(out, counters[i].name, terminal,
				  (int64_t)counters[i].value);
	}
	(void)print_head(out, "grantty_errors_total", "counter",
			 "Requests and sign-ins that failed, by kind.");
	for (size_t i = 0; i < METRIC_ERRORS; i++)
		(void)buf_addf(
			out,
			"grantty_errors_total{%s%s%skind=\"%s\"} %" PRIu64 "\n",
			labelled ? "terminal=\"" : "", terminal,
			labelled ? "\"," : "", kinds[i], metrics->errors[i]);
	if (!last) {
		(void)print_head(out, "grantty_signed_in", "gauge",
				 "Whether a user is signed in.");
		(void)print_value(out, "grantty_signed_in", terminal,
				  metrics->session == SESSION_LIVE);
	}
	(void)print_head(out, last_success, "gauge",
			 "When grantty last received tokens; 0: not since "
			 "the program started.");
	return print_value(out, last_success, terminal,
			   metrics->last_success_s);
}
