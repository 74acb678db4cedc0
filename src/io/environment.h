/* SPDX-License-Identifier: MIT */
/*
 * The environment that the program was started with. It may come from another
 * user (sshd's ForceCommand). SECURITY.md has the same table.
 */
#ifndef GRANTTY_IO_ENVIRONMENT_H
#define GRANTTY_IO_ENVIRONMENT_H

#include <stdbool.h>

/*
 * Removes variables that could load code, trust other certificates, write
 * secrets or redirect look-ups. Moves user names and passwords of proxies out
 * of the memory that other processes can read (/proc/PID/environ), to a place
 * where libcurl still finds them. Call before any library reads a variable and
 * before threads exist.
 */
void environment_begin(void);

/* Removes user names and passwords of proxies for good: for a child process
 * that does not need them. */
void environment_forget_users(void);

/* The value of that variable; NULL if it is unset or empty. */
const char *environment_value(const char *name);

/* True if "NAME=value" sets a proxy, by the names that programs understand. */
bool environment_is_proxy(const char *variable);

/* The same variable without user name and password: "http://u:p@proxy:3128"
 * becomes "http://proxy:3128". The caller frees it. */
char *environment_without_user(const char *variable);

#endif
