/* SPDX-License-Identifier: MIT */
/*
 * Forms, written and read one field at a time. The character tests do not use
 * <ctype.h>, which depends on the locale.
 */
#include "config.h"

#include "base/form.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/mem.h"

/* RFC 3986 section 2.3. */
static bool is_unreserved(char c)
{
	return ascii_is_alnum(c) || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

static int hex_digit(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte that the %XX at s encodes; -1 if it is malformed. */
static int escaped_byte(const char *s, size_t n)
{
	int high, low;

	if (n < 3 || s[0] != '%')
		return -1;
	high = hex_digit(s[1]);
	low = hex_digit(s[2]);
	return high >= 0 && low >= 0 ? high * 16 + low : -1;
}

/* The number of bytes before the first c, or n. */
static size_t span(const char *s, size_t n, char c)
{
	size_t i = 0;

	while (i < n && s[i] != c)
		i++;
	return i;
}

/* The length of the first field, including the '&' after it. */
static size_t field_step(size_t field, size_t len)
{
	return field < len ? field + 1 : field;
}

/* The caller owns the string; NULL if it is badly encoded or contains a NUL. */
static char *decode(const char *s, size_t n)
{
	char *out = xcalloc(n + 1, 1);
	size_t len = 0;
	int c;

	for (size_t i = 0; i < n; i++) {
		c = (unsigned char)s[i];
		if (c == '%') {
			c = escaped_byte(s + i, n - i);
			if (c <= 0)
				goto fail;
			i += 2;
		} else if (c == '+') {
			c = ' ';
		} else if (c <= ' ' || c > '~') {
			goto fail;
		}
		out[len++] = (char)c;
	}
	return out;
fail:
	secret_free(out);
	return NULL;
}

static bool is_named(const char *s, size_t n, const char *name)
{
	char *decoded = decode(s, n);
	bool same = decoded != NULL && strcmp(decoded, name) == 0;

	free(decoded);
	return same;
}

static size_t count_unreserved(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && is_unreserved(s[n]))
		n++;
	return n;
}

static void encode_byte(struct buf *out, char byte)
{
	static const char hex[] = "0123456789ABCDEF";
	unsigned char c = (unsigned char)byte;
	char escape[] = {'%', hex[c >> 4], hex[c & 15]};

	if (c == ' ')
		buf_add(out, "+", 1);
	else
		buf_add(out, escape, sizeof(escape));
}

bool form_encode(struct buf *out, const char *s, size_t len)
{
	while (len > 0) {
		size_t n = count_unreserved(s, len);

		if (n > 0) {
			buf_add(out, s, n);
		} else {
			encode_byte(out, *s);
			n = 1;
		}
		s += n;
		len -= n;
	}
	return !out->failed;
}

bool form_add(struct buf *out, const char *name, const char *value)
{
	if (value == NULL)
		return !out->failed;
	if (out->len > 0)
		buf_adds(out, "&");
	form_encode(out, name, strlen(name));
	buf_adds(out, "=");
	return form_encode(out, value, strlen(value));
}

char *form_get(const char *form, size_t len, const char *name)
{
	size_t field, key, step;

	for (; len > 0; form += step, len -= step) {
		field = span(form, len, '&');
		key = span(form, field, '=');
		step = field_step(field, len);
		if (!is_named(form, key, name))
			continue;
		if (key == field)
			return xstrdup("");
		return decode(form + key + 1, field - key - 1);
	}
	return NULL;
}

bool form_take(const char **form, size_t *len, char **name, char **value)
{
	size_t field = span(*form, *len, '&');
	size_t key = span(*form, field, '=');
	size_t start = key < field ? key + 1 : key; /* of the value */
	size_t step = field_step(field, *len);

	*name = decode(*form, key);
	*value = decode(*form + start, field - start);
	*form += step;
	*len -= step;
	if (*name != NULL && *value != NULL)
		return true;
	secret_free(*name);
	secret_free(*value);
	*name = NULL;
	*value = NULL;
	return false;
}

/* True if the character may appear unencoded in a form. */
static bool is_form_char(char c)
{
	return ascii_is_alnum(c) ||
	       (c != '\0' && strchr("-._~*+!$'(),/:;@?[]&=", c) != NULL);
}

bool form_looks_like(const char *s, size_t len)
{
	size_t field, key, step;
	bool named = false;

	for (size_t i = 0; i < len; i++) {
		if (!is_form_char(s[i]) && escaped_byte(s + i, len - i) < 0)
			return false;
	}
	for (; len > 0; s += step, len -= step) {
		field = span(s, len, '&');
		key = span(s, field, '=');
		step = field_step(field, len);
		if (key > 0 && key < field)
			named = true;
	}
	return named;
}

bool form_repair(struct buf *out, const char *s, size_t len)
{
	size_t key;

	while (len > 0 && strchr(" \t\r\n", s[len - 1]) != NULL &&
	       s[len - 1] != '\0')
		len--;
	/* HTML may also contain '&' and '='. */
	key = span(s, len, '=');
	(void)buf_add(out, s, key);
	for (size_t i = key; i < len; i++) {
		if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
			return false;
		if (is_form_char(s[i]) || escaped_byte(s + i, len - i) >= 0)
			(void)buf_add(out, &s[i], 1);
		else
			(void)form_encode(out, &s[i], 1);
	}
	return !out->failed && form_looks_like(buf_text(out), out->len);
}
