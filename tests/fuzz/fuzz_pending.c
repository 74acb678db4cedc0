/* SPDX-License-Identifier: MIT */
/*
 * What is kept of a code: what is read can be shown, is good for no longer than
 * it ever was, and is written and read again as the same.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "base/text.h"
#include "machine/pending.h"
#include "oauth/provider.h"
#include "oauth/verification_uri.h"
#include "fuzz.h"

static const struct event now = {.now_ms = 10000, .wall_s = 1800000000};

static bool same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* As if this provider's client had asked for that code. */
static char *claim(char *text, const struct provider *provider)
{
	const struct pending nothing = {0};
	char *ours = pending_write(&nothing, provider, "");
	struct json *from = json_parse(ours, strlen(ours), NULL);
	struct json *to = json_parse(text, strlen(text), NULL);

	if (to != NULL && json_kind(to) == JSON_OBJECT) {
		json_set(to, "client", json_copy(json_get(from, "client")));
		free(text);
		text = json_print(to, false);
	}
	json_free(to);
	json_free(from);
	secret_free(ours);
	return text;
}

static void check(const struct pending *pending,
		  const struct provider *provider)
{
	const struct device_code *code = &pending->code;
	struct pending read = {0};
	char *text;

	must(is_header_safe(code->device_code));
	must(text_is_clean(code->user_code, strlen(code->user_code)));
	must(verification_uri_check(provider, code->verification_uri, NULL));
	must(code->interval_s >= 1);
	must(pending->expires_ms > now.now_ms);
	must(pending->expires_ms <= now.now_ms + code->expires_in_s * 1000);
	must(!pending_is_over(pending, &now));

	text = pending_write(pending, provider, "b");
	must(pending_read(&read, text, strlen(text), provider, "b", &now,
			  NULL));
	must(same(read.code.device_code, code->device_code));
	must(same(read.code.user_code, code->user_code));
	must(same(read.code.verification_uri, code->verification_uri));
	must(same(read.verifier, pending->verifier));
	must(same(read.dpop_key, pending->dpop_key));
	must(read.code.interval_s == code->interval_s);
	must(read.expires_ms == pending->expires_ms);
	must(read.by_wall == pending->by_wall);
	pending_free(&read);
	secret_free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	const struct provider *provider =
		fuzz_provider(input_choice(&input, 16));
	bool ours = input_choice(&input, 8) != 0;
	struct pending pending = {0};
	struct err err = {""};
	size_t len;
	char *text = input_rest(&input, &len);

	if (ours) {
		text = claim(text, provider);
		len = strlen(text);
	}
	if (pending_read(&pending, text, len, provider, "b", &now, &err)) {
		must(ours);
		check(&pending, provider);
	} else {
		must(pending.code.device_code == NULL);
		must(err.text[0] != '\0');
	}
	pending_free(&pending);
	free(text);
	return 0;
}
