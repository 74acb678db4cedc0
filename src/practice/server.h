/* SPDX-License-Identifier: MIT */
/*
 * The interface to libmicrohttpd: requests in, answers out, with limits on
 * everything that a client can send. Does not interpret the answers. Never
 * waits: the program's loop does.
 */
#ifndef GRANTTY_PRACTICE_SERVER_H
#define GRANTTY_PRACTICE_SERVER_H

struct err;
struct log;
struct server;
struct service;

struct server_options {
	int listener;	  /* a bound, listening socket; the server closes it */
	const char *cert; /* PEM; NULL for plain HTTP */
	const char *key;
	struct log *log; /* one line per request, without secrets; or NULL */
};

/* Starts to serve the service, which must outlive the server. NULL with *err on
 * failure. */
struct server *server_new(struct service *service,
			  const struct server_options *options,
			  struct err *err);
void server_free(struct server *server); /* NULL is fine */

/* The descriptor that becomes readable when server_run() is needed, and the
 * longest time until the next call (milliseconds; negative: no limit). */
int server_fd(const struct server *server);
int server_timeout(const struct server *server);

/* Handles pending events; does not wait. */
void server_run(struct server *server);

#endif
