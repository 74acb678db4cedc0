/* SPDX-License-Identifier: MIT */
/*
 * The notifications to systemd while the screens run as a service.
 */
#ifndef GRANTTY_APP_NOTIFICATIONS_H
#define GRANTTY_APP_NOTIFICATIONS_H

#include <stdbool.h>
#include <stdint.h>

struct model;

struct notifications {
	int64_t alive_every_ms; /* 0: no watchdog */
	int64_t alive_ms;	/* when the next watchdog notification is due */
	bool ready;
	char status[100]; /* the one sent last */
};

void notifications_begin(struct notifications *notifications);

/*
 * Call it in every iteration of the loop, after drawing: a loop that is stuck
 * sends no watchdog notification. shown: the terminal has accepted what it has
 * room for; the first time makes the service ready.
 */
void notifications_send(struct notifications *notifications,
			const struct model *model, bool shown);

/* When the next watchdog notification is due; NEVER_MS without a watchdog. */
int64_t notifications_deadline(const struct notifications *notifications);

/* Notifies that the service is stopping. */
void notifications_end(void);

#endif
