/* SPDX-License-Identifier: MIT */
/*
 * The answer to a device authorization request. What is accepted can be shown,
 * scanned and polled with; what is not says why.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/form.h"
#include "base/mem.h"
#include "base/text.h"
#include "oauth/oauth_answer.h"
#include "oauth/oauth_request.h"
#include "oauth/provider.h"
#include "oauth/verification_uri.h"
#include "ui/qr.h"
#include "fuzz.h"

static void check_uri(const struct provider *provider, const char *uri)
{
	struct qr qr;

	must(verification_uri_check(provider, uri, NULL));
	must(is_header_safe(uri));
	must(text_width(uri) == (int)strlen(uri));
	if (qr_make(&qr, uri)) {
		must(qr.side >= 21 && qr.side <= 177 && qr.side % 4 == 1);
		must(qr_dark(&qr, 0, 0) && !qr_dark(&qr, -1, -1));
		qr_free(&qr);
	}
}

static void check_code(const struct provider *provider,
		       const struct device_code *code)
{
	struct request *poll;
	char *sent;

	must(is_header_safe(code->device_code));
	must(code->user_code[0] != '\0');
	must(text_is_clean(code->user_code, strlen(code->user_code)));
	must(code->expires_in_s >= 1 && code->expires_in_s <= 86400);
	must(code->interval_s >= 1 && code->interval_s <= 300);
	check_uri(provider, code->verification_uri);
	if (code->verification_uri_complete != NULL)
		check_uri(provider, code->verification_uri_complete);

	poll = oauth_poll_request(provider, code->device_code, NULL,
				  1800000000);
	must(poll->body != NULL);
	sent = form_get(poll->body, strlen(poll->body), "device_code");
	must(sent != NULL && strcmp(sent, code->device_code) == 0);
	secret_free(sent);
	request_free(poll);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	const struct provider *provider =
		fuzz_provider(input_choice(&input, 16));
	struct device_code code;
	struct oauth_failure failure;
	struct reply reply;
	enum verdict verdict;

	input_reply(&input, &reply);
	verdict = oauth_device_answer(provider, &reply, &code, &failure);
	if (verdict == VERDICT_OK) {
		check_code(provider, &code);
	} else {
		must(verdict == VERDICT_RETRY ||
		     verdict == VERDICT_MISCONFIGURED ||
		     verdict == VERDICT_REFUSED);
		must(code.device_code == NULL && code.user_code == NULL);
		must_be_told(&failure);
	}
	device_code_free(&code);
	fuzz_reply_free(&reply);
	return 0;
}
