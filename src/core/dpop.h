/* SPDX-License-Identifier: MIT */
/*
 * Demonstrating Proof of Possession (RFC 9449): tokens that are good only
 * together with a signature by a key of this sign-in, over the very request
 * that they go along with. Also makes such signatures for the requests of
 * others.
 */
#ifndef GRANTTY_CORE_DPOP_H
#define GRANTTY_CORE_DPOP_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct reply;
struct request;

/* Who wants nonces; each gives its own (sections 8 and 9). */
enum dpop_server { DPOP_ISSUER, DPOP_RESOURCE, DPOP_SERVERS };

/* What the servers have said. All zero to begin with. */
struct dpop {
	char *nonces[DPOP_SERVERS]; /* the latest; NULL: none */
	bool again; /* the request under way is the second one of its kind */
};

/* Frees the content; the struct is empty and usable again. */
void dpop_free(struct dpop *dpop);

/* A new key as PEM; secret_free() it. NULL where libcrypto fails. */
char *dpop_key_new(void);

/*
 * Gives the request a proof by that key (PEM; NULL: none is wanted). Where it
 * bears an access token, the proof is for that; NULL: it bears none. wall_s:
 * the time now in Unix seconds.
 */
void dpop_prove(const struct dpop *dpop, enum dpop_server server,
		struct request *request, const char *key,
		const char *access_token, int64_t wall_s);

/*
 * Takes over the nonce that may be in the answer to a request with a proof by
 * that key (NULL: there was none). True where the server refused it for want of
 * that nonce, and has done nothing yet: then it is to go out again, with a new
 * proof. Never true twice in a row.
 */
bool dpop_answer(struct dpop *dpop, enum dpop_server server,
		 const struct reply *reply, const char *key);

/* A request that somebody else is going to send. */
struct dpop_call {
	const char *method, *url;
	const char *nonce; /* NULL: none */
	char *text;	   /* what these point into, where it was read */
};

/* Reads "METHOD URL" or "METHOD URL NONCE"; dpop_call_free() it. False with
 * *err where it is no such thing. */
bool dpop_call_read(struct dpop_call *call, const char *text, struct err *err);
void dpop_call_free(struct dpop_call *call);

/* The proof for it (section 4.2); the caller owns it (secret_free). NULL where
 * the key is none or libcrypto fails. */
char *dpop_proof(const struct dpop_call *call, const char *key,
		 const char *access_token, int64_t wall_s);

#endif
