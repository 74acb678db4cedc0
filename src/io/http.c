/* SPDX-License-Identifier: MIT */
/*
 * One easy handle per slot on one multi handle, so that connections are kept
 * across polls. Here is what differs from request to request; io/http_setup.c
 * has what does not, io/http_why.c the words for failures.
 */
#include "config.h"

#include "io/http.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"
#include "core/exchange.h"
#include "io/http_setup.h"
#include "io/http_why.h"

enum {
	MAX_FDS = 16,
	MAX_WAIT_MS = 60 * 60 * 1000, /* curl_multi_poll() refuses -1 */
	MAX_RETRY_AFTER_S = 24 * 60 * 60,
	DNS_CACHE_S = 60
};

enum slot_state {
	SLOT_IDLE,
	SLOT_RUNNING,
	SLOT_DONE, /* the answer waits for http_reply() */
	SLOT_LENT  /* http_reply() has given it out */
};

struct slot {
	enum slot_state state;
	CURL *easy;
	struct request *request; /* SLOT_RUNNING */
	struct curl_slist *headers;
	size_t sent; /* bytes of request->body that libcurl has taken */
	struct buf body;
	enum net_result net;
	int status;
	int64_t retry_after_s;
	int proxy_status;
	struct err err;
	char detail[CURL_ERROR_SIZE];
};

struct http {
	CURLM *multi;
	struct slot slots[HTTP_SLOTS];
	char *proxy; /* NULL: the environment's; "": none */
	bool stale;  /* kept connections and names are not to be trusted */
};

bool http_init(struct err *err)
{
	if (!http_setup_library())
		return err_set(err, "libcurl cannot be started: reinstall it.");
	return true;
}

static size_t take_body(char *data, size_t size, size_t n, void *context)
{
	struct slot *slot = context;

	return buf_add(&slot->body, data, size * n) ? size * n : 0;
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
 * Where a kept connection dies, libcurl sends the request again by itself,
 * although the server may have acted on the first one. It has to rewind the
 * body for that, and here it cannot.
 */
static int refuse_rewind(void *context, curl_off_t offset, int origin)
{
	(void)context;
	(void)offset;
	(void)origin;
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
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
	curl_easy_setopt(easy, CURLOPT_READDATA, slot);
	curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, refuse_rewind);
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
			"The CA file %s cannot be read (%s): check "
			"network.ca_file.",
			ca_file, strerror(errno));
		return NULL;
	}
	http = xcalloc(1, sizeof(*http));
	if (proxy != NULL && *proxy != '\0')
		http->proxy = xstrdup(strcmp(proxy, "none") == 0 ? "" : proxy);
	http->multi = curl_multi_init();
	for (int i = 0; i < HTTP_SLOTS; i++)
		ok &= set_up(&http->slots[i], options);
	if (http->multi == NULL || !ok) {
		err_set(err,
			"libcurl lacks something that is needed here: "
			"version 7.85 or newer with TLS must be installed.");
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

/* Lets go of the request as soon as it is over: it holds secrets. */
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

void http_forget(struct http *http)
{
	http->stale = true;
}

/* Only a new multi handle is free of old connections and names for sure; it
 * takes the place of the old one once nothing is under way. */
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
				 "application/x-www-form-urlencoded");
		ok &= add_header(slot, "Expect:", "");
	}
	if (request->authorization != NULL) {
		/* A token comes from outside: it must not add a header. */
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

static bool set_route(const struct http *http, struct slot *slot)
{
	const char *url = slot->request->url;
	bool fresh = slot->request->fresh || http->stale;
	struct url parts;
	/* What is meant for this machine is not for a proxy to see. */
	bool direct = url_split(url, &parts) && url_is_loopback(&parts);

	return curl_easy_setopt(slot->easy, CURLOPT_URL, url) == CURLE_OK &&
	       curl_easy_setopt(slot->easy, CURLOPT_PROXY,
				direct ? "" : http->proxy) == CURLE_OK &&
	       curl_easy_setopt(slot->easy, CURLOPT_FRESH_CONNECT,
				(long)fresh) == CURLE_OK &&
	       curl_easy_setopt(slot->easy, CURLOPT_DNS_CACHE_TIMEOUT,
				http->stale ? 0L : (long)DNS_CACHE_S) ==
		       CURLE_OK;
}

void http_send(struct http *http, enum http_slot slot_id,
	       struct request *request)
{
	struct slot *slot = &http->slots[slot_id];

	http_drop(http, slot_id);
	if (http->stale)
		renew_multi(http);
	slot->request = request;
	slot->sent = 0;
	slot->status = 0;
	slot->retry_after_s = -1;
	slot->proxy_status = 0;
	slot->detail[0] = '\0';
	slot->err.text[0] = '\0';
	if (set_headers(slot) && set_method(slot) && set_route(http, slot) &&
	    curl_multi_add_handle(http->multi, slot->easy) == CURLM_OK) {
		slot->state = SLOT_RUNNING;
		return;
	}
	err_set(&slot->err, "The request could not be put together: the "
			    "address or the token is not usable.");
	slot->net = NET_OTHER;
	slot->state = SLOT_DONE;
	end_transfer(http, slot);
}

/* libcurl reads both forms. It gives 0 where there is none, or none that makes
 * sense, and a negative number for a date in the past. */
static int64_t retry_after_s(CURL *easy)
{
	curl_off_t wait_s = 0;

	if (curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &wait_s) !=
		    CURLE_OK ||
	    wait_s == 0)
		return -1;
	if (wait_s < 0)
		return 0;
	return wait_s < MAX_RETRY_AFTER_S ? wait_s : MAX_RETRY_AFTER_S;
}

static void finish(struct http *http, struct slot *slot, CURLcode code)
{
	long status = 0;

	curl_easy_getinfo(slot->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	slot->proxy_status = (int)status;
	if (code == CURLE_OK) {
		slot->net = NET_OK;
		curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
		slot->status = (int)status;
		slot->retry_after_s = retry_after_s(slot->easy);
	} else if (slot->body.failed) {
		slot->net = NET_TOO_LARGE;
		err_set(&slot->err, "The answer is too large to be one.");
	} else {
		slot->net = http_why(slot->easy, code, slot->request->url,
				     slot->detail, &slot->err);
		http->stale = true;
	}
	if (code != CURLE_OK)
		buf_free(&slot->body);
	slot->state = SLOT_DONE;
	end_transfer(http, slot);
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
		return 0; /* poll() tells of the end all the same */
	return fd->write ? POLLOUT : POLLIN;
}

/* Asked for again instead of taken from curl_multi_poll(), which has no word
 * for a hang-up. */
static void look(struct http_fd *fds, size_t n)
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
	if (events > 0)
		look(fds, n);
	return perform(http);
}

/* The header of that name, borrowed from libcurl; NULL where there is none. */
static const char *header(const struct slot *slot, const char *name)
{
	struct curl_header *found = NULL;

	if (slot->net != NET_OK ||
	    curl_easy_header(slot->easy, name, 0, CURLH_HEADER, -1, &found) !=
		    CURLHE_OK)
		return NULL;
	return found->value;
}

/* In Unix seconds; 0 where there is no date, or none that makes sense. */
static int64_t read_date_s(const char *text)
{
	time_t date_s = text != NULL ? curl_getdate(text, NULL) : 0;

	return date_s > 0 ? (int64_t)date_s : 0;
}

/* What comes after name in the lines on the server's certificate, borrowed
 * from libcurl; NULL where there are none. */
static const char *certificate(const struct slot *slot, const char *name)
{
	struct curl_certinfo *info = NULL;
	struct curl_slist *line;

	if (slot->net != NET_OK ||
	    curl_easy_getinfo(slot->easy, CURLINFO_CERTINFO, &info) !=
		    CURLE_OK ||
	    info == NULL || info->num_of_certs < 1)
		return NULL;
	for (line = info->certinfo[0]; line != NULL; line = line->next)
		if (strncmp(line->data, name, strlen(name)) == 0)
			return line->data + strlen(name);
	return NULL;
}

static const char *address(const struct slot *slot)
{
	char *ip = NULL;

	if (slot->net != NET_OK ||
	    curl_easy_getinfo(slot->easy, CURLINFO_PRIMARY_IP, &ip) !=
		    CURLE_OK ||
	    ip == NULL || *ip == '\0')
		return NULL;
	return ip;
}

bool http_reply(struct http *http, enum http_slot *slot_id, struct reply *reply)
{
	for (int i = 0; i < HTTP_SLOTS; i++)
		if (http->slots[i].state == SLOT_LENT)
			http_drop(http, (enum http_slot)i);
	for (int i = 0; i < HTTP_SLOTS; i++) {
		struct slot *slot = &http->slots[i];
		char *type = NULL;

		if (slot->state != SLOT_DONE)
			continue;
		if (slot->net == NET_OK)
			curl_easy_getinfo(slot->easy, CURLINFO_CONTENT_TYPE,
					  &type);
		*slot_id = (enum http_slot)i;
		*reply = (struct reply){
			.net = slot->net,
			.status = slot->status,
			.body = buf_text(&slot->body),
			.body_len = slot->body.len,
			.type = type != NULL ? type : "",
			.retry_after_s = slot->retry_after_s,
			.date_s = read_date_s(header(slot, "Date")),
			.cache_control = header(slot, "Cache-Control"),
			.location = header(slot, "Location"),
			.dpop_nonce = header(slot, "DPoP-Nonce"),
			.proxy_status = slot->proxy_status,
			.address = address(slot),
			.issuer = certificate(slot, "Issuer:"),
			.expires_s =
				read_date_s(certificate(slot, "Expire date:")),
			.what = slot->err.text,
		};
		slot->state = SLOT_LENT;
		return true;
	}
	return false;
}
