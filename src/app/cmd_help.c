/* SPDX-License-Identifier: MIT */
/*
 * grantty help and --help: everything, or one verb. Made from the tables of
 * verbs and options. Both programs have it.
 */
#include "config.h"

#include "app/cmd.h"

#include <stdio.h>

#include "app/args.h"
#include "base/buf.h"
#include "base/err.h"

enum { HELP_BYTES = 16 * 1024 };

static const char usage[] =
	"usage: grantty [VERB] [OPTIONS]\n"
	"       grantty login [OPTIONS] -- COMMAND [ARGUMENT...]\n\n"
	"Signs users in on a screen that has no browser (RFC 8628).\n\n"
	"Verbs:\n";

static const char notes[] =
	"\nTo see it work, run \"grantty demo\"; to find out what is wrong, "
	"\"grantty check\".\n"
	"\"grantty help VERB\" prints the options of one verb. Manual pages: "
	"grantty(1),\n"
	"grantty.conf(5).\n"
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

static void add_everything(struct buf *out)
{
	(void)buf_adds(out, usage);
	args_help_verbs(out);
	(void)buf_adds(out, "\nOptions:\n");
	args_help_options(out);
	(void)buf_adds(out, notes);
}

int cmd_help(const struct args *args, struct err *err)
{
	enum verb_index verb;
	struct err why = {""};
	struct buf out;

	buf_init(&out, HELP_BYTES);
	if (args->topic == NULL) {
		add_everything(&out);
	} else if (args_find_verb(args->topic, &verb, &why)) {
		args_help_verb(&out, verb);
	} else {
		(void)err_set(err, "%s; see grantty --help.", why.text);
		return EXIT_USAGE;
	}
	(void)fputs(buf_text(&out), stdout);
	buf_free(&out);
	return EXIT_DONE; /* main() sees whether that was written */
}
