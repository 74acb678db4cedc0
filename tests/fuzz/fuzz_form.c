/* SPDX-License-Identifier: MIT */
/*
 * Forms: what is encoded is decoded to the same, and what is decoded can be
 * encoded again. The addresses in them, too.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/form.h"
#include "base/mem.h"
#include "base/url.h"
#include "fuzz.h"

enum { CAP = 16 * 1024 * 1024 };

/* name=value there and back. */
static void there_and_back(struct input *input)
{
	char *name = input_line(input);
	size_t len;
	char *value = input_rest(input, &len);
	struct buf form;
	char *found;

	buf_init(&form, CAP);
	must(form_add(&form, "before", "1"));
	if (name != NULL && strcmp(name, "before") != 0) {
		must(form_add(&form, name, value));
		must(form_looks_like(buf_text(&form), form.len));
		found = form_get(buf_text(&form), form.len, name);
		must(found != NULL && strcmp(found, value) == 0);
		secret_free(found);
	}
	buf_free(&form);
	free(value);
	free(name);
}

/* Somebody else's form, field by field. */
static void take(struct input *input)
{
	const char *rest = input->data, *before;
	size_t len = input->len;
	char *name, *value, *first;
	struct buf again;

	buf_init(&again, CAP);
	while (len > 0) {
		before = rest;
		if (!form_take(&rest, &len, &name, &value)) {
			must(name == NULL && value == NULL);
		} else {
			first = form_get(before, (size_t)(rest - before), name);
			must(first != NULL && strcmp(first, value) == 0);
			secret_free(first);
			must(form_add(&again, name, value));
		}
		must(rest > before);
		secret_free(name);
		secret_free(value);
	}
	must(rest == input->data + input->len);
	buf_free(&again);
}

static void check_url(struct input *input)
{
	size_t len;
	char *text = input_rest(input, &len);
	struct url url;

	if (url_split(text, &url)) {
		must(is_header_safe(text));
		must(url.host_len > 0);
		must(url.host > text &&
		     url.host + url.host_len <= text + strlen(text));
		must(url.port >= 0 && url.port <= 65535);
		must(*url.path == '\0' || url.path >= url.host + url.host_len);
		if (url_is_safe(&url))
			must(!url.has_userinfo &&
			     (url.https || url_is_loopback(&url)));
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};

	switch (input_choice(&input, 3)) {
	case 0:
		there_and_back(&input);
		break;
	case 1:
		take(&input);
		break;
	default:
		check_url(&input);
		break;
	}
	return 0;
}
