/* SPDX-License-Identifier: MIT */
/*
 * Runs a pure machine: passes events to it, has its actions performed through a
 * table of operations, and passes their results back, until the machine wants
 * nothing more. The program, the unit tests and the simulated fleet each have
 * such a table, so the same loop runs in real and in virtual time.
 */
#ifndef GRANTTY_MACHINE_DRIVER_H
#define GRANTTY_MACHINE_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "machine/event.h"
#include "machine/machine.h"

struct metrics;
struct reply;
struct request;
struct session_data;

/* The outside of a machine. self is that of struct driver. None of these may
 * call the driver, except wait. */
struct driver_ops {
	/* The current time: CLOCK_BOOTTIME in milliseconds and Unix seconds. */
	void (*now)(void *self, int64_t *now_ms, int64_t *wall_s);
	/* Called after each step, before its action is performed. */
	void (*stepped)(void *self, const struct action *action);

	/* Takes the request and sends it, in place of any request in progress.
	 * The reply goes to driver_reply(). */
	void (*send)(void *self, struct request *request);
	/* Drops the request in progress, if there is one. */
	void (*drop)(void *self);

	/*
	 * Takes the store's lock without waiting, and reads the store. Sets
	 * event->kind to EVENT_LOCKED or EVENT_BUSY, and the fields that belong
	 * to EVENT_LOCKED. What was read can go into *data, which is empty and
	 * which the driver frees.
	 */
	void (*lock)(void *self, struct event *event,
		     struct session_data *data);
	/* Called once the machine no longer needs that lock. */
	void (*unlock)(void *self);
	/* Writes the session, or removes it. False if that fails. */
	bool (*save)(void *self, const struct session_data *data);
	bool (*wipe)(void *self);

	/* Keeps the displayed code for a later run; NULL removes it. Only if
	 * the driver has a boot ID. */
	void (*keep_code)(void *self, const char *record);
	/* Keeps a discovery document for a later run. */
	void (*keep_document)(void *self, const char *record);
	/* Keeps for a later run how much longer than the interval the provider
	 * needs between polls; see flow_margin_record(). */
	void (*keep_margin)(void *self, const char *record);

	/* For driver_finish(): waits for the next thing to happen, at most
	 * until until_ms, and passes it to the driver. False if waiting is
	 * impossible or no longer wanted. */
	bool (*wait)(void *self, int64_t until_ms);
};

struct driver {
	struct machine machine;
	const struct driver_ops *ops;
	void *self;		 /* for ops */
	struct metrics *metrics; /* borrowed; NULL: nothing is counted */
	const char *boot;	 /* borrowed; the boot ID for kept codes (see
				  * flow_recall()). NULL: keeps no code */
	/* All zero at first. */
	unsigned codes;	    /* changes of the code, as last kept */
	unsigned documents; /* as last kept */
	bool margin_kept;   /* so that it is kept once */
	bool sending;	    /* a request is in progress */
	bool locked;	    /* holds the store's lock */
};

/* An event of that kind, with the current time. */
struct event driver_event(const struct driver *driver, enum event_kind kind);

/* Performs the action of a first step (visit_begin, session_resume, …) and
 * every action that follows from it without waiting. Takes the request out of
 * *action. */
void driver_do(struct driver *driver, struct action *action);

/* Each passes an event to the machine and performs what follows from it:
 * an event of that kind; the reply to the last request; the address that the
 * browser was redirected to, or its query; a tick, if the machine's deadline
 * has passed. */
void driver_post(struct driver *driver, enum event_kind kind);
void driver_reply(struct driver *driver, const struct reply *reply);
void driver_redirect(struct driver *driver, const char *text);
void driver_tick(struct driver *driver);

/* Keeps a new code. Call it once the code could be shown, because storage may
 * be slow. A code that is over was removed before. */
void driver_keep_code(struct driver *driver);

/*
 * Lets a refresh in progress finish: the provider may already have rotated the
 * token (RFC 6749 section 10.4), and exiting now would lose the session.
 * Revokes tokens that end with this program; if there are any, the refresh gets
 * half of the time. Takes ten seconds at most. Call it before exiting.
 */
void driver_finish(struct driver *driver);

#endif
