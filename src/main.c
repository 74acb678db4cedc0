/* SPDX-License-Identifier: MIT */
/*
 * The table of verbs, and what all of them need of the process they run in. Of
 * two programs: in the first one most verbs hand over to the second
 * (front/hand_over.c), which begins here again.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "app/args.h"
#include "app/cmd.h"
#include "app/json_output.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/standard_fds.h"
#include "io/environment.h"
#include "io/process_hardening.h"
#include "io/sig.h"

typedef int run_verb(const struct args *args, struct err *err);

static const struct {
	const char *name;
	run_verb *run;
} verbs[] = {
#define VERB(id, name, help) {#name, cmd_##name},
#include "app/verbs.def"
};

static const char usage[] =
	"usage: grantty [VERB] [OPTIONS]\n"
	"       grantty login [OPTIONS] -- COMMAND [ARGUMENT...]\n\n"
	"Signs users in on a screen that has no browser (RFC 8628).\n\n"
	"Verbs:\n";

static const char notes[] =
	"\nSecrets never go on the command line: set CLIENT_SECRET in the "
	"environment or\n"
	"in --env-file, or name a file with provider.client_secret_file.\n\n"
	"Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 "
	"denied,\n"
	"4 no user is signed in, 5 the code expired, 6 the network or the "
	"provider\n"
	"cannot be reached, 126 and 127 the command cannot be run, 130 "
	"cancelled;\n"
	"once login runs a COMMAND, the exit code is the command's.\n";

/* VERBS if there is no such verb. */
static size_t find_verb(const char *name)
{
	size_t i = 0;

	while (i < VERBS && strcmp(verbs[i].name, name) != 0)
		i++;
	return i;
}

static int print_help(void)
{
	struct buf out;

	buf_init(&out, 16 * 1024);
	(void)buf_adds(&out, usage);
	args_help_verbs(&out);
	(void)buf_adds(&out, "\nOptions:\n");
	args_help_options(&out);
	(void)buf_adds(&out, notes);
	(void)fputs(buf_text(&out), stdout);
	buf_free(&out);
	return EXIT_DONE;
}

static int print_version(void)
{
	(void)puts(PACKAGE_STRING);
	return EXIT_DONE;
}

static int misused(char *const *argv, const struct err *err)
{
	(void)fprintf(stderr, "grantty: %s; see grantty --help.\n", err->text);
	if (json_output_is_wanted(argv))
		(void)json_output_print_error(EXIT_USAGE, err);
	return EXIT_USAGE;
}

/* What was printed counts only once it is out. */
static int finish(char *const *argv, int code, struct err *err)
{
	bool written = fflush(stdout) == 0 && !ferror(stdout);

	if (!written && (code == EXIT_DONE || err->text[0] == '\0')) {
		code = EXIT_FAILED;
		err_set(err, "Cannot write to standard output: check whether "
			     "it is closed, or its disk is full.");
	}
	if (code == EXIT_DONE || err->text[0] == '\0')
		return code;
	(void)fprintf(stderr, "grantty: %s\n", err->text);
	if (written && json_output_is_wanted(argv))
		(void)json_output_print_error(code, err);
	return code;
}

int main(int argc, char **argv)
{
	size_t verb = 0;
	struct err err = {""};
	struct args args;

	sig_hold_keys();
	standard_fds_occupy();
	process_hardening_begin();
	environment_begin();
	json_init();
	if (!args_parse(&args, argc, argv, &err))
		return misused(argv, &err);
	if (args.help)
		return finish(argv, print_help(), &err);
	if (args.version)
		return finish(argv, print_version(), &err);
	if (args.verb != NULL)
		verb = find_verb(args.verb);
	if (verb == VERBS) {
		err_set(&err, "unknown command \"%.40s\"", args.verb);
		return misused(argv, &err);
	}
	if (!args_go_with(&args, (enum verb_index)verb, &err))
		return misused(argv, &err);
	/* True if one may leave those is in the configuration. */
	if (verbs[verb].run != cmd_kiosk && verbs[verb].run != cmd_login)
		sig_release_keys();
	sig_let_writes_fail();
	if (!crypto_init()) {
		(void)fprintf(stderr, "grantty: this machine has no source "
				      "of random numbers\n");
		return EXIT_FAILED;
	}
	return finish(argv, verbs[verb].run(&args, &err), &err);
}
