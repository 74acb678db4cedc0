/* SPDX-License-Identifier: MIT */
/*
 * Requests and answers, see call.h. Knows neither the HTTP library nor the
 * endpoints.
 */
#include "config.h"

#include "practice/call.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/form.h"
#include "base/json.h"
#include "base/mem.h"

/* The longest answer is the list of codes on the control path. */
enum { MAX_ANSWER = 4 * 1024 * 1024 };

void answer_init(struct answer *answer)
{
	memset(answer, 0, sizeof *answer);
	answer->status = 200;
	buf_init(&answer->body, MAX_ANSWER);
}

void answer_free(struct answer *answer)
{
	buf_free(&answer->body);
}

void answer_header(struct answer *answer, const char *name, const char *format,
		   ...)
{
	struct header *header = &answer->headers[answer->header_count];
	va_list args;
	int n;

	if (answer->header_count == ANSWER_MAX_HEADERS)
		return;
	va_start(args, format);
	n = vsnprintf(header->value, sizeof header->value, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof header->value)
		return;
	header->name = name;
	answer->header_count++;
}

void answer_text(struct answer *answer, unsigned status, const char *type,
		 const char *body)
{
	answer->status = status;
	answer->type = type;
	buf_free(&answer->body);
	buf_adds(&answer->body, body);
}

void answer_json(struct answer *answer, unsigned status, struct json *json)
{
	char *text = json_print(json, false);

	answer_text(answer, status, "application/json", text);
	secret_free(text);
	json_free(json);
}

char *call_field(const struct call *call, const char *name)
{
	return form_get(call->body, call->body_len, name);
}

char *call_query(const struct call *call, const char *name)
{
	return form_get(call->query, strlen(call->query), name);
}

bool call_authorization(const struct call *call, const char *scheme,
			const char **credentials)
{
	size_t n = strlen(scheme);

	if (!call->authorization ||
	    strncasecmp(call->authorization, scheme, n) != 0 ||
	    call->authorization[n] != ' ')
		return false;
	*credentials =
		call->authorization + n + strspn(call->authorization + n, " ");
	return true;
}
