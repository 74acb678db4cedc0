/* SPDX-License-Identifier: MIT */
/*
 * What guards the memory, see secrecy.h. Pages are locked only as they come to
 * be used, so that none of this takes room by itself.
 */
#include "config.h"

#include "io/secrecy.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

/* The soft limit alone: what is started from here may raise it. */
static void forbid_dumps(void)
{
	struct rlimit core;

	if (getrlimit(RLIMIT_CORE, &core) == 0) {
		core.rlim_cur = 0;
		(void)setrlimit(RLIMIT_CORE, &core);
	}
	/* Nor a debugger, nor a look into /proc/PID/mem. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* Where the heap is; false where that cannot be found out. */
static bool find_heap(uintptr_t *start, uintptr_t *end)
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

/*
 * The heap is made larger than it needs to be for now, and locked: what is
 * allocated later comes from there, secrets too. Beyond it nothing is locked,
 * so no allocation can fail for the limit's sake.
 */
static void lock_heap(void)
{
	void *volatile blocks[3]; /* not to be optimised away */
	uintptr_t start = 0, end = 0;

	if (mallopt(M_TOP_PAD, SECRECY_HEAP) == 0 ||
	    mallopt(M_TRIM_THRESHOLD, 2 * SECRECY_HEAP) == 0)
		return;
	/* More than can be left of a heap that libraries have begun. */
	for (size_t i = 0; i < 3; i++)
		blocks[i] = malloc((size_t)100 * 1024);
	for (size_t i = 0; i < 3; i++)
		free(blocks[i]);
	if (find_heap(&start, &end) && end - start <= 2 * SECRECY_HEAP)
		(void)mlock2((void *)start, end - start, MLOCK_ONFAULT);
}

void secrecy_begin(void)
{
	struct rlimit lockable;

	forbid_dumps();
	if (getrlimit(RLIMIT_MEMLOCK, &lockable) != 0)
		return;
	/* With a limit that is too small for all, allocations would fail. */
	if (lockable.rlim_cur == RLIM_INFINITY)
		(void)mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
	else if (lockable.rlim_cur > SECRECY_HEAP)
		lock_heap();
}

bool secrecy_is_locked(void)
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

bool secrecy_has_swap(void)
{
	struct sysinfo info;

	return sysinfo(&info) == 0 && info.totalswap > 0;
}
