/* SPDX-License-Identifier: MIT */
/*
 * The redirect listener through real sockets and libmicrohttpd: up to three
 * clients that send anything, in pieces. What is taken as a hit is what the
 * header promises, and only what a browser could have sent to that very address
 * is.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/form.h"
#include "base/mem.h"
#include "base/url.h"
#include "fuzz.h"
#include "io/redirect.h"

enum {
	CLIENTS = 3,
	TURNS = 8,
	QUERY_MAX = 8192,
	REQUEST_MAX = 16384,
	DIALS = 100,
	IDLE_MS = 60000, /* by then everyone is dropped */
	PORT_SIGN = '~'	 /* stands for the port in an input */
};

static struct {
	struct redirect *redirect;
	int port;
	int64_t now_ms;
} fixture;

static void open_fixture(void)
{
	struct url url;
	struct err err;

	fixture.redirect =
		redirect_open("http://127.0.0.1/redirect.html", true, &err);
	must(fixture.redirect != NULL);
	must(url_split(redirect_uri(fixture.redirect), &url));
	fixture.port = url.port;
	fixture.now_ms = 1000000;
}

static int count(const char *query, const char *name)
{
	size_t len = strlen(query);
	char *found, *value;
	int n = 0;

	while (len > 0) {
		if (form_take(&query, &len, &found, &value))
			n += strcmp(found, name) == 0;
		secret_free(found);
		secret_free(value);
	}
	return n;
}

static void check_hit(const char *query, const char *sent)
{
	static const char *const once[] = {"code", "state", "iss", "error"};
	char port[16];

	must(is_header_safe(query) && strlen(query) <= QUERY_MAX);
	for (size_t i = 0; i < sizeof(once) / sizeof(*once); i++)
		must(count(query, once[i]) <= 1);
	/* One of the clients has sent just that. */
	must(strstr(sent, query) != NULL);
	/* To libmicrohttpd a method ends at its first NUL. */
	must(strstr(sent, "GET ") != NULL || strstr(sent, "GET\1") != NULL);
	must(strstr(sent, "redirect.html?") != NULL);
	/* Perhaps with zeros before it (WHATWG URL, port state). */
	(void)snprintf(port, sizeof(port), "%d", fixture.port);
	must(strstr(sent, port) != NULL);
}

/* Serves what is there, and takes what hits. */
static void serve(const char *sent)
{
	char *query;

	for (int i = 0; i < TURNS; i++) {
		struct pollfd ready = {.fd = redirect_fd(fixture.redirect),
				       .events = POLLIN};

		redirect_run(fixture.redirect, fixture.now_ms);
		while ((query = redirect_take(fixture.redirect)) != NULL) {
			check_hit(query, sent);
			redirect_answer(fixture.redirect, false, "<No> & no.");
			redirect_run(fixture.redirect, fixture.now_ms);
			secret_free(query);
		}
		if (poll(&ready, 1, 0) != 1)
			break;
	}
}

/* Each from another of the loopback's addresses: a closed connection holds its
 * port for a minute, and one address has too few for so many. */
static int dial(void)
{
	static uint32_t from = INADDR_LOOPBACK;
	struct sockaddr_in here = {.sin_family = AF_INET};
	struct sockaddr_in there = {.sin_family = AF_INET};
	int fd = -1;

	there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	there.sin_port = htons((unsigned short)fixture.port);
	/* An earlier run may have left a connection with the same ends. */
	for (int i = 0; i < DIALS && fd < 0; i++) {
		if (++from >= INADDR_LOOPBACK + 0xffff)
			from = INADDR_LOOPBACK;
		here.sin_addr.s_addr = htonl(from);
		fd = socket(AF_INET, SOCK_STREAM, 0);
		must(fd >= 0);
		must(bind(fd, (struct sockaddr *)&here, sizeof(here)) == 0);
		if (connect(fd, (struct sockaddr *)&there, sizeof(there)) !=
		    0) {
			close(fd);
			fd = -1;
		}
	}
	must(fd >= 0);
	return fd;
}

/* Whatever is answered is HTTP, and text of others is not its markup. */
static void check_reply(int fd)
{
	static const char *const wanted[] = {"X-Content-Type-Options: nosniff",
					     "Content-Security-Policy:"};
	char reply[REQUEST_MAX];
	ssize_t n = recv(fd, reply, sizeof(reply) - 1, MSG_DONTWAIT);

	if (n <= 0)
		return;
	reply[n] = '\0';
	must(strncmp(reply, "HTTP/1.", 7) == 0);
	must(strstr(reply, "<No>") == NULL && strstr(reply, "<script") == NULL);
	if (strstr(reply, "grantty") == NULL)
		return; /* libmicrohttpd's own */
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		must(strstr(reply, wanted[i]) != NULL);
}

/* The input with the port where it stands for it; text for strstr(). */
static void prepare(struct input *input, struct buf *sent)
{
	buf_init(sent, REQUEST_MAX);
	while (input->len > 0) {
		if (*input->data == PORT_SIGN)
			buf_addf(sent, "%d", fixture.port);
		else
			buf_add(sent, input->data, 1);
		input->data++;
		input->len--;
	}
}

/* NULs are sent as they are, and are not in the text. */
static char *without_nul(const struct buf *sent)
{
	char *text = xcalloc(sent->len + 1, 1);

	for (size_t i = 0; i < sent->len; i++)
		text[i] = sent->data[i] != '\0' ? sent->data[i] : '\1';
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	int fds[CLIENTS];
	unsigned clients, cut, shuts;
	struct buf sent;
	char *text;
	size_t first;

	if (fixture.redirect == NULL)
		open_fixture();
	clients = 1 + input_choice(&input, CLIENTS);
	cut = input_choice(&input, 256);
	shuts = input_choice(&input, 2);
	prepare(&input, &sent);
	if (sent.failed || sent.len == 0)
		goto out;
	text = without_nul(&sent);
	first = sent.len * cut / 256;
	for (unsigned i = 0; i < clients; i++)
		fds[i] = dial();
	for (unsigned i = 0; i < clients; i++) {
		(void)send(fds[i], sent.data, first, MSG_NOSIGNAL);
		serve(text);
	}
	for (unsigned i = 0; i < clients; i++) {
		(void)send(fds[i], sent.data + first, sent.len - first,
			   MSG_NOSIGNAL);
		if (shuts)
			(void)shutdown(fds[i], SHUT_WR);
		serve(text);
		check_reply(fds[i]);
	}
	for (unsigned i = 0; i < clients; i++)
		close(fds[i]);
	fixture.now_ms += IDLE_MS;
	serve(text);
	free(text);
out:
	buf_free(&sent);
	return 0;
}
