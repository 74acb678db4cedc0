/* SPDX-License-Identifier: MIT */
/*
 * The notifications to systemd while the screens run as a service.
 */
#ifndef GRANTTY_APP_SERVICE_H
#define GRANTTY_APP_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

struct model;

struct service {
	int64_t alive_every_ms; /* 0: no watchdog */
	int64_t alive_ms;	/* when the next watchdog notification is due */
	bool ready;
	char status[100]; /* the one sent last */
};

void service_begin(struct service *service);

/*
 * Call it in every iteration of the loop, after drawing: a loop that is stuck
 * sends no watchdog notification. shown: the terminal has accepted what it has
 * room for; the first time makes the service ready.
 */
void service_notify(struct service *service, const struct model *model,
		    bool shown);

/* When the next watchdog notification is due; NEVER_MS without a watchdog. */
int64_t service_deadline(const struct service *service);

/* Notifies that the service is stopping. */
void service_end(void);

#endif
