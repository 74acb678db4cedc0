/* SPDX-License-Identifier: MIT */
/*
 * Theme files: what is taken can be shown on every terminal; what is not
 * changes nothing and says where it is.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "conf/theme.h"
#include "fuzz.h"

static void check_style(const struct style *style)
{
	must(style->fg >= COLOUR_DEFAULT && style->fg <= 255);
	must(style->bg >= COLOUR_DEFAULT && style->bg <= 255);
	must(style->fg8 >= COLOUR_DEFAULT && style->fg8 <= 7);
	must(style->bg8 >= COLOUR_DEFAULT && style->bg8 <= 7);
	must(style->attributes < 16);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	struct err err = {""};
	struct theme theme, before;
	size_t len;
	char *text = input_rest(&input, &len);

	memset(&theme, 0, sizeof(theme)); /* padding is compared, too */
	theme_plain(&theme);
	before = theme;
	if (theme_parse(&theme, text, len, "dir/x.theme", &err)) {
		must(strcmp(theme.name, "x") == 0);
		for (int i = 0; i < ROLE_COUNT; i++)
			check_style(&theme.styles[i]);
	} else {
		must(memcmp(&theme, &before, sizeof(theme)) == 0);
		must(strncmp(err.text, "dir/x.theme", 11) == 0);
		must(text_is_clean(err.text, strlen(err.text)));
	}
	free(text);
	return 0;
}
