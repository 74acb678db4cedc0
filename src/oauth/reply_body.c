/* SPDX-License-Identifier: MIT */
/*
 * JSON first, then a form. Bytes after the end of either are what some servers
 * send.
 */
#include "config.h"

#include "oauth/reply_body.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/form.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "oauth/http_message.h"

struct json *reply_body_form(const char *body, size_t len, struct err *err)
{
	struct json *object = NULL;
	struct buf form;
	bool ok;

	buf_init(&form, 3 * len);
	if (!form_repair(&form, body, len))
		goto out;
	body = buf_text(&form);
	len = form.len;
	object = json_new_object();
	while (len > 0) {
		char *name, *value;

		if (form_take(&body, &len, &name, &value))
			json_add_text(object, name, value);
		free(name);
		secret_free(value);
	}
	ok = json_settle(object, err) &&
	     (json_get(object, "error") || json_get(object, "access_token") ||
	      json_get(object, "device_code"));
	if (!ok) {
		json_free(object);
		object = NULL;
	}
out:
	buf_free(&form);
	return object;
}

size_t reply_body_len(const struct reply *reply)
{
	size_t len = reply->body_len;

	while (len > 0 && reply->body[len - 1] == '\0')
		len--;
	return len;
}

struct json *reply_body(const struct reply *reply)
{
	size_t len = reply_body_len(reply);
	struct json *body;

	if (reply->net != NET_OK)
		return NULL;
	body = json_parse_all(reply->body, len, NULL);
	if (!body)
		body = reply_body_form(reply->body, len, NULL);
	if (body && json_kind(body) != JSON_OBJECT) {
		json_free(body);
		body = NULL;
	}
	return body;
}
