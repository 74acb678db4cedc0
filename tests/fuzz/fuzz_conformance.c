/* SPDX-License-Identifier: MIT */
/*
 * Any answer to any probe of "grantty check". What is found can be shown and
 * sent in, and repeats no secret of the answer.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_parse.h"
#include "base/text.h"
#include "fuzz.h"
#include "oauth/conformance.h"
#include "oauth/provider.h"

enum { PROBES = PROBE_BAD_REFRESH + 1, SECRET_MIN = 12 };

static void check_findings(const struct findings *findings)
{
	size_t deviations = 0;

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];
		const size_t len =
			strnlen(finding->text, sizeof(finding->text));

		must(len > 0 && len < sizeof(finding->text));
		must(text_is_clean(finding->text, len));
		must(finding->reference != NULL);
		must(strncmp(finding->reference, "RFC ", 4) == 0);
		must((findings->judged >> finding->probe & 1) != 0);
		must(probe_name(finding->probe)[0] != '\0');
		deviations += finding->allowed ? 0 : 1;
	}
	must(findings_deviations(findings) == deviations);
	must(findings->judged >> PROBES == 0);
}

/* So long a text, other than a well-known word, is in no finding. */
static void must_be_kept(const struct findings *findings,
			 const struct json *body, const char *name)
{
	const char *secret = json_get_text(body, name);

	if (secret == NULL || strlen(secret) < SECRET_MIN)
		return;
	for (size_t i = 0; i < findings->count; i++)
		must(strstr(findings->items[i].text, secret) == NULL);
}

static void check_secrets(const struct findings *findings,
			  const struct reply *reply)
{
	static const char *const names[] = {"access_token", "refresh_token",
					    "id_token"};
	struct json *body = json_parse(reply->body, reply->body_len, NULL);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		must_be_kept(findings, body, names[i]);
	json_free(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	const struct provider *provider =
		fuzz_provider(input_choice(&input, 16));
	enum probe probe = (enum probe)input_choice(&input, PROBES);
	struct findings findings = {0};
	struct reply reply;
	size_t count;

	input_reply(&input, &reply);
	conformance_judge(&findings, probe, provider, &reply);
	check_findings(&findings);
	check_secrets(&findings, &reply);
	must((findings.judged & ~(1U << probe)) == 0);
	/* 429 may come with slow_down in some spelling, which is an answer. */
	if (reply.status == 0 || reply.status >= 500 ||
	    (reply.status == 429 && reply.body_len == 0))
		must(findings.count == 0 && findings.judged == 0);
	/* The same again finds the same again. */
	count = findings.count;
	conformance_judge(&findings, probe, provider, &reply);
	must(findings.count == 2 * count);
	findings_free(&findings);
	fuzz_reply_free(&reply);
	return 0;
}
