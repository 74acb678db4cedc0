/* SPDX-License-Identifier: MIT */
/*
 * getopt_long() over one table. No option takes a secret: everybody on the
 * machine can read arguments.
 */
#include "config.h"

#include "app/args.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"

enum {
	LONG_ENV_FILE = 256,
	LONG_PROVIDER,
	LONG_ISSUER,
	LONG_CLIENT_ID,
	LONG_SCOPE,
	LONG_GRANT,
	LONG_THEME,
	LONG_PLAIN,
	LONG_MIN_VALID,
	LONG_JSON,
	LONG_LAN,
	LONG_APPROVE_AFTER,
	LONG_FROM_URL,
	LONG_DPOP
};

static const struct option table[] = {
	{"config", required_argument, NULL, 'c'},
	{"env-file", required_argument, NULL, LONG_ENV_FILE},
	{"provider", required_argument, NULL, LONG_PROVIDER},
	{"issuer", required_argument, NULL, LONG_ISSUER},
	{"client-id", required_argument, NULL, LONG_CLIENT_ID},
	{"scope", required_argument, NULL, LONG_SCOPE},
	{"grant", required_argument, NULL, LONG_GRANT},
	{"theme", required_argument, NULL, LONG_THEME},
	{"plain", no_argument, NULL, LONG_PLAIN},
	{"min-valid", required_argument, NULL, LONG_MIN_VALID},
	{"json", no_argument, NULL, LONG_JSON},
	{"lan", no_argument, NULL, LONG_LAN},
	{"approve-after", required_argument, NULL, LONG_APPROVE_AFTER},
	{"from-url", required_argument, NULL, LONG_FROM_URL},
	{"dpop", required_argument, NULL, LONG_DPOP},
	{"verbose", no_argument, NULL, 'v'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

/* The group that an option belongs to; 0: all verbs take it. */
static unsigned group_of(int option)
{
	switch (option) {
	case LONG_PLAIN:
		return TAKES_PLAIN;
	case LONG_MIN_VALID:
		return TAKES_MIN_VALID;
	case LONG_JSON:
		return TAKES_JSON;
	case LONG_LAN:
		return TAKES_LAN;
	case LONG_APPROVE_AFTER:
		return TAKES_APPROVE_AFTER;
	case LONG_FROM_URL:
		return TAKES_FROM_URL;
	case LONG_DPOP:
		return TAKES_DPOP;
	default:
		return 0;
	}
}

static bool take_seconds(int64_t *out, const char *name, const char *text,
			 int64_t max, struct err *err)
{
	if (text_number(text, strlen(text), 0, max, out))
		return true;
	return err_set(err, "--%s takes a number of seconds from 0 to %lld",
		       name, (long long)max);
}

static bool take(struct args *args, int option, struct err *err)
{
	int64_t seconds;

	switch (option) {
	case 'c':
		args->config = optarg;
		break;
	case LONG_ENV_FILE:
		args->env_file = optarg;
		break;
	case LONG_PROVIDER:
		args->provider = optarg;
		break;
	case LONG_ISSUER:
		args->issuer = optarg;
		break;
	case LONG_CLIENT_ID:
		args->client_id = optarg;
		break;
	case LONG_SCOPE:
		args->scope = optarg;
		break;
	case LONG_GRANT:
		args->grant = optarg;
		break;
	case LONG_THEME:
		args->theme = optarg;
		break;
	case LONG_PLAIN:
		args->plain = true;
		break;
	case LONG_MIN_VALID:
		return take_seconds(&args->min_valid_s, "min-valid", optarg,
				    31536000, err);
	case LONG_JSON:
		args->json = true;
		break;
	case LONG_LAN:
		args->lan = true;
		break;
	case LONG_APPROVE_AFTER:
		args->approve_after = optarg;
		return take_seconds(&seconds, "approve-after", optarg, 86400,
				    err);
	case LONG_FROM_URL:
		args->from_url = optarg;
		break;
	case LONG_DPOP:
		args->dpop = optarg;
		break;
	case 'v':
		args->verbose++;
		break;
	case 'h':
		args->help = true;
		break;
	case 'V':
		args->version = true;
		break;
	default:
		return false;
	}
	return true;
}

static bool is_known(int option)
{
	size_t i;

	for (i = 0; table[i].name != NULL; i++) {
		if (table[i].val == option)
			return true;
	}
	return false;
}

/* Whatever is behind "--" is not for this program to read. Returns how many
 * words are. */
static int cut_command(struct args *args, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") != 0)
			continue;
		args->command = &argv[i + 1];
		args->groups |= TAKES_COMMAND;
		return i;
	}
	return argc;
}

bool args_parse(struct args *args, int argc, char **argv, struct err *err)
{
	char unknown[] = {'-', 0, 0};
	int option;

	memset(args, 0, sizeof(*args));
	argc = cut_command(args, argc, argv);
	if (args->command != NULL && args->command[0] == NULL)
		return err_set(err, "-- needs a command behind it");
	args->min_valid_s = 60;
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":c:vhV", table, NULL)) !=
	       -1) {
		if (option == ':')
			return err_set(err, "%s needs a value",
				       argv[optind - 1]);
		if (option == '?') {
			if (is_known(optopt))
				return err_set(err, "%s: it takes no value",
					       argv[optind - 1]);
			unknown[1] = (char)optopt;
			return err_set(err, "There is no option %s",
				       optopt != 0 && optopt < 256
					       ? unknown
					       : argv[optind - 1]);
		}
		if (!take(args, option, err))
			return false;
		args->groups |= group_of(option);
	}
	if (optind < argc)
		args->verb = argv[optind++];
	if (optind < argc)
		return err_set(err, "\"%s\" is one word too many",
			       argv[optind]);
	return true;
}

bool args_go_with(const struct args *args, const char *verb, unsigned groups,
		  struct err *err)
{
	size_t i;

	if ((args->groups & TAKES_COMMAND & ~groups) != 0)
		return err_set(err, "A command after -- does not go with %s",
			       verb);
	for (i = 0; table[i].name != NULL; i++) {
		if ((group_of(table[i].val) & args->groups & ~groups) != 0)
			return err_set(err, "--%s does not go with %s",
				       table[i].name, verb);
	}
	return true;
}
