/* SPDX-License-Identifier: MIT */
/*
 * Two ways to print the same rows. The marks are ASCII, because console fonts
 * have little else.
 */
#include "config.h"

#include "app/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/json_output.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/environment.h"
#include "oauth/conformance.h"
#include "ui/term_type.h"
#include "ui/tty_line.h"
#include "ui/wrap.h"

enum {
	ROW_MAX = 1024,
	MARK_COLUMNS = 6,
	NAME_COLUMNS = 20,
	GAP_COLUMNS = 2,
	INDENT = MARK_COLUMNS + NAME_COLUMNS + GAP_COLUMNS,
	WIDE_COLUMNS = 60, /* below that, texts begin in a line of their own */
	NARROW_INDENT = 2,
	PIPED_COLUMNS = 80
};

struct report {
	struct json *rows; /* NULL: rows are printed at once */
	int columns;
	int indent; /* where texts begin */
	bool colours;
	bool overwrites;    /* a line can be taken back */
	int busy_columns;   /* of the line that says what is going on; or 0 */
	struct buf skipped; /* the names of checks that were left out */
	char why[ROW_MAX];  /* for what reason */
	unsigned counts[OUTCOME_FAIL + 1];
	unsigned left_out;
};

static const char *const marks[] = {
	[OUTCOME_OK] = "OK",
	[OUTCOME_WARN] = "WARN",
	[OUTCOME_FAIL] = "FAIL",
};

/* The mark says the same without them. */
static const char *const colours[] = {
	[OUTCOME_OK] = "\033[32m",
	[OUTCOME_WARN] = "\033[33m",
	[OUTCOME_FAIL] = "\033[1;31m",
};
#define NO_COLOUR "\033[0m"

struct report *report_new(bool json)
{
	struct report *report = xcalloc(1, sizeof(*report));

	report->rows = json ? json_new_array() : NULL;
	report->columns = PIPED_COLUMNS;
	report->indent = INDENT;
	buf_init(&report->skipped, ROW_MAX);
	if (!isatty(STDOUT_FILENO))
		return report;
	report->columns = tty_line_size(STDOUT_FILENO).columns;
	if (report->columns < WIDE_COLUMNS)
		report->indent = NARROW_INDENT;
	report->overwrites = term_type_places_text();
	report->colours = term_type_has_colours() &&
			  environment_value("NO_COLOR") == NULL;
	return report;
}

void report_plain(struct report *report)
{
	report->overwrites = false;
}

void report_free(struct report *report)
{
	if (report == NULL)
		return;
	json_free(report->rows);
	buf_free(&report->skipped);
	free(report);
}

static void add_json(struct json *rows, enum report_outcome outcome,
		     const char *check, const char *detail, const char *advice)
{
	struct json *row = json_new_object();

	json_set_text(row, "check", check);
	json_set_text(row, "status", marks[outcome]);
	json_set_text(row, "detail", detail);
	json_set_text(row, "advice", advice != NULL ? advice : "");
	json_append(rows, row);
}

/* Takes the next row of at most columns columns off *text. A path or an address
 * that is longer stays whole, so that it can be copied; but on a narrow
 * terminal it ends before a '/'. */
static bool next_row(const struct report *report, const char **text,
		     int columns, struct span *row)
{
	if (!wrap_words(text, columns, 0, row))
		return false;
	if (row->s + row->len != *text || **text == ' ' || **text == '\0')
		return true;
	*text = row->s;
	if (report->indent == NARROW_INDENT)
		return wrap_address(text, columns, row);
	row->len += strcspn(row->s + row->len, " ");
	*text += row->len + strspn(row->s + row->len, " ");
	return true;
}

/* Prints text after indent columns of the current line; wrapped lines are
 * indented the same. */
static void print_text(const struct report *report, int indent,
		       const char *text)
{
	const int columns = report->columns - indent;
	struct span row;
	int margin = 0;

	for (; next_row(report, &text, columns > 1 ? columns : 1, &row);
	     margin = indent)
		(void)printf("%*s%.*s\n", margin, "", (int)row.len, row.s);
}

/* Prints a sentence of its own (printf format). */
static void print_line(const struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void print_line(const struct report *report, const char *format, ...)
{
	char text[ROW_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	print_text(report, 0, text);
}

/* The name of the check, up to where the text begins: in the next line if the
 * name is too long, or the terminal too narrow. */
static void print_name(const struct report *report, const char *name)
{
	const bool narrow = report->indent == NARROW_INDENT;
	const int columns = printf("%-*s", narrow ? 0 : NAME_COLUMNS, name);

	if (!narrow && columns < NAME_COLUMNS + GAP_COLUMNS)
		(void)printf("%*s", NAME_COLUMNS + GAP_COLUMNS - columns, "");
	else
		(void)printf("\n%*s", report->indent, "");
}

static void print_row(const struct report *report, enum report_outcome outcome,
		      const char *check, const char *detail, const char *advice)
{
	(void)printf("%s%-*s%s", report->colours ? colours[outcome] : "",
		     MARK_COLUMNS, marks[outcome],
		     report->colours ? NO_COLOUR : "");
	print_name(report, check);
	print_text(report, report->indent, detail);
	if (advice != NULL)
		print_text(report, printf("%*s-> ", report->indent, ""),
			   advice);
	(void)fflush(stdout); /* the next check may take a while */
}

/* Takes back the line that says what is going on. */
static void end_busy(struct report *report)
{
	if (report->busy_columns > 0)
		(void)printf("\r%*s\r", report->busy_columns, "");
	report->busy_columns = 0;
}

/* Names the checks that were left out, in one row: their cause has its own. */
static void print_skipped(struct report *report)
{
	char *text;

	if (report->skipped.len == 0)
		return;
	text = xasprintf("%s, because %s", buf_text(&report->skipped),
			 report->why);
	(void)printf("%*s", MARK_COLUMNS, "");
	print_name(report, "not checked");
	print_text(report, report->indent, text);
	free(text);
	buf_free(&report->skipped);
	buf_init(&report->skipped, ROW_MAX);
}

static void add_row(struct report *report, enum report_outcome outcome,
		    const char *check, const char *advice, const char *format,
		    va_list args) __attribute__((format(printf, 5, 0)));

/* A row, with the arguments of its format. */
static void add_row(struct report *report, enum report_outcome outcome,
		    const char *check, const char *advice, const char *format,
		    va_list args)
{
	char text[ROW_MAX], detail[ROW_MAX];

	vsnprintf(text, sizeof(text), format, args);
	text_clip(detail, sizeof(detail), text, strlen(text), -1, 0);
	report->counts[outcome]++;
	if (report->rows != NULL) {
		add_json(report->rows, outcome, check, detail, advice);
		return;
	}
	end_busy(report);
	print_skipped(report);
	print_row(report, outcome, check, detail, advice);
}

void report_row(struct report *report, enum report_outcome outcome,
		const char *check, const char *advice, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_row(report, outcome, check, advice, format, args);
	va_end(args);
}

void report_ok(struct report *report, const char *check, const char *format,
	       ...)
{
	va_list args;

	va_start(args, format);
	add_row(report, OUTCOME_OK, check, NULL, format, args);
	va_end(args);
}

void report_err(struct report *report, const char *check, const struct err *err)
{
	report_row(report, OUTCOME_FAIL, check, NULL, "%s", err->text);
}

void report_skip(struct report *report, enum report_outcome outcome,
		 const char *check, const char *why)
{
	char detail[ROW_MAX];

	report->left_out++;
	if (report->rows != NULL) {
		(void)snprintf(detail, sizeof(detail),
			       "not checked, because %s", why);
		add_json(report->rows, outcome, check, detail, NULL);
		return;
	}
	if (strcmp(why, report->why) != 0)
		print_skipped(report);
	(void)snprintf(report->why, sizeof(report->why), "%s", why);
	(void)buf_addf(&report->skipped, "%s%s",
		       report->skipped.len > 0 ? ", " : "", check);
}

void report_busy(struct report *report, const char *format, ...)
{
	char text[ROW_MAX], line[ROW_MAX];
	va_list args;

	if (report->rows != NULL || !report->overwrites)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	end_busy(report);
	/* In the last column, some terminals begin a new line. */
	text_clip(line, sizeof(line), text, strlen(text),
		  report->columns - MARK_COLUMNS - 1, TEXT_ASCII);
	report->busy_columns = printf("%*s%s", MARK_COLUMNS, "", line);
	(void)fflush(stdout);
}

bool report_has_failed(const struct report *report)
{
	return report->counts[OUTCOME_FAIL] > 0;
}

/* ---- As JSON */

static struct json *findings_json(const struct findings *findings, bool allowed)
{
	struct json *list = json_new_array();

	for (size_t i = 0; findings != NULL && i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];
		struct json *item;

		if (finding->allowed != allowed)
			continue;
		item = json_new_object();
		json_set_text(item, "answer", probe_name(finding->probe));
		json_set_text(item, "detail", finding->text);
		json_set_text(item, "reference", finding->reference);
		json_append(list, item);
	}
	return list;
}

static bool end_json(struct report *report, const struct findings *findings)
{
	struct json *whole = json_output_new();

	json_set_bool(whole, "ok", !report_has_failed(report));
	json_set(whole, "checks", report->rows);
	report->rows = NULL;
	json_set(whole, "deviations", findings_json(findings, false));
	json_set(whole, "remarks", findings_json(findings, true));
	return json_output_print(whole);
}

/* ---- For people */

static void print_findings(const struct report *report,
			   const struct findings *findings, bool allowed)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];
		char text[ROW_MAX];

		if (finding->allowed != allowed)
			continue;
		snprintf(text, sizeof(text), "%s: %s (%s)",
			 probe_name(finding->probe), finding->text,
			 finding->reference);
		print_text(report, printf("- "), text);
	}
}

static void print_conformance(const struct report *report,
			      const struct findings *findings,
			      const char *label)
{
	size_t deviations = findings_deviations(findings);
	const char *comma = "";
	struct buf text;

	if (findings->judged == 0)
		return;
	buf_init(&text, ROW_MAX);
	buf_addf(&text,
		 "Conformance of %s to RFC 8628, as checked by " PACKAGE_STRING
		 ". Answers checked: ",
		 label);
	for (enum probe i = PROBE_DISCOVERY; i <= PROBE_BAD_REFRESH; i++) {
		if ((findings->judged & (1U << i)) == 0)
			continue;
		buf_addf(&text, "%s%s", comma, probe_name(i));
		comma = ", ";
	}
	buf_adds(&text, ".");
	(void)printf("\n");
	print_text(report, 0, buf_text(&text));
	buf_free(&text);
	if (deviations == 0)
		print_line(report, "All of them follow the RFC exactly.");
	else
		print_line(report,
			   "The answers deviate from the RFC in %zu point%s:",
			   deviations, deviations == 1 ? "" : "s");
	print_findings(report, findings, false);
	if (deviations == findings->count)
		return;
	print_line(report, "Allowed by the RFC, but worth knowing:");
	print_findings(report, findings, true);
}

bool report_end(struct report *report, const struct findings *findings,
		const char *label)
{
	unsigned failed = report->counts[OUTCOME_FAIL];
	unsigned warned = report->counts[OUTCOME_WARN];
	unsigned done = failed + warned + report->counts[OUTCOME_OK];

	if (report->rows != NULL)
		return end_json(report, findings);
	end_busy(report);
	print_skipped(report);
	if (findings != NULL)
		print_conformance(report, findings, label);
	(void)printf("\n");
	if (failed > 0 && report->left_out > 0)
		print_line(report,
			   "%u of %u checks failed, and %u could not be run.",
			   failed, done, report->left_out);
	else if (failed > 0)
		print_line(report, "%u of %u checks failed.", failed, done);
	else
		print_line(report, "All checks passed%s.",
			   warned > 0 ? ", with warnings" : "");
	return fflush(stdout) == 0 && !ferror(stdout);
}
