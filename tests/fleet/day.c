/* SPDX-License-Identifier: MIT */
/*
 * One table row for each number that a day's file may set.
 */
#include "config.h"

#include "day.h"

#include <libconfig.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "conf/settings.h"
#include "io/input.h"

/* Numbers, by their place in the file; scale: what one of them is in struct
 * day. */
static const struct {
	const char *path;
	size_t offset;
	int64_t scale;
	int64_t min, max;
} numbers[] = {
#define AT(field) offsetof(struct day, field)
	{"kiosks", AT(kiosks), 1, 1, 10000000},
	{"minutes", AT(length_ms), 60000, 1, 1440},
	{"power.returns_min", AT(boot_ms), 60000, 0, 1440},
	{"power.boot_spread_s", AT(boot_spread_ms), 1000, 0, 600},
	{"people.approve_min_s", AT(approve_min_ms), 1000, 1, 3600},
	{"people.approve_max_s", AT(approve_max_ms), 1000, 1, 3600},
	{"people.stay_min_s", AT(stay_min_ms), 1000, 1, 86400},
	{"people.stay_max_s", AT(stay_max_ms), 1000, 1, 86400},
	{"people.leave_percent", AT(leave_percent), 1, 0, 100},
	{"people.deny_percent", AT(deny_percent), 1, 0, 100},
	{"provider.latency_min_ms", AT(latency_min_ms), 1, 1, 60000},
	{"provider.latency_max_ms", AT(latency_max_ms), 1, 1, 60000},
	{"provider.interval_s", AT(interval_s), 1, 1, 300},
	{"provider.expires_in_s", AT(expires_in_s), 1, 10, 86400},
	{"provider.token_life_s", AT(token_life_s), 1, 60, 86400},
	{"provider.kept_margin_ms", AT(kept_margin_ms), 1, 0, 1000},
	{"provider.capacity", AT(capacity), 1, 0, 10000000},
	{"provider.retry_after_s", AT(retry_after_s), 1, 1, 3600},
	{"goals.wait_s", AT(goal_wait_ms), 1000, 0, 3600},
#undef AT
};

static const struct {
	const char *path;
	size_t offset;
} fractions[] = {
	{"people.visitors", offsetof(struct day, visitors)},
	{"goals.boot_peak", offsetof(struct day, goal_boot_peak)},
	{"goals.outage_peak", offsetof(struct day, goal_outage_peak)},
};

static const struct day usual = {
	.kiosks = 100000,
	.length_ms = 1440 * INT64_C(60000),
	.start_key = true,
	.approve_min_ms = 15000,
	.approve_max_ms = 60000,
	.stay_min_ms = 60000,
	.stay_max_ms = 300000,
	.latency_min_ms = 30,
	.latency_max_ms = 250,
	.interval_s = 5,
	.expires_in_s = 300,
	.token_life_s = 3600,
	.retry_after_s = 10,
};

static bool read_numbers(struct day *day, const config_t *config,
			 const char *file, struct err *err)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const config_setting_t *setting =
			config_lookup(config, numbers[i].path);
		int64_t value;

		if (setting == NULL)
			continue;
		if (!settings_number(setting, &value) ||
		    value < numbers[i].min || value > numbers[i].max)
			return settings_refuse(
				setting, file, err,
				"%s must be a number from %lld to %lld.",
				numbers[i].path, (long long)numbers[i].min,
				(long long)numbers[i].max);
		value *= numbers[i].scale;
		memcpy((char *)day + numbers[i].offset, &value, sizeof(value));
	}
	return true;
}

static bool read_fractions(struct day *day, const config_t *config,
			   const char *file, struct err *err)
{
	for (size_t i = 0; i < sizeof(fractions) / sizeof(fractions[0]); i++) {
		const config_setting_t *setting =
			config_lookup(config, fractions[i].path);
		double value;

		if (setting == NULL)
			continue;
		if (config_setting_type(setting) != CONFIG_TYPE_FLOAT)
			return settings_refuse(setting, file, err,
					       "%s must be a number with a "
					       "decimal point.",
					       fractions[i].path);
		value = config_setting_get_float(setting);
		memcpy((char *)day + fractions[i].offset, &value,
		       sizeof(value));
	}
	return true;
}

/* People come evenly unless the file tells of hours. */
static bool read_weights(struct day *day, const config_t *config,
			 const char *file, struct err *err)
{
	const config_setting_t *list = config_lookup(config, "people.by_hour");
	int64_t weight;

	for (unsigned hour = 0; hour < DAY_HOURS; hour++) {
		day->weights[hour] = 1.0;
		if (list == NULL)
			continue;
		if (config_setting_length(list) != DAY_HOURS ||
		    !settings_number(config_setting_get_elem(list, hour),
				     &weight) ||
		    weight < 0)
			return settings_refuse(list, file, err,
					       "people.by_hour must be 24 "
					       "weights.");
		day->weights[hour] = (double)weight;
	}
	return true;
}

static bool read_outage(struct outage *outage, config_setting_t *setting,
			const char *file, struct err *err)
{
	static const char *const kinds[] = {
		[OUTAGE_REFUSED] = "refused",
		[OUTAGE_SILENT] = "silent",
		[OUTAGE_BUSY] = "busy",
	};
	const char *how = "refused";
	int from;
	int minutes;

	(void)config_setting_lookup_string(setting, "how", &how);
	if (!config_setting_lookup_int(setting, "from_min", &from) ||
	    !config_setting_lookup_int(setting, "minutes", &minutes) ||
	    from < 0 || minutes < 1)
		return settings_refuse(setting, file, err,
				       "An outage takes from_min and minutes.");
	outage->from_ms = from * INT64_C(60000);
	outage->until_ms = outage->from_ms + minutes * INT64_C(60000);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i], how) != 0)
			continue;
		outage->kind = (enum outage_kind)i;
		return true;
	}
	return settings_refuse(setting, file, err,
			       "An outage is refused, silent or busy.");
}

static bool read_outages(struct day *day, const config_t *config,
			 const char *file, struct err *err)
{
	const config_setting_t *list =
		config_lookup(config, "provider.outages");
	int count = list != NULL ? config_setting_length(list) : 0;

	if (count > DAY_MAX_OUTAGES)
		return settings_refuse(list, file, err,
				       "There can be %d outages at most.",
				       DAY_MAX_OUTAGES);
	for (int i = 0; i < count; i++) {
		if (!read_outage(&day->outages[i],
				 config_setting_get_elem(list, (unsigned)i),
				 file, err))
			return false;
	}
	day->outage_count = (size_t)count;
	return true;
}

bool day_set_poll_clock(struct day *day, const char *name, struct err *err)
{
	static const char *const names[POLL_CLOCKS] = {
		[POLL_CLOCK_REAL] = "real",
		[POLL_CLOCK_SECONDS] = "whole-seconds",
		[POLL_CLOCK_MORE_SECONDS] = "more-seconds",
		[POLL_CLOCK_SECONDS_UP] = "seconds-up",
	};

	for (size_t i = 0; i < POLL_CLOCKS; i++) {
		if (strcmp(names[i], name) != 0)
			continue;
		day->poll_clock = (enum poll_clock)i;
		return true;
	}
	return err_set(err,
		       "%s: polls are timed by real, whole-seconds, "
		       "more-seconds or seconds-up.",
		       name);
}

/* True if every setting below group has a meaning: a slip of the pen must not
 * pass for a day on which something happens. */
static bool know_all(const config_setting_t *group, const char *file,
		     struct err *err)
{
	static const char *const others[] = {
		"start",	  "people",
		"power",	  "provider",
		"people.by_hour", "provider.outages",
		"goals",	  "provider.poll_clock",
	};
	const config_setting_t *setting;
	const char *parent = config_setting_name(group);
	char path[128];
	bool known;

	for (unsigned i = 0;
	     (setting = config_setting_get_elem(group, i)) != NULL; i++) {
		(void)snprintf(path, sizeof(path), "%s%s%s",
			       parent != NULL ? parent : "",
			       parent != NULL ? "." : "",
			       config_setting_name(setting));
		known = false;
		for (size_t k = 0; k < sizeof(numbers) / sizeof(*numbers); k++)
			known |= strcmp(path, numbers[k].path) == 0;
		for (size_t k = 0; k < sizeof(fractions) / sizeof(*fractions);
		     k++)
			known |= strcmp(path, fractions[k].path) == 0;
		for (size_t k = 0; k < sizeof(others) / sizeof(*others); k++)
			known |= strcmp(path, others[k]) == 0;
		if (!known)
			return settings_refuse(setting, file, err,
					       "%s means nothing here.", path);
		if (config_setting_is_group(setting) &&
		    !know_all(setting, file, err))
			return false;
	}
	return true;
}

static void take_name(struct day *day, const char *path)
{
	const char *base = strrchr(path, '/');

	base = base != NULL ? base + 1 : path;
	(void)snprintf(day->name, sizeof(day->name), "%.*s",
		       (int)strcspn(base, "."), base);
}

bool day_read(struct day *day, const char *path, struct err *err)
{
	const char *start = "key";
	const char *poll_clock = "real";
	struct buf text;
	config_t config;
	bool ok;

	*day = usual;
	take_name(day, path);
	buf_init(&text, SETTINGS_MAX_BYTES);
	if (input_read(path, &text, NULL, err) != INPUT_OK) {
		buf_free(&text);
		return false;
	}
	ok = settings_parse(&config, buf_text(&text), text.len, path, err);
	buf_free(&text);
	if (!ok)
		return false;
	(void)config_lookup_string(&config, "start", &start);
	day->start_key = strcmp(start, "auto") != 0;
	(void)config_lookup_string(&config, "provider.poll_clock", &poll_clock);
	ok = day_set_poll_clock(day, poll_clock, err) &&
	     know_all(config_root_setting(&config), path, err) &&
	     read_numbers(day, &config, path, err) &&
	     read_fractions(day, &config, path, err) &&
	     read_weights(day, &config, path, err) &&
	     read_outages(day, &config, path, err);
	config_destroy(&config);
	return ok;
}
