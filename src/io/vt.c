/* SPDX-License-Identifier: MIT */
/*
 * Asks the kernel's console driver (ioctl_console(2)). Draws nothing.
 */
#include "config.h"

#include "io/vt.h"

#include <errno.h>
#include <linux/kd.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "base/mem.h"

enum { UPPER_HALF = 0x2580, LOWER_HALF = 0x2584 };

bool vt_is_one(int fd)
{
	char type = 0;

	return ioctl(fd, KDGKBTYPE, &type) == 0;
}

/* The map from characters to glyphs; the caller frees its entries. */
static bool get_map(int fd, struct unimapdesc *map)
{
	*map = (struct unimapdesc){0};
	/* Without room it fails, and says how much there must be. */
	if (ioctl(fd, GIO_UNIMAP, map) != 0 && errno != ENOMEM)
		return false;
	if (map->entry_ct == 0)
		return true;
	map->entries = xcalloc(map->entry_ct, sizeof(*map->entries));
	if (ioctl(fd, GIO_UNIMAP, map) == 0)
		return true;
	free(map->entries);
	return false;
}

static bool has(const struct unimapdesc *map, unsigned short character)
{
	for (size_t i = 0; i < map->entry_ct; i++) {
		if (map->entries[i].unicode == character)
			return true;
	}
	return false;
}

enum vt_blocks vt_blocks(int fd)
{
	struct unimapdesc map;
	bool there;

	if (!vt_is_one(fd) || !get_map(fd, &map))
		return VT_BLOCKS_UNKNOWN;
	there = has(&map, UPPER_HALF) && has(&map, LOWER_HALF);
	free(map.entries);
	return there ? VT_BLOCKS_THERE : VT_BLOCKS_MISSING;
}
