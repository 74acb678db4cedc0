/* SPDX-License-Identifier: MIT */
/*
 * What systemd is told of the screens while they run as a service.
 */
#ifndef GRANTTY_APP_SERVICE_H
#define GRANTTY_APP_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

struct model;

struct service {
	int64_t alive_every_ms; /* 0: nobody watches */
	int64_t alive_ms;	/* when the next sign of life is due */
	bool ready;
	char status[100]; /* that was told last */
};

void service_begin(struct service *service);

/*
 * To be called in every turn of the loop, after drawing: a loop that is stuck
 * gives no sign of life. shown: the terminal has taken what it has room for;
 * the first time makes the service ready.
 */
void service_turn(struct service *service, const struct model *model,
		  bool shown);

/* When the next sign of life is due; NEVER_MS where nobody watches. */
int64_t service_deadline(const struct service *service);

/* It ends, as it was told to. */
void service_end(void);

#endif
