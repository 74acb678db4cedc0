/* SPDX-License-Identifier: MIT */
/*
 * What a provider issues at the end of a sign-in. Apart from the messages, so
 * that a program that only shows stored tokens needs nothing else of OAuth.
 */
#ifndef GRANTTY_OAUTH_TOKENS_H
#define GRANTTY_OAUTH_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

/* The token response (RFC 6749 section 5.1). Its secrets are wiped. */
struct tokens {
	char *access_token;   /* secret */
	char *refresh_token;  /* or NULL; secret */
	char *token_type;     /* "Bearer" (the default) or "DPoP" */
	char *dpop_key;	      /* PEM, only with "DPoP"; secret */
	char *id_token;	      /* or NULL; secret */
	char *nonce;	      /* the one it must contain; NULL: none; secret */
	char *scope;	      /* or NULL if the answer names none */
	int64_t expires_in_s; /* 0: unknown or expired */
	bool over;	      /* the answer said that it had already expired */
	int64_t refresh_expires_in_s; /* 0: unknown */
};

/* Wipes and frees the content; the struct is empty and usable again. */
void tokens_free(struct tokens *tokens);

/* Moves the content of *from into *to, which must be empty. */
void tokens_move(struct tokens *to, struct tokens *from);

#endif
