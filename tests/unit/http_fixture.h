/* SPDX-License-Identifier: MIT */
/*
 * A client and the peer that it talks to, for the tests of io/http: new ones
 * for each test.
 */
#ifndef GRANTTY_TESTS_HTTP_FIXTURE_H
#define GRANTTY_TESTS_HTTP_FIXTURE_H

#include <stdint.h>

#include "io/http.h"
#include "oauth/http_message.h"
#include "peer.h"

extern struct peer http_peer;
extern struct http *http_client;

/* The time of the clients; a test may move it. */
extern int64_t http_clock_ms;

/* It moves by this once it has been read. */
extern int64_t http_clock_jump_ms;

#define TEST(name)                                                 \
	cmocka_unit_test_setup_teardown(name, http_fixture_set_up, \
					http_fixture_tear_down)

/* Another client, which the caller frees. */
struct http *http_fixture_make(int64_t timeout_ms);

/* For cmocka: the peer and the client, for each test. */
int http_fixture_set_up(void **state);
int http_fixture_tear_down(void **state);

/* A request to that path of the peer; a POST where it has a body. */
struct request *http_fixture_request_to(const char *path, const char *body);

/* Waits for the answer in the slot; the test fails where there is none. */
struct reply http_fixture_wait_reply(struct http *client,
				     enum http_slot wanted);

/* Sends a GET request and waits for its answer. */
struct reply http_fixture_get(const char *path);

/* Likewise a POST request. */
struct reply http_fixture_post(const char *path, const char *body);

/* The next request that the peer has seen; there must be one. */
struct seen http_fixture_next_seen(void);

/* The peer has seen no other. */
void http_fixture_assert_none_seen(void);

/* For cmocka: once for all tests of a program. */
int http_fixture_start(void **state);

#endif
