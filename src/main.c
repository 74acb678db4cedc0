/* SPDX-License-Identifier: MIT */
/*
 * The table of verbs, and what all of them need of the process they run in.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "app/args.h"
#include "app/cmd.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/standard_fds.h"
#include "core/json.h"
#include "io/secrecy.h"
#include "io/sig.h"

struct verb {
	const char *name;
	unsigned groups; /* enum args_group */
	int (*run)(const struct args *args, struct err *err);
	const char *help;
};

static const struct verb verbs[] = {
	{"kiosk", 0, cmd_kiosk,
	 "sign-in, profile, sign-out, again; what grantty alone does"},
	{"login", TAKES_PLAIN | TAKES_COMMAND, cmd_login,
	 "one sign-in, then end"},
	{"token", TAKES_MIN_VALID | TAKES_DPOP, cmd_token,
	 "print a valid access token, renewed if need be"},
	{"whoami", TAKES_JSON, cmd_whoami, "print the profile"},
	{"status", TAKES_JSON, cmd_status,
	 "print the session without its secrets"},
	{"logout", 0, cmd_logout,
	 "revoke the tokens where possible and forget them"},
	{"config", TAKES_FROM_URL, cmd_config,
	 "print the configuration in force, and where it comes from"},
	{"check", TAKES_JSON, cmd_check,
	 "try all that a sign-in needs, and say what to do"},
	{"demo", TAKES_LAN | TAKES_APPROVE_AFTER, cmd_demo,
	 "the kiosk against a practice server: no account, no network"},
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static const char usage[] =
	"usage: grantty [VERB] [OPTIONS]\n"
	"       grantty login [OPTIONS] -- COMMAND [ARGUMENT...]\n"
	"\n"
	"Signs a person in on a screen without a browser (RFC 8628).\n"
	"\n"
	"Verbs:\n";

static const char options[] =
	"\n"
	"Options:\n"
	"  -c, --config FILE     the configuration file\n"
	"      --env-file FILE   a .env file with CLIENT_ID, CLIENT_SECRET\n"
	"      --provider NAME   a known provider (webex, github, ...)\n"
	"      --issuer URL      the provider's issuer\n"
	"      --client-id ID    the client_id\n"
	"      --scope TEXT      the scope to ask for\n"
	"      --grant GRANT     device or code\n"
	"      --theme THEME     midnight, daylight, high-contrast, mono, "
	"amber or a file\n"
	"      --plain           login: lines instead of screens\n"
	"      --min-valid SECS  token: how long it must be good (60)\n"
	"      --dpop \"METHOD URL [NONCE]\"  token: the headers for that "
	"request\n"
	"      --json            whoami, status, check: JSON\n"
	"      --from-url URL    config: what an authorization URL stands for\n"
	"      --lan             demo: reachable for a real phone\n"
	"      --approve-after SECS  demo: approves by itself\n"
	"  -v, --verbose         say more in the log\n"
	"  -h, --help            this text\n"
	"  -V, --version         the version\n"
	"\n"
	"Secrets never go on the command line: set CLIENT_SECRET, or name a\n"
	"file with provider.client_secret_file.\n"
	"\n"
	"Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 denied,\n"
	"4 nobody is signed in, 5 the code expired, 6 network or provider out\n"
	"of reach, 126 and 127 the command cannot be run, 130 cancelled; "
	"login\n"
	"-- COMMAND otherwise the command's own.\n";

static const struct verb *find_verb(const char *name)
{
	size_t i;

	for (i = 0; i < VERBS; i++) {
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	}
	return NULL;
}

static int print_help(void)
{
	size_t i;

	(void)fputs(usage, stdout);
	for (i = 0; i < VERBS; i++)
		(void)printf("  %-8s %s\n", verbs[i].name, verbs[i].help);
	(void)fputs(options, stdout);
	return EXIT_DONE;
}

static int print_version(void)
{
	(void)puts(PACKAGE_STRING);
	return EXIT_DONE;
}

static int misused(const struct err *err)
{
	(void)fprintf(stderr, "grantty: %s; see grantty --help.\n", err->text);
	return EXIT_USAGE;
}

/* What was printed counts only once it is out. */
static int finish(int code, struct err *err)
{
	bool written = fflush(stdout) == 0 && !ferror(stdout);

	if (!written && (code == EXIT_DONE || err->text[0] == '\0')) {
		code = EXIT_FAILED;
		err_set(err, "Standard output cannot be written: see whether "
			     "it is closed, or its disk full.");
	}
	if (code != EXIT_DONE && err->text[0] != '\0')
		(void)fprintf(stderr, "grantty: %s\n", err->text);
	return code;
}

int main(int argc, char **argv)
{
	const struct verb *verb = &verbs[0];
	struct err err = {""};
	struct args args;

	standard_fds_occupy();
	secrecy_begin();
	if (!args_parse(&args, argc, argv, &err))
		return misused(&err);
	if (args.help)
		return finish(print_help(), &err);
	if (args.version)
		return finish(print_version(), &err);
	if (args.verb != NULL)
		verb = find_verb(args.verb);
	if (verb == NULL) {
		err_set(&err, "There is no verb \"%.40s\"", args.verb);
		return misused(&err);
	}
	if (!args_go_with(&args, verb->name, verb->groups, &err))
		return misused(&err);
	sig_let_writes_fail();
	json_init();
	if (!crypto_init()) {
		(void)fprintf(stderr, "grantty: there is no source of random "
				      "numbers\n");
		return EXIT_FAILED;
	}
	return finish(verb->run(&args, &err), &err);
}
