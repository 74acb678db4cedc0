/* SPDX-License-Identifier: MIT */
/*
 * Which hook runs when: watches a session from outside, as app/metrics_file
 * does, and queues the configured programs.
 */
#ifndef GRANTTY_APP_HOOK_EVENTS_H
#define GRANTTY_APP_HOOK_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

struct flow;
struct hook_events;
struct http;
struct session;
struct session_data;
struct setup;

/* NULL if the configuration has no hooks; all calls below accept NULL. The
 * setup must outlive it. */
struct hook_events *hook_events_new(const struct setup *setup);

/* Looks at the machines after a step; flow is NULL if no sign-in is
 * possible. */
void hook_events_observe(struct hook_events *hook_events,
			 const struct flow *flow,
			 const struct session *session);

/* Queues the sign-out hook for the session with that data. */
void hook_events_signed_out(struct hook_events *hook_events,
			    const struct session_data *data);

/* For the wait: the descriptor, or -1, and when hook_events_run() is due;
 * NEVER_MS: only when the descriptor is ready. */
int hook_events_fd(const struct hook_events *hook_events);
int64_t hook_events_deadline(const struct hook_events *hook_events);

/* Call it after each wait. */
void hook_events_run(struct hook_events *hook_events);

/* Before exiting: waits until all hooks have run, each within its time limit.
 * False if a termination signal arrives first. signals: from sig_open(). */
bool hook_events_finish(struct hook_events *hook_events, struct http *http,
			int signals);

/* Kills any hook still running. */
void hook_events_free(struct hook_events *hook_events);

#endif
