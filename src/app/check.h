/* SPDX-License-Identifier: MIT */
/*
 * The parts of grantty check. Each adds its rows to the report and goes on
 * whatever it finds.
 */
#ifndef GRANTTY_APP_CHECK_H
#define GRANTTY_APP_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "app/setup.h"
#include "core/conformance.h"

struct args;
struct reply;
struct report;

enum { CHECK_DATE_SIZE = 32 };

/* What one part leaves for the next. */
struct check {
	const struct args *args;
	struct report *report;
	struct setup setup;
	bool can_ask;	   /* there is a provider to talk to */
	bool clock_is_off; /* so certificates cannot be judged */
	bool knows_proxy, knows_offset;
	struct findings findings;
	/* What a sign-in would show, for its QR code; secret, or NULL. */
	char *verification_uri, *verification_uri_complete;
};

/* Configuration and secret, and the provider that they describe. */
void check_conf(struct check *check);

/* Locale, terminal, font, theme, clock. */
void check_machine(struct check *check);

/* Whether a sign-in's QR code fits the terminal; after check_provider(). */
void check_qr(struct check *check);

/* Session, key, hooks, log, metrics. */
void check_files(struct check *check);

/* The network, the provider's endpoints, and its way with RFC 8628. Asks for
 * one code, which nobody is shown, and polls for it once; should a token come
 * nevertheless, it is revoked where the provider offers that. */
void check_provider(struct check *check);

/* The way to the server at that address, by its first answer: proxy, name
 * resolution, connection, certificate; and its clock. */
void check_first_answer(struct check *check, const char *address,
			const struct reply *reply);

/* Unix seconds in words for people, into CHECK_DATE_SIZE bytes. */
void check_format_date(char *dst, int64_t wall_s);

#endif
