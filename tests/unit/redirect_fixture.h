/* SPDX-License-Identifier: MIT */
/*
 * A listener for the tests of io/redirect, and clients that do not block, in
 * one process: the listener is run in between, and the test sets its time.
 */
#ifndef GRANTTY_TESTS_REDIRECT_FIXTURE_H
#define GRANTTY_TESTS_REDIRECT_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/url.h"

struct redirect;

#define PAGE "http://127.0.0.1/redirect.html"
#define GOOD_QUERY "code=abc%2Fdef&state=xyz"

enum {
	PATIENCE_MS = 5000, /* for what must happen; never waited for in full */
	REQUEST_MS = 2 * 1000,
	ANSWER_MS = 30 * 1000,
	MAX_CONNECTIONS = 16,
	MAX_QUERY = 8 * 1024,
	MAX_REPLY = 64 * 1024
};

/* A listener and what stood open before it. */
struct redirect_fixture {
	struct redirect *redirect;
	struct url url; /* of redirect_uri() */
	int64_t now_ms;
	int fds_before;
};

struct redirect_client {
	int fd;
	bool over; /* the other side has closed */
	struct buf reply;
};

#define WITH_DESK(test)                                                \
	cmocka_unit_test_setup_teardown(test, redirect_fixture_set_up, \
					redirect_fixture_tear_down)

int redirect_fixture_count_fds(void);

/* Listens at that URI; the test fails where it cannot. */
void redirect_fixture_open(struct redirect_fixture *desk, const char *uri);

/* The test fails where a descriptor stays open. */
void redirect_fixture_close(struct redirect_fixture *desk);

/* A socket that is connecting to the address at that port. */
int redirect_client_dial(const char *address, int port);
void redirect_fixture_run(struct redirect_fixture *desk);

/* Connects to that address at that port. */
void redirect_client_open_at(struct redirect_client *client,
			     const char *address, int port);

/* Connects to the listener. */
void redirect_client_open(struct redirect_client *client,
			  const struct redirect_fixture *desk);
void redirect_client_close(struct redirect_client *client);

/* Sends it all, with the listener running in between. */
void redirect_client_send(struct redirect_client *client,
			  struct redirect_fixture *desk, const char *data,
			  size_t n);

/* What there is to read by now. */
void redirect_client_read(struct redirect_client *client);

/* Waits for the listener or the client, for at most patience_ms; false where
 * neither has anything to do. */
bool redirect_fixture_turn(struct redirect_fixture *desk,
			   struct redirect_client *client, int patience_ms);

/* Runs both until the client has its whole reply. */
const char *redirect_fixture_finish(struct redirect_fixture *desk,
				    struct redirect_client *client);

/* Runs both until a hit can be taken; the caller frees it. */
char *redirect_fixture_await_hit(struct redirect_fixture *desk,
				 struct redirect_client *client);

/* Runs both for as long as there is anything to do right now. */
void redirect_fixture_settle(struct redirect_fixture *desk,
			     struct redirect_client *client);

/* A request for the target, with the right Host header. */
void redirect_fixture_request(struct redirect_fixture *desk,
			      struct redirect_client *client,
			      const char *method, const char *target);

/* A client with such a GET request. */
void redirect_fixture_get(struct redirect_fixture *desk,
			  struct redirect_client *client, const char *target);
void redirect_fixture_assert_contains(const char *text, const char *part);
void redirect_fixture_assert_lacks(const char *text, const char *part);

/* 0 where it is no reply. */
int redirect_fixture_status_of(const char *reply);
void redirect_fixture_assert_status(const char *reply, int status);

/* A hit that works, from beginning to end. */
void redirect_fixture_assert_works(struct redirect_fixture *desk);

/* For cmocka: a listener at PAGE for each test. */
int redirect_fixture_set_up(void **state);
int redirect_fixture_tear_down(void **state);

/* For cmocka: once for all tests of a program. */
int redirect_fixture_start(void **state);

#endif
