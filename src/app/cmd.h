/* SPDX-License-Identifier: MIT */
/*
 * The verbs. Each takes the parsed command line and returns the exit code;
 * where that is not 0 and *err has a text, main() prints it.
 */
#ifndef GRANTTY_APP_CMD_H
#define GRANTTY_APP_CMD_H

struct args;
struct err;

int cmd_kiosk(const struct args *args, struct err *err);
int cmd_login(const struct args *args, struct err *err);
int cmd_token(const struct args *args, struct err *err);
int cmd_whoami(const struct args *args, struct err *err);
int cmd_status(const struct args *args, struct err *err);
int cmd_logout(const struct args *args, struct err *err);
int cmd_config(const struct args *args, struct err *err);
int cmd_check(const struct args *args, struct err *err);
int cmd_demo(const struct args *args, struct err *err);

#endif
