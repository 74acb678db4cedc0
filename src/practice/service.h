/* SPDX-License-Identifier: MIT */
/*
 * The complete state of the practice authorization server. Reads no clock and
 * no descriptor; router.h answers calls with it.
 */
#ifndef GRANTTY_PRACTICE_SERVICE_H
#define GRANTTY_PRACTICE_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "practice/dialect.h"
#include "practice/fault.h"
#include "practice/rate_limit.h"
#include "practice/route.h"

struct answer;
struct call;
struct json;

#define SERVICE_PUBLIC_CLIENT "practice-public" /* needs no secret */

enum { SERVICE_SECRET_SIZE = 32 };

/* Borrowed; must outlive the service. */
struct service_options {
	const char *public_url;	      /* without a trailing '/' */
	const char *verification_uri; /* NULL: derived from public_url */
	const char *client_id;
	const char *client_secret;
	const char *control_token;
	int64_t expires_s;
	int64_t interval_s; /* negative: 5, and 2 for Webex's paths */
	int64_t token_lifetime_s;
	int64_t approve_after_s;    /* negative: waits for the user */
	const struct json *profile; /* NULL: the fictitious user's */
	bool tls;
};

struct service {
	struct service_options options;
	struct grants *grants;
	struct token_store *token_store;
	struct faults faults;
	struct rate_limit rate_limit;
	unsigned char form_key[SERVICE_SECRET_SIZE];
	uint64_t connections;	    /* counted by the HTTP server */
	uint64_t calls[ROUTES_MAX]; /* by index of route_at() */
};

struct service *service_new(const struct service_options *options);
void service_free(struct service *service); /* wipes; NULL is fine */

/* Answers a call. */
typedef void service_handler(struct service *service, const struct call *call,
			     enum dialect dialect, struct answer *answer);

#endif
