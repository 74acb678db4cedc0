/* SPDX-License-Identifier: MIT */
/*
 * Which client a call comes from, and whether it is authenticated (RFC 6749
 * section 2.3).
 */
#ifndef GRANTTY_PRACTICE_CLIENT_H
#define GRANTTY_PRACTICE_CLIENT_H

#include <stdbool.h>

#include "practice/dialect.h"

struct call;
struct service;

enum { CLIENT_ID_SIZE = 65 };

/* How a client must authenticate. A secret, if sent, must always be right. The
 * public client has none, and Webex has no public clients. */
enum client_proof {
	PROOF_NONE,  /* client_id is enough */
	PROOF_ANY,   /* secret by Basic or in the form */
	PROOF_BASIC, /* secret by Basic */
};

/* True if the client is known and authenticated. Writes its name to client_id,
 * "" if not. */
bool client_identify(const struct service *service, const struct call *call,
		     enum dialect dialect, enum client_proof proof,
		     char client_id[CLIENT_ID_SIZE]);

#endif
