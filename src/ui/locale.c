/* SPDX-License-Identifier: MIT */
/*
 * Sets the locale through setlocale(3).
 */
#include "config.h"

#include "ui/locale.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ui/term_name.h"

bool locale_is_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool locale_set(const char *name)
{
	setlocale(LC_ALL, name);
	/* Such a terminal is on a serial line. */
	if (term_name_is_old(getenv("TERM")))
		return locale_is_utf8();
	/* With LANG unset, as under systemd, curses would print blanks. */
	if (!locale_is_utf8())
		setlocale(LC_CTYPE, "C.UTF-8");
	return locale_is_utf8();
}

/* Judges the locale by its name, as screen and tmux do: it need not be
 * installed. */
static bool names_utf8(const char *name)
{
	static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < 3 && name[0] == '\0'; i++) {
		const char *value = getenv(variables[i]);

		if (value != NULL)
			name = value;
	}
	for (; *name != '\0'; name++) {
		if (strncasecmp(name, "utf-8", 5) == 0 ||
		    strncasecmp(name, "utf8", 4) == 0)
			return true;
	}
	return false;
}

bool locale_may_lack_utf8(const char *name)
{
	const char *type = getenv("TERM");

	return type != NULL && !names_utf8(name) &&
	       (strncmp(type, "screen", 6) == 0 ||
		strncmp(type, "tmux", 4) == 0);
}
