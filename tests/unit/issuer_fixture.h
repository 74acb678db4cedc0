/* SPDX-License-Identifier: MIT */
/*
 * A visit in the modelled world where only the issuer of the provider is known,
 * and a browser that comes back from it.
 */
#ifndef GRANTTY_TESTS_ISSUER_FIXTURE_H
#define GRANTTY_TESTS_ISSUER_FIXTURE_H

#include <stdint.h>

#include "machine/event.h"
#include "machine/visit.h"
#include "machine/visit_stage.h"
#include "world.h"

struct jose_key;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)
#define OURS "https://id.example"

#define DOCUMENT(issuer)                                                   \
	"{\"issuer\":\"" issuer "\","                                      \
	"\"device_authorization_endpoint\":\"https://id.example/device\"," \
	"\"token_endpoint\":\"https://id.example/token\","                 \
	"\"userinfo_endpoint\":\"https://id.example/userinfo\","           \
	"\"revocation_endpoint\":\"https://id.example/revoke\","           \
	"\"authorization_endpoint\":\"https://id.example/authorize\","     \
	"\"jwks_uri\":\"https://id.example/keys\","                        \
	"\"authorization_response_iss_parameter_supported\":true}"
#define GOOD DOCUMENT(OURS)

struct keys {
	struct jose_key *ours, *theirs;
	char *published;
};

struct fixture {
	struct world world;
	struct visit *visit;
	struct client *client;
	char answer[512];
};

static const struct visit_policy login = {.once = true};
static const struct visit_policy kiosk = {.once = false};

/* For cmocka: the keys, for all tests of a program. */
int issuer_fixture_set_up(void **state);
int issuer_fixture_tear_down(void **state);

/* The world, with a provider of whom only the issuer is known. */
void issuer_fixture_open(struct fixture *fixture, const struct keys *keys);

/* The program starts. */
void issuer_fixture_boot(struct fixture *fixture,
			 const struct visit_policy *policy, uint64_t seed);
void issuer_fixture_close(struct fixture *fixture);
void issuer_fixture_event(struct fixture *fixture, enum event_kind kind);
void issuer_fixture_run_for(struct fixture *fixture, int64_t ms);

/* Goes on until the visit is at that stage, for a day at most. */
void issuer_fixture_reach(struct fixture *fixture, enum visit_stage stage);

/* The browser comes back with that. */
void issuer_fixture_come_back(struct fixture *fixture, const char *answer);

/* A login is over, and nothing brings it back. */
void issuer_fixture_check_over(struct fixture *fixture,
			       enum visit_result result, const char *why);

#endif
