/* SPDX-License-Identifier: MIT */
/*
 * io/systemd: what a service manager hears, at each kind of socket, and what is
 * read of the watchdog's variables.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/systemd.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Opens the socket that a name in NOTIFY_SOCKET means. */
static int listen_at(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const size_t len = strlen(name);
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	memcpy(address.sun_path, name, len);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	assert_int_equal(
		bind(fd, (const struct sockaddr *)&address,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
		0);
	assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
	return fd;
}

static void assert_heard(int fd, const char *text)
{
	char heard[256];
	const ssize_t n = recv(fd, heard, sizeof(heard) - 1, 0);

	assert_true(n >= 0);
	heard[n] = '\0';
	assert_string_equal(heard, text);
}

static void test_messages(void **state)
{
	char folder[] = "/tmp/grantty-systemd-XXXXXX";
	char path[64], abstract[64],
		longest[sizeof(((struct sockaddr_un *)0)->sun_path)];
	const char *const names[] = {path, abstract, longest};

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/socket", folder);
	snprintf(abstract, sizeof(abstract), "@%s", folder);
	memset(longest, 'a', sizeof(longest));
	memcpy(longest, path, strlen(path));
	longest[sizeof(longest) - 1] = '\0';
	for (size_t i = 0; i < COUNT(names); i++) {
		const int fd = listen_at(names[i]);

		systemd_ready();
		assert_heard(fd, "READY=1");
		systemd_status("Waiting for a key press");
		assert_heard(fd, "STATUS=Waiting for a key press");
		systemd_alive();
		assert_heard(fd, "WATCHDOG=1");
		systemd_stopping();
		assert_heard(fd, "STOPPING=1");
		close(fd);
		systemd_alive(); /* nobody listens, which does no harm */
		if (names[i][0] == '/')
			assert_int_equal(unlink(names[i]), 0);
	}
	assert_int_equal(rmdir(folder), 0);
}

/* Names that are no address: nothing is sent anywhere. */
static void test_no_socket(void **state)
{
	static char much[200];
	const char *const names[] = {"",   "/",	       "@",
				     much, "relative", "vsock:2:1234"};

	(void)state;
	memset(much, 'a', sizeof(much) - 1);
	much[0] = '/';
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_int_equal(setenv("NOTIFY_SOCKET", names[i], 1), 0);
		systemd_ready();
	}
	unsetenv("NOTIFY_SOCKET");
	systemd_ready();
}

static void test_watchdog(void **state)
{
	static char ours[24];
	static const struct {
		const char *interval, *pid;
		int64_t ms;
	} cases[] = {
		{NULL, NULL, 0},
		{"10000000", NULL, 10000},
		{"10000000", ours, 10000},
		{"1500", NULL, 1},
		{NULL, ours, 0},
		{"10000000", "1", 0}, /* meant for another process */
		{"10000000", "", 0},
		{"10000000", "x", 0},
		{"", NULL, 0},
		{"0", NULL, 0},
		{"-1", NULL, 0},
		{"10s", NULL, 0},
		{"18446744073709551615", NULL, 0}, /* infinity */
	};

	(void)state;
	snprintf(ours, sizeof(ours), "%d", (int)getpid());
	for (size_t i = 0; i < COUNT(cases); i++) {
		unsetenv("WATCHDOG_USEC");
		unsetenv("WATCHDOG_PID");
		if (cases[i].interval != NULL)
			setenv("WATCHDOG_USEC", cases[i].interval, 1);
		if (cases[i].pid != NULL)
			setenv("WATCHDOG_PID", cases[i].pid, 1);
		assert_int_equal(systemd_watchdog_ms(), cases[i].ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_no_socket),
		cmocka_unit_test(test_watchdog),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
