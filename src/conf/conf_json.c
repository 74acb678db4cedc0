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
#include "base/text.h"
#include "conf/conf_shown.h"
#include "conf/fields.h"
#include "conf/options.h"

#define VALUE "value"

/* What is added to *masked in these functions: true if mask, and a part of the
 * value must not be shown. */
static struct json *strings(const struct strings *strings, bool mask,
			    bool *masked)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < strings->count; i++) {
		const char *word = strings->items[i];
		char *shown = mask ? conf_shown_word(word) : NULL;

		json_append_text(array, shown != NULL ? shown : word);
		*masked = *masked || shown != NULL;
		free(shown);
	}
	return array;
}

/* Of words separated by spaces, as presets have them. */
static struct json *words(const char *words)
{
	struct json *array = json_new_array();
	const char *word;
	size_t len;

	while ((word = text_next_word(&words, " ", &len)) != NULL) {
		char *copy = xstrndup(word, len);

		json_append_text(array, copy);
		free(copy);
	}
	return array;
}

static struct json *params(const struct conf *conf,
			   const struct conf_option *option, bool mask,
			   bool *masked)
{
	const struct param *params =
		*(const struct param *const *)field_of(conf, option);
	const size_t count =
		*(const size_t *)((const char *)conf + option->count_offset);
	struct json *array = json_new_array();

	for (size_t i = 0; i < count; i++) {
		bool shown = !mask || conf_shown_param(option, &params[i]);
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
		      const struct conf_option *option, bool mask, bool *masked)
{
	const void *field = field_of(conf, option);
	char *url = mask ? conf_shown_url(conf, option) : NULL;

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
		json_set(json, VALUE, strings(field, mask, masked));
		break;
	case OPTION_PARAMS:
		json_set(json, VALUE, params(conf, option, mask, masked));
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

struct json *conf_json_setting(const struct conf *conf,
			       const struct conf_option *option, bool mask)
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
		set_value(json, conf, option, mask, &masked);
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
		json_set(json, option->name,
			 conf_json_setting(conf, option, true));
	return json;
}
