/* SPDX-License-Identifier: MIT */
/*
 * What a client sends to its peer, and what both tell of it.
 */
#include "config.h"

#include "http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/mem.h"

struct peer http_peer;
struct http *http_client;

int64_t http_clock_ms, http_clock_jump_ms;

static int64_t now_ms(void)
{
	int64_t seen_ms = http_clock_ms;

	http_clock_ms += http_clock_jump_ms;
	http_clock_jump_ms = 0;
	return seen_ms;
}

struct http *http_fixture_make(int64_t timeout_ms)
{
	const struct http_options options = {
		.proxy = "none",
		.connect_timeout_ms = 5000,
		.request_timeout_ms = timeout_ms,
		.user_agent = "grantty-test/1",
		.now_ms = now_ms,
	};
	struct err err = {""};
	struct http *made = http_new(&options, &err);

	if (made == NULL)
		fail_msg("%s", err.text);
	return made;
}

int http_fixture_set_up(void **state)
{
	(void)state;
	http_client = http_fixture_make(10000);
	return !peer_start(&http_peer);
}

int http_fixture_tear_down(void **state)
{
	(void)state;
	http_free(http_client);
	peer_stop(&http_peer);
	return 0;
}

struct request *http_fixture_request_to(const char *path, const char *body)
{
	struct request *request = xcalloc(1, sizeof(*request));
	char url[256];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", http_peer.port,
		 path);
	request->url = xstrdup(url);
	request->body = xstrdup(body);
	return request;
}

struct reply http_fixture_wait_reply(struct http *client, enum http_slot wanted)
{
	struct reply reply;
	enum http_slot slot;

	while (!http_reply(client, &slot, &reply))
		assert_true(http_wait(client, NULL, 0, 20000));
	assert_int_equal(slot, wanted);
	return reply;
}

struct reply http_fixture_get(const char *path)
{
	http_send(http_client, HTTP_MAIN, http_fixture_request_to(path, NULL));
	return http_fixture_wait_reply(http_client, HTTP_MAIN);
}

struct reply http_fixture_post(const char *path, const char *body)
{
	http_send(http_client, HTTP_MAIN, http_fixture_request_to(path, body));
	return http_fixture_wait_reply(http_client, HTTP_MAIN);
}

struct seen http_fixture_next_seen(void)
{
	struct seen seen;

	assert_true(peer_seen(&http_peer, &seen));
	return seen;
}

void http_fixture_assert_none_seen(void)
{
	struct seen seen;

	assert_false(peer_seen(&http_peer, &seen));
}

int http_fixture_start(void **state)
{
	struct err err = {""};

	(void)state;
	return !http_init(&err);
}
