/* SPDX-License-Identifier: MIT */
/*
 * The common part of configuration and theme files: safe access to libconfig,
 * which would open other files, truncate numbers and strings and take half a
 * file for a whole one; and error messages that begin with file and line. Knows
 * no option.
 */
#ifndef GRANTTY_CONF_SETTINGS_H
#define GRANTTY_CONF_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config_setting_t;
struct config_t;
struct err;

/* The most bytes that settings_parse() accepts. */
enum { SETTINGS_MAX_BYTES = 64 * 1024 };

/*
 * Parses the len bytes at text, from the file of that name, into *config;
 * config_destroy() it. False, with nothing to destroy, if the text is invalid
 * or memory runs out: every member of a group has a name, and every string a
 * text.
 */
bool settings_parse(struct config_t *config, const char *text, size_t len,
		    const char *file, struct err *err);

/* Reads a whole number; false if the setting is not one. */
bool settings_number(const struct config_setting_t *setting, int64_t *out);

/* Reads true or false; false if the setting is neither. */
bool settings_bool(const struct config_setting_t *setting, bool *out);

/* Sets *err to "file:line: " and the message (printf format). Always returns
 * false. */
bool settings_refuse(const struct config_setting_t *setting, const char *file,
		     struct err *err, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Reports an unknown setting. allowed: the valid names, separated by ", ".
 * Suggests the closest one if there is a close one. Always returns false. */
bool settings_unknown(const struct config_setting_t *setting, const char *file,
		      const char *allowed, struct err *err);

#endif
