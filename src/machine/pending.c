/* SPDX-License-Identifier: MIT */
/*
 * The text is the device authorization response, with the current interval. It
 * also holds the client that requested it, its secrets, and when it expires by
 * both clocks.
 */
#include "config.h"

#include "machine/pending.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "conf/options.h"
#include "jose/jose_key.h"
#include "machine/event.h"
#include "oauth/oauth_answer.h"
#include "oauth/provider.h"

/* No slow_down can exceed this: no code lives longer than a day. */
enum { VERSION = 1, INTERVAL_MAX_S = 86400 };

/* Two times of the wall clock that differ by no more than this count as the
 * same. */
enum { SAME_S = 2 };

/* Far beyond any real time, and exact in JSON. */
static const int64_t far_s = INT64_C(1) << 43;
static const int64_t far_ms = INT64_C(1) << 53;

void pending_free(struct pending *pending)
{
	device_code_free(&pending->code);
	secret_free(pending->verifier);
	secret_free(pending->dpop_key);
	memset(pending, 0, sizeof(*pending));
	pending->expires_ms = NEVER_MS;
}

bool pending_is_over(const struct pending *pending, const struct event *event)
{
	return event->now_ms >= pending->expires_ms ||
	       (pending->by_wall && event->wall_s >= pending->expires_at);
}

bool pending_correct(struct pending *pending, const struct event *event)
{
	int64_t expires_at =
		event->wall_s + (pending->expires_ms - event->now_ms) / 1000;
	int64_t left_ms = (pending->expires_at - event->wall_s) * 1000;

	if (pending->by_wall) {
		if (left_ms > 0 && left_ms <= pending->code.expires_in_s * 1000)
			pending->expires_ms = event->now_ms + left_ms;
		return false;
	}
	if (llabs(expires_at - pending->expires_at) <= SAME_S)
		return false;
	pending->expires_at = expires_at;
	return true;
}

/* The client, the provider and the request: if any of them has changed, the
 * displayed code must change, too. */
static struct json *client_of(const struct provider *provider)
{
	struct json *client = json_new_object();
	struct json *extra = json_new_object();

	json_set_text(client, "issuer", provider->issuer);
	json_set_text(client, "device_authorization_endpoint",
		      provider->device_authorization_endpoint);
	json_set_text(client, "device_token_endpoint",
		      provider->device_token_endpoint);
	json_set_text(client, "client_id", provider->client_id);
	json_set_text(client, "scope", provider->scope);
	json_set_text(client, "audience", provider->audience);
	json_set_text(client, "device_name", provider->device_name);
	json_set_bool(client, "dpop", provider->dpop);
	for (size_t i = 0; i < provider->extra_count; i++)
		json_set_text(extra, provider->extra[i].name,
			      provider->extra[i].value);
	json_set(client, "extra", extra);
	return client;
}

static bool is_client(const struct json *client,
		      const struct provider *provider)
{
	struct json *ours = client_of(provider);
	char *now = json_print(ours, false);
	char *then = client != NULL ? json_print(client, false) : NULL;
	bool same =
		!provider->code_grant && then != NULL && strcmp(now, then) == 0;

	secret_free(then);
	secret_free(now);
	json_free(ours);
	return same;
}

char *pending_write(const struct pending *pending,
		    const struct provider *provider, const char *boot)
{
	const struct device_code *code = &pending->code;
	struct json *json = json_new_object();
	char *text;

	json_set_integer(json, "version", VERSION);
	json_set(json, "client", client_of(provider));
	json_set_text(json, "device_code", code->device_code);
	json_set_text(json, "user_code", code->user_code);
	json_set_text(json, "verification_uri", code->verification_uri);
	json_set_text(json, "verification_uri_complete",
		      code->verification_uri_complete);
	json_set_integer(json, "expires_in", code->expires_in_s);
	json_set_integer(json, "interval", code->interval_s);
	json_set_text(json, "code_verifier", pending->verifier);
	json_set_text(json, "dpop_key", pending->dpop_key);
	json_set_integer(json, "expires_at", pending->expires_at);
	if (boot[0] != '\0' && !pending->by_wall) {
		json_set_text(json, "boot", boot);
		json_set_integer(json, "expires_ms", pending->expires_ms);
	}
	text = json_print(json, false);
	json_free(json);
	return text;
}

static bool damaged(struct err *err)
{
	return err_set(err, "it is damaged");
}

static bool read_code(struct pending *pending, const struct json *json,
		      const struct provider *provider, struct err *err)
{
	int64_t version;

	if (!json_integer(json_get(json, "version"), VERSION, VERSION,
			  &version))
		return damaged(err);
	if (!is_client(json_get(json, "client"), provider))
		return err_set(err, "it was requested with other settings");
	if (!oauth_device_code(provider, json, &pending->code, NULL) ||
	    !json_integer(json_get(json, "interval"), 1, INTERVAL_MAX_S,
			  &pending->code.interval_s))
		return damaged(err);
	return true;
}

static bool read_secrets(struct pending *pending, const struct json *json,
			 const struct provider *provider, struct err *err)
{
	const char *verifier = json_get_text(json, "code_verifier");
	const char *pem = json_get_text(json, "dpop_key");

	pending->verifier = xstrdup(verifier);
	pending->dpop_key = xstrdup(pem);
	if (provider->dpop ? pem != NULL && jose_key_is_sound(pem)
			   : pem == NULL)
		return true;
	return damaged(err);
}

/* The clock that counts from boot cannot be set, so within one boot it decides.
 * After a reboot there is only the wall clock, which may still be wrong. */
static bool read_end(struct pending *pending, const struct json *json,
		     const char *boot, const struct event *event,
		     struct err *err)
{
	const char *then = json_get_text(json, "boot");
	int64_t life_ms = pending->code.expires_in_s * 1000;
	int64_t expires_ms, left_ms;

	if (!json_integer(json_get(json, "expires_at"), -far_s, far_s,
			  &pending->expires_at))
		return damaged(err);
	pending->by_wall = then == NULL || strcmp(then, boot) != 0;
	if (pending->by_wall)
		left_ms = (pending->expires_at - event->wall_s) * 1000;
	else if (json_integer(json_get(json, "expires_ms"), 0, far_ms,
			      &expires_ms))
		left_ms = expires_ms - event->now_ms;
	else
		return damaged(err);
	if (left_ms <= 0)
		return err_set(err, "it has expired");
	if (left_ms > life_ms)
		return err_set(err, "it seems to be valid for longer than its "
				    "lifetime: the clock is wrong");
	pending->expires_ms = event->now_ms + left_ms;
	return true;
}

bool pending_read(struct pending *pending, const char *text, size_t len,
		  const struct provider *provider, const char *boot,
		  const struct event *event, struct err *err)
{
	struct json *json = json_parse(text, len, NULL);
	bool ok =
		json != NULL
			? read_code(pending, json, provider, err) &&
				  read_secrets(pending, json, provider, err) &&
				  read_end(pending, json, boot, event, err)
			: damaged(err);

	json_free(json);
	if (!ok)
		pending_free(pending);
	return ok;
}
