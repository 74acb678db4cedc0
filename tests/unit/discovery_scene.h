/* SPDX-License-Identifier: MIT */
/*
 * Discovery in the modelled world, for the tests of machine/discovery: how it
 * starts, and how far it goes.
 */
#ifndef GRANTTY_TESTS_DISCOVERY_SCENE_H
#define GRANTTY_TESTS_DISCOVERY_SCENE_H

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

struct scene {
	struct world world;
	struct discovery *discovery;
	struct client *client;
};

/* A provider of whom only the issuer is known. */
void discovery_scene_open(struct scene *scene, int patience, uint64_t seed);
void discovery_scene_close(struct scene *scene);

/* A person asks for it. */
void discovery_scene_start(struct scene *scene);

/* Goes on until it is over, for an hour at most. */
void discovery_scene_finish(struct scene *scene);

/* Goes on until it is in that state, likewise. */
void discovery_scene_reach(struct scene *scene, enum discovery_state state);

#endif
