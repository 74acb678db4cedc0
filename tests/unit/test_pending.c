/* SPDX-License-Identifier: MIT */
/*
 * machine/pending: how a code is written and read again.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "machine/event.h"
#include "machine/pending.h"
#include "issuer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct pending example(void)
{
	return (struct pending){
		.code =
			{
				.device_code = (char *)(uintptr_t) "D",
				.user_code = (char *)(uintptr_t) "AB-CD",
				.verification_uri =
					(char *)(uintptr_t) "https://"
							    "id.example/verify",
				.expires_in_s = 300,
				.interval_s = 5,
			},
		.expires_ms = 90000,
		.expires_at = 1800000090,
	};
}

static const struct event now = {.now_ms = 10000, .wall_s = 1800000010};

static void test_text(void **state)
{
	static const char client[] =
		"{\"version\":1,\"client\":{\"issuer\":\"https://id.example\","
		"\"device_authorization_endpoint\":\"https://id.example/"
		"device\",\"device_token_endpoint\":\"https://id.example/"
		"token\",\"client_id\":\"screen\",\"scope\":\"profile\","
		"\"audience\":\"\",\"device_name\":\"\",\"dpop\":false,"
		"\"extra\":{}},\"device_code\":\"D\",\"user_code\":\"AB-CD\","
		"\"verification_uri\":\"https://id.example/verify\","
		"\"expires_in\":300,\"interval\":5,\"expires_at\":1800000090";
	static const struct {
		const char *boot;
		bool by_wall;
		const char *rest;
	} cases[] = {
		{"b", false, ",\"boot\":\"b\",\"expires_ms\":90000}"},
		{"", false, "}"},
		{"b", true, "}"},
	};
	struct issuer issuer;

	(void)state;
	issuer_init(&issuer);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct pending pending = example();
		char *text;

		pending.by_wall = cases[i].by_wall;
		text = pending_write(&pending, &issuer.provider, cases[i].boot);
		assert_memory_equal(text, client, strlen(client));
		assert_string_equal(text + strlen(client), cases[i].rest);
		free(text);
	}
	issuer_free(&issuer);
}

/* One member is another value, or gone where that is NULL. */
static void test_damage(void **state)
{
	static const struct {
		const char *name, *value, *says;
	} cases[] = {
		{"audience", "1", NULL}, /* not looked at up here */
		{"expires_ms", "10001", NULL},
		{"expires_ms", "310000", NULL},
		{"interval", "301", NULL},
		{"verification_uri_complete", "\"http://x.example/\"", NULL},
		{"version", "2", "damaged"},
		{"version", NULL, "damaged"},
		{"client", NULL, "settings"},
		{"client", "{}", "settings"},
		{"client", "\"screen\"", "settings"},
		{"device_code", NULL, "damaged"},
		{"device_code", "\"a b\"", "damaged"},
		{"user_code", NULL, "damaged"},
		{"user_code", "\"\\u001b[2J\"", "damaged"},
		{"user_code", "7", "damaged"},
		{"verification_uri", "\"http://id.example/\"", "damaged"},
		{"verification_uri", "\"https://a@id.example/\"", "damaged"},
		{"interval", NULL, "damaged"},
		{"interval", "0", "damaged"},
		{"interval", "-5", "damaged"},
		{"interval", "1e300", "damaged"},
		{"dpop_key", "\"no key\"", "damaged"},
		{"expires_at", NULL, "damaged"},
		{"expires_at", "1e300", "damaged"},
		{"expires_at", "-1", NULL},	      /* a clock before 1970 */
		{"expires_at", "300000000000", NULL}, /* and after 9999 */
		{"expires_ms", NULL, "damaged"},
		{"expires_ms", "\"soon\"", "damaged"},
		{"expires_ms", "1e300", "damaged"},
		{"expires_ms", "10000", "has expired"},
		{"expires_ms", "310001", "clock"},
		{"boot", NULL, NULL},
		{"boot", "\"another\"", NULL},
		{"boot", "7", NULL},
	};
	struct issuer issuer;

	(void)state;
	issuer_init(&issuer);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct pending pending = example(), read = {0};
		char *text = pending_write(&pending, &issuer.provider, "b");
		struct json *json = json_parse(text, strlen(text), NULL);
		const char *value = cases[i].value ? cases[i].value : "null";
		struct err err = {""};
		bool ok;

		json_set(json, cases[i].name,
			 json_parse(value, strlen(value), NULL));
		free(text);
		text = json_print(json, false);
		ok = pending_read(&read, text, strlen(text), &issuer.provider,
				  "b", &now, &err);
		if (ok != (cases[i].says == NULL) ||
		    (!ok && strstr(err.text, cases[i].says) == NULL))
			fail_msg("%s = %s: %s", cases[i].name, value, err.text);
		if (!ok)
			assert_null(read.code.device_code);
		pending_free(&read);
		json_free(json);
		free(text);
	}
	issuer_free(&issuer);
}

static void test_no_text(void **state)
{
	static const char *const texts[] = {
		"", "{", "[]", "null", "7", "{}", "{\"version\":1}", "{} {}",
	};
	struct issuer issuer;

	(void)state;
	issuer_init(&issuer);
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct pending read = {0};
		struct err err = {""};

		assert_false(pending_read(&read, texts[i], strlen(texts[i]),
					  &issuer.provider, "b", &now, &err));
		assert_true(err.text[0] != '\0');
	}
	issuer_free(&issuer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_no_text),
	};

	json_init();
	return cmocka_run_group_tests_name("pending", tests, NULL, NULL);
}
