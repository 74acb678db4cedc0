/* SPDX-License-Identifier: MIT */
/*
 * The table of options, and lookups in it. Reads no file.
 */
#include "config.h"

#include "conf/options.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"

#define ROW(path, kind, ...)                    \
	{.name = #path,                         \
	 .offset = offsetof(struct conf, path), \
	 .type = OPTION_##kind,                 \
	 __VA_ARGS__},
#define NAMES(...)                       \
	.choices = (const char *const[]) \
	{                                \
		__VA_ARGS__ NULL         \
	}
#define NAME(id, text) [id] = text,
#define GROUP
#define GROUP_OF(tag)
#define END(group)
#define TEXT(field, path, ...) ROW(path, TEXT, __VA_ARGS__)
#define CHOICE(field, path, tag, names, ...) \
	ROW(path, CHOICE, NAMES(names), __VA_ARGS__)
#define CHOICE_OF CHOICE
#define BOOL(field, path, ...) ROW(path, BOOL, __VA_ARGS__)
#define NUMBER(field, path, ...) ROW(path, NUMBER, __VA_ARGS__)
#define STRINGS(field, path, ...) ROW(path, STRINGS, __VA_ARGS__)
#define PARAMS(field, path, ...)                                               \
	ROW(path, PARAMS, .count_offset = offsetof(struct conf, path##_count), \
	    __VA_ARGS__)

/* Those of po/LINGUAS, and the language of the sources. */
static const char *const languages[] = {LANGUAGES NULL};

static const struct conf_option table[] = {
#include "conf/options.def"
};

_Static_assert(sizeof(table) / sizeof(table[0]) <= CONF_OPTIONS_MAX,
	       "CONF_OPTIONS_MAX must be raised");

const struct conf_option *option_at(size_t i)
{
	return i < sizeof(table) / sizeof(table[0]) ? &table[i] : NULL;
}

size_t option_index(const struct conf_option *option)
{
	return (size_t)(option - table);
}

const struct conf_option *option_find(const char *name)
{
	const struct conf_option *option;

	for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
		if (strcmp(option->name, name) == 0)
			return option;
	}
	return NULL;
}

/* The part after "group." in the full name, or NULL. */
static const char *below(const char *name, const char *group)
{
	size_t n = strlen(group);

	if (n == 0)
		return name;
	if (strncmp(name, group, n) != 0 || name[n] != '.')
		return NULL;
	return name + n + 1;
}

bool option_is_group(const char *name)
{
	const struct conf_option *option;

	for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
		if (below(option->name, name) != NULL)
			return true;
	}
	return false;
}

bool option_names(struct buf *out, const char *group)
{
	const struct conf_option *option;
	const char *last = "";
	size_t last_len = 0;
	bool ok = true;

	for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
		const char *name = below(option->name, group);
		size_t len;

		if (name == NULL)
			continue;
		len = strcspn(name, "."); /* of an option or a group in it */
		if (len == last_len && strncmp(name, last, len) == 0)
			continue;
		if (last_len > 0)
			ok = buf_adds(out, ", ");
		ok = buf_add(out, name, len) && ok;
		last = name;
		last_len = len;
	}
	return ok;
}

bool option_choice(const struct conf_option *option, const char *value,
		   unsigned *choice)
{
	for (unsigned i = 0; option->choices[i] != NULL; i++) {
		if (strcmp(option->choices[i], value) == 0) {
			*choice = i;
			return true;
		}
	}
	return false;
}

const char *option_choice_name(const char *option, unsigned choice)
{
	const struct conf_option *found = option_find(option);

	return found != NULL ? found->choices[choice] : "";
}

static bool complain_choices(const struct conf_option *option, const char *what,
			     struct err *err)
{
	struct buf choices;

	buf_init(&choices, sizeof(err->text));
	for (size_t i = 0; option->choices[i] != NULL; i++)
		buf_addf(&choices, "%s\"%s\"", i > 0 ? ", " : "",
			 option->choices[i]);
	err_set(err, "%s must be %s of %s.", option->name, what,
		buf_text(&choices));
	buf_free(&choices);
	return false;
}

bool option_complain(const struct conf_option *option, struct err *err)
{
	switch (option->type) {
	case OPTION_TEXT:
		return err_set(err, "%s must be a string in double quotes.",
			       option->name);
	case OPTION_CHOICE:
		return complain_choices(option, "one", err);
	case OPTION_BOOL:
		return err_set(err, "%s must be true or false, without quotes.",
			       option->name);
	case OPTION_NUMBER:
		return err_set(err,
			       "%s must be a whole number from %jd to %jd.",
			       option->name, (intmax_t)option->min,
			       (intmax_t)option->max);
	case OPTION_STRINGS:
		if (option->choices != NULL)
			return complain_choices(option, "a list", err);
		return err_set(err,
			       "%s must be a list of strings, such as "
			       "[ \"one\", \"two\" ].",
			       option->name);
	case OPTION_PARAMS:
		return err_set(err,
			       "%s must be a list of groups, such as "
			       "( { name = \"one\"; value = \"two\"; } ).",
			       option->name);
	}
	return false;
}
