/* SPDX-License-Identifier: MIT */
/*
 * io/redirect with real sockets in one process: clients that do not block, the
 * listener run in between, and time that the test sets.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"
#include "io/redirect.h"

#define PAGE "http://127.0.0.1/redirect.html"
#define GOOD_QUERY "code=abc%2Fdef&state=xyz"

enum {
	PATIENCE_MS = 5000, /* for what must happen; never waited for in full */
	REQUEST_MS = 10 * 1000,
	ANSWER_MS = 30 * 1000,
	MAX_CONNECTIONS = 16,
	MAX_QUERY = 8 * 1024,
	MAX_REPLY = 64 * 1024
};

/* A listener and what stood open before it. */
struct desk {
	struct redirect *redirect;
	struct url url; /* of redirect_uri() */
	int64_t now_ms;
	int fds_before;
};

struct client {
	int fd;
	bool over; /* the other side has closed */
	struct buf reply;
};

static int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

static void open_desk(struct desk *desk, const char *uri)
{
	struct err err = {""};

	memset(desk, 0, sizeof(*desk));
	desk->now_ms = 1000000;
	desk->fds_before = count_fds();
	desk->redirect = redirect_open(uri, true, &err);
	if (desk->redirect == NULL)
		fail_msg("%s", err.text);
	assert_true(url_split(redirect_uri(desk->redirect), &desk->url));
}

static void close_desk(struct desk *desk)
{
	redirect_close(desk->redirect);
	desk->redirect = NULL;
	assert_int_equal(count_fds(), desk->fds_before);
}

/* A socket that is connecting to the address at that port. */
static int dial(const char *address, int port)
{
	struct sockaddr_in four = {.sin_family = AF_INET,
				   .sin_port = htons((uint16_t)port)};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6,
				   .sin6_port = htons((uint16_t)port)};
	bool is_four = inet_pton(AF_INET, address, &four.sin_addr) == 1;
	int fd = socket(is_four ? AF_INET : AF_INET6,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int result;

	assert_true(fd >= 0);
	if (is_four) {
		result = connect(fd, (struct sockaddr *)&four, sizeof(four));
	} else {
		assert_int_equal(inet_pton(AF_INET6, address, &six.sin6_addr),
				 1);
		result = connect(fd, (struct sockaddr *)&six, sizeof(six));
	}
	if (result != 0 && errno != EINPROGRESS) {
		close(fd);
		return -1;
	}
	return fd;
}

static void run(struct desk *desk)
{
	redirect_run(desk->redirect, desk->now_ms);
}

static void client_open_at(struct client *client, const char *address, int port)
{
	client->fd = dial(address, port);
	assert_true(client->fd >= 0);
	client->over = false;
	buf_init(&client->reply, MAX_REPLY);
}

static void client_open(struct client *client, const struct desk *desk)
{
	client_open_at(client, "127.0.0.1", desk->url.port);
}

static void client_close(struct client *client)
{
	close(client->fd);
	buf_free(&client->reply);
}

/* Sends it all, with the listener running in between. */
static void client_send(struct client *client, struct desk *desk,
			const char *data, size_t n)
{
	struct pollfd polled = {.fd = client->fd, .events = POLLOUT};
	ssize_t sent;

	while (n > 0) {
		sent = send(client->fd, data, n, MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN)
			return; /* cut off: the reply tells the rest */
		if (sent > 0) {
			data += sent;
			n -= (size_t)sent;
		} else {
			assert_true(poll(&polled, 1, PATIENCE_MS) >= 0);
		}
		run(desk);
	}
}

static void client_read(struct client *client)
{
	char data[4096];
	ssize_t n;

	while ((n = recv(client->fd, data, sizeof(data), 0)) > 0)
		assert_true(buf_add(&client->reply, data, (size_t)n));
	if (n == 0 || errno != EAGAIN)
		client->over = true;
}

/* Waits for the listener or the client, for at most patience_ms; false where
 * neither has anything to do. */
static bool turn(struct desk *desk, struct client *client, int patience_ms)
{
	struct pollfd polled[] = {
		{.fd = redirect_fd(desk->redirect), .events = POLLIN},
		{.fd = client->over ? -1 : client->fd, .events = POLLIN},
	};

	if (redirect_timeout_ms(desk->redirect, desk->now_ms) == 0)
		patience_ms = 0;
	else if (poll(polled, 2, patience_ms) == 0)
		return false;
	run(desk);
	if (!client->over)
		client_read(client);
	return true;
}

/* Runs both until the client has its whole reply. */
static const char *finish(struct desk *desk, struct client *client)
{
	while (!client->over) {
		if (!turn(desk, client, PATIENCE_MS))
			fail_msg("no answer");
	}
	return buf_text(&client->reply);
}

/* Runs both until a hit can be taken; the caller frees it. */
static char *await_hit(struct desk *desk, struct client *client)
{
	char *query;

	while ((query = redirect_take(desk->redirect)) == NULL) {
		if (client->over)
			fail_msg("refused: %s", buf_text(&client->reply));
		if (!turn(desk, client, PATIENCE_MS))
			fail_msg("no hit");
	}
	return query;
}

/* Runs both for as long as there is anything to do right now. */
static void settle(struct desk *desk, struct client *client)
{
	int turns = 0;

	while (turn(desk, client, 0)) {
		if (++turns > 1000)
			fail_msg("the listener spins");
		if (client->over)
			return;
	}
}

/* A request for the target, with the right Host header. */
static void request(struct desk *desk, struct client *client,
		    const char *method, const char *target)
{
	struct buf out;

	buf_init(&out, MAX_REPLY);
	buf_addf(&out,
		 "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
		 "User-Agent: test\r\n\r\n",
		 method, target, desk->url.port);
	assert_false(out.failed);
	client_send(client, desk, out.data, out.len);
	buf_free(&out);
}

static void get(struct desk *desk, struct client *client, const char *target)
{
	client_open(client, desk);
	request(desk, client, "GET", target);
}

static void assert_contains(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is missing in:\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("\"%s\" is in:\n%s", part, text);
}

/* 0 where it is no reply. */
static int status_of(const char *reply)
{
	static const char start[] = "HTTP/1.1 ";
	int64_t status = 0;

	if (strncmp(reply, start, strlen(start)) == 0)
		(void)text_number(reply + strlen(start), 3, 100, 599, &status);
	return (int)status;
}

static void assert_status(const char *reply, int status)
{
	if (status_of(reply) != status)
		fail_msg("not %d:\n%s", status, reply);
}

/* A hit that works, from beginning to end. */
static void assert_works(struct desk *desk)
{
	struct client client;
	char *query;

	get(desk, &client, "/redirect.html?" GOOD_QUERY);
	query = await_hit(desk, &client);
	assert_string_equal(query, GOOD_QUERY);
	secret_free(query);
	redirect_answer(desk->redirect, true, NULL);
	assert_status(finish(desk, &client), 200);
	client_close(&client);
}

static int set_up(void **state)
{
	static struct desk desk;

	open_desk(&desk, PAGE);
	*state = &desk;
	return 0;
}

static int tear_down(void **state)
{
	close_desk(*state);
	return 0;
}

static void test_hit_waits_for_its_answer(void **state)
{
	struct desk *desk = *state;
	struct client client;
	const char *reply;
	char *query;

	get(desk, &client, "/redirect.html?" GOOD_QUERY);
	query = await_hit(desk, &client);
	assert_string_equal(query, GOOD_QUERY);
	secret_free(query);
	settle(desk, &client);
	assert_false(client.over);
	assert_int_equal(client.reply.len, 0);
	assert_null(redirect_take(desk->redirect));
	assert_int_equal(redirect_timeout_ms(desk->redirect, desk->now_ms),
			 ANSWER_MS);

	redirect_answer(desk->redirect, true, NULL);
	reply = finish(desk, &client);
	assert_status(reply, 200);
	assert_contains(reply, "<h1>Done</h1>");
	assert_contains(reply, "You may close this.");
	assert_lacks(reply, "abc");
	client_close(&client);
	settle(desk, &client);
	assert_int_equal(redirect_timeout_ms(desk->redirect, desk->now_ms), -1);
}

static void test_page_is_locked_down(void **state)
{
	static const char *const headers[] = {
		"\r\nCache-Control: no-store\r\n",
		"\r\nConnection: close\r\n",
		"\r\nContent-Type: text/html; charset=utf-8\r\n",
		"\r\nX-Content-Type-Options: nosniff\r\n",
		"\r\nX-Frame-Options: DENY\r\n",
		"\r\nReferrer-Policy: no-referrer\r\n",
		"\r\nContent-Security-Policy: default-src 'none'; ",
		"; frame-ancestors 'none'; ",
	};
	struct desk *desk = *state;
	struct client client;
	const char *reply;

	get(desk, &client, "/elsewhere");
	reply = finish(desk, &client);
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		assert_contains(reply, headers[i]);
	client_close(&client);
}

/* What a browser does with the policy: it hashes what is between the tags. */
static void test_policy_admits_the_style(void **state)
{
	unsigned char digest[CRYPTO_SHA256_SIZE];
	struct desk *desk = *state;
	struct client client;
	const char *reply, *style, *end;
	struct buf source;

	get(desk, &client, "/elsewhere");
	reply = finish(desk, &client);
	style = strstr(reply, "<style>");
	end = strstr(reply, "</style>");
	assert_non_null(style);
	assert_non_null(end);
	style += strlen("<style>");
	crypto_sha256(digest, style, (size_t)(end - style));
	buf_init(&source, 200);
	buf_adds(&source, "style-src 'sha256-");
	crypto_base64(&source, digest, sizeof(digest));
	buf_adds(&source, "'");
	assert_contains(reply, buf_text(&source));
	buf_free(&source);
	client_close(&client);
}

static void test_reason_is_escaped(void **state)
{
	struct desk *desk = *state;
	struct client client;
	const char *reply;

	get(desk, &client, "/redirect.html?error=access_denied&state=x");
	secret_free(await_hit(desk, &client));
	redirect_answer(desk->redirect, false,
			"<script>\"it's\"</script> & \033[2J");
	reply = finish(desk, &client);
	assert_status(reply, 400);
	assert_contains(reply, "That did not work");
	assert_contains(reply, "&lt;script&gt;&quot;it&#39;s&quot;"
			       "&lt;/script&gt; &amp; ");
	assert_lacks(reply, "<script>");
	assert_lacks(reply, "\033");
	client_close(&client);
}

static void test_requests_that_are_no_hit(void **state)
{
	/* A host that ends in ':' gets the right port. */
	static const struct {
		int status;
		const char *line, *host, *more;
	} cases[] = {
		{404, "GET /?code=a", "127.0.0.1:", ""},
		{404, "GET /favicon.ico", "localhost:", ""},
		{404, "GET /redirect.htm", "localhost:", ""},
		{404, "GET /redirect.html/", "[::1]:", ""},
		{404, "GET /redirect%2ehtml?code=a", "localhost:", ""},
		{404, "GET //redirect.html?code=a", "localhost:", ""},
		{404, "GET http://a/redirect.html?code=a", "localhost:", ""},
		{404, "POST /", "localhost:", ""},
		{405, "POST /redirect.html?code=a", "localhost:", ""},
		{405, "POST /redirect.html",
		 "localhost:", "Content-Length: 5\r\n"},
		{405, "OPTIONS /redirect.html", "localhost:", ""},
		{405, "get /redirect.html?code=a", "localhost:", ""},
		{421, "GET /redirect.html?code=a", "evil.example:", ""},
		{421, "GET /redirect.html?code=a", "localhost.a.example:", ""},
		{421, "GET /redirect.html?code=a", "127.0.0.1.a.example:", ""},
		{421, "GET /redirect.html?code=a", "a@127.0.0.1:", ""},
		{421, "GET /redirect.html?code=a", "127.0.0.1", ""},
		{421, "GET /redirect.html?code=a", "127.0.0.1:1", ""},
		{421, "GET /redirect.html?code=a", "localhost:0", ""},
		{421, "GET /redirect.html?code=a", "", ""},
		{421, "GET /elsewhere", "192.0.2.1:", ""},
		{403, "GET /redirect.html?code=a",
		 "localhost:", "Origin: https://evil.example\r\n"},
		{403, "GET /redirect.html?code=a",
		 "localhost:", "Origin: null\r\n"},
		{403, "GET /redirect.html?code=a",
		 "localhost:", "Sec-Fetch-Dest: image\r\n"},
		{403, "GET /redirect.html?code=a",
		 "localhost:", "Sec-Fetch-Dest: iframe\r\n"},
		{403, "GET /redirect.html?code=a",
		 "localhost:", "Sec-Fetch-Dest: empty\r\n"},
		{403, "POST /redirect.html",
		 "localhost:", "Origin: https://id.example\r\n"},
		{421, "GET /redirect.html?code=a",
		 "evil.example:", "Origin: https://evil.example\r\n"},
		{200, "GET /redirect.html",
		 "localhost:", "Sec-Fetch-Dest: document\r\n"},
		{400, "GET /redirect.html?code=a&code=b", "localhost:", ""},
		{400, "GET /redirect.html?state=a&b&state=a", "localhost:", ""},
		{400, "GET /redirect.html?code=a&%63ode=b", "localhost:", ""},
		{400, "GET /redirect.html?code&code", "localhost:", ""},
		{400, "GET /redirect.html?iss=a&iss=b", "localhost:", ""},
		{400, "GET /redirect.html?code=\001", "localhost:", ""},
		{400, "GET /redirect.html?code=\303\251", "localhost:", ""},
		{400, "GET /redirect.html?code=a",
		 "localhost:", "Content-Length: 5\r\n"},
		{400, "GET /redirect.html?code=a",
		 "localhost:", "Transfer-Encoding: chunked\r\n"},
		{200, "GET /redirect.html", "localhost:", ""},
		{200, "GET /redirect.html?", "LOCALHOST:", ""},
		{200, "HEAD /redirect.html?code=a", "127.9.9.9:", ""},
	};
	struct desk *desk = *state;
	struct client client;
	struct buf out;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_init(&out, 1000);
		buf_addf(&out, "%s HTTP/1.1\r\n%sHost: %s", cases[i].line,
			 cases[i].more, cases[i].host);
		if (buf_text(&out)[out.len - 1] == ':')
			buf_addf(&out, "%d", desk->url.port);
		buf_adds(&out, "\r\n\r\n");
		client_open(&client, desk);
		client_send(&client, desk, out.data, out.len);
		if (status_of(finish(desk, &client)) != cases[i].status)
			fail_msg("%s got %s", buf_text(&out),
				 buf_text(&client.reply));
		assert_null(redirect_take(desk->redirect));
		client_close(&client);
		buf_free(&out);
	}
	assert_works(desk);
}

static void test_method_refusal_names_the_right_ones(void **state)
{
	struct desk *desk = *state;
	struct client client;

	client_open(&client, desk);
	request(desk, &client, "DELETE", "/redirect.html");
	assert_contains(finish(desk, &client), "\r\nAllow: GET, HEAD\r\n");
	client_close(&client);
}

static void test_head_gets_no_page(void **state)
{
	struct desk *desk = *state;
	struct client client;
	const char *reply;

	client_open(&client, desk);
	request(desk, &client, "HEAD", "/redirect.html");
	reply = finish(desk, &client);
	assert_status(reply, 200);
	assert_string_equal(strstr(reply, "\r\n\r\n"), "\r\n\r\n");
	client_close(&client);
}

/* "/redirect.html?code=aaa…", with a query of len bytes. */
static char *long_target(size_t len)
{
	static const char start[] = "/redirect.html?code=";
	size_t n = strlen("/redirect.html?") + len;
	char *target = xcalloc(n + 1, 1);

	memset(target, 'a', n);
	memcpy(target, start, strlen(start));
	return target;
}

static void test_query_may_be_long_but_not_endless(void **state)
{
	struct desk *desk = *state;
	struct client client;
	char *target = long_target(MAX_QUERY), *query;

	get(desk, &client, target);
	query = await_hit(desk, &client);
	assert_int_equal(strlen(query), MAX_QUERY);
	secret_free(query);
	redirect_answer(desk->redirect, false, NULL);
	finish(desk, &client);
	client_close(&client);
	free(target);

	target = long_target(MAX_QUERY + 1);
	get(desk, &client, target);
	assert_status(finish(desk, &client), 400);
	client_close(&client);
	free(target);
	assert_null(redirect_take(desk->redirect));
}

/* Beside a long query, a browser sends the cookies of all that ever ran on this
 * machine: a host has them for all its ports. */
static void test_cookies_find_room(void **state)
{
	struct desk *desk = *state;
	struct client client;
	char *target = long_target(MAX_QUERY), *query;
	struct buf out;

	buf_init(&out, MAX_REPLY);
	buf_addf(&out,
		 "GET %s HTTP/1.1\r\nHost: localhost:%d\r\nCookie: a=", target,
		 desk->url.port);
	while (out.len < 2 * MAX_QUERY)
		buf_adds(&out, "aaaaaaaa");
	buf_adds(&out, "\r\n\r\n");
	client_open(&client, desk);
	client_send(&client, desk, out.data, out.len);
	query = await_hit(desk, &client);
	assert_int_equal(strlen(query), MAX_QUERY);
	secret_free(query);
	client_close(&client);
	buf_free(&out);
	free(target);
}

static void test_endless_headers_are_cut_off(void **state)
{
	struct desk *desk = *state;
	struct client client;
	struct buf out;

	buf_init(&out, 64 * 1024);
	buf_addf(&out,
		 "GET /redirect.html?code=a HTTP/1.1\r\nHost: "
		 "localhost:%d\r\n",
		 desk->url.port);
	while (out.len < 40 * 1024)
		buf_adds(&out, "X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
	client_open(&client, desk);
	client_send(&client, desk, out.data, out.len);
	finish(desk, &client);
	assert_null(redirect_take(desk->redirect));
	client_close(&client);
	buf_free(&out);
	assert_works(desk);
}

static void test_second_hit_is_told_that_it_is_one(void **state)
{
	struct desk *desk = *state;
	struct client first, second, third;

	get(desk, &first, "/redirect.html?code=a&state=x");
	secret_free(await_hit(desk, &first));
	get(desk, &second, "/redirect.html?code=b&state=x");
	settle(desk, &second);
	assert_false(second.over);
	assert_null(redirect_take(desk->redirect));

	redirect_answer(desk->redirect, true, "Hello.");
	assert_contains(finish(desk, &first), "Hello.");
	assert_status(finish(desk, &second), 410);
	assert_contains(buf_text(&second.reply), "used already");

	get(desk, &third, "/redirect.html?code=c&state=x");
	assert_status(finish(desk, &third), 410);
	assert_null(redirect_take(desk->redirect));
	client_close(&first);
	client_close(&second);
	client_close(&third);
}

/* So a forged hit cannot keep the true one out. */
static void test_hits_are_handed_over_in_turn(void **state)
{
	struct desk *desk = *state;
	struct client forged, good;
	char *query;

	get(desk, &forged, "/redirect.html?code=a&state=forged");
	settle(desk, &forged);
	get(desk, &good, "/redirect.html?code=b&state=x");
	settle(desk, &good);
	query = redirect_take(desk->redirect);
	assert_string_equal(query, "code=a&state=forged");
	secret_free(query);
	assert_null(redirect_take(desk->redirect));

	redirect_answer(desk->redirect, false, "Not from here.");
	query = redirect_take(desk->redirect);
	assert_string_equal(query, "code=b&state=x");
	secret_free(query);
	redirect_answer(desk->redirect, true, NULL);
	assert_status(finish(desk, &forged), 400);
	assert_status(finish(desk, &good), 200);
	client_close(&forged);
	client_close(&good);
}

static void test_answer_without_a_hit_is_nothing(void **state)
{
	struct desk *desk = *state;

	redirect_answer(desk->redirect, true, NULL);
	assert_works(desk);
}

static void test_browser_does_not_wait_for_ever(void **state)
{
	struct desk *desk = *state;
	struct client late, next;

	get(desk, &late, "/redirect.html?code=a&state=x");
	secret_free(await_hit(desk, &late));
	desk->now_ms += ANSWER_MS - 1;
	assert_int_equal(redirect_timeout_ms(desk->redirect, desk->now_ms), 1);
	settle(desk, &late);
	assert_false(late.over);
	desk->now_ms += 1;
	assert_status(finish(desk, &late), 503);
	assert_contains(buf_text(&late.reply), "try again");
	client_close(&late);

	/* The answer comes after all: it is not the next browser's. */
	get(desk, &next, "/redirect.html?code=b&state=x");
	settle(desk, &next);
	assert_null(redirect_take(desk->redirect));
	redirect_answer(desk->redirect, true, "Hello.");
	assert_status(finish(desk, &next), 410);
	assert_lacks(buf_text(&next.reply), "Hello.");
	client_close(&next);
}

static void test_hit_that_nobody_takes_ends_too(void **state)
{
	struct desk *desk = *state;
	struct client client;

	get(desk, &client, "/redirect.html?code=a&state=x");
	settle(desk, &client);
	desk->now_ms += ANSWER_MS;
	assert_status(finish(desk, &client), 503);
	assert_null(redirect_take(desk->redirect));
	client_close(&client);
}

static void test_browser_may_go_away(void **state)
{
	struct desk *desk = *state;
	struct client client;

	get(desk, &client, "/redirect.html?code=a&state=x");
	secret_free(await_hit(desk, &client));
	client_close(&client);
	run(desk);
	redirect_answer(desk->redirect, false, NULL);
	run(desk);
	assert_works(desk);
}

static void test_slow_client_is_cut_off(void **state)
{
	static const char drip[] = "GET /redirect.html?code=a HTTP/1.1\r\nX: "
				   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	struct desk *desk = *state;
	struct client client;

	client_open(&client, desk);
	for (size_t i = 0; !client.over && drip[i] != '\0'; i++) {
		client_send(&client, desk, &drip[i], 1);
		settle(desk, &client);
		if (!client.over)
			assert_true(i * 1000 < REQUEST_MS);
		desk->now_ms += 1000;
	}
	assert_true(client.over);
	assert_int_equal(client.reply.len, 0);
	client_close(&client);
	assert_works(desk);
}

static void test_request_that_is_here_is_never_late(void **state)
{
	struct desk *desk = *state;
	struct client client;

	client_open(&client, desk);
	settle(desk, &client);
	/* The machine slept, and the rest came in meanwhile. */
	desk->now_ms += 10 * REQUEST_MS;
	request(desk, &client, "GET", "/redirect.html?code=a");
	secret_free(await_hit(desk, &client));
	client_close(&client);
}

static void test_crowd_gives_way_in_time(void **state)
{
	struct client crowd[MAX_CONNECTIONS + 4], good;
	struct desk *desk = *state;
	size_t n = sizeof(crowd) / sizeof(crowd[0]);
	int fds = count_fds();

	for (size_t i = 0; i < n; i++) {
		client_open(&crowd[i], desk);
		settle(desk, &crowd[i]);
	}
	assert_int_equal(count_fds(), fds + (int)n + MAX_CONNECTIONS);
	get(desk, &good, "/redirect.html?" GOOD_QUERY);
	settle(desk, &good);
	assert_null(redirect_take(desk->redirect));

	desk->now_ms += REQUEST_MS;
	secret_free(await_hit(desk, &good));
	for (size_t i = 0; i < MAX_CONNECTIONS; i++)
		assert_string_equal(finish(desk, &crowd[i]), "");
	redirect_answer(desk->redirect, true, NULL);
	assert_status(finish(desk, &good), 200);
	for (size_t i = 0; i < n; i++)
		client_close(&crowd[i]);
	client_close(&good);
}

/* Whole requests on one connection: only the first counts. */
static void test_one_connection_carries_one_request(void **state)
{
	struct desk *desk = *state;
	struct client client;
	struct buf out;
	const char *reply;

	buf_init(&out, 1000);
	for (int i = 0; i < 2; i++)
		buf_addf(&out,
			 "GET /%s?code=a HTTP/1.1\r\n"
			 "Host: localhost:%d\r\n\r\n",
			 i == 0 ? "elsewhere" : "redirect.html",
			 desk->url.port);
	client_open(&client, desk);
	client_send(&client, desk, out.data, out.len);
	reply = finish(desk, &client);
	assert_status(reply, 404);
	assert_null(strstr(reply + 1, "HTTP/1.1 "));
	assert_null(redirect_take(desk->redirect));
	client_close(&client);
	buf_free(&out);
}

static void test_close_tells_those_who_wait(void **state)
{
	struct client taken, waiting, idle, unread;
	struct desk desk;

	(void)state;
	open_desk(&desk, PAGE);
	get(&desk, &taken, "/redirect.html?code=a");
	secret_free(await_hit(&desk, &taken));
	get(&desk, &waiting, "/redirect.html?code=b");
	settle(&desk, &waiting);
	client_open(&idle, &desk);
	settle(&desk, &idle);
	client_send(&idle, &desk, "GET /", 5);
	/* It arrives while the listener closes. */
	client_open(&unread, &desk);
	settle(&desk, &unread);
	assert_int_equal(dprintf(unread.fd,
				 "GET /redirect.html?code=c HTTP/1.1\r\n"
				 "Host: localhost:%05d\r\n\r\n",
				 desk.url.port),
			 strlen("GET /redirect.html?code=c HTTP/1.1\r\n"
				"Host: localhost:00000\r\n\r\n"));
	redirect_close(desk.redirect);

	client_read(&taken);
	client_read(&waiting);
	client_read(&idle);
	client_read(&unread);
	assert_contains(buf_text(&taken.reply), "The sign-in has ended.");
	assert_contains(buf_text(&waiting.reply), "The sign-in has ended.");
	assert_contains(buf_text(&unread.reply), "The sign-in has ended.");
	assert_true(taken.over && waiting.over && unread.over && idle.over);
	client_close(&taken);
	client_close(&waiting);
	client_close(&idle);
	client_close(&unread);
	assert_int_equal(count_fds(), desk.fds_before);
}

static void test_close_right_after_the_answer_delivers_it(void **state)
{
	struct client client;
	struct desk desk;

	(void)state;
	open_desk(&desk, PAGE);
	get(&desk, &client, "/redirect.html?code=a");
	secret_free(await_hit(&desk, &client));
	redirect_answer(desk.redirect, true, NULL);
	redirect_close(desk.redirect);
	client_read(&client);
	assert_true(client.over);
	assert_status(buf_text(&client.reply), 200);
	assert_contains(buf_text(&client.reply), "</html>");
	client_close(&client);
	redirect_close(NULL);
}

/* Whether this machine has the IPv6 loopback address. */
static bool has_ipv6(void)
{
	struct sockaddr_in6 own = {.sin6_family = AF_INET6,
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool has =
		fd >= 0 && bind(fd, (struct sockaddr *)&own, sizeof(own)) == 0;

	if (fd >= 0)
		close(fd);
	return has;
}

static void visit(struct desk *desk, const char *address)
{
	struct pollfd listener = {.fd = redirect_fd(desk->redirect),
				  .events = POLLIN};
	struct client client;
	char *query;

	client_open_at(&client, address, desk->url.port);
	assert_int_equal(poll(&listener, 1, PATIENCE_MS), 1);
	request(desk, &client, "GET", "/cb?code=a");
	query = await_hit(desk, &client);
	assert_string_equal(query, "code=a");
	secret_free(query);
	redirect_answer(desk->redirect, false, NULL);
	assert_status(finish(desk, &client), 400);
	client_close(&client);
}

static void test_localhost_is_both_addresses(void **state)
{
	struct desk desk;

	(void)state;
	open_desk(&desk, "http://localhost/cb");
	visit(&desk, "127.0.0.1");
	if (has_ipv6())
		visit(&desk, "::1");
	close_desk(&desk);
}

static void test_ipv6_address_alone(void **state)
{
	struct client client;
	struct desk desk;

	(void)state;
	if (!has_ipv6())
		skip();
	open_desk(&desk, "http://[::1]/cb");
	visit(&desk, "::1");
	/* Nobody is on the other one. */
	client.fd = dial("127.0.0.1", desk.url.port);
	if (client.fd >= 0) {
		struct pollfd polled = {.fd = client.fd, .events = POLLOUT};

		assert_int_equal(poll(&polled, 1, PATIENCE_MS), 1);
		assert_true(polled.revents & POLLERR);
		close(client.fd);
	}
	close_desk(&desk);
}

static void test_uri_gets_the_port(void **state)
{
	static const struct {
		const char *uri, *before, *after;
		bool ipv6;
	} cases[] = {
		{"http://127.0.0.1/a/b.html", "http://127.0.0.1:", "/a/b.html",
		 false},
		{"http://127.0.0.1", "http://127.0.0.1:", "", false},
		{"HTTP://LocalHost/", "HTTP://LocalHost:", "/", false},
		{"http://127.0.0.9/", "http://127.0.0.9:", "/", false},
		{"http://[::1]/cb", "http://[::1]:", "/cb", true},
	};
	char expected[100];
	struct desk desk;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (cases[i].ipv6 && !has_ipv6())
			continue;
		open_desk(&desk, cases[i].uri);
		assert_true(desk.url.port >= 1024);
		snprintf(expected, sizeof(expected), "%s%d%s", cases[i].before,
			 desk.url.port, cases[i].after);
		assert_string_equal(redirect_uri(desk.redirect), expected);
		close_desk(&desk);
	}
}

static void test_uri_without_a_path_is_the_root(void **state)
{
	struct client client;
	struct desk desk;

	(void)state;
	open_desk(&desk, "http://127.0.0.1");
	get(&desk, &client, "/?code=a");
	secret_free(await_hit(&desk, &client));
	client_close(&client);
	close_desk(&desk);
}

static void test_what_cannot_be_listened_at(void **state)
{
	static const char *const uris[] = {
		"",
		"redirect.html",
		"https://127.0.0.1:2000/",
		"http://192.0.2.1:2000/",
		"http://example.org/",
		"http://0.0.0.0:2000/",
		"http://user@127.0.0.1:2000/",
		"http://127.0.0.1:0/",
		"http://127.0.0.1:2000/?a=b",
		"http://127.0.0.1:2000/#a",
		"http://127.0.0.1:2000/?",
		"urn:ietf:wg:oauth:2.0:oob",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		struct err err = {""};

		if (redirect_open(uris[i], true, &err) != NULL)
			fail_msg("%s", uris[i]);
		assert_contains(err.text, "set redirect_uri to");
	}
}

static void test_taken_port_is_named(void **state)
{
	struct desk *desk = *state;
	struct err err = {""};
	int fds = count_fds();
	char port[32], uri[64];

	/* By another listener, on one of the two addresses. */
	snprintf(port, sizeof(port), "Port %d is taken", desk->url.port);
	snprintf(uri, sizeof(uri), "http://localhost:%d/cb", desk->url.port);
	assert_null(redirect_open(uri, true, &err));
	assert_contains(err.text, port);
	assert_contains(err.text, "redirect_uri");
	assert_null(redirect_open(redirect_uri(desk->redirect), false, &err));
	assert_contains(err.text, port);
	assert_int_equal(count_fds(), fds);
}

static void test_port_can_be_had_again_at_once(void **state)
{
	struct redirect *again;
	struct desk desk;
	char *uri;

	(void)state;
	open_desk(&desk, PAGE);
	uri = xstrdup(redirect_uri(desk.redirect));
	/* Leaves a connection in TIME_WAIT on the listener's side. */
	assert_works(&desk);
	close_desk(&desk);
	again = redirect_open(uri, false, NULL);
	assert_non_null(again);
	assert_string_equal(redirect_uri(again), uri);
	redirect_close(again);
	free(uri);
}

/* What the child says to a port that it may not have. */
static int try_privileged_port(const char *uri)
{
	struct err err = {""};
	struct redirect *redirect;

	if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
		return 2;
	redirect = redirect_open(uri, false, &err);
	if (redirect != NULL)
		return 3;
	if (strstr(err.text, "Port 80 needs privileges") == NULL)
		return 4;
	return 0;
}

static void test_privileged_port_is_explained(void **state)
{
	static const char *const uris[] = {"http://127.0.0.1:80/",
					   "http://127.0.0.1/"};
	int64_t first = 1024;
	FILE *file =
		fopen("/proc/sys/net/ipv4/ip_unprivileged_port_start", "re");
	char line[16] = "";
	int status;

	(void)state;
	if (file != NULL) {
		if (fgets(line, sizeof(line), file) != NULL)
			text_number(line, strcspn(line, "\n"), 0, 65536,
				    &first);
		fclose(file);
	}
	if (first <= 80)
		skip();
	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(try_privileged_port(uris[i]));
		assert_true(pid > 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

static void test_nothing_is_inherited(void **state)
{
	struct desk *desk = *state;
	struct client client;
	int open_fds = 0;

	get(desk, &client, "/redirect.html?code=a");
	secret_free(await_hit(desk, &client));
	for (int fd = 3; fd < 256; fd++) {
		int flags = fcntl(fd, F_GETFD);
		struct sockaddr_in own;
		socklen_t len = sizeof(own);

		if (flags < 0 ||
		    getsockname(fd, (struct sockaddr *)&own, &len) != 0 ||
		    own.sin_family != AF_INET ||
		    ntohs(own.sin_port) != desk->url.port)
			continue;
		open_fds++;
		assert_true(flags & FD_CLOEXEC);
		assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	}
	assert_int_equal(open_fds, 2); /* listener and connection */
	assert_true(fcntl(redirect_fd(desk->redirect), F_GETFD) & FD_CLOEXEC);
	client_close(&client);
}

static void test_lack_of_descriptors_leaks_none(void **state)
{
	struct rlimit old, tight;
	struct redirect *redirect = NULL;
	int fds = count_fds();

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	tight = old;
	/* Lets one more be opened each time, until all that it takes are. */
	for (rlim_t limit = 3; redirect == NULL; limit++) {
		struct err err = {""};

		assert_true(limit < 256);
		tight.rlim_cur = limit;
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
		redirect = redirect_open("http://localhost/cb", true, &err);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
		if (redirect == NULL) {
			assert_string_not_equal(err.text, "");
			assert_int_equal(count_fds(), fds);
		}
	}
	redirect_close(redirect);
	assert_int_equal(count_fds(), fds);
}

/* Small, and the same on every machine (Marsaglia's xorshift). */
static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* A good request of which some bytes are wrong, or nothing but noise. */
static void write_noise(struct buf *out, uint32_t *seed, int port)
{
	uint32_t changes = next_random(seed) % 8;

	if (next_random(seed) % 8 == 0) {
		for (uint32_t n = next_random(seed) % 2000; n > 0; n--) {
			char byte = (char)next_random(seed);

			buf_add(out, &byte, 1);
		}
		return;
	}
	buf_addf(out,
		 "GET /redirect.html?code=a&state=b HTTP/1.1\r\n"
		 "Host: 127.0.0.1:%d\r\nCookie: a=b; c=d\r\n"
		 "Content-Length: 0\r\n\r\n",
		 port);
	while (changes-- > 0)
		out->data[next_random(seed) % out->len] =
			(char)next_random(seed);
}

static void assert_is_query(const char *query)
{
	assert_true(strlen(query) <= MAX_QUERY);
	assert_string_not_equal(query, "");
	for (const char *c = query; *c != '\0'; c++)
		assert_true(*c > ' ' && *c <= '~');
}

static void test_noise_does_no_harm(void **state)
{
	struct desk *desk = *state;
	int hits = 0, refusals = 0, fds = count_fds();
	uint32_t seed = 20260101;
	struct client client;
	struct buf out;
	char *query;

	for (int i = 0; i < 3000; i++) {
		buf_init(&out, 4096);
		write_noise(&out, &seed, desk->url.port);
		client_open(&client, desk);
		client_send(&client, desk, buf_text(&out), out.len);
		shutdown(client.fd, SHUT_WR);
		while (!client.over) {
			query = redirect_take(desk->redirect);
			if (query != NULL) {
				assert_is_query(query);
				hits++;
				secret_free(query);
				redirect_answer(desk->redirect, false, NULL);
			}
			if (!turn(desk, &client, 100))
				desk->now_ms += REQUEST_MS;
		}
		if (client.reply.len > 0 &&
		    strncmp(buf_text(&client.reply), "HTTP/1.", 7) != 0)
			fail_msg("%s", buf_text(&client.reply));
		refusals += client.reply.len > 0;
		client_close(&client);
		buf_free(&out);
	}
	/* Else the noise was all of one kind. */
	assert_true(hits > 100 && refusals > hits + 100);
	while (count_fds() > fds) {
		assert_true(
			poll(&(struct pollfd){.fd = redirect_fd(desk->redirect),
					      .events = POLLIN},
			     1, PATIENCE_MS) > 0);
		run(desk);
	}
	assert_works(desk);
}

static int start(void **state)
{
	(void)state;
	return crypto_init() ? 0 : -1;
}

#define WITH_DESK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DESK(test_hit_waits_for_its_answer),
		WITH_DESK(test_page_is_locked_down),
		WITH_DESK(test_policy_admits_the_style),
		WITH_DESK(test_reason_is_escaped),
		WITH_DESK(test_requests_that_are_no_hit),
		WITH_DESK(test_method_refusal_names_the_right_ones),
		WITH_DESK(test_head_gets_no_page),
		WITH_DESK(test_query_may_be_long_but_not_endless),
		WITH_DESK(test_cookies_find_room),
		WITH_DESK(test_endless_headers_are_cut_off),
		WITH_DESK(test_second_hit_is_told_that_it_is_one),
		WITH_DESK(test_hits_are_handed_over_in_turn),
		WITH_DESK(test_answer_without_a_hit_is_nothing),
		WITH_DESK(test_browser_does_not_wait_for_ever),
		WITH_DESK(test_hit_that_nobody_takes_ends_too),
		WITH_DESK(test_browser_may_go_away),
		WITH_DESK(test_slow_client_is_cut_off),
		WITH_DESK(test_request_that_is_here_is_never_late),
		WITH_DESK(test_crowd_gives_way_in_time),
		WITH_DESK(test_one_connection_carries_one_request),
		cmocka_unit_test(test_close_tells_those_who_wait),
		cmocka_unit_test(test_close_right_after_the_answer_delivers_it),
		cmocka_unit_test(test_localhost_is_both_addresses),
		cmocka_unit_test(test_ipv6_address_alone),
		cmocka_unit_test(test_uri_gets_the_port),
		cmocka_unit_test(test_uri_without_a_path_is_the_root),
		cmocka_unit_test(test_what_cannot_be_listened_at),
		WITH_DESK(test_taken_port_is_named),
		cmocka_unit_test(test_port_can_be_had_again_at_once),
		cmocka_unit_test(test_privileged_port_is_explained),
		WITH_DESK(test_nothing_is_inherited),
		cmocka_unit_test(test_lack_of_descriptors_leaks_none),
		WITH_DESK(test_noise_does_no_harm),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
