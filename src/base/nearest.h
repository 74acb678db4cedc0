/* SPDX-License-Identifier: MIT */
/*
 * Which name a mistyped one was meant to be. Prints nothing.
 */
#ifndef GRANTTY_BASE_NEAREST_H
#define GRANTTY_BASE_NEAREST_H

#include <stddef.h>

/* The closest of the allowed names, which are separated by ", ": not terminated
 * but *len long. NULL if none is close enough. */
const char *nearest_name(const char *name, const char *allowed, size_t *len);

#endif
