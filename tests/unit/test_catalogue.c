/* SPDX-License-Identifier: MIT */
/*
 * base/catalogue: looks up, counts, and refuses what is no catalogue.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/catalogue.h"
#include "base/i18n.h"
#include "base/mem.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { FILE_MAX = 4096 };

struct pair {
	const char *text, *translation;
	size_t text_len, translation_len; /* 0: up to the NUL */
};

struct file {
	char data[FILE_MAX];
	size_t len;
};

static void put(struct file *file, size_t at, size_t number)
{
	for (size_t i = 0; i < 4; i++)
		file->data[at + i] = (char)(number >> (8 * i) & 0xff);
}

static void add(struct file *file, size_t entry, const char *text, size_t len)
{
	len = len > 0 ? len : strlen(text);
	put(file, entry, len);
	put(file, entry + 4, file->len);
	memcpy(file->data + file->len, text, len);
	file->len += len + 1;
}

/* As msgfmt writes it; pairs are sorted by their texts. */
static void make(struct file *file, const struct pair *pairs, size_t count)
{
	const size_t texts = 28, translations = 28 + 8 * count;

	memset(file, 0, sizeof(*file));
	put(file, 0, 0x950412de);
	put(file, 8, count);
	put(file, 12, texts);
	put(file, 16, translations);
	file->len = 28 + 16 * count;
	for (size_t i = 0; i < count; i++) {
		add(file, texts + 8 * i, pairs[i].text, pairs[i].text_len);
		add(file, translations + 8 * i, pairs[i].translation,
		    pairs[i].translation_len);
	}
}

static struct catalogue *open_file(const struct file *file, size_t len)
{
	char *copy = xcalloc(1, len + 1);

	memcpy(copy, file->data, len);
	return catalogue_new(copy, len);
}

static const struct pair pairs[] = {
	{"", "Plural-Forms: nplurals=2; plural=(n != 1);\n", 0, 0},
	{"%lu day\0%lu days", "%lu Tag\0%lu Tage", 16, 16},
	{"Help", "Hilfe", 0, 0},
	{"No", "", 0, 0},
	{"Zoom", "Zoom", 0, 0},
};

static void test_texts(void **state)
{
	static const char *const cases[][2] = {
		{"Help", "Hilfe"}, {"Zoom", "Zoom"},	     {"No", "No"},
		{"", ""},	   {"Helper", "Helper"},     {"Hel", "Hel"},
		{"zzz", "zzz"},	   {"\xc3\xa4", "\xc3\xa4"},
	};
	struct catalogue *catalogue;
	struct file file;
	char text[64];

	(void)state;
	make(&file, pairs, COUNT(pairs));
	catalogue = open_file(&file, file.len);
	assert_non_null(catalogue);
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_string_equal(catalogue_text(catalogue, cases[i][0]),
				    cases[i][1]);
		assert_ptr_equal(catalogue_text(NULL, cases[i][0]),
				 cases[i][0]);
	}
	assert_string_equal(catalogue_at(catalogue, 2), "Hilfe");
	assert_null(catalogue_at(catalogue, COUNT(pairs)));
	assert_string_equal(
		catalogue_plural(catalogue, "%lu day", "%lu days", 1),
		"%lu Tag");
	assert_string_equal(
		catalogue_plural(catalogue, "%lu day", "%lu days", 0),
		"%lu Tage");
	assert_string_equal(catalogue_plural(catalogue, "a", "b", 1), "a");
	assert_string_equal(catalogue_plural(NULL, "a", "b", 2), "b");

	i18n_use(catalogue, NULL);
	assert_string_equal(_("Help"), "Hilfe");
	assert_string_equal(i18n_duration(text, sizeof(text), 86400), "1 Tag");
	assert_string_equal(i18n_duration(text, sizeof(text), 3 * 86400),
			    "3 Tage");
	assert_string_equal(i18n_duration(text, sizeof(text), 7200), "2 hours");
	i18n_use(NULL, NULL);
	assert_string_equal(_("Help"), "Help");
	assert_string_equal(i18n_duration(text, sizeof(text), -5), "0 seconds");
	assert_string_equal(i18n_duration(text, sizeof(text), 60), "1 minute");
	catalogue_free(catalogue);
	catalogue_free(NULL);
}

/* The forms of 0 to 22, of the rules that languages have and of nonsense. */
static void test_plurals(void **state)
{
	static const struct {
		const char *rule, *forms;
	} cases[] = {
		{"0;", "00000000000000000000000"},
		{"(n != 1);", "10111111111111111111111"},
		{"(n > 1);", "00111111111111111111111"},
		{"n>1", "00111111111111111111111"},
		{"(n==1) ? 0 : (n>=2 && n<=4) ? 1 : 2;",
		 "20111222222222222222222"},
		{"(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) "
		 "? 1 : 2);",
		 "20111222222222222222221"},
		{"(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && "
		 "(n%100<10 || n%100>=20) ? 1 : 2);",
		 "20111222222222222222201"},
		{"!n;", "10000000000000000000000"},
		{"n/10+n*0-0", "00000000001111111111222"},
		{"n%0", "00000000000000000000000"},
		/* The entry has three forms: English otherwise. */
		{"3", "xXxxxxxxxxxxxxxxxxxxxxx"},
		{"n/0", "00000000000000000000000"},
		{"", "00000000000000000000000"},
		{"?:", "00000000000000000000000"},
		{"n<", "00000000000000000000000"},
		{"((((((((((((((((((((((((((((((((((((((((((((((((n", NULL},
		{"!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!n", NULL},
		{"1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1", NULL},
		{"99999999999999999999999999", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char header[256], forms[24] = "";
		struct catalogue *catalogue;
		struct file file;

		snprintf(header, sizeof(header),
			 "Plural-Forms: nplurals=3; plural=%s", cases[i].rule);
		make(&file,
		     (const struct pair[]){
			     {"", header, 0, 0},
			     {"X\0xs", "0\0001\0002", 4, 5},
		     },
		     2);
		catalogue = open_file(&file, file.len);
		assert_non_null(catalogue);
		for (unsigned n = 0; n < sizeof(forms) - 1; n++)
			forms[n] = catalogue_plural(catalogue, "X", "xs", n)[0];
		if (cases[i].forms != NULL)
			assert_string_equal(forms, cases[i].forms);
		catalogue_free(catalogue);
	}
}

/* One that printf() would read other arguments for spoils the whole file. */
static void test_formats(void **state)
{
	static const struct {
		struct pair pair;
		bool ok;
	} cases[] = {
		{{"Hello, %s", "Hallo, %s", 0, 0}, true},
		{{"Hello, %s", "%s!", 0, 0}, true},
		{{"Hello, %s", "", 0, 0}, true},
		{{"Hello, %s", "Hallo", 0, 0}, false},
		{{"Hello, %s", "%d", 0, 0}, false},
		{{"Hello, %s", "%n", 0, 0}, false},
		{{"Hello, %s", "%s %s", 0, 0}, false},
		{{"Hello, %s", "%1$s", 0, 0}, false},
		{{"Hello, %s", "%*s", 0, 0}, false},
		{{"Hello, %s", "100 %", 0, 0}, false},
		{{"%s on %s", "%s: %s", 0, 0}, true},
		{{"%d to %lu", "%lu, %d", 0, 0}, false},
		{{"Help", "%s", 0, 0}, false},
		{{"Help", "%", 0, 0}, false},
		{{"50 %%", "%% 50", 0, 0}, true},
		{{"%d %B, %H:%M", "%H:%M, %Y-%m-%d", 0, 0}, true},
		{{"%lu day\0%lu days", "%lu Tag\0%lu Tage", 16, 16}, true},
		{{"%lu day\0%lu days", "%lu Tag\0%s Tage", 16, 15}, false},
		{{"%lu day\0%lu days", "%lu Tag\0Tage", 16, 12}, false},
		{{"%lu day\0%lu days", "%lu Tag", 16, 0}, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct catalogue *catalogue;
		struct file file;

		make(&file, &cases[i].pair, 1);
		catalogue = open_file(&file, file.len);
		assert_int_equal(catalogue != NULL, cases[i].ok);
		catalogue_free(catalogue);
	}
}

/* Cut anywhere, and with each byte changed: refused, or read within bounds. */
static void test_damaged(void **state)
{
	struct catalogue *catalogue;
	struct file file;
	char was;

	(void)state;
	make(&file, pairs, COUNT(pairs));
	for (size_t len = 0; len < file.len; len++)
		assert_null(open_file(&file, len));
	for (size_t i = 0; i < 28 + 16 * COUNT(pairs); i++) {
		was = file.data[i];
		for (int bit = 0; bit < 8; bit++) {
			file.data[i] = (char)(was ^ (1 << bit));
			catalogue = open_file(&file, file.len);
			if (catalogue == NULL)
				continue;
			(void)catalogue_text(catalogue, "Help");
			(void)catalogue_plural(catalogue, "%lu day", "", 2);
			for (size_t k = 0; catalogue_at(catalogue, k) != NULL;
			     k++)
				assert_true(strlen(catalogue_at(catalogue, k)) <
					    file.len);
			catalogue_free(catalogue);
		}
		file.data[i] = was;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_plurals),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
