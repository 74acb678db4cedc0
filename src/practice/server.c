/* SPDX-License-Identifier: MIT */
/*
 * The HTTP server on libmicrohttpd, see server.h. A request is received
 * completely, answered at once by the service, and sent as the answer
 * specifies.
 */
#include "config.h"

#include "practice/server.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <microhttpd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "practice/call.h"
#include "practice/connections.h"
#include "practice/gzip.h"
#include "practice/listen.h"
#include "practice/router.h"
#include "practice/service.h"

enum {
	MAX_CONNECTIONS = 1024,
	IDLE_TIMEOUT_S = 10,
	/* To receive a request, including the silence before it. */
	REQUEST_MS = 20 * 1000,
	CONNECTION_MEMORY = 32 * 1024, /* request line, headers, buffers */
	FLOOD_BYTES = 32 * 1024 * 1024,
	FLOOD_BLOCK = 32 * 1024,
	DRIP_BLOCK = 64,
	DRIP_PAUSE_MS = 200,
	/* A client that gets no answer is disconnected in the end, so that it
	 * does not hold a connection forever. */
	HANG_MS = 120 * 1000
};

struct server {
	struct service *service;
	struct log *log;
	struct MHD_Daemon *daemon;
	char *cert, *key;
	int epoll_fd;
	bool tls;
	struct connections connections;
	struct exchange *waiting; /* suspended until their due_ms */
};

/* One request and its answer. */
struct exchange {
	struct exchange *next; /* in server->waiting */
	struct server *server;
	struct MHD_Connection *connection;
	char *uri;
	bool begun; /* its headers were checked */
	bool hung;  /* never gets an answer */
	struct buf body;
	struct answer answer;
	int64_t due_ms;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Suspends the exchange until due_ms. */
static void hold(struct exchange *exchange, int64_t due_ms)
{
	exchange->due_ms = due_ms;
	exchange->next = exchange->server->waiting;
	exchange->server->waiting = exchange;
	MHD_suspend_connection(exchange->connection);
}

/* Resumes all exchanges that are due by then. */
static void resume_due(struct server *server, int64_t by_ms)
{
	struct exchange **link = &server->waiting, *exchange;

	while ((exchange = *link)) {
		if (exchange->due_ms > by_ms) {
			link = &exchange->next;
			continue;
		}
		*link = exchange->next;
		MHD_resume_connection(exchange->connection);
	}
}

/* Called first for each request; returns the con_cls of all later calls. */
static void *begin_exchange(void *cls, const char *uri,
			    struct MHD_Connection *connection)
{
	struct exchange *exchange = xcalloc(1, sizeof *exchange);

	exchange->server = cls;
	exchange->connection = connection;
	exchange->uri = xstrdup(uri);
	buf_init(&exchange->body, CALL_MAX_BODY);
	answer_init(&exchange->answer);
	return exchange;
}

/* The library returns information about a connection in one shared place, which
 * the next such call overwrites, so the value is copied at once. */
static int fd_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info ? info->connect_fd : -1;
}

static const struct sockaddr *client_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return info ? info->client_addr : NULL;
}

static struct connection *connection_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection,
				       MHD_CONNECTION_INFO_SOCKET_CONTEXT)
		->socket_context;
}

static void end_exchange(void *cls, struct MHD_Connection *connection,
			 void **con_cls, enum MHD_RequestTerminationCode why)
{
	struct exchange *exchange = *con_cls;

	(void)cls;
	(void)why;
	connection_may_take(connection_of(connection), now_ms() + REQUEST_MS);
	if (!exchange)
		return;
	answer_free(&exchange->answer);
	buf_free(&exchange->body);
	secret_free(exchange->uri);
	free(exchange);
	*con_cls = NULL;
}

static ssize_t drip(void *cls, uint64_t sent, char *dst, size_t size)
{
	struct exchange *exchange = cls;
	int64_t now = now_ms();

	(void)size;
	if (now < exchange->due_ms) {
		hold(exchange, exchange->due_ms);
		return 0;
	}
	exchange->due_ms = now + DRIP_PAUSE_MS;
	*dst = exchange->answer.body.data[sent];
	return 1;
}

static ssize_t flood(void *cls, uint64_t sent, char *dst, size_t size)
{
	struct exchange *exchange = cls;
	const struct buf *start = &exchange->answer.body;

	if (sent >= FLOOD_BYTES)
		return MHD_CONTENT_READER_END_OF_STREAM;
	memset(dst, 'x', size);
	if (sent < start->len)
		memcpy(dst, start->data + sent,
		       size < start->len - sent ? size : start->len - sent);
	return (ssize_t)size;
}

static struct MHD_Response *make_encoded(const struct buf *body)
{
	struct MHD_Response *response = NULL;
	struct buf encoded;

	buf_init(&encoded, 2 * body->len + 64);
	if (gzip_store(&encoded, body->data, body->len))
		response = MHD_create_response_from_buffer(
			encoded.len, encoded.data, MHD_RESPMEM_MUST_COPY);
	buf_free(&encoded);
	if (response)
		MHD_add_response_header(
			response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
	return response;
}

static struct MHD_Response *make_response(struct exchange *exchange)
{
	struct buf *body = &exchange->answer.body;

	switch (exchange->answer.delivery) {
	case DELIVER_GZIP:
		return make_encoded(body);
	case DELIVER_WHOLE:
	case DELIVER_NEVER:
	case DELIVER_DROP:
		break;
	case DELIVER_DRIP:
		return MHD_create_response_from_callback(body->len, DRIP_BLOCK,
							 drip, exchange, NULL);
	case DELIVER_FLOOD:
		return MHD_create_response_from_callback(
			MHD_SIZE_UNKNOWN, FLOOD_BLOCK, flood, exchange, NULL);
	}
	return MHD_create_response_from_buffer(body->len, body->data,
					       MHD_RESPMEM_MUST_COPY);
}

/* Sends the answer. MHD_NO closes the connection. */
static enum MHD_Result send_answer(struct exchange *exchange)
{
	const struct answer *answer = &exchange->answer;
	struct MHD_Response *response;
	enum MHD_Result result;

	switch (answer->delivery) {
	case DELIVER_WHOLE:
	case DELIVER_GZIP:
	case DELIVER_DRIP:
	case DELIVER_FLOOD:
		break;
	case DELIVER_NEVER:
		exchange->hung = true;
		hold(exchange, now_ms() + HANG_MS);
		return MHD_YES;
	case DELIVER_DROP:
		return MHD_NO;
	}
	response = make_response(exchange);
	if (!response)
		return MHD_NO;
	if (answer->type)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
					answer->type);
	for (size_t i = 0; i < answer->header_count; i++)
		MHD_add_response_header(response, answer->headers[i].name,
					answer->headers[i].value);
	/* The timeout of this answer, not of an earlier one on this
	 * connection. */
	MHD_set_connection_option(
		exchange->connection, MHD_CONNECTION_OPTION_TIMEOUT,
		answer->idle_s > 0 ? answer->idle_s : (unsigned)IDLE_TIMEOUT_S);
	result = MHD_queue_response(exchange->connection, answer->status,
				    response);
	MHD_destroy_response(response);
	return result;
}

static const char *header(const struct exchange *exchange, const char *name)
{
	return MHD_lookup_connection_value(exchange->connection,
					   MHD_HEADER_KIND, name);
}

/* The caller, and the server's names on that connection. */
struct connection_names {
	char peer[LISTEN_HOST_SIZE];
	char local_host[LISTEN_HOST_SIZE + 8];
	char local_port[8];
	bool same_machine;
};

static bool find_names(const struct exchange *exchange,
		       struct connection_names *ends)
{
	const int fd = fd_of(exchange->connection);
	const struct sockaddr *client = client_of(exchange->connection);
	struct sockaddr_storage own = {0};
	socklen_t len = sizeof own;
	char host[LISTEN_HOST_SIZE];
	int port;

	if (!client || getsockname(fd, (struct sockaddr *)&own, &len) < 0)
		return false;
	listen_host((struct sockaddr *)&own, host);
	port = listen_port((struct sockaddr *)&own);
	if (port == (exchange->server->tls ? 443 : 80))
		*ends->local_port = '\0';
	else
		snprintf(ends->local_port, sizeof ends->local_port, ":%d",
			 port);
	snprintf(ends->local_host, sizeof ends->local_host, "%s%s", host,
		 ends->local_port);
	listen_host(client, ends->peer);
	ends->same_machine =
		listen_is_loopback(client) || strcmp(ends->peer, host) == 0;
	return true;
}

/* Lets the service answer; false if the connection is already gone. */
static bool serve(struct exchange *exchange, const char *method)
{
	struct server *server = exchange->server;
	char *query = strchr(exchange->uri, '?');
	struct connection_names ends;
	struct call call = {
		.method = method,
		.path = exchange->uri,
		.query = query ? query + 1 : "",
		.body = buf_text(&exchange->body),
		.body_len = exchange->body.len,
		.host = header(exchange, MHD_HTTP_HEADER_HOST),
		.origin = header(exchange, MHD_HTTP_HEADER_ORIGIN),
		.sec_fetch_site = header(exchange, "Sec-Fetch-Site"),
		.authorization =
			header(exchange, MHD_HTTP_HEADER_AUTHORIZATION),
		.cookie = MHD_lookup_connection_value(
			exchange->connection, MHD_COOKIE_KIND, CALL_COOKIE),
		.peer = ends.peer,
		.local_host = ends.local_host,
		.local_port = ends.local_port,
		.now_ms = now_ms(),
		.wall_s = time(NULL),
	};

	if (!find_names(exchange, &ends))
		return false;
	call.same_machine = ends.same_machine;
	if (query)
		*query = '\0';
	router_answer(server->service, &call, &exchange->answer);
	/* Never the query: it may hold a code. */
	if (server->log)
		log_add(server->log, call.wall_s, LEVEL_INFO, "%s %s %s %u",
			ends.peer, method, call.path, exchange->answer.status);
	return true;
}

/* After the headers: rejects a body announced as too large. */
static enum MHD_Result begin_request(struct exchange *exchange)
{
	const char *length = header(exchange, MHD_HTTP_HEADER_CONTENT_LENGTH);
	int64_t n;

	exchange->begun = true;
	if (!length ||
	    text_number(length, strlen(length), 0, CALL_MAX_BODY, &n))
		return MHD_YES;
	answer_text(&exchange->answer, MHD_HTTP_CONTENT_TOO_LARGE, "text/plain",
		    "The request is too large.\n");
	return send_answer(exchange);
}

/* Some clients do not encode spaces in a form (oidc-agent, people with curl);
 * most servers accept that. */
static bool take_body(struct buf *body, const char *data, size_t n)
{
	size_t had = body->len;

	if (!buf_add(body, data, n))
		return false;
	for (size_t i = had; i < body->len; i++) {
		if (body->data[i] == ' ')
			body->data[i] = '+';
	}
	return true;
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *connection,
			      const char *url, const char *method,
			      const char *version, const char *upload_data,
			      size_t *upload_size, void **con_cls)
{
	struct exchange *exchange = *con_cls;

	(void)cls;
	(void)url;
	(void)version;
	if (!exchange->begun)
		return begin_request(exchange);
	if (*upload_size > 0) {
		size_t n = *upload_size;

		*upload_size = 0;
		return take_body(&exchange->body, upload_data, n) ? MHD_YES
								  : MHD_NO;
	}
	/* The request is complete; the answer may take a while. */
	connection_may_take(connection_of(connection), INT64_MAX);
	if (exchange->hung || !serve(exchange, method))
		return MHD_NO;
	return send_answer(exchange);
}

static void note_connection(void *cls, struct MHD_Connection *connection,
			    void **context,
			    enum MHD_ConnectionNotificationCode what)
{
	struct server *server = cls;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		connections_leave(&server->connections, *context);
		return;
	}
	*context = connections_enter(&server->connections, fd_of(connection),
				     now_ms() + REQUEST_MS);
	server->service->connections++;
}

static void log_trouble(void *cls, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

static void log_trouble(void *cls, const char *format, va_list args)
{
	struct server *server = cls;
	char text[200];

	if (!server->log)
		return;
	vsnprintf(text, sizeof text, format, args);
	log_add(server->log, time(NULL), LEVEL_DEBUG, "%s", text);
}

static struct MHD_Daemon *start(struct server *server, int listener)
{
	struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, server->cert},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, server->key},
		{MHD_OPTION_END, 0, NULL},
	};
	unsigned flags =
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;

	return MHD_start_daemon(
		server->tls ? flags | MHD_USE_TLS : flags, 0, NULL, NULL,
		handle, server, MHD_OPTION_EXTERNAL_LOGGER, log_trouble, server,
		MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_URI_LOG_CALLBACK,
		begin_exchange, server, MHD_OPTION_NOTIFY_COMPLETED,
		end_exchange, server, MHD_OPTION_NOTIFY_CONNECTION,
		note_connection, server, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)MAX_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)IDLE_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)CONNECTION_MEMORY, MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1,
		MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_ARRAY,
		server->tls ? tls : tls + 2, MHD_OPTION_END);
}

struct server *server_new(struct service *service,
			  const struct server_options *options, struct err *err)
{
	struct server *server = xcalloc(1, sizeof *server);
	const union MHD_DaemonInfo *info;

	server->service = service;
	server->log = options->log;
	server->tls = options->cert != NULL;
	server->cert = xstrdup(options->cert);
	server->key = xstrdup(options->key);
	server->daemon = start(server, options->listener);
	info = server->daemon ? MHD_get_daemon_info(server->daemon,
						    MHD_DAEMON_INFO_EPOLL_FD)
			      : NULL;
	if (!info) {
		err_set(err, "Cannot start the HTTP server%s.",
			server->tls ? ": check the TLS certificate and key"
				    : "");
		server_free(server);
		return NULL;
	}
	server->epoll_fd = info->epoll_fd;
	return server;
}

void server_free(struct server *server)
{
	if (!server)
		return;
	resume_due(server, INT64_MAX);
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	secret_free(server->key);
	free(server->cert);
	free(server);
}

int server_fd(const struct server *server)
{
	return server->epoll_fd;
}

int server_timeout(const struct server *server)
{
	MHD_UNSIGNED_LONG_LONG http_ms;
	int64_t wait_ms = INT64_MAX, now = now_ms();
	int64_t due_ms = connections_due_ms(&server->connections);

	if (MHD_get_timeout(server->daemon, &http_ms) == MHD_YES)
		wait_ms = (int64_t)http_ms;
	if (due_ms != INT64_MAX && due_ms - now < wait_ms)
		wait_ms = due_ms - now;
	for (const struct exchange *exchange = server->waiting; exchange;
	     exchange = exchange->next)
		if (exchange->due_ms - now < wait_ms)
			wait_ms = exchange->due_ms - now;
	if (wait_ms == INT64_MAX)
		return -1;
	if (wait_ms < 0)
		return 0;
	return wait_ms < INT32_MAX ? (int)wait_ms : INT32_MAX;
}

static unsigned count_open(const struct server *server)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(
		server->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	return info ? info->num_connections : 0;
}

void server_run(struct server *server)
{
	unsigned before;

	resume_due(server, now_ms());
	connections_cut(&server->connections, now_ms());
	/* The library stops listening while it has the most connections
	 * allowed, and checks only at the start of a run whether there is room
	 * again: without another run, a client would wait in vain. */
	do {
		before = count_open(server);
		MHD_run(server->daemon);
	} while (count_open(server) < before);
}
