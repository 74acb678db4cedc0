/* SPDX-License-Identifier: MIT */
/*
 * What goes between the pure machines of core and the world: events come in,
 * at most one action comes out. Only types and their clean-up live here.
 *
 * Times: *_ms are milliseconds of CLOCK_BOOTTIME, *_s of the wall clock are
 * Unix seconds. A machine never asks for either; both come with the event.
 */
#ifndef GRANTTY_CORE_EXCHANGE_H
#define GRANTTY_CORE_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"

struct session_data;

/* No deadline: wait for an event. */
#define NEVER_MS INT64_MAX

/* One HTTP request, ready to be sent. */
struct request {
	const char *purpose; /* for the log: "device authorization", … */
	char *url;
	char *body;	     /* a form to POST; NULL: GET. Secret. */
	char *authorization; /* value of the header, or NULL. Secret. */
	char *dpop;	     /* likewise; a proof (RFC 9449). Secret. */
	bool fresh; /* on a connection of its own: it consumes something and
		     * must never be sent twice */
};

/* Why no answer came. */
enum net_result {
	NET_OK,	     /* an HTTP answer came, whatever its status */
	NET_RESOLVE, /* the name could not be resolved */
	NET_CONNECT, /* no connection, or it broke */
	NET_TIMEOUT,
	NET_TLS,       /* certificate or handshake */
	NET_TOO_LARGE, /* the answer went over the cap */
	NET_OTHER
};

/* What came back. Everything in it is borrowed for the call. */
struct reply {
	enum net_result net;
	int status;	       /* HTTP status; 0 unless NET_OK */
	const char *body;      /* NUL-terminated, "" where none */
	size_t body_len;       /* bytes */
	const char *type;      /* Content-Type, "" where none */
	int64_t retry_after_s; /* from now, from either form of the header
				* (RFC 9110 section 10.2.3); -1: none */
	int64_t date_s; /* the Date header in Unix seconds (RFC 9110 section
			 * 6.6.1); 0: none */
	const char *cache_control; /* headers; NULL: none */
	const char *location;
	const char *dpop_nonce; /* likewise (RFC 9449 section 8) */
	int proxy_status;	/* of a proxy's answer to CONNECT; 0: none */
	const char *address;	/* of the other end, the server or a proxy, in
				 * digits; NULL where none */
	/* Of the server's certificate, where the connection was made for this
	 * answer; NULL and 0 where it was there already, or without TLS. */
	const char *issuer;
	int64_t expires_s; /* Unix seconds */
	const char
		*what; /* where net is not NET_OK: one sentence that says
			* what failed and, for TLS, which certificate check */
};

enum event_kind {
	EVENT_TICK,	/* a deadline may have passed */
	EVENT_CLOCK,	/* the wall clock was set, or the machine was asleep */
	EVENT_REPLY,	/* to the last ACTION_SEND */
	EVENT_START,	/* a person asks to be signed in, or for a new code */
	EVENT_CANCEL,	/* a person gives up what is going on */
	EVENT_SIGN_OUT, /* a person asks to be signed out */
	EVENT_TOUCHED,	/* any other sign of a person: restarts idle time */
	EVENT_REDIRECT, /* a browser came back, or a person pasted where it
			 * ended: text */
	EVENT_LOCKED,	/* ACTION_LOCK: the store is ours; data tells what is in
			 * it, NULL where nothing */
	EVENT_BUSY,	/* ACTION_LOCK: another process has the store */
	EVENT_SAVED	/* ACTION_SAVE and ACTION_WIPE: done; ok tells */
};

struct event {
	enum event_kind kind;
	int64_t now_ms;
	int64_t wall_s;
	const char *text;		 /* EVENT_REDIRECT; borrowed */
	const struct reply *reply;	 /* EVENT_REPLY */
	const struct session_data *data; /* EVENT_LOCKED; borrowed */
	bool unreadable; /* EVENT_LOCKED: the store is out of order, so a NULL
			  * data says nothing */
	bool set_aside;	 /* EVENT_LOCKED: what was there was damaged; now
			  * nothing is */
	bool ok;	 /* EVENT_SAVED */
};

enum action_kind {
	ACTION_NONE,
	ACTION_SEND, /* request; whatever was under way is dropped first */
	ACTION_DROP, /* drop the request under way */
	ACTION_LOCK, /* take the store's lock without waiting and read it;
		      * answered by EVENT_LOCKED or EVENT_BUSY */
	ACTION_SAVE, /* write the session's data; EVENT_SAVED */
	ACTION_WIPE  /* remove the stored session; EVENT_SAVED */
};

/* What a step wants done, and what it has to say about it. */
struct action {
	enum action_kind kind;
	struct request *request; /* ACTION_SEND: given to the caller */
	enum log_level level;
	char note[200];	 /* a line for the log, "" for none */
	char moved[160]; /* "flow: waiting -> polling; …", "" for none */
};

/* Nothing to do, nothing to say. */
void action_clear(struct action *action);

/* Sets the note (printf format). */
void action_note(struct action *action, enum log_level level,
		 const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Adds a change of state of that machine to moved. */
void action_moved(struct action *action, const char *machine, const char *from,
		  const char *to);

/* The later and the sooner of two times; NEVER_MS is later than all others. */
int64_t later_ms(int64_t a_ms, int64_t b_ms);
int64_t sooner_ms(int64_t a_ms, int64_t b_ms);

/*
 * A number in [0, span) that differs from seed to seed and from call to call:
 * it keeps kiosks that started together apart (RFC 8628 section 3.5 asks for
 * restraint, not for waves). Not for secrets.
 */
int64_t jitter_ms(uint64_t *seed, int64_t span);

/* How long to wait after that many failures in a row: base_ms, doubled for each
 * after the first up to max_ms, and half as much again at random. */
int64_t back_off_ms(uint64_t *seed, int failures, int64_t base_ms,
		    int64_t max_ms);

/* Wipes and frees; NULL is fine. */
void request_free(struct request *request);

#endif
