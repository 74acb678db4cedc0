/* SPDX-License-Identifier: MIT */
/*
 * Makes a JSON object of a configuration. Opens no file.
 */
#ifndef GRANTTY_CONF_CONF_JSON_H
#define GRANTTY_CONF_CONF_JSON_H

struct conf;
struct json;

/*
 * An object with a member for each option, named by its full name: an object
 * with its value, its origin unless that is the default, and "masked": true if
 * the value or parts of it are secret. Masks what CONF_PRINT_MASKED masks.
 * json_free() it.
 */
struct json *conf_json(const struct conf *conf);

#endif
