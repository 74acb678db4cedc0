/* SPDX-License-Identifier: MIT */
/*
 * Reads .env files, in which CLIENT_ID and CLIENT_SECRET are often kept, in the
 * same way as python-dotenv's load_dotenv(). Opens no file.
 */
#ifndef GRANTTY_CONF_DOTENV_H
#define GRANTTY_CONF_DOTENV_H

#include <stddef.h>

struct dotenv;
struct err;

/*
 * Reads the len bytes at text, UTF-8 without a byte order mark: NAME=value with
 * any spacing, and optionally "export " and quotes around the name. An unquoted
 * value ends before a # that follows a blank. Values in '...' know the escapes
 * \\ and \'; those in "..." also know \n, \t and the like. Quoted values may
 * span lines. Statements that cannot be read are skipped.
 *
 * ${NAME} and ${NAME:-default} are replaced, also in quotes. environment
 * returns the value of a variable, or NULL if it is not set; it takes
 * precedence over the file.
 *
 * dotenv_free() the result. NULL with *err (without the file's name) if the
 * values grow too large.
 */
struct dotenv *dotenv_parse(const char *text, size_t len,
			    char *(*environment)(const char *name),
			    struct err *err);

/* Wipes and frees; NULL is fine. */
void dotenv_free(struct dotenv *dotenv);

/* The value of that name, the last one if there are several; NULL if there is
 * none. Borrowed. */
const char *dotenv_get(const struct dotenv *dotenv, const char *name);

/* The first line of an unreadable statement that contains that name and a '=';
 * 0: none. */
int dotenv_unread(const struct dotenv *dotenv, const char *name);

/* The first line that was meant to set that name in another syntax ("NAME:
 * value", "set NAME=value" and the like); 0 if there is none, or if the name
 * has a value. */
int dotenv_misspelt(const struct dotenv *dotenv, const char *name);

#endif
