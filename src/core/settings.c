/* SPDX-License-Identifier: MIT */
/*
 * Looks a text over before libconfig sees it, by the same lexical rules, and
 * words the complaints. Opens no file and knows no option.
 */
#include "config.h"

#include "core/settings.h"

#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"

enum {
	MAX_DEPTH = 16,	    /* groups and lists in one another */
	NUMBER_MAX_LEN = 9, /* characters, digits or not */
	NAME_MAX_LEN = 63   /* of a name that a suggestion is sought for */
};

/* A text on its way through look_over(). */
struct scan {
	const char *at;
	const char *end;
	const char *file;
	int line;
	int depth;
	struct err *err;
};

static bool refuse_here(const struct scan *scan, const char *reason)
{
	return err_set(scan->err, "%s:%d: %s", scan->file, scan->line, reason);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool looking_at(const struct scan *scan, const char *s)
{
	size_t n = strlen(s);

	return (size_t)(scan->end - scan->at) >= n &&
	       memcmp(scan->at, s, n) == 0;
}

/* Moves on by n characters, none of them beyond the end. */
static void skip(struct scan *scan, size_t n)
{
	for (; n > 0 && scan->at < scan->end; n--, scan->at++) {
		if (*scan->at == '\n')
			scan->line++;
	}
}

/* Moves behind the next mark; false where there is none. */
static bool skip_past(struct scan *scan, const char *mark)
{
	while (scan->at < scan->end) {
		if (looking_at(scan, mark)) {
			skip(scan, strlen(mark));
			return true;
		}
		skip(scan, 1);
	}
	return false;
}

/* libconfig takes a string that never ends, and cuts one off at \x00. */
static bool skip_string(struct scan *scan)
{
	struct scan start = *scan;
	bool escaped;

	skip(scan, 1);
	while (scan->at < scan->end && *scan->at != '"') {
		if (looking_at(scan, "\\x00"))
			return refuse_here(scan, "a string cannot hold \\x00; "
						 "take it out.");
		escaped = looking_at(scan, "\\\\") || looking_at(scan, "\\\"");
		skip(scan, escaped ? 2 : 1);
	}
	if (scan->at == scan->end)
		return refuse_here(&start, "this string never ends; close it "
					   "with a double quote.");
	skip(scan, 1);
	return true;
}

/* libconfig takes a comment that never ends, and what it swallows. */
static bool skip_comment(struct scan *scan)
{
	struct scan start = *scan;

	if (looking_at(scan, "#") || looking_at(scan, "//")) {
		skip_past(scan, "\n"); /* or to the end of the text */
	} else if (looking_at(scan, "/*")) {
		skip(scan, 2);
		if (!skip_past(scan, "*/"))
			return refuse_here(&start, "this comment never ends; "
						   "close it with */.");
	} else {
		skip(scan, 1);
	}
	return true;
}

static void skip_name(struct scan *scan)
{
	while (scan->at < scan->end &&
	       (is_letter(*scan->at) || is_digit(*scan->at) ||
		strchr("-_*", *scan->at) != NULL))
		skip(scan, 1);
}

/* libconfig wraps numbers round at 32 bits, which this many cannot reach. */
static bool skip_number(struct scan *scan)
{
	const char *start = scan->at;

	while (scan->at < scan->end &&
	       (is_letter(*scan->at) || is_digit(*scan->at) ||
		*scan->at == '.'))
		skip(scan, 1);
	if (scan->at - start > NUMBER_MAX_LEN)
		return refuse_here(scan, "this number is out of any range; "
					 "write a smaller one.");
	return true;
}

static bool skip_token(struct scan *scan)
{
	switch (*scan->at) {
	case '"':
		return skip_string(scan);
	case '#':
	case '/':
		return skip_comment(scan);
	case '@':
		return refuse_here(scan, "@include is not supported; put the "
					 "settings into this file.");
	case '{':
	case '(':
	case '[':
		if (++scan->depth > MAX_DEPTH)
			return refuse_here(scan, "groups and lists are nested "
						 "too deeply.");
		break;
	case '}':
	case ')':
	case ']':
		scan->depth--;
		break;
	}
	if (is_digit(*scan->at))
		return skip_number(scan);
	if (is_letter(*scan->at) || *scan->at == '*')
		skip_name(scan);
	else
		skip(scan, 1);
	return true;
}

/*
 * Refuses what libconfig would not, or not safely. Its tokens are simple enough
 * to be told apart here: strings, comments, names, numbers and single
 * characters.
 */
static bool look_over(const char *text, size_t len, const char *file,
		      struct err *err)
{
	struct scan scan = {text, text + len, file, 1, 0, err};

	if (len > SETTINGS_MAX_BYTES)
		return err_set(err, "%s: the file is larger than %d KiB.", file,
			       SETTINGS_MAX_BYTES / 1024);
	if (memchr(text, '\0', len) != NULL)
		return err_set(err,
			       "%s: this is no text file: it holds a NUL "
			       "byte.",
			       file);
	while (scan.at < scan.end) {
		if (!skip_token(&scan))
			return false;
	}
	return true;
}

/* libconfig's own words, which are few. */
static const char *explain(const char *why)
{
	if (why == NULL || strcmp(why, "syntax error") == 0)
		return "syntax error here or just before; a setting reads "
		       "name = value; and a group name : { ... };";
	if (strcmp(why, "duplicate setting name") == 0)
		return "this setting, or its group, stands twice; keep one.";
	return why;
}

bool settings_parse(struct config_t *config, const char *text, size_t len,
		    const char *file, struct err *err)
{
	struct buf copy;
	bool ok;

	if (!look_over(text, len, file, err))
		return false;
	/* libconfig wants the last line ended where it is a comment. */
	buf_init(&copy, SETTINGS_MAX_BYTES + 1);
	buf_add(&copy, text, len);
	if (len > 0 && text[len - 1] != '\n')
		buf_add(&copy, "\n", 1);
	config_init(config);
	ok = config_read_string(config, buf_text(&copy)) == CONFIG_TRUE;
	buf_free(&copy);
	if (!ok) {
		err_set(err, "%s:%d: %s", file, config_error_line(config),
			explain(config_error_text(config)));
		config_destroy(config);
	}
	return ok;
}

bool settings_number(const struct config_setting_t *setting, int64_t *out)
{
	int type = config_setting_type(setting);

	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
		return false;
	*out = config_setting_get_int64(setting);
	return true;
}

bool settings_bool(const struct config_setting_t *setting, bool *out)
{
	if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
		return false;
	*out = config_setting_get_bool(setting) == CONFIG_TRUE;
	return true;
}

bool settings_refuse(const struct config_setting_t *setting, const char *file,
		     struct err *err, const char *format, ...)
{
	char reason[sizeof(err->text)];
	va_list args;

	va_start(args, format);
	if (vsnprintf(reason, sizeof(reason), format, args) < 0)
		reason[0] = '\0';
	va_end(args);
	return err_set(err, "%s:%u: %s", file,
		       config_setting_source_line(setting), reason);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many characters to insert, drop or replace between a and b
 * (Levenshtein), both at most NAME_MAX_LEN long. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t row[NAME_MAX_LEN + 1];

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t replaced = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = least(replaced, least(row[j], row[j - 1]) + 1);
		}
	}
	return row[b_len];
}

/* The name among allowed that is nearest to name, not terminated but *len
 * long; NULL where none is near enough to be meant. */
static const char *nearest(const char *name, const char *allowed, size_t *len)
{
	size_t name_len = strlen(name);
	size_t limit = name_len < 5 ? 1 : (name_len + 1) / 3;
	const char *best = NULL;
	const char *next;
	size_t n;

	if (name_len > NAME_MAX_LEN)
		return NULL;
	for (; *allowed != '\0'; allowed = next + strspn(next, ", ")) {
		n = strcspn(allowed, ", ");
		next = allowed + n;
		if (n > NAME_MAX_LEN)
			continue;
		size_t far = distance(name, name_len, allowed, n);
		if (far <= limit && (best == NULL || far < limit)) {
			best = allowed;
			*len = n;
			limit = far;
		}
	}
	return best;
}

bool settings_unknown(const struct config_setting_t *setting, const char *file,
		      const char *allowed, struct err *err)
{
	const char *name = config_setting_name(setting);
	const char *meant;
	size_t len = 0;

	meant = nearest(name, allowed, &len);
	if (meant == NULL)
		return settings_refuse(setting, file, err,
				       "unknown setting \"%.*s\"; allowed here "
				       "are: %s.",
				       NAME_MAX_LEN, name, allowed);
	return settings_refuse(setting, file, err,
			       "unknown setting \"%.*s\"; did you mean "
			       "\"%.*s\"?",
			       NAME_MAX_LEN, name, (int)len, meant);
}
