/* SPDX-License-Identifier: MIT */
/*
 * The accounts of one user: their names, and where the configuration and the
 * session of each one are. Reads neither.
 */
#ifndef GRANTTY_APP_ACCOUNT_H
#define GRANTTY_APP_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>

struct err;

/* The name of the account that has none: grantty.conf and the session beside
 * which the others are. */
#define ACCOUNT_DEFAULT "default"

/* True if that may be the name of an account: up to 32 of a-z, 0-9, '.', '_'
 * and '-', beginning with a letter or a digit. A path component that it is part
 * of therefore leads nowhere else. */
bool account_is_name(const char *name);

/*
 * The account that -a or, if option is NULL, GRANTTY_ACCOUNT names. *name is
 * the caller's; NULL: the default one. Sets that variable accordingly, so that
 * hooks and commands use the same account. False with *err if the name is not
 * allowed.
 */
bool account_choose(const char *option, char **name, struct err *err);

/* The i-th folder with configuration files: the user's own, then the machine's.
 * The caller frees it. NULL past the last one. */
char *account_conf_folder(size_t i);

/* The path NAME.conf in that folder; the caller frees it. */
char *account_conf_path(const char *folder, const char *name);

/* The path of the account's session, in the folder NAME beside the default
 * session at that path; the caller frees it. NULL with *err if that folder
 * would have the name of a file there. */
char *account_session_path(const char *session, const char *name,
			   struct err *err);

/*
 * The names of the accounts that have a configuration file of their own, if
 * by_file, or a session beside the one at that path (NULL or "": none); sorted,
 * without the default account. xfreev() the list.
 */
char **account_names(const char *session, bool by_file);

/* Sets *err: there is no such account, but these, and which one may be meant.
 * Always returns false. */
bool account_unknown(const char *name, char *const *names, struct err *err);

#endif
