/* SPDX-License-Identifier: MIT */
/*
 * Messages to the service manager that started the program: systemd, or any
 * other that sets NOTIFY_SOCKET. Does nothing without one.
 */
#ifndef GRANTTY_IO_SYSTEMD_H
#define GRANTTY_IO_SYSTEMD_H

#include <stdint.h>

/* Start-up is complete, for Type=notify. */
void systemd_ready(void);

/* Sets the one-line status for "systemctl status". Everyone on the machine can
 * read it, so it must hold no secrets and nothing about a user. */
void systemd_status(const char *text);

/* The program is stopping, as requested. */
void systemd_stopping(void);

/* The interval within which systemd expects a watchdog notification
 * (WatchdogSec=), in milliseconds; 0: none. */
int64_t systemd_watchdog_ms(void);

/* Sends a watchdog notification. */
void systemd_alive(void);

#endif
