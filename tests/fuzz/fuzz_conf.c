/* SPDX-License-Identifier: MIT */
/*
 * What operators write: configuration, single options, .env files and
 * authorization URLs. What is taken means the same when it is printed and read
 * again; what is not says where and why.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "conf/conf.h"
#include "conf/conf_print.h"
#include "conf/conf_url.h"
#include "conf/dotenv.h"
#include "conf/options.h"
#include "fuzz.h"

enum { CAP = 4 * 1024 * 1024 };

static void must_explain(const struct err *err)
{
	must(err->text[0] != '\0');
	must(text_is_clean(err->text, strlen(err->text)));
}

/* All options, without a secret, whatever their origins: the caller frees. */
static char *print(struct conf *conf)
{
	const struct conf_option *option;
	struct buf out;

	secret_free(conf->provider.client_secret);
	conf->provider.client_secret = xstrdup("");
	for (size_t i = 0; (option = option_at(i)) != NULL; i++)
		conf_set_origin(conf, option->name, "here");
	buf_init(&out, CAP);
	must(conf_print(&out, conf, CONF_PRINT_ALL));
	return buf_take(&out);
}

static void print_and_parse(struct conf *conf)
{
	char *first = print(conf), *second;
	struct conf again;
	struct err err;

	for (const char *line = first; *line != '\0';) {
		size_t n = strcspn(line, "\n");

		must(text_is_clean(line, n) || memchr(line, '\t', n) != NULL);
		line += n + (line[n] == '\n');
	}
	conf_init(&again);
	/* Escapes may take more room than there is. */
	if (conf_parse(&again, first, strlen(first), "printed", &err)) {
		second = print(&again);
		/* A user name in a URL may be a secret, and is not printed. */
		must(strcmp(first, second) == 0 ||
		     strstr(first, " = \"********\";") != NULL);
		free(second);
	} else {
		must(strlen(first) > 60000);
	}
	conf_free(&again);
	free(first);
}

static void parse(struct input *input)
{
	struct err err = {""};
	struct conf conf;
	size_t len;
	char *text = input_rest(input, &len);

	conf_init(&conf);
	if (conf_parse(&conf, text, len, "a.conf", &err)) {
		print_and_parse(&conf);
	} else {
		must(strncmp(err.text, "a.conf", 6) == 0);
		must_explain(&err);
	}
	conf_free(&conf);
	free(text);
}

static void set(struct input *input)
{
	char *option = input_line(input);
	struct err err = {""};
	struct conf conf;
	size_t len;
	char *value = input_rest(input, &len);

	conf_init(&conf);
	if (option != NULL && conf_set(&conf, option, value, &err))
		print_and_parse(&conf);
	else if (option != NULL)
		must_explain(&err);
	conf_free(&conf);
	free(value);
	free(option);
}

static void read_url(struct input *input)
{
	struct err err = {""};
	struct conf conf;
	struct buf notes;
	size_t len;
	char *url = input_rest(input, &len);

	conf_init(&conf);
	buf_init(&notes, CAP);
	if (conf_url_read(&conf, url, &notes, &err)) {
		must(conf.provider.client_id[0] != '\0');
		must(conf.grant == GRANT_CODE);
		print_and_parse(&conf);
		for (const char *line = buf_text(&notes); *line != '\0';) {
			size_t n = strcspn(line, "\n");

			must(n > 2 && line[0] == '/' && line[1] == '/');
			must(text_is_clean(line, n));
			line += n + (line[n] == '\n');
		}
	} else {
		must_explain(&err);
	}
	buf_free(&notes);
	conf_free(&conf);
	free(url);
}

/* An environment in which nothing is set. */
static char *nothing(const char *name)
{
	(void)name;
	return NULL;
}

static void read_env(struct input *input)
{
	size_t len;
	char *text = input_rest(input, &len);
	struct err err = {""};
	struct dotenv *dotenv = dotenv_parse(text, len, nothing, &err);

	if (dotenv == NULL)
		must(err.text[0] != '\0');
	else
		must(dotenv_unread(dotenv, "CLIENT_SECRET") >= 0);
	dotenv_free(dotenv);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};

	switch (input_choice(&input, 4)) {
	case 0:
		parse(&input);
		break;
	case 1:
		set(&input);
		break;
	case 2:
		read_url(&input);
		break;
	default:
		read_env(&input);
		break;
	}
	return 0;
}
