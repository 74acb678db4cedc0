/* SPDX-License-Identifier: MIT */
/*
 * grantty config: prints the configuration in force, or the one derived from an
 * authorization URL. Sends no requests and stores nothing.
 */
#include "config.h"

#include "app/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/args.h"
#include "app/json_output.h"
#include "app/setup.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "conf/conf_json.h"
#include "conf/conf_print.h"
#include "conf/conf_url.h"
#include "machine/discovery.h"
#include "oauth/provider_setup.h"
#include "ui/locale.h"

#define OUTPUT_MAX ((size_t)1024 * 1024)

/* Prints the notes, then conf. */
static int print(const char *notes, const struct conf *conf,
		 enum conf_print_which which, struct err *err)
{
	int code = EXIT_DONE;
	struct buf out;

	(void)locale_set(conf->screen.locale);
	buf_init(&out, OUTPUT_MAX);
	if (!conf_print(&out, conf, which)) {
		err_set(err, "Cannot print the configuration: it is too "
			     "large.");
		code = EXIT_FAILED;
	} else if (fputs(notes, stdout) == EOF ||
		   fputs(buf_text(&out), stdout) == EOF ||
		   fflush(stdout) == EOF) {
		err_set(err, "Cannot print the configuration: %s.",
			strerror(errno));
		code = EXIT_FAILED;
	}
	buf_free(&out);
	return code;
}

static int print_url(const struct args *args, struct err *err)
{
	int code = EXIT_USAGE;
	struct buf notes;
	struct conf conf;

	if (args_has_other(args, "from-url")) {
		err_set(err, "--from-url stands for the whole configuration: "
			     "omit the other options.");
		return EXIT_USAGE;
	}
	conf_init(&conf);
	buf_init(&notes, OUTPUT_MAX);
	if (conf_url_read(&conf, args->from_url, &notes, err))
		code = print(buf_text(&notes), &conf, CONF_PRINT_SET, err);
	buf_free(&notes);
	conf_free(&conf);
	return code;
}

/* A client that is not registered yet is not an error. */
static void point_out_gaps(struct conf *conf)
{
	if (conf->provider.client_id[0] == '\0')
		conf_set_origin(conf, "provider.client_id",
				"missing: set it here, or set CLIENT_ID in "
				"the environment");
	if (conf->provider.client_secret[0] == '\0' &&
	    provider_needs_secret(conf))
		conf_set_origin(conf, "provider.client_secret",
				"missing: set client_secret_file, or set "
				"CLIENT_SECRET in the environment");
}

/* The provider as the other verbs would use it, with placeholders for a missing
 * client. */
static bool check(struct setup *setup, struct err *err)
{
	const struct conf *conf = &setup->conf;
	const char *id = conf->provider.client_id[0] == '\0' ? "-" : NULL;
	const char *secret =
		conf->provider.client_secret[0] == '\0' ? "-" : NULL;

	return provider_set_up(&setup->provider, conf, id, secret, err) &&
	       (discovery_is_needed(&setup->provider) ||
		setup_can_judge(setup, err));
}

/* Prints the settings, and what is wrong with them. Where a value is missing is
 * no origin. */
static int print_json(struct setup *setup)
{
	struct json *json = json_output_new();
	struct err problem = {""};
	int code = EXIT_DONE;

	json_set(json, "settings", conf_json(&setup->conf));
	if (!check(setup, &problem)) {
		json_set_text(json, "problem", problem.text);
		code = EXIT_USAGE;
	}
	return json_output_print(json) ? code : EXIT_FAILED;
}

/* A configuration is printed even if it is invalid, because it shows where the
 * values come from. */
static int print_text(struct setup *setup, struct err *err)
{
	int code;

	point_out_gaps(&setup->conf);
	code = print("", &setup->conf, CONF_PRINT_MASKED, err);
	return code != EXIT_DONE || check(setup, err) ? code : EXIT_USAGE;
}

static int print_in_force(const struct args *args, struct err *err)
{
	struct setup setup;
	int code = EXIT_USAGE;

	if (setup_conf(&setup, args, err) && setup_client(&setup, args, err))
		code = args->json ? print_json(&setup)
				  : print_text(&setup, err);
	setup_end(&setup);
	return code;
}

int cmd_config(const struct args *args, struct err *err)
{
	return args->from_url != NULL ? print_url(args, err)
				      : print_in_force(args, err);
}
