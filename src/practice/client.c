/* SPDX-License-Identifier: MIT */
/*
 * Client authentication, see client.h. Does not know what the client requests.
 */
#include "config.h"

#include "practice/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/form.h"
#include "base/mem.h"
#include "practice/call.h"
#include "practice/service.h"

/* RFC 6749 section 2.3.1: both halves of Basic's pair are form-encoded. */
static char *decode_half(const char *s, size_t len)
{
	struct buf form;
	char *value;

	buf_init(&form, CALL_MAX_BODY);
	buf_adds(&form, "v=");
	buf_add(&form, s, len);
	value = form_get(buf_text(&form), form.len, "v");
	buf_free(&form);
	return value;
}

/* Splits "Basic" credentials; false if they are malformed. */
static bool read_basic(const char *credentials, char **id, char **secret)
{
	size_t len = strcspn(credentials, "=");
	char *base64 = xstrndup(credentials, len);
	const char *colon;
	struct buf pair;

	for (char *p = base64; *p; p++)
		if (*p == '+')
			*p = '-';
		else if (*p == '/')
			*p = '_';
	buf_init(&pair, CALL_MAX_BODY);
	if (crypto_base64url_decode(&pair, base64, len)) {
		colon = strchr(buf_text(&pair), ':');
		if (colon) {
			*id = decode_half(pair.data,
					  (size_t)(colon - pair.data));
			*secret = decode_half(colon + 1, strlen(colon + 1));
		}
	}
	buf_free(&pair);
	secret_free(base64);
	return *id && *secret;
}

static bool is_secret(const char *given, const char *right)
{
	unsigned char a[CRYPTO_SHA256_SIZE], b[CRYPTO_SHA256_SIZE];

	crypto_sha256(a, given, strlen(given));
	crypto_sha256(b, right, strlen(right));
	return crypto_equal(a, b, sizeof a);
}

bool client_identify(const struct service *service, const struct call *call,
		     enum dialect dialect, enum client_proof proof,
		     char client_id[CLIENT_ID_SIZE])
{
	const struct service_options *options = &service->options;
	char *form_id = call_field(call, "client_id");
	char *id = NULL, *secret = NULL;
	const char *credentials;
	bool basic, ok = false;

	*client_id = '\0';
	basic = call_authorization(call, "Basic", &credentials);
	if (basic) {
		if (!read_basic(credentials, &id, &secret) ||
		    (form_id && strcmp(form_id, id) != 0))
			goto out;
	} else if (form_id) {
		id = xstrdup(form_id);
		secret = call_field(call, "client_secret");
	} else {
		goto out;
	}
	if (strcmp(id, options->client_id) == 0) {
		ok = secret ? is_secret(secret, options->client_secret)
			    : proof == PROOF_NONE;
		if (proof == PROOF_BASIC && !basic)
			ok = false;
	} else if (strcmp(id, SERVICE_PUBLIC_CLIENT) == 0) {
		ok = dialect == DIALECT_PLAIN && (!secret || !*secret);
	}
	if (ok)
		snprintf(client_id, CLIENT_ID_SIZE, "%s", id);
out:
	free(form_id);
	free(id);
	secret_free(secret);
	return ok;
}
