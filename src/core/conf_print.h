/* SPDX-License-Identifier: MIT */
/*
 * Writes a configuration in the grammar that conf_parse() takes. Knows no file.
 */
#ifndef GRANTTY_CORE_CONF_PRINT_H
#define GRANTTY_CORE_CONF_PRINT_H

#include <stdbool.h>

struct buf;
struct conf;

enum conf_print_which {
	CONF_PRINT_ALL,
	CONF_PRINT_SET /* only what has an origin */
};

/*
 * Appends the options, those of a group together, each with its origin in a
 * comment behind it. What the preset adds to them is in comments only; so are
 * secrets, masked. Parsed again, the rest means the same. All of it is safe for
 * a terminal. False where out is full.
 */
bool conf_print(struct buf *out, const struct conf *conf,
		enum conf_print_which which);

#endif
