/* SPDX-License-Identifier: MIT */
/*
 * The requests of a provider's check, and the rows about the endpoints that
 * they go to. For check_provider.c alone.
 */
#ifndef GRANTTY_APP_CHECK_PROVIDER_PARTS_H
#define GRANTTY_APP_CHECK_PROVIDER_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "app/report.h"
#include "oauth/dpop.h"

struct check;
struct oauth_failure;
struct reply;
struct request;

enum { CHECK_PROVIDER_SERVERS = 8 };

/* A server that was sent a request. */
struct check_server {
	char *host; /* including the port, as in a URL */
	bool answers;
};

/* The check of a provider. */
struct provider_check {
	struct check *check;
	struct check_server servers[CHECK_PROVIDER_SERVERS];
	size_t server_count;
	bool client_refused;
	char *verifier; /* for PKCE if used; secret */
	struct dpop dpop;
	char *dpop_key; /* to bind tokens to; secret; NULL: none */
};

/* Remembers whether the server at that address answers; the first answer of
 * each server has rows of its own. */
void check_provider_note(struct provider_check *run, const char *address,
			 const struct reply *reply);

/* True, with a row, if the server at that address is known not to answer. */
bool check_provider_skips(struct provider_check *run,
			  enum report_outcome outcome, const char *check,
			  const char *address);

/*
 * Sends the request, which it takes over, and waits for the reply, borrowed
 * until the next one. False, with a row, if the request could not be sent.
 */
bool check_provider_send(struct provider_check *run, const char *check,
			 struct request *request, struct reply *reply);

/*
 * Sends a POST, and repeats it if the answer requires JSON, or another nonce in
 * the DPoP proof, as a sign-in does. key: signs the proof; NULL: no proof.
 */
bool check_provider_post(struct provider_check *run, const char *check,
			 struct request *request, const char *key,
			 struct reply *reply);

/* Adds the row about an endpoint: it exists unless the answer says that it does
 * not. */
void check_provider_report(struct provider_check *run, const char *check,
			   const struct reply *reply);

/* The same for an endpoint that was sent a POST, whose answer may be an OAuth
 * error. */
void check_provider_report_post(struct provider_check *run, const char *check,
				const struct reply *reply,
				const struct oauth_failure *failure);

/*
 * The same for the authorization endpoint, requested without its required
 * parameters (RFC 6749 section 4.1.1). A working one rejects that in some way,
 * perhaps by a redirect to a page of its own; some respond that there is
 * nothing.
 */
void check_provider_report_page(struct provider_check *run, const char *check,
				const struct reply *reply);

#endif
