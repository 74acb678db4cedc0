/* SPDX-License-Identifier: MIT */
/*
 * The command line.
 */
#ifndef GRANTTY_APP_ARGS_H
#define GRANTTY_APP_ARGS_H

#include <stdbool.h>
#include <stdint.h>

struct err;

/* Exit codes, as scripts rely on them. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2, /* bad usage or configuration */
	EXIT_DENIED = 3,
	EXIT_NOBODY = 4, /* nobody is signed in */
	EXIT_EXPIRED = 5,
	EXIT_UNREACHABLE = 6,
	EXIT_NOT_EXECUTABLE = 126, /* login -- COMMAND, as a shell has it */
	EXIT_NOT_FOUND = 127,
	EXIT_CANCELLED = 130
};

/* Which options a verb takes besides those that all take. */
enum args_group {
	TAKES_MIN_VALID = 1 << 0,
	TAKES_JSON = 1 << 1,
	TAKES_PLAIN = 1 << 2,
	TAKES_LAN = 1 << 3,
	TAKES_APPROVE_AFTER = 1 << 4,
	TAKES_FROM_URL = 1 << 5,
	TAKES_DPOP = 1 << 6,
	TAKES_COMMAND = 1 << 7
};

/* What was asked for. Strings are borrowed from argv; NULL: not given. */
struct args {
	const char *config, *env_file;
	const char *provider, *issuer, *client_id, *scope, *grant, *theme;
	const char *approve_after, *from_url, *dpop;
	int64_t min_valid_s;
	int verbose;
	bool plain, json, lan, help, version;
	const char *verb;     /* the word that is no option; NULL: none */
	char *const *command; /* what follows --, ends with NULL; NULL: none */
	unsigned groups;      /* enum args_group, or'ed: what was given */
};

/*
 * Reads verb and options in any order. False with *err where an option is
 * unknown, lacks its value or has a wrong one, or where there is more than one
 * word.
 */
bool args_parse(struct args *args, int argc, char **argv, struct err *err);

/* False with *err where an option was given that does not go with a verb that
 * takes only these groups. */
bool args_go_with(const struct args *args, const char *verb, unsigned groups,
		  struct err *err);

#endif
