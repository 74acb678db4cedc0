/* SPDX-License-Identifier: MIT */
/*
 * A visit with everything it runs with, on the screens as in plain lines:
 * signals, the event loop, hooks, metrics, and what an earlier run has kept.
 */
#ifndef GRANTTY_APP_VISIT_LOOP_H
#define GRANTTY_APP_VISIT_LOOP_H

#include <stdbool.h>

#include "app/bell.h"
#include "app/event_loop.h"
#include "app/metrics_file.h"
#include "app/presenter.h"
#include "app/notifications.h"
#include "ui/model.h"

struct err;
struct session_data;
struct setup;
struct visit;
struct vt;

/* Not to be copied once it is made. */
struct visit_loop {
	struct event_loop loop;
	struct presenter presenter;
	struct model model; /* for presenter_fill() */
	struct bell bell;
	struct notifications notifications;
	struct metrics_file metrics_file;
	struct setup *setup;
	struct visit *visit; /* NULL before visit_loop_make() */
	int signals;	     /* -1 before visit_loop_open() */
	bool once;	     /* a login; otherwise a kiosk */
	bool starts;	     /* a key does; see visit_loop_start() */
	bool ended;	     /* the loop is to end, with exit_code */
	bool interrupted;    /* by a signal or a hang-up: nobody waits */
	int exit_code;
};

/* The presenter is ready then. visit_loop_close() it in any case. */
void visit_loop_init(struct visit_loop *run, struct setup *setup, bool once);

/* Listens for signals, and locks the virtual terminal (NULL: none) if
 * kiosk.lock is set. Returns EXIT_DONE, or the exit code with *err. */
int visit_loop_open(struct visit_loop *run, struct vt *vt, struct err *err);

/* Makes the visit. waits: a kiosk requests no code before a user asks for one.
 * alone: no other kiosk starts at the same time (the demo). */
void visit_loop_make(struct visit_loop *run, bool waits, bool alone);

/* Connects the visit to network, store, hooks, metrics and what an earlier run
 * has kept, and takes the first step. */
void visit_loop_begin(struct visit_loop *run);

/* A key wants to sign in, or a new code: its user may have chosen a language
 * before. */
void visit_loop_start(struct visit_loop *run);

/* Ends the loop with that exit code. */
void visit_loop_stop(struct visit_loop *run, int exit_code);

/* Ends the loop because the program has to, whoever is there. */
void visit_loop_interrupt(struct visit_loop *run);

/* Ends the loop because its user wants to, and drops the code that was kept for
 * the next run. */
void visit_loop_quit(struct visit_loop *run);

/* True if the loop is to end; that a login is over ends it, too. */
bool visit_loop_has_ended(struct visit_loop *run);

/* After the model was filled: in a kiosk, the next user begins with the first
 * language. True if what the last user chose is over: see languages_follow().
 */
bool visit_loop_follow_user(struct visit_loop *run);

/* True if the bell is to ring now: see app/bell.h and screen.bell. */
bool visit_loop_rings(struct visit_loop *run);

/* The program ends: lets a refresh in progress finish, revokes tokens that end
 * with it (those of a login that succeeded: later), and closes the event loop.
 * The visit can still be read. */
void visit_loop_end(struct visit_loop *run);

/*
 * After visit_loop_end(): waits until all hooks have run, copies the session of
 * a login that succeeded into *login, and then revokes its tokens if they end
 * with this program, unless a hook was passed one. Signals cut both waits
 * short. Returns the exit code of the program.
 */
int visit_loop_finish(struct visit_loop *run, struct session_data *login);

void visit_loop_close(struct visit_loop *run);

#endif
