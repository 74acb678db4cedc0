/* SPDX-License-Identifier: MIT */
/*
 * Protects the memory, see process_hardening.h. Pages are locked only when they
 * are first used, so this by itself takes up no memory.
 */
#include "config.h"

#include "io/process_hardening.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

/* Only the soft limit: programs started from here may raise it. */
static void forbid_dumps(void)
{
	struct rlimit core;

	if (getrlimit(RLIMIT_CORE, &core) == 0) {
		core.rlim_cur = 0;
		(void)setrlimit(RLIMIT_CORE, &core);
	}
	/* Prevents debuggers and access to /proc/PID/mem, too. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

bool process_hardening_heap(uintptr_t *start, uintptr_t *end)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	bool found = false;
	char line[512], *rest;

	while (!found && maps != NULL &&
	       fgets(line, sizeof(line), maps) != NULL) {
		found = strstr(line, " [heap]") != NULL;
		*start = (uintptr_t)strtoull(line, &rest, 16);
		*end = (uintptr_t)strtoull(rest + (*rest == '-'), NULL, 16);
	}
	if (maps != NULL)
		(void)fclose(maps);
	return found && *end > *start;
}

#if HAVE_DECL_M_TOP_PAD
/*
 * Makes the heap larger than currently needed, and locks it: later allocations,
 * secrets included, come from there. Nothing beyond it is locked, so no
 * allocation can fail because of the limit.
 */
static void lock_heap(void)
{
	void *volatile blocks[3]; /* must not be optimised away */
	uintptr_t start = 0, end = 0;

	if (mallopt(M_TOP_PAD, PROCESS_HARDENING_HEAP) == 0 ||
	    mallopt(M_TRIM_THRESHOLD, 2 * PROCESS_HARDENING_HEAP) == 0)
		return;
	/* More than can be free in the heap that libraries have started. */
	for (size_t i = 0; i < 3; i++)
		blocks[i] = malloc((size_t)100 * 1024);
	for (size_t i = 0; i < 3; i++)
		free(blocks[i]);
	if (process_hardening_heap(&start, &end) &&
	    end - start <= 2 * PROCESS_HARDENING_HEAP)
		(void)mlock2((void *)start, end - start, MLOCK_ONFAULT);
}
#else
/* With another C library the heap cannot be locked like this, so secrets may be
 * swapped. */
static void lock_heap(void)
{
}
#endif

void process_hardening_begin(void)
{
	struct rlimit lockable;

	forbid_dumps();
	if (getrlimit(RLIMIT_MEMLOCK, &lockable) != 0)
		return;
	/* If the limit is too small for all memory, allocations would fail. */
	if (lockable.rlim_cur == RLIM_INFINITY)
		(void)mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
	else if (lockable.rlim_cur > PROCESS_HARDENING_HEAP)
		lock_heap();
}

bool process_hardening_is_locked(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	bool locked = false;
	char line[128];

	while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
		if (strncmp(line, "VmLck:", 6) == 0)
			locked = strpbrk(line, "123456789") != NULL;
	}
	if (status != NULL)
		(void)fclose(status);
	return locked;
}

bool process_hardening_has_swap(void)
{
	struct sysinfo info;

	return sysinfo(&info) == 0 && info.totalswap > 0;
}
