/* SPDX-License-Identifier: MIT */
/*
 * Finds where to break text into rows. Widths come from text_clip(), which the
 * drawn text goes through as well.
 */
#include "config.h"

#include "ui/wrap.h"

#include <string.h>

#include "base/text.h"

/* The bytes of the first character at s, which is not empty. */
static size_t character_len(const char *s)
{
	uint32_t c;
	int n = text_decode(s, strlen(s), &c);

	return n > 0 ? (size_t)n : 1;
}

static int character_width(const char *s, size_t len, unsigned flags)
{
	char clean[8];

	return text_clip(clean, sizeof(clean), s, len, -1, flags);
}

/* Chinese and Japanese letters and marks, between which a row may end. Korean
 * has spaces between words. */
static bool is_ideograph(uint32_t c)
{
	return (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xf900 && c <= 0xfaff) ||
	       (c >= 0xff00 && c <= 0xff60) || (c >= 0x20000 && c <= 0x3fffd);
}

static bool is_among(const char *s, size_t len, const char *all)
{
	for (size_t n; *all != '\0'; all += n) {
		n = character_len(all);
		if (n == len && memcmp(s, all, n) == 0)
			return true;
	}
	return false;
}

/* True if a row may end between the characters at s + before and at s + at. */
static bool may_break(const char *s, size_t before, size_t at)
{
	static const char openers[] = "(\"（「『【《“";
	static const char closers[] =
		")\",.:;?!%-、。，．：；？！）」』】》”…ー々"
		"ぁぃぅぇぉっゃゅょァィゥェォッャュョ";
	uint32_t a = 0, b = 0;

	(void)text_decode(s + before, at - before, &a);
	(void)text_decode(s + at, strlen(s + at), &b);
	return (is_ideograph(a) || is_ideograph(b)) &&
	       !is_among(s + before, at - before, openers) &&
	       !is_among(s + at, character_len(s + at), closers);
}

bool wrap_words(const char **rest, int columns, unsigned flags,
		struct span *row)
{
	const char *s = *rest + strspn(*rest, " ");
	size_t len = 0, words = 0, before = 0, n;
	int width = 0;

	while (s[len] != '\0') {
		n = character_len(s + len);
		width += character_width(s + len, n, flags);
		if (s[len] == ' ' || (len > 0 && may_break(s, before, len)))
			words = len;
		if (width > columns && len > 0)
			break;
		before = len;
		len += n;
	}
	if (s[len] != '\0' && words > 0)
		len = words;
	*rest = s + len;
	while (len > 0 && s[len - 1] == ' ')
		len--;
	*row = (struct span){.s = s, .len = len};
	return len > 0;
}

/* Where to break a row that begins with a host, or with the rest of one, before
 * the last '/' that ends neither scheme nor host; 0: nowhere. */
static size_t after_host(const char *s, size_t most)
{
	const char *scheme = strstr(s, "://");
	size_t first = 1;

	if (scheme != NULL && (size_t)(scheme - s) < most)
		first = (size_t)(scheme - s) + strlen("://");
	for (size_t i = most; s[0] != '/' && i >= first; i--) {
		if (s[i] == '/')
			return i;
	}
	return 0;
}

/* The same for any other row: before a '/' or else a '.', but not so early that
 * the row is half empty. */
static size_t in_path(const char *s, size_t most)
{
	for (const char *c = "/."; *c != '\0'; c++) {
		for (size_t i = most; i > most / 2; i--) {
			if (s[i] == *c)
				return i;
		}
	}
	return most;
}

bool wrap_address(const char **rest, int columns, struct span *row)
{
	size_t len = strlen(*rest);
	size_t most = columns > 0 ? (size_t)columns : 1;

	*row = (struct span){.s = *rest, .len = len};
	if (len > most) {
		row->len = after_host(row->s, most);
		if (row->len == 0)
			row->len = in_path(row->s, most);
	}
	*rest += row->len;
	return row->len > 0;
}

int wrap_words_rows(const char *text, int columns, unsigned flags)
{
	struct span row;
	int rows = 0;

	while (wrap_words(&text, columns, flags, &row))
		rows++;
	return rows;
}

int wrap_address_rows(const char *text, int columns)
{
	struct span row;
	int rows = 0;

	while (wrap_address(&text, columns, &row))
		rows++;
	return rows;
}
