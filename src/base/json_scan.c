/* SPDX-License-Identifier: MIT */
/*
 * One pass over the text with a cursor. It checks strings and numbers; of the
 * rest it counts only the depth. Allocates nothing.
 */
#include "config.h"

#include "base/json_scan.h"

#include <stdbool.h>
#include <string.h>

#include "base/ascii.h"
#include "base/text.h"

/* A cursor into the text, and the error found there. */
struct scan {
	const char *s;
	size_t len;
	size_t at;
	int depth;
	const char *wrong;
};

/*
 * Finds an error in the escape sequence at s, which begins with a backslash.
 * NULL if there is none, or none that parsers overlook. cJSON takes "\u12g4"
 * for a NUL.
 */
static const char *fault_in_escape(const char *s, size_t len)
{
	if (len < 6 || s[1] != 'u')
		return NULL;
	for (size_t i = 2; i < 6; i++) {
		if (!ascii_is_hex_digit(s[i]))
			return "a \\u is not followed by four hex digits";
	}
	return memcmp(s + 2, "0000", 4) == 0 ? "a string contains a NUL" : NULL;
}

/* Most characters: ASCII that means only itself in a string. */
static bool is_ordinary(char c)
{
	return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/* Scans a string, from after its opening quote to the closing one. */
static bool scan_string(struct scan *scan)
{
	while (scan->at < scan->len) {
		const char *p = scan->s + scan->at;
		size_t left = scan->len - scan->at;
		uint32_t c;
		int n;

		if (is_ordinary(*p)) {
			scan->at++;
			continue;
		}
		n = text_decode(p, left, &c);
		if (n < 0)
			scan->wrong = "a string is not valid UTF-8";
		else if (c < 0x20)
			scan->wrong = "a string contains a control character";
		else if (c == '\\')
			scan->wrong = fault_in_escape(p, left);
		if (scan->wrong)
			return false;
		/* An escaped quote does not end the string. */
		if (c == '\\' && left >= 2 && (p[1] == '"' || p[1] == '\\'))
			n = 2;
		scan->at += (size_t)n;
		if (c == '"')
			return true;
	}
	scan->wrong = "a string is not terminated";
	return false;
}

static size_t count_digits(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && ascii_is_digit(s[n]))
		n++;
	return n;
}

/* A number by the grammar of RFC 8259 section 6; strtod() accepts more. */
static bool scan_number(struct scan *scan)
{
	const char *s = scan->s + scan->at;
	size_t left = scan->len - scan->at;
	size_t at = *s == '-';
	size_t digits = count_digits(s + at, left - at);
	bool good = digits == 1 || (digits > 1 && s[at] != '0');

	at += digits;
	if (at < left && s[at] == '.') {
		at++;
		digits = count_digits(s + at, left - at);
		good = good && digits > 0;
		at += digits;
	}
	if (at < left && (s[at] == 'e' || s[at] == 'E')) {
		at++;
		if (at < left && (s[at] == '+' || s[at] == '-'))
			at++;
		digits = count_digits(s + at, left - at);
		good = good && digits > 0;
		at += digits;
	}
	if (!good) {
		scan->wrong = "a number is malformed";
		return false;
	}
	scan->at += at;
	return true;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool scan_text(struct scan *scan)
{
	while (scan->at < scan->len) {
		char c = scan->s[scan->at];

		if (c == '-' || ascii_is_digit(c)) {
			if (!scan_number(scan))
				return false;
			continue;
		}
		if ((unsigned char)c < 0x20 && !is_space(c)) {
			scan->wrong = "there is a control character";
			return false;
		}
		if ((c == '[' || c == '{') && ++scan->depth > JSON_MAX_DEPTH) {
			scan->wrong = "it is nested too deeply";
			return false;
		}
		if (c == ']' || c == '}')
			scan->depth--;
		scan->at++;
		if (c == '"' && !scan_string(scan))
			return false;
	}
	return true;
}

const char *json_scan(const char *s, size_t len, size_t *at)
{
	struct scan scan = {.s = s, .len = len};

	scan_text(&scan);
	*at = scan.at;
	return scan.wrong;
}

size_t json_scan_spaces(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && is_space(s[n]))
		n++;
	return n;
}
