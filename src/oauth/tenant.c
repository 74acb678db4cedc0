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

/* A path segment of an issuer. */
struct segment {
	const char *s;
	size_t len;
};

/* True if it equals name, ignoring the case of a GUID (RFC 9562 section 4). */
static bool is_segment(struct segment segment, const char *name)
{
	return strlen(name) == segment.len &&
	       (is_guid(segment.s, segment.len)
			? strncasecmp(segment.s, name, segment.len) == 0
			: strncmp(segment.s, name, segment.len) == 0);
}

static bool is_same_guid(struct segment a, struct segment b)
{
	return is_guid(a.s, a.len) && a.len == b.len &&
	       strncasecmp(a.s, b.s, a.len) == 0;
}

/* True if the issuer's alias includes this tenant. */
static bool admits(struct segment alias, const char *tenant)
{
	bool personal = strcasecmp(tenant, consumers) == 0;

	return is_segment(alias, TENANT_MARK) || is_segment(alias, "common") ||
	       (is_segment(alias, "organizations") && !personal) ||
	       (is_segment(alias, "consumers") && personal);
}

/* Finds the one path segment that differs; false if none or more than one
 * does. */
static bool find_difference(const char *issuer, const char *named,
			    struct segment *alias, struct segment *tenant)
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
	*alias = (struct segment){issuer + at, strcspn(issuer + at, "/")};
	*tenant = (struct segment){named + at, strcspn(named + at, "/")};
	return strcmp(alias->s + alias->len, tenant->s + tenant->len) == 0;
}

bool tenant_is_issuer(const char *issuer, const char *named, const char *tenant)
{
	struct segment alias, other;

	if (strcmp(issuer, named) == 0)
		return !strstr(issuer, TENANT_MARK);
	return tenant && is_guid(tenant, strlen(tenant)) &&
	       find_difference(issuer, named, &alias, &other) &&
	       is_segment(other, tenant) &&
	       (is_same_guid(alias, other) || admits(alias, tenant));
}

bool tenant_is_answer(const char *issuer, const char *named)
{
	struct segment alias, other;
	char *tenant;
	bool ok;

	if (strcmp(issuer, named) == 0)
		return true;
	if (!find_difference(issuer, named, &alias, &other))
		return false;
	tenant = xstrndup(other.s, other.len);
	ok = tenant_is_issuer(issuer, named, tenant);
	free(tenant);
	return ok;
}

bool tenant_is_document(const char *issuer, const char *named)
{
	struct segment alias, other;

	if (strcmp(issuer, named) == 0)
		return true;
	if (!find_difference(issuer, named, &alias, &other))
		return false;
	if (is_same_guid(alias, other))
		return true;
	if (is_segment(other, TENANT_MARK))
		return is_guid(alias.s, alias.len) ||
		       is_segment(alias, "common") ||
		       is_segment(alias, "organizations") ||
		       is_segment(alias, "consumers");
	return is_segment(other, consumers) && admits(alias, consumers);
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
