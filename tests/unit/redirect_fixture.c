/* SPDX-License-Identifier: MIT */
/*
 * Real sockets, and what runs both of their ends.
 */
#include "config.h"

#include "redirect_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/redirect.h"

int redirect_fixture_count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

void redirect_fixture_open(struct redirect_fixture *desk, const char *uri)
{
	struct err err = {""};

	memset(desk, 0, sizeof(*desk));
	desk->now_ms = 1000000;
	desk->fds_before = redirect_fixture_count_fds();
	desk->redirect = redirect_open(uri, true, &err);
	if (desk->redirect == NULL)
		fail_msg("%s", err.text);
	assert_true(url_split(redirect_uri(desk->redirect), &desk->url));
}

void redirect_fixture_close(struct redirect_fixture *desk)
{
	redirect_close(desk->redirect);
	desk->redirect = NULL;
	assert_int_equal(redirect_fixture_count_fds(), desk->fds_before);
}

int redirect_client_dial(const char *address, int port)
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

void redirect_fixture_run(struct redirect_fixture *desk)
{
	redirect_run(desk->redirect, desk->now_ms);
}

void redirect_client_open_at(struct redirect_client *client,
			     const char *address, int port)
{
	client->fd = redirect_client_dial(address, port);
	assert_true(client->fd >= 0);
	client->over = false;
	buf_init(&client->reply, MAX_REPLY);
}

void redirect_client_open(struct redirect_client *client,
			  const struct redirect_fixture *desk)
{
	redirect_client_open_at(client, "127.0.0.1", desk->url.port);
}

void redirect_client_close(struct redirect_client *client)
{
	close(client->fd);
	buf_free(&client->reply);
}

void redirect_client_send(struct redirect_client *client,
			  struct redirect_fixture *desk, const char *data,
			  size_t n)
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
		redirect_fixture_run(desk);
	}
}

void redirect_client_read(struct redirect_client *client)
{
	char data[4096];
	ssize_t n;

	while ((n = recv(client->fd, data, sizeof(data), 0)) > 0)
		assert_true(buf_add(&client->reply, data, (size_t)n));
	if (n == 0 || errno != EAGAIN)
		client->over = true;
}

bool redirect_fixture_turn(struct redirect_fixture *desk,
			   struct redirect_client *client, int patience_ms)
{
	struct pollfd polled[] = {
		{.fd = redirect_fd(desk->redirect), .events = POLLIN},
		{.fd = client->over ? -1 : client->fd, .events = POLLIN},
	};

	if (redirect_timeout_ms(desk->redirect, desk->now_ms) == 0)
		patience_ms = 0;
	else if (poll(polled, 2, patience_ms) == 0)
		return false;
	redirect_fixture_run(desk);
	if (!client->over)
		redirect_client_read(client);
	return true;
}

const char *redirect_fixture_finish(struct redirect_fixture *desk,
				    struct redirect_client *client)
{
	while (!client->over) {
		if (!redirect_fixture_turn(desk, client, PATIENCE_MS))
			fail_msg("no answer");
	}
	return buf_text(&client->reply);
}

char *redirect_fixture_await_hit(struct redirect_fixture *desk,
				 struct redirect_client *client)
{
	char *query;

	while ((query = redirect_take(desk->redirect)) == NULL) {
		if (client->over)
			fail_msg("refused: %s", buf_text(&client->reply));
		if (!redirect_fixture_turn(desk, client, PATIENCE_MS))
			fail_msg("no hit");
	}
	return query;
}

void redirect_fixture_settle(struct redirect_fixture *desk,
			     struct redirect_client *client)
{
	int turns = 0;

	while (redirect_fixture_turn(desk, client, 0)) {
		if (++turns > 1000)
			fail_msg("the listener spins");
		if (client->over)
			return;
	}
}

void redirect_fixture_request(struct redirect_fixture *desk,
			      struct redirect_client *client,
			      const char *method, const char *target)
{
	struct buf out;

	buf_init(&out, MAX_REPLY);
	buf_addf(&out,
		 "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
		 "User-Agent: test\r\n\r\n",
		 method, target, desk->url.port);
	assert_false(out.failed);
	redirect_client_send(client, desk, out.data, out.len);
	buf_free(&out);
}

void redirect_fixture_get(struct redirect_fixture *desk,
			  struct redirect_client *client, const char *target)
{
	redirect_client_open(client, desk);
	redirect_fixture_request(desk, client, "GET", target);
}

void redirect_fixture_assert_contains(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is missing in:\n%s", part, text);
}

void redirect_fixture_assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("\"%s\" is in:\n%s", part, text);
}

int redirect_fixture_status_of(const char *reply)
{
	static const char redirect_fixture_start[] = "HTTP/1.1 ";
	int64_t status = 0;

	if (strncmp(reply, redirect_fixture_start,
		    strlen(redirect_fixture_start)) == 0)
		(void)text_number(reply + strlen(redirect_fixture_start), 3,
				  100, 599, &status);
	return (int)status;
}

void redirect_fixture_assert_status(const char *reply, int status)
{
	if (redirect_fixture_status_of(reply) != status)
		fail_msg("not %d:\n%s", status, reply);
}

void redirect_fixture_assert_works(struct redirect_fixture *desk)
{
	struct redirect_client client;
	char *query;

	redirect_fixture_get(desk, &client, "/redirect.html?" GOOD_QUERY);
	query = redirect_fixture_await_hit(desk, &client);
	assert_string_equal(query, GOOD_QUERY);
	secret_free(query);
	redirect_answer(desk->redirect, true, NULL);
	redirect_fixture_assert_status(redirect_fixture_finish(desk, &client),
				       200);
	redirect_client_close(&client);
}

int redirect_fixture_set_up(void **state)
{
	static struct redirect_fixture desk;

	redirect_fixture_open(&desk, PAGE);
	*state = &desk;
	return 0;
}

int redirect_fixture_tear_down(void **state)
{
	redirect_fixture_close(*state);
	return 0;
}

int redirect_fixture_start(void **state)
{
	(void)state;
	return crypto_init() ? 0 : -1;
}
