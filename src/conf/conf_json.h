/* SPDX-License-Identifier: MIT */
/*
 * Makes a JSON object of a configuration. Opens no file.
 */
#ifndef GRANTTY_CONF_CONF_JSON_H
#define GRANTTY_CONF_CONF_JSON_H

#include <stdbool.h>

struct conf;
struct conf_option;
struct json;

/*
 * An object with a member for each option, named by its full name, which is its
 * conf_json_setting() with masks. json_free() it.
 */
struct json *conf_json(const struct conf *conf);

/*
 * One of its members: an object with the "value", its "origin" unless that is
 * the default, and "masked": true if the value or parts of it are not shown.
 * Never shows a secret; mask: nor what may be one, see conf_shown.h.
 * json_free() it.
 */
struct json *conf_json_setting(const struct conf *conf,
			       const struct conf_option *option, bool mask);

#endif
