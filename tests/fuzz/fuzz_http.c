/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as an HTTP answer, in pieces, through real sockets and libcurl: two
 * requests, over one connection where it is kept. Nothing is posted twice, and
 * what comes out is what the headers promise.
 */
#include "config.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "fuzz.h"
#include "io/http.h"
#include "oauth/http_message.h"

enum {
	REPEATS = 6, /* of the last piece: more than the cap of a body */
	MAX_TURNS = 5000,
	PATIENCE_MS = 1,
	IDLE_TURNS = 3 /* after so many the other end hangs up */
};

/* The other end. */
static struct {
	struct http *http;
	int listener, connection; /* connection: -1 for none */
	int port;
	size_t heard;	 /* bytes of the request that is coming in */
	char head[8192]; /* of it */
	unsigned posts, gets;
} peer;

/* How an exchange is answered. */
struct answer {
	const char *data;
	size_t len, cut;
	size_t repeats; /* how often the end comes again */
	bool closes, resets;
};

static int64_t now_ms(void)
{
	return 1000;
}

static void open_fixture(void)
{
	const struct http_options options = {.proxy = "none",
					     .connect_timeout_ms = 5000,
					     .request_timeout_ms = 5000,
					     .user_agent = "grantty-fuzz/1",
					     .now_ms = now_ms};
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);
	struct err err;

	must(http_init(&err));
	peer.http = http_new(&options, &err);
	must(peer.http != NULL);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	peer.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	must(peer.listener >= 0);
	must(bind(peer.listener, (struct sockaddr *)&address, size) == 0);
	must(listen(peer.listener, 8) == 0);
	must(getsockname(peer.listener, (struct sockaddr *)&address, &size) ==
	     0);
	peer.port = ntohs(address.sin_port);
	peer.connection = -1;
}

static void hang_up(bool with_reset)
{
	const struct linger now = {.l_onoff = 1, .l_linger = 0};

	if (peer.connection < 0)
		return;
	if (with_reset)
		(void)setsockopt(peer.connection, SOL_SOCKET, SO_LINGER, &now,
				 sizeof(now));
	close(peer.connection);
	peer.connection = -1;
}

/* What the client does not take is not its answer. */
static void give(const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = send(peer.connection, data, len,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n <= 0)
			return;
		data += n;
		len -= (size_t)n;
	}
}

static void reply_with(const struct answer *answer)
{
	give(answer->data, answer->cut);
	give(answer->data + answer->cut, answer->len - answer->cut);
	for (size_t i = 0; i < answer->repeats; i++)
		give(answer->data + answer->cut, answer->len - answer->cut);
	if (answer->closes)
		hang_up(answer->resets);
}

/* Reads the request; true once it has come in whole. Its body is one byte for
 * POST and nothing for GET. */
static bool receive(void)
{
	const char *end;
	ssize_t n = recv(peer.connection, peer.head + peer.heard,
			 sizeof(peer.head) - 1 - peer.heard, MSG_DONTWAIT);

	if (n <= 0)
		return false;
	peer.heard += (size_t)n;
	must(peer.heard < sizeof(peer.head) - 1);
	peer.head[peer.heard] = '\0';
	end = strstr(peer.head, "\r\n\r\n");
	if (end == NULL)
		return false;
	if (strncmp(peer.head, "POST ", 5) != 0) {
		must(strncmp(peer.head, "GET /x ", 7) == 0);
		peer.gets++;
		return true;
	}
	if (strlen(end + 4) < 1)
		return false;
	peer.posts++;
	return true;
}

static void check_text(const char *text)
{
	if (text != NULL)
		must(strchr(text, '\n') == NULL && strchr(text, '\r') == NULL);
}

static void check_reply(const struct reply *reply)
{
	must(reply->body != NULL && reply->type != NULL);
	must(reply->body_len <= HTTP_MAX_BODY);
	must(reply->body[reply->body_len] == '\0');
	must(reply->retry_after_s >= -1);
	must(reply->date_s >= 0);
	must(reply->proxy_status == 0 && reply->issuer == NULL);
	check_text(reply->type);
	check_text(reply->cache_control);
	check_text(reply->location);
	check_text(reply->accept);
	check_text(reply->dpop_nonce);
	if (reply->net == NET_OK) {
		/* libcurl takes "HTTP/21 0.1" for a status, of 0. */
		must(reply->status >= 0 && reply->status <= 999);
		return;
	}
	must(reply->status == 0);
	must(reply->what != NULL && reply->what[0] != '\0');
	must(text_is_clean(reply->what, strlen(reply->what)));
	must(reply->net != NET_TLS && reply->net != NET_RESOLVE);
}

static void exchange(bool post, bool fresh, const struct answer *answer)
{
	struct request *request = xcalloc(1, sizeof(*request));
	enum http_slot slot;
	struct reply reply;
	char url[64];
	bool answered = false;
	int idle = 0;

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/x", peer.port);
	request->url = xstrdup(url);
	request->body = post ? xstrdup("b") : NULL;
	request->fresh = fresh;
	peer.posts = peer.gets = 0;
	peer.heard = 0;
	http_send(peer.http, HTTP_MAIN, request);
	for (int i = 0; !http_reply(peer.http, &slot, &reply); i++) {
		struct http_fd fds[] = {{.fd = peer.listener},
					{.fd = peer.connection}};

		must(i < MAX_TURNS);
		must(http_wait(peer.http, fds, 2, PATIENCE_MS));
		if (fds[0].ready) {
			hang_up(false);
			peer.heard = 0;
			peer.connection = accept(peer.listener, NULL, NULL);
		} else if (fds[1].ready && !answered) {
			answered = receive();
			if (answered)
				reply_with(answer);
		} else if (fds[1].ready || (answered && ++idle > IDLE_TURNS)) {
			/* It is gone, or waits for more. */
			hang_up(false);
			idle = 0;
			answered = false;
		}
	}
	must(slot == HTTP_MAIN);
	must(peer.posts + peer.gets <= (post ? 1 : 2));
	must(post ? peer.gets == 0 : peer.posts == 0);
	check_reply(&reply);
	must(!http_reply(peer.http, &slot, &reply));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	struct answer answer;
	bool post, fresh;
	unsigned where;

	if (peer.http == NULL)
		open_fixture();
	post = input_choice(&input, 2) == 1;
	fresh = input_choice(&input, 2) == 1;
	answer.closes = input_choice(&input, 2) == 1;
	answer.resets = input_choice(&input, 2) == 1;
	answer.repeats = input_choice(&input, REPEATS) * 100;
	where = input_choice(&input, 256);
	answer.data = input.data;
	answer.len = input.len;
	answer.cut = answer.len * where / 256;
	exchange(post, fresh, &answer);
	exchange(post, fresh, &answer);
	hang_up(false);
	http_forget(peer.http);
	return 0;
}
