/* SPDX-License-Identifier: MIT */
/*
 * The formats in which "grantty token" prints a token for other programs.
 */
#ifndef GRANTTY_APP_TOKEN_OUTPUT_H
#define GRANTTY_APP_TOKEN_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

struct args;
struct err;
struct session_data;

enum token_format {
	TOKEN_FORMAT_TOKEN,  /* the token and nothing else */
	TOKEN_FORMAT_HEADER, /* header lines of a request */
	TOKEN_FORMAT_JSON,
	TOKEN_FORMAT_GIT,    /* gitcredentials(7) */
	TOKEN_FORMAT_KUBECTL /* an ExecCredential with the ID token */
};

/* The format that the command line chooses. False with *err if it is none, if
 * another option does not go with it, or if kubectl asks for a version of its
 * own format that is not known. */
bool token_output_choose(const struct args *args, enum token_format *format,
			 struct err *err);

/* The request that --for, or its old name, describes; NULL: none. */
const char *token_output_request(const struct args *args);

/* True if git only announces something that does not matter here (store,
 * erase), and nothing is to be printed. */
bool token_output_is_idle(const struct args *args);

/* When the token that is printed in that format expires: its ID token for
 * kubectl. In Unix seconds; 0: unknown, or there is none. */
int64_t token_output_expires_at(enum token_format format,
				const struct session_data *data);

/*
 * Prints the token of that session. For git, first reads from standard input
 * what it is for. proof: of a token that is bound to a key (DPoP), for the one
 * request that it is made for; NULL: none. False with *err if the token cannot
 * be used in that format, or be written.
 */
bool token_output_print(enum token_format format,
			const struct session_data *data, const char *proof,
			struct err *err);

#endif
