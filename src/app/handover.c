/* SPDX-License-Identifier: MIT */
/*
 * A sign-in counts once it is kept and the profile is there, a renewal once it
 * is kept, a sign-out once the store is empty.
 */
#include "config.h"

#include "app/handover.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/person_env.h"
#include "app/setup.h"
#include "base/mem.h"
#include "core/flow.h"
#include "core/session.h"
#include "io/hook.h"
#include "io/http.h"
#include "io/sig.h"

struct handover {
	const struct conf *conf;
	struct hooks *hooks;
	enum flow_state flow; /* as last seen */
	enum session_state session;
	bool arriving;		   /* granted, and not yet signed in */
	bool renewed;		   /* and not yet told */
	struct session_data going; /* who is being signed out */
};

struct handover *handover_new(const struct setup *setup)
{
	const struct conf *conf = &setup->conf;
	struct handover *handover;

	if (conf->hooks.on_signed_in.count == 0 &&
	    conf->hooks.on_refreshed.count == 0 &&
	    conf->hooks.on_signed_out.count == 0)
		return NULL;
	handover = xcalloc(1, sizeof(*handover));
	handover->conf = conf;
	handover->hooks = hooks_new(conf->hooks.timeout_s * 1000, setup->log);
	return handover;
}

void handover_free(struct handover *handover)
{
	if (handover == NULL)
		return;
	hooks_free(handover->hooks, clock_wall_s());
	session_data_free(&handover->going);
	free(handover);
}

/* name without "on_" is the event. */
static void line_up(struct handover *handover, const char *name,
		    const struct strings *words,
		    const struct session_data *data, bool with_token)
{
	struct hook hook = {.name = name};

	if (words->count == 0)
		return;
	with_token = with_token && handover->conf->hooks.pass_token &&
		     data->tokens.access_token != NULL;
	hook.argv = xcalloc(words->count + 1, sizeof(*hook.argv));
	for (size_t i = 0; i < words->count; i++)
		hook.argv[i] = xstrdup(words->items[i]);
	hook.env = person_env(data, name + strlen("on_"),
			      with_token ? HOOK_TOKEN_FD : -1);
	hook.input = xstrdup(data->profile != NULL ? data->profile : "{}");
	if (with_token)
		hook.token = xstrdup(data->tokens.access_token);
	hooks_add(handover->hooks, &hook, clock_wall_s());
}

void handover_signed_out(struct handover *handover,
			 const struct session_data *data)
{
	if (handover != NULL)
		line_up(handover, "on_signed_out",
			&handover->conf->hooks.on_signed_out, data, false);
}

/* Signed in, and nothing under way. Who has just come gets no word of a renewal
 * on the way here: they never had another token. */
static void settled(struct handover *handover, const struct session_data *data)
{
	if (handover->arriving)
		line_up(handover, "on_signed_in",
			&handover->conf->hooks.on_signed_in, data, true);
	else if (handover->renewed)
		line_up(handover, "on_refreshed",
			&handover->conf->hooks.on_refreshed, data, true);
	handover->arriving = handover->renewed = false;
}

static void look_at_session(struct handover *handover,
			    const struct session *session)
{
	enum session_state before = handover->session;
	enum session_state state = session_state(session);

	if (state == before)
		return;
	handover->session = state;
	if (before == SESSION_REFRESHING && state == SESSION_SAVING)
		handover->renewed = true;
	if (state == SESSION_LIVE)
		settled(handover, session_data(session));
	/* Only what was kept is wiped, and only by whoever ends it: a process
	 * that finds the store empty stays quiet. */
	if (state == SESSION_WIPING && !handover->arriving)
		session_data_copy(&handover->going, session_data(session));
	if (before == SESSION_WIPING && state == SESSION_ENDED &&
	    handover->going.provider != NULL)
		handover_signed_out(handover, &handover->going);
	if (state == SESSION_ENDED) {
		handover->arriving = handover->renewed = false;
		session_data_free(&handover->going);
	}
}

void handover_look(struct handover *handover, const struct flow *flow,
		   const struct session *session)
{
	enum flow_state state;

	if (handover == NULL)
		return;
	/* A session may still be the last person's while a flow ends. */
	if (session != NULL)
		look_at_session(handover, session);
	state = flow != NULL ? flow_state(flow) : FLOW_IDLE;
	if (state == FLOW_GRANTED && state != handover->flow)
		handover->arriving = true;
	handover->flow = state;
}

int handover_fd(const struct handover *handover)
{
	return handover != NULL ? hooks_fd(handover->hooks, clock_now_ms())
				: -1;
}

int64_t handover_deadline(const struct handover *handover)
{
	return handover != NULL ? hooks_deadline(handover->hooks) : NEVER_MS;
}

void handover_turn(struct handover *handover)
{
	if (handover != NULL)
		hooks_turn(handover->hooks, clock_now_ms(), clock_wall_s());
}

static bool is_told_to_end(int signals)
{
	int signal;

	while ((signal = sig_next(signals)) != 0) {
		if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP ||
		    signal == SIGQUIT)
			return true;
	}
	return false;
}

bool handover_finish(struct handover *handover, struct http *http, int signals)
{
	struct http_fd fds[] = {{.fd = signals}, {.fd = -1}};
	int64_t now_ms;
	int64_t due_ms;

	handover_turn(handover);
	while (handover != NULL && hooks_is_busy(handover->hooks)) {
		now_ms = clock_now_ms();
		due_ms = hooks_deadline(handover->hooks);
		fds[1].fd = hooks_fd(handover->hooks, now_ms);
		if (!http_wait(http, fds, 2,
			       due_ms > now_ms ? due_ms - now_ms : 0) ||
		    (fds[0].ready && is_told_to_end(signals)))
			return false;
		handover_turn(handover);
	}
	return true;
}
