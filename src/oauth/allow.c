/* SPDX-License-Identifier: MIT */
/*
 * Compares email addresses, their domains and claims. When in doubt, the answer
 * is no.
 */
#include "config.h"

#include "oauth/allow.h"

#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "conf/conf.h"

bool allow_is_set(const struct allow *allow)
{
	return allow->emails.count > 0 || allow->email_domains.count > 0 ||
	       allow->claims_count > 0;
}

/* The domain of a single plain email address; NULL if it is not one. */
static const char *domain_of(const char *mail)
{
	const char *at = strchr(mail, '@');

	if (at == NULL || at == mail || at[1] == '\0' || strchr(at + 1, '@'))
		return NULL;
	for (const char *c = mail; *c != '\0'; c++) {
		if ((unsigned char)*c <= ' ' || *c == 0x7f ||
		    strchr(",;<>\"", *c) != NULL)
			return NULL;
	}
	return at + 1;
}

bool allow_is_sound(const struct allow *allow, struct err *err)
{
	for (size_t i = 0; i < allow->emails.count; i++) {
		if (domain_of(allow->emails.items[i]) == NULL)
			return err_set(err,
				       "kiosk.allow.emails: \"%.80s\" is not "
				       "an email address such as "
				       "ada@example.org.",
				       allow->emails.items[i]);
	}
	for (size_t i = 0; i < allow->email_domains.count; i++) {
		const char *domain = allow->email_domains.items[i];

		if (domain[0] == '\0' || strpbrk(domain, "@* ,;") != NULL)
			return err_set(err,
				       "kiosk.allow.email_domains: \"%.80s\" "
				       "is not a domain such as example.org: "
				       "write each one in full.",
				       domain);
	}
	for (size_t i = 0; i < allow->claims_count; i++) {
		if (allow->claims[i].name[0] == '\0' ||
		    allow->claims[i].value[0] == '\0')
			return err_set(err, "kiosk.allow.claims: each entry "
					    "needs a name and a value.");
	}
	return true;
}

static bool is_same_mail(const char *a, const char *b)
{
	const char *a_domain = domain_of(a);
	const char *b_domain = domain_of(b);

	return a_domain != NULL && b_domain != NULL &&
	       a_domain - a == b_domain - b &&
	       strncmp(a, b, (size_t)(a_domain - a)) == 0 &&
	       strcasecmp(a_domain, b_domain) == 0;
}

static bool admits_mail(const struct allow *allow, const char *mail)
{
	const char *domain = mail != NULL ? domain_of(mail) : NULL;

	if (domain == NULL)
		return false;
	for (size_t i = 0; i < allow->emails.count; i++) {
		if (is_same_mail(allow->emails.items[i], mail))
			return true;
	}
	for (size_t i = 0; i < allow->email_domains.count; i++) {
		if (strcasecmp(allow->email_domains.items[i], domain) == 0)
			return true;
	}
	return false;
}

/* Some providers quote the value. Providers that leave it out are trusted: most
 * of them have only verified addresses. */
static bool is_unverified(const struct json *profile)
{
	const struct json *said = json_get(profile, "email_verified");
	const char *text = json_text(said);

	if (said == NULL || json_is_true(said))
		return false;
	return text == NULL || strcasecmp(text, "true") != 0;
}

static bool is_value(const struct json *json, const char *value)
{
	char *text;
	bool same;

	if (json_kind(json) == JSON_BOOL)
		return strcmp(value, json_is_true(json) ? "true" : "false") ==
		       0;
	if (json_kind(json) == JSON_NULL)
		return false;
	text = json_scalar(json);
	same = text != NULL && strcmp(text, value) == 0;
	secret_free(text);
	return same;
}

static bool admits_claim(const struct param *claim, const struct json *profile)
{
	const struct json *found = json_path(profile, claim->name);
	const struct json *item;

	if (found == NULL)
		return false;
	if (json_kind(found) != JSON_ARRAY)
		return is_value(found, claim->value);
	for (item = json_first(found); item != NULL; item = json_next(item)) {
		if (is_value(item, claim->value))
			return true;
	}
	return false;
}

/* One value might count here and the other elsewhere (RFC 8259 section 4), so
 * the whole profile is rejected. */
static bool is_clear(const struct allow *allow, const struct json *profile,
		     struct err *why)
{
	for (size_t i = 0; i < allow->claims_count; i++) {
		if (!json_is_clear(profile, allow->claims[i].name))
			return err_set(why,
				       "the provider sent \"%.80s\" twice, "
				       "with different values",
				       allow->claims[i].name);
	}
	return true;
}

static bool admits(const struct allow *allow, const struct json *profile,
		   struct err *why)
{
	const struct json *mails = json_get(profile, "emails");
	const char *mail = json_get_text(profile, "email");
	const struct json *item;

	for (size_t i = 0; i < allow->claims_count; i++) {
		if (admits_claim(&allow->claims[i], profile))
			return true;
	}
	if (mail == NULL && json_kind(mails) == JSON_ARRAY)
		mail = json_text(json_first(mails));
	if (is_unverified(profile))
		return err_set(why, "the provider has not verified %.100s",
			       mail != NULL ? mail : "the email address");
	if (admits_mail(allow, json_get_text(profile, "email")))
		return true;
	item = json_kind(mails) == JSON_ARRAY ? json_first(mails) : NULL;
	for (; item != NULL; item = json_next(item)) {
		if (admits_mail(allow, json_text(item)))
			return true;
	}
	if (mail == NULL || mail[0] == '\0')
		return err_set(why, "the profile has no email address");
	return err_set(why, "%.100s", mail);
}

bool allow_admits(const struct allow *allow, const struct json *profile,
		  struct err *why)
{
	if (!allow_is_set(allow))
		return true;
	if (profile == NULL || json_kind(profile) != JSON_OBJECT)
		return err_set(why, "there is no profile");
	return is_clear(allow, profile, why) && admits(allow, profile, why);
}
