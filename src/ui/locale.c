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
