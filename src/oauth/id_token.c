/* SPDX-License-Identifier: MIT */
/*
 * One function per claim. A valid signer may still try to pass for another
 * issuer, and this machine's clock may never have been set, so a wrong time
 * says so. Reads no clock itself.
 */
#include "config.h"

#include "oauth/id_token.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "base/text.h"
#include "oauth/tenant.h"

/* 9999-12-31, the last day with a four-digit year. */
static const int64_t last_second = INT64_C(253402300799);

/* Far more than any profile has; merging takes quadratic time. */
enum { MAX_MEMBERS = 1000 };

enum { MAX_CLAIMS = 64 * 1024 };

static bool check_issuer(const struct json *claims, const char *issuer,
			 struct err *err)
{
	const char *iss = json_get_text(claims, "iss");

	if (iss == NULL)
		return err_set(err, "The ID token does not name its issuer.");
	if (!tenant_is_issuer(issuer, iss, json_get_text(claims, "tid")))
		return err_set(err,
			       "The ID token was issued by %.150s, but the "
			       "issuer is %.150s; they must be exactly the "
			       "same.",
			       iss, issuer);
	return true;
}

static bool check_subject(const struct json *claims, struct err *err)
{
	const char *sub = json_get_text(claims, "sub");

	if (sub == NULL || *sub == '\0')
		return err_set(err, "The ID token does not name its subject.");
	return true;
}

/* The number of audiences, and whether client_id is one of them; 0 if one is
 * not a string. */
static int count_audiences(const struct json *aud, const char *client_id,
			   bool *found)
{
	const char *text = json_text(aud);
	const struct json *item;
	int count = 0;

	*found = text != NULL && strcmp(text, client_id) == 0;
	if (text != NULL)
		return 1;
	if (aud == NULL || json_kind(aud) != JSON_ARRAY)
		return 0;
	for (item = json_first(aud); item != NULL; item = json_next(item)) {
		text = json_text(item);
		if (text == NULL)
			return 0;
		if (strcmp(text, client_id) == 0)
			*found = true;
		count++;
	}
	return count;
}

static bool check_audience(const struct json *claims, const char *client_id,
			   struct err *err)
{
	const struct json *azp = json_get(claims, "azp");
	bool found;
	int count = count_audiences(json_get(claims, "aud"), client_id, &found);

	if (count == 0)
		return err_set(err, "The ID token does not name its audience.");
	if (!found)
		return err_set(err, "The ID token is for another client: "
				    "check the client_id.");
	/* Points 3 to 5: since errata 2, several audiences need no azp. */
	if (azp != NULL && json_kind(azp) != JSON_NULL &&
	    (json_text(azp) == NULL || strcmp(json_text(azp), client_id) != 0))
		return err_set(err, "The ID token was requested by another "
				    "client: check the client_id.");
	return true;
}

struct date {
	char text[32];
};

static struct date format_date(int64_t seconds)
{
	struct date date = {"an unknown time"};
	time_t t = (time_t)seconds; /* may have only 32 bits */
	struct tm utc;

	if (t == seconds && gmtime_r(&t, &utc) != NULL)
		strftime(date.text, sizeof(date.text), "%F %T UTC", &utc);
	return date;
}

/* Explains an invalid time: "1700000000" in quotes, milliseconds, -1. */
static bool explain_time(const char *name, const struct json *claim,
			 struct err *err)
{
	char *value;

	if (claim == NULL || json_kind(claim) == JSON_NULL)
		return err_set(err, "The ID token has no %s.", name);
	value = json_print(claim, false);
	err_set(err,
		"The ID token's %s must be a number of seconds since 1970 "
		"(RFC 7519 section 2), but is %.40s: have the provider "
		"correct it.",
		name, value);
	secret_free(value);
	return false;
}

/* Reads a time in Unix seconds. An optional claim may be missing or null; *out
 * is then untouched. */
static bool get_time(const struct json *claims, const char *name, bool required,
		     int64_t *out, struct err *err)
{
	const struct json *claim = json_get(claims, name);

	if (!required && (claim == NULL || json_kind(claim) == JSON_NULL))
		return true;
	if (claim == NULL || json_kind(claim) != JSON_NUMBER ||
	    !json_integer(claim, 0, last_second, out))
		return explain_time(name, claim, err);
	return true;
}

static bool check_times(const struct json *claims, int64_t wall_s,
			struct err *err)
{
	int64_t exp = 0, iat = 0, nbf = 0, from;

	if (!get_time(claims, "exp", true, &exp, err) ||
	    !get_time(claims, "iat", true, &iat, err) ||
	    !get_time(claims, "nbf", false, &nbf, err))
		return false;
	from = iat > nbf ? iat : nbf;
	if (wall_s < from - ID_TOKEN_LEEWAY_S)
		return err_set(err,
			       "The ID token is not valid before %s, but this "
			       "machine's clock says %s: set the clock.",
			       format_date(from).text,
			       format_date(wall_s).text);
	if (wall_s >= exp + ID_TOKEN_LEEWAY_S)
		return err_set(
			err,
			"The ID token was valid until %s, but this machine's "
			"clock says %s: set the clock, or sign in again if it "
			"is right.",
			format_date(exp).text, format_date(wall_s).text);
	return true;
}

static bool check_nonce(const struct json *claims, const char *nonce,
			struct err *err)
{
	const char *claim = json_get_text(claims, "nonce");

	if (nonce != NULL && (claim == NULL || strcmp(claim, nonce) != 0))
		return err_set(err, "The ID token belongs to another "
				    "sign-in: sign in again.");
	return true;
}

struct json *id_token_claims(const char *token, struct err *err)
{
	const char *payload = strchr(token, '.');
	struct json *claims = NULL;
	struct err why = {""};
	struct buf text;
	size_t len;

	buf_init(&text, MAX_CLAIMS);
	len = payload != NULL ? strcspn(++payload, ".") : 0;
	if (len > 0 && crypto_base64url_decode(&text, payload, len))
		claims = json_parse_all(buf_text(&text), text.len, &why);
	buf_free(&text);
	if (claims == NULL)
		err_set(err, "Cannot read the provider's ID token.%s%s",
			why.text[0] != '\0' ? " " : "", why.text);
	return claims;
}

int64_t id_token_expires_at(const char *token)
{
	struct json *claims =
		token != NULL ? id_token_claims(token, NULL) : NULL;
	int64_t exp = 0;

	if (claims != NULL && !get_time(claims, "exp", true, &exp, NULL))
		exp = 0;
	json_free(claims);
	return exp;
}

bool id_token_check(const struct json *claims, const char *issuer,
		    const char *client_id, const char *nonce, int64_t wall_s,
		    struct err *err)
{
	return check_issuer(claims, issuer, err) &&
	       check_subject(claims, err) &&
	       check_audience(claims, client_id, err) &&
	       check_times(claims, wall_s, err) &&
	       check_nonce(claims, nonce, err);
}

/* True if a claim says nothing about the user. */
static bool is_protocol(const char *name)
{
	static const char *const names[] = {
		"iss",	   "aud",    "exp",	  "iat",   "nbf", "jti",
		"at_hash", "c_hash", "s_hash",	  "nonce", "azp", "sid",
		"acr",	   "amr",    "auth_time", NULL,
	};

	return text_is_one_of(name, strlen(name), names);
}

static bool is_same_user(const struct json *claims, const struct json *userinfo,
			 struct err *err)
{
	const char *theirs = json_get_text(userinfo, "sub");
	const char *ours = json_get_text(claims, "sub");

	return (theirs != NULL && ours != NULL && strcmp(theirs, ours) == 0) ||
	       err_set(err, "The provider's userinfo and ID token are about "
			    "different users: sign in again.");
}

/* True if an earlier member has the same name. */
static bool stands_before(const struct json *object, const struct json *member)
{
	const struct json *other = json_first(object);

	while (other != member &&
	       strcmp(json_name(other), json_name(member)) != 0)
		other = json_next(other);
	return other != member;
}

/* Merges the members of object (NULL: none) into the profile. A name that
 * appears twice in object also does so in the profile: kiosk.allow may depend
 * on it. */
static bool add(struct json *profile, const struct json *object,
		struct err *err)
{
	const struct json *member = json_first(object);
	int count = 0;

	for (; member != NULL; member = json_next(member)) {
		const char *name = json_name(member);

		if (++count > MAX_MEMBERS)
			return err_set(err,
				       "The provider sent more than %d claims "
				       "about the user.",
				       MAX_MEMBERS);
		if (is_protocol(name))
			continue;
		if (stands_before(object, member))
			json_add(profile, name, json_copy(member));
		else
			json_set(profile, name, json_copy(member));
	}
	return true;
}

bool id_token_profile(const struct json *claims, const struct json *userinfo,
		      struct json **profile, struct err *err)
{
	struct json *whole;

	*profile = NULL;
	if (userinfo != NULL && !is_same_user(claims, userinfo, err))
		return false;
	whole = json_new_object();
	if (!add(whole, claims, err) || !add(whole, userinfo, err)) {
		json_free(whole);
		return false;
	}
	*profile = whole;
	return true;
}
