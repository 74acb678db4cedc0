/* SPDX-License-Identifier: MIT */
/*
 * Reads a configuration from a file's text, or one value at a time, by the
 * table of options. Opens no file and hardly knows what an option is for.
 */
#include "config.h"

#include "conf/conf.h"

#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "conf/fields.h"
#include "conf/options.h"
#include "conf/settings.h"

/* A file that is being read into a configuration. */
struct reading {
	struct conf *conf;
	const char *file;
	struct err *err;
};

void conf_init(struct conf *conf)
{
	const struct conf_option *option;

	memset(conf, 0, sizeof(*conf));
	for (size_t i = 0; (option = option_at(i)) != NULL; i++)
		field_set_default(conf, option);
}

void conf_free(struct conf *conf)
{
	const struct conf_option *option;

	for (size_t i = 0; (option = option_at(i)) != NULL; i++)
		field_clear(conf, option);
	for (size_t i = 0; i < CONF_OPTIONS_MAX; i++)
		free(conf->origins[i]);
	memset(conf, 0, sizeof(*conf));
}

static void copy(struct conf *to, const struct conf *from)
{
	const struct conf_option *option;

	*to = *from;
	for (size_t i = 0; (option = option_at(i)) != NULL; i++)
		field_unshare(to, option);
	for (size_t i = 0; i < CONF_OPTIONS_MAX; i++)
		to->origins[i] = xstrdup(from->origins[i]);
}

static void set_origin(struct conf *conf, const struct conf_option *option,
		       const char *origin)
{
	char **field = &conf->origins[option_index(option)];

	free(*field);
	*field = xstrdup(origin);
}

bool conf_is_set(const struct conf *conf, const char *option)
{
	return conf->origins[option_index(option_find(option))] != NULL;
}

void conf_set_origin(struct conf *conf, const char *option, const char *origin)
{
	set_origin(conf, option_find(option), origin);
}

static bool is_preset(const struct conf_option *option)
{
	return option->offset == offsetof(struct conf, provider.preset);
}

/* Replaces the default preset if endpoints other than its own are set. */
static void settle_preset(struct conf *conf)
{
	if (!conf->preset_named &&
	    (conf->provider.issuer[0] != '\0' ||
	     conf->provider.device_authorization_endpoint[0] != '\0')) {
		conf->provider.preset[0] = '\0';
		conf_set_origin(conf, "provider.preset",
				"none, because of the issuer or endpoints "
				"below");
	}
}

/* Reports an error in a setting, with file and line. */
static bool refuse(const struct reading *reading,
		   const config_setting_t *setting, const struct err *why)
{
	return settings_refuse(setting, reading->file, reading->err, "%s",
			       why->text);
}

static bool read_strings(const struct reading *reading,
			 const struct conf_option *option,
			 config_setting_t *list)
{
	struct err why;

	field_clear(reading->conf, option);
	for (int i = 0; i < config_setting_length(list); i++) {
		config_setting_t *element =
			config_setting_get_elem(list, (unsigned)i);

		if (!field_add_string(reading->conf, option,
				      config_setting_get_string(element), &why))
			return refuse(reading, element, &why);
	}
	return true;
}

/* Adds one { name = "..."; value = "..."; }. */
static bool read_param(const struct reading *reading,
		       const struct conf_option *option,
		       config_setting_t *group)
{
	const char *name = NULL;
	const char *value = NULL;
	struct err why;

	option_complain(option, &why);
	if (!config_setting_is_group(group))
		return refuse(reading, group, &why);
	for (int i = 0; i < config_setting_length(group); i++) {
		config_setting_t *member =
			config_setting_get_elem(group, (unsigned)i);

		if (strcmp(config_setting_name(member), "name") == 0)
			name = config_setting_get_string(member);
		else if (strcmp(config_setting_name(member), "value") == 0)
			value = config_setting_get_string(member);
		else
			return settings_unknown(member, reading->file,
						"name, value", reading->err);
	}
	if (!field_add_param(reading->conf, option, name, value, &why))
		return refuse(reading, group, &why);
	return true;
}

static bool read_params(const struct reading *reading,
			const struct conf_option *option,
			config_setting_t *list)
{
	field_clear(reading->conf, option);
	for (int i = 0; i < config_setting_length(list); i++) {
		if (!read_param(reading, option,
				config_setting_get_elem(list, (unsigned)i)))
			return false;
	}
	return true;
}

static bool is_sequence(const config_setting_t *setting)
{
	return config_setting_is_array(setting) ||
	       config_setting_is_list(setting);
}

static bool read_option(const struct reading *reading,
			const struct conf_option *option,
			config_setting_t *setting)
{
	struct conf *conf = reading->conf;
	struct err why;
	int64_t number;
	bool flag, ok = false;

	option_complain(option, &why); /* unless there is more to say */
	switch (option->type) {
	case OPTION_TEXT:
		ok = field_set_text(conf, option,
				    config_setting_get_string(setting), &why);
		break;
	case OPTION_CHOICE:
		ok = field_set_choice(conf, option,
				      config_setting_get_string(setting), &why);
		break;
	case OPTION_BOOL:
		ok = settings_bool(setting, &flag);
		if (ok)
			field_set_bool(conf, option, flag);
		break;
	case OPTION_NUMBER:
		ok = settings_number(setting, &number) &&
		     field_set_number(conf, option, number, &why);
		break;
	case OPTION_STRINGS:
		if (is_sequence(setting))
			return read_strings(reading, option, setting);
		break;
	case OPTION_PARAMS:
		if (is_sequence(setting))
			return read_params(reading, option, setting);
		break;
	}
	return ok || refuse(reading, setting, &why);
}

static bool refuse_name(const struct reading *reading,
			const config_setting_t *setting, const char *group)
{
	struct buf allowed;

	buf_init(&allowed, 4096);
	option_names(&allowed, group);
	settings_unknown(setting, reading->file, buf_text(&allowed),
			 reading->err);
	buf_free(&allowed);
	return false;
}

static void note_place(const struct reading *reading,
		       const struct conf_option *option,
		       const config_setting_t *setting)
{
	char *place = xasprintf("%s:%u", reading->file,
				config_setting_source_line(setting));

	set_origin(reading->conf, option, place);
	free(place);
}

/* Reads the members of the group of that full name ("" for the file). Goes no
 * deeper than the names in the table. */
static bool read_group(const struct reading *reading, config_setting_t *group,
		       const char *group_name)
{
	char name[128]; /* longer than any in the table */

	for (int i = 0; i < config_setting_length(group); i++) {
		config_setting_t *member =
			config_setting_get_elem(group, (unsigned)i);
		const struct conf_option *option;
		int n;

		n = snprintf(name, sizeof(name), "%s%s%s", group_name,
			     group_name[0] != '\0' ? "." : "",
			     config_setting_name(member));
		if (n < 0 || (size_t)n >= sizeof(name))
			return refuse_name(reading, member, group_name);
		option = option_find(name);
		if (option != NULL) {
			if (!read_option(reading, option, member))
				return false;
			note_place(reading, option, member);
			if (is_preset(option))
				reading->conf->preset_named = true;
		} else if (!option_is_group(name)) {
			return refuse_name(reading, member, group_name);
		} else if (!config_setting_is_group(member)) {
			return settings_refuse(
				member, reading->file, reading->err,
				"%s must be a group: %s : { ... };", name,
				config_setting_name(member));
		} else if (!read_group(reading, member, name)) {
			return false;
		}
	}
	return true;
}

bool conf_parse(struct conf *conf, const char *text, size_t len,
		const char *name, struct err *err)
{
	struct conf next;
	const struct reading reading = {&next, name, err};
	config_t config;
	bool ok;

	if (!settings_parse(&config, text, len, name, err))
		return false;
	copy(&next, conf);
	ok = read_group(&reading, config_root_setting(&config), "");
	config_destroy(&config);
	if (!ok) {
		conf_free(&next);
		return false;
	}
	settle_preset(&next);
	conf_free(conf);
	*conf = next;
	return true;
}

static bool set_option(struct conf *conf, const struct conf_option *option,
		       const char *value, struct err *err)
{
	int64_t number;

	switch (option->type) {
	case OPTION_TEXT:
		return field_set_text(conf, option, value, err);
	case OPTION_CHOICE:
		return field_set_choice(conf, option, value, err);
	case OPTION_BOOL:
		if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
			break;
		field_set_bool(conf, option, strcmp(value, "true") == 0);
		return true;
	case OPTION_NUMBER:
		if (!text_number(value, strlen(value), option->min, option->max,
				 &number))
			break;
		return field_set_number(conf, option, number, err);
	case OPTION_STRINGS:
	case OPTION_PARAMS:
		return err_set(err,
			       "%s is a list: set it in a configuration file.",
			       option->name);
	}
	return option_complain(option, err);
}

void conf_forget_provider(struct conf *conf)
{
	static const char group[] = "provider.";
	const struct conf_option *option;

	for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
		if (strncmp(option->name, group, sizeof(group) - 1) != 0 ||
		    strcmp(option->name, "provider.device_name") == 0)
			continue;
		field_clear(conf, option);
		field_set_default(conf, option);
		set_origin(conf, option, NULL);
	}
	conf->preset_named = false;
	settle_preset(conf);
}

bool conf_set(struct conf *conf, const char *option, const char *value,
	      struct err *err)
{
	const struct conf_option *found = option_find(option);

	if (found == NULL)
		return err_set(err, "unknown option %s.", option);
	if (!set_option(conf, found, value, err))
		return false;
	set_origin(conf, found, "");
	if (is_preset(found))
		conf->preset_named = true;
	settle_preset(conf);
	return true;
}
