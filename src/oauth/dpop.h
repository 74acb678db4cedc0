/* SPDX-License-Identifier: MIT */
/*
 * Demonstrating Proof of Possession (RFC 9449): tokens that are valid only with
 * a signature over the request, made by this sign-in's key. Also makes such
 * proofs for requests of other programs.
 */
#ifndef GRANTTY_OAUTH_DPOP_H
#define GRANTTY_OAUTH_DPOP_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct reply;
struct request;

/* The servers that issue nonces, each its own (sections 8 and 9). */
enum dpop_server { DPOP_ISSUER, DPOP_RESOURCE, DPOP_SERVERS };

/* The nonces that the servers have sent. All zeros initially. */
struct dpop {
	char *nonces[DPOP_SERVERS]; /* the latest; NULL: none */
	bool again; /* the last answer caused a repeat of its request; the next
		     * one must not */
};

/* Frees the content; the struct is then empty and reusable. */
void dpop_free(struct dpop *dpop);

/* Generates a key and returns it as PEM; secret_free() it. NULL if libcrypto
 * fails. */
char *dpop_key_new(void);

/*
 * Adds a proof by that key to the request (PEM; NULL: no proof). The proof is
 * bound to access_token; NULL: the request has no token. wall_s: the current
 * time in Unix seconds.
 */
void dpop_prove(const struct dpop *dpop, enum dpop_server server,
		struct request *request, const char *key,
		const char *access_token, int64_t wall_s);

/*
 * Stores the nonce, if any, from the answer to a request with a proof by that
 * key (NULL: no proof). True if the server rejected the request only for lack
 * of that nonce: send it again with a new proof. Never true twice in a row.
 */
bool dpop_answer(struct dpop *dpop, enum dpop_server server,
		 const struct reply *reply, const char *key);

/* A request that another program will send. */
struct dpop_call {
	const char *method, *url;
	const char *nonce; /* NULL: none */
	char *text;	   /* the text these point into, if it was read */
};

/* Reads "METHOD URL" or "METHOD URL NONCE"; dpop_call_free() it. False with
 * *err if the text is invalid. */
bool dpop_call_read(struct dpop_call *call, const char *text, struct err *err);
void dpop_call_free(struct dpop_call *call);

/* The proof for that request (section 4.2); the caller owns it (secret_free).
 * NULL if the key is invalid or libcrypto fails. */
char *dpop_proof(const struct dpop_call *call, const char *key,
		 const char *access_token, int64_t wall_s);

#endif
