/* SPDX-License-Identifier: MIT */
/*
 * Readiness, a status line and watchdog notifications.
 */
#include "config.h"

#include "app/notifications.h"

#include <stdio.h>
#include <string.h>

#include "io/systemd.h"
#include "ui/model.h"

/* Every user can read it: no code, no name. */
static const char *status_of(const struct model *model)
{
	switch (model->screen) {
	case SCREEN_WELCOME:
		return "Waiting for a key press";
	case SCREEN_SIGN_IN:
		return model->user_code != NULL ||
				       model->authorization_uri != NULL
			       ? "Waiting for a user to sign in"
			       : "Preparing a sign-in";
	case SCREEN_CONFIRM:
		return "Waiting for a user to confirm the sign-in";
	case SCREEN_PROFILE:
		return "A user is signed in";
	case SCREEN_TROUBLE:
		break;
	}
	return model->trouble;
}

void notifications_begin(struct notifications *notifications)
{
	*notifications = (struct notifications){0};
	/* Twice as often as required, as sd_watchdog_enabled(3) advises. */
	notifications->alive_every_ms = systemd_watchdog_ms() / 2;
}

void notifications_send(struct notifications *notifications,
			const struct model *model, bool shown)
{
	const char *status = status_of(model);

	if (shown && !notifications->ready) {
		systemd_ready();
		notifications->ready = true;
	}
	if (strcmp(status, notifications->status) != 0) {
		systemd_status(status);
		(void)snprintf(notifications->status,
			       sizeof(notifications->status), "%s", status);
	}
	if (notifications->alive_every_ms > 0 &&
	    model->now_ms >= notifications->alive_ms) {
		systemd_alive();
		notifications->alive_ms =
			model->now_ms + notifications->alive_every_ms;
	}
}

int64_t notifications_deadline(const struct notifications *notifications)
{
	return notifications->alive_every_ms > 0 ? notifications->alive_ms
						 : NEVER_MS;
}

void notifications_end(void)
{
	systemd_stopping();
}
