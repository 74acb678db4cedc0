/* SPDX-License-Identifier: MIT */
/*
 * Adds the value of each option in the table by its type.
 */
#include "config.h"

#include "conf/conf_json.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "conf/conf_shown.h"
#include "conf/fields.h"
#include "conf/options.h"

#define VALUE "value"

/* The field at that offset of a struct. */
static const void *at(const void *structure, size_t offset)
{
	return (const char *)structure + offset;
}

static struct json *strings(const struct strings *strings, bool *masked)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < strings->count; i++) {
		char *shown = conf_shown_word(strings->items[i]);

		json_append_text(array,
				 shown != NULL ? shown : strings->items[i]);
		*masked = *masked || shown != NULL;
		free(shown);
	}
	return array;
}

/* The same for words separated by spaces, as presets have them. */
static struct json *words(const char *words)
{
	struct json *array = json_new_array();
	size_t len;

	for (words += strspn(words, " "); *words != '\0';
	     words += len + strspn(words + len, " ")) {
		char *word;

		len = strcspn(words, " ");
		word = xstrndup(words, len);
		json_append_text(array, word);
		free(word);
	}
	return array;
}

static struct json *params(const struct conf *conf,
			   const struct conf_option *option, bool *masked)
{
	const struct param *params =
		*(const struct param *const *)at(conf, option->offset);
	const size_t count = *(const size_t *)at(conf, option->count_offset);
	struct json *array = json_new_array();

	for (size_t i = 0; i < count; i++) {
		bool shown = conf_shown_param(option, &params[i]);
		struct json *param = json_new_object();

		json_set_text(param, "name", params[i].name);
		json_set_text(param, VALUE,
			      shown ? params[i].value : CONF_SHOWN_MASK);
		json_append(array, param);
		*masked = *masked || !shown;
	}
	return array;
}

static void set_value(struct json *json, const struct conf *conf,
		      const struct conf_option *option, bool *masked)
{
	const void *field = at(conf, option->offset);
	char *url = conf_shown_url(conf, option);

	switch (option->type) {
	case OPTION_TEXT:
		json_set_text(json, VALUE,
			      url != NULL ? url : *(char *const *)field);
		*masked = url != NULL;
		break;
	case OPTION_CHOICE:
		json_set_text(json, VALUE,
			      option->choices[field_choice(conf, option)]);
		break;
	case OPTION_BOOL:
		json_set_bool(json, VALUE, *(const bool *)field);
		break;
	case OPTION_NUMBER:
		json_set_integer(json, VALUE, *(const int64_t *)field);
		break;
	case OPTION_STRINGS:
		json_set(json, VALUE, strings(field, masked));
		break;
	case OPTION_PARAMS:
		json_set(json, VALUE, params(conf, option, masked));
		break;
	}
	free(url);
}

/* The value of a preset has the type of the option. */
static void set_preset(struct json *json, const struct conf_option *option,
		       const char *value)
{
	if (option->type == OPTION_BOOL)
		json_set_bool(json, VALUE, true);
	else if (option->type == OPTION_NUMBER)
		json_set_integer(json, VALUE, strtoll(value, NULL, 10));
	else if (option->type == OPTION_STRINGS)
		json_set(json, VALUE, words(value));
	else
		json_set_text(json, VALUE, value);
}

static struct json *setting(const struct conf *conf,
			    const struct conf_option *option)
{
	char number[CONF_SHOWN_NUMBER_SIZE];
	const char *preset = conf_shown_preset(conf, option, number);
	struct json *json = json_new_object();
	bool masked = conf_shown_is_secret(conf, option);

	if (preset != NULL)
		set_preset(json, option, preset);
	else if (masked)
		json_set_text(json, VALUE, CONF_SHOWN_MASK);
	else
		set_value(json, conf, option, &masked);
	json_set_text(json, "origin",
		      preset != NULL ? CONF_SHOWN_FROM_PRESET
				     : conf->origins[option_index(option)]);
	if (masked)
		json_set_bool(json, "masked", true);
	return json;
}

struct json *conf_json(const struct conf *conf)
{
	struct json *json = json_new_object();
	const struct conf_option *option;

	for (size_t i = 0; (option = option_at(i)) != NULL; i++)
		json_set(json, option->name, setting(conf, option));
	return json;
}
