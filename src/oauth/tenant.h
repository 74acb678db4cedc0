/* SPDX-License-Identifier: MIT */
/*
 * Issuers that stand for many tenants, as Microsoft Entra has: the discovery
 * document and the ID tokens of …/common/v2.0 name other issuers.
 */
#ifndef GRANTTY_OAUTH_TENANT_H
#define GRANTTY_OAUTH_TENANT_H

#include <stdbool.h>

/* The placeholder for the tenant in such a document. */
#define TENANT_MARK "{tenantid}"

/* What to put there, for messages. */
#define TENANT_ADVICE                                                   \
	"common, organizations, consumers or the tenant's ID in place " \
	"of " TENANT_MARK

/*
 * True if named is the issuer: exactly the same, or the same except for the
 * tenant, which is tenant (NULL: none) in named. In issuer, the tenant is
 * TENANT_MARK, "common", "organizations" (all except the tenant of personal
 * accounts), "consumers" (only that one), or the same tenant in another case.
 */
bool tenant_is_issuer(const char *issuer, const char *named,
		      const char *tenant);

/* The same for the iss of an authorization response (RFC 9207), which does not
 * name the tenant separately. */
bool tenant_is_answer(const char *issuer, const char *named);

/* The same for the issuer in a discovery document. */
bool tenant_is_document(const char *issuer, const char *named);

/* True if an endpoint belongs to Microsoft Entra, in any of its clouds. */
bool tenant_is_entra(const char *endpoint);

#endif
