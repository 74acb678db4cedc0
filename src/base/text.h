/* SPDX-License-Identifier: MIT */
/*
 * The boundary for text from outside: cleaning, clipping and measuring it in
 * terminal columns, and reading numbers. Widths follow the locale's wcwidth(),
 * so main() sets a UTF-8 LC_CTYPE first.
 */
#ifndef GRANTTY_BASE_TEXT_H
#define GRANTTY_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How text_clip() cleans. */
enum text_flag {
	TEXT_NARROW = 1 << 0, /* only characters one column wide (TERM=linux) */
	TEXT_ASCII = 1 << 1,  /* only ASCII; anything else becomes '?' */
	TEXT_DOTS = 1 << 2    /* mark a cut at the end with ".." */
};

/*
 * Copies the len bytes at src to dst (size bytes, always NUL-terminated) so
 * that they are safe for a terminal or a log, and clips them to columns
 * (negative: no limit). Invalid UTF-8, C0, DEL, C1, format characters
 * (bidirectional, zero-width, BOM, tags), line and paragraph separators,
 * private, surrogate and unassigned code points become U+FFFD ('?' with
 * TEXT_ASCII or TEXT_NARROW); newline and tab become a space; at most two
 * combining marks stay on a character. flags: enum text_flag, or'ed.
 * Returns the width in columns.
 */
int text_clip(char *dst, size_t size, const char *src, size_t len, int columns,
	      unsigned flags);

/* A cleaned copy of the string s, at most max bytes; the caller owns it. */
char *text_clean(const char *s, size_t max);

/* Whether cleaning would leave these bytes as they are. */
bool text_is_clean(const char *src, size_t len);

/* Width of a clean string in columns. */
int text_width(const char *s);

/*
 * Decodes one UTF-8 character of at most len bytes at s (strict: no overlong
 * form, no surrogate, at most U+10FFFF). Returns its length in bytes, 0 where
 * len is 0, -1 where it is invalid (skip one byte then).
 */
int text_decode(const char *s, size_t len, uint32_t *code_point);

/*
 * Reads a decimal number, the whole of the len bytes at s, in [min, max]. An
 * optional leading '-', digits, nothing else. Returns false otherwise and
 * leaves *out alone.
 */
bool text_number(const char *s, size_t len, int64_t min, int64_t max,
		 int64_t *out);

/* "0:07", "4:32", "1:02:03": a time left, for a countdown. Returns dst. */
char *text_countdown(char *dst, size_t size, int64_t seconds);

/* "45 seconds", "5 minutes", "18 hours", "89 days": rounded down, for prose. */
char *text_duration(char *dst, size_t size, int64_t seconds);

#endif
