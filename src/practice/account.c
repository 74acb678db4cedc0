/* SPDX-License-Identifier: MIT */
/*
 * Profiles of a fictitious user, see account.h. Knows no tokens.
 */
#include "config.h"

#include "practice/account.h"

#include "base/buf.h"
#include "base/json.h"

enum { HUGE_FIELDS = 10000, HUGE_DEPTH = 50 };

static struct json *phone_number(const char *type, const char *value,
				 bool primary)
{
	struct json *number = json_new_object();

	json_set_text(number, "type", type);
	json_set_text(number, "value", value);
	json_set_bool(number, "primary", primary);
	return number;
}

static struct json *address(void)
{
	struct json *address = json_new_object();

	json_set_text(address, "type", "work");
	json_set_text(address, "country", "NO");
	json_set_text(address, "locality", "Oslo");
	json_set_text(address, "region", "Oslo");
	json_set_text(address, "streetAddress", "Example Street 1");
	json_set_text(address, "postalCode", "0001");
	return address;
}

static struct json *list(struct json *item)
{
	struct json *array = json_new_array();

	json_append(array, item);
	return array;
}

static struct json *list_text(const char *text)
{
	struct json *array = json_new_array();

	json_append_text(array, text);
	return array;
}

struct json *account_people_me(bool calling_data)
{
	struct json *me = json_new_object();
	struct json *numbers;

	json_set_text(me, "id", "Y2lzY29zcGFyazovL3VzL1BFT1BMRS9yb2Jpbg");
	json_set(me, "emails", list_text("robin@example.com"));
	if (calling_data) {
		numbers = list(phone_number("work", "+47 22 00 00 42", true));
		json_append(numbers,
			    phone_number("mobile", "+47 400 00 042", false));
		json_set(me, "phoneNumbers", numbers);
		json_set_text(me, "extension", "4242");
		json_set_text(me, "locationId",
			      "Y2lzY29zcGFyazovL3VzL0xPQ0FUSU9OL29zbG8");
	}
	json_set_text(me, "displayName", ACCOUNT_NAME);
	json_set_text(me, "nickName", "Robin");
	json_set_text(me, "firstName", "Robin");
	json_set_text(me, "lastName", "Example");
	json_set_text(me, "orgId",
		      "Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi9wcmFjdGljZQ");
	json_set(me, "roles", list_text("Y2lzY29zcGFyazovL3VzL1JPTEUvdXNlcg"));
	json_set(me, "licenses",
		 list_text("Y2lzY29zcGFyazovL3VzL0xJQ0VOU0UvcHJhY3RpY2U"));
	json_set_text(me, "department", "Field Services");
	json_set_text(me, "manager", "Kim Example");
	json_set_text(me, "managerId", "Y2lzY29zcGFyazovL3VzL1BFT1BMRS9raW0");
	json_set_text(me, "title", "Systems Engineer");
	json_set(me, "addresses", list(address()));
	json_set_text(me, "created", "2021-03-01T08:00:00.000Z");
	json_set_text(me, "lastModified", "2026-01-15T09:30:00.000Z");
	json_set_text(me, "timezone", "Europe/Oslo");
	json_set_text(me, "lastActivity", "2026-01-15T09:30:00.000Z");
	json_set_text(me, "status", "active");
	json_set_bool(me, "invitePending", false);
	json_set_bool(me, "loginEnabled", true);
	json_set_text(me, "type", "person");
	return me;
}

struct json *account_userinfo(enum dialect dialect)
{
	struct json *info = json_new_object();

	json_set_text(info, "sub", "practice-robin");
	json_set_text(info, "email", "robin@example.com");
	/* Webex sends a string here. */
	if (dialect == DIALECT_WEBEX)
		json_set_text(info, "email_verified", "true");
	else
		json_set_bool(info, "email_verified", true);
	json_set_text(info, "name", ACCOUNT_NAME);
	json_set_text(info, "given_name", "Robin");
	json_set_text(info, "family_name", "Example");
	if (dialect == DIALECT_PLAIN) {
		json_set_text(info, "preferred_username", "robin");
		json_set_text(info, "zoneinfo", "Europe/Oslo");
		json_set_text(info, "locale", "en-NO");
	}
	return info;
}

void account_write_huge(struct buf *out)
{
	/* As text, because a struct json searches all names for each new
	 * one. */
	buf_adds(out, "{\"displayName\":\"" ACCOUNT_NAME
		      "\",\"name\":\"" ACCOUNT_NAME "\"");
	for (int i = 0; i < HUGE_FIELDS; i++)
		buf_addf(out, ",\"field%05d\":\"value\"", i);
	for (int i = 1; i < HUGE_DEPTH; i++)
		buf_adds(out, i == 1 ? ",\"deeper\":{" : "\"deeper\":{");
	buf_adds(out, "\"bottom\":\"reached\"");
	for (int i = 0; i < HUGE_DEPTH; i++)
		buf_adds(out, "}");
}

void account_make_hostile(struct json *profile, const char *text)
{
	json_set_text(profile, "displayName", text);
	json_set_text(profile, "name", text);
	json_set_text(profile, "title", text);
	json_set_text(profile, text, text);
}
