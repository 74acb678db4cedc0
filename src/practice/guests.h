/* SPDX-License-Identifier: MIT */
/*
 * The connections that are open, and until when each may take for what it is
 * at. Silence has a time-out of its own in the library; this is for those that
 * send byte after byte and never come to an end. Reads no clock.
 */
#ifndef GRANTTY_PRACTICE_GUESTS_H
#define GRANTTY_PRACTICE_GUESTS_H

#include <stdint.h>

struct guest;

struct guests {
	struct guest *first;
};

/* A new one on that socket, which it borrows; stays until it leaves. */
struct guest *guests_enter(struct guests *guests, int fd, int64_t due_ms);
void guests_leave(struct guests *guests, struct guest *guest);

/* From now on it may take until then; INT64_MAX: for ever. */
void guest_may_take(struct guest *guest, int64_t due_ms);

/* When the next one is due; INT64_MAX: none is. */
int64_t guests_due_ms(const struct guests *guests);

/* Shuts down the sockets of those that are due by then, for their owner to see
 * the end. */
void guests_cut(struct guests *guests, int64_t now_ms);

#endif
