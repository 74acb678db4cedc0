/* SPDX-License-Identifier: MIT */
/*
 * oauth/profile: which fields come out of which provider's profile, and how the
 * tree is laid out.
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "conf/presets.h"
#include "oauth/profile.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char webex[] =
	"{\"id\":\"Y2lzY29z\",\"emails\":[\"ada@example.com\","
	"\"a.l@example.com\"],\"phoneNumbers\":[{\"type\":\"work\","
	"\"value\":\"+1 555 0100\",\"primary\":true},{\"type\":\"mobile\","
	"\"value\":\"+1 555 0101\"}],\"extension\":\"133\","
	"\"displayName\":\"Ada Lovelace\",\"nickName\":\"Ada\","
	"\"firstName\":\"Ada\",\"lastName\":\"Lovelace\","
	"\"avatar\":\"https://example.com/a.png\",\"orgId\":\"OTZh\","
	"\"roles\":[\"admin\",\"user\"],\"licenses\":[],"
	"\"department\":\"Sales\",\"title\":\"\",\"manager\":null,"
	"\"addresses\":[{\"type\":\"work\",\"country\":\"GB\","
	"\"locality\":\"London\",\"streetAddress\":\"12 St James\"}],"
	"\"created\":\"2015-10-18T14:26:16.000Z\","
	"\"timezone\":\"Europe/London\",\"status\":\"active\","
	"\"invitePending\":false,\"loginEnabled\":true,\"type\":\"person\"}";

/* All fields as "Label: value" lines. */
static void check_fields(const char *json, const char *preset,
			 char *const *only, size_t count, const char *expected)
{
	struct err err = {""};
	struct profile *profile = profile_new(
		json, preset_find(preset)->profile, only, count, &err);
	struct buf lines;

	if (!profile)
		fail_msg("%s: %s", json, err.text);
	buf_init(&lines, 65536);
	for (size_t i = 0; i < profile->field_count; i++)
		buf_addf(&lines, "%s: %s\n", profile->fields[i].label,
			 profile->fields[i].value);
	assert_string_equal(buf_text(&lines), expected);
	buf_free(&lines);
	profile_free(profile);
}

static void test_fields(void **state)
{
	static const struct {
		const char *preset, *json, *expected;
	} cases[] = {
		{"webex", webex,
		 "Name: Ada Lovelace\n"
		 "Nickname: Ada\n"
		 "Email: ada@example.com, a.l@example.com\n"
		 "Phone: +1 555 0100 (work), +1 555 0101 (mobile)\n"
		 "Extension: 133\n"
		 "Department: Sales\n"
		 "Organisation ID: OTZh\n"
		 "Roles: admin, user\n"
		 "Status: active\n"
		 "Time zone: Europe/London\n"
		 "Address: GB, London, 12 St James\n"
		 "Account type: person\n"
		 "Sign-in allowed: yes\n"
		 "Created: 18 October 2015, 14:26\n"
		 "ID: Y2lzY29z\n"},
		/* Webex's userinfo, where the code grant reads that. */
		{"webex",
		 "{\"sub\":\"1\",\"name\":\"Ada\",\"email\":\"a@x\","
		 "\"email_verified\":\"true\"}",
		 "Name: Ada\n"
		 "Email: a@x\n"
		 "ID: 1\n"},
		{"github",
		 "{\"login\":\"octocat\",\"id\":583231,\"name\":null,"
		 "\"company\":\"@github\",\"blog\":\"\",\"email\":null,"
		 "\"type\":\"User\"}",
		 "Name: octocat\nUser name: octocat\nOrganisation: @github\n"
		 "Account type: User\nID: 583231\n"},
		{"google",
		 "{\"sub\":\"10769150350006150715113082367\","
		 "\"name\":\"Jane\",\"email\":\"j@x\",\"email_verified\":true,"
		 "\"hd\":\"example.com\",\"locale\":\"en\"}",
		 "Name: Jane\n"
		 "Email: j@x\n"
		 "Email verified: yes\n"
		 "Organisation: example.com\n"
		 "Language: en\n"
		 "ID: 10769150350006150715113082367\n"},
		{"keycloak",
		 "{\"sub\":\"u\",\"preferred_username\":\"ada\","
		 "\"realm_access\":{\"roles\":[\"r1\",\"r2\"]},"
		 "\"groups\":[\"/g\"],\"address\":{\"formatted\":\"Here\\n1\","
		 "\"country\":\"GB\"}}",
		 "Name: ada\nUser name: ada\nRoles: r1, r2\nGroups: /g\n"
		 "Address: Here 1\nID: u\n"},
		{"zitadel",
		 "{\"sub\":\"1\",\"urn:zitadel:iam:user:resourceowner:name\":"
		 "\"ACME\",\"urn:zitadel:iam:org:project:roles\":{\"admin\":"
		 "{\"2\":\"acme.example\"},\"user\":{}}}",
		 "Organisation: ACME\nRoles: admin, user\nID: 1\n"},
		{"microsoft",
		 "{\"sub\":\"AAAAAIkz\",\"name\":\"Ada "
		 "Lovelace\",\"family_name\":\"L"
		 "ovelace\",\"given_name\":\"Ada\",\"picture\":\"https://"
		 "graph.mic"
		 "rosoft.com/v1.0/me/photo/$value\",\"email\":\"ada@contoso.ex"
		 "ample\"}",
		 "Name: Ada Lovelace\n"
		 "Email: ada@contoso.example\n"
		 "ID: AAAAAIkz\n"},
		{"auth0",
		 "{\"sub\":\"auth0|5f7c8ec7\",\"nickname\":\"ada\",\"name\":"
		 "\"Ada Lov"
		 "elace\",\"email\":\"ada@example.com\",\"email_verified\":"
		 "true,\""
		 "org_id\":\"org_9ybsU1dN\",\"org_name\":\"acme\",\"updated_"
		 "at\":\"2"
		 "026-02-01T08:00:00.000Z\"}",
		 "Name: Ada Lovelace\n"
		 "Email: ada@example.com\n"
		 "Email verified: yes\n"
		 "Organisation: acme\n"
		 "Organisation ID: org_9ybsU1dN\n"
		 "Changed: 1 February 2026, 08:00\n"
		 "ID: auth0|5f7c8ec7\n"},
		{"okta",
		 "{\"sub\":\"00uid4BxXw6I6TV4m0g3\",\"name\":\"Ada "
		 "Lovelace\",\"loc"
		 "ale\":\"en-US\",\"email\":\"ada@example.com\",\"email_"
		 "verified\":"
		 "true,\"preferred_username\":\"ada@example.com\",\"zoneinfo\":"
		 "\""
		 "America/"
		 "Los_Angeles\",\"organization\":\"ACME\",\"groups\":[\"Ev"
		 "eryone\",\"Operators\"]}",
		 "Name: Ada Lovelace\n"
		 "User name: ada@example.com\n"
		 "Email: ada@example.com\n"
		 "Email verified: yes\n"
		 "Organisation: ACME\n"
		 "Groups: Everyone, Operators\n"
		 "Language: en-US\n"
		 "Time zone: America/Los_Angeles\n"
		 "ID: 00uid4BxXw6I6TV4m0g3\n"},
		{"keycloak",
		 "{\"sub\":\"u\",\"name\":\"Ada "
		 "Lovelace\",\"email\":\"ada@example.co"
		 "m\",\"organization\":[\"acme\"],\"realm_access\":{\"roles\":["
		 "\"ope"
		 "rator\"]}}",
		 "Name: Ada Lovelace\n"
		 "Email: ada@example.com\n"
		 "Organisation: acme\n"
		 "Roles: operator\n"
		 "ID: u\n"},
		{"gitlab",
		 "{\"sub\":\"1\",\"name\":\"Ada "
		 "Lovelace\",\"nickname\":\"ada\",\"prefe"
		 "rred_username\":\"ada\",\"email\":\"ada@example.com\","
		 "\"email_ve"
		 "rified\":true,\"website\":\"https://"
		 "ada.example\",\"profile\":\""
		 "https://gitlab.com/ada\",\"groups\":[\"acme\",\"acme/ops\"]}",
		 "Name: Ada Lovelace\n"
		 "User name: ada\n"
		 "Email: ada@example.com\n"
		 "Email verified: yes\n"
		 "Groups: acme, acme/ops\n"
		 "Website: https://ada.example\n"
		 "ID: 1\n"},
		{"twitch",
		 "{\"aud\":\"c\",\"exp\":1,\"iat\":1,\"iss\":\"https://"
		 "id.twitch.tv/o"
		 "auth2\",\"sub\":\"713936733\",\"preferred_username\":"
		 "\"AdaL\",\"em"
		 "ail\":\"ada@example.com\",\"email_verified\":true,\"updated_"
		 "at"
		 "\":\"2026-02-01T08:00:00Z\"}",
		 "Name: AdaL\n"
		 "User name: AdaL\n"
		 "Email: ada@example.com\n"
		 "Email verified: yes\n"
		 "Changed: 1 February 2026, 08:00\n"
		 "ID: 713936733\n"},
		{"hydra",
		 "{\"sub\":\"7\",\"name\":\"Ada "
		 "Lovelace\",\"email\":\"ada@example.co"
		 "m\",\"org_id\":\"acme\",\"roles\":[\"operator\"],\"rat\":1}",
		 "Name: Ada Lovelace\n"
		 "Email: ada@example.com\n"
		 "Organisation ID: acme\n"
		 "Roles: operator\n"
		 "ID: 7\n"},
		{"authentik",
		 "{\"sub\":\"e0\",\"email\":\"ada@example.com\",\"email_"
		 "verified\":t"
		 "rue,\"name\":\"Ada Lovelace\",\"given_name\":\"Ada "
		 "Lovelace\",\"p"
		 "referred_username\":\"ada\",\"nickname\":\"ada\",\"groups\":["
		 "\"aut"
		 "hentik Admins\"],\"roles\":[\"operator\"]}",
		 "Name: Ada Lovelace\n"
		 "User name: ada\n"
		 "Email: ada@example.com\n"
		 "Email verified: yes\n"
		 "Roles: operator\n"
		 "Groups: authentik Admins\n"
		 "ID: e0\n"},
		{"", "{}", ""},
		/* Hostile text comes out clean. */
		{"", "{\"name\":\"\\u001b[2Jx\\u202ey\",\"email\":\"a\\nb\"}",
		 "Name: \xef\xbf\xbd[2Jx\xef\xbf\xbdy\n"
		 "Email: a b\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check_fields(cases[i].json, cases[i].preset, NULL, 0,
			     cases[i].expected);
}

static void test_chosen_fields(void **state)
{
	char *labels[] = {(char[]){"phone"}, (char[]){"Name"},
			  (char[]){"Title"}};
	char *paths[] = {(char[]){"orgId"}, (char[]){"phoneNumbers.1.value"},
			 (char[]){"email"}, (char[]){"avatar"},
			 (char[]){"nothing.here"}};
	char *own[] = {(char[]){"Desk = nowhere|department"},
		       (char[]){"orgId"},
		       (char[]){"Call=phoneNumbers.1.value"},
		       (char[]){"Name = extension"},
		       (char[]){"Bell\x1b ="},
		       (char[]){"Pic\xe2\x80\xae = avatar"}};

	(void)state;
	check_fields(webex, "webex", own, COUNT(own),
		     "Desk: Sales\nOrganisation ID: OTZh\n"
		     "Call: +1 555 0101\nName: 133\n"
		     "Pic\xef\xbf\xbd: https://example.com/a.png\n");
	check_fields(webex, "webex", labels, COUNT(labels),
		     "Phone: +1 555 0100 (work), +1 555 0101 (mobile)\n"
		     "Name: Ada Lovelace\n");
	check_fields(webex, "webex", paths, COUNT(paths),
		     "Organisation ID: OTZh\n"
		     "phoneNumbers.1.value: +1 555 0101\n"
		     "Email: ada@example.com, a.l@example.com\n"
		     "avatar: https://example.com/a.png\n");
}

/* Dates as people write them, and nothing else is taken for one. */
static void test_dates(void **state)
{
	static const struct {
		const char *sent, *shown;
	} cases[] = {
		{"2026-11-23T10:40:00Z", "23 November 2026, 10:40"},
		{"2026-11-03T10:40:59.175Z", "3 November 2026, 10:40"},
		{"2026-11-23T00:40:00+02:30", "22 November 2026, 22:10"},
		{"2026-12-31T23:40:00-01:00", "1 January 2027, 00:40"},
		{"2026-11-23", "2026-11-23"},
		{"2026-11-23T10:40:00", "2026-11-23T10:40:00"},
		{"2026-13-23T10:40:00Z", "2026-13-23T10:40:00Z"},
		{"2026-11-23T10:40:00Zulu", "2026-11-23T10:40:00Zulu"},
		{"2026-11-23T10:40:00+2:30", "2026-11-23T10:40:00+2:30"},
		{"at 2026-11-23T10:40:00Z", "at 2026-11-23T10:40:00Z"},
	};
	char *only[] = {(char[]){"When = created"}};

	(void)state;
	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char json[100], expected[100];

		snprintf(json, sizeof(json), "{\"created\":\"%s\"}",
			 cases[i].sent);
		snprintf(expected, sizeof(expected), "When: %s\n",
			 cases[i].shown);
		check_fields(json, "webex", only, 1, expected);
	}
}

static void test_greeting(void **state)
{
	static const struct {
		const char *json, *name;
	} cases[] = {
		{"{\"displayName\":\"Ada L\",\"name\":\"x\"}", "Ada L"},
		{"{\"displayName\":\"\",\"name\":\"Ada\"}", "Ada"},
		{"{\"name\":null,\"login\":\"octocat\"}", "octocat"},
		{"{\"email\":\"a@x\"}", "a@x"},
		{"{\"emails\":[\"b@x\"]}", "b@x"},
		{"{\"sub\":\"123\"}", ""},
		{"{}", ""},
		{"{\"name\":\"A\\u0007B\"}", "A\xef\xbf\xbd"
					     "B"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct profile *profile = profile_new(
			cases[i].json, preset_find("")->profile, NULL, 0, NULL);

		assert_non_null(profile);
		assert_string_equal(profile->name, cases[i].name);
		profile_free(profile);
	}
}

static void test_tree(void **state)
{
	static const char json[] =
		"{\"a\":1,\"b\":{\"c\":[true,null,{}],\"d\":\"x\\u001by\"},"
		"\"e\":[],\"f\\u202e\":-1.5}";
	static const struct {
		const char *name, *value;
		int depth;
		size_t descendants;
	} nodes[] = {
		{"a", "1", 0, 0},
		{"b", "{2}", 0, 5},
		{"c", "[3]", 1, 3},
		{"0", "yes", 2, 0},
		{"1", "-", 2, 0},
		{"2", "{0}", 2, 0},
		{"d", "x\xef\xbf\xbdy", 1, 0},
		{"e", "[0]", 0, 0},
		{"f\xef\xbf\xbd", "-1.5", 0, 0},
	};
	struct profile *profile =
		profile_new(json, preset_find("")->profile, NULL, 0, NULL);

	(void)state;
	assert_non_null(profile);
	assert_int_equal(profile->node_count, COUNT(nodes));
	for (size_t i = 0; i < COUNT(nodes); i++) {
		const struct profile_node *node = &profile->nodes[i];

		assert_string_equal(node->name, nodes[i].name);
		assert_string_equal(node->value, nodes[i].value);
		assert_int_equal(node->depth, nodes[i].depth);
		assert_int_equal(node->descendants, nodes[i].descendants);
	}
	profile_free(profile);
	profile_free(NULL);
}

static void test_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"[]",
		"\"name\"",
		"null",
		"{\"a\":1",
		"<html>",
		"{\"sub\":1,\"sub\":2}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err = {""};

		if (profile_new(cases[i], preset_find("")->profile, NULL, 0,
				&err))
			fail_msg("%s accepted", cases[i]);
		assert_string_not_equal(err.text, "");
	}
}

/* As much as an answer can hold: long values are clipped, not lost. */
static void test_large(void **state)
{
	struct profile *profile;
	struct buf json;

	(void)state;
	buf_init(&json, 1024 * 1024);
	buf_adds(&json, "{\"name\":\"");
	for (int i = 0; i < 10000; i++)
		buf_adds(&json, "long ");
	buf_adds(&json, "\",\"groups\":[\"g\"");
	for (int i = 0; i < 100000; i++)
		buf_adds(&json, ",\"group\"");
	assert_true(buf_adds(&json, "]}"));
	profile = profile_new(buf_text(&json), preset_find("")->profile, NULL,
			      0, NULL);
	assert_non_null(profile);
	assert_in_range(text_width(profile->name), 100, 200);
	assert_int_equal(profile->field_count, 2);
	assert_in_range(strlen(profile->fields[0].value), 1000, 4000);
	assert_in_range(strlen(profile->fields[1].value), 1000, 4000);
	assert_int_equal(profile->node_count, 2 + 100001);
	assert_int_equal(profile->nodes[1].descendants, 100001);
	profile_free(profile);
	buf_free(&json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_chosen_fields),
		cmocka_unit_test(test_greeting),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_large),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return EXIT_FAILURE;
	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
