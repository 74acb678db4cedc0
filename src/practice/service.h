/* SPDX-License-Identifier: MIT */
/*
 * The practice authorization server without its HTTP server: takes calls,
 * gives answers, and keeps all state. Reads no clock and no descriptor.
 */
#ifndef GRANTTY_PRACTICE_SERVICE_H
#define GRANTTY_PRACTICE_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "practice/dialect.h"
#include "practice/fault.h"
#include "practice/guesses.h"

struct answer;
struct call;
struct json;

#define SERVICE_PUBLIC_CLIENT "practice-public" /* needs no secret */

enum { SERVICE_SECRET_SIZE = 32, SERVICE_MAX_ROUTES = 24 };

/* Borrowed; must outlive the service. */
struct service_options {
	const char *public_url;	      /* without a '/' at its end */
	const char *verification_uri; /* NULL: one of public_url */
	const char *client_id;
	const char *client_secret;
	const char *control_token;
	int64_t expires_s;
	int64_t interval_s; /* negative: 5, and 2 for Webex's paths */
	int64_t token_lifetime_s;
	int64_t approve_after_s;    /* negative: waits for a person */
	const struct json *profile; /* NULL: a made-up person */
	bool tls;
};

struct service {
	struct service_options options;
	struct grants *grants;
	struct tokens *tokens;
	struct faults faults;
	struct guesses guesses;
	unsigned char form_key[SERVICE_SECRET_SIZE];
	uint64_t connections; /* the HTTP server counts them here */
	uint64_t calls[SERVICE_MAX_ROUTES];
};

struct service *service_new(const struct service_options *options);
void service_free(struct service *service); /* wipes; NULL is fine */

/* Answers a call; the answer is an answer_init()ed one. */
void service_answer(struct service *service, const struct call *call,
		    struct answer *answer);

/* "POST /token" for service->calls[i]; false beyond the last. */
bool service_route_name(size_t i, char *dst, size_t size);

/*
 * What answers a call. Those of the protocol are in endpoint.c, the pages for
 * the person in approval.c, the control path in control.c.
 */
typedef void service_handler(struct service *service, const struct call *call,
			     enum dialect dialect, struct answer *answer);

service_handler endpoint_authorize;
service_handler endpoint_token;
service_handler endpoint_refresh_only;
service_handler endpoint_people_me;
service_handler endpoint_userinfo;
service_handler endpoint_revoke;
service_handler endpoint_metadata;
service_handler approval_show;
service_handler approval_decide;
service_handler control_show;
service_handler control_change;

#endif
