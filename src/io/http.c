/* SPDX-License-Identifier: MIT */
/*
 * One transfer per slot on one multi handle, so that connections are kept
 * between polls: decides which of them are reused, and waits.
 */
#include "config.h"

#include "io/http.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/url.h"
#include "io/http_kept.h"
#include "io/http_setup.h"
#include "io/http_transfer.h"
#include "oauth/http_message.h"

enum {
	MAX_FDS = 16,
	MAX_WAIT_MS = 60 * 60 * 1000, /* curl_multi_poll() refuses -1 */
	DNS_CACHE_S = 60,
	LATE_MS = 5000,	 /* the machine slept, or the process was stopped */
	IDLE_MAX_S = 118 /* libcurl's own, if a server promises nothing */
};

struct http {
	CURLM *multi;
	struct http_transfer transfers[HTTP_SLOTS];
	char *proxy; /* NULL: the environment's; "": none */
	bool stale;  /* do not trust kept connections and resolved names */
	bool slept;  /* and http_has_slept() has not told it yet */
	int64_t awake_ms;
	struct kept kept;
	int64_t request_timeout_ms;
	int64_t (*now_ms)(void); /* or NULL */
};

static int64_t now_ms(const struct http *http)
{
	return http->now_ms != NULL ? http->now_ms() : 0;
}

bool http_init(struct err *err)
{
	if (!http_setup_library())
		return err_set(err, "Cannot start libcurl: reinstall it.");
	return true;
}

/* The TLS library would wait for somebody to write to a FIFO. */
static bool check_ca_file(const char *path, struct err *err)
{
	struct stat st;

	if (access(path, R_OK) != 0 || stat(path, &st) != 0)
		return err_set(err,
			       "Cannot read the CA file %s (%m): check "
			       "network.ca_file.",
			       path);
	if (!S_ISREG(st.st_mode))
		return err_set(err,
			       "The CA file %s is not a regular file: check "
			       "network.ca_file.",
			       path);
	return true;
}

struct http *http_new(const struct http_options *options, struct err *err)
{
	const char *ca_file = options->ca_file;
	const char *proxy = options->proxy;
	struct http *http;
	bool ok = true;

	if (ca_file != NULL && *ca_file != '\0' && !check_ca_file(ca_file, err))
		return NULL;
	http = xcalloc(1, sizeof(*http));
	if (proxy != NULL && *proxy != '\0')
		http->proxy = xstrdup(strcmp(proxy, "none") == 0 ? "" : proxy);
	http->request_timeout_ms = options->request_timeout_ms;
	http->now_ms = options->now_ms;
	http->awake_ms = now_ms(http);
	http->multi = curl_multi_init();
	for (int i = 0; i < HTTP_SLOTS; i++)
		ok &= http_transfer_init(&http->transfers[i], options);
	if (http->multi == NULL || !ok) {
		err_set(err, "Cannot use libcurl: it lacks a required feature. "
			     "Install version 7.85 or newer, with TLS.");
		http_free(http);
		return NULL;
	}
	return http;
}

void http_free(struct http *http)
{
	if (http == NULL)
		return;
	for (int i = 0; i < HTTP_SLOTS; i++) {
		http_drop(http, (enum http_slot)i);
		curl_easy_cleanup(http->transfers[i].easy);
	}
	curl_multi_cleanup(http->multi);
	secret_free(http->proxy); /* may hold a password */
	free(http);
}

static void end_transfer(struct http *http, struct http_transfer *transfer)
{
	if (transfer->request == NULL)
		return;
	curl_multi_remove_handle(http->multi, transfer->easy);
	http_transfer_end(transfer);
}

void http_drop(struct http *http, enum http_slot slot_id)
{
	struct http_transfer *transfer = &http->transfers[slot_id];

	end_transfer(http, transfer);
	buf_free(&transfer->body);
	transfer->state = TRANSFER_IDLE;
}

void http_forget(struct http *http)
{
	http->stale = true;
	http->kept = (struct kept){0};
}

/* Called when at most for_ms should have passed since the last call. After
 * sleep, open connections are dead; not every sleep sets the clock. */
static void notice_sleep(struct http *http, int64_t for_ms)
{
	int64_t awake_ms = now_ms(http);

	if (awake_ms - http->awake_ms > for_ms + LATE_MS) {
		http_forget(http);
		http->slept = true;
	}
	http->awake_ms = awake_ms;
}

bool http_has_slept(struct http *http)
{
	bool slept = http->slept;

	http->slept = false;
	return slept;
}

/* Only a new multi handle is certain to have no old connections and names; it
 * replaces the old one when nothing is under way. */
static void renew_multi(struct http *http)
{
	CURLM *multi;

	for (int i = 0; i < HTTP_SLOTS; i++)
		if (http->transfers[i].state == TRANSFER_RUNNING)
			return;
	multi = curl_multi_init();
	if (multi == NULL)
		return;
	curl_multi_cleanup(http->multi);
	http->multi = multi;
	http->stale = false;
}

/*
 * Does not reuse an idle connection that the server is about to close (RFC 9112
 * section 9.3: it may do so at any time). libcurl counts whole seconds, and not
 * while the machine sleeps, so its limit only drops the connections left over.
 * Does not keep a connection that will not be reused.
 */
static bool set_reuse(const struct http *http, struct http_transfer *transfer)
{
	const char *url = transfer->request->url;
	int64_t idle_s = kept_idle_s(&http->kept, url);
	bool over = kept_is_over(&http->kept, url, now_ms(http));
	bool distrusted = kept_is_distrusted(&http->kept, url);
	const char *body = transfer->request->body;
	/* libcurl would resend an empty body without a rewind. */
	bool empty = body != NULL && *body == '\0';
	bool fresh = transfer->request->fresh || http->stale || over || empty ||
		     distrusted;

	if (idle_s < 0 || idle_s > IDLE_MAX_S)
		idle_s = IDLE_MAX_S;
	else if (over)
		idle_s--;
	if (idle_s < 1)
		idle_s = 1;
	return curl_easy_setopt(transfer->easy, CURLOPT_FRESH_CONNECT,
				(long)fresh) == CURLE_OK &&
	       curl_easy_setopt(transfer->easy, CURLOPT_FORBID_REUSE,
				(long)distrusted) == CURLE_OK &&
	       curl_easy_setopt(transfer->easy, CURLOPT_MAXAGE_CONN,
				(long)idle_s) == CURLE_OK;
}

static bool set_route(const struct http *http, struct http_transfer *transfer)
{
	const char *url = transfer->request->url;
	struct url parts;
	/* A proxy must not see requests to this machine. */
	bool direct = url_split(url, &parts) && url_is_loopback(&parts);

	return curl_easy_setopt(transfer->easy, CURLOPT_URL, url) == CURLE_OK &&
	       curl_easy_setopt(transfer->easy, CURLOPT_PROXY,
				direct ? "" : http->proxy) == CURLE_OK &&
	       /* Otherwise, libcurl applies NO_PROXY even to a proxy from the
		* configuration. */
	       curl_easy_setopt(transfer->easy, CURLOPT_NOPROXY,
				http->proxy != NULL ? "" : NULL) == CURLE_OK &&
	       set_reuse(http, transfer) &&
	       curl_easy_setopt(transfer->easy, CURLOPT_DNS_CACHE_TIMEOUT,
				http->stale ? 0L : (long)DNS_CACHE_S) ==
		       CURLE_OK;
}

void http_send(struct http *http, enum http_slot slot_id,
	       struct request *request)
{
	struct http_transfer *transfer = &http->transfers[slot_id];

	http_drop(http, slot_id);
	notice_sleep(http, 0);
	if (http->stale)
		renew_multi(http);
	transfer->sent_ms = now_ms(http);
	if (http_transfer_begin(transfer, request) &&
	    set_route(http, transfer) &&
	    curl_multi_add_handle(http->multi, transfer->easy) == CURLM_OK)
		transfer->state = TRANSFER_RUNNING;
	else
		http_transfer_refuse(transfer);
}

static void note_kept(struct http *http, const struct http_transfer *transfer)
{
	struct curl_header *found = NULL;
	bool has = curl_easy_header(transfer->easy, "Keep-Alive", 0,
				    CURLH_HEADER, -1, &found) == CURLHE_OK;

	kept_note(&http->kept, transfer->request->url,
		  has ? found->value : NULL, http_transfer_is_reused(transfer),
		  now_ms(http));
}

static void finish(struct http *http, struct http_transfer *transfer,
		   CURLcode code)
{
	http_transfer_finish(transfer, code);
	if (transfer->net == NET_OK)
		note_kept(http, transfer);
	else if (http_transfer_is_lost(transfer))
		kept_lose(&http->kept, transfer->request->url);
	if (transfer->idle_closed ||
	    (transfer->net != NET_OK && transfer->net != NET_TOO_LARGE))
		http->stale = true;
	end_transfer(http, transfer);
}

/* Ends requests that the machine has slept through: libcurl's clock does not
 * count that time, but the connection is dead by now. An answer that has
 * arrived has been taken before. */
static void end_overdue(struct http *http)
{
	for (int i = 0; i < HTTP_SLOTS; i++) {
		struct http_transfer *transfer = &http->transfers[i];

		if (transfer->state == TRANSFER_RUNNING &&
		    now_ms(http) - transfer->sent_ms >=
			    http->request_timeout_ms)
			finish(http, transfer, CURLE_OPERATION_TIMEDOUT);
	}
}

static bool perform(struct http *http)
{
	int running, left;
	struct CURLMsg *message;

	if (curl_multi_perform(http->multi, &running) != CURLM_OK)
		return false;
	while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
		CURL *easy = message->easy_handle;
		CURLcode code = message->data.result;

		for (int i = 0; i < HTTP_SLOTS; i++)
			if (http->transfers[i].easy == easy &&
			    http->transfers[i].request != NULL)
				finish(http, &http->transfers[i], code);
	}
	end_overdue(http);
	return true;
}

static bool has_answer(const struct http *http)
{
	for (int i = 0; i < HTTP_SLOTS; i++)
		if (http->transfers[i].state == TRANSFER_DONE)
			return true;
	return false;
}

static short events_of(const struct http_fd *fd)
{
	if (fd->end_only)
		return 0; /* poll() reports the end anyway */
	return fd->write ? POLLOUT : POLLIN;
}

/* Polls again, because curl_multi_poll() cannot report a hang-up. */
static void mark_ready(struct http_fd *fds, size_t n)
{
	struct pollfd polled[MAX_FDS];

	for (size_t i = 0; i < n; i++)
		polled[i] = (struct pollfd){
			.fd = fds[i].fd,
			.events = events_of(&fds[i]),
		};
	if (poll(polled, n, 0) < 0)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		fds[i].ready = polled[i].revents != 0;
		fds[i].hung_up =
			polled[i].revents & (POLLHUP | POLLERR | POLLNVAL);
	}
}

static short curl_events_of(const struct http_fd *fd)
{
	if (fd->end_only)
		return 0;
	return fd->write ? CURL_WAIT_POLLOUT : CURL_WAIT_POLLIN;
}

bool http_wait(struct http *http, struct http_fd *fds, size_t n,
	       int64_t timeout_ms)
{
	struct curl_waitfd extra[MAX_FDS];
	unsigned count = 0;
	int events = 0;

	notice_sleep(http, 0);
	if (n > MAX_FDS || !perform(http))
		return false;
	for (size_t i = 0; i < n; i++) {
		fds[i].ready = fds[i].hung_up = false;
		if (fds[i].fd >= 0)
			extra[count++] = (struct curl_waitfd){
				.fd = fds[i].fd,
				.events = curl_events_of(&fds[i]),
			};
	}
	if (timeout_ms < 0 || timeout_ms > MAX_WAIT_MS)
		timeout_ms = MAX_WAIT_MS;
	if (has_answer(http))
		timeout_ms = 0;
	if (curl_multi_poll(http->multi, extra, count, (int)timeout_ms,
			    &events) != CURLM_OK)
		return false;
	notice_sleep(http, timeout_ms);
	if (events > 0)
		mark_ready(fds, n);
	return perform(http);
}

bool http_reply(struct http *http, enum http_slot *slot_id, struct reply *reply)
{
	for (int i = 0; i < HTTP_SLOTS; i++)
		if (http->transfers[i].state == TRANSFER_LENT)
			http_drop(http, (enum http_slot)i);
	for (int i = 0; i < HTTP_SLOTS; i++) {
		struct http_transfer *transfer = &http->transfers[i];

		if (transfer->state != TRANSFER_DONE)
			continue;
		*slot_id = (enum http_slot)i;
		http_transfer_reply(transfer, reply);
		transfer->state = TRANSFER_LENT;
		return true;
	}
	return false;
}
