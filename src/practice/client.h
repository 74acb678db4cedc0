/* SPDX-License-Identifier: MIT */
/*
 * Which client a call comes from, and whether it has proven it (RFC 6749
 * section 2.3).
 */
#ifndef GRANTTY_PRACTICE_CLIENT_H
#define GRANTTY_PRACTICE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "practice/dialect.h"

struct call;
struct service;

enum { CLIENT_ID_SIZE = 65 };

/* What a client has to bring. A secret that it brings must be right in any
 * case; the public client has none, and Webex knows no public client. */
enum client_proof {
	PROOF_NONE,  /* its client_id is enough */
	PROOF_ANY,   /* secret by Basic or in the form */
	PROOF_BASIC, /* secret by Basic */
};

/* Whether it is a client that we know and that has proven itself; its name goes
 * to client_id, "" where not. */
bool client_identify(const struct service *service, const struct call *call,
		     enum dialect dialect, enum client_proof proof,
		     char client_id[CLIENT_ID_SIZE]);

#endif
