/* SPDX-License-Identifier: MIT */
/*
 * What the endpoints of the protocol have in common. The endpoints themselves
 * are declared in service.h.
 */
#ifndef GRANTTY_PRACTICE_ENDPOINT_H
#define GRANTTY_PRACTICE_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>

#include "practice/dialect.h"
#include "practice/fault.h"

struct answer;
struct call;
struct service;

#define ENDPOINT_DEVICE_GRANT "urn:ietf:params:oauth:grant-type:device_code"

enum { ENDPOINT_MAX_URI = 2048 };

/* Whether that fault of the service strikes here and now. */
bool endpoint_fault(struct service *service, enum fault fault,
		    enum place place);

/* An error of which people may read the description; see dialect_error(). */
void endpoint_refuse(struct service *service, enum dialect dialect,
		     enum place place, const char *error,
		     const char *description, struct answer *answer);

/* invalid_client. */
void endpoint_refuse_client(struct service *service, enum dialect dialect,
			    enum place place, struct answer *answer);

/* What the device calls itself, in clean text: a field of its own, or Webex's
 * user_info. Leaves dst alone where it does not say. */
void endpoint_device_name(const struct call *call, char *dst, size_t size);

#endif
