/* SPDX-License-Identifier: MIT */
/*
 * The verbs of verbs.def. Each takes the parsed command line and returns the
 * exit code; if that is not 0 and *err has a text, main() prints it.
 */
#ifndef GRANTTY_APP_CMD_H
#define GRANTTY_APP_CMD_H

#include <stdbool.h>

struct args;
struct err;

#define VERB(id, name, help) \
	int cmd_##name(const struct args *args, struct err *err);
#include "app/verbs.def"
#undef VERB

/* What cmd_token() does where the stored token will not do. */
int cmd_token_online(const struct args *args, struct err *err);

/* Whether a stored session that this program takes for damaged is. The first
 * program cannot judge keys: it hands the verb over to the second and does not
 * return, unless that fails: false with *err. */
bool cmd_can_judge(const struct args *args, struct err *err);

#endif
