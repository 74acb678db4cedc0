/* SPDX-License-Identifier: MIT */
/*
 * A modelled world for the machines: a clock that only moves when
 * everybody waits, a provider, a session file with its lock, and up to eight
 * programs that share them. Each program is the driver of the real one; its
 * operations fail the test where a machine asks for what it must not, or moves
 * without end.
 */
#ifndef GRANTTY_TESTS_WORLD_H
#define GRANTTY_TESTS_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "machine/driver.h"
#include "machine/event.h"
#include "machine/metrics.h"
#include "machine/session.h"
#include "machine/session_data.h"
#include "issuer.h"

struct discovery;
struct flow;
struct visit;

enum { WORLD_MAX_CLIENTS = 8 };

/* The session file. */
struct disk {
	struct session_data data;
	bool full;	 /* takes no writes */
	bool damaged;	 /* what is there; who looks sets it aside */
	bool unreadable; /* can be neither locked nor read */
	bool unmarked;	 /* the last save failed, of a session that signs out */
	bool hidden;	 /* cannot be read, but takes writes */
	bool held;	 /* a process outside this world has the lock */
	const struct client *owner; /* who has it in this world */
	unsigned saves;
	char *code;			 /* that is kept; NULL: none */
	const struct client *code_owner; /* whose place that is */
	unsigned code_saves;
	unsigned documents; /* of discovery, as often as one was kept */
	char *margin;	    /* that polls need; NULL: none was kept */
};

struct world;

struct client {
	struct driver driver;
	struct world *world;
	enum request_kind kind; /* of the request that was sent last */
	struct answer answer;
	int64_t reply_ms;
	unsigned drops; /* of requests under way */
	struct metrics metrics;
	unsigned notes[LEVEL_DEBUG + 1];
	enum log_level last_level; /* of the last note */
	char last_note[sizeof(((struct action *)0)->note)];
	struct log *log; /* the one on the screen, borrowed; NULL: none */
};

struct world {
	int64_t now_ms;
	int64_t wall_s;	  /* what the wall clock showed at 0 ms */
	const char *boot; /* which start of the machine this is */
	struct issuer issuer;
	/* Who answers in the issuer's place; NULL: it answers itself. */
	void (*answerer)(void *self, const struct request *request,
			 struct answer *answer);
	void *answerer_self;
	struct disk disk;
	struct client clients[WORLD_MAX_CLIENTS];
	size_t client_count;
	unsigned turns; /* since the time moved last */
	uint64_t walk;	/* what a failure is told with; 0: nothing */
	bool trace;	/* print what happens, for finding out why */
};

void world_init(struct world *world);
void world_free(struct world *world);

/* Each gives a client for that machine, which the test keeps and frees. */
struct client *world_add_flow(struct world *world, struct flow *flow);
struct client *world_add_discovery(struct world *world,
				   struct discovery *discovery);
struct client *world_add_session(struct world *world, struct session *session);
struct client *world_add_visit(struct world *world, struct visit *visit);

/* From now on the client's code is kept for another run. Gives what an earlier
 * one has left, borrowed; NULL: nothing, or it is somebody else's. */
const char *world_take_code(struct world *world, struct client *client);

/* All programs end without warning, and their machines are gone. */
void world_crash(struct world *world);

/* An event of that kind at this moment. */
struct event world_event(const struct world *world, enum event_kind kind);

/* Carries out an action and all that follows from it at once. */
void world_do(struct world *world, struct client *client,
	      struct action *action);

/* A person does something. */
void world_post(struct world *world, struct client *client,
		enum event_kind kind);

/* A browser comes back with that query, or a person pastes that address. */
void world_redirect(struct world *world, struct client *client,
		    const char *text);

/* The next thing that happens before until_ms; false, with the clock at
 * until_ms, where nothing does. */
bool world_turn(struct world *world, int64_t until_ms);

void world_run(struct world *world, int64_t until_ms);

/* The machine sleeps: time passes, and nobody is told. */
void world_suspend(struct world *world, int64_t ms);

/* Puts a session into the file as an earlier run would have left it: with the
 * issuer's present tokens, good for life_s (0: not known; may be negative). */
void world_store(struct world *world, const char *provider, int64_t life_s);

#endif
