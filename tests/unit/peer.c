/* SPDX-License-Identifier: MIT */
/*
 * One process, one poll(2), blocking writes. Knows just enough of HTTP to tell
 * where a request ends.
 */
#include "config.h"

#include "peer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "peer_encoded.h"

#define PEER_DATE "Wed, 25 Nov 2026 12:00:00 GMT"

enum { MAX_CONNECTIONS = 32, MAX_REQUEST = 1024 * 1024 };

struct connection {
	int fd; /* -1: free */
	int number;
	int served; /* requests, in whole */
	size_t len;
	char *text;
};

static bool send_all(int fd, const void *data, size_t n)
{
	const char *p = data;

	while (n > 0) {
		ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		p += sent;
		n -= (size_t)sent;
	}
	return true;
}

static bool send_text(int fd, const char *text)
{
	return send_all(fd, text, strlen(text));
}

static void send_answer(int fd, const char *status, const char *headers,
			const char *body, size_t len)
{
	char head[512];

	snprintf(head, sizeof(head),
		 "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n", status,
		 headers, len);
	if (send_text(fd, head))
		send_all(fd, body, len);
}

static void send_chunked(int fd, size_t n)
{
	static const char chunk[4096];
	char size[16];

	send_text(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
	while (n > 0) {
		size_t part = n < sizeof(chunk) ? n : sizeof(chunk);

		snprintf(size, sizeof(size), "%zx\r\n", part);
		if (!send_text(fd, size) || !send_all(fd, chunk, part) ||
		    !send_text(fd, "\r\n"))
			return;
		n -= part;
	}
	send_text(fd, "0\r\n\r\n");
}

static void send_sized(int fd, size_t n)
{
	char *body = calloc(n + 1, 1);

	if (body != NULL)
		send_answer(fd, "200 OK", "", body, n);
	free(body);
}

/* A status line and a body without an end; '_' is a space, since it comes in a
 * path. */
static bool send_line(int fd, const char *line)
{
	char text[300];

	snprintf(text, sizeof(text), "%s\r\n\r\n{}", line);
	for (char *p = text; *p != '\0'; p++)
		if (*p == '_')
			*p = ' ';
	return send_text(fd, text) && false;
}

/* The header of that name without a value, before another one; '|' begins a
 * line that continues it (RFC 9112 section 5.2). */
static void send_bare(int fd, const char *name)
{
	char headers[300];
	const char *more = strchr(name, '|');
	int len = (int)strcspn(name, "|");

	snprintf(headers, sizeof(headers), "%.*s:\r\n%s%s%sX-Next: more\r\n",
		 len, name, more != NULL ? " " : "",
		 more != NULL ? more + 1 : "", more != NULL ? "\r\n" : "");
	send_answer(fd, "200 OK", headers, "", 0);
}

static void send_retry(int fd, const char *text)
{
	char headers[300];

	snprintf(headers, sizeof(headers), "Retry-After: %s\r\n", text);
	send_answer(fd, "429 Too Many Requests", headers, "", 0);
}

/* The date has '_' for a space, since it comes in a path. */
static void send_retry_at(int fd, const char *date)
{
	char headers[300];

	snprintf(headers, sizeof(headers),
		 "Date: " PEER_DATE "\r\nRetry-After: %s\r\n", date);
	for (char *p = headers; *p != '\0'; p++)
		if (*p == '_')
			*p = ' ';
	send_answer(fd, "429 Too Many Requests", headers, "", 0);
}

static void send_retry_in(int fd, long seconds)
{
	time_t when = time(NULL) + seconds;
	char date[64];

	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT",
		 gmtime(&when));
	send_retry(fd, date);
}

static void send_encoded(int fd, const char *name)
{
	const void *data;
	size_t len;
	const char *encoding = peer_encoded(name, &data, &len);
	char headers[300] = "";

	if (encoding != NULL)
		snprintf(headers, sizeof(headers), "Content-Encoding: %s\r\n",
			 encoding);
	send_answer(fd, "200 OK", headers, data, len);
}

static void send_transfer(int fd, const char *coding)
{
	char head[300];

	snprintf(head, sizeof(head),
		 "HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n", coding);
	send_text(fd, head);
	send_text(fd, "7\r\n{\"a\":1}\r\n0\r\n\r\n");
}

static void send_bomb(int fd, size_t n)
{
	size_t len;
	void *data = peer_bomb(n, &len);

	send_answer(fd, "200 OK", "Content-Encoding: gzip\r\n", data, len);
	free(data);
}

static void send_kept(int fd, const char *text)
{
	char headers[300];

	snprintf(headers, sizeof(headers), "Keep-Alive: %s\r\n", text);
	send_answer(fd, "200 OK", headers, "", 0);
}

static void send_to(int fd, const char *text)
{
	char headers[300];

	snprintf(headers, sizeof(headers), "Location: %s\r\n", text);
	for (char *p = headers; *p != '\0'; p++)
		*p = *p == '|' ? '/' : *p == '~' ? '.' : *p;
	send_answer(fd, "302 Found", headers, "", 0);
}

/* So that closing it is an error at the other end. */
static bool reset(int fd)
{
	const struct linger at_once = {.l_onoff = 1};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	return false;
}

static void send_nonce(int fd, const char *text)
{
	char headers[300];

	snprintf(headers, sizeof(headers), "DPoP-Nonce: %s\r\n", text);
	send_answer(fd, "401 Unauthorized", headers, "", 0);
}

/* The number or text behind a prefix; NULL where path does not begin so. */
static const char *after(const char *path, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(path, prefix, n) == 0 ? path + n : NULL;
}

/* Answers; false where the connection is to be closed. */
static bool answer(int fd, const char *path, const char *body, size_t body_len)
{
	static const char json[] = "Content-Type: application/json\r\n";
	const char *rest;

	if (strcmp(path, "/ok") == 0)
		send_answer(fd, "200 OK", json, "{\"a\":1}", 7);
	else if (strcmp(path, "/echo") == 0)
		send_answer(fd, "200 OK", "", body, body_len);
	else if (strcmp(path, "/nul") == 0)
		send_answer(fd, "200 OK", "", "a\0b", 3);
	else if (strcmp(path, "/redirect") == 0)
		send_answer(fd, "302 Found",
			    "Location: /ok\r\n"
			    "Accept-Post: application/json\r\n",
			    "", 0);
	else if (strcmp(path, "/headers") == 0)
		send_answer(fd, "200 OK",
			    "Date: " PEER_DATE "\r\n"
			    "Cache-Control: no-store\r\n"
			    "Accept: application/json\r\n",
			    "", 0);
	else if ((rest = after(path, "/chunked/")) != NULL)
		send_chunked(fd, strtoul(rest, NULL, 10));
	else if ((rest = after(path, "/sized/")) != NULL)
		send_sized(fd, strtoul(rest, NULL, 10));
	else if ((rest = after(path, "/status/")) != NULL)
		send_answer(fd, rest, "", "", 0);
	else if ((rest = after(path, "/line/")) != NULL)
		return send_line(fd, rest);
	else if (strcmp(path, "/continued") == 0)
		send_answer(fd, "200 OK", " continues: nothing\r\n", "", 0);
	else if ((rest = after(path, "/bare/")) != NULL)
		send_bare(fd, rest);
	else if ((rest = after(path, "/retry/")) != NULL)
		send_retry(fd, rest);
	else if ((rest = after(path, "/retry-in/")) != NULL)
		send_retry_in(fd, strtol(rest, NULL, 10));
	else if ((rest = after(path, "/retry-at/")) != NULL)
		send_retry_at(fd, rest);
	else if ((rest = after(path, "/nonce/")) != NULL)
		send_nonce(fd, rest);
	else if ((rest = after(path, "/encoded/")) != NULL)
		send_encoded(fd, rest);
	else if ((rest = after(path, "/transfer/")) != NULL)
		send_transfer(fd, rest);
	else if ((rest = after(path, "/bomb/")) != NULL)
		send_bomb(fd, strtoul(rest, NULL, 10));
	else if ((rest = after(path, "/keep/")) != NULL)
		send_kept(fd, rest);
	else if ((rest = after(path, "/to/")) != NULL)
		send_to(fd, rest);
	else if (strcmp(path, "/hang") == 0)
		return true;
	else if (strcmp(path, "/reset") == 0)
		return reset(fd);
	else if (strcmp(path, "/half") == 0)
		return send_text(fd, "HTTP/1.1 200 OK\r\n"
				     "Content-Length: 9\r\n\r\nhalf") &&
		       false;
	else if (strcmp(path, "/junk") == 0)
		return send_text(fd, "SSH-2.0-Peer\r\n") && false;
	else
		return false;
	return true;
}

/* What is to be answered: the path, without the origin that a proxy gets to
 * see; for CONNECT a status in the place of the port. */
static void get_path(char *path, size_t size, const char *request)
{
	const char *from = strchr(request, ' ');
	const char *origin;
	size_t len;

	from = from != NULL ? from + 1 : request;
	len = strcspn(from, " \r");
	if (after(request, "CONNECT ") != NULL) {
		origin = memchr(from, ':', len);
		origin = origin != NULL ? origin + 1 : from;
		snprintf(path, size, "/status/%.*s",
			 (int)(len - (size_t)(origin - from)), origin);
		return;
	}
	origin = after(from, "http://");
	if (origin != NULL) {
		len -= strcspn(origin, "/ ") + 7;
		from = origin + strcspn(origin, "/ ");
	}
	snprintf(path, size, "%.*s", (int)len, from);
}

/* The length of the whole request at the beginning of the text; 0 as long as
 * it is not all there. */
static size_t request_len(const struct connection *connection)
{
	const char *end = strstr(connection->text, "\r\n\r\n");
	const char *length = strstr(connection->text, "Content-Length: ");
	size_t len;

	if (end == NULL)
		return 0;
	len = (size_t)(end - connection->text) + 4;
	if (length != NULL && length < end)
		len += strtoul(length + 16, NULL, 10);
	return len <= connection->len ? len : 0;
}

static void tell(int fd, const struct connection *connection, size_t len)
{
	struct seen seen = {.connection = connection->number, .len = len};

	snprintf(seen.text, sizeof(seen.text), "%.*s", (int)len,
		 connection->text);
	if (write(fd, &seen, sizeof(seen)) != (ssize_t)sizeof(seen))
		_exit(1);
}

/* What stands for /once and its like, after so many answers. */
static void once(char *path, size_t size, int served)
{
	const char *later = after(path, "/once");

	if (later != NULL)
		snprintf(path, size, "%s",
			 served == 0			? "/ok"
			 : strcmp(later, "-reset") == 0 ? "/reset"
			 : strcmp(later, "-hang") == 0	? "/hang"
							: "/close");
}

/* Takes in what has come; false where the connection is to be closed. */
static bool serve(struct connection *connection, int told)
{
	char *text = connection->text;
	ssize_t n = recv(connection->fd, text + connection->len,
			 MAX_REQUEST - connection->len, 0);
	char path[256];
	size_t len;

	if (n <= 0)
		return false;
	connection->len += (size_t)n;
	text[connection->len] = '\0';
	if (text[0] == 0x16) /* a TLS handshake */
		return send_text(connection->fd, "HTTP/1.1 400 No\r\n\r\n") &&
		       false;
	len = request_len(connection);
	if (len == 0)
		return true;
	tell(told, connection, len);
	get_path(path, sizeof(path), text);
	once(path, sizeof(path), connection->served++);
	text = strstr(text, "\r\n\r\n") + 4;
	connection->len = 0;
	return answer(connection->fd, path, text,
		      len - (size_t)(text - connection->text));
}

static void take_in(struct connection *connections, int listener, int number)
{
	for (int i = 0; i < MAX_CONNECTIONS; i++)
		if (connections[i].fd < 0) {
			connections[i].fd = accept(listener, NULL, NULL);
			connections[i].number = number;
			connections[i].len = 0;
			connections[i].served = 0;
			return;
		}
	_exit(1);
}

static _Noreturn void run(int listener, int told)
{
	struct connection connections[MAX_CONNECTIONS];
	struct pollfd polled[MAX_CONNECTIONS + 1];
	int number = 0;

	for (int i = 0; i < MAX_CONNECTIONS; i++) {
		connections[i].fd = -1;
		connections[i].text = calloc(MAX_REQUEST + 1, 1);
		if (connections[i].text == NULL)
			_exit(1);
	}
	for (;;) {
		polled[MAX_CONNECTIONS] =
			(struct pollfd){.fd = listener, .events = POLLIN};
		for (int i = 0; i < MAX_CONNECTIONS; i++)
			polled[i] = (struct pollfd){.fd = connections[i].fd,
						    .events = POLLIN};
		poll(polled, MAX_CONNECTIONS + 1, -1);
		for (int i = 0; i < MAX_CONNECTIONS; i++)
			if (polled[i].revents != 0 &&
			    !serve(&connections[i], told)) {
				close(connections[i].fd);
				connections[i].fd = -1;
			}
		if (polled[MAX_CONNECTIONS].revents != 0)
			take_in(connections, listener, ++number);
	}
}

static int bind_loopback(int *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) != 0)
		return -1;
	*port = ntohs(address.sin_port);
	return fd;
}

bool peer_start(struct peer *peer)
{
	int ends[2];
	int listener = bind_loopback(&peer->port);

	if (listener < 0 || listen(listener, 16) != 0 ||
	    pipe2(ends, O_CLOEXEC) != 0)
		return false;
	peer->pid = fork();
	if (peer->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run(listener, ends[1]);
	}
	close(listener);
	close(ends[1]);
	peer->told = ends[0];
	return peer->pid > 0 && fcntl(peer->told, F_SETFL, O_NONBLOCK) == 0;
}

void peer_stop(struct peer *peer)
{
	kill(peer->pid, SIGKILL);
	waitpid(peer->pid, NULL, 0);
	close(peer->told);
}

bool peer_seen(const struct peer *peer, struct seen *seen)
{
	/* Larger than PIPE_BUF, so it may come in parts. */
	size_t have = 0;
	ssize_t n;

	do {
		n = read(peer->told, (char *)seen + have, sizeof(*seen) - have);
		if (n > 0)
			have += (size_t)n;
	} while (have > 0 && have < sizeof(*seen) && n != 0);
	return have == sizeof(*seen);
}

int peer_closed_port(int *fd)
{
	int port = 0;

	*fd = bind_loopback(&port);
	return port;
}
