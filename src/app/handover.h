/* SPDX-License-Identifier: MIT */
/*
 * Which hook runs when: watches a session from outside, as app/gauge does, and
 * lines up the programs that the configuration names.
 */
#ifndef GRANTTY_APP_HANDOVER_H
#define GRANTTY_APP_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

struct flow;
struct handover;
struct http;
struct session;
struct session_data;
struct setup;

/* NULL where the configuration has no hooks, which is fine for all calls below.
 * The setup must outlive it. */
struct handover *handover_new(const struct setup *setup);

/* Looks at the machines after a step; flow is NULL where nobody signs in. */
void handover_look(struct handover *handover, const struct flow *flow,
		   const struct session *session);

/* Whoever that data is of has been signed out. */
void handover_signed_out(struct handover *handover,
			 const struct session_data *data);

/* For the wait: the descriptor, or -1, and when the next turn is due; NEVER_MS:
 * not by itself. */
int handover_fd(const struct handover *handover);
int64_t handover_deadline(const struct handover *handover);

/* To be called after each wait. */
void handover_turn(struct handover *handover);

/* Before leaving: waits until all hooks have run, each within its time, or a
 * signal asks to end: then false. signals: from sig_open(). */
bool handover_finish(struct handover *handover, struct http *http, int signals);

/* Kills what still runs. */
void handover_free(struct handover *handover);

#endif
