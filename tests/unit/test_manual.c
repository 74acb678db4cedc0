/* SPDX-License-Identifier: MIT */
/*
 * What is written for operators against the table of options: the manual page
 * has each one with its type, range and default, and the example sets them all.
 */
#include "config.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "core/conf.h"
#include "core/options.h"
#include "io/input.h"

enum { FILE_MAX = 64 * 1024 };

static void read_document(struct buf *text, const char *name)
{
	const char *srcdir = getenv("srcdir");
	struct err err = {""};
	struct buf path;

	buf_init(&path, 4096);
	buf_init(text, FILE_MAX);
	buf_addf(&path, "%s/docs/%s", srcdir != NULL ? srcdir : ".", name);
	if (input_read(buf_text(&path), text, NULL, &err) != INPUT_OK)
		fail_msg("%s: %s", name, err.text);
	buf_free(&path);
}

static const char *or_empty(const char *value)
{
	return value[0] != '\0' ? value : "empty";
}

/* The two lines with which the page begins an option. */
static void describe(struct buf *out, const struct conf_option *option)
{
	buf_addf(out, "\n.It Ic %s\n.Em ", option->name);
	switch (option->type) {
	case OPTION_TEXT:
		buf_addf(out, "string; default %s\n", or_empty(option->text));
		break;
	case OPTION_CHOICE:
		for (size_t i = 0; option->choices[i] != NULL; i++)
			buf_addf(out, "%s%s", i > 0 ? ", " : "",
				 or_empty(option->choices[i]));
		buf_addf(out, "; default %s\n", or_empty(option->text));
		break;
	case OPTION_BOOL:
		buf_addf(out, "true or false; default %s\n",
			 option->by_preset     ? "as the preset has it"
			 : option->number != 0 ? "true"
					       : "false");
		break;
	case OPTION_NUMBER:
		buf_addf(out,
			 "%" PRId64 " to %" PRId64 "; default %" PRId64 "\n",
			 option->min, option->max, option->number);
		break;
	case OPTION_STRINGS:
		buf_adds(out, "list of strings; default empty\n");
		break;
	case OPTION_PARAMS:
		buf_adds(out, "list of name and value; default empty\n");
		break;
	}
}

static void test_page_has_every_option(void **state)
{
	const struct conf_option *option;
	struct buf page, lines;
	int missing = 0;

	(void)state;
	read_document(&page, "grantty.conf.5");
	for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
		buf_init(&lines, 1000);
		describe(&lines, option);
		if (strstr(buf_text(&page), buf_text(&lines)) == NULL) {
			print_error("docs/grantty.conf.5 lacks:%s",
				    buf_text(&lines));
			missing++;
		}
		buf_free(&lines);
	}
	buf_free(&page);
	assert_int_equal(missing, 0);
}

static void test_page_has_no_other_option(void **state)
{
	static const char item[] = "\n.It Ic ";
	struct buf page;
	const char *at;
	char name[80];
	size_t len;

	(void)state;
	read_document(&page, "grantty.conf.5");
	for (at = buf_text(&page); (at = strstr(at, item)) != NULL; at += len) {
		at += sizeof(item) - 1;
		len = strcspn(at, " \n");
		assert_true(len < sizeof(name));
		memcpy(name, at, len);
		name[len] = '\0';
		if (option_find(name) == NULL)
			fail_msg("there is no option %s", name);
	}
	buf_free(&page);
}

static void parse(struct conf *conf, const struct buf *text)
{
	struct err err;

	conf_init(conf);
	if (!conf_parse(conf, buf_text(text), text->len, "the example", &err))
		fail_msg("%s", err.text);
}

static void test_example_parses(void **state)
{
	struct buf text;
	struct conf conf;

	(void)state;
	read_document(&text, "grantty.conf.example");
	parse(&conf, &text);
	conf_free(&conf);
	buf_free(&text);
}

/* The text with each "#" at the beginning of a line taken away where no space
 * follows. */
static void uncomment(struct buf *out, const char *text)
{
	size_t len;

	buf_init(out, FILE_MAX);
	for (; text[0] != '\0'; text += len) {
		if (text[0] == '#' && strchr(" #\n", text[1]) == NULL)
			text++;
		len = strcspn(text, "\n");
		len += text[len] == '\n';
		assert_true(buf_add(out, text, len));
	}
}

static void test_example_sets_every_option(void **state)
{
	const struct conf_option *option;
	struct buf text, live;
	struct conf conf;
	int missing = 0;

	(void)state;
	read_document(&text, "grantty.conf.example");
	uncomment(&live, buf_text(&text));
	parse(&conf, &live);
	for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
		if (conf.origins[i] != NULL)
			continue;
		print_error("docs/grantty.conf.example lacks %s\n",
			    option->name);
		missing++;
	}
	conf_free(&conf);
	buf_free(&live);
	buf_free(&text);
	assert_int_equal(missing, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page_has_every_option),
		cmocka_unit_test(test_page_has_no_other_option),
		cmocka_unit_test(test_example_parses),
		cmocka_unit_test(test_example_sets_every_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
