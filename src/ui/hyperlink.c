/* SPDX-License-Identifier: MIT */
/*
 * Writes the sequence, and tells from the environment which terminals cannot
 * handle it.
 */
#include "config.h"

#include "ui/hyperlink.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ui/term_type.h"
#include "ui/tty_line.h"

bool hyperlink_begin(struct buf *out, const char *uri)
{
	if (strlen(uri) > HYPERLINK_URI_MAX)
		return false;
	(void)buf_adds(out, "\x1b]8;id=grantty;");
	for (; *uri != '\0'; uri++) {
		if (*uri > ' ' && *uri <= '~')
			(void)buf_add(out, uri, 1);
		else
			(void)buf_addf(out, "%%%02X", (unsigned char)*uri);
	}
	return buf_adds(out, "\x1b\\");
}

/* "" if it is not set. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value != NULL ? value : "";
}

/* Hyperlinks corrupted terminals based on VTE before 0.50. The oldest versions
 * set no version number, but a name in COLORTERM that newer ones do not set. */
static bool is_old_vte(void)
{
	const char *version = variable("VTE_VERSION");
	const char *name = variable("COLORTERM");

	if (version[0] != '\0')
		return strtol(version, NULL, 10) < 5000;
	return strcmp(name, "gnome-terminal") == 0 ||
	       strcmp(name, "xfce4-terminal") == 0;
}

bool hyperlink_may_be_sent(int fd, enum hyperlinks setting)
{
	if (setting != HYPERLINKS_AUTO)
		return setting == HYPERLINKS_ON;
	/* GNU screen prints the rest of a control string that is too long for
	 * it. */
	return !tty_line_is_serial(fd) && term_type_ignores_unknown() &&
	       !term_type_is_gnu_screen() && !is_old_vte();
}
