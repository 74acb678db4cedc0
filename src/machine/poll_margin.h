/* SPDX-License-Identifier: MIT */
/*
 * How much longer than its interval a provider has turned out to need between
 * polls (RFC 8628 section 3.5), as text for later runs. Opens no file.
 */
#ifndef GRANTTY_MACHINE_POLL_MARGIN_H
#define GRANTTY_MACHINE_POLL_MARGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct provider;

/* The margin that no server needs more of, in milliseconds: one that keeps
 * whole seconds can be late by one of them. */
enum { POLL_MARGIN_LEARNED_MS = 1000 };

/* The margin as one line for another run; the caller owns it. */
char *poll_margin_write(const struct provider *provider, int64_t margin_ms);

/* Reads what poll_margin_write() returned. False if it is damaged, from another
 * provider, or more than any provider needs. */
bool poll_margin_read(const struct provider *provider, const char *text,
		      size_t len, int64_t *margin_ms);

#endif
