/* SPDX-License-Identifier: MIT */
/*
 * The endpoints of the protocol, implemented in endpoint_*.c, and what they
 * share.
 */
#ifndef GRANTTY_PRACTICE_ENDPOINT_H
#define GRANTTY_PRACTICE_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>

#include "practice/dialect.h"
#include "practice/fault.h"
#include "practice/service.h"

struct answer;
struct call;

#define ENDPOINT_DEVICE_GRANT "urn:ietf:params:oauth:grant-type:device_code"

enum { ENDPOINT_MAX_URI = 2048 };

/* The endpoints: device authorization (RFC 8628 section 3.1), token (RFC 6749
 * section 3.2), refresh only (Webex), Webex's profile, userinfo, revocation
 * (RFC 7009) and metadata (RFC 8414). */
service_handler endpoint_authorize;
service_handler endpoint_token;
service_handler endpoint_refresh_only;
service_handler endpoint_people_me;
service_handler endpoint_userinfo;
service_handler endpoint_revoke;
service_handler endpoint_metadata;

/* True if that fault of the service applies now; see faults_due(). */
bool endpoint_fault(struct service *service, enum fault fault,
		    enum fault_place place);

/* Gives a wrong answer if a fault applies that can replace any; see
 * faults_replace(). */
bool endpoint_replace(struct service *service, const struct call *call,
		      enum dialect dialect, enum fault_place place,
		      struct answer *answer);

/* Answers with an error whose description people may read; see
 * dialect_error(). */
void endpoint_refuse(struct service *service, enum dialect dialect,
		     enum fault_place place, const char *error,
		     const char *description, struct answer *answer);

/* Answers invalid_client. */
void endpoint_refuse_client(struct service *service, enum dialect dialect,
			    enum fault_place place, struct answer *answer);

/* The name that the device sends, as clean text: a field of its own, or Webex's
 * user_info. Leaves dst unchanged if there is none. */
void endpoint_device_name(const struct call *call, char *dst, size_t size);

#endif
