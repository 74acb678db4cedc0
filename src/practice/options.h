/* SPDX-License-Identifier: MIT */
/*
 * The command line of grantty-practice. Opens no file.
 */
#ifndef GRANTTY_PRACTICE_OPTIONS_H
#define GRANTTY_PRACTICE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "practice/fault.h"

struct err;

/* Strings are borrowed from the arguments; NULL: not given. */
struct options {
	const char *listen;
	const char *public_url;
	const char *verification_uri;
	const char *client_id;
	const char *client_secret_file;
	const char *profile;
	const char *tls_cert;
	const char *tls_key;
	int64_t expires_s;
	int64_t interval_s; /* negative: not given */
	int64_t token_lifetime_s;
	int64_t approve_after_s; /* negative: not given */
	struct faults faults;
	bool until_stdin_closes;
	bool json;
	int verbose;
	bool help;
	bool version;
};

/* Reads the command line. False with *err where it is wrong. */
bool options_read(struct options *options, int argc, char **argv,
		  struct err *err);

/* Prints the help on standard output. */
void options_print_help(void);

#endif
