/* SPDX-License-Identifier: MIT */
/*
 * The parts of grantty check. Each adds its rows to the report and continues
 * whatever it finds.
 */
#ifndef GRANTTY_APP_CHECK_H
#define GRANTTY_APP_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "app/setup.h"
#include "oauth/conformance.h"

struct args;
struct reply;
struct report;

enum { CHECK_DATE_SIZE = 32 };

/* What one part passes on to the next. */
struct check {
	const struct args *args;
	struct report *report;
	struct setup setup;
	bool has_provider; /* there is a provider to send requests to */
	bool clock_is_off; /* certificates cannot be judged then */
	bool knows_proxy, knows_offset;
	struct findings findings;
	/* The URIs that a sign-in would show, for its QR code; secret, or
	 * NULL. */
	char *verification_uri, *verification_uri_complete;
};

/* Configuration and secret, and the provider they describe. */
void check_conf(struct check *check);

/* Locale, terminal, font, theme, clock. */
void check_machine(struct check *check);

/* True if a sign-in's QR code fits the terminal; after check_provider(). */
void check_qr(struct check *check);

/* Session, key, hooks, log, metrics. */
void check_files(struct check *check);

/* The network, the provider's endpoints, and whether the provider follows RFC
 * 8628. Requests one code, which is not shown, and polls for it once. A token
 * received nevertheless is revoked, if the provider supports that. */
void check_provider(struct check *check);

/* The path to the server at that address, judged by its first answer: proxy,
 * name resolution, connection, certificate; and the server's clock. */
void check_first_answer(struct check *check, const char *address,
			const struct reply *reply);

/* Formats Unix seconds for people, into CHECK_DATE_SIZE bytes. */
void check_format_date(char *dst, int64_t wall_s);

#endif
