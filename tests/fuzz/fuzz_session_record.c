/* SPDX-License-Identifier: MIT */
/*
 * Session files: what is read is written and read again as the same, sealed or
 * not; a sealed one that was changed is refused.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/text.h"
#include "machine/session_data.h"
#include "machine/session_record.h"
#include "fuzz.h"

enum { CAP = 8 * 1024 * 1024 };

static const unsigned char key[CRYPTO_KEY_SIZE] =
	"0123456789abcdef0123456789abcde";

static bool same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void check_same(const struct session_data *a,
		       const struct session_data *b)
{
	must(same(a->provider, b->provider));
	must(same(a->tokens.access_token, b->tokens.access_token));
	must(same(a->tokens.refresh_token, b->tokens.refresh_token));
	must(same(a->tokens.token_type, b->tokens.token_type));
	must(same(a->tokens.scope, b->tokens.scope));
	must(a->expires_at == b->expires_at);
	must(a->refresh_expires_at == b->refresh_expires_at);
	must(a->refreshing == b->refreshing);
	must(a->signing_out == b->signing_out);
	must(same(a->profile, b->profile) ||
	     (b->profile == NULL &&
	      strlen(a->profile) > SESSION_RECORD_MAX_PROFILE));
}

/* One character of the seal is another one. */
static void tamper(const struct buf *sealed, struct input *input)
{
	struct session_data read = {0};
	char *text = malloc(sealed->len + 1);
	const char *mark = strstr(sealed->data, "\"sealed\":\"");
	size_t first, span, place;

	must(text != NULL && mark != NULL);
	memcpy(text, sealed->data, sealed->len + 1);
	first = (size_t)(mark - sealed->data) + strlen("\"sealed\":\"");
	span = strcspn(text + first, "\"");
	place = first + input_choice(input, 256) * span / 256;
	text[place] = text[place] == 'A' ? 'B' : 'A';
	must(session_record_read(&read, text, sealed->len, key, NULL) !=
		     SESSION_RECORD_OK ||
	     place == first + span - 1); /* bits that stand for nothing */
	session_data_free(&read);
	free(text);
}

static void write_again(const struct session_data *data,
			const unsigned char *with, struct input *input)
{
	struct session_data read = {0};
	struct buf text;

	buf_init(&text, CAP);
	must(session_record_write(&text, data, with));
	if (with != NULL) {
		must(data->tokens.access_token[1] == '\0' ||
		     strlen(data->tokens.access_token) < 8 ||
		     strstr(text.data, data->tokens.access_token) == NULL);
		must(session_record_read(&read, text.data, text.len, NULL,
					 NULL) == SESSION_RECORD_LOCKED);
		tamper(&text, input);
	}
	must(session_record_read(&read, text.data, text.len, with, NULL) ==
	     SESSION_RECORD_OK);
	check_same(data, &read);
	session_data_free(&read);
	buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	bool sealed = input_choice(&input, 2) == 1;
	struct input place = {(const char *)data, size};
	struct session_data read = {0};
	struct err err = {""};
	size_t len;
	char *text = input_rest(&input, &len);

	if (session_record_read(&read, text, len, sealed ? key : NULL, &err) ==
	    SESSION_RECORD_OK) {
		must(read.provider[0] != '\0');
		must(read.tokens.access_token[0] != '\0');
		must(read.expires_at >= 0 && read.refresh_expires_at >= 0);
		write_again(&read, NULL, &place);
		write_again(&read, key, &place);
	} else {
		must(read.provider == NULL && read.profile == NULL);
		must(text_is_clean(err.text, strlen(err.text)));
	}
	session_data_free(&read);
	free(text);
	return 0;
}
