/* SPDX-License-Identifier: MIT */
/*
 * What the endpoints share, see endpoint.h. Knows none of them.
 */
#include "config.h"

#include "practice/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_parse.h"
#include "base/text.h"
#include "practice/call.h"
#include "practice/fault.h"
#include "practice/service.h"

bool endpoint_fault(struct service *service, enum fault fault,
		    enum fault_place place)
{
	return faults_due(&service->faults, fault, place);
}

bool endpoint_replace(struct service *service, const struct call *call,
		      enum dialect dialect, enum fault_place place,
		      struct answer *answer)
{
	const struct fault_context context = {
		.call = call,
		.public_url = service->options.public_url,
		.dialect = dialect,
	};

	return faults_replace(&service->faults, &context, place, answer);
}

void endpoint_refuse(struct service *service, enum dialect dialect,
		     enum fault_place place, const char *error,
		     const char *description, struct answer *answer)
{
	if (endpoint_fault(service, FAULT_HOSTILE_TEXT, place))
		description = HOSTILE_TEXT;
	dialect_error(answer, dialect, error, description);
}

void endpoint_refuse_client(struct service *service, enum dialect dialect,
			    enum fault_place place, struct answer *answer)
{
	endpoint_refuse(service, dialect, place, "invalid_client",
			"The client is not known or its secret is wrong.",
			answer);
}

void endpoint_device_name(const struct call *call, char *dst, size_t size)
{
	char *name = call_field(call, "device_name");
	char *info = call_field(call, "user_info");
	struct json *json = info ? json_parse(info, strlen(info), NULL) : NULL;
	const char *text = json_get_text(json, "device_name");

	if (!text)
		text = name;
	if (text)
		text_clip(dst, size, text, strlen(text), -1, 0);
	json_free(json);
	free(info);
	free(name);
}
