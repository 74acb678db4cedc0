/* SPDX-License-Identifier: MIT */
/*
 * A walk of machine/visit through whatever can happen to it: a provider of any
 * kind, a session that was stored or not, faults, a person's keys, clocks that
 * jump. Each choice is somebody else's, random or not. The world holds each
 * step against the tables of states and against what is really under way.
 */
#ifndef GRANTTY_TESTS_WALK_H
#define GRANTTY_TESTS_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "machine/visit.h"
#include "oauth/allow.h"
#include "world.h"

struct walk {
	struct world world;
	struct visit_policy policy;
	struct allow allow;
	struct visit *visit;
	struct client *client;
	/* A number in [0, n). */
	int64_t (*choose)(void *self, int64_t n);
	void *self;
	bool own_provider; /* the world's is the caller's and stays as it is */
};

/* An empty world, for changes before walk_begin(). TRACE in the environment has
 * it print what happens. */
void walk_open(struct walk *walk, int64_t (*choose)(void *self, int64_t n),
	       void *self);

/* Chooses what world this is, and starts the program in it. tests/fuzz/seeds.py
 * knows in which order that is chosen. */
void walk_begin(struct walk *walk);

/* Something happens, other than that time goes by. */
void walk_happen(struct walk *walk);

/* All faults are over, and nobody does anything any more: fails the test where
 * the visit does not come to rest, with a person or with a code on show. */
void walk_come_to_rest(struct walk *walk);

void walk_close(struct walk *walk);

#endif
