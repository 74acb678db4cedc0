/* SPDX-License-Identifier: MIT */
/*
 * Compares the name with those that are known. Needs no library.
 */
#include "config.h"

#include "ui/term_name.h"

#include <stddef.h>
#include <string.h>

bool term_name_is_console(const char *name)
{
	return name != NULL && strncmp(name, "linux", strlen("linux")) == 0;
}

bool term_name_is_old(const char *name)
{
	return name != NULL && strncmp(name, "vt", 2) == 0 && name[2] >= '0' &&
	       name[2] <= '9';
}
