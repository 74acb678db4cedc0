/* SPDX-License-Identifier: MIT */
/*
 * Reads one statement at a time by the regular expressions of python-dotenv's
 * parser.py, including their treatment of unclosed quotes: users who switch
 * from there must get the same secret here.
 */
#include "config.h"

#include "conf/dotenv.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"

/* Maximum size of all values together: each value may repeat all previous
 * ones. */
#define VALUES_MAX ((size_t)1024 * 1024)

struct entry {
	char *name;  /* NULL: unreadable; value is its text */
	char *value; /* NULL: a name without a value */
	int line;
};

struct dotenv {
	struct entry *entries;
	size_t count, room;
	size_t size; /* of all values */
	char *(*environment)(const char *name);
};

/* The text being read; the next expression must match at at. */
struct scan {
	const char *at;
	const char *end;
};

/* ---- Parts of the expressions */

static bool is_newline(const char *at)
{
	return *at == '\n' || *at == '\r';
}

/* Python's \s, which follows Unicode: the length in bytes of the white space
 * character at at; 0 if there is none. */
static size_t space_len(const char *at, const char *end)
{
	uint32_t c;
	int n = text_decode(at, (size_t)(end - at), &c);

	if (n <= 0)
		return 0;
	if ((c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20) || c == 0x85 ||
	    c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
	    c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
	    c == 0x3000)
		return (size_t)n;
	return 0;
}

static bool is_at(const struct scan *scan, char c)
{
	return scan->at < scan->end && *scan->at == c;
}

/* [^\S\r\n]* */
static void skip_blanks(struct scan *scan)
{
	while (scan->at < scan->end && !is_newline(scan->at)) {
		size_t n = space_len(scan->at, scan->end);

		if (n == 0)
			return;
		scan->at += n;
	}
}

/* \s* */
static void skip_space(struct scan *scan)
{
	size_t n;

	while (scan->at < scan->end && (n = space_len(scan->at, scan->end)) > 0)
		scan->at += n;
}

/* [^\r\n]* */
static void skip_line(struct scan *scan)
{
	while (scan->at < scan->end && !is_newline(scan->at))
		scan->at++;
}

/* (?:export[^\S\r\n]+)? */
static void skip_export(struct scan *scan)
{
	static const char word[] = "export";
	struct scan ahead = *scan;
	size_t n = sizeof(word) - 1;

	if ((size_t)(scan->end - scan->at) < n ||
	    memcmp(scan->at, word, n) != 0)
		return;
	ahead.at += n;
	skip_blanks(&ahead);
	if (ahead.at > scan->at + n)
		*scan = ahead;
}

/* (?:[^\S\r\n]*#[^\r\n]*)?, then [^\S\r\n]* and the end of the line or text. */
static bool skip_rest(struct scan *scan)
{
	skip_blanks(scan);
	if (is_at(scan, '#'))
		skip_line(scan);
	if (scan->at == scan->end)
		return true;
	if (!is_newline(scan->at))
		return false;
	scan->at++;
	return true;
}

/* ---- Names and values */

/* '([^']+)' or ([^=\#\s]+); NULL if there is neither. */
static char *read_name(struct scan *scan)
{
	const char *start = scan->at;
	const char *close;

	if (is_at(scan, '\'')) {
		close = memchr(start + 1, '\'',
			       (size_t)(scan->end - start) - 1);
		if (close == NULL || close == start + 1)
			return NULL;
		scan->at = close + 1;
		return xstrndup(start + 1, (size_t)(close - start) - 1);
	}
	while (scan->at < scan->end && *scan->at != '=' && *scan->at != '#' &&
	       space_len(scan->at, scan->end) == 0)
		scan->at++;
	if (scan->at == start)
		return NULL;
	return xstrndup(start, (size_t)(scan->at - start));
}

/*
 * The end of '((?:\\'|[^'])*)', or the same with double quotes: the first quote
 * that has no backslash before it, whether or not that backslash is itself
 * escaped; without one, the last quote of all. NULL: there is no quote.
 */
static const char *closing(const char *at, const char *end, char quote)
{
	const char *last = NULL;

	for (; at < end; at++) {
		if (*at == quote)
			return at;
		if (*at == '\\' && at + 1 < end && at[1] == quote)
			last = ++at;
	}
	return last;
}

/* The characters after a backslash, and what the escapes mean. Single quotes
 * know only the first two. */
static const char escapes[2][10] = {"\\'\"abfnrtv", "\\'\"\a\b\f\n\r\t\v"};

static char *unescape(const char *s, size_t len, char quote)
{
	size_t known = quote == '\'' ? 2 : sizeof(escapes[0]);
	char *value = xcalloc(len + 1, 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		const char *found = NULL;

		if (s[i] == '\\' && i + 1 < len)
			found = memchr(escapes[0], s[i + 1], known);
		if (found != NULL)
			i++;
		value[n++] =
			found != NULL ? escapes[1][found - escapes[0]] : s[i];
	}
	return value;
}

/* ([^\r\n]*) without \s+#.* and trailing white space. */
static char *read_unquoted(struct scan *scan)
{
	const char *start = scan->at;
	const char *at = start;
	const char *kept = start; /* the end without trailing white space */
	size_t n;

	skip_line(scan);
	for (; at<scan->at; at += n> 0 ? n : 1) {
		n = space_len(at, scan->at);
		if (*at == '#' && at > kept)
			break;
		if (n == 0)
			kept = at + 1;
	}
	return xstrndup(start, (size_t)(kept - start));
}

static char *read_value(struct scan *scan)
{
	const char *start = scan->at;
	const char *close;

	if (!is_at(scan, '\'') && !is_at(scan, '"'))
		return read_unquoted(scan);
	close = closing(start + 1, scan->end, *start);
	if (close == NULL)
		return NULL;
	scan->at = close + 1;
	return unescape(start + 1, (size_t)(close - start) - 1, *start);
}

/* ---- Variables in values */

/* The last one counts. NULL: there is none. */
static const struct entry *find(const struct dotenv *dotenv, const char *name)
{
	for (size_t i = dotenv->count; i > 0; i--) {
		const struct entry *entry = &dotenv->entries[i - 1];

		if (entry->name != NULL && strcmp(entry->name, name) == 0)
			return entry;
	}
	return NULL;
}

const char *dotenv_get(const struct dotenv *dotenv, const char *name)
{
	const struct entry *entry = find(dotenv, name);

	return entry != NULL ? entry->value : NULL;
}

static bool is_name_char(char c)
{
	return ascii_is_alnum(c) || c == '_';
}

/* True if "name =" appears anywhere in the text. */
static bool is_set_in(const char *text, const char *name)
{
	const char *at = text;
	const char *behind;

	for (; (at = strstr(at, name)) != NULL; at++) {
		behind = at + strlen(name);
		behind += strspn(behind, " \t'");
		if (*behind == '=' && (at == text || !is_name_char(at[-1])))
			return true;
	}
	return false;
}

/* Text that may precede a name: in a shell, where it does not matter here, and
 * in other kinds of files (YAML, JSON, scripts for Windows). */
static const struct {
	const char *text;
	bool foreign;
} leads[] = {
	{" ", false},	 {"\t", false},	  {"export ", false}, {"'", false},
	{"\"", true},	 {"- ", true},	  {"{", true},	      {"set ", true},
	{"setx ", true}, {"$env:", true},
};

static bool skip_lead(const char **at, bool *foreign)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		size_t n = strlen(leads[i].text);

		if (strncmp(*at, leads[i].text, n) != 0)
			continue;
		*at += n;
		*foreign = *foreign || leads[i].foreign;
		return true;
	}
	return false;
}

/* True if the statement was meant to set the name, in the syntax of another
 * kind of file: "name: value", "set name=value", "name value". */
static bool is_misspelt(const char *text, const char *name)
{
	bool exports = strncmp(text, "export ", 7) == 0;
	const char *at = text;
	bool foreign = false;
	size_t blanks;

	while (skip_lead(&at, &foreign))
		continue;
	if (strncmp(at, name, strlen(name)) != 0)
		return false;
	at += strlen(name);
	if (is_name_char(*at))
		return false;
	at += strspn(at, "'\"");
	blanks = strspn(at, " \t");
	at += blanks;
	return foreign || *at == ':' ||
	       (blanks > 0 && !exports && *at != '\0' && *at != '=');
}

int dotenv_misspelt(const struct dotenv *dotenv, const char *name)
{
	for (size_t i = 0; i < dotenv->count && !dotenv_get(dotenv, name);
	     i++) {
		const struct entry *entry = &dotenv->entries[i];
		const char *text =
			entry->name != NULL ? entry->name : entry->value;

		if (is_misspelt(text, name))
			return entry->line;
	}
	return 0;
}

int dotenv_unread(const struct dotenv *dotenv, const char *name)
{
	for (size_t i = 0; i < dotenv->count; i++) {
		const struct entry *entry = &dotenv->entries[i];

		if (entry->name == NULL && is_set_in(entry->value, name))
			return entry->line;
	}
	return 0;
}

/* The length of \$\{([^\}:]*)(?::-([^\}]*))?\} at s; 0 if there is none. The
 * name ends at *colon, which points to the closing brace or to ":-". */
static size_t variable_len(const char *s, const char **colon)
{
	const char *close;

	if (s[0] != '$' || s[1] != '{')
		return 0;
	*colon = s + strcspn(s, "}:");
	close = strchr(*colon, '}');
	if (close == NULL || (**colon == ':' && (*colon)[1] != '-'))
		return 0;
	return (size_t)(close - s) + 1;
}

static bool add_variable(const struct dotenv *dotenv, struct buf *out,
			 const char *s, size_t len, const char *colon)
{
	char *name = xstrndup(s + 2, (size_t)(colon - s) - 2);
	const char *value = dotenv->environment(name);
	bool ok = true;

	if (value == NULL)
		value = dotenv_get(dotenv, name);
	if (value != NULL)
		ok = buf_adds(out, value);
	else if (*colon == ':' && find(dotenv, name) == NULL)
		ok = buf_add(out, colon + 2, len - (size_t)(colon + 3 - s));
	free(name);
	return ok;
}

/* Takes over a value from the file and returns it with its variables replaced;
 * NULL if it is too long. */
static char *expand(const struct dotenv *dotenv, char *value)
{
	struct buf out;
	const char *colon;
	bool ok = true;
	size_t n;

	buf_init(&out, VALUES_MAX - dotenv->size);
	for (const char *s = value; ok && *s != '\0'; s += n) {
		n = variable_len(s, &colon);
		if (n > 0) {
			ok = add_variable(dotenv, &out, s, n, colon);
		} else {
			n = 1;
			ok = buf_add(&out, s, 1);
		}
	}
	secret_free(value);
	return buf_take(&out);
}

/* ---- Statements */

static void add(struct dotenv *dotenv, char *name, char *value, int line)
{
	const struct entry entry = {name, value, line};

	if (dotenv->count == dotenv->room) {
		dotenv->room = 2 * dotenv->room + 8;
		dotenv->entries = xreallocarray(dotenv->entries, dotenv->room,
						sizeof(entry));
	}
	dotenv->entries[dotenv->count++] = entry;
}

/* False if it is not a statement; the scan then stops at the error. */
static bool read_statement(struct scan *scan, char **name, char **value)
{
	skip_export(scan);
	if (!is_at(scan, '#')) {
		*name = read_name(scan);
		if (*name == NULL)
			return false;
	}
	skip_blanks(scan);
	if (is_at(scan, '=')) {
		scan->at++;
		skip_blanks(scan);
		*value = read_value(scan);
		if (*value == NULL)
			return false;
	}
	return skip_rest(scan);
}

/* Adds the next statement to the list, and counts the lines. */
static bool read_next(struct dotenv *dotenv, struct scan *scan, int *line)
{
	const char *start = scan->at;
	char *name = NULL;
	char *value = NULL;
	bool ok = true;
	int first;

	skip_space(scan);
	for (; start < scan->at; start++)
		*line += *start == '\n';
	first = *line;
	if (scan->at == scan->end)
		return true;
	if (!read_statement(scan, &name, &value)) {
		skip_line(scan);
		free(name);
		secret_free(value);
		name = NULL;
		value = xstrndup(start, (size_t)(scan->at - start));
		add(dotenv, NULL, value, first);
	} else if (name != NULL) {
		if (value != NULL) {
			value = expand(dotenv, value);
			ok = value != NULL;
			dotenv->size += ok ? strlen(value) : 0;
		}
		add(dotenv, name, value, first);
	}
	for (; ok && start < scan->at; start++)
		*line += *start == '\n';
	return ok;
}

/* As Python opens text files: CR LF and CR alone become a newline. */
static char *with_newlines(const char *text, size_t len, size_t *n)
{
	char *copy = xcalloc(len + 1, 1);

	*n = 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\r' && i + 1 < len && text[i + 1] == '\n')
			continue;
		copy[(*n)++] = text[i] == '\r' ? '\n' : text[i];
	}
	return copy;
}

struct dotenv *dotenv_parse(const char *text, size_t len,
			    char *(*environment)(const char *name),
			    struct err *err)
{
	struct dotenv *dotenv = xcalloc(1, sizeof(*dotenv));
	size_t n;
	char *copy = with_newlines(text, len, &n);
	struct scan scan = {copy, copy + n};
	bool ok = true;
	int line = 1;

	dotenv->environment = environment;
	while (ok && scan.at < scan.end)
		ok = read_next(dotenv, &scan, &line);
	mem_wipe(copy, len);
	free(copy);
	if (ok)
		return dotenv;
	err_set(err, "%d: a value is too long once its variables are expanded.",
		line);
	dotenv_free(dotenv);
	return NULL;
}

void dotenv_free(struct dotenv *dotenv)
{
	if (dotenv == NULL)
		return;
	for (size_t i = 0; i < dotenv->count; i++) {
		free(dotenv->entries[i].name);
		secret_free(dotenv->entries[i].value);
	}
	free(dotenv->entries);
	free(dotenv);
}
