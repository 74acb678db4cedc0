/* SPDX-License-Identifier: MIT */
/*
 * One easy handle per slot on one multi handle, so that connections are kept
 * between polls. This file has what differs between requests; io/http_setup.c
 * has what does not, and io/http_error.c the error messages.
 */
#include "config.h"

#include "io/http.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/url.h"
#include "io/http_answer.h"
#include "io/http_coding.h"
#include "io/http_kept.h"
#include "io/http_setup.h"
#include "io/http_error.h"
#include "oauth/http_message.h"

enum {
	MAX_FDS = 16,
	MAX_WAIT_MS = 60 * 60 * 1000, /* curl_multi_poll() refuses -1 */
	DNS_CACHE_S = 60,
	LATE_MS = 5000,	 /* the machine slept, or the process was stopped */
	IDLE_MAX_S = 118 /* libcurl's own, if a server promises nothing */
};

enum slot_state {
	SLOT_IDLE,
	SLOT_RUNNING,
	SLOT_DONE, /* the answer is ready for http_reply() */
	SLOT_LENT  /* http_reply() has returned it */
};

struct slot {
	enum slot_state state;
	CURL *easy;
	struct request *request; /* SLOT_RUNNING */
	struct curl_slist *headers;
	int64_t sent_ms; /* when the request was sent */
	size_t sent;	 /* bytes of request->body that libcurl has read */
	bool idle_closed, not_yet_valid;
	struct buf body;
	enum net_result net;
	int status; /* of the last status line; 0: none that is valid */
	int64_t retry_after_s;
	int proxy_status;
	struct err err;
	const char *advice; /* as in struct reply */
	char detail[CURL_ERROR_SIZE];
};

struct http {
	CURLM *multi;
	struct slot slots[HTTP_SLOTS];
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

static size_t take_body(char *data, size_t size, size_t n, void *context)
{
	struct slot *slot = context;

	return buf_add(&slot->body, data, size * n) ? size * n : 0;
}

/* libcurl itself makes 1 or 200 of "HTTP/21", depending on its version. After a
 * proxy's status lines, and those of informational answers, the last one
 * counts. */
static size_t take_header(char *line, size_t size, size_t n, void *context)
{
	struct slot *slot = context;

	if (size * n > 5 && memcmp(line, "HTTP/", 5) == 0)
		slot->status = http_answer_status(line, size * n);
	return size * n;
}

static size_t give_body(char *data, size_t size, size_t n, void *context)
{
	struct slot *slot = context;
	size_t left = strlen(slot->request->body) - slot->sent;
	size_t part = size * n < left ? size * n : left;

	memcpy(data, slot->request->body + slot->sent, part);
	slot->sent += part;
	return part;
}

/*
 * If a kept connection dies before the first byte of the answer, libcurl sends
 * the request again by itself, although the server may have processed the first
 * one. To do so, it has to rewind the body; this refuses that once part of it
 * has been sent. Newer versions (8.14) also rewind when the next transfer
 * starts, but then nothing has been sent yet.
 */
static int rewind_body(void *context, curl_off_t offset, int origin)
{
	struct slot *slot = context;

	(void)origin; /* always SEEK_SET */
	if (offset == 0 && slot->sent == 0)
		return CURL_SEEKFUNC_OK;
	slot->idle_closed = true;
	return CURL_SEEKFUNC_FAIL;
}

static bool set_up(struct slot *slot, const struct http_options *options)
{
	CURL *easy = curl_easy_init();

	slot->easy = easy;
	buf_init(&slot->body, HTTP_MAX_BODY);
	if (easy == NULL || !http_setup_easy(easy, options))
		return false;
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, slot->detail);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, slot);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, slot);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
	curl_easy_setopt(easy, CURLOPT_READDATA, slot);
	curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, rewind_body);
	curl_easy_setopt(easy, CURLOPT_SEEKDATA, slot);
	return true;
}

struct http *http_new(const struct http_options *options, struct err *err)
{
	const char *ca_file = options->ca_file;
	const char *proxy = options->proxy;
	struct http *http;
	bool ok = true;

	if (ca_file != NULL && *ca_file != '\0' && access(ca_file, R_OK) != 0) {
		err_set(err,
			"Cannot read the CA file %s (%s): check "
			"network.ca_file.",
			ca_file, strerror(errno));
		return NULL;
	}
	http = xcalloc(1, sizeof(*http));
	if (proxy != NULL && *proxy != '\0')
		http->proxy = xstrdup(strcmp(proxy, "none") == 0 ? "" : proxy);
	http->request_timeout_ms = options->request_timeout_ms;
	http->now_ms = options->now_ms;
	http->awake_ms = now_ms(http);
	http->multi = curl_multi_init();
	for (int i = 0; i < HTTP_SLOTS; i++)
		ok &= set_up(&http->slots[i], options);
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
		curl_easy_cleanup(http->slots[i].easy);
	}
	curl_multi_cleanup(http->multi);
	secret_free(http->proxy); /* may hold a password */
	free(http);
}

/* Frees the request as soon as it has ended: it holds secrets. */
static void end_transfer(struct http *http, struct slot *slot)
{
	if (slot->request == NULL)
		return;
	curl_multi_remove_handle(http->multi, slot->easy);
	curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(slot->headers);
	slot->headers = NULL;
	request_free(slot->request);
	slot->request = NULL;
}

void http_drop(struct http *http, enum http_slot slot_id)
{
	struct slot *slot = &http->slots[slot_id];

	end_transfer(http, slot);
	buf_free(&slot->body);
	slot->state = SLOT_IDLE;
}

bool http_is_busy(const struct http *http, enum http_slot slot_id)
{
	enum slot_state state = http->slots[slot_id].state;

	return state == SLOT_RUNNING || state == SLOT_DONE;
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
		if (http->slots[i].state == SLOT_RUNNING)
			return;
	multi = curl_multi_init();
	if (multi == NULL)
		return;
	curl_multi_cleanup(http->multi);
	http->multi = multi;
	http->stale = false;
}

static bool add_header(struct slot *slot, const char *name, const char *value)
{
	struct curl_slist *longer = NULL;
	struct buf line;

	buf_init(&line, 2 * HTTP_MAX_BODY);
	buf_adds(&line, name);
	if (buf_adds(&line, value))
		longer = curl_slist_append(slot->headers, buf_text(&line));
	buf_free(&line);
	if (longer != NULL)
		slot->headers = longer;
	return longer != NULL;
}

static bool set_headers(struct slot *slot)
{
	const struct request *request = slot->request;
	bool ok = add_header(slot, "Accept: ", "application/json");

	if (request->body != NULL) {
		ok &= add_header(slot, "Content-Type: ",
				 request->json
					 ? "application/json"
					 : "application/x-www-form-urlencoded");
		ok &= add_header(slot, "Expect:", "");
	}
	if (request->authorization != NULL) {
		/* A token comes from outside; it must not add a header. */
		ok &= strpbrk(request->authorization, "\r\n") == NULL;
		ok &= add_header(slot,
				 "Authorization: ", request->authorization);
	}
	if (request->dpop != NULL)
		ok &= add_header(slot, "DPoP: ", request->dpop);
	return ok && curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER,
				      slot->headers) == CURLE_OK;
}

static bool set_method(struct slot *slot)
{
	const char *body = slot->request->body;

	if (body == NULL)
		return curl_easy_setopt(slot->easy, CURLOPT_HTTPGET, 1L) ==
		       CURLE_OK;
	return curl_easy_setopt(slot->easy, CURLOPT_POST, 1L) == CURLE_OK &&
	       curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDSIZE_LARGE,
				(curl_off_t)strlen(body)) == CURLE_OK;
}

/*
 * Does not reuse an idle connection that the server is about to close (RFC 9112
 * section 9.3: it may do so at any time). libcurl counts whole seconds, and not
 * while the machine sleeps, so its limit only drops the connections left over.
 * Does not keep a connection that will not be reused.
 */
static bool set_reuse(const struct http *http, struct slot *slot)
{
	const char *url = slot->request->url;
	int64_t idle_s = kept_idle_s(&http->kept, url);
	bool over = kept_is_over(&http->kept, url, now_ms(http));
	bool distrusted = kept_is_distrusted(&http->kept, url);
	const char *body = slot->request->body;
	/* libcurl would resend an empty body without a rewind. */
	bool empty = body != NULL && *body == '\0';
	bool fresh = slot->request->fresh || http->stale || over || empty ||
		     distrusted;

	if (idle_s < 0 || idle_s > IDLE_MAX_S)
		idle_s = IDLE_MAX_S;
	else if (over)
		idle_s--;
	if (idle_s < 1)
		idle_s = 1;
	return curl_easy_setopt(slot->easy, CURLOPT_FRESH_CONNECT,
				(long)fresh) == CURLE_OK &&
	       curl_easy_setopt(slot->easy, CURLOPT_FORBID_REUSE,
				(long)distrusted) == CURLE_OK &&
	       curl_easy_setopt(slot->easy, CURLOPT_MAXAGE_CONN,
				(long)idle_s) == CURLE_OK;
}

static bool set_route(const struct http *http, struct slot *slot)
{
	const char *url = slot->request->url;
	struct url parts;
	/* A proxy must not see requests to this machine. */
	bool direct = url_split(url, &parts) && url_is_loopback(&parts);

	return curl_easy_setopt(slot->easy, CURLOPT_URL, url) == CURLE_OK &&
	       curl_easy_setopt(slot->easy, CURLOPT_PROXY,
				direct ? "" : http->proxy) == CURLE_OK &&
	       /* Otherwise, libcurl applies NO_PROXY even to a proxy from the
		* configuration. */
	       curl_easy_setopt(slot->easy, CURLOPT_NOPROXY,
				http->proxy != NULL ? "" : NULL) == CURLE_OK &&
	       set_reuse(http, slot) &&
	       curl_easy_setopt(slot->easy, CURLOPT_DNS_CACHE_TIMEOUT,
				http->stale ? 0L : (long)DNS_CACHE_S) ==
		       CURLE_OK;
}

/*
 * Before 8.1.1, libcurl takes an answer's first header, if it begins with a
 * space, for the continuation of the previous answer's last one, which is freed
 * by then (curl issue 11101). A copy of the handle has no previous answer.
 */
static bool renew_easy(struct slot *slot)
{
	CURL *easy;

	if (curl_version_info(CURLVERSION_NOW)->version_num >= 0x080101)
		return true;
	easy = curl_easy_duphandle(slot->easy);
	if (easy == NULL)
		return false;
	curl_easy_cleanup(slot->easy);
	slot->easy = easy;
	return true;
}

void http_send(struct http *http, enum http_slot slot_id,
	       struct request *request)
{
	struct slot *slot = &http->slots[slot_id];

	http_drop(http, slot_id);
	notice_sleep(http, 0);
	if (http->stale)
		renew_multi(http);
	slot->request = request;
	slot->sent_ms = now_ms(http);
	slot->sent = 0;
	slot->idle_closed = slot->not_yet_valid = false;
	slot->status = 0;
	slot->retry_after_s = -1;
	slot->proxy_status = 0;
	slot->detail[0] = '\0';
	slot->err.text[0] = '\0';
	slot->advice = NULL;
	if (!request->broken && renew_easy(slot) && set_headers(slot) &&
	    set_method(slot) && set_route(http, slot) &&
	    curl_multi_add_handle(http->multi, slot->easy) == CURLM_OK) {
		slot->state = SLOT_RUNNING;
		return;
	}
	err_set(&slot->err,
		request->broken
			? "Cannot send the request: something in it is too "
			  "long or invalid."
			: "Cannot send the request: the address or the token "
			  "is invalid.");
	slot->net = NET_OTHER;
	slot->state = SLOT_DONE;
	end_transfer(http, slot);
}

/* True if the request used a kept connection. */
static bool is_reused(const struct slot *slot)
{
	long connects = -1;

	curl_easy_getinfo(slot->easy, CURLINFO_NUM_CONNECTS, &connects);
	return connects == 0;
}

/* True if the request used a kept connection and got no answer at all. */
static bool is_lost(const struct slot *slot)
{
	long header_bytes = -1;

	curl_easy_getinfo(slot->easy, CURLINFO_HEADER_SIZE, &header_bytes);
	return slot->idle_closed || (is_reused(slot) && header_bytes == 0);
}

/* True if the server closed an idle connection and libcurl did not resend the
 * request. */
static bool is_idle_close(const struct slot *slot, CURLcode code)
{
	return (code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR ||
		code == CURLE_SEND_ERROR) &&
	       is_lost(slot);
}

static void note_kept(struct http *http, const struct slot *slot)
{
	struct curl_header *found = NULL;
	bool has = curl_easy_header(slot->easy, "Keep-Alive", 0, CURLH_HEADER,
				    -1, &found) == CURLHE_OK;

	kept_note(&http->kept, slot->request->url, has ? found->value : NULL,
		  is_reused(slot), now_ms(http));
}

/* All lines of that header joined into one (RFC 9110 section 5.3), which may be
 * empty; the caller owns it. NULL: there are none. */
static char *join_lines(const struct slot *slot, const char *name)
{
	struct curl_header *found = NULL;
	struct buf line;

	buf_init(&line, HTTP_MAX_BODY);
	for (size_t i = 0; curl_easy_header(slot->easy, name, i, CURLH_HEADER,
					    -1, &found) == CURLHE_OK;
	     i++)
		buf_addf(&line, "%s%s", i > 0 ? ", " : "", found->value);
	return found != NULL ? buf_take(&line) : NULL;
}

/* Names the coding that cannot be decoded, instead of libcurl's message, which
 * is about libcurl. */
static void name_coding(struct slot *slot, const char *header,
			const char *coding)
{
	snprintf(slot->detail, sizeof(slot->detail), "%s%s", header, coding);
}

/* Decodes the content codings of an answer. */
static CURLcode undo_codings(struct slot *slot, CURLcode code)
{
	char *named = join_lines(slot, "Content-Encoding");
	char *transfer = join_lines(slot, "Transfer-Encoding");

	/* libcurl decodes this itself if it can; otherwise it returns either of
	 * these codes. */
	if (transfer != NULL && !slot->body.failed &&
	    (code == CURLE_BAD_CONTENT_ENCODING || code == CURLE_WRITE_ERROR)) {
		code = CURLE_BAD_CONTENT_ENCODING;
		name_coding(slot, "Transfer-Encoding: ", transfer);
	} else if (code == CURLE_OK && !http_decode(&slot->body, named)) {
		code = CURLE_BAD_CONTENT_ENCODING;
		if (http_names_coding(named))
			name_coding(slot, "Content-Encoding: ", named);
		else
			name_coding(slot, "", "gzip");
	}
	free(named);
	free(transfer);
	return code;
}

static void finish(struct http *http, struct slot *slot, CURLcode code)
{
	long status = 0;

	code = undo_codings(slot, code);
	if (code == CURLE_OK && slot->status == 0)
		code = CURLE_WEIRD_SERVER_REPLY;
	if (code != CURLE_OK)
		slot->status = 0;
	curl_easy_getinfo(slot->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	slot->proxy_status = (int)status;
	if (code == CURLE_OK) {
		slot->net = NET_OK;
		slot->retry_after_s = http_answer_retry_after_s(slot->easy);
		note_kept(http, slot);
		/* Some servers close an idle connection this way (RFC 9110
		 * section 15.5.9) while a request is on its way. */
		if (slot->status == 408 && is_reused(slot))
			slot->idle_closed = http->stale = true;
	} else if (slot->body.failed) {
		slot->net = NET_TOO_LARGE;
		err_set(&slot->err, "The answer is too large.");
	} else {
		slot->net = http_error(slot->easy, code, slot->request->url,
				       slot->detail, &slot->advice, &slot->err);
		slot->not_yet_valid =
			http_error_not_yet_valid(slot->easy, code);
		if (is_lost(slot))
			kept_lose(&http->kept, slot->request->url);
		slot->idle_closed =
			slot->idle_closed || is_idle_close(slot, code);
		http->stale = true;
	}
	if (code != CURLE_OK)
		buf_free(&slot->body);
	slot->state = SLOT_DONE;
	end_transfer(http, slot);
}

/* Ends requests that the machine has slept through: libcurl's clock does not
 * count that time, but the connection is dead by now. An answer that has
 * arrived has been taken before. */
static void end_overdue(struct http *http)
{
	for (int i = 0; i < HTTP_SLOTS; i++) {
		struct slot *slot = &http->slots[i];

		if (slot->state == SLOT_RUNNING &&
		    now_ms(http) - slot->sent_ms >= http->request_timeout_ms)
			finish(http, slot, CURLE_OPERATION_TIMEDOUT);
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
			if (http->slots[i].easy == easy &&
			    http->slots[i].request != NULL)
				finish(http, &http->slots[i], code);
	}
	end_overdue(http);
	return true;
}

static bool has_answer(const struct http *http)
{
	for (int i = 0; i < HTTP_SLOTS; i++)
		if (http->slots[i].state == SLOT_DONE)
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
		if (http->slots[i].state == SLOT_LENT)
			http_drop(http, (enum http_slot)i);
	for (int i = 0; i < HTTP_SLOTS; i++) {
		struct slot *slot = &http->slots[i];
		CURL *easy = slot->net == NET_OK ? slot->easy : NULL;
		char *type = NULL;

		if (slot->state != SLOT_DONE)
			continue;
		if (easy != NULL)
			curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
		*slot_id = (enum http_slot)i;
		*reply = (struct reply){
			.net = slot->net,
			.idle_closed = slot->idle_closed,
			.not_yet_valid = slot->not_yet_valid,
			.status = slot->status,
			.body = buf_text(&slot->body),
			.body_len = slot->body.len,
			.type = type != NULL ? type : "",
			.retry_after_s = slot->retry_after_s,
			.date_s = http_answer_date_s(
				http_answer_header(easy, "Date")),
			.cache_control =
				http_answer_header(easy, "Cache-Control"),
			.location = http_answer_header(easy, "Location"),
			.target = http_answer_target(easy),
			.accept = http_answer_accepted(easy),
			.dpop_nonce = http_answer_header(easy, "DPoP-Nonce"),
			.proxy_status = slot->proxy_status,
			.address = http_answer_address(easy),
			.issuer = http_answer_certificate(easy, "Issuer:"),
			.expires_s = http_answer_date_s(
				http_answer_certificate(easy, "Expire date:")),
			.what = slot->err.text,
			.advice = slot->advice,
		};
		slot->state = SLOT_LENT;
		return true;
	}
	return false;
}
