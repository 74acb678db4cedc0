/* SPDX-License-Identifier: MIT */
/*
 * The only interface to libcurl, and the program's only wait. Sends one request
 * at a time per slot, never follows a redirect, never sends a POST twice, and
 * knows nothing of OAuth.
 */
#ifndef GRANTTY_IO_HTTP_H
#define GRANTTY_IO_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/http_options.h"

struct err;
struct http;
struct request;
struct reply;

/* Two requests can run in parallel: the sign-in's, and another one (the demo's
 * approval, a check). */
enum http_slot { HTTP_MAIN, HTTP_SIDE, HTTP_SLOTS };

/* Initializes libcurl, with memory that is wiped when freed. Call once, before
 * anything else here. */
bool http_init(struct err *err);

/* NULL with *err if libcurl cannot work, for example if the CA file is
 * missing. */
struct http *http_new(const struct http_options *options, struct err *err);
void http_free(struct http *http); /* NULL is fine; never blocks */

/* Sends the request in that slot and takes ownership of it; drops any request
 * under way there without an answer. */
void http_send(struct http *http, enum http_slot slot, struct request *request);

/* Drops any request under way in the slot. */
void http_drop(struct http *http, enum http_slot slot);

/* A descriptor to wait for besides the network. */
struct http_fd {
	int fd;	       /* negative: ignored */
	bool write;    /* wait until it is writable instead of readable */
	bool end_only; /* wait only for a hang-up or an error */
	bool ready;    /* out: readable/writable, hung up or in error */
	bool hung_up;  /* out: POLLHUP or POLLERR */
};

/*
 * Waits for the network, for any of the n descriptors or for timeout_ms
 * (negative: forever), whichever comes first. May return early with nothing
 * ready, so compare deadlines. False only if waiting itself fails, or if n is
 * over 16.
 */
bool http_wait(struct http *http, struct http_fd *fds, size_t n,
	       int64_t timeout_ms);

/*
 * The next answer that has arrived. False if there is none; otherwise sets
 * *slot and *reply, borrowed until the next call of http_reply(), or of
 * http_send() in that slot.
 */
bool http_reply(struct http *http, enum http_slot *slot, struct reply *reply);

/* True, once, if the machine slept or the process was stopped: a wait took too
 * long, or there was none for too long. Connections have been discarded. */
bool http_has_slept(struct http *http);

/* Discards connections and resolved names after a network change. */
void http_forget(struct http *http);

#endif
