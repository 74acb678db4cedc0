/* SPDX-License-Identifier: MIT */
/*
 * Reads the command line, see options.h. One table row per option is the
 * master copy of its name and its help.
 */
#include "config.h"

#include "practice/options.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "base/url.h"

enum option_id {
	OPTION_LISTEN,
	OPTION_PUBLIC_URL,
	OPTION_VERIFICATION_URI,
	OPTION_CLIENT_ID,
	OPTION_CLIENT_SECRET_FILE,
	OPTION_EXPIRES_IN,
	OPTION_INTERVAL,
	OPTION_TOKEN_LIFETIME,
	OPTION_APPROVE_AFTER,
	OPTION_FAULT,
	OPTION_PROFILE,
	OPTION_TLS_CERT,
	OPTION_TLS_KEY,
	OPTION_UNTIL_STDIN_CLOSES,
	OPTION_JSON,
	OPTION_VERBOSE,
	OPTION_HELP,
	OPTION_VERSION,
	OPTIONS
};

static const struct {
	const char *name;
	char letter; /* 0: none */
	const char *value;
	const char *help;
} rows[OPTIONS] = {
	[OPTION_LISTEN] = {"listen", 0, "HOST:PORT",
			   "where to listen (127.0.0.1:8628; port 0: any free "
			   "one)"},
	[OPTION_PUBLIC_URL] = {"public-url", 0, "URL",
			       "what people reach this server as"},
	[OPTION_VERIFICATION_URI] = {"verification-uri", 0, "URL",
				     "hand out this verification_uri"},
	[OPTION_CLIENT_ID] = {"client-id", 0, "ID",
			      "the client with a secret (practice)"},
	[OPTION_CLIENT_SECRET_FILE] = {"client-secret-file", 0, "FILE",
				       "its secret (practice-secret)"},
	[OPTION_EXPIRES_IN] = {"expires-in", 0, "S",
			       "lifetime of a code (300)"},
	[OPTION_INTERVAL] = {"interval", 0, "S",
			     "polling interval (5; on Webex's paths 2)"},
	[OPTION_TOKEN_LIFETIME] = {"token-lifetime", 0, "S",
				   "lifetime of an access token (3600)"},
	[OPTION_APPROVE_AFTER] = {"approve-after", 0, "S",
				  "approve every code by itself"},
	[OPTION_FAULT] = {"fault", 0, "NAME",
			  "have a fault, see below (repeatable)"},
	[OPTION_PROFILE] = {"profile", 0, "FILE",
			    "JSON to serve as the profile"},
	[OPTION_TLS_CERT] = {"tls-cert", 0, "FILE",
			     "serve HTTPS with this certificate"},
	[OPTION_TLS_KEY] = {"tls-key", 0, "FILE", "and this key"},
	[OPTION_UNTIL_STDIN_CLOSES] = {"until-stdin-closes", 0, NULL,
				       "end at the end of standard input"},
	[OPTION_JSON] = {"json", 0, NULL, "print one line of JSON when ready"},
	[OPTION_VERBOSE] = {"verbose", 'v', NULL,
			    "log each request on standard error"},
	[OPTION_HELP] = {"help", 'h', NULL, "print this"},
	[OPTION_VERSION] = {"version", 'V', NULL, "print the version"},
};

static bool read_seconds(const char *name, const char *text, int64_t min,
			 int64_t max, int64_t *out, struct err *err)
{
	if (text_number(text, strlen(text), min, max, out))
		return true;
	return err_set(err,
		       "--%s takes a number of seconds from %" PRId64
		       " to %" PRId64 ", not \"%s\".",
		       name, min, max, text);
}

static bool read_url(const char *name, const char *text, const char **out,
		     struct err *err)
{
	struct url url;

	*out = text;
	if (url_split(text, &url) && !url.has_userinfo)
		return true;
	return err_set(err,
		       "--%s takes a URL that begins with http:// or https://, "
		       "not \"%s\".",
		       name, text);
}

static bool take(struct options *options, enum option_id id, const char *value,
		 struct err *err)
{
	const char *name = rows[id].name;

	switch (id) {
	case OPTION_LISTEN:
		options->listen = value;
		break;
	case OPTION_PUBLIC_URL:
		return read_url(name, value, &options->public_url, err);
	case OPTION_VERIFICATION_URI:
		return read_url(name, value, &options->verification_uri, err);
	case OPTION_CLIENT_ID:
		options->client_id = value;
		if (!*value || strlen(value) > 64)
			return err_set(err, "--client-id takes a name of 1 to "
					    "64 characters.");
		break;
	case OPTION_CLIENT_SECRET_FILE:
		options->client_secret_file = value;
		break;
	case OPTION_EXPIRES_IN:
		return read_seconds(name, value, 1, 86400, &options->expires_s,
				    err);
	case OPTION_INTERVAL:
		return read_seconds(name, value, 0, 3600, &options->interval_s,
				    err);
	case OPTION_TOKEN_LIFETIME:
		return read_seconds(name, value, 1, 31536000,
				    &options->token_lifetime_s, err);
	case OPTION_APPROVE_AFTER:
		return read_seconds(name, value, 0, 86400,
				    &options->approve_after_s, err);
	case OPTION_FAULT:
		return faults_set(&options->faults, value, err);
	case OPTION_PROFILE:
		options->profile = value;
		break;
	case OPTION_TLS_CERT:
		options->tls_cert = value;
		break;
	case OPTION_TLS_KEY:
		options->tls_key = value;
		break;
	case OPTION_UNTIL_STDIN_CLOSES:
		options->until_stdin_closes = true;
		break;
	case OPTION_JSON:
		options->json = true;
		break;
	case OPTION_VERBOSE:
		options->verbose++;
		break;
	case OPTION_HELP:
		options->help = true;
		break;
	case OPTION_VERSION:
		options->version = true;
		break;
	case OPTIONS:
		break;
	}
	return true;
}

/* The option that getopt_long() found: an index for a long one, a letter for a
 * short one. */
static enum option_id find_option(int found, int index)
{
	if (found == 0)
		return (enum option_id)index;
	for (int i = 0; i < OPTIONS; i++)
		if (rows[i].letter == found)
			return (enum option_id)i;
	return OPTIONS;
}

bool options_read(struct options *options, int argc, char **argv,
		  struct err *err)
{
	struct option table[OPTIONS + 1] = {0};
	int found, index = 0;

	*options = (struct options){.listen = "127.0.0.1:8628",
				    .client_id = "practice",
				    .expires_s = 300,
				    .interval_s = -1,
				    .token_lifetime_s = 3600,
				    .approve_after_s = -1};
	for (int i = 0; i < OPTIONS; i++)
		table[i] = (struct option){.name = rows[i].name,
					   .has_arg = rows[i].value != NULL};
	opterr = 0;
	while ((found = getopt_long(argc, argv, ":hVv", table, &index)) != -1) {
		if (found == ':')
			return err_set(err, "%s needs a value; see --help.",
				       argv[optind - 1]);
		if (found == '?' && optopt)
			return err_set(err,
				       "There is no option -%c; see --help.",
				       optopt);
		if (found == '?')
			return err_set(err,
				       "There is no option like \"%s\"; see "
				       "--help.",
				       argv[optind - 1]);
		if (!take(options, find_option(found, index), optarg, err))
			return false;
	}
	if (optind < argc)
		return err_set(err, "\"%s\" is one word too many; see --help.",
			       argv[optind]);
	if (!options->tls_cert != !options->tls_key)
		return err_set(err,
			       "--tls-cert and --tls-key go together; give "
			       "both.");
	return true;
}

void options_print_help(void)
{
	char left[48];

	puts("Usage: grantty-practice [OPTION]...\n"
	     "\n"
	     "A practice authorization server for the OAuth 2.0 Device\n"
	     "Authorization Grant (RFC 8628), also with Webex's paths. It "
	     "signs\n"
	     "nobody in anywhere: for demos, tests and integrators only.\n");
	for (int i = 0; i < OPTIONS; i++) {
		snprintf(left, sizeof left, "%c%c%s --%s %s",
			 rows[i].letter ? '-' : ' ',
			 rows[i].letter ? rows[i].letter : ' ',
			 rows[i].letter ? "," : " ", rows[i].name,
			 rows[i].value ? rows[i].value : "");
		printf("  %-30s %s\n", left, rows[i].help);
	}
	puts("\nFaults, until they are cleared unless said otherwise. NAME*N "
	     "strikes N times;\n"
	     "NAME@PLACE, for those with a +, strikes at authorize, poll, "
	     "refresh, profile,\n"
	     "revoke or discovery instead:");
	for (int i = 0; i < FAULTS; i++) {
		const struct fault_row *row = fault_row((enum fault)i);

		printf("  %c %-24s %s\n", row->anywhere ? '+' : ' ', row->name,
		       row->meaning);
	}
	puts("\nPaths: /device_authorization /token /userinfo /revoke /device\n"
	     "       /.well-known/openid-configuration /control\n"
	     "       /v1/device/authorize /v1/device/token /v1/access_token\n"
	     "       /v1/people/me /v1/userinfo /verify");
}
