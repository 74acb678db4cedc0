/* SPDX-License-Identifier: MIT */
/*
 * Two ways to print the same rows. The marks are ASCII, for a console's font
 * has little else.
 */
#include "config.h"

#include "app/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "core/conformance.h"
#include "core/json.h"

enum { ROW_MAX = 1024, NAME_COLUMNS = 20 };

struct report {
	struct json *rows; /* NULL: they are printed at once */
	unsigned counts[OUTCOME_FAIL + 1];
};

static const char *const marks[] = {
	[OUTCOME_OK] = "OK",
	[OUTCOME_WARN] = "WARN",
	[OUTCOME_FAIL] = "FAIL",
};

struct report *report_new(bool json)
{
	struct report *report = xcalloc(1, sizeof(*report));

	report->rows = json ? json_new_array() : NULL;
	return report;
}

void report_free(struct report *report)
{
	if (report == NULL)
		return;
	json_free(report->rows);
	free(report);
}

static void add_json(struct json *rows, enum outcome outcome, const char *check,
		     const char *detail, const char *advice)
{
	struct json *row = json_new_object();

	json_set_text(row, "check", check);
	json_set_text(row, "status", marks[outcome]);
	json_set_text(row, "detail", detail);
	json_set_text(row, "advice", advice != NULL ? advice : "");
	json_append(rows, row);
}

void report_row(struct report *report, enum outcome outcome, const char *check,
		const char *advice, const char *format, ...)
{
	char text[ROW_MAX], detail[ROW_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text_clip(detail, sizeof(detail), text, strlen(text), -1, 0);
	report->counts[outcome]++;
	if (report->rows != NULL) {
		add_json(report->rows, outcome, check, detail, advice);
		return;
	}
	(void)printf("%-4s  %-*s  %s\n", marks[outcome], NAME_COLUMNS, check,
		     detail);
	if (advice != NULL)
		(void)printf("%-4s  %-*s  -> %s\n", "", NAME_COLUMNS, "",
			     advice);
	(void)fflush(stdout); /* the next check may take its time */
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
	struct json *whole = json_new_object();
	char *text;
	bool ok;

	json_set_bool(whole, "ok", !report_has_failed(report));
	json_set(whole, "checks", report->rows);
	report->rows = NULL;
	json_set(whole, "deviations", findings_json(findings, false));
	json_set(whole, "remarks", findings_json(findings, true));
	text = json_print(whole, true);
	ok = puts(text) != EOF;
	free(text);
	json_free(whole);
	return ok;
}

/* ---- For people */

static void print_findings(const struct findings *findings, bool allowed)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		if (finding->allowed == allowed)
			(void)printf("- %s: %s (%s)\n",
				     probe_name(finding->probe), finding->text,
				     finding->reference);
	}
}

static void print_conformance(const struct findings *findings,
			      const char *label)
{
	size_t deviations = findings_deviations(findings);
	const char *comma = "";

	if (findings->judged == 0)
		return;
	(void)printf("\n%s and RFC 8628, as " PACKAGE_STRING
		     " sees it. Looked at: ",
		     label);
	for (enum probe i = PROBE_DISCOVERY; i <= PROBE_BAD_REFRESH; i++) {
		if ((findings->judged & (1U << i)) == 0)
			continue;
		(void)printf("%s%s", comma, probe_name(i));
		comma = ", ";
	}
	if (deviations == 0)
		(void)printf(".\nEach is exactly as the RFC has it.\n");
	else
		(void)printf(".\nThe answers deviate in %zu point%s:\n",
			     deviations, deviations == 1 ? "" : "s");
	print_findings(findings, false);
	if (deviations == findings->count)
		return;
	(void)printf("The RFC allows, and it is worth knowing:\n");
	print_findings(findings, true);
}

bool report_end(struct report *report, const struct findings *findings,
		const char *label)
{
	unsigned failed = report->counts[OUTCOME_FAIL];
	unsigned warned = report->counts[OUTCOME_WARN];

	if (report->rows != NULL)
		return end_json(report, findings);
	if (findings != NULL)
		print_conformance(findings, label);
	if (failed > 0)
		return printf("\n%u of %u checks failed.\n", failed,
			      failed + warned + report->counts[OUTCOME_OK]) > 0;
	return printf("\nAll is well%s.\n",
		      warned > 0 ? ", but for the warnings" : "") > 0;
}
