/* SPDX-License-Identifier: MIT */
/*
 * The only place where the time is read.
 */
#ifndef GRANTTY_APP_CLOCK_H
#define GRANTTY_APP_CLOCK_H

#include <stdint.h>

/* Milliseconds of CLOCK_BOOTTIME: never jumps, and counts through suspend. */
int64_t clock_now_ms(void);

/* The size of the ID that clock_boot() writes. */
enum { CLOCK_BOOT_SIZE = 37 };

/* The boot ID of the boot that clock_now_ms() counts from; "" if the kernel
 * does not provide one. */
void clock_boot(char id[CLOCK_BOOT_SIZE]);

/* Unix seconds of the wall clock: only for expires_at and log lines. */
int64_t clock_wall_s(void);

#endif
