/* SPDX-License-Identifier: MIT */
/*
 * Turns a ready-made authorization URL, as provider portals show them, into a
 * configuration.
 */
#ifndef GRANTTY_CONF_CONF_URL_H
#define GRANTTY_CONF_CONF_URL_H

#include <stdbool.h>

struct buf;
struct conf;
struct err;

/*
 * Sets in conf, which holds the defaults, the options given by the
 * authorization request at that URL (RFC 6749 section 4.1.1). Appends to notes
 * a comment line for each parameter that it leaves out and for each setting
 * that is still missing. False with *err if the URL is not an authorization
 * request of the code grant or not safe; conf and notes may then be incomplete.
 */
bool conf_url_read(struct conf *conf, const char *url, struct buf *notes,
		   struct err *err);

#endif
