/* SPDX-License-Identifier: MIT */
/*
 * Tells keys apart from everything else a terminal sends: answers to other
 * programs' queries, mouse and focus reports. Knows no terminal: it works on
 * bytes and times.
 *
 * The grammar is ECMA-48's as a VT500 reads it, with the extensions of xterm,
 * kitty and others. A sequence that is not a key is ignored, however it is
 * split up.
 */
#ifndef GRANTTY_UI_KEY_PARSER_H
#define GRANTTY_UI_KEY_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keys as the rest of the program knows them. Printable characters are
 * themselves (ASCII only). */
enum key {
	KEYS_NONE = 0, /* nothing (more) to read */
	KEYS_ESCAPE = 27,
	KEYS_ENTER = 13,
	KEYS_TAB = 9,
	KEYS_REPAINT = 12,  /* Ctrl-L */
	KEYS_INTERRUPT = 3, /* Ctrl-C */
	KEYS_UP = 256,
	KEYS_DOWN,
	KEYS_LEFT,
	KEYS_RIGHT,
	KEYS_PAGE_UP,
	KEYS_PAGE_DOWN,
	KEYS_HOME,
	KEYS_END,
	KEYS_BACKSPACE,
	KEYS_PASTE,  /* pasted text: see keyboard_pasted() */
	KEYS_OTHER,  /* any other key: the user is there */
	KEYS_HANG_UP /* the terminal is gone: exit */
};

enum {
	/* A lone Escape counts as the key after this long: on a slow line the
	 * rest of a sequence arrives later than its first byte. */
	KEY_ESCAPE_MS = 300,
	/* Any other sequence still incomplete after this long is dropped. */
	KEY_GIVE_UP_MS = 1000,
	/* A sequence of this many bytes is dropped as well. */
	KEY_GIVE_UP_BYTES = 1024 * 1024
};

enum { KEY_SEQUENCE_MAX = 32, KEY_NAMED_MAX = 16 };

struct key_parser {
	bool utf8;
	unsigned state; /* enum state, in key_parser.c */
	int64_t last_ms;
	size_t taken; /* bytes of the sequence so far */
	size_t left;  /* bytes of a place still to come */

	/* A UTF-8 character that is missing "more" bytes. */
	unsigned more;
	bool is_c1; /* so far it is one of U+0080 to U+009F */

	/* A sequence that may be a key, or the beginning of a control string.
	 * len keeps counting when it is too long. */
	char sequence[KEY_SEQUENCE_MAX];
	size_t len;
	bool eight_bit; /* it began with a C1 control */

	/* The cursor position last reported (ECMA-48's CPR) with numbers below
	 * 100; 0 before the first report. It is not a key. */
	int cursor_row, cursor_column;

	/* The brightness in percent of the background last reported (xterm's
	 * OSC 11); -1 before the first report. It is not a key, either. */
	int background;

	struct {
		char sequence[KEY_SEQUENCE_MAX];
		int key;
	} named[KEY_NAMED_MAX];
	size_t named_count;
};

/* utf8: whether the terminal sends UTF-8 rather than single bytes. */
void key_parser_init(struct key_parser *parser, bool utf8);

/*
 * Registers the sequence that the terminal sends for that key according to its
 * terminfo entry. Keys that nearly all terminals share need no entry and cannot
 * be changed, except for control characters other than Return, Tab and Ctrl-C.
 * Ignores a sequence that is too long, or any beyond KEY_NAMED_MAX.
 */
void key_parser_name(struct key_parser *parser, const char *sequence, int key);

/*
 * Takes a byte that arrived at now_ms. Returns the key that it completes, or
 * KEYS_NONE. KEYS_PASTE: the byte ends the mark before pasted text; the text
 * that follows, up to its end mark, must not be passed to the parser.
 */
int key_parser_take(struct key_parser *parser, unsigned char byte,
		    int64_t now_ms);

/* Drops all input up to a pause of KEY_GIVE_UP_MS. */
void key_parser_skip(struct key_parser *parser, int64_t now_ms);

/* Notes that nothing more has arrived until now_ms. Returns KEYS_ESCAPE if an
 * Escape has been alone for long enough, otherwise KEYS_NONE. Drops a sequence
 * that has been incomplete for too long. */
int key_parser_pause(struct key_parser *parser, int64_t now_ms);

/* When to call key_parser_pause() next; INT64_MAX: never. */
int64_t key_parser_deadline(const struct key_parser *parser);

#endif
