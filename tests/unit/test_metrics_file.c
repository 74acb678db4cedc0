/* SPDX-License-Identifier: MIT */
/*
 * app/metrics_file: when the file is written, and what the log says if that
 * fails. What stands in it is test_metrics' matter.
 */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/clock.h"
#include "app/metrics_file.h"
#include "base/log.h"

struct fixture {
	char folder[32], path[64];
	struct metrics_file file;
	struct log *log;
};

static void open_fixture(struct fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	(void)snprintf(fixture->folder, sizeof(fixture->folder),
		       "/tmp/test_metrics_XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	(void)snprintf(fixture->path, sizeof(fixture->path), "%s/grantty.prom",
		       fixture->folder);
	fixture->file.path = fixture->path;
	fixture->log = log_new(10);
}

static void close_fixture(struct fixture *fixture)
{
	(void)unlink(fixture->path);
	(void)rmdir(fixture->folder);
	log_free(fixture->log);
}

/* Takes the file away. False where there was none. */
static bool was_written(const struct fixture *fixture)
{
	return unlink(fixture->path) == 0;
}

static void count(struct fixture *fixture)
{
	fixture->file.metrics.polls++;
	fixture->file.metrics.changes++;
}

static void test_when(void **state)
{
	struct fixture fixture;
	int64_t began_ms;

	(void)state;
	open_fixture(&fixture);
	/* At once, though nothing was counted: it says that the program runs.
	 */
	began_ms = clock_now_ms();
	assert_true(metrics_file_deadline(&fixture.file) <= began_ms);
	metrics_file_write(&fixture.file, false, fixture.log);
	assert_true(was_written(&fixture));
	/* Then only after a change, and ten seconds later. */
	assert_true(metrics_file_deadline(&fixture.file) == NEVER_MS);
	metrics_file_write(&fixture.file, false, fixture.log);
	assert_false(was_written(&fixture));
	count(&fixture);
	assert_in_range(metrics_file_deadline(&fixture.file), began_ms + 10000,
			clock_now_ms() + 10000);
	metrics_file_write(&fixture.file, false, fixture.log);
	assert_false(was_written(&fixture));
	fixture.file.free_ms = clock_now_ms();
	metrics_file_write(&fixture.file, false, fixture.log);
	assert_true(was_written(&fixture));
	/* The end does not wait. */
	count(&fixture);
	metrics_file_write(&fixture.file, true, fixture.log);
	assert_true(was_written(&fixture));
	assert_true(metrics_file_deadline(&fixture.file) == NEVER_MS);
	assert_int_equal(log_count(fixture.log), 0);
	close_fixture(&fixture);
}

/* One line for each run of failures. */
static void test_failure(void **state)
{
	static const struct {
		bool fails;
		uint64_t lines; /* of the log, so far */
	} writes[] = {
		{true, 1}, {true, 1}, {false, 1}, {true, 2}, {true, 2},
	};
	char nowhere[] = "/dev/null/grantty.prom";
	struct fixture fixture;

	(void)state;
	open_fixture(&fixture);
	for (size_t i = 0; i < sizeof(writes) / sizeof(*writes); i++) {
		fixture.file.path = writes[i].fails ? nowhere : fixture.path;
		count(&fixture);
		metrics_file_write(&fixture.file, true, fixture.log);
		assert_int_equal(was_written(&fixture), !writes[i].fails);
		assert_int_equal(log_serial(fixture.log), writes[i].lines);
	}
	assert_int_equal(log_line(fixture.log, 0)->level, LEVEL_ERROR);
	assert_non_null(
		strstr(log_line(fixture.log, 0)->text, "metrics.textfile"));
	close_fixture(&fixture);
}

/* The name that the terminal's file gets; NULL: no terminal. */
static void assert_named(int fd, const char *path, const char *before,
			 const char *terminal, const char *after)
{
	struct metrics_file file = {.written = 0};
	char expected[128];

	(void)snprintf(expected, sizeof(expected), "%s%s%s%s", before,
		       terminal[0] != '\0' ? "-" : "", terminal, after);
	metrics_file_open(&file, path, fd);
	assert_string_equal(file.path, expected);
	assert_string_equal(file.terminal, terminal);
	metrics_file_close(&file);
}

/* Also where the device cannot be found by that name, as in the unit. */
static void test_name(void **state)
{
	int leader = posix_openpt(O_RDWR | O_NOCTTY);
	char terminal[32];
	int fd;

	(void)state;
	assert_true(leader >= 0 && grantpt(leader) == 0 &&
		    unlockpt(leader) == 0);
	fd = open(ptsname(leader), O_RDWR | O_NOCTTY);
	assert_true(fd >= 0);
	(void)snprintf(terminal, sizeof(terminal), "pts-%s",
		       ptsname(leader) + strlen("/dev/pts/"));
	assert_named(fd, "/a.b/grantty.prom", "/a.b/grantty", terminal,
		     ".prom");
	assert_named(fd, "/a.b/grantty", "/a.b/grantty", terminal, "");
	assert_named(fd, "g.x.prom", "g.x", terminal, ".prom");
	(void)close(fd);
	(void)close(leader);
	fd = open("/dev/null", O_RDWR);
	assert_named(fd, "/a.b/grantty.prom", "/a.b/grantty", "", ".prom");
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_when),
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_name),
	};

	return cmocka_run_group_tests_name("metrics_file", tests, NULL, NULL);
}
