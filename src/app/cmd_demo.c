/* SPDX-License-Identifier: MIT */
/*
 * grantty demo: starts the practice server, and the kiosk against it. The
 * server watches a pipe that only this program holds open, so it exits when
 * this program does, even in a crash.
 */
#include "config.h"

#include "app/cmd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <inttypes.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/args.h"
#include "app/clock.h"
#include "app/kiosk.h"
#include "app/program_path.h"
#include "app/setup.h"
#include "app/tty.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/log.h"
#include "base/mem.h"
#include "io/environment.h"
#include "io/sig.h"
#include "oauth/provider_setup.h"
#include "ui/locale.h"

#define START_TIMEOUT_MS 10000
#define LAN_PORT 8628

struct practice {
	pid_t pid;
	int leash; /* closing it ends the server */
	int words; /* the server's output */
	char *url;
	char *authorization;
};

/* The program next to the one that people start, else the one in PATH. */
static char *practice_path(void)
{
	static const char *const folders[] = {"..", "../../bin", NULL};
	char *path = program_path_find(folders, "grantty-practice", X_OK);

	return path != NULL ? path : xstrdup("grantty-practice");
}

static void run_child(const char *path, const char *const *argv, int leash,
		      int words)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	sig_reset();
	/* The user's settings for a real provider do not apply here. */
	(void)unsetenv("CLIENT_SECRET");
	(void)unsetenv("GRANTTY_CLIENT_SECRET");
	environment_forget_users();
	/* Its messages would be written over the screens. */
	if (null >= 0 && dup2(leash, STDIN_FILENO) >= 0 &&
	    dup2(words, STDOUT_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0)
		(void)execvp(path,
			     (char *const *)argv); /* does not modify argv */
	_exit(127);
}

static bool start(struct practice *practice, const char *const *argv,
		  struct err *err)
{
	int leash[2] = {-1, -1};
	int words[2] = {-1, -1};
	char *path = practice_path();

	if (pipe2(leash, O_CLOEXEC) != 0 || pipe2(words, O_CLOEXEC) != 0)
		goto out;
	practice->pid = fork();
	if (practice->pid == 0)
		run_child(path, argv, leash[0], words[1]);
	if (practice->pid > 0) {
		practice->leash = leash[1];
		practice->words = words[0];
		leash[1] = words[0] = -1;
	}
out:
	if (practice->pid <= 0)
		err_set(err, "Cannot start the practice server: %s.",
			strerror(errno));
	for (size_t i = 0; i < 2; i++) {
		if (leash[i] >= 0)
			(void)close(leash[i]);
		if (words[i] >= 0)
			(void)close(words[i]);
	}
	free(path);
	return practice->pid > 0;
}

static bool read_line(int fd, struct buf *line)
{
	int64_t until_ms = clock_now_ms() + START_TIMEOUT_MS;
	struct pollfd pollfd = {.fd = fd, .events = POLLIN};
	int64_t left_ms;
	char byte;

	for (;;) {
		left_ms = until_ms - clock_now_ms();
		if (left_ms <= 0 || poll(&pollfd, 1, (int)left_ms) <= 0 ||
		    read(fd, &byte, 1) != 1)
			return false;
		if (byte == '\n')
			return true;
		if (!buf_add(line, &byte, 1))
			return false;
	}
}

/* Reads the line in which the server reports that it is ready. */
static bool read_words(struct practice *practice, struct err *err)
{
	struct json *json = NULL;
	struct buf line;
	struct buf header;
	const char *token;
	bool ok = false;

	buf_init(&line, 4096);
	buf_init(&header, 1024);
	if (read_line(practice->words, &line))
		json = json_parse(buf_text(&line), line.len, NULL);
	token = json_get_text(json, "control_token");
	if (token == NULL || json_get_text(json, "url") == NULL) {
		err_set(err, "Cannot start the practice server: check that "
			     "grantty-practice is installed beside grantty, "
			     "and that the port is free.");
		goto out;
	}
	practice->url = xstrdup(json_get_text(json, "url"));
	(void)buf_addf(&header, "Bearer %s", token);
	practice->authorization = buf_take(&header);
	ok = true;
out:
	json_free(json);
	buf_free(&line);
	buf_free(&header);
	return ok;
}

static void stop(struct practice *practice)
{
	if (practice->pid <= 0)
		return;
	(void)close(practice->leash);
	(void)close(practice->words);
	while (waitpid(practice->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(practice->url);
	secret_free(practice->authorization);
}

/* This machine's first address that others in its network can reach. */
static bool lan_address(char *out, size_t size)
{
	struct ifaddrs *all = NULL;
	const struct sockaddr_in *in;
	struct ifaddrs *at;
	bool found = false;

	if (getifaddrs(&all) != 0)
		return false;
	for (at = all; at != NULL && !found; at = at->ifa_next) {
		if (at->ifa_addr == NULL ||
		    at->ifa_addr->sa_family != AF_INET ||
		    (at->ifa_flags & IFF_UP) == 0 ||
		    (at->ifa_flags & IFF_LOOPBACK) != 0)
			continue;
		in = (const void *)at->ifa_addr;
		found = inet_ntop(AF_INET, &in->sin_addr, out,
				  (socklen_t)size) != NULL;
	}
	freeifaddrs(all);
	return found;
}

static bool start_practice(struct practice *practice, const struct args *args,
			   char *lan, size_t lan_size, struct err *err)
{
	char listen[64] = "127.0.0.1:0";
	char url[96] = "";
	char approve_after[24];
	const char *argv[10] = {"grantty-practice", "--json",
				"--until-stdin-closes", "--listen", listen};
	size_t n = 5;

	if (args->lan) {
		if (!lan_address(lan, lan_size))
			return err_set(err,
				       "Cannot use --lan: this machine has no "
				       "address that a phone can reach. "
				       "Connect it to a network first.");
		(void)snprintf(listen, sizeof(listen), "0.0.0.0:%d", LAN_PORT);
		(void)snprintf(url, sizeof(url), "http://%s:%d", lan, LAN_PORT);
		argv[n++] = "--public-url";
		argv[n++] = url;
	}
	if (args->approve_after_s >= 0) {
		(void)snprintf(approve_after, sizeof(approve_after), "%" PRId64,
			       args->approve_after_s);
		argv[n++] = "--approve-after";
		argv[n++] = approve_after;
	}
	return start(practice, argv, err) && read_words(practice, err);
}

/* The configuration for the practice server: like Webex, but on this
 * machine. */
static bool point_at(struct setup *setup, const char *url, const char *lan,
		     struct err *err)
{
	static const char format[] =
		"provider: { preset = \"webex\"; client_id = \"practice\";\n"
		" client_secret = \"practice-secret\";\n"
		" device_authorization_endpoint = \"%s/v1/device/authorize\";\n"
		" device_token_endpoint = \"%s/v1/device/token\";\n"
		" token_endpoint = \"%s/v1/access_token\";\n"
		" userinfo_endpoint = \"%s/v1/people/me?callingData=true\";\n"
		" verification_hosts = [ \"127.0.0.1\"%s%s%s ]; };\n";
	struct conf conf; /* separate: nothing of a real provider's */
	struct buf text;
	bool ok;

	conf_init(&conf);
	buf_init(&text, 4096);
	(void)buf_addf(&text, format, url, url, url, url,
		       lan[0] != '\0' ? ", \"" : "", lan,
		       lan[0] != '\0' ? "\"" : "");
	ok = conf_parse(&conf, buf_text(&text), text.len, "demo", err) &&
	     provider_set_up(&setup->provider, &conf, NULL, NULL, err) &&
	     conf_set(&setup->conf, "session.store", "memory", err);
	buf_free(&text);
	conf_free(&conf);
	if (!ok)
		return false;
	free(setup->provider.label);
	/* Translators: the server of the demo, at the place of a provider's
	 * name, alone or in sentences; at most 30 columns. */
	setup->provider.label = xstrdup(N_("the practice server"));
	if (lan[0] != '\0')
		setup->provider.plain_http_host = xstrdup(lan);
	return true;
}

/* Of the user's configuration, only the appearance of the screens applies to
 * the demo, not the provider. */
static bool prepare(struct setup *setup, const struct args *args,
		    struct err *err)
{
	struct args looks = *args;

	args_forget_settings(&looks, "screen.");
	looks.env_file = NULL;
	if (!setup_begin(setup, &looks, err))
		return false;
	(void)locale_set(setup->conf.screen.locale);
	return setup_theme(setup, err);
}

static int run(struct setup *setup, struct vt *vt,
	       const struct practice *practice, const char *lan,
	       struct err *err)
{
	struct approval approval = {NULL, practice->authorization};
	const char *here = practice->url;
	char loopback[32];
	char *control = NULL;
	int code = EXIT_FAILED;

	/* Only phones use plain http from outside this machine. */
	(void)snprintf(loopback, sizeof(loopback), "http://127.0.0.1:%d",
		       LAN_PORT);
	if (lan[0] != '\0')
		here = loopback;
	approval.url = control = xasprintf("%s/control", here);
	if (point_at(setup, here, lan, err) && setup_network(setup, err) &&
	    setup_store(setup, err)) {
		log_add(setup->log, clock_wall_s(), LEVEL_INFO,
			"practice server at %s", here);
		if (lan[0] != '\0')
			log_add(setup->log, clock_wall_s(), LEVEL_WARN,
				"anyone on this network can reach it at %s",
				practice->url);
		code = kiosk_run(setup, vt, NULL, &approval, err);
	}
	free(control);
	return code;
}

int cmd_demo(const struct args *args, struct err *err)
{
	struct practice practice = {.pid = -1, .leash = -1, .words = -1};
	struct tty tty = {NULL, NULL};
	char lan[INET_ADDRSTRLEN] = "";
	struct setup setup;
	int code = EXIT_USAGE;

	tty_take(&tty); /* before any secret is read */
	if (!prepare(&setup, args, err))
		goto out;
	code = EXIT_FAILED;
	if (start_practice(&practice, args, lan, sizeof(lan), err))
		code = run(&setup, tty.vt, &practice, lan, err);
out:
	setup_end(&setup);
	stop(&practice);
	tty_give_back(&tty);
	return code;
}
