/* SPDX-License-Identifier: MIT */
/*
 * What the pure machines exchange with the outside: events go in, at most one
 * action comes out.
 *
 * Times: *_ms are milliseconds of CLOCK_BOOTTIME; *_s of the wall clock are
 * Unix seconds. A machine reads no clock; both times come with the event.
 */
#ifndef GRANTTY_MACHINE_EVENT_H
#define GRANTTY_MACHINE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/deadline.h"
#include "base/log.h"
#include "oauth/http_message.h"

struct session_data;
struct states;

enum event_kind {
	EVENT_TICK,	 /* a deadline may have passed */
	EVENT_CLOCK,	 /* the wall clock was set, or the machine slept */
	EVENT_REPLY,	 /* to the last ACTION_SEND */
	EVENT_START,	 /* the user wants to sign in, or a new code */
	EVENT_CANCEL,	 /* the user cancels what is in progress */
	EVENT_SIGN_OUT,	 /* the user wants to sign out */
	EVENT_CUT_SHORT, /* the program ends, and the sign-out waits too long:
			  * what else can be revoked is revoked now */
	EVENT_TOUCHED,	 /* any other user activity: restarts idle time */
	EVENT_REDIRECT,	 /* the browser was redirected here, or the user pasted
			  * the address it ended on: text */
	EVENT_REMOVED,	 /* the stored session was removed, by any process */
	EVENT_LOCKED,	 /* to ACTION_LOCK: this process has the lock; data is
			  * what the store contains, NULL if nothing */
	EVENT_BUSY,	 /* to ACTION_LOCK: another process has the lock */
	EVENT_SAVED	 /* to ACTION_SAVE and ACTION_WIPE: done; see ok */
};

struct event {
	enum event_kind kind;
	int64_t now_ms;
	int64_t wall_s;
	const char *text;		 /* EVENT_REDIRECT; borrowed */
	const struct reply *reply;	 /* EVENT_REPLY */
	const struct session_data *data; /* EVENT_LOCKED; borrowed */
	bool unreadable; /* EVENT_LOCKED: the store cannot be read, so a NULL
			  * data proves nothing */
	bool set_aside; /* EVENT_LOCKED: the file was damaged and was set aside;
			 * the store is now empty */
	bool ok;	/* EVENT_SAVED */
};

/* The same moment, but as an event of that kind. */
static inline struct event event_as(const struct event *event,
				    enum event_kind kind)
{
	struct event other = *event;

	other.kind = kind;
	return other;
}

enum action_kind {
	ACTION_NONE,
	ACTION_SEND, /* send request; drops any request under way */
	ACTION_DROP, /* drop the request under way */
	ACTION_LOCK, /* take the store's lock without waiting and read the
		      * store; answered by EVENT_LOCKED or EVENT_BUSY */
	ACTION_SAVE, /* write the session's data; EVENT_SAVED */
	ACTION_WIPE  /* remove the stored session; EVENT_SAVED */
};

/* A state change; or, if both states are the same, an event that was ignored in
 * that state. */
struct move {
	const struct states *machine;
	unsigned char from, to;
	unsigned char event; /* enum event_kind */
};

/* The most moves that one step can make. */
enum { ACTION_MOVES_MAX = 12 };

/* What a step wants done, and what it wants logged. */
struct action {
	enum action_kind kind;
	struct request *request; /* ACTION_SEND: given to the caller */
	enum log_level level;
	char note[512];	 /* a line for the log, "" for none */
	bool is_private; /* it names a user: not for the log on the screen */
	bool new_visit;	 /* another user may be at the screen from now on */
	unsigned move_count;
	struct move moves[ACTION_MOVES_MAX];
};

/* Resets it: nothing to do, nothing to log. */
void action_clear(struct action *action);

/* Sets the note (printf format). */
void action_note(struct action *action, enum log_level level,
		 const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Sets a note that names a user. */
void action_note_private(struct action *action, enum log_level level,
			 const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds that machine's state change; does nothing if the state stays the
 * same. */
void action_moved(struct action *action, const struct states *machine,
		  unsigned from, unsigned to);

/* Adds that the machine ignored an event of that kind in that state. */
void action_ignored(struct action *action, const struct states *machine,
		    unsigned state, enum event_kind event);

/* Formats the moves as a log line: "flow: waiting -> polling; …", "" if there
 * are none. Truncates if too long. */
void action_moves(const struct action *action, char *text, size_t size);

/* Logs its moves and its note at wall_s (Unix seconds), and first clears the
 * log on the screen if a new visit begins. */
void action_log(const struct action *action, struct log *log, int64_t wall_s);

/* Its name in log lines: "reply". */
const char *event_name(enum event_kind kind);

#endif
