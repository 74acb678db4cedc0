/* SPDX-License-Identifier: MIT */
/*
 * The boundary for text from outside: cleans it, clips it, measures it in
 * terminal columns, and reads numbers. Widths come from wcwidth(), so main()
 * first sets a UTF-8 LC_CTYPE.
 */
#ifndef GRANTTY_BASE_TEXT_H
#define GRANTTY_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How text_clip() cleans. */
enum text_flag {
	TEXT_NARROW = 1 << 0, /* only what a console can have (TERM=linux): 16
			       * bits, one column wide */
	TEXT_ASCII = 1 << 1,  /* only ASCII; anything else becomes '?' */
	TEXT_DOTS = 1 << 2    /* mark a cut at the end with ".." */
};

/*
 * Copies the len bytes at src to dst (size bytes, always NUL-terminated) so
 * that they are safe to show on a terminal or in a log, and clips them to
 * columns (negative: no limit). Invalid UTF-8, C0, DEL, C1, format characters
 * (bidirectional, zero-width, BOM, tags), line and paragraph separators,
 * private, surrogate and unassigned code points become U+FFFD ('?' with
 * TEXT_ASCII or TEXT_NARROW); newline and tab become a space; each character
 * keeps at most two combining marks. flags: enum text_flag, or'ed. Returns the
 * width in columns.
 */
int text_clip(char *dst, size_t size, const char *src, size_t len, int columns,
	      unsigned flags);

/* A cleaned copy of the string s, of at most max bytes; the caller owns it. */
char *text_clean(const char *s, size_t max);

/* True if cleaning would leave these bytes unchanged. */
bool text_is_clean(const char *src, size_t len);

/* True if all of it is printable ASCII: ' ' to '~'. */
bool text_is_ascii(const char *s, size_t len);

/* True if a clean string shows nothing: it is empty or consists of spaces. */
bool text_is_blank(const char *s);

/* The string; NULL if it is NULL or empty. */
static inline const char *text_unless_empty(const char *s)
{
	return s != NULL && s[0] != '\0' ? s : NULL;
}

/* True if the len bytes at s are one of those strings; NULL ends the list. */
bool text_is_one_of(const char *s, size_t len, const char *const *strings);

/* True if s contains one of those strings; NULL ends the list. */
bool text_contains_one_of(const char *s, const char *const *strings);

/* True if s ends with that. */
bool text_ends_with(const char *s, const char *end);

/* Width of a clean string in columns. */
int text_width(const char *s);

/* The next word of a list whose words are separated by any of those characters;
 * NULL: none is left. Sets *len to its length and advances *list past it. */
const char *text_next_word(const char **list, const char *separators,
			   size_t *len);

/*
 * Decodes one UTF-8 character of at most len bytes at s (strict: no overlong
 * form, no surrogate, at most U+10FFFF). Returns its length in bytes, 0 if len
 * is 0, or -1 if it is invalid (then skip one byte).
 */
int text_decode(const char *s, size_t len, uint32_t *code_point);

/*
 * Reads the whole of the len bytes at s as a decimal number in [min, max]: an
 * optional '-', then digits, nothing else. Otherwise returns false and leaves
 * *out unchanged.
 */
bool text_number(const char *s, size_t len, int64_t min, int64_t max,
		 int64_t *out);

/* "0:07", "4:32", "1:02:03": the remaining time, for a countdown. Returns
 * dst. */
char *text_countdown(char *dst, size_t size, int64_t seconds);

/* "45 seconds", "5 minutes", "18 hours", "89 days": rounded down, for prose. */
char *text_duration(char *dst, size_t size, int64_t seconds);

#endif
