/* SPDX-License-Identifier: MIT */
/*
 * practice/service: under which names and for whom it answers at all.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/json.h"
#include "practice/call.h"
#include "practice/router.h"
#include "practice/service.h"

static const struct service_options options = {
	.public_url = "https://Practice.Example/below",
	.client_id = "practice",
	.client_secret = "practice-secret",
	.control_token = "control",
	.expires_s = 300,
	.interval_s = -1,
	.token_lifetime_s = 3600,
	.approve_after_s = -1,
};

static const struct call from_here = {
	.method = "GET",
	.path = "/device",
	.query = "",
	.body = "",
	.host = "127.0.0.1:8628",
	.peer = "127.0.0.1",
	.local_host = "127.0.0.1:8628",
	.local_port = ":8628",
	.same_machine = true,
};

static int set_up(void **state)
{
	*state = service_new(&options);
	return 0;
}

static int tear_down(void **state)
{
	service_free(*state);
	return 0;
}

static unsigned status_of(struct service *service, const struct call *call)
{
	struct answer answer;
	unsigned status;

	answer_init(&answer);
	router_answer(service, call, &answer);
	status = answer.status;
	answer_free(&answer);
	return status;
}

/* Another name means that a web page had it point here (DNS rebinding). */
static void test_hosts(void **state)
{
	static const struct {
		const char *host;
		bool same_machine;
		bool ours;
	} cases[] = {
		{"127.0.0.1:8628", true, true},
		{"localhost:8628", true, true},
		{"LocalHost:8628", true, true},
		{"practice.example", true, true},
		{"practice.example", false, true},
		{"127.0.0.1:8628", false, true},
		{"localhost:8628", false, false},
		{"localhost", true, false},
		{"127.0.0.1", true, false},
		{"127.0.0.1:86289", true, false},
		{"practice.example:8628", true, false},
		{"practice.example/below", true, false},
		{"practice.exampl", true, false},
		{"evil.example", true, false},
		{"", true, false},
		{NULL, true, false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct call call = from_here;

		call.host = cases[i].host;
		call.same_machine = cases[i].same_machine;
		if (status_of(*state, &call) != (cases[i].ours ? 200 : 421))
			fail_msg("case %zu", i);
	}
}

static void test_who_may_control(void **state)
{
	static const struct {
		const char *authorization;
		bool same_machine;
		unsigned status;
	} cases[] = {
		{"Bearer control", true, 200},
		{"bearer control", true, 200},
		{"Bearer control", false, 403},
		{"Bearer contro", true, 401},
		{"Bearer control2", true, 401},
		{"Bearer Control", true, 401},
		{"Bearer", true, 401},
		{"Basic control", true, 401},
		{"control", true, 401},
		{NULL, true, 401},
		{NULL, false, 403},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct call call = from_here;

		call.path = "/control";
		call.authorization = cases[i].authorization;
		call.same_machine = cases[i].same_machine;
		if (status_of(*state, &call) != cases[i].status)
			fail_msg("case %zu", i);
		call.method = "POST";
		call.body = "fault=";
		call.body_len = strlen(call.body);
		if (status_of(*state, &call) != cases[i].status)
			fail_msg("case %zu, POST", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_hosts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_who_may_control, set_up,
						tear_down),
	};

	json_init();
	if (!crypto_init())
		return 1;
	return cmocka_run_group_tests_name("service", tests, NULL, NULL);
}
