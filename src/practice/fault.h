/* SPDX-License-Identifier: MIT */
/*
 * The faults that the practice server can simulate: one table row each, with
 * its effect. Knows no endpoint.
 */
#ifndef GRANTTY_PRACTICE_FAULT_H
#define GRANTTY_PRACTICE_FAULT_H

#include <stdbool.h>
#include <stddef.h>

#include "practice/dialect.h"

struct answer;
struct call;
struct err;

/* The faults whose effect is in an endpoint, see faults_due(). All others
 * have it in their rows. */
enum fault {
	FAULT_IN_ROW, /* none of these */
	FAULT_STRING_NUMBERS,
	FAULT_EXPIRE_SOON,
	FAULT_SLOW_DOWN,
	FAULT_WHOLE_SECONDS,
	FAULT_MORE_SECONDS,
	FAULT_SECONDS_UP,
	FAULT_DENY,
	FAULT_DROP_TOKEN,
	FAULT_HOSTILE_TEXT,
	FAULT_HUGE_PROFILE
};

/* Where a fault can apply; OR'ed if in several places. */
enum fault_place {
	AT_AUTHORIZE = 1 << 0, /* device authorization */
	AT_POLL = 1 << 1,      /* token request with a device code */
	AT_REFRESH = 1 << 2,   /* token request with a refresh token */
	AT_PROFILE = 1 << 3,   /* userinfo, people/me */
	AT_REVOKE = 1 << 4,
	AT_DISCOVERY = 1 << 5
};

/* An answer that a fault may replace. */
struct fault_context {
	const struct call *call;
	const char *public_url; /* the server's, without a trailing '/' */
	enum dialect dialect;
};

/* A row has one of id, body, give and spoil. */
struct fault_row {
	const char *name;
	const char *meaning; /* for --help */
	unsigned places;     /* where it applies by default */
	int times;	     /* how often; 0: until cleared */
	enum fault id;
	/* The wrong answer. */
	unsigned status;
	const char *type, *body;
	/* Writes a wrong answer. False if the right one is to be given
	 * nevertheless. */
	bool (*give)(const struct fault_context *context,
		     struct answer *answer);
	/* Changes a device authorization response. */
	void (*spoil)(struct code_answer *code);
};

/* The i-th fault in the order of --help; NULL past the end. */
const struct fault_row *fault_at(size_t i);

/* True if that fault can apply anywhere: NAME@PLACE. */
bool fault_can_move(const struct fault_row *row);

/* An upper bound for the number of faults. */
enum { FAULTS_MAX = 64 };

/* Which faults are set, in the order of fault_at(). All zero: none. */
struct faults {
	struct {
		unsigned places; /* 0: not set */
		int left;	 /* 0: until cleared */
	} set[FAULTS_MAX];
};

/* The text that the fault hostile-text shows to the user: clears the screen,
 * sets the title, switches consoles, reverses the text direction. */
#define HOSTILE_TEXT \
	"\033[2J\033]0;gotcha\a\302\23312;7]\342\200\256txet\342\200\213\r\n"

/*
 * Sets a fault: "NAME" or "NAME@PLACE" (authorize, poll, refresh, profile,
 * revoke, discovery), either one followed by an optional "*TIMES". False with
 * *err if there is no such fault or it cannot apply there.
 */
bool faults_set(struct faults *faults, const char *spec, struct err *err);

void faults_clear(struct faults *faults);

/* True if that fault, whose effect is the caller's matter, applies now; counts
 * down. */
bool faults_due(struct faults *faults, enum fault id, enum fault_place place);

/*
 * Gives a wrong answer if a fault that can replace any answer applies here;
 * counts down. False if the right answer is still to be given, perhaps with the
 * faulty delivery set in answer->delivery.
 */
bool faults_replace(struct faults *faults, const struct fault_context *context,
		    enum fault_place place, struct answer *answer);

/* Changes the device authorization response as the faults that apply say;
 * counts them down. */
void faults_alter(struct faults *faults, struct code_answer *code);

#endif
