/* SPDX-License-Identifier: MIT */
/*
 * The table of paths.
 */
#include "config.h"

#include "practice/route.h"

#include <stdio.h>

static const struct route routes[] = {
	{"POST", "/device_authorization", DIALECT_PLAIN, ROUTE_AUTHORIZE},
	{"POST", "/token", DIALECT_PLAIN, ROUTE_TOKEN},
	{"GET", "/userinfo", DIALECT_PLAIN, ROUTE_USERINFO},
	{"POST", "/revoke", DIALECT_PLAIN, ROUTE_REVOKE},
	{"GET", "/.well-known/openid-configuration", DIALECT_PLAIN,
	 ROUTE_METADATA},
	{"GET", "/.well-known/oauth-authorization-server", DIALECT_PLAIN,
	 ROUTE_METADATA},
	{"POST", "/v1/device/authorize", DIALECT_WEBEX, ROUTE_AUTHORIZE},
	{"POST", "/v1/device/token", DIALECT_WEBEX, ROUTE_TOKEN},
	{"POST", "/v1/access_token", DIALECT_WEBEX, ROUTE_REFRESH_ONLY},
	{"GET", "/v1/people/me", DIALECT_WEBEX, ROUTE_PEOPLE_ME},
	{"GET", "/v1/userinfo", DIALECT_WEBEX, ROUTE_USERINFO},
	{"GET", "/", DIALECT_PLAIN, ROUTE_APPROVAL},
	{"GET", "/device", DIALECT_PLAIN, ROUTE_APPROVAL},
	{"POST", "/device", DIALECT_PLAIN, ROUTE_DECISION},
	{"GET", "/verify", DIALECT_WEBEX, ROUTE_APPROVAL},
	{"POST", "/verify", DIALECT_WEBEX, ROUTE_DECISION},
	{"GET", "/control", DIALECT_PLAIN, ROUTE_CONTROL},
	{"POST", "/control", DIALECT_PLAIN, ROUTE_CHANGE},
};

enum { ROUTES = sizeof routes / sizeof *routes };

_Static_assert((int)ROUTES <= (int)ROUTES_MAX, "too many routes");

const struct route *route_at(size_t i)
{
	return i < ROUTES ? &routes[i] : NULL;
}

bool route_name(size_t i, char *dst, size_t size)
{
	const struct route *route = route_at(i);

	if (!route)
		return false;
	snprintf(dst, size, "%s %s", route->method, route->path);
	return true;
}
