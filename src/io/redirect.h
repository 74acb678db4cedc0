/* SPDX-License-Identifier: MIT */
/*
 * The loopback listener for the authorization code grant (RFC 8252 section
 * 7.3): waits for the browser on exactly one path of one loopback address,
 * answers with a small page, and hands over the query. A server, though a small
 * one: limited in connections, request size and time. Knows nothing of what the
 * query means; serves one sign-in.
 */
#ifndef GRANTTY_IO_REDIRECT_H
#define GRANTTY_IO_REDIRECT_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct redirect;

/*
 * Listens at uri ("http://127.0.0.1:2000/redirect.html"): http, a loopback
 * address (127.0.0.0/8, [::1], or localhost for both), no query. Where it
 * names no port: any free one with any_port (section 7.3), else 80. NULL with
 * *err: which port is taken, and what to do.
 */
struct redirect *redirect_open(const char *uri, bool any_port, struct err *err);

/* A browser that still waits is told that the sign-in has ended; one that was
 * answered gets its page. NULL is fine. */
void redirect_close(struct redirect *redirect);

/* The URI with the port that it listens on, borrowed: what the provider is
 * told. As it was given to redirect_open() but for that port. */
const char *redirect_uri(const struct redirect *redirect);

/* The descriptor that is readable when redirect_run() has something to do, and
 * how long that may be left alone anyway (milliseconds; -1: for ever). */
int redirect_fd(const struct redirect *redirect);
int redirect_timeout_ms(const struct redirect *redirect, int64_t now_ms);

/* Serves what has come in; never blocks. now_ms: CLOCK_BOOTTIME. */
void redirect_run(struct redirect *redirect, int64_t now_ms);

/*
 * The query of the next hit on the path ("code=…&state=…"), as it came: not
 * empty, at most 8 KiB of printable ASCII, none of code, state, iss and error
 * twice. The caller owns it (secret_free) and must redirect_answer() it; the
 * browser waits for that, for at most 30 s. NULL where there is none or the
 * last one was not answered so far. Ask after each redirect_run() and each
 * redirect_answer().
 */
char *redirect_take(struct redirect *redirect);

/*
 * What the browser of the hit that was taken last is told with the next
 * redirect_run() or redirect_close(): that it worked, or why not. Plain text,
 * one or two sentences, shown escaped; NULL: the usual ones. Once one has
 * worked, every other hit is told that the sign-in was used, and is not handed
 * over. Does nothing where none was taken.
 */
void redirect_answer(struct redirect *redirect, bool ok, const char *text);

#endif
