/* SPDX-License-Identifier: MIT */
/*
 * io/redirect with real sockets in one process: addresses and ports to listen
 * at, and what is said where that cannot be.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/redirect.h"
#include "redirect_fixture.h"

/* True if this machine has the IPv6 loopback address. */
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

static void visit(struct redirect_fixture *desk, const char *address)
{
	struct pollfd listener = {.fd = redirect_fd(desk->redirect),
				  .events = POLLIN};
	struct redirect_client client;
	char *query;

	redirect_client_open_at(&client, address, desk->url.port);
	assert_int_equal(poll(&listener, 1, PATIENCE_MS), 1);
	redirect_fixture_request(desk, &client, "GET", "/cb?code=a");
	query = redirect_fixture_await_hit(desk, &client);
	assert_string_equal(query, "code=a");
	secret_free(query);
	redirect_answer(desk->redirect, false, NULL);
	redirect_fixture_assert_status(redirect_fixture_finish(desk, &client),
				       400);
	redirect_client_close(&client);
}

static void test_localhost_is_both_addresses(void **state)
{
	struct redirect_fixture desk;

	(void)state;
	redirect_fixture_open(&desk, "http://localhost/cb");
	visit(&desk, "127.0.0.1");
	if (has_ipv6())
		visit(&desk, "::1");
	redirect_fixture_close(&desk);
}

static void test_ipv6_address_alone(void **state)
{
	struct redirect_client client;
	struct redirect_fixture desk;

	(void)state;
	if (!has_ipv6())
		skip();
	redirect_fixture_open(&desk, "http://[::1]/cb");
	visit(&desk, "::1");
	/* Nobody is on the other one. */
	client.fd = redirect_client_dial("127.0.0.1", desk.url.port);
	if (client.fd >= 0) {
		struct pollfd polled = {.fd = client.fd, .events = POLLOUT};

		assert_int_equal(poll(&polled, 1, PATIENCE_MS), 1);
		assert_true(polled.revents & POLLERR);
		close(client.fd);
	}
	redirect_fixture_close(&desk);
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
	struct redirect_fixture desk;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (cases[i].ipv6 && !has_ipv6())
			continue;
		redirect_fixture_open(&desk, cases[i].uri);
		assert_true(desk.url.port >= 1024);
		snprintf(expected, sizeof(expected), "%s%d%s", cases[i].before,
			 desk.url.port, cases[i].after);
		assert_string_equal(redirect_uri(desk.redirect), expected);
		redirect_fixture_close(&desk);
	}
}

static void test_uri_without_a_path_is_the_root(void **state)
{
	struct redirect_client client;
	struct redirect_fixture desk;

	(void)state;
	redirect_fixture_open(&desk, "http://127.0.0.1");
	redirect_fixture_get(&desk, &client, "/?code=a");
	secret_free(redirect_fixture_await_hit(&desk, &client));
	redirect_client_close(&client);
	redirect_fixture_close(&desk);
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
		redirect_fixture_assert_contains(err.text,
						 "set redirect_uri to");
	}
}

static void test_taken_port_is_named(void **state)
{
	struct redirect_fixture *desk = *state;
	struct err err = {""};
	int fds = redirect_fixture_count_fds();
	char port[32], uri[64];

	/* By another listener, on one of the two addresses. */
	snprintf(port, sizeof(port), "Port %d is in use", desk->url.port);
	snprintf(uri, sizeof(uri), "http://localhost:%d/cb", desk->url.port);
	assert_null(redirect_open(uri, true, &err));
	redirect_fixture_assert_contains(err.text, port);
	redirect_fixture_assert_contains(err.text, "redirect_uri");
	assert_null(redirect_open(redirect_uri(desk->redirect), false, &err));
	redirect_fixture_assert_contains(err.text, port);
	assert_int_equal(redirect_fixture_count_fds(), fds);
}

static void test_port_can_be_had_again_at_once(void **state)
{
	struct redirect *again;
	struct redirect_fixture desk;
	char *uri;

	(void)state;
	redirect_fixture_open(&desk, PAGE);
	uri = xstrdup(redirect_uri(desk.redirect));
	/* Leaves a connection in TIME_WAIT on the listener's side. */
	redirect_fixture_assert_works(&desk);
	redirect_fixture_close(&desk);
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
	if (strstr(err.text, "Port 80 requires privileges") == NULL)
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
	struct redirect_fixture *desk = *state;
	struct redirect_client client;
	int open_fds = 0;

	redirect_fixture_get(desk, &client, "/redirect.html?code=a");
	secret_free(redirect_fixture_await_hit(desk, &client));
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
	redirect_client_close(&client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_localhost_is_both_addresses),
		cmocka_unit_test(test_ipv6_address_alone),
		cmocka_unit_test(test_uri_gets_the_port),
		cmocka_unit_test(test_uri_without_a_path_is_the_root),
		cmocka_unit_test(test_what_cannot_be_listened_at),
		WITH_DESK(test_taken_port_is_named),
		cmocka_unit_test(test_port_can_be_had_again_at_once),
		cmocka_unit_test(test_privileged_port_is_explained),
		WITH_DESK(test_nothing_is_inherited),
	};

	return cmocka_run_group_tests(tests, redirect_fixture_start, NULL);
}
