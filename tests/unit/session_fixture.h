/* SPDX-License-Identifier: MIT */
/*
 * A session in the modelled world, for the tests of machine/session: how it
 * gets its tokens, and what is true of it at rest.
 */
#ifndef GRANTTY_TESTS_SESSION_FIXTURE_H
#define GRANTTY_TESTS_SESSION_FIXTURE_H

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

struct fixture {
	struct world world;
	struct session *session;
	struct client *client;
};

/* A world with one session and no tokens; the seed is for its jitter. */
void session_fixture_open(struct fixture *fixture, uint64_t seed);
void session_fixture_close(struct fixture *fixture);

/* Hands over tokens as a sign-in would. */
void session_fixture_begin_with(struct fixture *fixture, bool over);

/* Likewise, with tokens that are good. */
void session_fixture_begin(struct fixture *fixture);

/* A session of that world goes on with what the disk holds. */
void session_fixture_resume_with(struct world *world, struct session *session,
				 struct client *client);

/* Likewise, the one session of the fixture. */
void session_fixture_resume(struct fixture *fixture);

/* Demands an access token that is good for at least that long. */
void session_fixture_require(struct fixture *fixture, int64_t min_valid_s);

/* Goes on until nothing is under way any more, and checks what is true of
 * every rest: no lock, and what is over is forgotten. */
void session_fixture_settle(struct fixture *fixture);

/* Goes on until the session is in that state, for a day at most. */
void session_fixture_reach(struct fixture *fixture, enum session_state state);
void session_fixture_run_for(struct fixture *fixture, int64_t ms);

/* The disk holds what the session holds. */
void session_fixture_check_saved(const struct fixture *fixture);
bool session_fixture_is_on_disk(const struct fixture *fixture);

/* The access token is not over. */
bool session_fixture_is_good(const struct fixture *fixture);

/* As world_store(), with a refresh token only where the issuer gives one. */
void session_fixture_store(struct fixture *fixture, int64_t life_s);

#endif
