/* SPDX-License-Identifier: MIT */
/*
 * What a provider publishes about itself in its discovery document
 * (authorization server metadata, RFC 8414).
 */
#ifndef GRANTTY_OAUTH_METADATA_H
#define GRANTTY_OAUTH_METADATA_H

#include <stdbool.h>

struct err;
struct json;
struct provider;

/*
 * Takes the endpoints that are not configured from a discovery document (OpenID
 * Connect Discovery section 4.3, RFC 8414 section 3.3) and, if the
 * configuration leaves it open, an authentication method that the provider
 * supports. Skips an endpoint that is unsafe or has two values; *err is then a
 * warning that names it, otherwise "". False with *err, and nothing changed, if
 * the document is another issuer's, or if an endpoint that the sign-in needs is
 * missing, unsafe or ambiguous. document comes from json_parse_all().
 */
bool metadata_learn(struct provider *provider, const struct json *document,
		    struct err *err);

#endif
