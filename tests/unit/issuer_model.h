/* SPDX-License-Identifier: MIT */
/*
 * What the modelled provider is set to, has seen and knows: the struct that
 * issuer.c and its other halves work on.
 */
#ifndef GRANTTY_TESTS_ISSUER_MODEL_H
#define GRANTTY_TESTS_ISSUER_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/event.h"
#include "oauth/http_message.h"
#include "oauth/provider.h"
#include "practice/poll_clock.h"

struct jose_key;

enum { ISSUER_MAX_GAPS = 32 };

/* What is known of a client by its proofs (RFC 9449). */
struct dpop_client {
	char key[64];	   /* thumbprint; "": none yet */
	char proof_id[64]; /* of the last one */
};

/*
 * A script is words with spaces between; the last one goes on for ever:
 *   rules             as the rules are
 *   ok                a poll is granted, whatever the person did
 *   lost              as the rules are, but the answer gets lost
 *   pending slow_down denied expired invalid_grant invalid_client refused
 *   unauthorized forbidden
 *   500 502 503 429 408   the status, with a body that says nothing or HTML
 *   404 405 410 415 501   likewise, with a web server's words in JSON or HTML
 *   slow_429          slow_down with status 429
 *   html empty cut    status 200 and no OAuth
 *   resolve connect timeout tls not_yet_valid
 *   crossed           a kept connection was closed before the answer
 * ":N" is the Retry-After in seconds, or, for slow_down, the new interval.
 * "*N" is how often the word is used.
 */
struct issuer {
	struct provider provider; /* what clients are given */

	/* The rules, for the test to set. */
	const char *script[REQUEST_KINDS]; /* NULL: the rules */
	const char *outage; /* one word for all until outage_end_ms */
	int64_t outage_end_ms;
	int64_t latency_ms;
	int64_t interval_s;	    /* 0: not said, and so 5 */
	enum poll_clock poll_clock; /* how it times polls by the rules */
	int64_t code_life_s;
	int64_t approve_ms; /* when the person approves the code there is */
	int64_t deny_ms;
	int64_t token_life_s; /* 0: not said */
	const char *spent;    /* what is said instead; NULL: nothing */
	bool gives_refresh_token;
	bool rotates;
	bool dpop; /* wants proofs (RFC 9449), and binds tokens to their key */
	bool forgets_dpop;     /* but gives tokens that are bound to nothing */
	const char *nonces[2]; /* to be in proofs to the issuer, and to the
				* profile; NULL: none need be */
	bool wants_json;       /* takes JSON only, as better-auth does */
	bool wants_pkce;       /* on the device grant, too, as Keycloak may */
	const char *documents[2]; /* discovery at OpenID's place and at that of
				   * RFC 8414; NULL: none there */
	const struct jose_key *key; /* signs ID tokens; NULL: there are none */
	const char *kid;
	const char *claims;   /* JSON, laid over those of the ID token */
	const char *keys;     /* the JWK set */
	const char *userinfo; /* the profile; NULL: that of sub 7 */
	int64_t now_ms;	      /* these two are kept up by the world */
	int64_t wall_s;

	/* What came in. */
	unsigned requests[REQUEST_KINDS];
	unsigned granted;
	unsigned slow_downs;
	unsigned nonces_told;
	unsigned forms_refused; /* for want of JSON */
	unsigned replays;	/* of refresh tokens or codes used before */
	unsigned revoked;	/* tokens */
	int64_t gaps_ms[ISSUER_MAX_GAPS]; /* answer to next poll */
	size_t gap_count;

	/* What it knows. */
	int code;
	int64_t code_sent_ms;
	int64_t told_interval_ms;
	int64_t polled_ms;   /* when the last poll came in; -1: none */
	int64_t answered_ms; /* when the last answer to a poll is there */
	int64_t earliest_ms[REQUEST_KINDS]; /* Retry-After */
	int used[REQUEST_KINDS]; /* how often the script's word was */
	int tokens;		 /* counts up with each that is given out */
	char access_token[32];
	char refresh_token[32];
	int64_t access_expires_ms;
	char auth_code[32]; /* of the authorization code grant */
	bool auth_code_used;
	char challenge[64]; /* of PKCE; "": none was sent */
	char nonce[64];	    /* "": none was sent */
	struct dpop_client client;
};

/* What travels back, and how long it takes. Room for a token of 2 KiB, which
 * Webex gives. */
struct answer {
	enum net_result net;
	bool idle_closed, not_yet_valid;
	int status;
	const char *type;
	char body[4096];
	const char *dpop_nonce; /* NULL: none */
	int64_t retry_after_s;
	int64_t delay_ms;
};

#endif
