/* SPDX-License-Identifier: MIT */
/*
 * The address that the provider sends users to (RFC 8628 section 3.2).
 */
#ifndef GRANTTY_OAUTH_VERIFICATION_URI_H
#define GRANTTY_OAUTH_VERIFICATION_URI_H

#include <stdbool.h>

struct err;
struct provider;

/*
 * True if the user may be sent to that verification URI: clean ASCII, https
 * (http only on loopback), no userinfo, and a host from the list if there is
 * one; on loopback only if the provider is there, too, or the list has it.
 * False with *err.
 */
bool verification_uri_check(const struct provider *provider, const char *uri,
			    struct err *err);

/* True if that URI is on this machine although the provider is not, and the
 * list does not have it: a phone would look for it on itself. */
bool verification_uri_is_local(const struct provider *provider,
			       const char *uri);

#endif
