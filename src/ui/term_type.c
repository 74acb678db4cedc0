/* SPDX-License-Identifier: MIT */
/*
 * Looks the type up in terminfo. Opens nothing.
 */
#include "config.h"

#include "ui/term_type.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <termcap.h>

#include "base/buf.h"
#include "ui/term_name.h"

static bool is_known(const char *name)
{
	return name != NULL && *name != '\0' && tgetent(NULL, name) == 1;
}

/* A name that terminfo lacks is usually a newer relative of xterm, set by
 * SSH. */
const char *term_type_choose(void)
{
	static const char *const fallbacks[] = {"xterm-256color", "xterm",
						"linux", "vt100", "ansi"};
	const char *name = getenv("TERM");

	if (is_known(name))
		return name;
	for (size_t i = 0; i < sizeof(fallbacks) / sizeof(*fallbacks); i++) {
		if (is_known(fallbacks[i]))
			return fallbacks[i];
	}
	return NULL;
}

/* "" if terminfo has none. */
static const char *string_of(const char *capability)
{
	const char *value = tigetstr(capability);

	return value != NULL && value != (const char *)-1 ? value : "";
}

bool term_type_places_text(void)
{
	return term_type_choose() != NULL && *string_of("cup") != '\0';
}

bool term_type_has_colours(void)
{
	return term_type_choose() != NULL && tigetnum("colors") >= 8 &&
	       strstr(string_of("setab"), "\x1b[") != NULL;
}

/*
 * Pastes are marked by a private mode of DEC's. Terminals with other such modes
 * ignore unknown ones; terminals without any (vt100) might print it.
 */
bool term_type_marks_pastes(void)
{
	return strncmp(string_of("civis"), "\x1b[?", 3) == 0;
}

bool term_type_ignores_unknown(void)
{
	const char *name = getenv("TERM");

	return term_type_marks_pastes() && !term_name_is_old(name) &&
	       (name == NULL || strncmp(name, "linux", 5) != 0);
}

/* "" if it is not set. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value != NULL ? value : "";
}

bool term_type_is_gnu_screen(void)
{
	return *variable("TMUX") == '\0' &&
	       (strncmp(variable("TERM"), "screen", 6) == 0 ||
		*variable("STY") != '\0');
}

bool term_type_takes_titles(const char *type)
{
	const bool is_xterm = tigetflag("XT") > 0 ||
			      strncmp(string_of("tsl"), "\x1b]", 2) == 0;
	const bool is_tmux = *variable("TMUX") != '\0' &&
			     strncmp(variable("TERM"), "screen", 6) == 0;

	return strcmp(type, variable("TERM")) == 0 &&
	       term_type_ignores_unknown() && !term_type_is_gnu_screen() &&
	       (is_xterm || is_tmux);
}

/* Omits the pauses ("$<5>") that very old terminals needed. */
static void add_plain(struct buf *out, const char *value)
{
	const char *pause;

	while ((pause = strstr(value, "$<")) != NULL) {
		(void)buf_add(out, value, (size_t)(pause - value));
		value = pause + strcspn(pause, ">");
		value += *value != '\0';
	}
	(void)buf_adds(out, value);
}

bool term_type_undo(struct buf *out)
{
	static const char *const capabilities[] = {"sgr0", "cnorm", "rmkx",
						   "rmcup"};

	const char *type = term_type_choose();

	if (type == NULL)
		return false;
	if (term_type_marks_pastes())
		add_plain(out, "\x1b[?2004l");
	if (term_type_takes_titles(type))
		add_plain(out, TERM_TYPE_TITLE_CLEAR TERM_TYPE_TITLE_BACK);
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(*capabilities);
	     i++)
		add_plain(out, string_of(capabilities[i]));
	return !out->failed;
}

bool term_type_blank(struct buf *out)
{
	if (term_type_choose() == NULL)
		return false;
	if (*string_of("rmcup") == '\0')
		add_plain(out, string_of("clear"));
	return !out->failed;
}

bool term_type_clear(struct buf *out)
{
	if (term_type_choose() == NULL || *string_of("clear") == '\0')
		return false;
	add_plain(out, string_of("clear"));
	add_plain(out, string_of("E3"));
	return !out->failed;
}
