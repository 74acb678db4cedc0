/* SPDX-License-Identifier: MIT */
/*
 * Protects the memory of this process, which holds secrets, from other
 * processes, core dumps and swap.
 */
#ifndef GRANTTY_IO_PROCESS_HARDENING_H
#define GRANTTY_IO_PROCESS_HARDENING_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Call before anything else. No failure here is fatal. How much is locked
 * against swapping depends on RLIMIT_MEMLOCK: all memory if it is unlimited,
 * otherwise up to PROCESS_HARDENING_HEAP bytes of the heap, if that fits.
 */
void process_hardening_begin(void);

enum { PROCESS_HARDENING_HEAP = 4 * 1024 * 1024 };

/* Finds the heap that the kernel grows (brk(2)); false if there is none. */
bool process_hardening_heap(uintptr_t *start, uintptr_t *end);

/* True if any memory is locked, and whether the machine has swap. */
bool process_hardening_is_locked(void);
bool process_hardening_has_swap(void);

#endif
