/* SPDX-License-Identifier: MIT */
/*
 * One function for each claim that is checked. Whoever signed the claims may
 * still be hostile to other issuers, and the clock here may never have been
 * set: a wrong time says so. Reads no clock itself.
 */
#include "config.h"

#include "core/id_token.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/mem.h"
#include "core/json.h"

/* 9999-12-31, the last day that four digits can name. */
static const int64_t last_second = INT64_C(253402300799);

/* No person has more, and putting them together is quadratic. */
enum { MAX_MEMBERS = 1000 };

/* Whether tid looks like a GUID, the only thing that may stand in for a part
 * of the issuer. */
static bool is_tenant(const char *tid)
{
	return *tid != '\0' &&
	       tid[strspn(tid, "-0123456789abcdefABCDEF")] == '\0';
}

static bool is_issued_by(const char *iss, const char *issuer, const char *tid)
{
	static const char mark[] = "{tenantid}";
	const char *at = strstr(issuer, mark);
	size_t head, tid_len;

	if (at == NULL)
		return strcmp(iss, issuer) == 0;
	if (tid == NULL || !is_tenant(tid))
		return false;
	head = (size_t)(at - issuer);
	tid_len = strlen(tid);
	return strncmp(iss, issuer, head) == 0 &&
	       strncmp(iss + head, tid, tid_len) == 0 &&
	       strcmp(iss + head + tid_len, at + strlen(mark)) == 0;
}

static bool check_issuer(const struct json *claims, const char *issuer,
			 struct err *err)
{
	const char *iss = json_get_text(claims, "iss");

	if (iss == NULL)
		return err_set(err, "The ID token does not say who issued it.");
	if (!is_issued_by(iss, issuer, json_get_text(claims, "tid")))
		return err_set(err,
			       "The ID token was issued by %.150s, but the "
			       "issuer is %.150s; they must be the same to the "
			       "letter.",
			       iss, issuer);
	return true;
}

static bool check_subject(const struct json *claims, struct err *err)
{
	const char *sub = json_get_text(claims, "sub");

	if (sub == NULL || *sub == '\0')
		return err_set(err, "The ID token does not say whom it is "
				    "about.");
	return true;
}

/* How many audiences there are, and whether client_id is one of them; 0 where
 * one is no text. */
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
		return err_set(err,
			       "The ID token does not say whom it is for.");
	if (!found)
		return err_set(err, "The ID token is for another client; check "
				    "the client_id.");
	if (azp == NULL && count > 1)
		return err_set(err, "The ID token is for several clients, and "
				    "does not say which of them asked for it.");
	if (azp != NULL &&
	    (json_text(azp) == NULL || strcmp(json_text(azp), client_id) != 0))
		return err_set(err, "The ID token was asked for by another "
				    "client; check the client_id.");
	return true;
}

struct date {
	char text[32];
};

static struct date format_date(int64_t seconds)
{
	struct date date = {"an unknown time"};
	time_t t = (time_t)seconds; /* may have 32 bits only */
	struct tm utc;

	if (t == seconds && gmtime_r(&t, &utc) != NULL)
		strftime(date.text, sizeof(date.text), "%F %T UTC", &utc);
	return date;
}

/* A time in Unix seconds; *out is untouched where it is missing and need not
 * be there. */
static bool get_time(const struct json *claims, const char *name, bool required,
		     int64_t *out, struct err *err)
{
	const struct json *claim = json_get(claims, name);

	if (claim == NULL && !required)
		return true;
	if (claim == NULL || json_kind(claim) != JSON_NUMBER ||
	    !json_integer(claim, 0, last_second, out))
		return err_set(err, "The ID token's %s is no time.", name);
	return true;
}

static bool check_times(const struct json *claims, int64_t wall_s,
			struct err *err)
{
	int64_t exp = 0, iat = 0, nbf = 0, from;

	if (!get_time(claims, "exp", true, &exp, err) ||
	    !get_time(claims, "iat", false, &iat, err) ||
	    !get_time(claims, "nbf", false, &nbf, err))
		return false;
	from = iat > nbf ? iat : nbf;
	if (wall_s < from - ID_TOKEN_LEEWAY_S)
		return err_set(err,
			       "The ID token is good from %s on, but this "
			       "machine's clock says %s; set the clock.",
			       format_date(from).text,
			       format_date(wall_s).text);
	if (wall_s >= exp + ID_TOKEN_LEEWAY_S)
		return err_set(
			err,
			"The ID token was good until %s, but this "
			"machine's clock says %s; set the clock, or sign "
			"in again where it is right.",
			format_date(exp).text, format_date(wall_s).text);
	return true;
}

static bool check_nonce(const struct json *claims, const char *nonce,
			struct err *err)
{
	const char *claim = json_get_text(claims, "nonce");

	if (nonce != NULL && (claim == NULL || strcmp(claim, nonce) != 0))
		return err_set(err, "The ID token belongs to another sign-in "
				    "than this one; sign in again.");
	return true;
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

/* Whether a claim says nothing about the person. */
static bool is_protocol(const char *name)
{
	static const char *const names[] = {
		"iss", "aud",	  "exp",    "iat",    "nbf",
		"jti", "at_hash", "c_hash", "s_hash", "nonce",
		"azp", "sid",	  "acr",    "amr",    "auth_time",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

/* What userinfo says of the one whom the claims are about; NULL with *err. */
static struct json *read_userinfo(const char *text, const struct json *claims,
				  struct err *err)
{
	struct json *userinfo = json_parse(text, strlen(text), NULL);
	const char *theirs = json_get_text(userinfo, "sub");
	const char *ours = json_get_text(claims, "sub");

	if (userinfo == NULL || json_kind(userinfo) != JSON_OBJECT)
		err_set(err, "The provider's userinfo is no JSON object.");
	else if (theirs == NULL || ours == NULL || strcmp(theirs, ours) != 0)
		err_set(err, "The provider's userinfo is about somebody else "
			     "than the ID token; sign in again.");
	else
		return userinfo;
	json_free(userinfo);
	return NULL;
}

/* Lays the members of object over the profile; NULL: none. */
static bool add(struct json *profile, const struct json *object,
		struct err *err)
{
	const struct json *member = json_first(object);
	int count = 0;

	for (; member != NULL; member = json_next(member)) {
		const char *name = json_name(member);

		if (++count > MAX_MEMBERS)
			return err_set(err,
				       "The provider says more than %d things "
				       "about the person.",
				       MAX_MEMBERS);
		if (!is_protocol(name))
			json_set(profile, name, json_copy(member));
	}
	return true;
}

bool id_token_profile(const struct json *claims, const char *userinfo,
		      char **profile, struct err *err)
{
	struct json *whole = json_new_object();
	struct json *over = NULL;
	bool ok = true;

	*profile = NULL;
	if (userinfo != NULL) {
		over = read_userinfo(userinfo, claims, err);
		ok = over != NULL;
	}
	ok = ok && add(whole, claims, err) && add(whole, over, err);
	if (ok)
		*profile = json_print(whole, false);
	json_free(over);
	json_free(whole);
	return ok;
}
