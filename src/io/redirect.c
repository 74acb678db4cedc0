/* SPDX-License-Identifier: MIT */
/*
 * The listener, based on libmicrohttpd, see redirect.h. Each connection carries
 * one request: it is answered at once, or suspended as a hit until
 * redirect_answer(). The library's time-out covers only silence, so this file
 * keeps a deadline for the whole request. Any user of the machine can connect:
 * if there are too many connections, the oldest one that has sent no request is
 * dropped, so that the browser always gets through, no matter how many
 * connections are held open.
 */
#include "config.h"

#include "io/redirect.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/buf.h"
#include "base/deadline.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/url.h"
#include "io/loopback.h"
#include "io/redirect_page.h"
#include "io/redirect_request.h"

enum {
	MAX_CONNECTIONS = 16,
	/* Connections accepted before any can be dropped. */
	MAX_ACCEPTED = 2 * MAX_CONNECTIONS,
	MAX_ROUNDS = 64,	       /* of dropping them, in one run */
	CONNECTION_MEMORY = 32 * 1024, /* for request line, headers, buffers */
	MAX_PAGE = 16 * 1024,
	REQUEST_MS = 2 * 1000, /* to receive a request */
	PAGE_MS = 10 * 1000,   /* to send a page */
	ANSWER_MS = 30 * 1000  /* for redirect_answer() */
};

/* Why hits are no longer accepted. */
/* Translators: on the page that the browser ends on. */
static const char used[] =
	N_("This sign-in has already been used. If the screen where you "
	   "started it does not say that you are signed in, start again "
	   "there.");
static const char ended[] = N_("The sign-in has ended. Start it again.");

enum caller_state {
	CALLER_SENDING, /* its request has not arrived yet */
	CALLER_WAITING, /* a hit, ready for redirect_take(); suspended */
	CALLER_TAKEN,	/* returned by redirect_take(); suspended */
	CALLER_TOLD	/* is being sent its page */
};

/* A connection and its only request. */
struct caller {
	struct caller *next;
	struct redirect *redirect;
	struct MHD_Connection *connection;
	enum caller_state state;
	int64_t due_ms;
	char *target; /* path and query, unchanged */
	unsigned status;
	struct MHD_Response *response; /* CALLER_TOLD */
};

struct redirect {
	char *uri;
	char *path;
	int port;
	int epoll_fd; /* contains those of the daemons */
	struct MHD_Daemon *daemons[LOOPBACK_MAX];
	size_t daemon_count;
	struct caller *callers; /* oldest first */
	int64_t now_ms;		/* of the last redirect_run() */
	bool taken;		/* a hit was returned and not answered yet */
	const char *over;	/* used, ended, or NULL */
	bool resumed; /* a connection; the library does not report this */
};

static bool is_suspended(const struct caller *caller)
{
	return caller->state == CALLER_WAITING || caller->state == CALLER_TAKEN;
}

static void add_headers(struct MHD_Response *response)
{
	static const struct {
		const char *name, *value;
	} headers[] = {
		{MHD_HTTP_HEADER_CONTENT_TYPE, "text/html; charset=utf-8"},
		{MHD_HTTP_HEADER_CACHE_CONTROL, "no-store"},
		{MHD_HTTP_HEADER_CONNECTION, "close"},
		{"X-Content-Type-Options", "nosniff"},
		{"X-Frame-Options", "DENY"},
		/* Otherwise the code could leak with the URL of the page. */
		{"Referrer-Policy", "no-referrer"},
	};
	struct buf policy;

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		MHD_add_response_header(response, headers[i].name,
					headers[i].value);
	buf_init(&policy, MAX_PAGE);
	redirect_page_policy(&policy);
	MHD_add_response_header(response, "Content-Security-Policy",
				buf_text(&policy));
	buf_free(&policy);
}

/* Sets the caller's response, and resumes its connection if suspended. */
static void set_response(struct caller *caller, unsigned status,
			 enum redirect_mark mark, const char *title,
			 const char *text)
{
	bool suspended = is_suspended(caller);
	struct buf page;

	buf_init(&page, MAX_PAGE);
	redirect_page(&page, mark, title, text);
	caller->response = MHD_create_response_from_buffer(
		page.len, page.data, MHD_RESPMEM_MUST_COPY);
	buf_free(&page);
	if (caller->response != NULL)
		add_headers(caller->response);
	if (caller->response != NULL && status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(caller->response, MHD_HTTP_HEADER_ALLOW,
					"GET, HEAD");
	caller->status = status;
	caller->state = CALLER_TOLD;
	caller->due_ms = caller->redirect->now_ms + PAGE_MS;
	if (suspended) {
		MHD_resume_connection(caller->connection);
		caller->redirect->resumed = true;
	}
}

static void refuse(struct caller *caller, unsigned status, const char *text)
{
	/* Translators: the title of the page that the browser ends on. */
	set_response(caller, status, MARK_BAD, _("That did not work"), text);
}

static const char *header(const struct caller *caller, const char *name)
{
	return MHD_lookup_connection_value(caller->connection, MHD_HEADER_KIND,
					   name);
}

static bool has_body(const struct caller *caller)
{
	const char *length = header(caller, MHD_HTTP_HEADER_CONTENT_LENGTH);

	return header(caller, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL ||
	       (length != NULL && strcmp(length, "0") != 0);
}

static void receive_hit(struct caller *caller)
{
	if (caller->redirect->over != NULL) {
		refuse(caller, MHD_HTTP_GONE, _(caller->redirect->over));
		return;
	}
	caller->state = CALLER_WAITING;
	caller->due_ms = caller->redirect->now_ms + ANSWER_MS;
	MHD_suspend_connection(caller->connection);
}

/* Handles the headers of a request. */
static void receive(struct caller *caller, const char *method)
{
	struct redirect_request request = {
		.method = method,
		.target = caller->target,
		.host = header(caller, MHD_HTTP_HEADER_HOST),
		.origin = header(caller, MHD_HTTP_HEADER_ORIGIN),
		.fetch_dest = header(caller, "Sec-Fetch-Dest"),
		.has_body = has_body(caller),
	};

	/* Translators: a title or a text of the page that the browser ends on.
	 */
	switch (redirect_judge(&request, caller->redirect->path,
			       caller->redirect->port)) {
	case REQUEST_HIT:
		receive_hit(caller);
		break;
	case REQUEST_LOOK:
		/* Also shows users that their tunnel to this listener works. */
		set_response(caller, MHD_HTTP_OK, MARK_NONE,
			     _("This is the right place"),
			     _("Sign in on the provider's page. It sends you "
			       "back here."));
		break;
	case REQUEST_MISDIRECTED:
		refuse(caller, MHD_HTTP_MISDIRECTED_REQUEST,
		       _("The browser sent this request to the wrong machine. "
			 "Open the address exactly as it was shown."));
		break;
	case REQUEST_EMBEDDED:
		refuse(caller, MHD_HTTP_FORBIDDEN,
		       _("Another page loaded this one. Open it in its own "
			 "window."));
		break;
	case REQUEST_ELSEWHERE:
		refuse(caller, MHD_HTTP_NOT_FOUND,
		       _("There is nothing at this address."));
		break;
	case REQUEST_METHOD:
		refuse(caller, MHD_HTTP_METHOD_NOT_ALLOWED,
		       _("This address can only be opened in a browser."));
		break;
	case REQUEST_MALFORMED:
		refuse(caller, MHD_HTTP_BAD_REQUEST,
		       _("The provider's answer is malformed. Start the "
			 "sign-in "
			 "again."));
		break;
	}
}

/* Called when the headers have arrived, and again when a hit is resumed. */
static enum MHD_Result handle(void *cls, struct MHD_Connection *connection,
			      const char *url, const char *method,
			      const char *version, const char *upload_data,
			      size_t *upload_size, void **con_cls)
{
	struct caller *caller = *con_cls;

	(void)cls;
	(void)url;
	(void)version;
	(void)upload_data;
	(void)upload_size;
	if (caller->state == CALLER_SENDING)
		receive(caller, method);
	if (caller->state != CALLER_TOLD)
		return MHD_YES;
	if (caller->response == NULL)
		return MHD_NO;
	return MHD_queue_response(connection, caller->status, caller->response);
}

static void add_caller(struct redirect *redirect,
		       struct MHD_Connection *connection, void **context)
{
	struct caller *caller = xcalloc(1, sizeof(*caller));
	struct caller **link = &redirect->callers;

	caller->redirect = redirect;
	caller->connection = connection;
	caller->due_ms = redirect->now_ms + REQUEST_MS;
	while (*link != NULL)
		link = &(*link)->next;
	*link = caller;
	*context = caller;
}

static void remove_caller(struct redirect *redirect, struct caller *caller)
{
	struct caller **link = &redirect->callers;

	while (*link != caller)
		link = &(*link)->next;
	*link = caller->next;
	if (caller->response != NULL)
		MHD_destroy_response(caller->response);
	secret_free(caller->target);
	free(caller);
}

static void note_connection(void *cls, struct MHD_Connection *connection,
			    void **context,
			    enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		add_caller(cls, connection, context);
	else
		remove_caller(cls, *context);
}

/* Saves path and query before the library parses them. The return value becomes
 * the con_cls of handle(). */
static void *note_target(void *cls, const char *target,
			 struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct caller *caller = info->socket_context;

	(void)cls;
	secret_free(caller->target);
	caller->target = xstrdup(target);
	return caller;
}

/* Takes ownership of the descriptor. */
static struct MHD_Daemon *start_daemon(struct redirect *redirect, int listener,
				       size_t connections)
{
	struct MHD_Daemon *daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle,
		redirect, MHD_OPTION_LISTEN_SOCKET, listener,
		MHD_OPTION_URI_LOG_CALLBACK, note_target, redirect,
		MHD_OPTION_NOTIFY_CONNECTION, note_connection, redirect,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)connections,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1, MHD_OPTION_END);

	/* On failure, the library may or may not have closed it. */
	if (daemon == NULL && fcntl(listener, F_GETFD) != -1)
		close(listener);
	return daemon;
}

static bool watch_daemon(const struct redirect *redirect,
			 struct MHD_Daemon *daemon)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
	struct epoll_event event = {.events = EPOLLIN};

	return info != NULL && epoll_ctl(redirect->epoll_fd, EPOLL_CTL_ADD,
					 info->epoll_fd, &event) == 0;
}

/* Starts a server on each of the sockets and takes ownership of them. */
static bool start_daemons(struct redirect *redirect,
			  const struct loopback *loopback)
{
	bool ok;

	redirect->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	ok = redirect->epoll_fd >= 0;
	for (size_t i = 0; i < loopback->count; i++) {
		struct MHD_Daemon *daemon =
			start_daemon(redirect, loopback->fds[i], MAX_ACCEPTED);

		if (daemon == NULL) {
			ok = false;
			continue;
		}
		redirect->daemons[redirect->daemon_count++] = daemon;
		ok = ok && watch_daemon(redirect, daemon);
	}
	return ok;
}

/* The URI with the port in use, if it names none. */
static char *uri_with_port(const char *uri, const struct url *url, int port)
{
	bool is_ipv6 = memchr(url->host, ':', url->host_len) != NULL;
	struct buf out;

	if (port == url_port(url))
		return xstrdup(uri);
	buf_init(&out, strlen(uri) + sizeof(":65535"));
	buf_add(&out, uri, (size_t)(url->host - uri) + url->host_len + is_ipv6);
	buf_addf(&out, ":%d%s", port, url->path);
	return buf_take(&out);
}

static bool can_listen_at(const char *uri, struct url *url)
{
	return url_split(uri, url) && !url->https && !url->has_userinfo &&
	       url_is_loopback(url) && strpbrk(uri, "?#") == NULL;
}

struct redirect *redirect_open(const char *uri, bool any_port, struct err *err)
{
	struct loopback loopback;
	struct redirect *redirect;
	struct url url;
	int port;

	if (!can_listen_at(uri, &url)) {
		char *shown = url_for_log(uri);

		err_set(err,
			"Cannot listen on \"%s\": set redirect_uri to an "
			"address like http://127.0.0.1:2000/redirect.html and "
			"register it with the provider.",
			shown);
		free(shown);
		return NULL;
	}
	port = any_port ? url.port : url_port(&url);
	if (!loopback_listen(&loopback, &url, port, err))
		return NULL;
	redirect = xcalloc(1, sizeof(*redirect));
	redirect->port = loopback.port;
	redirect->uri = uri_with_port(uri, &url, loopback.port);
	redirect->path = xstrdup(*url.path != '\0' ? url.path : "/");
	if (!start_daemons(redirect, &loopback)) {
		err_set(err, "Cannot start the listener for the redirect: "
			     "the program has too few file descriptors or "
			     "too little memory left.");
		redirect_close(redirect);
		return NULL;
	}
	return redirect;
}

static unsigned count_open(struct MHD_Daemon *daemon)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(
		daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	return info != NULL ? info->num_connections : 0;
}

/*
 * When the library has reached its connection limit, it stops listening; it
 * checks only at the start of a run whether there is room again. Without
 * another run, a waiting browser would keep waiting.
 */
static void run_daemon(struct MHD_Daemon *daemon)
{
	unsigned before;

	do {
		before = count_open(daemon);
		MHD_run(daemon);
	} while (count_open(daemon) < before);
}

static void run_daemons(struct redirect *redirect)
{
	redirect->resumed = false;
	for (size_t i = 0; i < redirect->daemon_count; i++)
		run_daemon(redirect->daemons[i]);
}

void redirect_close(struct redirect *redirect)
{
	if (redirect == NULL)
		return;
	/* The library aborts if it is stopped with a suspended connection; from
	 * here on there must be none. */
	if (redirect->over == NULL)
		redirect->over = ended;
	for (struct caller *caller = redirect->callers; caller != NULL;
	     caller = caller->next) {
		if (is_suspended(caller))
			refuse(caller, MHD_HTTP_GONE, _(redirect->over));
	}
	run_daemons(redirect);
	for (size_t i = 0; i < redirect->daemon_count; i++)
		MHD_stop_daemon(redirect->daemons[i]);
	if (redirect->epoll_fd >= 0)
		close(redirect->epoll_fd);
	free(redirect->path);
	free(redirect->uri);
	free(redirect);
}

const char *redirect_uri(const struct redirect *redirect)
{
	return redirect->uri;
}

int redirect_fd(const struct redirect *redirect)
{
	return redirect->epoll_fd;
}

int redirect_timeout_ms(const struct redirect *redirect, int64_t now_ms)
{
	MHD_UNSIGNED_LONG_LONG daemon_ms; /* always 0: no time-out is set */
	int64_t due_ms = NEVER_MS;

	if (redirect->resumed)
		return 0;
	for (size_t i = 0; i < redirect->daemon_count; i++) {
		if (MHD_get_timeout(redirect->daemons[i], &daemon_ms) ==
		    MHD_YES)
			return 0;
	}
	for (const struct caller *caller = redirect->callers; caller != NULL;
	     caller = caller->next) {
		if (caller->due_ms < due_ms)
			due_ms = caller->due_ms;
	}
	if (due_ms == NEVER_MS)
		return -1;
	return due_ms > now_ms ? (int)(due_ms - now_ms) : 0;
}

/* Closes a connection that took too long, so that the library notices. */
static void close_connection(struct caller *caller)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		caller->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	if (info != NULL)
		shutdown(info->connect_fd, SHUT_RDWR);
	caller->due_ms = NEVER_MS;
}

static void end_wait(struct caller *caller)
{
	switch (caller->state) {
	case CALLER_SENDING:
	case CALLER_TOLD:
		close_connection(caller);
		break;
	case CALLER_WAITING:
	case CALLER_TAKEN:
		/* Translators: on the page that the browser ends on. */
		refuse(caller, MHD_HTTP_SERVICE_UNAVAILABLE,
		       _("This took too long. Look at the screen where you "
			 "started the sign-in, and try again there."));
		break;
	}
}

/* The oldest caller in that state that is not being closed already; NULL:
 * none. */
static struct caller *find_oldest(const struct redirect *redirect,
				  enum caller_state state)
{
	struct caller *caller = redirect->callers;

	while (caller != NULL &&
	       (caller->state != state || caller->due_ms == NEVER_MS))
		caller = caller->next;
	return caller;
}

/* Drops the excess connections, oldest first; of those that have sent a
 * request, only ones that have an answer. False if there are none to drop. */
static bool make_room(const struct redirect *redirect)
{
	size_t count = 0;
	bool dropped = false;

	for (const struct caller *caller = redirect->callers; caller != NULL;
	     caller = caller->next)
		count += caller->due_ms != NEVER_MS;
	for (; count > MAX_CONNECTIONS; count--) {
		struct caller *caller = find_oldest(redirect, CALLER_SENDING);

		if (caller == NULL)
			caller = find_oldest(redirect, CALLER_TOLD);
		if (caller == NULL)
			break;
		close_connection(caller);
		dropped = true;
	}
	return dropped;
}

/* Runs twice before dropping any: one run accepts a connection, the next one
 * reads from it. */
static void take_all(struct redirect *redirect)
{
	int rounds = 0;

	do {
		run_daemons(redirect);
		run_daemons(redirect);
	} while (make_room(redirect) && ++rounds < MAX_ROUNDS);
}

void redirect_run(struct redirect *redirect, int64_t now_ms)
{
	redirect->now_ms = now_ms;
	/* Before anything counts as late: it may have arrived by now. */
	take_all(redirect);
	for (struct caller *caller = redirect->callers; caller != NULL;
	     caller = caller->next) {
		if (caller->due_ms <= now_ms)
			end_wait(caller);
	}
	run_daemons(redirect);
}

char *redirect_take(struct redirect *redirect)
{
	struct caller *caller = redirect->callers;

	if (redirect->taken)
		return NULL;
	while (caller != NULL && caller->state != CALLER_WAITING)
		caller = caller->next;
	if (caller == NULL)
		return NULL;
	caller->state = CALLER_TAKEN;
	redirect->taken = true;
	return xstrdup(redirect_query(caller->target));
}

void redirect_answer(struct redirect *redirect, bool ok, const char *text)
{
	if (!redirect->taken)
		return;
	redirect->taken = false;
	if (ok)
		redirect->over = used;
	/* Translators: on the page that the browser ends on. */
	if (text == NULL)
		text = ok ? _("You can close this page.")
			  : _("Look at the screen where you started the "
			      "sign-in.");
	/* Translators: the title of the page that the browser ends on. */
	/* The one that was taken may have disconnected meanwhile. */
	for (struct caller *caller = redirect->callers; caller != NULL;
	     caller = caller->next) {
		if (caller->state == CALLER_TAKEN && ok)
			set_response(caller, MHD_HTTP_OK, MARK_GOOD, _("Done"),
				     text);
		else if (caller->state == CALLER_TAKEN)
			refuse(caller, MHD_HTTP_BAD_REQUEST, text);
		else if (caller->state == CALLER_WAITING && ok)
			refuse(caller, MHD_HTTP_GONE, _(used));
	}
}
