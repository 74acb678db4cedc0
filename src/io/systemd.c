/* SPDX-License-Identifier: MIT */
/*
 * Uses sd_notify(3). Failures are ignored: the program cannot do anything about
 * them.
 */
#include "config.h"

#include "io/systemd.h"

#ifdef HAVE_LIBSYSTEMD

#	include <systemd/sd-daemon.h>

void systemd_ready(void)
{
	(void)sd_notify(0, "READY=1");
}

void systemd_status(const char *text)
{
	(void)sd_notifyf(0, "STATUS=%s", text);
}

void systemd_stopping(void)
{
	(void)sd_notify(0, "STOPPING=1");
}

int64_t systemd_watchdog_ms(void)
{
	uint64_t us = 0;

	return sd_watchdog_enabled(0, &us) > 0 ? (int64_t)(us / 1000) : 0;
}

void systemd_alive(void)
{
	(void)sd_notify(0, "WATCHDOG=1");
}

#else

void systemd_ready(void)
{
}

void systemd_status(const char *text)
{
	(void)text;
}

void systemd_stopping(void)
{
}

int64_t systemd_watchdog_ms(void)
{
	return 0;
}

void systemd_alive(void)
{
}

#endif
