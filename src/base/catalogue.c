/* SPDX-License-Identifier: MIT */
/*
 * Looks up by binary search: msgfmt sorts. Plural forms are evaluated as they
 * are read, from the expression of C in the file's first entry.
 */
#include "config.h"

#include "base/catalogue.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/mem.h"

enum {
	HEADER_BYTES = 28,
	ENTRY_BYTES = 8, /* length and offset of a string */
	DEPTH_MAX = 32	 /* of a plural expression */
};

#define MAGIC 0x950412deu

struct catalogue {
	char *data;
	size_t len, count;
	size_t originals, translations; /* offsets of the tables */
	const char *plural;		/* the expression; or NULL */
};

/* msgfmt writes little endian unless told otherwise. */
static uint32_t number_at(const char *data)
{
	const unsigned char *s = (const unsigned char *)data;

	return (uint32_t)s[0] | (uint32_t)s[1] << 8 | (uint32_t)s[2] << 16 |
	       (uint32_t)s[3] << 24;
}

static const char *entry(const struct catalogue *catalogue, size_t table,
			 size_t i, size_t *len)
{
	const char *at = catalogue->data + table + i * ENTRY_BYTES;

	*len = number_at(at);
	return catalogue->data + number_at(at + 4);
}

/* True if every string of the table, and its NUL, is in the data. */
static bool is_whole(const struct catalogue *catalogue, size_t table)
{
	const char *at;
	size_t len, start;

	if (table > catalogue->len ||
	    catalogue->count > (catalogue->len - table) / ENTRY_BYTES)
		return false;
	for (size_t i = 0; i < catalogue->count; i++) {
		at = catalogue->data + table + i * ENTRY_BYTES;
		len = number_at(at);
		start = number_at(at + 4);
		if (start >= catalogue->len || len >= catalogue->len - start ||
		    catalogue->data[start + len] != '\0')
			return false;
	}
	return true;
}

/* -1: there is none. */
static long find(const struct catalogue *catalogue, const char *text)
{
	size_t low = 0, high = catalogue->count, len;

	while (low < high) {
		const size_t i = low + (high - low) / 2;
		const int order = strcmp(
			text, entry(catalogue, catalogue->originals, i, &len));

		if (order == 0)
			return (long)i;
		if (order < 0)
			high = i;
		else
			low = i + 1;
	}
	return -1;
}

/* The conversion specification of printf(3) at s, from its '%' to its letter,
 * which may also be one of strftime(3). */
static size_t conversion_len(const char *s)
{
	const size_t len = 1 + strspn(s + 1, " #+-0123456789.hljztL$*");

	return s[len] != '\0' ? len + 1 : len;
}

/* True if both take the same arguments in the same order. */
static bool has_same_conversions(const char *text, const char *other)
{
	size_t len;

	for (;;) {
		text += strcspn(text, "%");
		other += strcspn(other, "%");
		if (*text == '\0' || *other == '\0')
			return *text == *other;
		len = conversion_len(text);
		if (len != conversion_len(other) ||
		    strncmp(text, other, len) != 0)
			return false;
		text += len;
		other += len;
	}
}

/* True if the text is one for strftime(3): it has what printf(3) lacks. */
static bool is_date(const char *text)
{
	return strstr(text, "%H:%M") != NULL;
}

/* True if no translation makes printf(3) read an argument that its original
 * does not have: whoever made the file need not have checked it. Each form of a
 * plural counts. */
static bool has_safe_formats(const struct catalogue *catalogue)
{
	const char *text, *translation, *end;
	size_t len;

	for (size_t i = 0; i < catalogue->count; i++) {
		text = entry(catalogue, catalogue->originals, i, &len);
		translation =
			entry(catalogue, catalogue->translations, i, &len);
		end = translation + len;
		/* The first one says things about the file. An empty one is not
		 * used. */
		if (text[0] == '\0' || len == 0 || is_date(text))
			continue;
		for (; translation <= end;
		     translation += strlen(translation) + 1) {
			if (!has_same_conversions(text, translation))
				return false;
		}
	}
	return true;
}

struct catalogue *catalogue_new(char *data, size_t len)
{
	struct catalogue *catalogue = xcalloc(1, sizeof(*catalogue));
	const char *header;
	size_t header_len;
	long first;

	catalogue->data = data;
	catalogue->len = len;
	if (len >= HEADER_BYTES) {
		catalogue->count = number_at(data + 8);
		catalogue->originals = number_at(data + 12);
		catalogue->translations = number_at(data + 16);
	}
	if (len < HEADER_BYTES || number_at(data) != MAGIC ||
	    !is_whole(catalogue, catalogue->originals) ||
	    !is_whole(catalogue, catalogue->translations) ||
	    !has_safe_formats(catalogue)) {
		catalogue_free(catalogue);
		return NULL;
	}
	first = find(catalogue, "");
	if (first < 0)
		return catalogue;
	header = entry(catalogue, catalogue->translations, (size_t)first,
		       &header_len);
	catalogue->plural = strstr(header, "plural=");
	if (catalogue->plural != NULL)
		catalogue->plural += strlen("plural=");
	return catalogue;
}

void catalogue_free(struct catalogue *catalogue)
{
	if (catalogue == NULL)
		return;
	free(catalogue->data);
	free(catalogue);
}

const char *catalogue_at(const struct catalogue *catalogue, size_t i)
{
	size_t len;

	return i < catalogue->count
		       ? entry(catalogue, catalogue->translations, i, &len)
		       : NULL;
}

const char *catalogue_text(const struct catalogue *catalogue, const char *text)
{
	/* The entry of "" says things about the file. */
	const long i = catalogue != NULL && text[0] != '\0'
			       ? find(catalogue, text)
			       : -1;
	const char *found = i >= 0 ? catalogue_at(catalogue, (size_t)i) : "";

	return found[0] != '\0' ? found : text;
}

/* ---- Plural forms */

struct expression {
	const char *at;
	unsigned long n;
	int depth;
};

static const struct op {
	const char *text;
	int rank; /* the higher, the tighter it binds */
} operators[] = {
	{"||", 1}, {"&&", 2}, {"==", 3}, {"!=", 3}, {"<=", 4},
	{">=", 4}, {"<", 4},  {">", 4},	 {"+", 5},  {"-", 5},
	{"*", 6},  {"/", 6},  {"%", 6},
};

enum { OPERATOR_COUNT = sizeof(operators) / sizeof(operators[0]) };

static unsigned long choice(struct expression *expression);

/* Takes the text off; false if something else is there. */
static bool take(struct expression *expression, const char *text)
{
	expression->at += strspn(expression->at, " ");
	if (strncmp(expression->at, text, strlen(text)) != 0)
		return false;
	expression->at += strlen(text);
	return true;
}

static unsigned long operand(struct expression *expression)
{
	unsigned long value = 0;

	if (take(expression, "n"))
		return expression->n;
	if (expression->depth >= DEPTH_MAX)
		return 0;
	expression->depth++;
	if (take(expression, "!")) {
		value = operand(expression) == 0;
	} else if (take(expression, "(")) {
		value = choice(expression);
		(void)take(expression, ")");
	} else {
		for (; ascii_is_digit(*expression->at); expression->at++)
			value = value * 10 +
				(unsigned long)(*expression->at - '0');
	}
	expression->depth--;
	return value;
}

static unsigned long apply(const char *text, unsigned long a, unsigned long b)
{
	switch (text[0]) {
	case '|':
		return a != 0 || b != 0;
	case '&':
		return a != 0 && b != 0;
	case '=':
		return a == b;
	case '!':
		return a != b;
	case '<':
		return text[1] == '=' ? a <= b : a < b;
	case '>':
		return text[1] == '=' ? a >= b : a > b;
	case '+':
		return a + b;
	case '-':
		return a - b;
	case '*':
		return a * b;
	case '/':
		return b != 0 ? a / b : 0;
	case '%':
		return b != 0 ? a % b : 0;
	}
	return 0;
}

static const struct op *take_operator(struct expression *expression, int rank)
{
	for (size_t i = 0; i < OPERATOR_COUNT; i++) {
		if (operators[i].rank >= rank &&
		    take(expression, operators[i].text))
			return &operators[i];
	}
	return NULL;
}

/* Operators of that rank and above. */
static unsigned long chain(struct expression *expression, int rank)
{
	unsigned long value = operand(expression);
	const struct op *op;

	while ((op = take_operator(expression, rank)) != NULL)
		value = apply(op->text, value, chain(expression, op->rank + 1));
	return value;
}

static unsigned long choice(struct expression *expression)
{
	const unsigned long which = chain(expression, 1);
	unsigned long yes, no;

	if (expression->depth >= DEPTH_MAX || !take(expression, "?"))
		return which;
	expression->depth++;
	yes = choice(expression);
	no = take(expression, ":") ? choice(expression) : 0;
	expression->depth--;
	return which != 0 ? yes : no;
}

const char *catalogue_plural(const struct catalogue *catalogue, const char *one,
			     const char *many, unsigned long n)
{
	const long i = catalogue != NULL ? find(catalogue, one) : -1;
	struct expression expression = {.n = n};
	unsigned long form = n == 1 ? 0 : 1;
	const char *text, *end;
	size_t len;

	if (i < 0)
		return form == 0 ? one : many;
	if (catalogue->plural != NULL) {
		expression.at = catalogue->plural;
		form = choice(&expression);
	}
	text = entry(catalogue, catalogue->translations, (size_t)i, &len);
	end = text + len;
	/* One form after another, each with its NUL. */
	while (form > 0 && text + strlen(text) < end) {
		text += strlen(text) + 1;
		form--;
	}
	if (form == 0 && text[0] != '\0')
		return text;
	return n == 1 ? one : many;
}
