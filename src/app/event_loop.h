/* SPDX-License-Identifier: MIT */
/*
 * The outside of the machines: performs for machine/driver what a machine asks
 * for, waits for everything that may happen, and passes it on. Used by every
 * verb that talks to a provider.
 */
#ifndef GRANTTY_APP_EVENT_LOOP_H
#define GRANTTY_APP_EVENT_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/clock.h"
#include "app/listener.h"
#include "machine/driver.h"

struct metrics_file;
struct hook_events;
struct http;
struct http_fd;
struct log;
struct provider;
struct setup;
struct store;
struct visit;
struct clock_watch;
struct store_watch;

/* Not to be copied: the driver points to it. Everything is borrowed. */
struct event_loop {
	struct driver driver;
	struct http *http;
	struct store *store;
	struct log *log;
	const struct provider *provider;
	struct metrics_file *metrics_file; /* NULL: no metrics */
	struct hook_events *hook_events;   /* NULL: no hooks */
	struct clock_watch *clock_watch;   /* NULL: clock changes go unnoticed;
					    * event_loop_end() closes it */
	struct store_watch *store_watch;   /* likewise, for sign-outs by other
					    * processes */
	int signals;   /* the descriptor of io/sig.h: a signal that asks the
			* program to end then ends the wait of driver_finish();
			* -1: none does */
	bool keys_end; /* so does one that the terminal raised */
	/* All zero at first. */
	int signal; /* the one that did */
	struct listener listener;
	char boot[CLOCK_BOOT_SIZE]; /* for driver.boot */
	bool unlockable; /* the store could not be locked last time, which the
			  * log says */
};

/* Runs that machine, with the parts of the setup that are there; without
 * metrics, hooks and clock_watch. */
void event_loop_init(struct event_loop *loop, struct machine machine,
		     const struct setup *setup);

/* Counts into that file from now on. */
void event_loop_measure(struct event_loop *loop,
			struct metrics_file *metrics_file);

/* The most descriptors that event_loop_wait() takes. */
enum { EVENT_LOOP_MAX_FDS = 8 };

/* Gets ready for the browser to return, if the provider is set up for the
 * authorization code grant. If that is impossible, the log says why. */
void event_loop_listen(struct event_loop *loop, struct provider *provider);

/* Closes what the loop itself has opened. */
void event_loop_end(struct event_loop *loop);

/* Before the first step: gives the machine the discovery document kept by an
 * earlier run, if there is one. True if it can be used. */
bool event_loop_recall(struct event_loop *loop);

/* The same for a visit and the poll margin that an earlier run has learned. */
void event_loop_recall_margin(const struct event_loop *loop,
			      struct visit *visit);

/*
 * Before the first step: keeps the displayed code from now on, once for each
 * code and each slow_down. If an earlier run left its code behind, the visit
 * resumes it.
 */
void event_loop_recall_code(struct event_loop *loop, struct visit *visit);

/* The user gives up: removes the code that was kept. */
void event_loop_drop_code(struct event_loop *loop);

/*
 * Keeps a new code, so show it before. Then waits for the network, the n
 * descriptors, or until_ms (NEVER_MS: only the machine's own deadline), and
 * passes answers and, when due, a tick to the machine. Answers in the side slot
 * are logged if they failed, and dropped. False if waiting is impossible.
 */
bool event_loop_wait(struct event_loop *loop, struct http_fd *fds, size_t n,
		     int64_t until_ms);

#endif
