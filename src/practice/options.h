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

/* A field for each row of options.def. Strings are borrowed from the arguments;
 * NULL: not given. A negative number of seconds: not given. */
struct options {
#define TEXT(field, ...) const char *field;
#define FLAG(field, ...) bool field;
#define COUNT(field, ...) int field;
#define SECONDS(field, ...) int64_t field;
#define TAKEN(...)
#include "practice/options.def"
#undef TEXT
#undef FLAG
#undef COUNT
#undef SECONDS
#undef TAKEN
	struct faults faults;
};

/* Reads the command line. False with *err if it is invalid. */
bool options_read(struct options *options, int argc, char **argv,
		  struct err *err);

/* Prints the help on standard output. */
void options_print_help(void);

#endif
