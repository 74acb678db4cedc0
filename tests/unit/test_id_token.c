/* SPDX-License-Identifier: MIT */
/*
 * oauth/id_token: each claim right, wrong and missing; what becomes of them.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "oauth/id_token.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define ISSUER "https://id.example.org"

/* 2026-11-23 10:00:00 UTC */
static const int64_t now = 1795428000;

static struct json *parse(const char *text)
{
	struct json *json = json_parse_all(text, strlen(text), NULL);

	if (json == NULL)
		fail_msg("no JSON: %s", text);
	return json;
}

/* Claims that pass, with the members of changes laid over; null takes one
 * away. */
static struct json *claims_with(const char *changes)
{
	static const char good[] =
		"{\"iss\":\"" ISSUER "\",\"sub\":\"fay\",\"aud\":\"screen\","
		"\"exp\":1795431600,\"iat\":1795428000,\"nonce\":\"n-0S6\"}";
	struct json *whole = parse(good);
	struct json *changed = parse(changes);
	struct json *claims = json_new_object();
	const struct json *member;

	for (member = json_first(changed); member != NULL;
	     member = json_next(member))
		json_set(whole, json_name(member), json_copy(member));
	for (member = json_first(whole); member != NULL;
	     member = json_next(member)) {
		if (json_kind(member) != JSON_NULL)
			json_set(claims, json_name(member), json_copy(member));
	}
	json_free(changed);
	json_free(whole);
	return claims;
}

/* why: NULL where the claims must pass, else a part of the sentence. */
static void check(const char *changes, const char *issuer, const char *nonce,
		  int64_t wall_s, const char *why)
{
	struct json *claims = claims_with(changes);
	struct err err = {""};
	bool ok = id_token_check(claims, issuer, "screen", nonce, wall_s, &err);

	if (ok != (why == NULL) || (why != NULL && !strstr(err.text, why)))
		fail_msg("%s at %lld: %d \"%s\"", changes, (long long)wall_s,
			 ok, err.text);
	json_free(claims);
}

static void test_claims(void **state)
{
	static const struct {
		const char *changes, *why;
	} cases[] = {
		{"{}", NULL},
		{"{\"email\":\"fay@example.org\"}", NULL},

		{"{\"iss\":null}", "its issuer"},
		{"{\"iss\":1}", "its issuer"},
		{"{\"iss\":[\"" ISSUER "\"]}", "its issuer"},
		{"{\"iss\":\"\"}", "exactly the same"},
		{"{\"iss\":\"" ISSUER "/\"}", "exactly the same"},
		{"{\"iss\":\"" ISSUER ":443\"}", "exactly the same"},
		{"{\"iss\":\"https://ID.example.org\"}", "exactly the same"},
		{"{\"iss\":\"http://id.example.org\"}", "exactly the same"},
		{"{\"iss\":\"id.example.org\"}", "exactly the same"},
		{"{\"iss\":\"https://evil.example\"}",
		 "issued by https://evil.example, but"},

		{"{\"sub\":null}", "its subject"},
		{"{\"sub\":\"\"}", "its subject"},
		{"{\"sub\":1}", "its subject"},

		{"{\"aud\":null}", "its audience"},
		{"{\"aud\":1}", "its audience"},
		{"{\"aud\":[]}", "its audience"},
		{"{\"aud\":{\"a\":\"screen\"}}", "its audience"},
		{"{\"aud\":[\"screen\",1]}", "its audience"},
		{"{\"aud\":\"other\"}", "another client"},
		{"{\"aud\":\"Screen\"}", "another client"},
		{"{\"aud\":\"screen \"}", "another client"},
		{"{\"aud\":[\"other\"]}", "another client"},
		{"{\"aud\":[\"screen\"]}", NULL},

		{"{\"azp\":\"screen\"}", NULL},
		{"{\"azp\":\"other\"}", "requested by another client"},
		{"{\"azp\":1}", "requested by another client"},
		{"{\"aud\":[\"screen\",\"other\"]}", NULL},
		{"{\"aud\":[\"other\",\"screen\",\"third\"]}", NULL},
		{"{\"aud\":[\"other\",\"screen\"],\"azp\":\"screen\"}", NULL},
		{"{\"aud\":[\"other\",\"screen\"],\"azp\":\"other\"}",
		 "requested by another client"},
		{"{\"aud\":[\"other\",\"third\"],\"azp\":\"screen\"}",
		 "is for another client"},

		{"{\"exp\":null}", "The ID token has no exp."},
		{"{\"exp\":\"1795431600\"}", "exp must be a number"},
		{"{\"exp\":-1}", "exp must be a number"},
		{"{\"exp\":1795431600000}", "exp must be a number"},
		{"{\"exp\":1e300}", "exp must be a number"},
		{"{\"exp\":true}", "exp must be a number"},
		{"{\"exp\":1795431600.5}", NULL},
		{"{\"exp\":253402300799}", NULL},
		{"{\"exp\":0}", "clock"},
		{"{\"exp\":1.7954316e9}", NULL},
		{"{\"exp\":\"1795431600\"}",
		 "since 1970 (RFC 7519 section 2), but is \"1795431600\":"},
		{"{\"exp\":-1}", "but is -1:"},
		{"{\"exp\":1795431600000}", "but is 1795431600000:"},
		{"{\"exp\":null}", "token has no exp."},
		{"{\"exp\":[]}", "but is []:"},

		{"{\"iat\":null}", "The ID token has no iat."},
		{"{\"iat\":\"1795428000\"}", "iat must be a number"},
		{"{\"iat\":0}", NULL},
		{"{\"nbf\":1795428000}", NULL},
		{"{\"nbf\":[]}", "nbf must be a number"},
		{"{\"nbf\":0}", NULL},
		{"{\"nbf\":\"1795428000\"}", "but is \"1795428000\":"},
		{"{\"iat\":1.795428e9}", NULL},
		{"{\"iat\":-1}", "but is -1:"},
		/* Nobody here decides by it. */
		{"{\"auth_time\":\"1\"}", NULL},
		{"{\"auth_time\":null}", NULL},

		{"{\"nonce\":null}", "another sign-in"},
		{"{\"nonce\":\"\"}", "another sign-in"},
		{"{\"nonce\":\"n-0S7\"}", "another sign-in"},
		{"{\"nonce\":\"n-0S6 \"}", "another sign-in"},
		{"{\"nonce\":[\"n-0S6\"]}", "another sign-in"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check(cases[i].changes, ISSUER, "n-0S6", now, cases[i].why);
}

/* Where none was sent, none is asked for. */
static void test_no_nonce(void **state)
{
	(void)state;
	check("{\"nonce\":null}", ISSUER, NULL, now, NULL);
	check("{\"nonce\":\"whatever\"}", ISSUER, NULL, now, NULL);
}

static void test_times(void **state)
{
	static const struct {
		const char *changes;
		int64_t wall_s;
		const char *why;
	} cases[] = {
		/* exp is now + 3600. */
		{"{}", 1795431600, NULL},
		{"{}", 1795431600 + ID_TOKEN_LEEWAY_S - 1, NULL},
		{"{}", 1795431600 + ID_TOKEN_LEEWAY_S,
		 "valid until 2026-11-23 11:00:00 UTC, but this machine's "
		 "clock says 2026-11-23 11:02:00 UTC"},
		{"{}", INT64_C(1) << 60, "clock says an unknown time"},
		{"{}", now - ID_TOKEN_LEEWAY_S, NULL},
		{"{}", now - ID_TOKEN_LEEWAY_S - 1,
		 "not valid before 2026-11-23 10:00:00 UTC, but this "
		 "machine's clock says 2026-11-23 09:57:59 UTC"},
		/* The later of the two counts. */
		{"{\"nbf\":1795428200}", now + 80, NULL},
		{"{\"nbf\":1795428200}", now + 79, "10:03:20"},
		{"{\"nbf\":1795427000}", now - ID_TOKEN_LEEWAY_S - 1,
		 "10:00:00"},
		{"{\"nbf\":1795428200}", now + 79, "10:03:20"},
		/* A machine without a clock of its own. */
		{"{}", 42, "clock says 1970-01-01 00:00:42 UTC: set the clock"},
		{"{\"iat\":0}", 42, NULL},
		{"{}", -1, "clock says 1969-12-31"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check(cases[i].changes, ISSUER, "n-0S6", cases[i].wall_s,
		      cases[i].why);
}

/* The issuer as Microsoft's common discovery document has it. */
static void test_tenant(void **state)
{
#define TID "9188040d-6c67-4c5b-b112-36a304b66dad"
#define WORK "0a1b2c3d-0000-4000-8000-aabbccddeeff"
#define WORK_UPPER "0A1B2C3D-0000-4000-8000-AABBCCDDEEFF"
#define IN(tenant) "https://login.microsoftonline.com/" tenant "/v2.0"
	static const struct {
		const char *changes, *issuer;
		bool ok;
	} cases[] = {
		{"{\"iss\":\"" IN(TID) "\",\"tid\":\"" TID "\"}",
		 IN("{tenantid}"), true},
		{"{\"iss\":\"" IN(TID) "\",\"tid\":\"" TID "\"}", IN(TID),
		 true},
		{"{\"iss\":\"" IN(TID) "\"}", IN("{tenantid}"), false},
		{"{\"iss\":\"" IN(TID) "\",\"tid\":1}", IN("{tenantid}"),
		 false},
		{"{\"iss\":\"" IN("") "\",\"tid\":\"\"}", IN("{tenantid}"),
		 false},
		{"{\"iss\":\"" IN(TID) "\",\"tid\":\"a" TID "\"}",
		 IN("{tenantid}"), false},
		{"{\"iss\":\"" IN(TID) "x\",\"tid\":\"" TID "\"}",
		 IN("{tenantid}"), false},
		{"{\"iss\":\"x" IN(TID) "\",\"tid\":\"" TID "\"}",
		 IN("{tenantid}"), false},
		{"{\"iss\":\"https://login.microsoftonline.org/" TID
		 "/v2.0\",\"tid\":\"" TID "\"}",
		 IN("{tenantid}"), false},
		{"{\"iss\":\"https://\",\"tid\":\"" TID "\"}", IN("{tenantid}"),
		 false},
		{"{\"iss\":\"" IN("{tenantid}") "\",\"tid\":\"{tenantid}\"}",
		 IN("{tenantid}"), false},
		{"{\"iss\":\"" IN("a/../b") "\",\"tid\":\"a/../b\"}",
		 IN("{tenantid}"), false},
		/* Without the mark a tid changes nothing. */
		{"{\"tid\":\"" TID "\"}", ISSUER, true},
		/* The tenants that stand for many. */
		{"{\"iss\":\"" IN(TID) "\",\"tid\":\"" TID "\"}", IN("common"),
		 true},
		{"{\"iss\":\"" IN(WORK) "\",\"tid\":\"" WORK "\"}",
		 IN("common"), true},
		{"{\"iss\":\"" IN(WORK) "\"}", IN("common"), false},
		{"{\"iss\":\"" IN(TID) "\",\"tid\":\"" WORK "\"}", IN("common"),
		 false},
		{"{\"iss\":\"" IN("evil") "\",\"tid\":\"evil\"}", IN("common"),
		 false},
		{"{\"iss\":\"" IN(WORK) "/x\",\"tid\":\"" WORK "\"}",
		 IN("common"), false},
		{"{\"iss\":\"" IN("x/" WORK) "\",\"tid\":\"" WORK "\"}",
		 IN("common"), false},
		{"{\"iss\":\"https://login.microsoftonline.org/" WORK
		 "/v2.0\",\"tid\":\"" WORK "\"}",
		 IN("common"), false},
		{"{\"iss\":\"" IN(WORK) "\",\"tid\":\"" WORK "\"}",
		 IN("organizations"), true},
		{"{\"iss\":\"" IN(TID) "\",\"tid\":\"" TID "\"}",
		 IN("organizations"), false},
		{"{\"iss\":\"" IN(TID) "\",\"tid\":\"" TID "\"}",
		 IN("consumers"), true},
		{"{\"iss\":\"" IN(WORK) "\",\"tid\":\"" WORK "\"}",
		 IN("consumers"), false},
		{"{\"iss\":\"" IN(WORK) "\",\"tid\":\"" WORK "\"}", IN(WORK),
		 true},
		{"{\"iss\":\"" IN(WORK) "\",\"tid\":\"" WORK "\"}", IN(TID),
		 false},
		{"{\"iss\":\"" IN(WORK) "\",\"tid\":\"" WORK "\"}",
		 IN("contoso.example"), false},
		{"{\"iss\":\"https://" WORK "\",\"tid\":\"" WORK "\"}",
		 "https://common", false},
		{"{\"iss\":\"" IN("common") "\",\"tid\":\"" WORK "\"}",
		 IN("common"), true},
		/* A GUID is the same in either case, and only a GUID is. */
		{"{\"iss\":\"" IN(WORK) "\",\"tid\":\"" WORK "\"}",
		 IN(WORK_UPPER), true},
		{"{\"iss\":\"" IN(WORK_UPPER) "\",\"tid\":\"" WORK "\"}",
		 IN(WORK), true},
		{"{\"iss\":\"" IN(WORK) "\",\"tid\":\"" WORK_UPPER "\"}",
		 IN("common"), true},
		{"{\"iss\":\"" IN(WORK) "\",\"tid\":\"" WORK_UPPER "\"}",
		 IN("{tenantid}"), true},
		{"{\"iss\":\"" IN(WORK) "\",\"tid\":\"" TID "\"}",
		 IN(WORK_UPPER), false},
		{"{\"iss\":\"" IN(WORK) "\"}", IN(WORK_UPPER), false},
		{"{\"iss\":\"" IN("Common") "\",\"tid\":\"" WORK "\"}",
		 IN("common"), false},
		{"{\"iss\":\"" IN(WORK) "\",\"tid\":\"" WORK "\"}",
		 IN("COMMON"), false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check(cases[i].changes, cases[i].issuer, "n-0S6", now,
		      cases[i].ok ? NULL : "exactly the same");
}

/* What should be claims may be anything. */
static void test_no_object(void **state)
{
	struct json *array = parse("[\"iss\"]");

	(void)state;
	assert_false(id_token_check(array, ISSUER, "screen", NULL, now, NULL));
	json_free(array);
}

/* A claim that need not be there may as well be null. */
static void test_null(void **state)
{
	static const struct {
		const char *claims;
		bool ok;
	} cases[] = {
		{"{\"iss\":\"i\",\"sub\":\"fay\",\"aud\":\"screen\","
		 "\"exp\":1795431600,\"iat\":1795428000,\"nbf\":null}",
		 true},
		{"{\"iss\":\"i\",\"sub\":\"fay\",\"aud\":\"screen\","
		 "\"exp\":1795431600,\"iat\":null}",
		 false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct json *claims = parse(cases[i].claims);
		struct err err = {""};

		assert_int_equal(
			id_token_check(claims, "i", "screen", NULL, now, &err),
			cases[i].ok);
		if (!cases[i].ok)
			assert_non_null(strstr(err.text, "has no iat."));
		json_free(claims);
	}
}

static void test_profile(void **state)
{
	static const struct {
		const char *claims, *userinfo, *profile;
	} cases[] = {
		{"{\"sub\":\"fay\"}", NULL, "{\"sub\":\"fay\"}"},
		{"{\"iss\":\"i\",\"sub\":\"fay\",\"aud\":[\"a\"],\"exp\":1,"
		 "\"iat\":1,\"nbf\":1,\"nonce\":\"n\",\"at_hash\":\"h\","
		 "\"c_hash\":\"h\",\"s_hash\":\"h\",\"azp\":\"a\","
		 "\"auth_time\":1,\"acr\":\"0\",\"amr\":[\"pwd\"],"
		 "\"jti\":\"j\",\"sid\":\"s\",\"email\":\"f@x.org\"}",
		 NULL, "{\"sub\":\"fay\",\"email\":\"f@x.org\"}"},
		{"{\"sub\":\"fay\",\"name\":\"Old\",\"email\":\"f@x.org\"}",
		 "{\"sub\":\"fay\",\"name\":\"New\",\"groups\":[\"a\",1]}",
		 "{\"sub\":\"fay\",\"name\":\"New\",\"email\":\"f@x.org\","
		 "\"groups\":[\"a\",1]}"},
		{"{\"sub\":\"fay\"}", "{\"sub\":\"fay\",\"aud\":\"a\"}",
		 "{\"sub\":\"fay\"}"},
		/* Two different values stay there, for kiosk.allow to see. */
		{"{\"sub\":\"fay\"}",
		 "{\"sub\":\"fay\",\"a\":1,\"a\":2,\"sub\":\"fay\"}",
		 "{\"sub\":\"fay\",\"a\":1,\"a\":2}"},
		{"{\"sub\":\"fay\",\"a\":{\"b\":1,\"b\":2},\"c\":1,\"c\":1,"
		 "\"a\":3}",
		 NULL,
		 "{\"sub\":\"fay\",\"a\":{\"b\":1,\"b\":2},\"c\":1,\"a\":3}"},
		/* But what userinfo says once is what counts. */
		{"{\"sub\":\"fay\",\"a\":1,\"b\":0,\"a\":2}",
		 "{\"sub\":\"fay\",\"a\":3}",
		 "{\"sub\":\"fay\",\"a\":3,\"b\":0}"},
		/* Names with a case of their own are others. */
		{"{\"sub\":\"fay\",\"Iss\":1}", "{\"sub\":\"fay\",\"iSS\":2}",
		 "{\"sub\":\"fay\",\"Iss\":1,\"iSS\":2}"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct json *claims = parse(cases[i].claims);
		struct json *userinfo = NULL, *profile = NULL;
		char *text;

		if (cases[i].userinfo != NULL)
			userinfo = parse(cases[i].userinfo);
		assert_true(id_token_profile(claims, userinfo, &profile, NULL));
		text = json_print(profile, false);
		assert_string_equal(text, cases[i].profile);
		secret_free(text);
		json_free(profile);
		json_free(userinfo);
		json_free(claims);
	}
}

static void test_profile_refused(void **state)
{
	static const struct {
		const char *claims, *userinfo;
	} cases[] = {
		{"{\"sub\":\"fay\"}", "{\"sub\":\"eve\"}"},
		{"{\"sub\":\"fay\"}", "{\"sub\":\"Fay\"}"},
		{"{\"sub\":\"fay\"}", "{\"name\":\"Fay\"}"},
		{"{\"sub\":\"1\"}", "{\"sub\":1}"},
		{"{}", "{\"sub\":\"fay\"}"},
		{"{}", "{}"},
		{"{\"sub\":\"fay\"}", "[\"sub\"]"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct json *claims = parse(cases[i].claims);
		struct json *userinfo = parse(cases[i].userinfo);
		struct json *profile = userinfo;
		struct err err = {""};

		assert_false(
			id_token_profile(claims, userinfo, &profile, &err));
		assert_null(profile);
		if (strstr(err.text, "about different users") == NULL)
			fail_msg("%s: %s", cases[i].userinfo, err.text);
		json_free(userinfo);
		json_free(claims);
	}
}

static void test_profile_size(void **state)
{
	static const struct {
		int claims, userinfo;
		bool ok;
	} cases[] = {
		{1000, 1000, true},
		{1001, 1, false},
		{1, 1001, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf claims_text, userinfo_text;
		struct json *claims, *userinfo, *profile;
		struct err err = {""};
		bool ok;

		buf_init(&claims_text, 100000);
		buf_init(&userinfo_text, 100000);
		buf_adds(&claims_text, "{\"sub\":\"fay\"");
		buf_adds(&userinfo_text, "{\"sub\":\"fay\"");
		for (int n = 1; n < cases[i].claims; n++)
			buf_addf(&claims_text, ",\"c%d\":1", n);
		for (int n = 1; n < cases[i].userinfo; n++)
			buf_addf(&userinfo_text, ",\"u%d\":1", n);
		buf_adds(&claims_text, "}");
		buf_adds(&userinfo_text, "}");
		claims = parse(buf_text(&claims_text));
		userinfo = parse(buf_text(&userinfo_text));
		ok = id_token_profile(claims, userinfo, &profile, &err);
		assert_int_equal(ok, cases[i].ok);
		assert_int_equal(profile != NULL, cases[i].ok);
		assert_int_equal(strstr(err.text, "1000") == NULL, ok);
		json_free(profile);
		json_free(userinfo);
		json_free(claims);
		buf_free(&userinfo_text);
		buf_free(&claims_text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_no_nonce),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_tenant),
		cmocka_unit_test(test_no_object),
		cmocka_unit_test(test_null),
		cmocka_unit_test(test_profile),
		cmocka_unit_test(test_profile_refused),
		cmocka_unit_test(test_profile_size),
	};

	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
