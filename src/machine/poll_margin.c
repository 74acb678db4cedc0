/* SPDX-License-Identifier: MIT */
/*
 * The text names the provider as the session file does: another one next to the
 * same session has its own arithmetic.
 */
#include "config.h"

#include "machine/poll_margin.h"

#include <string.h>

#include "base/json.h"
#include "base/json_parse.h"
#include "oauth/provider.h"

char *poll_margin_write(const struct provider *provider, int64_t margin_ms)
{
	struct json *json = json_new_object();
	char *text;

	json_set_text(json, "provider", provider->id);
	json_set_integer(json, "poll_margin_ms", margin_ms);
	text = json_print(json, false);
	json_free(json);
	return text;
}

bool poll_margin_read(const struct provider *provider, const char *text,
		      size_t len, int64_t *margin_ms)
{
	struct json *json = json_parse_all(text, len, NULL);
	const char *id = json_get_text(json, "provider");
	bool ok = id != NULL && strcmp(id, provider->id) == 0 &&
		  json_integer(json_get(json, "poll_margin_ms"), 0,
			       POLL_MARGIN_LEARNED_MS, margin_ms);

	json_free(json);
	return ok;
}
