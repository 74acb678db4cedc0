/* SPDX-License-Identifier: MIT */
/*
 * base/log: the ring, folding, levels, and what reaches the file. A pair of
 * sequenced-packet sockets stands in for the file: it keeps one write(2) apart
 * from the next.
 */
#include "config.h"

#include <fcntl.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

/* The next write(2) as a string; "" at the end, NULL where none waits. */
static const char *next_write(int fd)
{
	static char text[1000];
	ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	if (n < 0)
		return NULL;
	text[n] = '\0';
	return text;
}

static void test_ring(void **state)
{
	struct log *log = log_new(3);

	(void)state;
	assert_int_equal(log_count(log), 0);
	assert_null(log_line(log, 0));
	for (int i = 1; i <= 5; i++) {
		log_add(log, 100 + i, LEVEL_INFO, "line %d", i);
		assert_int_equal(log_serial(log), i);
		assert_int_equal(log_count(log), i < 3 ? i : 3);
		assert_null(log_line(log, log_count(log)));
		assert_int_equal(log_line(log, 0)->wall_s, 100 + i);
	}
	assert_string_equal(log_line(log, 0)->text, "line 5");
	assert_string_equal(log_line(log, 1)->text, "line 4");
	assert_string_equal(log_line(log, 2)->text, "line 3");
	log_free(log);

	log = log_new(0); /* keeps one all the same */
	log_add(log, 0, LEVEL_INFO, "a");
	log_add(log, 0, LEVEL_INFO, "b");
	assert_int_equal(log_count(log), 1);
	assert_string_equal(log_line(log, 0)->text, "b");
	log_free(log);
	log_free(NULL);
}

static void test_folding(void **state)
{
	struct log *log = log_new(2);

	(void)state;
	for (int i = 0; i < 4; i++)
		log_add(log, 10 + i, LEVEL_INFO, "waiting");
	assert_int_equal(log_count(log), 1);
	assert_int_equal(log_line(log, 0)->repeats, 3);
	assert_int_equal(log_line(log, 0)->wall_s, 13);
	assert_int_equal(log_serial(log), 4);
	log_add(log, 20, LEVEL_WARN, "waiting"); /* another level */
	assert_int_equal(log_count(log), 2);
	assert_int_equal(log_line(log, 0)->repeats, 0);
	log_add(log, 30, LEVEL_INFO, "waiting"); /* not in a row */
	assert_int_equal(log_line(log, 0)->repeats, 0);
	assert_int_equal(log_line(log, 1)->level, LEVEL_WARN);
	log_free(log);
}

static void test_levels(void **state)
{
	static const enum log_level levels[] = {LEVEL_ERROR, LEVEL_WARN,
						LEVEL_INFO, LEVEL_DEBUG};
	struct log *log = log_new(10);

	(void)state;
	log_add(log, 0, LEVEL_DEBUG, "not yet");
	assert_int_equal(log_count(log), 0);
	assert_int_equal(log_serial(log), 0);
	for (size_t i = 0; i < 4; i++) {
		size_t before = log_count(log);

		log_set_level(log, levels[i]);
		for (size_t k = 0; k < 4; k++)
			log_add(log, 0, levels[k], "%zu %zu", i, k);
		/* Ten lines fit: 1 + 2 + 3 + 4. */
		assert_int_equal(log_count(log), before + i + 1);
		assert_int_equal(log_line(log, 0)->level, levels[i]);
	}
	log_free(log);
}

static void test_file(void **state)
{
	struct log *log = log_new(1);
	int pair[2], other[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, other), 0);
	log_add(log, 0, LEVEL_INFO, "before there was a file");
	log_to_fd(log, pair[0]);
	log_add(log, 1795428000, LEVEL_INFO, "text");
	assert_string_equal(next_write(pair[1]),
			    "2026-11-23T10:00:00Z info text\n");
	log_add(log, 1795428001, LEVEL_INFO, "text"); /* folded, yet written */
	assert_string_equal(next_write(pair[1]),
			    "2026-11-23T10:00:01Z info text\n");
	log_add(log, 0, LEVEL_ERROR, "%s", "");
	assert_string_equal(next_write(pair[1]),
			    "1970-01-01T00:00:00Z error \n");
	log_add(log, INT64_MAX, LEVEL_WARN, "no such year");
	assert_string_equal(next_write(pair[1]), "- warn no such year\n");
	log_add(log, 0, LEVEL_DEBUG, "below the level");
	assert_null(next_write(pair[1]));
	log_set_level(log, LEVEL_DEBUG);
	log_add(log, 0, LEVEL_DEBUG, "within the level");
	assert_string_equal(next_write(pair[1]),
			    "1970-01-01T00:00:00Z debug within the level\n");

	log_to_fd(log, other[0]); /* closes the first one */
	assert_string_equal(next_write(pair[1]), "");
	log_to_fd(log, other[0]); /* and not this one */
	log_add(log, 0, LEVEL_WARN, "x");
	assert_string_equal(next_write(other[1]),
			    "1970-01-01T00:00:00Z warn x\n");
	log_free(log);
	assert_string_equal(next_write(other[1]), "");
	close(pair[1]);
	close(other[1]);
}

static void test_file_that_fails(void **state)
{
	struct log *log = log_new(1);

	(void)state;
	log_to_fd(log, open("/dev/full", O_WRONLY | O_CLOEXEC));
	log_add(log, 0, LEVEL_INFO, "kept all the same");
	assert_string_equal(log_line(log, 0)->text, "kept all the same");
	log_free(log);
}

static void test_standard_error_stays_open(void **state)
{
	struct log *log = log_new(1);

	(void)state;
	log_to_fd(log, STDERR_FILENO);
	log_to_fd(log, -1);
	log_to_fd(log, STDERR_FILENO);
	log_free(log);
	assert_true(fcntl(STDERR_FILENO, F_GETFD) >= 0);
}

static void test_nothing_forges_a_line(void **state)
{
	struct log *log = log_new(2);
	char flood[5000];
	int pair[2];
	const char *text;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	log_to_fd(log, pair[0]);
	log_add(log, 0, LEVEL_INFO, "%s",
		"a\n2026-11-23T10:00:00Z info b\r\x1B[2J\xC2\x85\u2028");
	assert_string_equal(next_write(pair[1]),
			    "1970-01-01T00:00:00Z info a 2026-11-23T10:00:00Z "
			    "info b\uFFFD\uFFFD[2J\uFFFD\uFFFD\n");

	memset(flood, 'x', sizeof(flood));
	flood[sizeof(flood) - 1] = '\0';
	log_add(log, 0, LEVEL_INFO, "%s", flood);
	text = log_line(log, 0)->text;
	assert_int_equal(strlen(text), sizeof(log_line(log, 0)->text) - 1);
	assert_string_equal(text + strlen(text) - 3, "x..");
	text = next_write(pair[1]);
	assert_int_equal(text[strlen(text) - 1], '\n');
	log_free(log);
	close(pair[1]);
}

/* What came last, as text. */
struct heard {
	char text[400];
	int lines;
};

static void keep_line(void *context, const struct log_line *line,
		      const struct log_field *fields, size_t n)
{
	struct heard *heard = context;
	int used = snprintf(heard->text, sizeof(heard->text), "%d %s",
			    log_level_priority(line->level), line->text);

	for (size_t i = 0; i < n; i++)
		used += snprintf(heard->text + used,
				 sizeof(heard->text) - (size_t)used, " %s=%s",
				 fields[i].name, fields[i].text);
	heard->lines++;
}

static void test_sink(void **state)
{
	static const char *const names[] = {"1", "2", "3", "4",
					    "5", "6", "7", "8"};
	struct heard heard = {0};
	struct log *log = log_new(3);

	(void)state;
	log_to_sink(log, keep_line, &heard);
	log_add(log, 0, LEVEL_INFO, "plain");
	assert_string_equal(heard.text, "6 plain");
	log_set_field(log, "A", "one\ntwo\033");
	log_set_field(log, "B", NULL);
	log_add(log, 0, LEVEL_ERROR, "a\nb");
	assert_string_equal(heard.text, "3 a b A=one two\xef\xbf\xbd B=");
	log_set_field(log, "B", "two");
	log_set_field(log, "A", NULL);
	log_add(log, 0, LEVEL_WARN, "c");
	assert_string_equal(heard.text, "4 c A= B=two");

	/* What is not logged is not passed on, what repeats is. */
	log_add(log, 0, LEVEL_DEBUG, "d");
	assert_int_equal(heard.lines, 3);
	log_add(log, 0, LEVEL_WARN, "c");
	assert_int_equal(heard.lines, 4);

	/* There is room for so many fields, and for so much in each. */
	for (int i = 0; i < 8; i++)
		log_set_field(log, names[i], "x");
	log_add(log, 0, LEVEL_WARN, "e");
	assert_string_equal(heard.text, "4 e A= B=two 1=x 2=x 3=x 4=x 5=x 6=x");
	log_free(log);
}

/* What the next user may read on the screen, and what is written all the
 * same. */
static void test_private(void **state)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{"zoe@example.org", "(address)"},
		{"no (\"zoe.q@example.org\").", "no (\"(address)\")."},
		{"a@b, c@d and <e@f>", "(address), (address) and <(address)>"},
		{"mailto:zoe@example.org", "mailto:(address)"},
		{"at @ 10:40", "at @ 10:40"},
		{"@example and zoe@", "@example and zoe@"},
		{"zo\xc3\xab@ex\xc3\xa4mple.org \xc3\xa4",
		 "(address) \xc3\xa4"},
		{"", ""},
	};
	char many[511];
	struct heard heard = {0};
	struct log *log = log_new(3);

	(void)state;
	log_to_sink(log, keep_line, &heard);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		log_add(log, 0, LEVEL_INFO, "%s", cases[i].text);
		assert_string_equal(log_line(log, 0)->text, cases[i].shown);
		assert_string_equal(heard.text + 2, cases[i].text);
	}
	/* What is longer without them is cut. */
	for (size_t i = 0; i < sizeof(many); i++)
		many[i] = "a@b "[i % 4];
	log_add(log, 0, LEVEL_INFO, "%.*s", (int)sizeof(many), many);
	assert_null(strchr(log_line(log, 0)->text, '@'));

	log_clear(log);
	assert_int_equal(log_count(log), 0);
	assert_null(log_line(log, 0));
	heard.lines = 0;
	log_add_private(log, 0, LEVEL_WARN, "refused: %s", "Zoe");
	assert_int_equal(log_count(log), 0);
	assert_string_equal(heard.text, "4 refused: Zoe");
	log_add(log, 0, LEVEL_INFO, "a");
	log_add_private(log, 0, LEVEL_INFO, "Zoe");
	log_add(log, 0, LEVEL_INFO, "a");
	assert_int_equal(log_count(log), 1);
	assert_int_equal(heard.lines, 4);
	log_clear(log);
	log_add(log, 0, LEVEL_INFO, "a"); /* is not a repetition */
	assert_int_equal(log_line(log, 0)->repeats, 0);
	log_free(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_folding),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_private),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_file_that_fails),
		cmocka_unit_test(test_standard_error_stays_open),
		cmocka_unit_test(test_nothing_forges_a_line),
		cmocka_unit_test(test_sink),
	};

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 77; /* skipped: there is no UTF-8 locale */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
