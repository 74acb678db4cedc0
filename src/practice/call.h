/* SPDX-License-Identifier: MIT */
/*
 * One request as the endpoints see it, and their answer: the interface to the
 * HTTP server in both directions, without any type of the HTTP library.
 */
#ifndef GRANTTY_PRACTICE_CALL_H
#define GRANTTY_PRACTICE_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { CALL_MAX_BODY = 16 * 1024 };

/* Everything is borrowed. A missing header is NULL. */
struct call {
	const char *method;
	const char *path;
	const char *query; /* without the '?', still encoded; "" if none */
	const char *body;
	size_t body_len;
	const char *host;
	const char *origin;
	const char *sec_fetch_site;
	const char *authorization;
	const char *cookie;	/* the value of the cookie CALL_COOKIE */
	const char *peer;	/* the caller's numeric address */
	const char *local_host; /* the address and port it connected to, in the
				 * form of a Host header */
	const char *local_port; /* ":8628"; "" if a Host header omits it */
	bool same_machine;	/* the caller runs on this machine */
	int64_t now_ms;		/* CLOCK_BOOTTIME */
	int64_t wall_s;		/* Unix seconds */
};

#define CALL_COOKIE "grantty-practice"

/* How the answer is sent. */
enum delivery {
	DELIVER_WHOLE,
	DELIVER_GZIP,  /* whole, but compressed */
	DELIVER_DRIP,  /* one byte at a time */
	DELIVER_FLOOD, /* chunked, without a length, far too long */
	DELIVER_NEVER, /* leaves the connection open and sends nothing */
	DELIVER_DROP   /* closes the connection instead */
};

struct header {
	const char *name;
	char value[512];
};

enum { ANSWER_MAX_HEADERS = 8 };

struct answer {
	unsigned status;  /* 0 if no answer is sent */
	const char *type; /* Content-Type; NULL: none */
	struct buf body;
	struct header headers[ANSWER_MAX_HEADERS];
	size_t header_count;
	enum delivery delivery;
	unsigned idle_s; /* closes the connection after this idle time; 0: the
			  * default */
};

/* Initialises an empty 200. */
void answer_init(struct answer *answer);
void answer_free(struct answer *answer);

/* Adds a header (printf format). One that does not fit is left out, because a
 * cut-off header would mean something else. */
void answer_header(struct answer *answer, const char *name, const char *format,
		   ...) __attribute__((format(printf, 3, 4)));

/* Replaces status, type and body. */
void answer_text(struct answer *answer, unsigned status, const char *type,
		 const char *body);

struct json;

/* Replaces status and body by that value, which is freed. */
void answer_json(struct answer *answer, unsigned status, struct json *json);

/* The decoded field of the body or of the query; see form_get(). */
char *call_field(const struct call *call, const char *name);
char *call_query(const struct call *call, const char *name);

/* True if the Authorization header has that scheme ("Bearer"). *credentials is
 * then the rest of it, borrowed. */
bool call_authorization(const struct call *call, const char *scheme,
			const char **credentials);

#endif
