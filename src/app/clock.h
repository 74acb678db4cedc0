/* SPDX-License-Identifier: MIT */
/*
 * The only place where the time is read.
 */
#ifndef GRANTTY_APP_CLOCK_H
#define GRANTTY_APP_CLOCK_H

#include <stdint.h>

/* Milliseconds of CLOCK_BOOTTIME: never jumps, and counts through suspend. */
int64_t clock_now_ms(void);

/* Room for what clock_boot() gives. */
enum { CLOCK_BOOT_SIZE = 37 };

/* Which start of the machine clock_now_ms() counts from, by its boot ID; ""
 * where the kernel does not say. */
void clock_boot(char id[CLOCK_BOOT_SIZE]);

/* Unix seconds of the wall clock: only for expires_at and log lines. */
int64_t clock_wall_s(void);

#endif
