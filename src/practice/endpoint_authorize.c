/* SPDX-License-Identifier: MIT */
/*
 * Device authorization (RFC 8628 section 3.1 and 3.2) in both dialects. Knows
 * no tokens.
 */
#include "config.h"

#include "practice/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/form.h"
#include "practice/call.h"
#include "practice/client.h"
#include "practice/fault.h"
#include "practice/grants.h"
#include "practice/service.h"

enum {
	PLAIN_INTERVAL_S = 5, /* RFC 8628 section 3.2 */
	WEBEX_INTERVAL_S = 2,
	SOON_S = 10,
	MAX_SCOPE = 512
};

/* RFC 6749 section 3.3; Webex requires a scope. */
static bool is_scope(const char *scope, enum dialect dialect)
{
	if (!*scope)
		return dialect == DIALECT_PLAIN;
	if (strlen(scope) > MAX_SCOPE)
		return false;
	for (; *scope; scope++)
		if (*scope < 0x20 || *scope > 0x7e || *scope == '"' ||
		    *scope == '\\')
			return false;
	return true;
}

static int64_t interval_s(const struct service *service, enum dialect dialect)
{
	if (service->options.interval_s >= 0)
		return service->options.interval_s;
	switch (dialect) {
	case DIALECT_PLAIN:
		return PLAIN_INTERVAL_S;
	case DIALECT_WEBEX:
		return WEBEX_INTERVAL_S;
	}
	return PLAIN_INTERVAL_S;
}

/* The verification URIs (RFC 8628 section 3.3.1). */
static void add_uris(const struct service *service, const struct grant *grant,
		     struct buf *uri, struct buf *complete)
{
	bool webex = grant->dialect == DIALECT_WEBEX;
	struct buf field;

	if (service->options.verification_uri)
		buf_adds(uri, service->options.verification_uri);
	else
		buf_addf(uri, "%s%s", service->options.public_url,
			 webex ? "/verify" : "/device");
	buf_init(&field, ENDPOINT_MAX_URI);
	if (webex)
		form_add(&field, "userCode", grant->link_code);
	else
		form_add(&field, "user_code", grant->user_code);
	buf_addf(complete, "%s%c%s", buf_text(uri),
		 strchr(buf_text(uri), '?') ? '&' : '?', buf_text(&field));
	buf_free(&field);
}

/* Writes the answer for a new grant, with the effects of faults. */
static void answer_code(struct service *service, struct grant *grant,
			struct answer *answer)
{
	struct code_answer code = {
		.device_code = grant->device_code,
		.user_code = grant->user_code,
		.expires_s = (grant->expires_ms - grant->created_ms) / 1000,
		.interval_s = grant->interval_ms / 1000,
	};
	struct buf uri, complete;

	buf_init(&uri, ENDPOINT_MAX_URI);
	buf_init(&complete, ENDPOINT_MAX_URI);
	add_uris(service, grant, &uri, &complete);
	code.verification_uri = buf_text(&uri);
	code.verification_uri_complete = buf_text(&complete);

	code.quoted_numbers =
		endpoint_fault(service, FAULT_STRING_NUMBERS, AT_AUTHORIZE);
	faults_alter(&service->faults, &code);
	/* No poll comes too early for such an interval. */
	if (code.interval_s <= 0)
		grant->interval_ms = 0;
	if (endpoint_fault(service, FAULT_HOSTILE_TEXT, AT_AUTHORIZE))
		code.user_code = HOSTILE_TEXT;
	dialect_code(answer, &code);
	buf_free(&uri);
	buf_free(&complete);
}

void endpoint_authorize(struct service *service, const struct call *call,
			enum dialect dialect, struct answer *answer)
{
	const struct service_options *options = &service->options;
	struct grant_request wanted = {
		.dialect = dialect,
		.peer = call->peer,
		.lifetime_ms = options->expires_s * 1000,
		.interval_ms = interval_s(service, dialect) * 1000,
		.approve_after_ms = options->approve_after_s < 0
					    ? -1
					    : options->approve_after_s * 1000,
	};
	char *scope = call_field(call, "scope");
	char client_id[CLIENT_ID_SIZE], device[65] = "";

	if (endpoint_replace(service, call, dialect, AT_AUTHORIZE, answer))
		goto out;
	if (!client_identify(service, call, dialect, PROOF_NONE, client_id)) {
		endpoint_refuse_client(service, dialect, AT_AUTHORIZE, answer);
		goto out;
	}
	if (!is_scope(scope ? scope : "", dialect)) {
		endpoint_refuse(service, dialect, AT_AUTHORIZE, "invalid_scope",
				"The scope is missing or malformed.", answer);
		goto out;
	}
	if (endpoint_fault(service, FAULT_EXPIRE_SOON, AT_AUTHORIZE))
		wanted.lifetime_ms = SOON_S * 1000;
	endpoint_device_name(call, device, sizeof device);
	wanted.client_id = client_id;
	wanted.scope = scope ? scope : "";
	wanted.device = device;
	answer_code(service, grants_add(service->grants, &wanted, call->now_ms),
		    answer);
out:
	free(scope);
}
