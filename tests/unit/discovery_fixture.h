/* SPDX-License-Identifier: MIT */
/*
 * Discovery in the modelled world, for the tests of machine/discovery: how it
 * starts, and how far it goes.
 */
#ifndef GRANTTY_TESTS_DISCOVERY_FIXTURE_H
#define GRANTTY_TESTS_DISCOVERY_FIXTURE_H

#include <stdint.h>

#include "machine/discovery.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HOUR_MS (60 * INT64_C(60000))

#define ISSUER "\"issuer\":\"https://id.example\""
#define DEVICE \
	"\"device_authorization_endpoint\":\"https://id.example/new/device\""
#define TOKEN "\"token_endpoint\":\"https://id.example/new/token\""
#define GOOD "{" ISSUER "," DEVICE "," TOKEN "}"

struct fixture {
	struct world world;
	struct discovery *discovery;
	struct client *client;
};

/* A provider of whom only the issuer is known. */
void discovery_fixture_open(struct fixture *fixture, int patience,
			    uint64_t seed);
void discovery_fixture_close(struct fixture *fixture);

/* A person asks for it. */
void discovery_fixture_start(struct fixture *fixture);

/* Goes on until it is over, for an hour at most. */
void discovery_fixture_finish(struct fixture *fixture);

/* Goes on until it is in that state, likewise. */
void discovery_fixture_reach(struct fixture *fixture,
			     enum discovery_state state);

#endif
