/* SPDX-License-Identifier: MIT */
/*
 * app/report: the rows of grantty check for people and for monitoring. Standard
 * output is a file while they are printed.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/report.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "oauth/conformance.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct row {
	enum report_outcome outcome;
	const char *check, *advice, *detail;
};

struct fixture {
	char text[8192]; /* what was printed */
	FILE *file;
	int out; /* the real standard output */
};

static void redirect(struct fixture *fixture)
{
	(void)fflush(stdout);
	fixture->file = tmpfile();
	assert_non_null(fixture->file);
	fixture->out = dup(STDOUT_FILENO);
	assert_true(dup2(fileno(fixture->file), STDOUT_FILENO) >= 0);
}

static void give_back(struct fixture *fixture)
{
	size_t n;

	(void)fflush(stdout);
	assert_true(dup2(fixture->out, STDOUT_FILENO) >= 0);
	(void)close(fixture->out);
	rewind(fixture->file);
	n = fread(fixture->text, 1, sizeof(fixture->text) - 1, fixture->file);
	fixture->text[n] = '\0';
	(void)fclose(fixture->file);
}

/* A report of these rows. True if any failed. */
static bool print(struct fixture *fixture, bool json, const struct row *rows,
		  size_t n, const struct findings *findings)
{
	struct report *report;
	bool ok, failed;

	redirect(fixture);
	report = report_new(json);
	for (size_t i = 0; i < n; i++)
		report_row(report, rows[i].outcome, rows[i].check,
			   rows[i].advice, "%s", rows[i].detail);
	failed = report_has_failed(report);
	ok = report_end(report, findings, "Example");
	report_free(report);
	give_back(fixture);
	assert_true(ok);
	return failed;
}

static void test_rows(void **state)
{
	static const struct {
		struct row row;
		const char *printed; /* its first lines */
		bool failed;
	} cases[] = {
		{{OUTCOME_OK, "clock", NULL, "2 s ahead"},
		 "OK    clock                 2 s ahead\n",
		 false},
		{{OUTCOME_WARN, "font", "set another one", "no blocks"},
		 "WARN  font                  no blocks\n"
		 "                            -> set another one\n",
		 false},
		{{OUTCOME_FAIL, "network", "plug it in", "no link"},
		 "FAIL  network               no link\n"
		 "                            -> plug it in\n",
		 true},
		/* In a pipe lines end after 80 columns, between words. */
		{{OUTCOME_OK, "tls", NULL,
		  "the certificate of id.example.org is trusted; issued by "
		  "\"Example\""},
		 "OK    tls                   the certificate of "
		 "id.example.org "
		 "is trusted; issued\n"
		 "                            by \"Example\"\n",
		 false},
		/* However long the name is, the texts are aligned. */
		{{OUTCOME_OK, "device_authorization_endpoint", NULL, "answers"},
		 "OK    device_authorization_endpoint\n"
		 "                            answers\n",
		 false},
		{{OUTCOME_OK, "device_token_endpoint", NULL, "answers"},
		 "OK    device_token_endpoint answers\n",
		 false},
		/* Text from outside is cleaned. */
		{{OUTCOME_OK, "provider", NULL, "\x1b[2Jnew\nline"},
		 "OK    provider              \xef\xbf\xbd[2Jnew line\n",
		 false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *printed = cases[i].printed;
		struct fixture fixture;

		assert_int_equal(print(&fixture, false, &cases[i].row, 1, NULL),
				 cases[i].failed);
		if (strncmp(fixture.text, printed, strlen(printed)) != 0)
			assert_string_equal(fixture.text, printed);
	}
}

/* Rows of one cause, whose row comes first, and what is told of them. */
static void test_skips(void **state)
{
	static const char wanted[] =
		"FAIL  connection            x\n"
		"      not checked           a, b, because one\n"
		"      not checked           c, because two\n"
		"OK    d                     x\n"
		"      not checked           e, because two\n"
		"\n1 of 2 checks failed, and 4 could not be run.\n";
	struct report *report;
	struct fixture fixture;
	struct json *json;
	bool is_json = false;

	(void)state;
	do {
		redirect(&fixture);
		report = report_new(is_json);
		report_row(report, OUTCOME_FAIL, "connection", NULL, "x");
		report_busy(report, "Testing a ...");
		report_skip(report, OUTCOME_FAIL, "a", "one");
		report_skip(report, OUTCOME_WARN, "b", "one");
		report_skip(report, OUTCOME_FAIL, "c", "two");
		report_row(report, OUTCOME_OK, "d", NULL, "x");
		report_skip(report, OUTCOME_FAIL, "e", "two");
		assert_true(report_end(report, NULL, "Example"));
		report_free(report);
		give_back(&fixture);
		if (!is_json)
			assert_string_equal(fixture.text, wanted);
		is_json = !is_json;
	} while (is_json);
	json = json_parse(fixture.text, strlen(fixture.text), NULL);
	assert_string_equal(json_text(json_path(json, "checks.2.status")),
			    "WARN");
	assert_string_equal(json_text(json_path(json, "checks.2.detail")),
			    "not checked, because one");
	assert_string_equal(json_text(json_path(json, "checks.5.check")), "e");
	json_free(json);
}

/* The last line counts what failed, and of how many. */
static void test_end(void **state)
{
	static const struct row rows[] = {
		{OUTCOME_OK, "a", NULL, "x"},
		{OUTCOME_WARN, "b", NULL, "x"},
		{OUTCOME_FAIL, "c", NULL, "x"},
		{OUTCOME_FAIL, "d", NULL, "x"},
	};
	char ends[4][256];
	struct fixture fixture;

	(void)state;
	for (size_t n = 1; n <= COUNT(rows); n++) {
		assert_int_equal(print(&fixture, false, rows, n, NULL), n > 2);
		assert_non_null(strstr(fixture.text, "\n\n"));
		(void)snprintf(ends[n - 1], sizeof(ends[0]), "%s",
			       strstr(fixture.text, "\n\n") + 2);
	}
	assert_string_not_equal(ends[0], ends[1]);
	assert_non_null(strstr(ends[2], "1 of 3"));
	assert_non_null(strstr(ends[3], "2 of 4"));
	assert_null(strstr(ends[0], " of "));
}

/* Deviations are judged apart from what an RFC allows. */
static void test_json(void **state)
{
	static const struct row rows[] = {
		{OUTCOME_OK, "clock", NULL, "2 s ahead"},
		{OUTCOME_FAIL, "network", "plug \"it\" in", "no link"},
	};
	struct finding items[] = {
		{PROBE_POLL, false, "RFC 8628 section 3.5", "no error"},
		{PROBE_DEVICE, true, "RFC 8628 section 3.2", "no interval"},
		{PROBE_DEVICE, false, "RFC 8628 section 3.2", "no user_code"},
	};
	const struct findings findings = {items, COUNT(items), 0};
	static const struct {
		const char *path, *value;
	} values[] = {
		{"checks.0.check", "clock"},
		{"checks.0.status", "OK"},
		{"checks.0.detail", "2 s ahead"},
		{"checks.0.advice", ""},
		{"checks.1.check", "network"},
		{"checks.1.status", "FAIL"},
		{"checks.1.detail", "no link"},
		{"checks.1.advice", "plug \"it\" in"},
		{"checks.2", NULL},
		{"deviations.0.detail", "no error"},
		{"deviations.0.reference", "RFC 8628 section 3.5"},
		{"deviations.1.detail", "no user_code"},
		{"deviations.2", NULL},
		{"remarks.0.detail", "no interval"},
		{"remarks.1", NULL},
	};
	struct fixture fixture;
	struct json *json;

	(void)state;
	assert_true(print(&fixture, true, rows, COUNT(rows), &findings));
	json = json_parse(fixture.text, strlen(fixture.text), NULL);
	assert_non_null(json_path(json, "ok"));
	assert_false(json_is_true(json_path(json, "ok")));
	for (size_t i = 0; i < COUNT(values); i++) {
		const struct json *found = json_path(json, values[i].path);
		char *text = found != NULL ? json_scalar(found) : NULL;

		if (values[i].value == NULL)
			assert_null(found);
		else if (text == NULL || strcmp(text, values[i].value) != 0)
			fail_msg("%s is %s", values[i].path, text);
		free(text);
	}
	json_free(json);
	/* Nothing failed, and nothing was judged. */
	assert_false(print(&fixture, true, rows, 1, NULL));
	json = json_parse(fixture.text, strlen(fixture.text), NULL);
	assert_non_null(json);
	assert_true(json_is_true(json_path(json, "ok")));
	assert_null(json_path(json, "deviations.0"));
	json_free(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_skips),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
