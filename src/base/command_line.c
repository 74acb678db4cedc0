/* SPDX-License-Identifier: MIT */
/*
 * getopt_long() over the caller's table, see command_line.h.
 */
#include "config.h"

#include "base/command_line.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/nearest.h"
#include "base/text.h"

enum { NAMES_BYTES = 1024 };

enum { LONG_BASE = 256 }; /* what getopt_long() returns for the first row */

static void *field(void *values, const struct command_line_option *row)
{
	return (char *)values + row->offset;
}

static void set_default(void *values, const struct command_line_option *row)
{
	switch (row->kind) {
	case COMMAND_LINE_TEXT:
		*(const char **)field(values, row) = row->text;
		break;
	case COMMAND_LINE_SECONDS:
		*(int64_t *)field(values, row) = row->number;
		break;
	case COMMAND_LINE_FLAG:
		*(bool *)field(values, row) = false;
		break;
	case COMMAND_LINE_COUNT:
		*(int *)field(values, row) = 0;
		break;
	case COMMAND_LINE_TAKEN:
		break;
	}
}

static bool take(void *values, const struct command_line_option *row,
		 const char *value, struct err *err)
{
	if (row->check != NULL && !row->check(row->name, value, err))
		return false;
	switch (row->kind) {
	case COMMAND_LINE_TEXT:
		*(const char **)field(values, row) = value;
		break;
	case COMMAND_LINE_FLAG:
		*(bool *)field(values, row) = true;
		break;
	case COMMAND_LINE_COUNT:
		++*(int *)field(values, row);
		break;
	case COMMAND_LINE_SECONDS:
		if (!text_number(value, strlen(value), row->min, row->max,
				 field(values, row)))
			return err_set(err,
				       "--%s takes a number of seconds from "
				       "%" PRId64 " to %" PRId64,
				       row->name, row->min, row->max);
		break;
	case COMMAND_LINE_TAKEN:
		return row->take(values, value, err);
	}
	return true;
}

/* Fills in getopt's own tables, whose last elements stay empty. */
static void describe(const struct command_line_option *rows, size_t count,
		     struct option *options, char *letters)
{
	*letters++ = ':'; /* tells a missing value from an unknown option */
	for (size_t i = 0; i < count; i++) {
		options[i] = (struct option){
			.name = rows[i].name,
			.has_arg = rows[i].value != NULL,
			.val = LONG_BASE + (int)i,
		};
		if (rows[i].letter == 0)
			continue;
		*letters++ = rows[i].letter;
		if (rows[i].value != NULL)
			*letters++ = ':';
	}
}

static size_t find_row(const struct command_line_option *rows, int found)
{
	size_t i = 0;

	if (found >= LONG_BASE)
		return (size_t)(found - LONG_BASE);
	while (rows[i].letter != found)
		i++;
	return i;
}

/* The bits of the verb. All, if there is none of that name. */
static unsigned bits_of(const char *const *verbs, const char *name)
{
	for (unsigned i = 0; verbs != NULL && verbs[i] != NULL; i++) {
		if (name == NULL || strcmp(verbs[i], name) == 0)
			return 1U << i;
	}
	return ~0U;
}

/* word: "--NAME" or "--NAME=VALUE", which no row has. verbs: bits. */
static bool refuse_unknown(const struct command_line_option *rows, size_t count,
			   unsigned verbs, const char *word, struct err *err)
{
	const int word_len = (int)strcspn(word, "=");
	const char *meant;
	struct buf names, name;
	size_t len = 0;

	buf_init(&names, NAMES_BYTES);
	buf_init(&name, NAMES_BYTES);
	for (size_t i = 0; i < count; i++) {
		if (rows[i].verbs == 0 || (rows[i].verbs & verbs) != 0)
			(void)buf_addf(&names, "--%s, ", rows[i].name);
	}
	(void)buf_add(&name, word, (size_t)word_len);
	meant = nearest_name(buf_text(&name), buf_text(&names), &len);
	if (meant != NULL)
		(void)err_set(err, "unknown option %.*s (did you mean %.*s?)",
			      word_len, word, (int)len, meant);
	else
		(void)err_set(err, "unknown option %.*s", word_len, word);
	buf_free(&names);
	buf_free(&name);
	return false;
}

/* getopt's other complaints about the option it has just read. */
static bool refuse(int found, const char *word, struct err *err)
{
	if (found == ':')
		return err_set(err, "%s requires a value", word);
	if (optopt >= LONG_BASE)
		return err_set(err, "%s takes no value", word);
	return err_set(err, "unknown option -%c", optopt);
}

/* The first argument that is not an option; NULL if there is none. Reads on to
 * the end. */
static const char *first_word(int argc, char **argv, const char *letters,
			      const struct option *options)
{
	while (getopt_long(argc, argv, letters, options, NULL) != -1)
		continue;
	return optind < argc ? argv[optind] : NULL;
}

bool command_line_parse(const struct command_line_option *rows, size_t count,
			const char *const *verbs, void *values, int argc,
			char **argv, uint64_t *given, int *words,
			struct err *err)
{
	struct option options[COMMAND_LINE_MAX + 1] = {0};
	char letters[2 * COMMAND_LINE_MAX + 2] = "";
	int found;

	describe(rows, count, options, letters);
	for (size_t i = 0; i < count; i++)
		set_default(values, &rows[i]);
	*given = 0;
	opterr = 0;
	while ((found = getopt_long(argc, argv, letters, options, NULL)) !=
	       -1) {
		const char *word = argv[optind - 1];
		size_t row;

		if (found == '?' && optopt == 0)
			return refuse_unknown(
				rows, count,
				bits_of(verbs, first_word(argc, argv, letters,
							  options)),
				word, err);
		if (found == ':' || found == '?')
			return refuse(found, word, err);
		row = find_row(rows, found);
		if (!take(values, &rows[row], optarg, err))
			return false;
		*given |= UINT64_C(1) << row;
	}
	*words = optind;
	return true;
}

void command_line_help(struct buf *out, const struct command_line_option *row,
		       int column, const char *const *verbs)
{
	size_t start = out->len;
	const char *separator = "";

	if (row->letter != 0)
		buf_addf(out, "  -%c, --%s", row->letter, row->name);
	else
		buf_addf(out, "      --%s", row->name);
	if (row->value != NULL)
		buf_addf(out, " %s", row->value);
	buf_adds(out, "  ");
	if (out->len - start < (size_t)column)
		buf_addf(out, "%*s", column - (int)(out->len - start), "");
	for (size_t i = 0; row->verbs >> i != 0; i++) {
		if ((row->verbs >> i & 1) == 0)
			continue;
		buf_addf(out, "%s%s", separator, verbs[i]);
		separator = ", ";
	}
	if (row->verbs != 0)
		buf_adds(out, ": ");
	start = out->len;
	if (row->list != NULL)
		row->list(out);
	buf_addf(out, "%s%s\n", out->len > start ? " " : "", row->help);
}
