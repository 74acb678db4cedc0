/* SPDX-License-Identifier: MIT */
/*
 * oauth/allow: whom lists let in, one line per case.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "conf/conf.h"
#include "oauth/allow.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void set_up(struct conf *conf, const char *lists)
{
	char text[512];
	struct err err = {""};
	int n = snprintf(text, sizeof(text), "kiosk: { allow: { %s }; };",
			 lists);

	conf_init(conf);
	if (!conf_parse(conf, text, (size_t)n, "x.conf", &err))
		fail_msg("%s: %s", lists, err.text);
}

static bool admits(const struct conf *conf, const char *profile,
		   struct err *why)
{
	struct json *json = NULL;
	bool in;

	if (profile != NULL)
		json = json_parse_all(profile, strlen(profile), NULL);
	in = allow_admits(&conf->kiosk.allow, json, why);
	json_free(json);
	return in;
}

#define MAIL "emails = [\"ada@example.org\"];"
#define DOMAIN "email_domains = [\"Example.org\"];"
#define GROUP "claims = ({ name = \"groups\"; value = \"desk\"; });"

static void test_admits(void **state)
{
	static const struct {
		const char *lists, *profile;
		bool in;
	} cases[] = {
		{"", "{}", true},
		{"", NULL, true},
		{MAIL, NULL, false},
		{MAIL, "", false},
		{MAIL, "[]", false},
		{MAIL, "{}", false},
		{MAIL, "{\"email\":\"ada@example.org\"}", true},
		{MAIL, "{\"email\":\"ada@EXAMPLE.org\"}", true},
		{MAIL, "{\"email\":\"Ada@example.org\"}", false},
		{MAIL, "{\"email\":\"ad@example.org\"}", false},
		{MAIL, "{\"email\":\"ada@example.org.uk\"}", false},
		{MAIL, "{\"email\":null}", false},
		{MAIL, "{\"email\":7}", false},
		{MAIL, "{\"email\":[\"ada@example.org\"]}", false},
		{MAIL, "{\"emails\":[\"x@y.z\",\"ada@example.org\"]}", true},
		{MAIL, "{\"emails\":[]}", false},
		{MAIL, "{\"emails\":[7,null,{}]}", false},
		{MAIL, "{\"emails\":\"ada@example.org\"}", false},
		{MAIL, "{\"name\":\"ada@example.org\"}", false},
		{MAIL,
		 "{\"email\":\"ada@example.org\",\"email_verified\":true}",
		 true},
		{MAIL,
		 "{\"email\":\"ada@example.org\",\"email_verified\":\"true\"}",
		 true},
		{MAIL,
		 "{\"email\":\"ada@example.org\",\"email_verified\":false}",
		 false},
		{MAIL,
		 "{\"email\":\"ada@example.org\",\"email_verified\":\"false\"}",
		 false},
		{MAIL, "{\"email\":\"ada@example.org\",\"email_verified\":0}",
		 false},
		{MAIL,
		 "{\"email\":\"ada@example.org\",\"email_verified\":null}",
		 false},
		{DOMAIN, "{\"email\":\"ada@example.org\"}", true},
		{DOMAIN, "{\"email\":\"eve@EXAMPLE.ORG\"}", true},
		{DOMAIN, "{\"email\":\"eve@sub.example.org\"}", false},
		{DOMAIN, "{\"email\":\"eve@badexample.org\"}", false},
		{DOMAIN, "{\"email\":\"eve@evil.net@example.org\"}", false},
		{DOMAIN, "{\"email\":\"eve@evil.net,x@example.org\"}", false},
		{DOMAIN, "{\"email\":\"\\\"eve\\\"@example.org\"}", false},
		{DOMAIN, "{\"email\":\"e ve@example.org\"}", false},
		{DOMAIN, "{\"email\":\"@example.org\"}", false},
		{DOMAIN, "{\"email\":\"example.org\"}", false},
		{DOMAIN, "{\"email\":\"\"}", false},
		{GROUP, "{\"groups\":\"desk\"}", true},
		{GROUP, "{\"groups\":[\"staff\",\"desk\"]}", true},
		{GROUP, "{\"groups\":[\"desks\"]}", false},
		{GROUP, "{\"groups\":[[\"desk\"]]}", false},
		{GROUP, "{\"groups\":{\"desk\":1}}", false},
		{GROUP, "{\"group\":\"desk\"}", false},
		{GROUP, "{\"groups\":\"desk\",\"email_verified\":false}", true},
		{"claims = ({ name = \"a.b\"; value = \"7\"; });",
		 "{\"a\":{\"b\":7}}", true},
		{"claims = ({ name = \"a.b\"; value = \"7\"; });",
		 "{\"a.b\":\"7\"}", true},
		{"claims = ({ name = \"a.b\"; value = \"7\"; });",
		 "{\"a.b\":\"8\",\"a\":{\"b\":7}}", false},
		/* Two different values decide nothing, in either order. */
		{"claims = ({ name = \"a.email\"; value = \"7\"; });",
		 "{\"a\":{\"email\":7,\"email\":7}}", true},
		{"claims = ({ name = \"a.email\"; value = \"7\"; });",
		 "{\"a\":{\"email\":7,\"email\":8}}", false},
		{"claims = ({ name = \"a.email\"; value = \"7\"; });",
		 "{\"a\":{\"email\":8,\"email\":7}}", false},
		{"claims = ({ name = \"ok\"; value = \"true\"; });",
		 "{\"ok\":true}", true},
		{"claims = ({ name = \"ok\"; value = \"true\"; });",
		 "{\"ok\":false}", false},
		{"claims = ({ name = \"ok\"; value = \"-\"; });",
		 "{\"ok\":null}", false},
		{GROUP, "{\"groups\":\"desk\",\"groups\":\"desk\"}", true},
		{GROUP, "{\"groups\":\"desk\",\"groups\":\"x\"}", false},
		{GROUP, "{\"groups\":\"x\",\"groups\":\"desk\"}", false},
		{GROUP, "{\"groups\":\"x\",\"g\\u0072oups\":\"desk\"}", false},
		{GROUP, "{\"groups\":[],\"groups\":[\"desk\"]}", false},
		{GROUP, "{\"groups\":null,\"groups\":[\"desk\"]}", false},
		{GROUP, "{\"groups\":\"desk\",\"name\":1,\"name\":2}", true},
		{MAIL GROUP,
		 "{\"email\":\"ada@example.org\",\"groups\":1,\"groups\":2}",
		 false},
		{"claims = ({ name = \"a.b\"; value = \"7\"; });",
		 "{\"a\":{\"b\":8,\"b\":7}}", false},
		{"claims = ({ name = \"a.b\"; value = \"7\"; });",
		 "{\"a\":{\"b\":8},\"a\":{\"b\":7}}", false},
		{"claims = ({ name = \"a.b\"; value = \"7\"; });",
		 "{\"a\":{\"b\":7},\"a\":{\"b\":7}}", true},
		{"claims = ({ name = \"a.b\"; value = \"7\"; });",
		 "{\"a.b\":8,\"a.b\":7}", false},
		{"claims = ({ name = \"a.0.b\"; value = \"7\"; });",
		 "{\"a\":[{\"b\":8,\"b\":7}]}", false},
		{"claims = ({ name = \"a\"; value = \"7\"; });",
		 "{\"a\":7,\"c\":{\"a\":1,\"a\":2}}", true},
		{MAIL GROUP, "{\"groups\":\"desk\"}", true},
		{MAIL GROUP, "{\"email\":\"ada@example.org\"}", true},
		{MAIL DOMAIN GROUP, "{\"email\":\"eve@evil.net\"}", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err why = {""};
		struct conf conf;
		bool in;

		set_up(&conf, cases[i].lists);
		in = admits(&conf, cases[i].profile, &why);
		if (in != cases[i].in)
			fail_msg("%s %s: %d", cases[i].lists, cases[i].profile,
				 in);
		assert_int_equal(why.text[0] == '\0', in);
		conf_free(&conf);
	}
}

/* The log gets the address, and nothing else of the person. */
static void test_why(void **state)
{
	struct err why = {""};
	struct conf conf;

	(void)state;
	set_up(&conf, MAIL);
	assert_false(admits(&conf,
			    "{\"name\":\"Eve\",\"email\":\"eve@evil.net\""
			    ",\"phone_number\":\"555\"}",
			    &why));
	assert_non_null(strstr(why.text, "eve@evil.net"));
	assert_null(strstr(why.text, "Eve"));
	assert_null(strstr(why.text, "555"));
	conf_free(&conf);
	set_up(&conf, GROUP);
	assert_false(
		admits(&conf, "{\"groups\":\"a\",\"groups\":\"b\"}", &why));
	assert_string_equal(why.text, "the provider sent \"groups\" twice, "
				      "with different values");
	conf_free(&conf);
}

static void test_sound(void **state)
{
	static const struct {
		const char *lists;
		bool sound;
	} cases[] = {
		{"", true},
		{MAIL DOMAIN GROUP, true},
		{"emails = [\"example.org\"];", false},
		{"emails = [\"a@b@c\"];", false},
		{"emails = [\"\"];", false},
		{"email_domains = [\"@example.org\"];", false},
		{"email_domains = [\"*.example.org\"];", false},
		{"email_domains = [\"\"];", false},
		{"claims = ({ name = \"a\"; value = \"\"; });", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err = {""};
		struct conf conf;

		set_up(&conf, cases[i].lists);
		assert_int_equal(allow_is_sound(&conf.kiosk.allow, &err),
				 cases[i].sound);
		assert_int_equal(err.text[0] == '\0', cases[i].sound);
		conf_free(&conf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_admits),
		cmocka_unit_test(test_why),
		cmocka_unit_test(test_sound),
	};

	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
