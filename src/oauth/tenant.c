/* SPDX-License-Identifier: MIT */
/*
 * One comparison. A tenant is a GUID, and nothing else may differ in an issuer:
 * the owner of a tenant can choose its other names.
 */
#include "config.h"

#include "oauth/tenant.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/url.h"

/* The tenant of all personal accounts. */
static const char consumers[] = "9188040d-6c67-4c5b-b112-36a304b66dad";

static bool is_guid(const char *s, size_t len)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (len != strlen(shape))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (shape[i] == '-' ? s[i] != '-'
				    : !strchr("0123456789abcdefABCDEF", s[i]))
			return false;
	}
	return true;
}

/* True if the path segment at s equals name, ignoring the case of a GUID (RFC
 * 9562 section 4). */
static bool is_segment(const char *s, size_t len, const char *name)
{
	return strlen(name) == len &&
	       (is_guid(s, len) ? strncasecmp(s, name, len) == 0
				: strncmp(s, name, len) == 0);
}

static bool is_same_guid(const char *a, size_t a_len, const char *b,
			 size_t b_len)
{
	return is_guid(a, a_len) && a_len == b_len &&
	       strncasecmp(a, b, a_len) == 0;
}

/* True if the issuer's alias includes this tenant. */
static bool admits(const char *alias, size_t len, const char *tenant)
{
	bool personal = strcasecmp(tenant, consumers) == 0;

	return is_segment(alias, len, TENANT_MARK) ||
	       is_segment(alias, len, "common") ||
	       (is_segment(alias, len, "organizations") && !personal) ||
	       (is_segment(alias, len, "consumers") && personal);
}

/* Finds the one path segment that differs; false if none or more than one
 * does. */
static bool find_difference(const char *issuer, const char *named,
			    const char **alias, size_t *alias_len,
			    const char **tenant, size_t *tenant_len)
{
	const char *path = strstr(issuer, "://");
	size_t at = 0;

	while (issuer[at] != '\0' && issuer[at] == named[at])
		at++;
	while (at > 0 && issuer[at - 1] != '/')
		at--;
	path = path ? strchr(path + 3, '/') : NULL;
	if (!path || issuer + at <= path)
		return false;
	*alias = issuer + at;
	*tenant = named + at;
	*alias_len = strcspn(*alias, "/");
	*tenant_len = strcspn(*tenant, "/");
	return strcmp(*alias + *alias_len, *tenant + *tenant_len) == 0;
}

bool tenant_is_issuer(const char *issuer, const char *named, const char *tenant)
{
	const char *alias, *other;
	size_t alias_len, other_len;

	if (strcmp(issuer, named) == 0)
		return !strstr(issuer, TENANT_MARK);
	return tenant && is_guid(tenant, strlen(tenant)) &&
	       find_difference(issuer, named, &alias, &alias_len, &other,
			       &other_len) &&
	       is_segment(other, other_len, tenant) &&
	       (is_same_guid(alias, alias_len, other, other_len) ||
		admits(alias, alias_len, tenant));
}

bool tenant_is_answer(const char *issuer, const char *named)
{
	const char *alias, *other;
	size_t alias_len, other_len;
	char *tenant;
	bool ok;

	if (strcmp(issuer, named) == 0)
		return true;
	if (!find_difference(issuer, named, &alias, &alias_len, &other,
			     &other_len))
		return false;
	tenant = xstrndup(other, other_len);
	ok = tenant_is_issuer(issuer, named, tenant);
	free(tenant);
	return ok;
}

bool tenant_is_document(const char *issuer, const char *named)
{
	const char *alias, *other;
	size_t alias_len, other_len;

	if (strcmp(issuer, named) == 0)
		return true;
	if (!find_difference(issuer, named, &alias, &alias_len, &other,
			     &other_len))
		return false;
	if (is_same_guid(alias, alias_len, other, other_len))
		return true;
	if (is_segment(other, other_len, TENANT_MARK))
		return is_guid(alias, alias_len) ||
		       is_segment(alias, alias_len, "common") ||
		       is_segment(alias, alias_len, "organizations") ||
		       is_segment(alias, alias_len, "consumers");
	return is_segment(other, other_len, consumers) &&
	       admits(alias, alias_len, consumers);
}

bool tenant_is_entra(const char *endpoint)
{
	static const char *const hosts[] = {
		"login.microsoftonline.com", "login.microsoftonline.us",
		"login.microsoft.com",	     "login.microsoftonline.de",
		"login.chinacloudapi.cn",    "login.partner.microsoftonline.cn",
		"login.windows.net",	     "*.ciamlogin.com",
	};
	struct url url;

	if (!url_split(endpoint, &url))
		return false;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		if (url_host_matches(&url, hosts[i]))
			return true;
	}
	return false;
}
