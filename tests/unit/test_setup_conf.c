/* SPDX-License-Identifier: MIT */
/*
 * app/setup: which file the configuration is, and which of the sources of a
 * setting wins. What may stand in a configuration is test_conf's matter.
 */
#include "config.h"

#include <fcntl.h>
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/args.h"
#include "app/setup.h"
#include "base/err.h"
#include "conf/options.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { WORDS_MAX = 6, FILES_MAX = 4 };

/* Each test runs in a folder of its own, which is the current one; paths that
 * begin with '@' are below it. */
static char folder[] = "/tmp/test_setup_XXXXXX";

static const char *below(const char *name, char *path, size_t size)
{
	(void)snprintf(path, size, "%s%s%s", name[0] == '@' ? folder : "",
		       name[0] == '@' ? "/" : "", name + (name[0] == '@'));
	return path;
}

static const char *const folders[] = {
	"@xdg",		 "@xdg/grantty",	  "@home",
	"@home/.config", "@home/.config/grantty", "@credentials"};

static int set_up(void **state)
{
	char path[128];

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	for (size_t i = 0; i < COUNT(folders); i++)
		assert_int_equal(
			mkdir(below(folders[i], path, sizeof(path)), 0700), 0);
	return 0;
}

static int tear_down(void **state)
{
	char path[128];

	(void)state;
	for (size_t i = COUNT(folders); i > 0; i--)
		(void)rmdir(below(folders[i - 1], path, sizeof(path)));
	assert_int_equal(chdir("/"), 0);
	return rmdir(folder);
}

static void write_file(const char *name, const char *text, mode_t mode)
{
	char path[128];
	int fd = open(below(name, path, sizeof(path)),
		      O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	(void)close(fd);
}

static const char *const variables[] = {
	"GRANTTY_CONFIG",
	"XDG_CONFIG_HOME",
	"HOME",
	"GRANTTY_CLIENT_ID",
	"CLIENT_ID",
	"GRANTTY_CLIENT_SECRET",
	"CLIENT_SECRET",
	"CREDENTIALS_DIRECTORY",
	"XDG_STATE_HOME",
	"STATE_DIRECTORY",
	"GRANTTY_ACCOUNT",
};

/* "NAME=value", with '@' in front of a path. */
static void set_environment(const char *const *settings, size_t n)
{
	char path[128], name[64];

	for (size_t i = 0; i < COUNT(variables); i++)
		(void)unsetenv(variables[i]);
	for (size_t i = 0; i < n && settings[i] != NULL; i++) {
		const char *value = strchr(settings[i], '=') + 1;

		(void)snprintf(name, sizeof(name), "%.*s",
			       (int)(value - 1 - settings[i]), settings[i]);
		assert_int_equal(
			setenv(name, below(value, path, sizeof(path)), 1), 0);
	}
}

/* The command line, whose words must outlive args. */
static void parse(struct args *args, const char *const words[WORDS_MAX],
		  char texts[WORDS_MAX][128], char *argv[WORDS_MAX + 2])
{
	static char name[] = "grantty";
	struct err err;
	int argc = 1;

	argv[0] = name;
	for (; argc <= WORDS_MAX && words[argc - 1] != NULL; argc++) {
		(void)below(words[argc - 1], texts[argc - 1], 128);
		argv[argc] = texts[argc - 1];
	}
	argv[argc] = NULL;
	optind = 0; /* getopt_long() begins anew; a program parses once */
	assert_true(args_parse(args, argc, argv, &err));
}

/* A file that sets its own name as the client_id. */
static void write_conf(const char *name)
{
	char text[256];

	(void)snprintf(text, sizeof(text),
		       "provider : { client_id = \"%s\"; };", name);
	write_file(name, text, 0644);
}

static void remove_files(const char *const files[FILES_MAX])
{
	char path[128];

	for (size_t i = 0; i < FILES_MAX && files[i] != NULL; i++)
		(void)unlink(below(files[i], path, sizeof(path)));
}

#define XDG "@xdg/grantty/grantty.conf"
#define HOME "@home/.config/grantty/grantty.conf"
#define WORK "@xdg/grantty/work.conf"

static void test_file(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *environment[FILES_MAX];
		const char *files[FILES_MAX]; /* that there are */
		const char *found;	      /* "": none; NULL: an error */
	} cases[] = {
		{{NULL}, {NULL}, {NULL}, ""},
		{{"-c", "@a"},
		 {"GRANTTY_CONFIG=@b", "XDG_CONFIG_HOME=@xdg"},
		 {"@a", "@b", XDG},
		 "@a"},
		{{NULL},
		 {"GRANTTY_CONFIG=@b", "XDG_CONFIG_HOME=@xdg"},
		 {"@b", XDG, HOME},
		 "@b"},
		{{NULL},
		 {"GRANTTY_CONFIG=", "XDG_CONFIG_HOME=@xdg"},
		 {XDG},
		 XDG},
		{{NULL},
		 {"XDG_CONFIG_HOME=@xdg", "HOME=@home"},
		 {XDG, HOME},
		 XDG},
		{{NULL}, {"HOME=@home"}, {XDG, HOME}, HOME},
		/* A relative folder does not count (XDG). */
		{{NULL},
		 {"XDG_CONFIG_HOME=xdg", "HOME=@home"},
		 {XDG, HOME},
		 HOME},
		/* XDG_CONFIG_HOME stands in the place of ~/.config. */
		{{NULL}, {"XDG_CONFIG_HOME=@xdg", "HOME=@home"}, {HOME}, ""},
		/* An account's file, else the one that all share. */
		{{"-a", "work"}, {"XDG_CONFIG_HOME=@xdg"}, {XDG, WORK}, WORK},
		{{"-a", "home"}, {"XDG_CONFIG_HOME=@xdg"}, {XDG, WORK}, XDG},
		{{NULL}, {"XDG_CONFIG_HOME=@xdg"}, {XDG, WORK}, XDG},
		{{NULL},
		 {"XDG_CONFIG_HOME=@xdg", "GRANTTY_ACCOUNT=work"},
		 {XDG, WORK},
		 WORK},
		{{NULL},
		 {"XDG_CONFIG_HOME=@xdg", "GRANTTY_ACCOUNT="},
		 {XDG, WORK},
		 XDG},
		{{"-a", "home"},
		 {"XDG_CONFIG_HOME=@xdg", "GRANTTY_ACCOUNT=work"},
		 {XDG, WORK},
		 XDG},
		{{"-a", "default"},
		 {"XDG_CONFIG_HOME=@xdg", "GRANTTY_ACCOUNT=work"},
		 {XDG, WORK},
		 XDG},
		{{"-a", "work", "-c", "@a"},
		 {"XDG_CONFIG_HOME=@xdg"},
		 {"@a", WORK},
		 "@a"},
		/* A file that is named has to be there. */
		{{"-c", "@a"}, {"GRANTTY_CONFIG=@b"}, {"@b"}, NULL},
		{{NULL},
		 {"GRANTTY_CONFIG=@a", "XDG_CONFIG_HOME=@xdg"},
		 {XDG},
		 NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char texts[WORDS_MAX][128], path[128];
		char *argv[WORDS_MAX + 2];
		struct err err = {""};
		struct setup setup;
		struct args args;
		bool ok;

		for (size_t j = 0; cases[i].files[j] != NULL; j++)
			write_conf(cases[i].files[j]);
		set_environment(cases[i].environment, FILES_MAX);
		parse(&args, cases[i].words, texts, argv);
		ok = setup_conf(&setup, &args, &err);
		if (ok != (cases[i].found != NULL))
			fail_msg("case %zu: %s", i, err.text);
		if (ok && cases[i].found[0] == '\0') {
			assert_null(setup.conf_path);
		} else if (ok) {
			assert_string_equal(
				setup.conf_path,
				below(cases[i].found, path, sizeof(path)));
			assert_string_equal(setup.conf.provider.client_id,
					    cases[i].found);
		} else {
			assert_non_null(strstr(err.text, folder));
		}
		setup_end(&setup);
		remove_files(cases[i].files);
	}
}

/* Where the session of an account is. */
static void test_session_path(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *conf, *work; /* their session groups; NULL: no
					  * such file */
		const char *path;	 /* NULL: refused */
	} cases[] = {
		{{NULL}, "", NULL, "@state/grantty/session.json"},
		{{"-a", "default"}, "", NULL, "@state/grantty/session.json"},
		{{"-a", "work"}, "", NULL, "@state/grantty/work/session.json"},
		{{"-a", "work"}, "", "", "@state/grantty/work/session.json"},
		/* Shared, it names the place; otherwise the file. */
		{{NULL}, "file = \"/s/x\";", NULL, "/s/x"},
		{{"-a", "work"}, "file = \"/s/x\";", NULL, "/s/work/x"},
		{{"-a", "work"}, "file = \"x\";", NULL, "work/x"},
		{{"-a", "work"},
		 "file = \"/s/x\";",
		 "file = \"/s/y\";",
		 "/s/y"},
		{{"-a", "work"},
		 "file = \"/s/x\";",
		 "",
		 "@state/grantty/work/session.json"},
		{{"-a", "work", "-c", "@xdg/grantty/work.conf"},
		 "",
		 "file = \"/s/y\";",
		 "/s/work/y"},
		{{"-a", "work"}, "store = \"memory\";", NULL, ""},
		/* Files beside the default session have these names. */
		{{"-a", "session.json"}, "", NULL, NULL},
		{{"-a", "session.json.lock"}, "", NULL, NULL},
		{{"-a", "session.jso"},
		 "",
		 NULL,
		 "@state/grantty/session.jso/session.json"},
		{{"-a", "x.code"}, "file = \"/s/x\";", NULL, NULL},
		{{"-a", "xy"}, "file = \"/s/x\";", NULL, "/s/xy/x"},
	};
	static const char *const environment[] = {"XDG_CONFIG_HOME=@xdg",
						  "XDG_STATE_HOME=@state"};
	static const char *const files[FILES_MAX] = {XDG, WORK};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char texts[WORDS_MAX][128], path[128], text[256];
		char *argv[WORDS_MAX + 2];
		struct err err = {""};
		struct setup setup;
		struct args args;
		char *found;

		(void)snprintf(text, sizeof(text), "session : { %s };",
			       cases[i].conf);
		write_file(XDG, text, 0644);
		(void)snprintf(text, sizeof(text), "session : { %s };",
			       cases[i].work != NULL ? cases[i].work : "");
		if (cases[i].work != NULL)
			write_file(WORK, text, 0644);
		set_environment(environment, COUNT(environment));
		parse(&args, cases[i].words, texts, argv);
		if (!setup_conf(&setup, &args, &err))
			fail_msg("case %zu: %s", i, err.text);
		found = setup_session_path(&setup, &err);
		if (cases[i].path == NULL) {
			assert_null(found);
			assert_non_null(strstr(err.text, args.account));
		} else {
			assert_string_equal(found, below(cases[i].path, path,
							 sizeof(path)));
		}
		free(found);
		setup_end(&setup);
		remove_files(files);
	}
}

/* The command line wins over the file. */
static void test_override(void **state)
{
	static const char conf[] =
		"provider : { preset = \"github\"; client_id = \"file\"; "
		"client_secret_file = \"secret\"; scope = \"file\"; };\n"
		"grant = \"device\"; screen : { theme = \"amber\"; };";
	static const struct {
		const char *words[WORDS_MAX];
		const char *preset, *issuer, *client_id, *scope;
		enum grant grant;
		const char *theme;
		bool forgets; /* the secret, which is another provider's */
	} cases[] = {
		{{NULL},
		 "github",
		 "",
		 "file",
		 "file",
		 GRANT_DEVICE,
		 "amber",
		 false},
		{{"--client-id", "x"},
		 "github",
		 "",
		 "x",
		 "file",
		 GRANT_DEVICE,
		 "amber",
		 false},
		{{"--scope", "x y"},
		 "github",
		 "",
		 "file",
		 "x y",
		 GRANT_DEVICE,
		 "amber",
		 false},
		{{"--grant", "code"},
		 "github",
		 "",
		 "file",
		 "file",
		 GRANT_CODE,
		 "amber",
		 false},
		{{"--theme", "mono"},
		 "github",
		 "",
		 "file",
		 "file",
		 GRANT_DEVICE,
		 "mono",
		 false},
		{{"--provider", "github"},
		 "github",
		 "",
		 "file",
		 "file",
		 GRANT_DEVICE,
		 "amber",
		 false},
		{{"--provider", "google"},
		 "google",
		 "",
		 "",
		 "",
		 GRANT_DEVICE,
		 "amber",
		 true},
		{{"--issuer", "https://id.example", "--client-id", "x"},
		 "",
		 "https://id.example",
		 "x",
		 "",
		 GRANT_DEVICE,
		 "amber",
		 true},
	};
	static const char *const files[FILES_MAX] = {"@a"};

	(void)state;
	write_file("@a", conf, 0644);
	set_environment((const char *const[]){"GRANTTY_CONFIG=@a"}, 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char texts[WORDS_MAX][128];
		char *argv[WORDS_MAX + 2];
		struct err err = {""};
		struct setup setup;
		const struct conf *found = &setup.conf;
		struct args args;

		parse(&args, cases[i].words, texts, argv);
		if (!setup_conf(&setup, &args, &err))
			fail_msg("case %zu: %s", i, err.text);
		assert_string_equal(found->provider.preset, cases[i].preset);
		assert_string_equal(found->provider.issuer, cases[i].issuer);
		assert_string_equal(found->provider.client_id,
				    cases[i].client_id);
		assert_string_equal(found->provider.scope, cases[i].scope);
		assert_int_equal(found->grant, cases[i].grant);
		assert_string_equal(found->screen.theme, cases[i].theme);
		assert_string_equal(found->provider.client_secret_file,
				    cases[i].forgets ? "" : "secret");
		setup_end(&setup);
	}
	remove_files(files);
}

/* The first of the sources of a secret and of a client_id. */
static void test_client(void **state)
{
	static const char conf[] =
		"provider : { client_id = \"conf\"; client_secret = \"conf\"; "
		"client_secret_file = \"@secret\"; };";
	static const struct {
		const char *words[WORDS_MAX];
		const char *environment[FILES_MAX];
		const char *file; /* for --env-file, as ./env */
		bool credential, secret_file;
		const char *id, *secret;
	} cases[] = {
		{{NULL}, {NULL}, NULL, false, false, "conf", "conf"},
		{{NULL},
		 {"CLIENT_ID=a", "CLIENT_SECRET=b"},
		 NULL,
		 true,
		 true,
		 "a",
		 "b"},
		{{NULL},
		 {"CLIENT_ID=a", "CLIENT_SECRET=b", "GRANTTY_CLIENT_ID=c",
		  "GRANTTY_CLIENT_SECRET=d"},
		 NULL,
		 true,
		 true,
		 "c",
		 "d"},
		/* Empty is not set. */
		{{NULL},
		 {"GRANTTY_CLIENT_ID=", "CLIENT_ID=a"},
		 NULL,
		 false,
		 true,
		 "a",
		 "file"},
		{{"--client-id", "x"},
		 {"GRANTTY_CLIENT_ID=c"},
		 NULL,
		 false,
		 true,
		 "x",
		 "file"},
		{{"--env-file", "@env"},
		 {NULL},
		 "CLIENT_ID=e\nCLIENT_SECRET=f\n",
		 true,
		 true,
		 "e",
		 "f"},
		{{"--env-file", "@env"},
		 {"CLIENT_SECRET=b"},
		 "GRANTTY_CLIENT_ID=e\nCLIENT_SECRET=f\n",
		 true,
		 true,
		 "e",
		 "b"},
		{{"--env-file", "@env", "--client-id", "x"},
		 {NULL},
		 "CLIENT_ID=e\nCLIENT_SECRET=\n",
		 true,
		 true,
		 "x",
		 "credential"},
		{{NULL}, {NULL}, NULL, true, true, "conf", "credential"},
		{{NULL}, {NULL}, NULL, false, true, "conf", "file"},
	};
	static const char *const files[FILES_MAX] = {
		"@a", "@env", "@secret", "@credentials/client_secret"};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char texts[WORDS_MAX][128], path[128];
		char *argv[WORDS_MAX + 2];
		struct err err = {""};
		struct setup setup;
		struct args args;

		write_file("@a", conf, 0600);
		if (cases[i].file != NULL)
			write_file("@env", cases[i].file, 0600);
		if (cases[i].secret_file)
			write_file("@secret", "file\n", 0600);
		if (cases[i].credential)
			write_file("@credentials/client_secret", "credential\n",
				   0400);
		set_environment(cases[i].environment, FILES_MAX);
		(void)setenv("GRANTTY_CONFIG", below("@a", path, sizeof(path)),
			     1);
		if (cases[i].credential)
			(void)setenv("CREDENTIALS_DIRECTORY",
				     below("@credentials", path, sizeof(path)),
				     1);
		parse(&args, cases[i].words, texts, argv);
		if (!setup_conf(&setup, &args, &err))
			fail_msg("case %zu: %s", i, err.text);
		if (!cases[i].secret_file)
			assert_true(conf_set(&setup.conf,
					     "provider.client_secret_file", "",
					     &err));
		else
			assert_true(conf_set(
				&setup.conf, "provider.client_secret_file",
				below("@secret", path, sizeof(path)), &err));
		if (!setup_client(&setup, &args, &err))
			fail_msg("case %zu: %s", i, err.text);
		assert_string_equal(setup.conf.provider.client_id, cases[i].id);
		assert_string_equal(setup.conf.provider.client_secret,
				    cases[i].secret);
		/* No child and no other process finds it there. */
		assert_null(getenv("CLIENT_SECRET"));
		assert_null(getenv("GRANTTY_CLIENT_SECRET"));
		setup_end(&setup);
		remove_files(files);
	}
}

/* A secret that others on the machine could read is not used. */
static void test_open_to_others(void **state)
{
	static const struct {
		const char *conf;
		const char *env;
		mode_t mode; /* of both */
		bool ok;
	} cases[] = {
		{"provider : { client_secret = \"s\"; };", "", 0600, true},
		{"provider : { client_secret = \"s\"; };", "", 0640, false},
		{"provider : { client_secret = \"s\"; };", "", 0644, false},
		{"provider : { client_id = \"s\"; };", "CLIENT_ID=x\n", 0644,
		 true},
		{"", "CLIENT_SECRET=s\n", 0644, false},
		{"", "GRANTTY_CLIENT_SECRET=s\n", 0644, false},
		{"", "CLIENT_SECRET=s\n", 0600, true},
		/* One that cannot be read is no reason to take another. */
		{"", "CLIENT SECRET=s\n", 0600, true},
		{"", "CLIENT_SECRET: s\n", 0600, false},
	};
	static const char *const words[WORDS_MAX] = {"-c", "@a", "--env-file",
						     "@env"};
	static const char *const files[FILES_MAX] = {"@a", "@env"};

	(void)state;
	set_environment(NULL, 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char texts[WORDS_MAX][128];
		char *argv[WORDS_MAX + 2];
		struct err err = {""};
		struct setup setup;
		struct args args;
		bool ok;

		write_file("@a", cases[i].conf, cases[i].mode);
		write_file("@env", cases[i].env, cases[i].mode);
		parse(&args, words, texts, argv);
		ok = setup_conf(&setup, &args, &err) &&
		     setup_client(&setup, &args, &err);
		if (ok != cases[i].ok)
			fail_msg("case %zu: %s", i, err.text);
		setup_end(&setup);
		remove_files(files);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_session_path),
		cmocka_unit_test(test_override),
		cmocka_unit_test(test_client),
		cmocka_unit_test(test_open_to_others),
	};

	return cmocka_run_group_tests_name("setup_conf", tests, set_up,
					   tear_down);
}
