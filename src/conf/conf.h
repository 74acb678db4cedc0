/* SPDX-License-Identifier: MIT */
/*
 * Reads the configuration, whose options and struct are in options.h, from text
 * or one value at a time. Parses with libconfig; opens no file.
 */
#ifndef GRANTTY_CONF_CONF_H
#define GRANTTY_CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/options.h"

struct err;

/*
 * Sets every option to its default. Strings are never NULL; "" means unset (for
 * most provider options: the preset decides). The default preset is replaced by
 * "", the generic provider, once an issuer or a device authorization endpoint
 * is set while no preset is named.
 */
void conf_init(struct conf *conf);

/* Wipes and frees what the struct holds. */
void conf_free(struct conf *conf);

/*
 * Resets everything that belongs to one provider: the group provider except
 * device_name, which names this device. For when the command line names another
 * provider or issuer, which must not receive the first one's secret.
 */
void conf_forget_provider(struct conf *conf);

/*
 * Applies the len bytes of configuration at text to the present values. name is
 * the file's name, for messages. False with "name:line: …", the allowed values
 * and a suggestion if there is a syntax error, an unknown key, a wrong type, a
 * value out of range or an @include (which would read other files); conf is
 * then unchanged. The origin of each option that it sets is "name:line".
 */
bool conf_parse(struct conf *conf, const char *text, size_t len,
		const char *name, struct err *err);

/*
 * Sets one option by its full name ("provider.client_id") from a string, for
 * the command line. False if the name or the value is invalid. The option's
 * origin is then "".
 */
bool conf_set(struct conf *conf, const char *option, const char *value,
	      struct err *err);

/* True if the option of that full name was set rather than left at its
 * default. */
bool conf_is_set(const struct conf *conf, const char *option);

/* Sets the origin of the option of that full name. */
void conf_set_origin(struct conf *conf, const char *option, const char *origin);

#endif
