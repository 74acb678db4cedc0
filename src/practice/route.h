/* SPDX-License-Identifier: MIT */
/*
 * The paths of the practice server: the purpose of each, and the dialect of its
 * answers. Answers nothing.
 */
#ifndef GRANTTY_PRACTICE_ROUTE_H
#define GRANTTY_PRACTICE_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "practice/dialect.h"

enum { ROUTES_MAX = 24 };

/* The purpose of a path. */
enum route_target {
	ROUTE_AUTHORIZE,
	ROUTE_TOKEN,
	ROUTE_REFRESH_ONLY,
	ROUTE_PEOPLE_ME,
	ROUTE_USERINFO,
	ROUTE_REVOKE,
	ROUTE_METADATA,
	ROUTE_APPROVAL,
	ROUTE_DECISION,
	ROUTE_CONTROL,
	ROUTE_CHANGE
};

struct route {
	const char *method;
	const char *path;
	enum dialect dialect;
	enum route_target target;
};

/* The i-th route, up to ROUTES_MAX; NULL beyond the last. */
const struct route *route_at(size_t i);

/* "POST /token" for the i-th; false beyond the last. */
bool route_name(size_t i, char *dst, size_t size);

#endif
