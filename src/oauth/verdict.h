/* SPDX-License-Identifier: MIT */
/*
 * The meaning of an answer, as a verdict and a sentence: the types shared by
 * all code that reads answers. Reads none itself.
 */
#ifndef GRANTTY_OAUTH_VERDICT_H
#define GRANTTY_OAUTH_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Longer times are cut to these. The user waits for an interval even after
 * approving. */
enum { OAUTH_INTERVAL_MAX_S = 300, OAUTH_EXPIRES_MAX_S = 86400 };

/* The endpoint that answered. */
enum endpoint {
	ENDPOINT_DISCOVERY,
	ENDPOINT_DEVICE, /* device authorization */
	ENDPOINT_TOKEN,	 /* polls and code exchanges */
	ENDPOINT_REFRESH,
	ENDPOINT_PROFILE,
	ENDPOINT_REVOCATION
};

/* The meaning of an answer for the client. */
enum verdict {
	VERDICT_OK,	   /* the answer holds what was requested */
	VERDICT_PENDING,   /* authorization_pending */
	VERDICT_SLOW_DOWN, /* slow_down */
	VERDICT_DENIED,	   /* access_denied, authorization_declined */
	VERDICT_EXPIRED,   /* expired_token and the like */
	VERDICT_INVALID_GRANT,
	VERDICT_UNAUTHORIZED, /* a resource rejected the access token (401) */
	VERDICT_RETRY, /* try again: 5xx, 408, 429, no answer, not OAuth */
	VERDICT_MISCONFIGURED, /* invalid_client, invalid_scope, redirect URI …:
				* an operator has to fix it */
	VERDICT_REFUSED	       /* any other OAuth error */
};

/* What an OAuth error code is about, whatever its spelling: the code itself is
 * only for the log. */
enum error_class {
	ERROR_NONE, /* no code, or none that is known */
	ERROR_PENDING,
	ERROR_SLOW_DOWN,
	ERROR_DENIED,
	ERROR_EXPIRED,
	ERROR_INVALID_GRANT,	   /* the code or the refresh token */
	ERROR_INVALID_TOKEN,	   /* the access token */
	ERROR_INVALID_CLIENT,	   /* unknown, or not authenticated */
	ERROR_UNAUTHORIZED_CLIENT, /* may not use this grant */
	ERROR_UNSUPPORTED_GRANT,   /* nobody may use it, or nobody here */
	ERROR_INVALID_SCOPE,
	ERROR_INVALID_REQUEST, /* used for anything */
	ERROR_TOKEN_LIMIT,     /* the user has too many tokens */
	ERROR_RETRY,	       /* busy, or about a proof of the moment */
	ERROR_NOT_FOUND	       /* about the address, from a web server */
};

/* Why an address that a browser ended on does not answer this sign-in. */
enum foreign {
	FOREIGN_NOT,
	FOREIGN_SIGN_IN,  /* it belongs to another one */
	FOREIGN_REPEATS,  /* a parameter stands in it twice */
	FOREIGN_PROVIDER, /* another one sent it (RFC 9207) */
	FOREIGN_NO_CODE
};

/* Details of a failure. All text is clean. */
struct oauth_failure {
	char error[64]; /* the OAuth error code in lower case, or "" */
	enum error_class error_class;
	char tracking[80];     /* Webex's trackingId, or "" */
	int64_t interval_s;    /* the new interval from slow_down; 0: none */
	int64_t retry_after_s; /* -1: none */
	bool reached;	       /* an HTTP answer came */
	bool no_trust;	       /* TLS failed: the clock may be wrong */
	bool not_yet_valid;    /* and more likely so: a certificate is not
				* valid yet */
	bool wants_pkce;       /* the device endpoint demands PKCE (Keycloak) */
	bool redirected;       /* a redirect, which is not followed */
	bool not_oauth;	       /* a redirect, or neither an object nor the
				* beginning of one: a page, or nothing */
	bool unusable; /* the address is right, and refuses nothing, but what
			* it sent cannot be used */
	bool dead_end; /* the address does not accept the request: 404, 405,
			* 410, 415 or 501 without an OAuth error. The address
			* may be wrong, or the server may be starting. */
	enum foreign foreign;
	struct err err; /* what is wrong, and what to do */
};

/* Copies *failure to *kept, replacing its content; NULL means none. */
void oauth_failure_keep(struct oauth_failure **kept,
			const struct oauth_failure *failure);
void oauth_failure_drop(struct oauth_failure **kept); /* *kept becomes NULL */

#endif
