/* SPDX-License-Identifier: MIT */
/*
 * Colours by role. A theme is a file in the configuration's grammar; panels use
 * roles, never colours. Parses text; opens no file.
 */
#ifndef GRANTTY_CONF_THEME_H
#define GRANTTY_CONF_THEME_H

#include <stdbool.h>
#include <stddef.h>

struct err;

enum role {
	ROLE_TEXT,     /* plain text, and the background */
	ROLE_DIM,      /* less important text */
	ROLE_TITLE,    /* the name of the screen */
	ROLE_HEADING,  /* of a part of the screen; what is happening now */
	ROLE_BAR,      /* the key bar at the bottom */
	ROLE_KEY,      /* a key's name in that bar */
	ROLE_BORDER,   /* lines and boxes only: it may be faint */
	ROLE_CODE,     /* the user code */
	ROLE_URL,      /* the address to visit */
	ROLE_GOOD,     /* plenty of time, success */
	ROLE_WARNING,  /* little time left, a retry */
	ROLE_BAD,      /* hardly any time left, failure */
	ROLE_LABEL,    /* names of profile fields and tree members */
	ROLE_VALUE,    /* their values */
	ROLE_SELECTED, /* the selected row of the tree */
	ROLE_COUNT
};

enum { COLOUR_DEFAULT = -1 }; /* the terminal's own */

enum attribute {
	ATTR_BOLD = 1 << 0,
	ATTR_UNDERLINE = 1 << 1,
	ATTR_REVERSE = 1 << 2,
	ATTR_DIM = 1 << 3
};

struct style {
	/* Colour numbers for terminals with at least 256 colours, and for those
	 * with 8 (0 to 7), or COLOUR_DEFAULT. */
	short fg, bg;
	short fg8, bg8;
	unsigned attributes; /* enum attribute, or'ed */
};

struct theme {
	char name[32];
	char logo[256]; /* a file beside the theme's, or a path; "": none */
	struct style styles[ROLE_COUNT];
};

/* The plainest theme: the terminal's own colours, bold and reverse only. Used
 * with NO_COLOR and on terminals without colour; a theme file starts from
 * it. */
void theme_plain(struct theme *theme);

/*
 * Parses a theme file's text. Each role is a group: code = { fg = "#ffd75f"; bg
 * = "default"; fg8 = "yellow"; bold = true; }. Colours are "default", the eight
 * names, a number from 0 to 255 or "#rrggbb" (rounded to the nearest of the
 * 256); fg8 and bg8 default to the nearest of the eight. The group "default"
 * sets what the roles leave out; logo = "museum.txt"; names a logo. Roles that
 * the file does not name keep the attributes of the plainest theme; heading,
 * which early themes lack, is then the same as title. name is the file's name,
 * for messages and, without directory and suffix, for the theme. False with
 * file, line and the allowed values if anything is unknown or out of range;
 * theme is then unchanged.
 */
bool theme_parse(struct theme *theme, const char *text, size_t len,
		 const char *name, struct err *err);

#endif
