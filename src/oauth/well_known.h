/* SPDX-License-Identifier: MIT */
/*
 * Finds the issuer for a discovery document's address: operators copy the
 * address from a browser, and servers redirect to it.
 */
#ifndef GRANTTY_OAUTH_WELL_KNOWN_H
#define GRANTTY_OAUTH_WELL_KNOWN_H

/*
 * The issuer whose discovery document is at that address, by OpenID Connect
 * Discovery section 4 (…/.well-known/openid-configuration after the issuer's
 * path) or RFC 8414 section 3.1 (between its host and its path), without query
 * and fragment. The caller owns it. NULL if the address is not that of a
 * document, or not safe for an issuer (url_is_safe).
 */
char *well_known_issuer(const char *address);

#endif
