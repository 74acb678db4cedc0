/* SPDX-License-Identifier: MIT */
/*
 * Keeps the memory of this process, which has secrets in it, from everybody
 * else: other processes, core files, swap.
 */
#ifndef GRANTTY_IO_SECRECY_H
#define GRANTTY_IO_SECRECY_H

#include <stdbool.h>

/*
 * To be called first of all. Nothing that fails here is fatal. What is locked
 * against swapping depends on RLIMIT_MEMLOCK: all memory, where it is
 * unlimited; else the heap, up to SECRECY_HEAP bytes of it, if that fits.
 */
void secrecy_begin(void);

enum { SECRECY_HEAP = 4 * 1024 * 1024 };

/* Whether any of it is locked, and whether the machine swaps at all. */
bool secrecy_is_locked(void);
bool secrecy_has_swap(void);

#endif
