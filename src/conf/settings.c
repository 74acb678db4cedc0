/* SPDX-License-Identifier: MIT */
/*
 * Checks a text by libconfig's lexical rules before libconfig parses it, and
 * words the errors. Opens no file and knows no option.
 */
#include "config.h"

#include "conf/settings.h"

#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/nearest.h"

enum {
	MAX_DEPTH = 16,	    /* of nested groups and lists */
	NUMBER_MAX_LEN = 9, /* characters, not only digits */
	NAME_MAX_LEN = 63   /* of a name in a message */
};

/* The text that check_text() is checking. */
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

static bool is_at(const struct scan *scan, const char *s)
{
	size_t n = strlen(s);

	return (size_t)(scan->end - scan->at) >= n &&
	       memcmp(scan->at, s, n) == 0;
}

/* Advances by n characters, but not past the end. */
static void skip(struct scan *scan, size_t n)
{
	for (; n > 0 && scan->at < scan->end; n--, scan->at++) {
		if (*scan->at == '\n')
			scan->line++;
	}
}

/* Advances past the next mark; false if there is none. */
static bool skip_past(struct scan *scan, const char *mark)
{
	while (scan->at < scan->end) {
		if (is_at(scan, mark)) {
			skip(scan, strlen(mark));
			return true;
		}
		skip(scan, 1);
	}
	return false;
}

/* libconfig accepts an unterminated string, and truncates a string at \x00. */
static bool skip_string(struct scan *scan)
{
	struct scan start = *scan;
	bool escaped;

	skip(scan, 1);
	while (scan->at < scan->end && *scan->at != '"') {
		if (is_at(scan, "\\x00"))
			return refuse_here(scan, "a string cannot contain "
						 "\\x00; remove it.");
		escaped = is_at(scan, "\\\\") || is_at(scan, "\\\"");
		skip(scan, escaped ? 2 : 1);
	}
	if (scan->at == scan->end)
		return refuse_here(&start, "this string is not terminated; "
					   "close it with a double quote.");
	skip(scan, 1);
	return true;
}

/* libconfig accepts an unterminated comment, and loses the settings in it. */
static bool skip_comment(struct scan *scan)
{
	struct scan start = *scan;

	if (is_at(scan, "#") || is_at(scan, "//")) {
		skip_past(scan, "\n"); /* or to the end of the text */
	} else if (is_at(scan, "/*")) {
		skip(scan, 2);
		if (!skip_past(scan, "*/"))
			return refuse_here(&start, "this comment is not "
						   "terminated; close it "
						   "with */.");
	} else {
		skip(scan, 1);
	}
	return true;
}

static void skip_name(struct scan *scan)
{
	while (scan->at < scan->end &&
	       (ascii_is_alnum(*scan->at) || strchr("-_*", *scan->at) != NULL))
		skip(scan, 1);
}

/* libconfig wraps numbers around at 32 bits, which this length cannot reach. */
static bool skip_number(struct scan *scan)
{
	const char *start = scan->at;

	while (scan->at < scan->end &&
	       (ascii_is_alnum(*scan->at) || *scan->at == '.'))
		skip(scan, 1);
	if (scan->at - start > NUMBER_MAX_LEN)
		return refuse_here(scan, "this number is too long; write a "
					 "smaller one.");
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
					 "settings in this file.");
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
	if (ascii_is_digit(*scan->at))
		return skip_number(scan);
	if (ascii_is_letter(*scan->at) || *scan->at == '*')
		skip_name(scan);
	else
		skip(scan, 1);
	return true;
}

/*
 * Rejects what libconfig would accept, or would not reject safely. Its tokens
 * are simple enough to recognise here: strings, comments, names, numbers and
 * single characters.
 */
static bool check_text(const char *text, size_t len, const char *file,
		       struct err *err)
{
	struct scan scan = {text, text + len, file, 1, 0, err};

	if (len > SETTINGS_MAX_BYTES)
		return err_set(err, "%s: the file is larger than %d KiB.", file,
			       SETTINGS_MAX_BYTES / 1024);
	if (memchr(text, '\0', len) != NULL)
		return err_set(err,
			       "%s: this is not a text file: it contains a "
			       "NUL byte.",
			       file);
	while (scan.at < scan.end) {
		if (!skip_token(&scan))
			return false;
	}
	return true;
}

/* Where libconfig gets no memory, it goes on: with a setting that has no name,
 * or a string that has no text. An element of a list never has a name. */
static bool is_whole(const struct config_setting_t *setting)
{
	const struct config_setting_t *member;

	if (setting == NULL)
		return false;
	if (config_setting_type(setting) == CONFIG_TYPE_STRING)
		return config_setting_get_string(setting) != NULL;
	for (int i = 0; i < config_setting_length(setting); i++) {
		member = config_setting_get_elem(setting, (unsigned)i);
		if (!is_whole(member) || (config_setting_is_group(setting) &&
					  config_setting_name(member) == NULL))
			return false;
	}
	return true;
}

/* Rewords libconfig's own few messages. */
static const char *explain(const char *why)
{
	if (why == NULL || strcmp(why, "syntax error") == 0)
		return "syntax error here or just before; write a setting as "
		       "name = value; and a group as name : { ... };";
	if (strcmp(why, "duplicate setting name") == 0)
		return "this setting, or its group, appears twice; keep one.";
	return why;
}

bool settings_parse(struct config_t *config, const char *text, size_t len,
		    const char *file, struct err *err)
{
	struct buf copy;
	bool ok;

	if (!check_text(text, len, file, err))
		return false;
	/* libconfig requires a newline after a comment on the last line. */
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
		return false;
	}
	if (is_whole(config_root_setting(config)))
		return true;
	config_destroy(config);
	return err_set(err, "%s: out of memory.", file);
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

bool settings_unknown(const struct config_setting_t *setting, const char *file,
		      const char *allowed, struct err *err)
{
	const char *name = config_setting_name(setting);
	const char *meant;
	size_t len = 0;

	meant = nearest_name(name, allowed, &len);
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
