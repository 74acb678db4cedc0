/* SPDX-License-Identifier: MIT */
/*
 * Writes a configuration in the grammar of conf_parse(). Opens no file.
 */
#ifndef GRANTTY_CONF_CONF_PRINT_H
#define GRANTTY_CONF_CONF_PRINT_H

#include <stdbool.h>

struct buf;
struct conf;

enum conf_print_which {
	CONF_PRINT_ALL,
	CONF_PRINT_MASKED, /* all, without what may be secret: values in
			    * provider.extra and in queries of URLs */
	CONF_PRINT_SET	   /* only options that have an origin */
};

/*
 * Appends the options by group, each with its origin in a comment. The preset's
 * values appear only in comments, as do secrets, which are masked. Parsing the
 * output gives the same values for all other options. The output is safe for a
 * terminal. False if out is full.
 */
bool conf_print(struct buf *out, const struct conf *conf,
		enum conf_print_which which);

#endif
