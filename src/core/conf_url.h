/* SPDX-License-Identifier: MIT */
/*
 * Reads a ready-made authorization URL, as a provider's portal hands them out,
 * for the configuration that it stands for.
 */
#ifndef GRANTTY_CORE_CONF_URL_H
#define GRANTTY_CORE_CONF_URL_H

#include <stdbool.h>

struct buf;
struct conf;
struct err;

/*
 * Sets in conf, which holds the defaults, what the authorization request at
 * that URL says (RFC 6749 section 4.1.1), and appends to notes a comment line
 * on each thing that it leaves out or that is still missing. False with *err
 * where the URL is none of an authorization code grant or not safe to take;
 * conf and notes may then be half done.
 */
bool conf_url_read(struct conf *conf, const char *url, struct buf *notes,
		   struct err *err);

#endif
