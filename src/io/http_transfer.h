/* SPDX-License-Identifier: MIT */
/*
 * One request on an easy handle, and what becomes of it. A part of io/http.c,
 * not for other callers.
 */
#ifndef GRANTTY_IO_HTTP_TRANSFER_H
#define GRANTTY_IO_HTTP_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "base/err.h"
#include "io/http_options.h"
#include "oauth/http_message.h"

enum transfer_state {
	TRANSFER_IDLE,
	TRANSFER_RUNNING,
	TRANSFER_DONE, /* the answer is ready for http_reply() */
	TRANSFER_LENT  /* http_reply() has returned it */
};

struct http_transfer {
	enum transfer_state state;
	CURL *easy;
	struct request *request; /* TRANSFER_RUNNING */
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

/* Makes the easy handle. False if libcurl lacks something. */
bool http_transfer_init(struct http_transfer *transfer,
			const struct http_options *options);

/* Takes ownership of the request and prepares the handle for it, except for the
 * address, the proxy and the connection. False if the request cannot be sent;
 * see http_transfer_refuse(). */
bool http_transfer_begin(struct http_transfer *transfer,
			 struct request *request);

/* Ends a transfer that could not be started, with the reason for it. */
void http_transfer_refuse(struct http_transfer *transfer);

/* Works out what has become of the request: the state is then TRANSFER_DONE,
 * and the request still there. code: libcurl's result. */
void http_transfer_finish(struct http_transfer *transfer, CURLcode code);

/* Frees the request, which holds secrets. The handle is on no multi handle. */
void http_transfer_end(struct http_transfer *transfer);

/* True if the request used a kept connection. */
bool http_transfer_is_reused(const struct http_transfer *transfer);

/* True if the request used a kept connection and got no answer at all. */
bool http_transfer_is_lost(const struct http_transfer *transfer);

/* The answer, borrowed from the transfer. */
void http_transfer_reply(const struct http_transfer *transfer,
			 struct reply *reply);

#endif
