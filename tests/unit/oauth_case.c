/* SPDX-License-Identifier: MIT */
/*
 * Providers and answers for the tests of oauth/oauth.
 */
#include "config.h"

#include "oauth_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "conf/conf.h"
#include "oauth/provider.h"
#include "oauth/provider_setup.h"

void oauth_case_provider(struct provider *provider, const char *text)
{
	struct conf conf;
	struct err err;

	conf_init(&conf);
	if (!conf_parse(&conf, text, strlen(text), "test", &err) ||
	    !provider_set_up(provider, &conf, NULL, NULL, &err))
		fail_msg("%s: %s", text, err.text);
	conf_free(&conf);
}

struct reply oauth_case_reply(int status, const char *type, const char *body)
{
	struct reply reply = {
		.net = NET_OK,
		.status = status,
		.type = type,
		.body = body,
		.body_len = strlen(body),
		.retry_after_s = -1,
		.what = "",
	};

	return reply;
}

const char *oauth_case_verdict(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_OK:
		return "OK";
	case VERDICT_PENDING:
		return "PENDING";
	case VERDICT_SLOW_DOWN:
		return "SLOW_DOWN";
	case VERDICT_DENIED:
		return "DENIED";
	case VERDICT_EXPIRED:
		return "EXPIRED";
	case VERDICT_INVALID_GRANT:
		return "INVALID_GRANT";
	case VERDICT_UNAUTHORIZED:
		return "UNAUTHORIZED";
	case VERDICT_RETRY:
		return "RETRY";
	case VERDICT_MISCONFIGURED:
		return "MISCONFIGURED";
	case VERDICT_REFUSED:
		return "REFUSED";
	}
	return "?";
}
