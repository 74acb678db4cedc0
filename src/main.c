/* SPDX-License-Identifier: MIT */
/*
 * The table of verbs, and what all of them need of the process they run in. Of
 * two programs: in the first one most verbs hand over to the second
 * (front/hand_over.c), which begins here again.
 */
#include "config.h"

#include <stdio.h>

#include "app/args.h"
#include "app/cmd.h"
#include "app/json_output.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/standard_fds.h"
#include "io/environment.h"
#include "io/process_hardening.h"
#include "io/sig.h"

typedef int run_verb(const struct args *args, struct err *err);

static run_verb *const verbs[] = {
#define VERB(id, name, help) cmd_##name,
#include "app/verbs.def"
};

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
	enum verb_index verb = VERB_INDEX_KIOSK;
	struct err err = {""};
	struct args args;

	sig_hold_keys();
	standard_fds_occupy();
	process_hardening_begin();
	environment_begin();
	json_init();
	if (!args_parse(&args, argc, argv, &err))
		return misused(argv, &err);
	if (args.version && !args.help)
		return finish(argv, print_version(), &err);
	if (args.verb != NULL && !args_find_verb(args.verb, &verb, &err))
		return misused(argv, &err);
	if (args.help) {
		if (verb != VERB_INDEX_HELP)
			args.topic = args.verb;
		return finish(argv, cmd_help(&args, &err), &err);
	}
	if (!args_go_with(&args, verb, &err))
		return misused(argv, &err);
	/* True if one may leave those is in the configuration. */
	if (verb != VERB_INDEX_KIOSK && verb != VERB_INDEX_LOGIN)
		sig_release_keys();
	sig_let_writes_fail();
	if (!crypto_init()) {
		err_set(&err, "This machine has no source of random numbers.");
		return finish(argv, EXIT_FAILED, &err);
	}
	return finish(argv, verbs[verb](&args, &err), &err);
}
