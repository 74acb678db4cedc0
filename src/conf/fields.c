/* SPDX-License-Identifier: MIT */
/*
 * Finds fields by their offsets in the table of options, and manages their
 * memory. Knows neither files nor what an option is for.
 */
#include "config.h"

#include "conf/fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "conf/options.h"

static void *at(struct conf *conf, size_t offset)
{
	return (char *)conf + offset;
}

/* Every enum that a field can be has only small enumerators, as they count from
 * 0. */
_Static_assert(sizeof(enum client_auth) == sizeof(unsigned),
	       "an enum has the size of unsigned");

static void set_choice(void *field, unsigned choice)
{
	memcpy(field, &choice, sizeof(choice));
}

unsigned field_choice(const struct conf *conf, const struct conf_option *option)
{
	unsigned choice;

	memcpy(&choice, (const char *)conf + option->offset, sizeof(choice));
	return choice;
}

const void *field_of(const struct conf *conf, const struct conf_option *option)
{
	return (const char *)conf + option->offset;
}

void field_set_default(struct conf *conf, const struct conf_option *option)
{
	void *field = at(conf, option->offset);

	switch (option->type) {
	case OPTION_TEXT:
		*(char **)field =
			xstrdup(option->text != NULL ? option->text : "");
		break;
	case OPTION_CHOICE:
		set_choice(field, (unsigned)option->number);
		break;
	case OPTION_BOOL:
		*(bool *)field = option->number != 0;
		break;
	case OPTION_NUMBER:
		*(int64_t *)field = option->number;
		break;
	case OPTION_STRINGS:
	case OPTION_PARAMS:
		field_clear(conf, option);
		break;
	}
}

static void clear_strings(struct strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		secret_free(strings->items[i]);
	free(strings->items);
	strings->items = NULL;
	strings->count = 0;
}

static void clear_params(struct param **params, size_t *count)
{
	for (size_t i = 0; i < *count; i++) {
		secret_free((*params)[i].name);
		secret_free((*params)[i].value);
	}
	free(*params);
	*params = NULL;
	*count = 0;
}

void field_clear(struct conf *conf, const struct conf_option *option)
{
	void *field = at(conf, option->offset);

	switch (option->type) {
	case OPTION_TEXT:
		secret_free(*(char **)field);
		*(char **)field = NULL;
		break;
	case OPTION_CHOICE:
	case OPTION_BOOL:
	case OPTION_NUMBER:
		break;
	case OPTION_STRINGS:
		clear_strings(field);
		break;
	case OPTION_PARAMS:
		clear_params(field, at(conf, option->count_offset));
		break;
	}
}

static void unshare_strings(struct strings *strings)
{
	char **copy = xcalloc(strings->count, sizeof(*copy));

	for (size_t i = 0; i < strings->count; i++)
		copy[i] = xstrdup(strings->items[i]);
	strings->items = copy;
}

static void unshare_params(struct param **params, size_t count)
{
	struct param *copy = xcalloc(count, sizeof(*copy));

	for (size_t i = 0; i < count; i++) {
		copy[i].name = xstrdup((*params)[i].name);
		copy[i].value = xstrdup((*params)[i].value);
	}
	*params = copy;
}

void field_unshare(struct conf *conf, const struct conf_option *option)
{
	void *field = at(conf, option->offset);

	switch (option->type) {
	case OPTION_TEXT:
		*(char **)field = xstrdup(*(char **)field);
		break;
	case OPTION_CHOICE:
	case OPTION_BOOL:
	case OPTION_NUMBER:
		break;
	case OPTION_STRINGS:
		unshare_strings(field);
		break;
	case OPTION_PARAMS:
		unshare_params(field,
			       *(size_t *)at(conf, option->count_offset));
		break;
	}
}

/* True if the bytes are UTF-8 without control characters. */
static bool is_plain(const char *s)
{
	size_t len = strlen(s);
	uint32_t c;

	while (len > 0) {
		int n = text_decode(s, len, &c);

		if (n <= 0 || c < 0x20 || (c >= 0x7f && c < 0xa0))
			return false;
		s += n;
		len -= (size_t)n;
	}
	return true;
}

static bool check(const struct conf_option *option, const char *value,
		  struct err *err)
{
	if (value == NULL)
		return option_complain(option, err);
	if (!is_plain(value))
		return err_set(err,
			       "%s contains a control character or is not "
			       "UTF-8: write plain text on one line.",
			       option->name);
	return true;
}

bool field_set_text(struct conf *conf, const struct conf_option *option,
		    const char *value, struct err *err)
{
	char **field = at(conf, option->offset);

	if (!check(option, value, err))
		return false;
	secret_free(*field);
	*field = xstrdup(value);
	return true;
}

bool field_set_choice(struct conf *conf, const struct conf_option *option,
		      const char *value, struct err *err)
{
	unsigned choice;

	if (!check(option, value, err))
		return false;
	if (!option_choice(option, value, &choice))
		return option_complain(option, err);
	set_choice(at(conf, option->offset), choice);
	return true;
}

void field_set_bool(struct conf *conf, const struct conf_option *option,
		    bool value)
{
	*(bool *)at(conf, option->offset) = value;
}

bool field_set_number(struct conf *conf, const struct conf_option *option,
		      int64_t value, struct err *err)
{
	if (value < option->min || value > option->max)
		return option_complain(option, err);
	*(int64_t *)at(conf, option->offset) = value;
	return true;
}

bool field_add_string(struct conf *conf, const struct conf_option *option,
		      const char *value, struct err *err)
{
	struct strings *strings = at(conf, option->offset);
	unsigned choice;

	if (!check(option, value, err))
		return false;
	if (option->choices != NULL && !option_choice(option, value, &choice))
		return option_complain(option, err);
	strings->items = xreallocarray(strings->items, strings->count + 1,
				       sizeof(*strings->items));
	strings->items[strings->count++] = xstrdup(value);
	return true;
}

bool field_add_param(struct conf *conf, const struct conf_option *option,
		     const char *name, const char *value, struct err *err)
{
	struct param **params = at(conf, option->offset);
	size_t *count = at(conf, option->count_offset);

	if (!check(option, name, err) || !check(option, value, err))
		return false;
	if (name[0] == '\0')
		return option_complain(option, err);
	*params = xreallocarray(*params, *count + 1, sizeof(**params));
	(*params)[*count].name = xstrdup(name);
	(*params)[*count].value = xstrdup(value);
	++*count;
	return true;
}
