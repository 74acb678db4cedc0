/* SPDX-License-Identifier: MIT */
/*
 * Any id and secret, in every way in which a client says who it is: the server
 * reads back what they were, and nothing of them breaks out of form, header or
 * claims.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/form.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "base/text.h"
#include "fuzz.h"
#include "jose/jose.h"
#include "jose_samples.h"
#include "oauth/client_auth.h"
#include "oauth/http_message.h"
#include "oauth/provider.h"
#include "oauth/provider_setup.h"

#define NOW_S INT64_C(1780000000)

enum { FORM_MAX = 256 * 1024 };

static void must_be_field(const struct buf *form, const char *name,
			  const char *expected)
{
	char *value = form_get(form->data, form->len, name);

	must(value != NULL && strcmp(value, expected) == 0);
	secret_free(value);
}

static void must_lack(const struct buf *form, const char *name)
{
	char *value = form_get(form->data, form->len, name);

	must(value == NULL);
}

/* "Basic ", then both form-encoded with a colon between (RFC 6749 section
 * 2.3.1), in base64 with '+' and '/'. */
static void check_basic(const struct provider *provider,
			const struct request *request)
{
	struct buf expected, header;

	buf_init(&expected, FORM_MAX);
	buf_init(&header, FORM_MAX);
	must(is_header_safe(request->authorization));
	must(strncmp(request->authorization, "Basic ", 6) == 0);
	form_encode(&expected, provider->client_id,
		    strlen(provider->client_id));
	must(strchr(buf_text(&expected), ':') == NULL);
	buf_adds(&expected, ":");
	form_encode(&expected, provider->client_secret,
		    strlen(provider->client_secret));
	crypto_base64(&header, expected.data, expected.len);
	must(strcmp(request->authorization + 6, buf_text(&header)) == 0);
	buf_free(&expected);
	buf_free(&header);
}

static void check_assertion(const struct provider *provider,
			    const struct buf *form)
{
	static struct json *jwks;
	char *jws = form_get(form->data, form->len, "client_assertion");
	struct json *claims;
	struct buf text;
	struct err err;

	if (jwks == NULL) {
		buf_init(&text, FORM_MAX);
		buf_addf(&text, "{\"keys\":[%s]}", jwk_p256);
		jwks = json_parse(text.data, text.len, NULL);
		buf_free(&text);
	}
	must(jws != NULL && is_header_safe(jws));
	claims = jose_verify(jws, jwks, NULL, &err);
	must(claims != NULL);
	must(strcmp(json_get_text(claims, "iss"), provider->client_id) == 0);
	must(strcmp(json_get_text(claims, "sub"), provider->client_id) == 0);
	json_free(claims);
	secret_free(jws);
}

/* As a configuration has them: UTF-8 without controls. */
static char *take_clean(struct input *input)
{
	char *line = input_line(input);
	char text[2048];

	if (line == NULL)
		return xstrdup("x");
	text_clip(text, sizeof(text), line, strlen(line), -1, 0);
	free(line);
	return xstrdup(text[0] != '\0' ? text : "x");
}

static void check(struct provider *provider, enum client_auth auth)
{
	struct request request = {.kind = REQUEST_OTHER};
	struct buf form;

	buf_init(&form, FORM_MAX);
	client_auth_add(provider, auth, NOW_S, &form, &request);
	must(!request.broken && !form.failed);
	must_be_field(&form, "client_id", provider->client_id);
	if (auth == AUTH_BASIC)
		check_basic(provider, &request);
	else
		must(request.authorization == NULL);
	if (auth == AUTH_POST)
		must_be_field(&form, "client_secret", provider->client_secret);
	else
		must_lack(&form, "client_secret");
	if (auth == AUTH_PRIVATE_KEY)
		check_assertion(provider, &form);
	else
		must_lack(&form, "client_assertion");
	secret_free(request.authorization);
	buf_free(&form);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	enum client_auth auth = (enum client_auth)input_choice(&input, 4);
	static struct provider provider;
	struct err err;

	if (provider.client_id == NULL) {
		fuzz_set_up_provider(&provider, 0);
		must(provider_take_key(&provider, pem_p256, strlen(pem_p256),
				       &err));
	}
	secret_free(provider.client_id);
	secret_free(provider.client_secret);
	free(provider.private_key_id);
	provider.client_id = take_clean(&input);
	provider.client_secret = take_clean(&input);
	provider.private_key_id = xstrdup("");
	check(&provider, auth);
	return 0;
}
