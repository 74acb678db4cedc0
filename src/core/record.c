/* SPDX-License-Identifier: MIT */
/*
 * Version 1 of the session file. A sealed one is the plain one, sealed, in
 * base64url, in an object that only says so. Members that are not known are
 * skipped, so that a later version may add some.
 */
#include "config.h"

#include "core/record.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/mem.h"
#include "core/jose_key.h"
#include "core/json.h"
#include "core/session_data.h"

enum { VERSION = 1, MAX_TEXT = 4 * 1024 * 1024 };

/* 9999-12-31, the last day that four digits can name. */
static const int64_t last_second = INT64_C(253402300799);

static void set_time(struct json *json, const char *name, int64_t seconds)
{
	if (seconds != 0)
		json_set_integer(json, name, seconds);
}

static void set_profile(struct json *json, const char *profile)
{
	struct json *value;

	if (profile == NULL || strlen(profile) > RECORD_MAX_PROFILE)
		return;
	value = json_parse(profile, strlen(profile), NULL);
	if (value != NULL && json_kind(value) == JSON_OBJECT)
		json_set(json, "profile", value);
	else
		json_free(value);
}

static struct json *to_json(const struct session_data *data)
{
	struct json *json = json_new_object();

	json_set_integer(json, "version", VERSION);
	json_set_text(json, "provider", data->provider);
	json_set_text(json, "access_token", data->tokens.access_token);
	json_set_text(json, "refresh_token", data->tokens.refresh_token);
	set_time(json, "expires_at", data->expires_at);
	set_time(json, "refresh_expires_at", data->refresh_expires_at);
	json_set_text(json, "scope", data->tokens.scope);
	json_set_text(json, "token_type", data->tokens.token_type);
	json_set_text(json, "dpop_key", data->tokens.dpop_key);
	set_profile(json, data->profile);
	if (data->refreshing)
		json_set_bool(json, "refreshing", true);
	return json;
}

static struct json *seal(const char *text, const unsigned char *key)
{
	struct json *json = NULL;
	struct buf sealed, encoded;

	buf_init(&sealed, MAX_TEXT);
	buf_init(&encoded, 2 * MAX_TEXT);
	if (crypto_seal(&sealed, text, strlen(text), key) &&
	    crypto_base64url(&encoded, sealed.data, sealed.len)) {
		json = json_new_object();
		json_set_integer(json, "version", VERSION);
		json_set_text(json, "sealed", buf_text(&encoded));
	}
	buf_free(&encoded);
	buf_free(&sealed);
	return json;
}

bool record_write(struct buf *out, const struct session_data *data,
		  const unsigned char *key)
{
	struct json *json = to_json(data);
	char *text = json_print(json, false);
	bool ok = true;

	if (key != NULL) {
		json_free(json);
		json = seal(text, key);
		secret_free(text);
		text = json != NULL ? json_print(json, false) : NULL;
		ok = text != NULL;
	}
	ok = ok && buf_adds(out, text) && buf_adds(out, "\n");
	secret_free(text);
	json_free(json);
	return ok;
}

static struct json *parse(const char *text, size_t len, struct err *err)
{
	struct json *json = json_parse(text, len, NULL);

	if (json == NULL)
		err_set(err, "it is no JSON");
	return json;
}

/* Whether the version is one that can be read here. */
static enum record_result check_version(const struct json *json,
					struct err *err)
{
	const struct json *version = json_get(json, "version");
	int64_t number;

	if (version == NULL || json_kind(version) != JSON_NUMBER ||
	    !json_integer(version, 1, INT32_MAX, &number)) {
		err_set(err, "it has no version");
		return RECORD_BAD;
	}
	if (number > VERSION) {
		err_set(err, "it is of version %d", (int)number);
		return RECORD_NEWER;
	}
	return RECORD_OK;
}

/* What is inside the seal; NULL where it cannot be had. */
static struct json *unseal(const char *sealed, const unsigned char *key,
			   struct err *err)
{
	struct json *json = NULL;
	struct buf decoded, text;

	buf_init(&decoded, MAX_TEXT);
	buf_init(&text, MAX_TEXT);
	if (sealed == NULL ||
	    !crypto_base64url_decode(&decoded, sealed, strlen(sealed)) ||
	    !crypto_open(&text, decoded.data, decoded.len, key))
		err_set(err, "it was changed or sealed with another key");
	else
		json = parse(buf_text(&text), text.len, err);
	buf_free(&text);
	buf_free(&decoded);
	return json;
}

/* Puts what *json has sealed, if anything, in its place. */
static enum record_result open_envelope(struct json **json,
					const unsigned char *key,
					struct err *err)
{
	const struct json *sealed = json_get(*json, "sealed");
	enum record_result result = check_version(*json, err);
	struct json *inside;

	if (result != RECORD_OK || sealed == NULL)
		return result;
	if (key == NULL)
		return RECORD_LOCKED;
	inside = unseal(json_text(sealed), key, err);
	if (inside == NULL)
		return RECORD_BAD;
	json_free(*json);
	*json = inside;
	return check_version(inside, err);
}

/* Copies a string member; false where it is something else, or missing though
 * it is required. */
static bool get_text(const struct json *json, const char *name, bool required,
		     char **out, struct err *err)
{
	const struct json *member = json_get(json, name);
	const char *text = json_text(member);

	if (member == NULL && !required)
		return true;
	if (text == NULL || (required && *text == '\0'))
		return err_set(err, "its %s is missing or no text", name);
	*out = xstrdup(text);
	return true;
}

/* A clock that was very wrong costs nobody their session: what is before 1970
 * is long ago, and what no calendar has is far away. */
static bool get_time(const struct json *json, const char *name, int64_t *out,
		     struct err *err)
{
	const struct json *member = json_get(json, name);

	if (member == NULL)
		return true;
	if (json_kind(member) != JSON_NUMBER)
		return err_set(err, "its %s is no time", name);
	if (json_integer(member, INT64_MIN, -1, out))
		*out = 1;
	else if (!json_integer(member, 0, last_second, out))
		*out = last_second;
	return true;
}

static bool get_profile(const struct json *json, char **out, struct err *err)
{
	const struct json *member = json_get(json, "profile");

	if (member == NULL)
		return true;
	if (json_kind(member) != JSON_OBJECT)
		return err_set(err, "its profile is no object");
	*out = json_print(member, false);
	return true;
}

static bool get_refreshing(const struct json *json, bool *out, struct err *err)
{
	const struct json *member = json_get(json, "refreshing");

	if (member != NULL && json_kind(member) != JSON_BOOL)
		return err_set(err, "its refreshing is neither true nor false");
	*out = json_is_true(member);
	return true;
}

/* A token that is bound to a key (RFC 9449) is worth nothing without it. */
static bool get_key(const struct json *json, struct tokens *tokens,
		    struct err *err)
{
	bool bound = strcmp(tokens->token_type, "DPoP") == 0;
	struct jose_key *key;

	if (!get_text(json, "dpop_key", bound, &tokens->dpop_key, err))
		return false;
	if (tokens->dpop_key == NULL)
		return true;
	if (!bound)
		return err_set(err, "its dpop_key belongs to no token");
	key = jose_key_read(tokens->dpop_key, strlen(tokens->dpop_key), NULL);
	jose_key_free(key);
	return key != NULL || err_set(err, "its dpop_key is no key");
}

static bool from_json(struct session_data *data, const struct json *json,
		      struct err *err)
{
	struct tokens *tokens = &data->tokens;

	if (!get_text(json, "provider", true, &data->provider, err) ||
	    !get_text(json, "access_token", true, &tokens->access_token, err) ||
	    !get_text(json, "refresh_token", false, &tokens->refresh_token,
		      err) ||
	    !get_text(json, "scope", false, &tokens->scope, err) ||
	    !get_text(json, "token_type", false, &tokens->token_type, err) ||
	    !get_time(json, "expires_at", &data->expires_at, err) ||
	    !get_time(json, "refresh_expires_at", &data->refresh_expires_at,
		      err) ||
	    !get_profile(json, &data->profile, err) ||
	    !get_refreshing(json, &data->refreshing, err))
		return false;
	if (tokens->token_type == NULL)
		tokens->token_type = xstrdup("Bearer");
	return get_key(json, tokens, err);
}

enum record_result record_read(struct session_data *data, const char *text,
			       size_t len, const unsigned char *key,
			       struct err *err)
{
	struct session_data read = {0};
	enum record_result result = RECORD_BAD;
	struct json *json = parse(text, len, err);

	if (json != NULL)
		result = open_envelope(&json, key, err);
	if (result == RECORD_OK && !from_json(&read, json, err))
		result = RECORD_BAD;
	json_free(json);
	if (result == RECORD_OK)
		*data = read;
	else
		session_data_free(&read);
	return result;
}
