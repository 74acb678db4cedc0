/* SPDX-License-Identifier: MIT */
/*
 * Inputs, providers and promises for all harnesses, see fuzz.h.
 */
#include "config.h"

#include "fuzz.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/crypto.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "conf/conf.h"
#include "oauth/http_message.h"
#include "oauth/verdict.h"
#include "oauth/provider.h"
#include "oauth/provider_setup.h"

enum { PROVIDERS = 16 };

_Noreturn void fuzz_fail(const char *condition, const char *file, int line)
{
	(void)fprintf(stderr, "%s:%d: must hold: %s\n", file, line, condition);
	abort();
}

/* Random enough for what no input may guess, without a system call each. */
static uint64_t random_state = UINT64_C(0x9e3779b97f4a7c15);

static const char *random_name(void)
{
	return "fuzz";
}

static uint32_t random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 32);
}

static void random_fill(void *const out, const size_t n)
{
	unsigned char *bytes = out;

	for (size_t i = 0; i < n; i++)
		bytes[i] = (unsigned char)random_number();
}

static randombytes_implementation fast_random = {
	.implementation_name = random_name,
	.random = random_number,
	.buf = random_fill,
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	must(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
	must(randombytes_set_implementation(&fast_random) == 0);
	must(crypto_init());
	/* What fails a unit test ends a run. */
	must(setenv("CMOCKA_TEST_ABORT", "1", 1) == 0);
	json_init();
	return 0;
}

unsigned input_choice(struct input *input, unsigned n)
{
	unsigned char byte;

	if (input->len == 0)
		return 0;
	byte = (unsigned char)*input->data;
	input->data++;
	input->len--;
	return (unsigned char)(byte - 'a') % n;
}

static char *take(struct input *input, size_t len)
{
	char *text = xstrndup(input->data, len);

	input->data += len;
	input->len -= len;
	return text;
}

char *input_line(struct input *input)
{
	const char *end;
	char *line;

	if (input->len == 0)
		return NULL;
	end = memchr(input->data, '\n', input->len);
	line = take(input,
		    end != NULL ? (size_t)(end - input->data) : input->len);
	if (end != NULL) {
		input->data++;
		input->len--;
	}
	return line;
}

char *input_rest(struct input *input, size_t *len)
{
	*len = input->len;
	if (input->len == 0)
		return xstrdup("");
	/* Not xstrndup(), which would stop at a NUL. */
	char *rest = xcalloc(input->len + 1, 1);

	memcpy(rest, input->data, input->len);
	input->data += input->len;
	input->len = 0;
	return rest;
}

void input_reply(struct input *input, struct reply *reply)
{
	static const int statuses[] = {200, 400, 401, 403, 404, 408,
				       428, 429, 500, 503, 302, 0};
	static const char *const types[] = {"application/json",
					    "application/x-www-form-urlencoded",
					    "text/html", ""};
	const unsigned count = sizeof(statuses) / sizeof(*statuses);
	char *body;

	*reply = (struct reply){.retry_after_s = -1, .what = ""};
	reply->status = statuses[input_choice(input, count)];
	reply->type = types[input_choice(input, 4)];
	body = input_rest(input, &reply->body_len);
	reply->body = body;
	if (reply->status == 0) {
		reply->net = NET_TIMEOUT;
		reply->what = "No answer came.";
	}
}

void fuzz_reply_free(struct reply *reply)
{
	free((char *)(uintptr_t)reply->body);
}

static unsigned preset_count(void)
{
	unsigned count = 1;

	while (count < PROVIDERS && preset_at(count) != NULL)
		count++;
	return count;
}

static void set(char **field, const char *text)
{
	free(*field);
	*field = xstrdup(text);
}

void fuzz_set_up_provider(struct provider *provider, unsigned i)
{
	const struct preset *preset = preset_at(i % preset_count());
	struct conf conf;
	struct err err;

	conf_init(&conf);
	set(&conf.provider.preset, preset->name);
	conf.preset_named = true;
	if (preset->token_endpoint == NULL) {
		set(&conf.provider.device_authorization_endpoint,
		    "https://id.example/device");
		set(&conf.provider.token_endpoint, "https://id.example/token");
		set(&conf.provider.userinfo_endpoint,
		    "https://id.example/userinfo");
	}
	if (!provider_set_up(provider, &conf, "screen", "5ecret", &err))
		fuzz_fail(err.text, preset->label, 0);
	conf_free(&conf);
}

struct provider *fuzz_provider(unsigned i)
{
	static struct provider providers[PROVIDERS];
	static unsigned count;

	for (; count < preset_count(); count++)
		fuzz_set_up_provider(&providers[count], count);
	return &providers[i % count];
}

void must_be_told(const struct oauth_failure *failure)
{
	const char *sentence = failure->err.text;

	must(sentence[0] != '\0');
	must(text_is_clean(sentence, strlen(sentence)));
	must(strlen(sentence) < sizeof(failure->err.text));
	must(text_is_clean(failure->error, strlen(failure->error)));
	must(text_is_clean(failure->tracking, strlen(failure->tracking)));
	must(failure->retry_after_s >= -1);
	must(failure->interval_s >= 0);
}

bool is_header_safe(const char *s)
{
	if (s == NULL || *s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < ' ' || (unsigned char)*s > '~')
			return false;
	}
	return true;
}
