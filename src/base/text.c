/* SPDX-License-Identifier: MIT */
/*
 * Cleans, clips and measures in one pass over the text, one character at a
 * time. Also reads and writes the few numbers shown to users. Knows nothing of
 * screens: columns come from wcwidth().
 */
#include "config.h"

#include "base/text.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/mem.h"

enum {
	MARKS_MAX = 2,	     /* combining marks on a character */
	CONSOLE_MAX = 0xFFFF /* the last one a console font can have */
};

struct range {
	uint32_t first, last;
};

/*
 * Characters that wcwidth() calls printable but that must not reach a terminal,
 * sorted: the Unicode categories Cf, Zl, Zp and Co, and anything else with the
 * property Default_Ignorable_Code_Point. The remaining categories Cc, Cs and Cn
 * have no width.
 */
static const struct range unwanted[] = {
	{0x00AD, 0x00AD},    /* soft hyphen */
	{0x034F, 0x034F},    /* combining grapheme joiner */
	{0x0600, 0x0605},    /* Arabic number signs */
	{0x061C, 0x061C},    /* Arabic letter mark (bidirectional) */
	{0x06DD, 0x06DD},    /* Arabic end of ayah */
	{0x070F, 0x070F},    /* Syriac abbreviation mark */
	{0x0890, 0x0891},    /* Arabic currency marks above */
	{0x08E2, 0x08E2},    /* Arabic disputed end of ayah */
	{0x115F, 0x1160},    /* Hangul fillers */
	{0x17B4, 0x17B5},    /* Khmer inherent vowels */
	{0x180B, 0x180F},    /* Mongolian variation selectors */
	{0x200B, 0x200F},    /* zero-width, joiners, LRM, RLM */
	{0x2028, 0x202E},    /* line, paragraph; bidirectional */
	{0x2060, 0x206F},    /* word joiner, isolates, invisible operators */
	{0x3164, 0x3164},    /* Hangul filler */
	{0xE000, 0xF8FF},    /* private use */
	{0xFE00, 0xFE0F},    /* variation selectors */
	{0xFEFF, 0xFEFF},    /* byte order mark */
	{0xFFA0, 0xFFA0},    /* halfwidth Hangul filler */
	{0xFFF0, 0xFFFB},    /* interlinear annotation */
	{0x110BD, 0x110BD},  /* Kaithi number sign */
	{0x110CD, 0x110CD},  /* Kaithi number sign above */
	{0x13430, 0x1343F},  /* Egyptian hieroglyph format controls */
	{0x1BCA0, 0x1BCA3},  /* shorthand format controls */
	{0x1D173, 0x1D17A},  /* musical format controls */
	{0xE0000, 0xE0FFF},  /* tags, variation selectors */
	{0xF0000, 0x10FFFF}, /* private use */
};

/* One character of the source, cleaned. */
struct piece {
	const char *bytes; /* point into the source if clean */
	size_t len;	   /* 0: dropped */
	int width;	   /* 0: combines with the previous character */
};

static int compare_range(const void *key, const void *member)
{
	const struct range *range = member;
	uint32_t c = *(const uint32_t *)key;

	return c < range->first ? -1 : c > range->last;
}

/* Columns of the code point; -1 if it must not be shown. */
static int safe_width(uint32_t c)
{
	if (c >= 0x20 && c < 0x7F)
		return 1;
	if (c < 0xA0 ||
	    bsearch(&c, unwanted, sizeof(unwanted) / sizeof(*unwanted),
		    sizeof(*unwanted), compare_range) != NULL)
		return -1;
	return wcwidth((wchar_t)c);
}

static struct piece replacement(unsigned flags)
{
	if (flags & (TEXT_ASCII | TEXT_NARROW))
		return (struct piece){.bytes = "?", .len = 1, .width = 1};
	return (struct piece){.bytes = "\xEF\xBF\xBD", .len = 3, .width = 1};
}

/*
 * Cleans the first character of the len (at least 1) bytes at s. *marks counts
 * the marks on the current character, -1 before the first one. Returns the
 * number of source bytes consumed.
 */
static size_t take_piece(struct piece *piece, const char *s, size_t len,
			 unsigned flags, int *marks)
{
	uint32_t c = 0;
	int n = text_decode(s, len, &c);
	size_t taken = n > 0 ? (size_t)n : 1;
	int width = n > 0 ? safe_width(c) : -1;

	*piece = (struct piece){.bytes = s, .len = taken, .width = width};
	if (c == '\n' || c == '\t')
		*piece = (struct piece){.bytes = " ", .len = 1, .width = 1};
	else if (width < 0 || ((flags & TEXT_ASCII) && c > 0x7F))
		*piece = replacement(flags);
	else if (width == 0 && ((flags & TEXT_NARROW) || *marks >= MARKS_MAX))
		piece->len = 0;
	else if (width == 0 && *marks < 0) /* would combine with text outside */
		*piece = replacement(flags);
	else if ((width > 1 || c > CONSOLE_MAX) && (flags & TEXT_NARROW))
		*piece = replacement(flags);

	if (piece->width > 0)
		*marks = 0;
	else if (piece->len > 0)
		(*marks)++;
	return taken;
}

bool text_is_ascii(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] >= 0x20 && s[n] < 0x7F)
		n++;
	return n == len;
}

int text_clip(char *dst, size_t size, const char *src, size_t len, int columns,
	      unsigned flags)
{
	/* A position in dst where the text may end. */
	struct place {
		size_t len;
		int width;
	} end = {0, 0}, character = {0, 0}, before_dots = {0, 0};
	const int limit = columns < 0 ? INT_MAX : columns;
	struct piece piece;
	int marks = -1;
	size_t taken;

	if (size == 0)
		return 0;
	if (len > 0 && len < size && len <= (size_t)limit &&
	    text_is_ascii(src, len)) { /* most text needs no cleaning */
		memcpy(dst, src, len);
		dst[len] = '\0';
		return (int)len;
	}
	for (; len > 0; src += taken, len -= taken) {
		taken = take_piece(&piece, src, len, flags, &marks);
		if (piece.width > 0) {
			character = end;
			if (size - end.len > 2 && limit - end.width >= 2)
				before_dots = end;
		}
		if (piece.len >= size - end.len ||
		    piece.width > limit - end.width)
			break;
		memcpy(dst + end.len, piece.bytes, piece.len);
		end.len += piece.len;
		end.width += piece.width;
	}
	if (len > 0) /* do not cut a character off its marks */
		end = flags & TEXT_DOTS ? before_dots : character;
	if (len > 0 && (flags & TEXT_DOTS)) {
		for (int i = 0;
		     i < 2 && size - end.len > 1 && end.width < limit; i++) {
			dst[end.len++] = '.';
			end.width++;
		}
	}
	dst[end.len] = '\0';
	return end.width;
}

char *text_clean(const char *s, size_t max)
{
	size_t len = strlen(s);
	/* The longest replacement turns 1 byte into 3. */
	size_t most = len < max / 3 ? 3 * len : max;
	char *copy = xcalloc(most + 1, 1);

	text_clip(copy, most + 1, s, len, -1, 0);
	return copy;
}

bool text_is_clean(const char *src, size_t len)
{
	struct piece piece;
	int marks = -1;
	size_t taken;

	for (; len > 0; src += taken, len -= taken) {
		taken = take_piece(&piece, src, len, 0, &marks);
		if (piece.bytes != src || piece.len != taken)
			return false;
	}
	return true;
}

bool text_is_blank(const char *s)
{
	/* The Unicode category Zs and the blank braille cell, sorted. */
	static const struct range spaces[] = {
		{0x0020, 0x0020}, {0x00A0, 0x00A0}, {0x1680, 0x1680},
		{0x2000, 0x200A}, {0x202F, 0x202F}, {0x205F, 0x205F},
		{0x2800, 0x2800}, {0x3000, 0x3000},
	};
	size_t len = strlen(s);
	uint32_t c = 0;
	int n;

	while ((n = text_decode(s, len, &c)) > 0 &&
	       bsearch(&c, spaces, sizeof(spaces) / sizeof(*spaces),
		       sizeof(*spaces), compare_range) != NULL) {
		s += n;
		len -= (size_t)n;
	}
	return len == 0;
}

int text_width(const char *s)
{
	size_t len = strlen(s), taken;
	struct piece piece;
	int marks = -1;
	int width = 0;

	for (; len > 0 && width < INT_MAX - 2; s += taken, len -= taken) {
		taken = take_piece(&piece, s, len, 0, &marks);
		width += piece.width;
	}
	return width;
}

int text_decode(const char *s, size_t len, uint32_t *code_point)
{
	/* The smallest code points that need 1, 2, 3, 4 bytes. */
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
	unsigned char lead;
	uint32_t c;
	int more;

	if (len == 0)
		return 0;
	lead = (unsigned char)s[0];
	if (lead < 0x80)
		more = 0;
	else if (lead >= 0xC0 && lead < 0xE0)
		more = 1;
	else if (lead >= 0xE0 && lead < 0xF0)
		more = 2;
	else if (lead >= 0xF0 && lead < 0xF8)
		more = 3;
	else
		return -1;
	if ((size_t)more >= len)
		return -1;
	c = more == 0 ? lead : lead & (0x3Fu >> more);
	for (int i = 1; i <= more; i++) {
		if (((unsigned char)s[i] & 0xC0) != 0x80)
			return -1;
		c = c << 6 | ((unsigned char)s[i] & 0x3F);
	}
	if (c < least[more] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return -1;
	*code_point = c;
	return more + 1;
}

bool text_is_one_of(const char *s, size_t len, const char *const *strings)
{
	for (; *strings != NULL; strings++) {
		if (strncmp(*strings, s, len) == 0 && (*strings)[len] == '\0')
			return true;
	}
	return false;
}

bool text_contains_one_of(const char *s, const char *const *strings)
{
	for (; *strings != NULL; strings++) {
		if (strstr(s, *strings) != NULL)
			return true;
	}
	return false;
}

bool text_ends_with(const char *s, const char *end)
{
	const size_t len = strlen(s), n = strlen(end);

	return len >= n && memcmp(s + len - n, end, n) == 0;
}

const char *text_next_word(const char **list, const char *separators,
			   size_t *len)
{
	const char *word = *list + strspn(*list, separators);

	*len = strcspn(word, separators);
	*list = word + *len;
	return *len > 0 ? word : NULL;
}

bool text_number(const char *s, size_t len, int64_t min, int64_t max,
		 int64_t *out)
{
	bool negative = len > 0 && s[0] == '-';
	int64_t value = 0; /* negative: that range is larger by one */
	size_t i = negative ? 1 : 0;

	if (i == len)
		return false;
	for (; i < len; i++) {
		int digit = s[i] - '0';

		if (digit < 0 || digit > 9 || value < (INT64_MIN + digit) / 10)
			return false;
		value = value * 10 - digit;
	}
	if (!negative) {
		if (value == INT64_MIN)
			return false;
		value = -value;
	}
	if (value < min || value > max)
		return false;
	*out = value;
	return true;
}

char *text_countdown(char *dst, size_t size, int64_t seconds)
{
	int64_t left = seconds > 0 ? seconds : 0;
	int s = (int)(left % 60), min = (int)(left / 60 % 60);

	if (left >= 3600)
		snprintf(dst, size, "%" PRId64 ":%02d:%02d", left / 3600, min,
			 s);
	else
		snprintf(dst, size, "%d:%02d", min, s);
	return dst;
}

char *text_duration(char *dst, size_t size, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = {
		{86400, "day"},
		{3600, "hour"},
		{60, "minute"},
		{1, "second"},
	};
	int64_t left = seconds > 0 ? seconds : 0;
	size_t i = 0;

	while (left < units[i].seconds && units[i].seconds > 1)
		i++;
	left /= units[i].seconds;
	snprintf(dst, size, "%" PRId64 " %s%s", left, units[i].name,
		 left == 1 ? "" : "s");
	return dst;
}
