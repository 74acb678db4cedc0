/* SPDX-License-Identifier: MIT */
/*
 * app/args: each option and what it sets, in any order, and wrong use. Which
 * verb takes which option is the matter of the table of verbs.
 */
#include "config.h"

#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/args.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { WORDS_MAX = 8 };

/* Parses these words, which end with NULL. */
static bool parse(struct args *args, const char *const words[WORDS_MAX],
		  char *argv[WORDS_MAX + 2], struct err *err)
{
	static char name[] = "grantty";
	int argc = 1;

	argv[0] = name;
	for (; argc <= WORDS_MAX && words[argc - 1] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc - 1];
	argv[argc] = NULL;
	err->text[0] = '\0';
	optind = 0; /* getopt_long() begins anew; a program parses once */
	return args_parse(args, argc, argv, err);
}

/* The options with a text, each alone in the command line. */
static void test_texts(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		size_t field; /* its place in struct args */
		const char *value;
	} cases[] = {
		{{"-a", "work"}, offsetof(struct args, account), "work"},
		{{"--account=work"}, offsetof(struct args, account), "work"},
		{{"-c", "a.conf"}, offsetof(struct args, config), "a.conf"},
		{{"-ca.conf"}, offsetof(struct args, config), "a.conf"},
		{{"--config", "a"}, offsetof(struct args, config), "a"},
		{{"--config=a=b"}, offsetof(struct args, config), "a=b"},
		{{"--config", "-v"}, offsetof(struct args, config), "-v"},
		{{"--config="}, offsetof(struct args, config), ""},
		{{"--env-file", ".env"},
		 offsetof(struct args, env_file),
		 ".env"},
		{{"--provider", "github"},
		 offsetof(struct args, provider),
		 "github"},
		{{"--issuer", "https://id.example"},
		 offsetof(struct args, issuer),
		 "https://id.example"},
		{{"--client-id", "7"}, offsetof(struct args, client_id), "7"},
		{{"--scope", "openid email"},
		 offsetof(struct args, scope),
		 "openid email"},
		{{"--grant", "code"}, offsetof(struct args, grant), "code"},
		{{"--theme", "mono"}, offsetof(struct args, theme), "mono"},
		{{"--from-url", "https://id.example/a?b=c"},
		 offsetof(struct args, from_url),
		 "https://id.example/a?b=c"},
		{{"--output", "json"}, offsetof(struct args, output), "json"},
		{{"--for", "GET https://a.example"},
		 offsetof(struct args, request),
		 "GET https://a.example"},
		{{"--dpop", "GET https://a.example"},
		 offsetof(struct args, dpop),
		 "GET https://a.example"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *argv[WORDS_MAX + 2];
		const char *value;
		struct args args;
		struct err err;

		if (!parse(&args, cases[i].words, argv, &err))
			fail_msg("%s: %s", cases[i].words[0], err.text);
		memcpy(&value, (const char *)&args + cases[i].field,
		       sizeof(value));
		assert_non_null(value);
		assert_string_equal(value, cases[i].value);
		assert_null(args.verb);
		/* And no other one is set. */
		for (size_t j = 0; j < COUNT(cases); j++) {
			memcpy(&value, (const char *)&args + cases[j].field,
			       sizeof(value));
			if (cases[j].field != cases[i].field)
				assert_null(value);
		}
	}
}

static void test_numbers(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		int64_t min_valid_s;
		int verbose;
		int64_t approve_after_s; /* 0: not given */
		bool plain, json, lan, help, version;
	} cases[] = {
		{{NULL}, 60, 0, .plain = false},
		{{"--min-valid", "0"}, 0, 0, .plain = false},
		{{"--min-valid=31536000"}, 31536000, 0, .plain = false},
		{{"--approve-after", "86400"}, 60, 0, 86400, .plain = false},
		{{"--approve-after", "1"}, 60, 0, 1, .plain = false},
		{{"-v"}, 60, 1, .plain = false},
		{{"-vv", "--verbose"}, 60, 3, .plain = false},
		{{"--plain"}, 60, 0, .plain = true},
		{{"--json"}, 60, 0, .json = true},
		{{"--lan"}, 60, 0, .lan = true},
		{{"-h"}, 60, 0, .help = true},
		{{"--help"}, 60, 0, .help = true},
		{{"-V"}, 60, 0, .version = true},
		{{"--version"}, 60, 0, .version = true},
		{{"-hV"}, 60, 0, .help = true, .version = true},
		/* Shortened as long as only one option begins so. */
		{{"--js"}, 60, 0, .json = true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *argv[WORDS_MAX + 2];
		struct args args;
		struct err err;

		if (!parse(&args, cases[i].words, argv, &err))
			fail_msg("case %zu: %s", i, err.text);
		assert_int_equal(args.min_valid_s, cases[i].min_valid_s);
		assert_int_equal(args.verbose, cases[i].verbose);
		assert_int_equal(args.approve_after_s,
				 cases[i].approve_after_s != 0
					 ? cases[i].approve_after_s
					 : -1);
		assert_int_equal(args.plain, cases[i].plain);
		assert_int_equal(args.json, cases[i].json);
		assert_int_equal(args.lan, cases[i].lan);
		assert_int_equal(args.help, cases[i].help);
		assert_int_equal(args.version, cases[i].version);
	}
}

static void test_words(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *verb, *config;
		int command; /* the place of its first word; 0: none */
	} cases[] = {
		{{NULL}, NULL, NULL, 0},
		{{"login"}, "login", NULL, 0},
		{{"login", "-c", "a"}, "login", "a", 0},
		{{"-c", "a", "login"}, "login", "a", 0},
		{{"no-such-verb"}, "no-such-verb", NULL, 0},
		/* git appends a word. */
		{{"token", "--output", "git", "get"}, "token", NULL, 0},
		{{"login", "--", "ls"}, "login", NULL, 3},
		{{"--", "ls", "-l"}, NULL, NULL, 2},
		/* What follows is the command's own. */
		{{"login", "--", "ls", "-c", "a"}, "login", NULL, 3},
		{{"login", "--", "ls", "--", "x"}, "login", NULL, 3},
		{{"login", "--", "--no-such-option"}, "login", NULL, 3},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *argv[WORDS_MAX + 2];
		struct args args;
		struct err err;

		if (!parse(&args, cases[i].words, argv, &err))
			fail_msg("case %zu: %s", i, err.text);
		if (cases[i].verb == NULL)
			assert_null(args.verb);
		else
			assert_string_equal(args.verb, cases[i].verb);
		if (cases[i].config == NULL)
			assert_null(args.config);
		else
			assert_string_equal(args.config, cases[i].config);
		if (cases[i].command == 0)
			assert_null(args.command);
		else
			assert_ptr_equal(args.command, &argv[cases[i].command]);
	}
}

static void test_wrong_use(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *names; /* what the message names */
	} cases[] = {
		{{"--no-such-option"}, "--no-such-option"},
		{{"--client-secret", "s"}, "--client-secret"},
		{{"-x"}, "-x"},
		{{"-vx"}, "-x"},
		{{"-c"}, "-c"},
		{{"login", "--config"}, "--config"},
		{{"--json=yes"}, "--json=yes"},
		{{"--help="}, "--help="},
		{{"--min-valid", ""}, "--min-valid"},
		{{"--min-valid", "-1"}, "--min-valid"},
		{{"--min-valid", "1h"}, "--min-valid"},
		{{"--min-valid", "1.5"}, "--min-valid"},
		{{"--min-valid", " 1"}, "--min-valid"},
		{{"--min-valid", "31536001"}, "31536000"},
		{{"--min-valid", "99999999999999999999"}, "31536000"},
		{{"--approve-after", "soon"}, "--approve-after"},
		{{"--approve-after", "86401"}, "86400"},
		{{"login", "logout"}, "logout"},
		{{"-v", "login", "-v", "logout"}, "logout"},
		{{"login", "--"}, "--"},
		{{"token", "get"}, "get"},
		{{"token", "--output", "json", "get"}, "get"},
		{{"token", "--output", "git", "get", "more"}, "more"},
		{{"login", "--output", "git", "get"}, "get"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *argv[WORDS_MAX + 2];
		struct args args;
		struct err err;

		if (parse(&args, cases[i].words, argv, &err))
			fail_msg("case %zu: taken", i);
		if (strstr(err.text, cases[i].names) == NULL)
			fail_msg("\"%s\" does not name %s", err.text,
				 cases[i].names);
	}
}

/* An option that only some verbs take is refused by the others. */
static void test_verbs(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		unsigned verbs; /* that take it; 0: all */
	} cases[] = {
		{{"-c", "a"}, 0},
		{{"-a", "a"}, 0},
		{{"--env-file", "a"}, 0},
		{{"--provider", "a"}, 0},
		{{"--issuer", "a"}, 0},
		{{"--client-id", "a"}, 0},
		{{"--scope", "a"}, 0},
		{{"--grant", "a"}, 0},
		{{"--theme", "a"}, 0},
		{{"-v"}, 0},
		{{"--plain"}, VERB_LOGIN},
		{{"--min-valid", "1"}, VERB_TOKEN},
		{{"--json"},
		 VERB_WHOAMI | VERB_STATUS | VERB_ACCOUNTS | VERB_CONFIG |
			 VERB_CHECK},
		{{"--lan"}, VERB_DEMO},
		{{"--approve-after", "1"}, VERB_DEMO},
		{{"--from-url", "a"}, VERB_CONFIG},
		{{"--dpop", "a"}, VERB_TOKEN},
		{{"--for", "a"}, VERB_TOKEN},
		{{"--output", "a"}, VERB_TOKEN},
		{{"--login"}, VERB_TOKEN},
		{{"--", "ls"}, VERB_LOGIN},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		unsigned verbs = cases[i].verbs;
		char *argv[WORDS_MAX + 2];
		struct args args;
		struct err err;

		assert_true(parse(&args, cases[i].words, argv, &err));
		for (unsigned verb = 0; verb < VERBS; verb++) {
			bool takes = verbs == 0 || (verbs & 1U << verb) != 0;

			err.text[0] = '\0';
			if (args_go_with(&args, verb, &err) != takes)
				fail_msg("%s, verb %u", cases[i].words[0],
					 verb);
			if (!takes)
				assert_non_null(
					strstr(err.text, cases[i].words[0]));
		}
	}
}

/* What another verb gets: the options that all verbs take. */
static void test_for_verb(void **state)
{
	static const struct {
		const char *words[WORDS_MAX], *want;
	} cases[] = {
		{{"token"}, "grantty login"},
		{{"token", "-a", "x", "--min-valid", "9"},
		 "grantty login --account=x"},
		{{"-c", "a b", "token", "-v"},
		 "grantty login --config=a b --verbose"},
		{{"token", "--login", "--output", "git", "get"},
		 "grantty login"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *argv[WORDS_MAX + 2];
		char text[256] = "";
		struct args args;
		struct err err;
		char **words;

		assert_true(parse(&args, cases[i].words, argv, &err));
		words = args_for_verb(&args, "login");
		for (size_t j = 0; words[j] != NULL; j++)
			(void)snprintf(text + strlen(text),
				       sizeof(text) - strlen(text), "%s%s",
				       j > 0 ? " " : "", words[j]);
		assert_string_equal(text, cases[i].want);
		xfreev(words);
	}
}

/* The options of that verb and of all verbs, and no others. */
static void test_help_of_verb(void **state)
{
	static const struct {
		enum verb_index verb;
		const char *usage, *has, *lacks;
	} cases[] = {
		{VERB_INDEX_KIOSK, "grantty [kiosk] [OPTIONS]\n", "--theme",
		 "--json"},
		{VERB_INDEX_LOGIN,
		 "grantty login [OPTIONS] [-- COMMAND [ARGUMENT...]]\n",
		 "      --plain  ", "--min-valid"},
		{VERB_INDEX_TOKEN, "grantty token [OPTIONS]\n",
		 "      --min-valid SECS  seconds", "--plain"},
		{VERB_INDEX_CHECK, "grantty check [OPTIONS]\n",
		 "      --json  ", "--lan"},
		{VERB_INDEX_HELP, "grantty help [OPTIONS] [VERB]\n",
		 "  -c, --config FILE  ", "\nOptions:"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out;

		buf_init(&out, 8192);
		args_help_verb(&out, cases[i].verb);
		assert_non_null(strstr(buf_text(&out), cases[i].usage));
		assert_non_null(strstr(buf_text(&out), cases[i].has));
		assert_null(strstr(buf_text(&out), cases[i].lacks));
		assert_non_null(strstr(buf_text(&out), "--verbose"));
		buf_free(&out);
	}
}

static void test_find_verb(void **state)
{
	enum verb_index verb;
	struct err err = {""};

	(void)state;
	assert_true(args_find_verb("logout", &verb, &err));
	assert_int_equal(verb, VERB_INDEX_LOGOUT);
	assert_false(args_find_verb("lgoout", &verb, &err));
	assert_string_equal(err.text, "unknown command \"lgoout\" (did you "
				      "mean \"logout\"?)");
	assert_false(args_find_verb("frobnicate", &verb, &err));
	assert_string_equal(err.text, "unknown command \"frobnicate\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_wrong_use),
		cmocka_unit_test(test_verbs),
		cmocka_unit_test(test_for_verb),
		cmocka_unit_test(test_help_of_verb),
		cmocka_unit_test(test_find_verb),
	};

	return cmocka_run_group_tests_name("args", tests, NULL, NULL);
}
