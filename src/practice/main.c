/* SPDX-License-Identifier: MIT */
/*
 * grantty-practice: an authorization server for practice. Connects the service
 * to the HTTP server and runs the only loop: HTTP, signals, standard input.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/standard_fds.h"
#include "practice/listen.h"
#include "practice/options.h"
#include "practice/server.h"
#include "practice/service.h"

#define DEFAULT_SECRET "practice-secret"

enum {
	MAX_FILE = 1024 * 1024,
	MAX_URL = 512,
	WANTED_FILES = 1100, /* the server's connections and a few more */
	EXIT_USAGE = 2
};

/* Everything that lives as long as the program. */
struct practice {
	struct options options;
	struct listen_place place;
	char *public_url;
	char *client_secret;
	char *control_token;
	char *tls_cert;
	char *tls_key;
	struct json *profile;
	struct log *log;
	struct service *service;
	struct server *server;
	int listener;
	int signals;
};

/* The whole file; NULL with *err if it cannot be read. */
static char *read_file(const char *path, struct err *err)
{
	char block[4096];
	struct buf text;
	char *whole = NULL;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	buf_init(&text, MAX_FILE);
	if (fd < 0)
		goto fail;
	while ((n = read(fd, block, sizeof block)) > 0)
		buf_add(&text, block, (size_t)n);
	if (n < 0)
		goto fail;
	whole = buf_take(&text);
	if (!whole)
		err_set(err, "Cannot read %s: it is larger than 1 MiB.", path);
	goto out;
fail:
	err_set(err, "Cannot read %s: %s.", path, strerror(errno));
out:
	mem_wipe(block, sizeof block);
	buf_free(&text);
	if (fd >= 0)
		close(fd);
	return whole;
}

static bool read_profile(struct practice *practice, struct err *err)
{
	const char *path = practice->options.profile;
	struct err why = {0};
	char *text;

	if (!path)
		return true;
	text = read_file(path, err);
	if (!text)
		return false;
	practice->profile = json_parse(text, strlen(text), &why);
	free(text);
	if (!practice->profile)
		return err_set(err, "%s is not JSON: %s", path, why.text);
	if (json_kind(practice->profile) != JSON_OBJECT)
		return err_set(err, "%s must contain a JSON object.", path);
	return true;
}

/* Reads the files named in the options. */
static bool read_files(struct practice *practice, struct err *err)
{
	const struct options *options = &practice->options;
	char *secret;

	if (options->client_secret_file) {
		secret = read_file(options->client_secret_file, err);
		if (!secret)
			return false;
		/* Some editors start a file with a byte order mark. */
		if (strncmp(secret, "\xef\xbb\xbf", 3) == 0)
			memmove(secret, secret + 3, strlen(secret + 3) + 1);
		secret[strcspn(secret, "\r\n")] = '\0';
		practice->client_secret = secret;
		if (!*secret)
			return err_set(err, "%s contains no secret.",
				       options->client_secret_file);
	} else {
		practice->client_secret = xstrdup(DEFAULT_SECRET);
	}
	if (options->tls_cert) {
		practice->tls_cert = read_file(options->tls_cert, err);
		practice->tls_key = practice->tls_cert
					    ? read_file(options->tls_key, err)
					    : NULL;
		if (!practice->tls_key)
			return false;
	}
	return read_profile(practice, err);
}

/* The URL for users: from the options, or from the listening address. */
static bool find_public_url(struct practice *practice, struct err *err)
{
	const struct listen_place *place = &practice->place;
	const char *given = practice->options.public_url;
	bool tls = practice->options.tls_cert != NULL;
	char host[LISTEN_HOST_SIZE];
	size_t len;
	struct buf url;

	buf_init(&url, MAX_URL);
	if (given) {
		len = strcspn(given, "?#");
		while (given[len - 1] == '/')
			len--;
		buf_add(&url, given, len);
	} else {
		snprintf(host, sizeof host, "%s", place->host);
		if (place->everywhere &&
		    !listen_reachable_host(*place->host == '[', host))
			return err_set(err, "This machine has no network: "
					    "set --public-url to the URL at "
					    "which users reach it.");
		buf_addf(&url, "%s://%s", tls ? "https" : "http", host);
		if (place->port != (tls ? 443 : 80))
			buf_addf(&url, ":%d", place->port);
	}
	practice->public_url = buf_take(&url);
	return practice->public_url ||
	       err_set(err, "The URL of --public-url is too long.");
}

/* Each connection takes a descriptor; the usual limit is slightly too low. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 ||
	    limit.rlim_cur >= WANTED_FILES)
		return;
	limit.rlim_cur =
		limit.rlim_max < WANTED_FILES ? limit.rlim_max : WANTED_FILES;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* SIGINT and SIGTERM as a descriptor; -1 with errno. */
static int open_signals(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (sigaction(SIGPIPE, &ignore, NULL) < 0 ||
	    sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -1;
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static bool set_up(struct practice *practice, struct err *err)
{
	const struct options *options = &practice->options;

	practice->signals = open_signals();
	if (practice->signals < 0)
		return err_set(err, "Cannot wait for signals: %s.",
			       strerror(errno));
	raise_file_limit();
	practice->listener =
		listen_open(options->listen, &practice->place, err);
	if (practice->listener < 0 || !find_public_url(practice, err))
		return false;
	practice->control_token = crypto_random_text();
	if (options->verbose > 0) {
		practice->log = log_new(1);
		log_to_fd(practice->log, STDERR_FILENO);
		if (options->verbose > 1)
			log_set_level(practice->log, LEVEL_DEBUG);
	}
	practice->service = service_new(&(struct service_options){
		.public_url = practice->public_url,
		.verification_uri = options->verification_uri,
		.client_id = options->client_id,
		.client_secret = practice->client_secret,
		.control_token = practice->control_token,
		.expires_s = options->expires_s,
		.interval_s = options->interval_s,
		.token_lifetime_s = options->token_lifetime_s,
		.approve_after_s = options->approve_after_s,
		.profile = practice->profile,
		.tls = options->tls_cert != NULL,
	});
	practice->service->faults = options->faults;
	practice->server = server_new(practice->service,
				      &(struct server_options){
					      .listener = practice->listener,
					      .cert = practice->tls_cert,
					      .key = practice->tls_key,
					      .log = practice->log,
				      },
				      err);
	return practice->server != NULL;
}

/* Reports that the server is ready: one line for programs, or several for
 * people. False with *err if the output fails, so that no program waits for it
 * in vain. */
static bool announce(const struct practice *practice, struct err *err)
{
	const struct options *options = &practice->options;
	const char *url = practice->public_url;
	struct json *json;
	char *line;

	if (!practice->place.loopback)
		fprintf(stderr, "grantty-practice: Others on the network can "
				"reach this server, which is for practice "
				"only.\n");
	if (options->json) {
		json = json_new_object();
		json_set_text(json, "url", url);
		json_set_text(json, "control_token", practice->control_token);
		line = json_print(json, false);
		puts(line);
		secret_free(line);
		json_free(json);
	} else {
		printf("The practice server is ready at %s\n"
		       "  client_id      %s, or %s without a secret\n"
		       "  client_secret  %s\n"
		       "  approve        open %s/device, or\n"
		       "                 curl -d 'approve=*' -H "
		       "'Authorization: Bearer %s' %s/control\n"
		       "Press Ctrl-C to stop it.\n",
		       url, options->client_id, SERVICE_PUBLIC_CLIENT,
		       options->client_secret_file ? "from the file"
						   : DEFAULT_SECRET,
		       url, practice->control_token, url);
	}
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	return err_set(err, "Cannot write to standard output: check whether "
			    "it is closed, or its disk is full.");
}

/* True if standard input has ended; input is discarded. */
static bool stdin_ended(void)
{
	char dropped[512];
	ssize_t n = read(STDIN_FILENO, dropped, sizeof dropped);

	return n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
}

/* Runs until a signal or the end of standard input; false with *err if waiting
 * fails. */
static bool run(struct practice *practice, struct err *err)
{
	struct pollfd fds[] = {
		{.fd = practice->signals, .events = POLLIN},
		{.fd = practice->options.until_stdin_closes ? STDIN_FILENO : -1,
		 .events = POLLIN},
		{.fd = server_fd(practice->server), .events = POLLIN},
	};

	for (;;) {
		server_run(practice->server);
		if (poll(fds, 3, server_timeout(practice->server)) < 0 &&
		    errno != EINTR)
			return err_set(err, "Cannot wait for requests: %s.",
				       strerror(errno));
		if (fds[0].revents || (fds[1].revents && stdin_ended()))
			return true;
	}
}

static void tear_down(struct practice *practice)
{
	server_free(practice->server);
	service_free(practice->service);
	log_free(practice->log);
	json_free(practice->profile);
	secret_free(practice->tls_key);
	secret_free(practice->client_secret);
	secret_free(practice->control_token);
	free(practice->tls_cert);
	free(practice->public_url);
	if (practice->signals >= 0)
		close(practice->signals);
}

int main(int argc, char **argv)
{
	struct practice practice = {.listener = -1, .signals = -1};
	struct err err = {0};
	int status = EXIT_USAGE;

	standard_fds_occupy();
	/* For text_clip(); the rest stays in the C locale, as HTTP requires. */
	setlocale(LC_CTYPE, "C.UTF-8");
	json_init();
	if (!crypto_init()) {
		err_set(&err, "This machine has no source of random numbers.");
		goto out;
	}
	if (!options_read(&practice.options, argc, argv, &err))
		goto out;
	status = EXIT_SUCCESS;
	if (practice.options.help) {
		options_print_help();
		goto out;
	}
	if (practice.options.version) {
		puts("grantty-practice " PACKAGE_VERSION);
		goto out;
	}
	status = EXIT_USAGE;
	if (!read_files(&practice, &err))
		goto out;
	status = EXIT_FAILURE;
	if (!set_up(&practice, &err))
		goto out;
	if (announce(&practice, &err) && run(&practice, &err))
		status = EXIT_SUCCESS;
out:
	if (*err.text)
		fprintf(stderr, "grantty-practice: %s\n", err.text);
	tear_down(&practice);
	return status;
}
