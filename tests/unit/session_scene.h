/* SPDX-License-Identifier: MIT */
/*
 * A session in the modelled world, for the tests of machine/session: how it
 * gets its tokens, and what is true of it at rest.
 */
#ifndef GRANTTY_TESTS_SESSION_SCENE_H
#define GRANTTY_TESTS_SESSION_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "machine/session.h"
#include "machine/session_state.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define OURS "https://id.example"
#define REFRESH_LIFE_S 7697037

struct scene {
	struct world world;
	struct session *session;
	struct client *client;
};

/* A world with one session and no tokens; the seed is for its jitter. */
void session_scene_open(struct scene *scene, uint64_t seed);
void session_scene_close(struct scene *scene);

/* Hands over tokens as a sign-in would. */
void session_scene_begin_with(struct scene *scene, bool over);

/* Likewise, with tokens that are good. */
void session_scene_begin(struct scene *scene);

/* A session of that world goes on with what the disk holds. */
void session_scene_resume_with(struct world *world, struct session *session,
			       struct client *client);

/* Likewise, the one session of the scene. */
void session_scene_resume(struct scene *scene);

/* Demands an access token that is good for at least that long. */
void session_scene_require(struct scene *scene, int64_t min_valid_s);

/* Goes on until nothing is under way any more, and checks what is true of
 * every rest: no lock, and what is over is forgotten. */
void session_scene_settle(struct scene *scene);

/* Goes on until the session is in that state, for a day at most. */
void session_scene_reach(struct scene *scene, enum session_state state);
void session_scene_run_for(struct scene *scene, int64_t ms);

/* The disk holds what the session holds. */
void session_scene_check_saved(const struct scene *scene);
bool session_scene_is_on_disk(const struct scene *scene);

/* The access token is not over. */
bool session_scene_is_good(const struct scene *scene);

/* As world_store(), with a refresh token only where the issuer gives one. */
void session_scene_store(struct scene *scene, int64_t life_s);

#endif
