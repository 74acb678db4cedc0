/* SPDX-License-Identifier: MIT */
/*
 * Remembers which catalogue is in use.
 */
#include "config.h"

#include "base/i18n.h"

#include <stdio.h>

#include "base/catalogue.h"

static const struct catalogue *used;
static const char *used_tag;

void i18n_use(const struct catalogue *catalogue, const char *tag)
{
	used = catalogue;
	used_tag = tag;
}

const char *i18n_tag(void)
{
	return used_tag;
}

const char *i18n_text(const char *text)
{
	return catalogue_text(used, text);
}

const char *i18n_plural(const char *one, const char *many, unsigned long n)
{
	return catalogue_plural(used, one, many, n);
}

char *i18n_duration(char *dst, size_t size, int64_t seconds)
{
	const unsigned long s = seconds > 0 ? (unsigned long)seconds : 0;
	const unsigned long min = s / 60, h = s / 3600, d = s / 86400;

	/* Translators: a duration. It follows a preposition ("for 5 minutes",
	 * "in 5 minutes") in the sentences that have it for %s. */
	if (d > 0)
		snprintf(dst, size, i18n_plural("%lu day", "%lu days", d), d);
	else if (h > 0)
		snprintf(dst, size, i18n_plural("%lu hour", "%lu hours", h), h);
	else if (min > 0)
		snprintf(dst, size,
			 i18n_plural("%lu minute", "%lu minutes", min), min);
	else
		snprintf(dst, size, i18n_plural("%lu second", "%lu seconds", s),
			 s);
	return dst;
}
