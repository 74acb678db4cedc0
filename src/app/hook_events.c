/* SPDX-License-Identifier: MIT */
/*
 * A sign-in counts once it is saved and the profile is there, a renewal once it
 * is saved, a sign-out once the store is empty.
 */
#include "config.h"

#include "app/hook_events.h"

#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/hook_env.h"
#include "app/setup.h"
#include "base/mem.h"
#include "io/hook.h"
#include "io/http.h"
#include "io/sig.h"
#include "machine/flow.h"
#include "machine/session.h"

struct hook_events {
	const struct conf *conf;
	struct hooks *hooks;
	enum flow_state flow; /* as last seen */
	enum session_state session;
	bool arriving;		   /* granted, but not signed in yet */
	bool renewed;		   /* but not reported yet */
	struct session_data going; /* the session that is being signed out */
};

struct hook_events *hook_events_new(const struct setup *setup)
{
	const struct conf *conf = &setup->conf;
	struct hook_events *hook_events;

	if (conf->hooks.on_signed_in.count == 0 &&
	    conf->hooks.on_refreshed.count == 0 &&
	    conf->hooks.on_signed_out.count == 0)
		return NULL;
	hook_events = xcalloc(1, sizeof(*hook_events));
	hook_events->conf = conf;
	hook_events->hooks =
		hooks_new(conf->hooks.timeout_s * 1000, setup->log);
	return hook_events;
}

void hook_events_free(struct hook_events *hook_events)
{
	if (hook_events == NULL)
		return;
	hooks_free(hook_events->hooks, clock_wall_s());
	session_data_free(&hook_events->going);
	free(hook_events);
}

/* The event is name without "on_". */
static void queue_hook(struct hook_events *hook_events, const char *name,
		       const struct strings *words,
		       const struct session_data *data, bool with_token)
{
	struct hook hook = {.name = name};

	if (words->count == 0)
		return;
	with_token = with_token && hook_events->conf->hooks.pass_token &&
		     data->tokens.access_token != NULL;
	hook.argv = xcalloc(words->count + 1, sizeof(*hook.argv));
	for (size_t i = 0; i < words->count; i++)
		hook.argv[i] = xstrdup(words->items[i]);
	hook.env = hook_env(data, name + strlen("on_"),
			    with_token ? HOOK_TOKEN_FD : -1);
	hook.input = xstrdup(data->profile != NULL ? data->profile : "{}");
	if (with_token)
		hook.token = xstrdup(data->tokens.access_token);
	hooks_add(hook_events->hooks, &hook, clock_wall_s());
}

void hook_events_signed_out(struct hook_events *hook_events,
			    const struct session_data *data)
{
	if (hook_events != NULL)
		queue_hook(hook_events, "on_signed_out",
			   &hook_events->conf->hooks.on_signed_out, data,
			   false);
}

/* Signed in, and nothing in progress. A renewal during the sign-in is not
 * reported: the hooks never saw the earlier token. */
static void settled(struct hook_events *hook_events,
		    const struct session_data *data)
{
	if (hook_events->arriving)
		queue_hook(hook_events, "on_signed_in",
			   &hook_events->conf->hooks.on_signed_in, data, true);
	else if (hook_events->renewed)
		queue_hook(hook_events, "on_refreshed",
			   &hook_events->conf->hooks.on_refreshed, data, true);
	hook_events->arriving = hook_events->renewed = false;
}

static void observe_session(struct hook_events *hook_events,
			    const struct session *session)
{
	enum session_state before = hook_events->session;
	enum session_state state = session_state(session);

	if (state == before)
		return;
	hook_events->session = state;
	if (before == SESSION_REFRESHING && state == SESSION_SAVING)
		hook_events->renewed = true;
	if (state == SESSION_LIVE)
		settled(hook_events, session_data(session));
	/* Only a saved session is wiped, and only by the process that ends it:
	 * a process that finds the store empty runs no hook. */
	if (state == SESSION_WIPING && !hook_events->arriving)
		session_data_copy(&hook_events->going, session_data(session));
	if (before == SESSION_WIPING && state == SESSION_ENDED &&
	    hook_events->going.provider != NULL)
		hook_events_signed_out(hook_events, &hook_events->going);
	if (state == SESSION_ENDED) {
		hook_events->arriving = hook_events->renewed = false;
		session_data_free(&hook_events->going);
	}
}

void hook_events_observe(struct hook_events *hook_events,
			 const struct flow *flow, const struct session *session)
{
	enum flow_state state;

	if (hook_events == NULL)
		return;
	/* While a flow ends, the session may still be the previous user's. */
	if (session != NULL)
		observe_session(hook_events, session);
	state = flow != NULL ? flow_state(flow) : FLOW_IDLE;
	if (state == FLOW_GRANTED && state != hook_events->flow)
		hook_events->arriving = true;
	hook_events->flow = state;
}

int hook_events_fd(const struct hook_events *hook_events)
{
	return hook_events != NULL
		       ? hooks_fd(hook_events->hooks, clock_now_ms())
		       : -1;
}

int64_t hook_events_deadline(const struct hook_events *hook_events)
{
	return hook_events != NULL ? hooks_deadline(hook_events->hooks)
				   : NEVER_MS;
}

void hook_events_run(struct hook_events *hook_events)
{
	if (hook_events != NULL)
		hooks_dispatch(hook_events->hooks, clock_now_ms(),
			       clock_wall_s());
}

bool hook_events_finish(struct hook_events *hook_events, struct http *http,
			int signals)
{
	struct http_fd fds[] = {{.fd = signals}, {.fd = -1}};
	const bool keys = hook_events != NULL && !hook_events->conf->kiosk.lock;
	int64_t now_ms;
	int64_t due_ms;

	hook_events_run(hook_events);
	while (hook_events != NULL && hooks_is_busy(hook_events->hooks)) {
		now_ms = clock_now_ms();
		due_ms = hooks_deadline(hook_events->hooks);
		fds[1].fd = hooks_fd(hook_events->hooks, now_ms);
		if (!http_wait(http, fds, 2,
			       due_ms > now_ms ? due_ms - now_ms : 0) ||
		    (fds[0].ready && sig_next_end(signals, keys) != 0))
			return false;
		hook_events_run(hook_events);
	}
	return true;
}
