/* SPDX-License-Identifier: MIT */
/*
 * Version 1 of the session file. A sealed file is the plain one, sealed, in
 * base64url, in an object that holds nothing else. Unknown members are skipped,
 * so that a later version may add some.
 */
#include "config.h"

#include "machine/session_record.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "jose/jose_key.h"
#include "machine/session_data.h"

enum { VERSION = 1, MAX_TEXT = 4 * 1024 * 1024 };

/* 9999-12-31, the last day with a four-digit year. */
static const int64_t last_second = INT64_C(253402300799);

/* Exact in JSON, and more than the number of saves can ever be. */
static const int64_t last_serial = INT64_C(1) << 48;

static void set_time(struct json *json, const char *name, int64_t seconds)
{
	if (seconds != 0)
		json_set_integer(json, name, seconds);
}

static void set_profile(struct json *json, const char *profile)
{
	struct json *value;

	if (profile == NULL || strlen(profile) > SESSION_RECORD_MAX_PROFILE)
		return;
	value = json_parse_all(profile, strlen(profile), NULL);
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
	json_set_text(json, "issuer", data->issuer);
	json_set_text(json, "client_id", data->client_id);
	json_set_text(json, "access_token", data->tokens.access_token);
	json_set_text(json, "refresh_token", data->tokens.refresh_token);
	json_set_text(json, "id_token", data->tokens.id_token);
	set_time(json, "expires_at", data->expires_at);
	set_time(json, "refresh_expires_at", data->refresh_expires_at);
	json_set_text(json, "scope", data->tokens.scope);
	json_set_text(json, "token_type", data->tokens.token_type);
	json_set_text(json, "dpop_key", data->tokens.dpop_key);
	set_profile(json, data->profile);
	if (data->refreshing)
		json_set_bool(json, "refreshing", true);
	if (data->signing_out)
		json_set_bool(json, "signing_out", true);
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

bool session_record_write(struct buf *out, const struct session_data *data,
			  const unsigned char *key)
{
	struct json *json = to_json(data);
	bool ok = true;
	char *text;

	if (key != NULL && data->serial != 0)
		json_set_integer(json, "serial", data->serial);
	text = json_print(json, false);

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
	struct json *json = json_parse_all(text, len, NULL);

	if (json == NULL)
		err_set(err, "it is not JSON");
	return json;
}

/* True if this program can read the version. */
static enum session_record_result check_version(const struct json *json,
						struct err *err)
{
	const struct json *version = json_get(json, "version");
	int64_t number;

	if (version == NULL || json_kind(version) != JSON_NUMBER ||
	    !json_integer(version, 1, INT32_MAX, &number)) {
		err_set(err, "it has no version");
		return SESSION_RECORD_BAD;
	}
	if (number > VERSION) {
		err_set(err, "its version is %d", (int)number);
		return SESSION_RECORD_NEWER;
	}
	return SESSION_RECORD_OK;
}

static enum session_record_result refuse_changed(struct err *err)
{
	err_set(err, "it was changed");
	return SESSION_RECORD_BAD;
}

/* *inside is the content of the seal; NULL unless SESSION_RECORD_OK. */
static enum session_record_result unseal(const char *sealed,
					 const unsigned char *key,
					 struct json **inside, struct err *err)
{
	enum session_record_result result = SESSION_RECORD_OTHER_KEY;
	struct buf decoded, text;

	buf_init(&decoded, MAX_TEXT);
	buf_init(&text, MAX_TEXT);
	*inside = NULL;
	if (sealed == NULL ||
	    !crypto_base64url_decode(&decoded, sealed, strlen(sealed))) {
		result = refuse_changed(err);
		goto out;
	}
	switch (crypto_open(&text, decoded.data, decoded.len, key)) {
	case CRYPTO_OPENED:
		*inside = parse(buf_text(&text), text.len, err);
		result = *inside != NULL ? SESSION_RECORD_OK
					 : SESSION_RECORD_BAD;
		break;
	case CRYPTO_CHANGED:
		result = refuse_changed(err);
		break;
	case CRYPTO_OTHER_KEY:
		err_set(err, "it was changed or sealed with another key");
		break;
	}
out:
	buf_free(&text);
	buf_free(&decoded);
	return result;
}

/* Replaces *json with its sealed content, if any. */
static enum session_record_result open_envelope(struct json **json,
						const unsigned char *key,
						struct err *err)
{
	const struct json *sealed = json_get(*json, "sealed");
	enum session_record_result result = check_version(*json, err);
	struct json *inside;

	if (result != SESSION_RECORD_OK || (sealed == NULL && key == NULL))
		return result;
	if (sealed == NULL)
		return SESSION_RECORD_PLAIN;
	if (key == NULL)
		return SESSION_RECORD_LOCKED;
	result = unseal(json_text(sealed), key, &inside, err);
	if (result != SESSION_RECORD_OK)
		return result;
	json_free(*json);
	*json = inside;
	return check_version(inside, err);
}

/* Copies a string member; false if it is not a string, or if it is required and
 * missing. */
static bool get_text(const struct json *json, const char *name, bool required,
		     char **out, struct err *err)
{
	const struct json *member = json_get(json, name);
	const char *text = json_text(member);

	if (member == NULL && !required)
		return true;
	if (text == NULL || (required && *text == '\0'))
		return err_set(err, "its %s is missing or not a string", name);
	*out = xstrdup(text);
	return true;
}

/* A clock that was very wrong must not lose a session: times before 1970 count
 * as long ago, and times beyond the calendar as far away. */
static bool get_time(const struct json *json, const char *name, int64_t *out,
		     struct err *err)
{
	const struct json *member = json_get(json, name);

	if (member == NULL)
		return true;
	if (json_kind(member) != JSON_NUMBER)
		return err_set(err, "its %s is not a time", name);
	if (json_integer(member, INT64_MIN, -1, out))
		*out = 1;
	else if (!json_integer(member, 0, last_second, out))
		*out = last_second;
	return true;
}

/* A profile in which a security-relevant name has two values comes from no
 * provider and could not be written again: it counts as none, and the provider
 * is asked for it. */
static bool get_profile(const struct json *json, char **out, struct err *err)
{
	const struct json *member = json_get(json, "profile");

	if (member == NULL)
		return true;
	if (json_kind(member) != JSON_OBJECT)
		return err_set(err, "its profile is not an object");
	if (json_can_be_top(member))
		*out = json_print(member, false);
	return true;
}

static bool get_serial(const struct json *json, int64_t *out, struct err *err)
{
	const struct json *member = json_get(json, "serial");

	return member == NULL || json_integer(member, 0, last_serial, out) ||
	       err_set(err, "its serial is not a number");
}

static bool get_mark(const struct json *json, const char *name, bool *out,
		     struct err *err)
{
	const struct json *member = json_get(json, name);

	if (member != NULL && json_kind(member) != JSON_BOOL)
		return err_set(err, "its %s is neither true nor false", name);
	*out = json_is_true(member);
	return true;
}

/* A token that is bound to a key (RFC 9449) is useless without it. */
static bool get_key(const struct json *json, struct tokens *tokens,
		    struct err *err)
{
	bool bound = strcmp(tokens->token_type, "DPoP") == 0;

	if (!get_text(json, "dpop_key", bound, &tokens->dpop_key, err))
		return false;
	if (tokens->dpop_key == NULL)
		return true;
	if (!bound)
		return err_set(err, "its dpop_key belongs to no token");
	return jose_key_is_sound(tokens->dpop_key) ||
	       err_set(err, "its dpop_key is not a key");
}

static bool from_json(struct session_data *data, const struct json *json,
		      struct err *err)
{
	struct tokens *tokens = &data->tokens;

	if (!get_text(json, "provider", true, &data->provider, err) ||
	    !get_text(json, "issuer", false, &data->issuer, err) ||
	    !get_text(json, "client_id", false, &data->client_id, err) ||
	    !get_text(json, "access_token", true, &tokens->access_token, err) ||
	    !get_text(json, "refresh_token", false, &tokens->refresh_token,
		      err) ||
	    !get_text(json, "id_token", false, &tokens->id_token, err) ||
	    !get_text(json, "scope", false, &tokens->scope, err) ||
	    !get_text(json, "token_type", false, &tokens->token_type, err) ||
	    !get_time(json, "expires_at", &data->expires_at, err) ||
	    !get_time(json, "refresh_expires_at", &data->refresh_expires_at,
		      err) ||
	    !get_profile(json, &data->profile, err) ||
	    !get_serial(json, &data->serial, err) ||
	    !get_mark(json, "refreshing", &data->refreshing, err) ||
	    !get_mark(json, "signing_out", &data->signing_out, err))
		return false;
	if (tokens->token_type == NULL)
		tokens->token_type = xstrdup("Bearer");
	return get_key(json, tokens, err);
}

enum session_record_result session_record_read(struct session_data *data,
					       const char *text, size_t len,
					       const unsigned char *key,
					       struct err *err)
{
	struct session_data read = {0};
	enum session_record_result result = SESSION_RECORD_BAD;
	struct json *json = parse(text, len, err);

	if (json != NULL)
		result = open_envelope(&json, key, err);
	if (result == SESSION_RECORD_OK && !from_json(&read, json, err))
		result = SESSION_RECORD_BAD;
	json_free(json);
	if (result == SESSION_RECORD_OK)
		*data = read;
	else
		session_data_free(&read);
	return result;
}
