/* SPDX-License-Identifier: MIT */
/*
 * The tables of options and verbs, and what goes with what, see args.h.
 */
#include "config.h"

#include "app/args.h"

#include <stdlib.h>
#include <string.h>

#include "app/theme_files.h"
#include "base/buf.h"
#include "base/command_line.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/nearest.h"

enum { HELP_COLUMN = 24, COMMAND_VERBS = VERB_LOGIN, VERBS_BYTES = 256 };

#define ROW(field, type, ...)                    \
	{.kind = COMMAND_LINE_##type,            \
	 .offset = offsetof(struct args, field), \
	 __VA_ARGS__},
#define TEXT(field, ...) ROW(field, TEXT, __VA_ARGS__)
#define FLAG(field, ...) ROW(field, FLAG, __VA_ARGS__)
#define COUNT(field, ...) ROW(field, COUNT, __VA_ARGS__)
#define SECONDS(field, ...) ROW(field, SECONDS, __VA_ARGS__)

static const struct command_line_option rows[] = {
#include "app/args.def"
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

_Static_assert(ROWS <= COMMAND_LINE_MAX, "COMMAND_LINE_MAX must be raised");

static const struct {
	const char *name, *help;
} verbs[] = {
#define VERB(id, name, help) {#name, help},
#include "app/verbs.def"
};

static const char *const verb_names[] = {
#undef VERB
#define VERB(id, name, help) #name,
#include "app/verbs.def"
	NULL};

static bool is_given(const struct args *args, size_t row)
{
	return (args->given >> row & 1) != 0;
}

/* The value of the option in that row, which is a text. */
static const char *value_of(const struct args *args, size_t row)
{
	const char *field = (const char *)args + rows[row].offset;

	return *(const char *const *)field;
}

/* Leaves the words after "--" unparsed. Returns the number of words before
 * it. */
static int cut_command(struct args *args, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") != 0)
			continue;
		args->command = &argv[i + 1];
		return i;
	}
	return argc;
}

/* git appends the operation to the command of a credential helper
 * (gitcredentials(7)). */
static bool takes_operation(const struct args *args)
{
	return args->verb != NULL && strcmp(args->verb, "token") == 0 &&
	       args->output != NULL && strcmp(args->output, "git") == 0;
}

/* Changes the order of argv. */
static bool parse(struct args *args, int argc, char **argv, struct err *err)
{
	int word = 0;

	if (!command_line_parse(rows, ROWS, verb_names, args, argc, argv,
				&args->given, &word, err))
		return false;
	if (word < argc)
		args->verb = argv[word++];
	if (word < argc && takes_operation(args))
		args->operation = argv[word++];
	else if (word < argc && strcmp(args->verb, "help") == 0)
		args->topic = argv[word++];
	if (word < argc)
		return err_set(err, "unexpected argument \"%s\"", argv[word]);
	return true;
}

bool args_parse(struct args *args, int argc, char **argv, struct err *err)
{
	char **words;
	bool ok;

	memset(args, 0, sizeof(*args));
	args->argv = argv;
	argc = cut_command(args, argc, argv);
	if (args->command != NULL && args->command[0] == NULL)
		return err_set(err, "a command must follow --");
	words = xcalloc((size_t)argc + 1, sizeof(*words));
	memcpy(words, argv, (size_t)argc * sizeof(*words));
	ok = parse(args, argc, words, err);
	free(words);
	return ok;
}

bool args_find_verb(const char *name, enum verb_index *verb, struct err *err)
{
	const char *meant;
	struct buf names;
	size_t len = 0;

	buf_init(&names, VERBS_BYTES);
	for (size_t i = 0; i < VERBS; i++) {
		if (strcmp(verb_names[i], name) == 0) {
			*verb = (enum verb_index)i;
			buf_free(&names);
			return true;
		}
		(void)buf_addf(&names, "%s, ", verb_names[i]);
	}
	meant = nearest_name(name, buf_text(&names), &len);
	if (meant != NULL)
		(void)err_set(err,
			      "unknown command \"%.40s\" (did you mean "
			      "\"%.*s\"?)",
			      name, (int)len, meant);
	else
		(void)err_set(err, "unknown command \"%.40s\"", name);
	buf_free(&names);
	return false;
}

bool args_go_with(const struct args *args, enum verb_index verb,
		  struct err *err)
{
	unsigned bit = 1U << verb;

	if (args->command != NULL && (bit & COMMAND_VERBS) == 0)
		return err_set(err, "a command after -- cannot be used with %s",
			       verb_names[verb]);
	for (size_t i = 0; i < ROWS; i++) {
		if (is_given(args, i) && rows[i].verbs != 0 &&
		    (rows[i].verbs & bit) == 0)
			return err_set(err, "--%s cannot be used with %s",
				       rows[i].name, verb_names[verb]);
	}
	return true;
}

bool args_setting(const struct args *args, size_t i, const char **key,
		  const char **value)
{
	for (size_t row = 0; row < ROWS; row++) {
		if (rows[row].key == NULL || !is_given(args, row) || i-- > 0)
			continue;
		*key = rows[row].key;
		*value = value_of(args, row);
		return true;
	}
	return false;
}

static char *option_word(const struct args *args, size_t row)
{
	const bool has_value = rows[row].kind == COMMAND_LINE_TEXT;

	return xasprintf("--%s%s%s", rows[row].name, has_value ? "=" : "",
			 has_value ? value_of(args, row) : "");
}

char **args_for_verb(const struct args *args, const char *verb)
{
	char **words = xcalloc(ROWS + 3, sizeof(*words));
	size_t count = 0;

	words[count++] = xstrdup(args->argv[0]);
	words[count++] = xstrdup(verb);
	for (size_t i = 0; i < ROWS; i++) {
		if (is_given(args, i) && rows[i].verbs == 0)
			words[count++] = option_word(args, i);
	}
	return words;
}

void args_forget_settings(struct args *args, const char *group)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (rows[i].key == NULL ||
		    strncmp(rows[i].key, group, strlen(group)) == 0)
			continue;
		*(const char **)((char *)args + rows[i].offset) = NULL;
		args->given &= ~(UINT64_C(1) << i);
	}
}

bool args_has(const struct args *args, const char *name)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (is_given(args, i) && strcmp(rows[i].name, name) == 0)
			return true;
	}
	return false;
}

bool args_has_other(const struct args *args, const char *name)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (is_given(args, i) && rows[i].value != NULL &&
		    strcmp(rows[i].name, name) != 0)
			return true;
	}
	return false;
}

void args_help_verbs(struct buf *out)
{
	for (size_t i = 0; i < VERBS; i++)
		(void)buf_addf(out, "  %-8s %s\n", verbs[i].name,
			       verbs[i].help);
}

void args_help_options(struct buf *out)
{
	for (size_t i = 0; i < ROWS; i++)
		command_line_help(out, &rows[i], HELP_COLUMN, verb_names);
}

static const char *words_of(enum verb_index verb)
{
	if (verb == VERB_INDEX_HELP)
		return " [VERB]";
	return (1U << verb & COMMAND_VERBS) != 0 ? " [-- COMMAND [ARGUMENT...]]"
						 : "";
}

/* The rows that only some verbs take, these among them; or, for 0, those that
 * all take. */
static void help_rows(struct buf *out, const char *heading, unsigned taken_by)
{
	size_t count = 0;

	for (size_t i = 0; i < ROWS; i++) {
		struct command_line_option row = rows[i];

		if (taken_by == 0 ? row.verbs != 0
				  : (row.verbs & taken_by) == 0)
			continue;
		if (count++ == 0)
			(void)buf_addf(out, "\n%s\n", heading);
		row.verbs = 0; /* not to be named in its line */
		command_line_help(out, &row, HELP_COLUMN, NULL);
	}
}

void args_help_verb(struct buf *out, enum verb_index verb)
{
	(void)buf_addf(out, "usage: grantty %s [OPTIONS]%s\n",
		       verb == 0 ? "[kiosk]" : verbs[verb].name,
		       words_of(verb));
	(void)buf_addf(out, "\n%s: %s.\n", verbs[verb].name, verbs[verb].help);
	help_rows(out, "Options:", 1U << verb);
	help_rows(out, "Options for every verb:", 0);
}
