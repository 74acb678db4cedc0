/* SPDX-License-Identifier: MIT */
/*
 * The door to libsystemd. Where this program was built without it, or was not
 * started by systemd, nothing here does anything.
 */
#ifndef GRANTTY_IO_SYSTEMD_H
#define GRANTTY_IO_SYSTEMD_H

#include <stdint.h>

/* It is up, for Type=notify. */
void systemd_ready(void);

/* What is going on, one line for "systemctl status": everybody on the machine
 * can read it, so nothing secret and nothing of a person. */
void systemd_status(const char *text);

/* It is ending, as it was told to. */
void systemd_stopping(void);

/* How long systemd waits between two signs of life (WatchdogSec=), in
 * milliseconds; 0: for ever. */
int64_t systemd_watchdog_ms(void);

/* A sign of life. */
void systemd_alive(void);

#endif
