/* SPDX-License-Identifier: MIT */
/*
 * Readiness, a status line and watchdog notifications.
 */
#include "config.h"

#include "app/service.h"

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

void service_begin(struct service *service)
{
	memset(service, 0, sizeof(*service));
	/* Twice as often as required, as sd_watchdog_enabled(3) advises. */
	service->alive_every_ms = systemd_watchdog_ms() / 2;
}

void service_notify(struct service *service, const struct model *model,
		    bool shown)
{
	const char *status = status_of(model);

	if (shown && !service->ready) {
		systemd_ready();
		service->ready = true;
	}
	if (strcmp(status, service->status) != 0) {
		systemd_status(status);
		(void)snprintf(service->status, sizeof(service->status), "%s",
			       status);
	}
	if (service->alive_every_ms > 0 && model->now_ms >= service->alive_ms) {
		systemd_alive();
		service->alive_ms = model->now_ms + service->alive_every_ms;
	}
}

int64_t service_deadline(const struct service *service)
{
	return service->alive_every_ms > 0 ? service->alive_ms : NEVER_MS;
}

void service_end(void)
{
	systemd_stopping();
}
