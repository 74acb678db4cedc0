/* SPDX-License-Identifier: MIT */
/*
 * Prints each new code once, and at the end who is signed in.
 */
#include "config.h"

#include "app/plain.h"

#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/args.h"
#include "app/driver.h"
#include "app/scene.h"
#include "app/setup.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "core/flow.h"
#include "core/oauth.h"
#include "core/qr.h"
#include "core/visit.h"
#include "io/http.h"
#include "io/sig.h"

enum { QUIET = 2 };

/* Two rows of modules a line, light ones drawn: black on white whatever the
 * terminal's own colours are. */
static void print_qr(const char *text)
{
	static const char *const cells[] = {" ", "▄", "▀", "█"};
	struct qr qr = {0};
	int x;
	int y;

	if (!qr_make(&qr, text))
		return;
	for (y = -QUIET; y < qr.side + QUIET; y += 2) {
		(void)fputs("  \033[97;40m", stdout);
		for (x = -QUIET; x < qr.side + QUIET; x++)
			(void)fputs(cells[(qr_dark(&qr, x, y) ? 0 : 2) +
					  (qr_dark(&qr, x, y + 1) ? 0 : 1)],
				    stdout);
		(void)fputs("\033[0m\n", stdout);
	}
	qr_free(&qr);
}

static void print_code(const struct setup *setup, const struct flow *flow)
{
	const struct device_code *code = flow_code(flow);
	const char *complete = code->verification_uri_complete;
	char lifetime[32];

	if (isatty(STDOUT_FILENO) &&
	    strcmp(nl_langinfo(CODESET), "UTF-8") == 0 &&
	    strcmp(setup->conf.screen.qr, "text") != 0)
		print_qr(complete != NULL ? complete : code->verification_uri);
	(void)printf(
		"To sign in to %s, open\n\n    %s\n\nand enter the code\n\n"
		"    %s\n\n",
		setup->provider.label, code->verification_uri, code->user_code);
	if (complete != NULL)
		(void)printf("or open this address, and compare the code:\n\n"
			     "    %s\n\n",
			     complete);
	text_duration(lifetime, sizeof(lifetime), code->expires_in_s);
	(void)printf("The code is good for %s.\n", lifetime);
	(void)fflush(stdout);
}

static bool interrupted(int signals)
{
	int signal;

	while ((signal = sig_next(signals)) != 0) {
		if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP)
			return true;
	}
	return false;
}

/* Runs the visit to its end; false where the person has cancelled it. */
static bool run(struct driver *driver, const struct setup *setup,
		struct visit *visit, int signals)
{
	struct event event = driver_event(EVENT_TICK);
	struct http_fd fds[] = {{.fd = signals}};
	unsigned shown = 0;
	struct action action;

	visit_begin(visit, &event, &action);
	driver_do(driver, &action);
	while (visit_stage(visit) != VISIT_OVER) {
		if (flow_code(visit_flow(visit)) != NULL &&
		    flow_codes(visit_flow(visit)) != shown) {
			print_code(setup, visit_flow(visit));
			shown = flow_codes(visit_flow(visit));
		}
		if (!driver_wait(driver, fds, 1, NEVER_MS))
			break;
		if (fds[0].ready && interrupted(signals))
			return false;
	}
	return true;
}

int plain_run(struct setup *setup, struct err *err)
{
	const struct visit_policy policy = {.once = true};
	struct driver driver = {0};
	int code = EXIT_CANCELLED;
	struct visit *visit;
	struct scene scene;
	int signals = sig_open();

	if (signals < 0) {
		err_set(err, "Cannot listen for signals.");
		return EXIT_FAILED;
	}
	log_to_fd(setup->log, STDERR_FILENO);
	scene_init(&scene, setup);
	visit = visit_new(&setup->provider, &policy, crypto_random_u64());
	driver.machine = machine_of_visit(visit);
	driver.http = setup->http;
	driver.store = setup->store;
	driver.log = setup->log;
	if (run(&driver, setup, visit, signals)) {
		code = scene_exit_code(visit);
		if (code == EXIT_DONE)
			(void)printf("%s\n", scene_greeting(&scene, visit));
		else
			(void)fprintf(stderr, "grantty: %s\n",
				      scene_farewell(&scene, visit));
	}
	visit_free(visit);
	scene_free(&scene);
	(void)close(signals);
	return code;
}
