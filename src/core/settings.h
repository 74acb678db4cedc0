/* SPDX-License-Identifier: MIT */
/*
 * What configuration and theme files have in common: a safe way into
 * libconfig, which would open other files, cut numbers and strings short and
 * take half a file for a whole one, and messages that begin with file and line.
 * Knows no option.
 */
#ifndef GRANTTY_CORE_SETTINGS_H
#define GRANTTY_CORE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config_setting_t;
struct config_t;
struct err;

/* The most bytes that settings_parse() takes. */
enum { SETTINGS_MAX_BYTES = 64 * 1024 };

/*
 * Parses the len bytes at text, from the file of that name, into *config;
 * config_destroy() it afterwards. False, with nothing to destroy, where they
 * are no settings.
 */
bool settings_parse(struct config_t *config, const char *text, size_t len,
		    const char *file, struct err *err);

/* Reads a whole number; false where the setting is none. */
bool settings_number(const struct config_setting_t *setting, int64_t *out);

/* Reads true or false; false where the setting is neither. */
bool settings_bool(const struct config_setting_t *setting, bool *out);

/* Sets *err to "file:line: " and the sentence (printf format). Always returns
 * false. */
bool settings_refuse(const struct config_setting_t *setting, const char *file,
		     struct err *err, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Refuses a setting for its name. allowed: the names there are, separated by
 * ", ". The nearest of them is suggested where one is near. */
bool settings_unknown(const struct config_setting_t *setting, const char *file,
		      const char *allowed, struct err *err);

#endif
