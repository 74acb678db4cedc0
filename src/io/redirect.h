/* SPDX-License-Identifier: MIT */
/*
 * The loopback listener for the authorization code grant (RFC 8252 section
 * 7.3): waits for the browser on exactly one path of one loopback address,
 * answers with a small page, and returns the query. It is a small server,
 * limited in connections, request size and time. Does not interpret the query;
 * serves one sign-in.
 */
#ifndef GRANTTY_IO_REDIRECT_H
#define GRANTTY_IO_REDIRECT_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct redirect;

/*
 * Listens at uri ("http://127.0.0.1:2000/redirect.html"): http, a loopback
 * address (127.0.0.0/8, [::1], or localhost for both), no query. If it names no
 * port: any free one with any_port (section 7.3), otherwise 80. NULL with *err,
 * which says which port is taken and what to do.
 */
struct redirect *redirect_open(const char *uri, bool any_port, struct err *err);

/* Tells a browser that is still waiting that the sign-in has ended; one that
 * was already answered gets its page. NULL is fine. */
void redirect_close(struct redirect *redirect);

/* The URI to send to the provider, borrowed: as given to redirect_open(), but
 * with the port it listens on. */
const char *redirect_uri(const struct redirect *redirect);

/* The descriptor that is readable when redirect_run() has work, and how long to
 * wait at most before calling it anyway (milliseconds; -1: forever). */
int redirect_fd(const struct redirect *redirect);
int redirect_timeout_ms(const struct redirect *redirect, int64_t now_ms);

/* Serves what has arrived; never blocks. now_ms: CLOCK_BOOTTIME. */
void redirect_run(struct redirect *redirect, int64_t now_ms);

/*
 * The query of the next hit on the path ("code=…&state=…"), unchanged: not
 * empty, at most 8 KiB of printable ASCII, with none of code, state, iss and
 * error repeated. The caller owns it (secret_free) and must call
 * redirect_answer(); the browser waits for that for at most 30 s. NULL if there
 * is none, or if the last one has not been answered yet. Call it after each
 * redirect_run() and each redirect_answer().
 */
char *redirect_take(struct redirect *redirect);

/*
 * Sets the answer for the browser of the last hit taken, sent by the next
 * redirect_run() or redirect_close(): that it worked, or why not. Plain text,
 * one or two sentences, shown escaped; NULL: the default text. After a success,
 * every other hit gets a page that says the sign-in was used, and is not
 * returned. Does nothing if no hit was taken.
 */
void redirect_answer(struct redirect *redirect, bool ok, const char *text);

#endif
