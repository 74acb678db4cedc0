/* SPDX-License-Identifier: MIT */
/*
 * The door to libcurl, and the program's only wait. Sends one request at a
 * time per slot, never follows a redirect, never sends a POST twice, and knows
 * nothing of OAuth.
 */
#ifndef GRANTTY_IO_HTTP_H
#define GRANTTY_IO_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct http;
struct request;
struct reply;

struct http_options {
	const char *ca_file; /* "" or NULL: the system's */
	const char *proxy;   /* "": the environment's; "none": no proxy */
	int64_t connect_timeout_ms;
	int64_t request_timeout_ms;
	const char *user_agent;
};

/* Two requests can be under way side by side: the sign-in's, and one beside it
 * (the demo's approval, a check). */
enum http_slot { HTTP_MAIN, HTTP_SIDE, HTTP_SLOTS };

/* Bodies over this many bytes are cut off as NET_TOO_LARGE. */
enum { HTTP_MAX_BODY = 1024 * 1024 };

/* Once per program, before any other call here: libcurl with a wiping free. */
bool http_init(struct err *err);

/* NULL with *err where libcurl cannot work, e.g. the CA file is not there. */
struct http *http_new(const struct http_options *options, struct err *err);
void http_free(struct http *http); /* NULL is fine; blocks on nothing */

/* Sends a request, which http takes over, in that slot; what was under way
 * there is dropped without an answer. */
void http_send(struct http *http, enum http_slot slot, struct request *request);

/* Drops what is under way in the slot, if anything. */
void http_drop(struct http *http, enum http_slot slot);

/* Something besides the network to wait for. */
struct http_fd {
	int fd;	       /* negative: ignored */
	bool write;    /* wait for room to write instead of something to read */
	bool end_only; /* wait for neither, only for a hang-up or an error */
	bool ready;    /* out: readable/writable, hung up or in error */
	bool hung_up;  /* out: POLLHUP or POLLERR */
};

/*
 * Waits for the network, for any of the n descriptors or for timeout_ms
 * (negative: for ever), whichever is first. May return early with nothing
 * ready: compare deadlines. False only where waiting itself is impossible, or n
 * is over 16.
 */
bool http_wait(struct http *http, struct http_fd *fds, size_t n,
	       int64_t timeout_ms);

/*
 * The next answer that has come in. False where there is none; else *slot and
 * *reply are set, borrowed until the next call of http_reply or http_send in
 * that slot.
 */
bool http_reply(struct http *http, enum http_slot *slot, struct reply *reply);

/* Forgets connections and names, after the network has changed. */
void http_forget(struct http *http);

#endif
