/* SPDX-License-Identifier: MIT */
/*
 * Reads the command line by the rows of options.def, see options.h.
 */
#include "config.h"

#include "practice/options.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/command_line.h"
#include "base/err.h"
#include "base/url.h"

enum { HELP_COLUMN = 33 };

static bool check_url(const char *name, const char *value, struct err *err)
{
	struct url url;

	if (url_split(value, &url) && !url.has_userinfo)
		return true;
	return err_set(err,
		       "--%s takes a URL that begins with http:// or https://, "
		       "not \"%s\"",
		       name, value);
}

static bool check_client_id(const char *name, const char *value,
			    struct err *err)
{
	if (*value && strlen(value) <= 64)
		return true;
	return err_set(err, "--%s takes a name of 1 to 64 characters.", name);
}

static bool take_fault(void *values, const char *value, struct err *err)
{
	struct options *options = values;

	return faults_set(&options->faults, value, err);
}

#define ROW(type, ...) {.kind = COMMAND_LINE_##type, __VA_ARGS__},
#define FIELD(field, type, ...) \
	ROW(type, .offset = offsetof(struct options, field), __VA_ARGS__)
#define TEXT(field, ...) FIELD(field, TEXT, __VA_ARGS__)
#define FLAG(field, ...) FIELD(field, FLAG, __VA_ARGS__)
#define COUNT(field, ...) FIELD(field, COUNT, __VA_ARGS__)
#define SECONDS(field, ...) FIELD(field, SECONDS, __VA_ARGS__)
#define TAKEN(...) ROW(TAKEN, __VA_ARGS__)

static const struct command_line_option rows[] = {
#include "practice/options.def"
};

#define ROWS (sizeof rows / sizeof *rows)

_Static_assert(ROWS <= COMMAND_LINE_MAX, "COMMAND_LINE_MAX must be raised");

static bool read_all(struct options *options, int argc, char **argv,
		     struct err *err)
{
	uint64_t given = 0;
	int word = 0;

	if (!command_line_parse(rows, ROWS, NULL, options, argc, argv, &given,
				&word, err))
		return false;
	if (word < argc)
		return err_set(err, "unexpected argument \"%s\"", argv[word]);
	if (!options->tls_cert != !options->tls_key)
		return err_set(err, "--tls-cert and --tls-key must be used "
				    "together.");
	return true;
}

bool options_read(struct options *options, int argc, char **argv,
		  struct err *err)
{
	struct err why = {0};

	memset(options, 0, sizeof *options);
	if (read_all(options, argc, argv, &why))
		return true;
	/* A sentence has said it all. */
	return err_set(err, "%s%s", why.text,
		       why.text[strlen(why.text) - 1] == '.' ? ""
							     : "; see --help.");
}

void options_print_help(void)
{
	const struct fault_row *row;
	struct buf lines;

	puts("Usage: grantty-practice [OPTION]...\n\n"
	     "A practice authorization server for the OAuth 2.0 Device\n"
	     "Authorization Grant (RFC 8628), also with Webex's paths. For "
	     "demos,\n"
	     "tests and developers only: its tokens are accepted nowhere "
	     "else.\n");
	buf_init(&lines, 16384);
	for (size_t i = 0; i < ROWS; i++)
		command_line_help(&lines, &rows[i], HELP_COLUMN, NULL);
	fputs(buf_text(&lines), stdout);
	buf_free(&lines);
	puts("\nFaults, each of which lasts until cleared unless stated "
	     "otherwise. NAME*N limits\n"
	     "it to N times. NAME@PLACE moves one marked + to authorize, "
	     "poll, refresh,\n"
	     "profile, revoke or discovery:");
	for (size_t i = 0; (row = fault_at(i)); i++)
		printf("  %c %-24s %s\n", fault_can_move(row) ? '+' : ' ',
		       row->name, row->meaning);
	puts("\nPaths: /device_authorization /token /userinfo /revoke /device\n"
	     "       /.well-known/openid-configuration /control\n"
	     "       /v1/device/authorize /v1/device/token /v1/access_token\n"
	     "       /v1/people/me /v1/userinfo /verify");
}
