/* SPDX-License-Identifier: MIT */
/*
 * Files into memory, names into entries, placeholders into values.
 */
#include "config.h"

#include "transcript.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "conf/conf.h"
#include "oauth/provider.h"
#include "oauth/provider_setup.h"

enum { FILE_MAX = 256 * 1024 };

#define TIMES_8(s) s s s s s s s s
#define LONG_TOKEN TIMES_8(TIMES_8("eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9"))

/*
 * What stands for the secrets. They hold whatever a form or HTTP Basic has to
 * encode, and one access token has more than 2 KiB; but neither '"' nor '\',
 * so that they can be put into JSON as they are.
 */
static const struct {
	const char *name, *value;
} secrets[] = {
	{"client_id", "kiosk 1:%/+&=~"},
	{"client_secret", "s3:c%r&e+t ~"},
	/* Both form-encoded, then joined (RFC 6749 section 2.3.1). */
	{"basic", "Basic a2lvc2srMSUzQSUyNSUyRiUyQiUyNiUzRH46czMlM0FjJTI1ciUyNm"
		  "UlMkJ0K34="},
	{"device_code", "5d5cf602-f0dd+49d5/bfd3=915267&4%e4~"},
	{"access_token", LONG_TOKEN},
	{"access_token_2", "at-2.AbC_~+/=="},
	{"refresh_token", "1//rt-1.x+y&z=%~"},
	{"refresh_token_2", "1//rt-2.x+y&z=%~"},
};

static void __attribute__((noreturn, format(printf, 2, 3)))
give_up(const char *name, const char *format, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", name);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

static void read_one(struct transcript *transcript, const char *folder,
		     const char *name)
{
	char path[4096], block[4096];
	struct buf text;
	struct err err;
	FILE *file;
	size_t n;

	if (snprintf(transcript->name, sizeof(transcript->name), "%s", name) >=
	    (int)sizeof(transcript->name))
		give_up(name, "the name is too long");
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	if (file == NULL)
		give_up(path, "cannot be opened");
	buf_init(&text, FILE_MAX);
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		buf_add(&text, block, n);
	fclose(file);
	transcript->json = json_parse(buf_text(&text), text.len, &err);
	buf_free(&text);
	if (transcript->json == NULL)
		give_up(path, "%s", err.text);
	if (json_kind(transcript->json) != JSON_OBJECT)
		give_up(path, "is no object");
}

static int by_name(const void *a, const void *b)
{
	const struct transcript *one = a, *other = b;

	return strcmp(one->name, other->name);
}

/* Points each one at what it extends. */
static void link_all(struct transcripts *transcripts)
{
	for (size_t i = 0; i < transcripts->count; i++) {
		struct transcript *t = &transcripts->items[i];
		const char *base = json_get_text(t->json, "extends");
		size_t j = 0;

		if (base == NULL)
			continue;
		while (j < transcripts->count &&
		       strcmp(transcripts->items[j].name, base) != 0)
			j++;
		if (j == transcripts->count)
			give_up(t->name, "extends %s, which is not there",
				base);
		t->base = &transcripts->items[j];
	}
	for (size_t i = 0; i < transcripts->count; i++) {
		const struct transcript *t = &transcripts->items[i];

		for (size_t n = 0; t != NULL; t = t->base) {
			if (n++ > transcripts->count)
				give_up(t->name, "extends itself");
		}
	}
}

void transcripts_read(struct transcripts *transcripts, const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	memset(transcripts, 0, sizeof(*transcripts));
	if (dir == NULL)
		give_up(folder, "cannot be opened");
	while ((entry = readdir(dir)) != NULL) {
		const char *ending = strrchr(entry->d_name, '.');

		if (ending == NULL || strcmp(ending, ".json") != 0)
			continue;
		if (transcripts->count == TRANSCRIPTS_MAX)
			give_up(folder, "holds more than %d transcripts",
				TRANSCRIPTS_MAX);
		read_one(&transcripts->items[transcripts->count++], folder,
			 entry->d_name);
	}
	closedir(dir);
	qsort(transcripts->items, transcripts->count,
	      sizeof(transcripts->items[0]), by_name);
	link_all(transcripts);
}

void transcripts_free(struct transcripts *transcripts)
{
	for (size_t i = 0; i < transcripts->count; i++)
		json_free(transcripts->items[i].json);
	transcripts->count = 0;
}

const struct transcript *transcripts_find(const struct transcripts *transcripts,
					  const char *preset)
{
	for (size_t i = 0; i < transcripts->count; i++) {
		const struct transcript *t = &transcripts->items[i];
		const char *name = json_get_text(t->json, "preset");

		if (name != NULL && strcmp(name, preset) == 0 &&
		    !transcript_is_variant(t))
			return t;
	}
	return NULL;
}

bool transcript_is_variant(const struct transcript *transcript)
{
	return json_get(transcript->json, "variant") != NULL;
}

const struct json *transcript_entry(const struct transcript *transcript,
				    const char *section, const char *name)
{
	const struct json *entry = NULL;

	for (; transcript != NULL && entry == NULL;
	     transcript = transcript->base)
		entry = json_get(json_get(transcript->json, section), name);
	return entry;
}

static const char *value_of(const struct transcript *transcript,
			    const char *name)
{
	const char *value =
		json_text(transcript_entry(transcript, "values", name));

	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		if (strcmp(secrets[i].name, name) == 0)
			value = secrets[i].value;
	}
	if (value == NULL)
		fail_msg("%s: {%s} has no value", transcript->name, name);
	return value;
}

/* The length of the placeholder's name behind the '{' at s; 0: it is none. */
static size_t name_length(const char *s)
{
	size_t len = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return s[len + 1] == '}' ? len : 0;
}

char *transcript_expand(const struct transcript *transcript, const char *text)
{
	struct buf out;

	buf_init(&out, FILE_MAX);
	while (*text != '\0') {
		size_t plain = strcspn(text, "{");
		size_t len;

		buf_add(&out, text, plain);
		text += plain;
		if (*text == '\0')
			break;
		len = name_length(text);
		if (len > 0) {
			char *name = xstrndup(text + 1, len);

			buf_adds(&out, value_of(transcript, name));
			free(name);
			text += len + 2;
		} else {
			buf_add(&out, text++, 1);
		}
	}
	return buf_take(&out);
}

long long transcript_seconds(const struct transcript *transcript,
			     const struct json *json)
{
	int64_t seconds = -1;
	long long n;
	char *text, *end;

	if (json == NULL || json_integer(json, 0, INT64_MAX, &seconds))
		return seconds;
	text = transcript_expand(
		transcript, json_text(json) != NULL ? json_text(json) : "");
	n = strtoll(text, &end, 10);
	if (end == text || *end != '\0')
		fail_msg("%s: \"%s\" is no number of seconds", transcript->name,
			 text);
	free(text);
	return n;
}

static bool set_option(const struct transcript *transcript, struct conf *conf,
		       const char *name, struct err *err)
{
	char option[80], placeholder[80];
	char *value;
	bool ok;

	(void)snprintf(option, sizeof(option), "provider.%s", name);
	(void)snprintf(placeholder, sizeof(placeholder), "{%s}", name);
	value = transcript_expand(transcript, placeholder);
	ok = conf_set(conf, option, value, err);
	secret_free(value);
	return ok;
}

static bool is_endpoint(const char *name)
{
	return strstr(name, "_endpoint") != NULL;
}

/* Sets all that the list names, but for one of them (NULL: none), or for the
 * endpoints. */
static bool set_options(const struct transcript *transcript, struct conf *conf,
			const char *list, const char *but, bool by_issuer,
			struct err *err)
{
	const struct json *item;

	item = json_first(json_get(transcript->json, list));
	for (; item != NULL; item = json_next(item)) {
		const char *name = json_text(item);

		if ((but != NULL && strcmp(name, but) == 0) ||
		    (by_issuer && is_endpoint(name)))
			continue;
		if (!set_option(transcript, conf, name, err))
			return false;
	}
	return true;
}

bool transcript_set_up(const struct transcript *transcript, bool with_all,
		       const char *but, struct provider *provider,
		       struct err *err)
{
	struct conf conf;
	bool ok;

	conf_init(&conf);
	ok = conf_set(&conf, "provider.preset",
		      json_get_text(transcript->json, "preset"), err) &&
	     set_options(transcript, &conf, "needs", but, false, err) &&
	     (!with_all ||
	      set_options(transcript, &conf, "takes", NULL, false, err)) &&
	     provider_set_up(provider, &conf, NULL, NULL, err);
	conf_free(&conf);
	return ok;
}

bool transcript_set_up_by_issuer(const struct transcript *transcript,
				 struct provider *provider, struct err *err)
{
	const struct json *json = transcript->json;
	struct conf conf;
	bool ok;

	conf_init(&conf);
	ok = conf_set(&conf, "provider.preset", json_get_text(json, "preset"),
		      err) &&
	     conf_set(&conf, "provider.issuer",
		      json_text(json_path(json, "discovery.issuer")), err) &&
	     set_options(transcript, &conf, "needs", NULL, true, err) &&
	     set_options(transcript, &conf, "takes", NULL, true, err) &&
	     provider_set_up(provider, &conf, NULL, NULL, err);
	conf_free(&conf);
	return ok;
}
