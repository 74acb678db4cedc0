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
#include <termios.h>
#include <unistd.h>

#include "app/args.h"
#include "app/clock.h"
#include "app/driver.h"
#include "app/handover.h"
#include "app/scene.h"
#include "app/setup.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/text.h"
#include "core/flow.h"
#include "core/oauth.h"
#include "core/qr.h"
#include "core/session.h"
#include "core/visit.h"
#include "io/http.h"
#include "io/sig.h"
#include "io/wall.h"

enum { QUIET = 2 };

/* Whether escape sequences and block characters come out as what they are. */
static bool can_draw(void)
{
	const char *type = getenv("TERM");

	return isatty(STDOUT_FILENO) && type != NULL && type[0] != '\0' &&
	       strcmp(type, "dumb") != 0 &&
	       strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

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

/* False where nobody can have read it. */
static bool print_code(const struct setup *setup, const struct flow *flow)
{
	const struct device_code *code = flow_code(flow);
	const char *complete = code->verification_uri_complete;
	int64_t left_s = (flow_expires_ms(flow) - clock_now_ms() + 999) / 1000;
	char lifetime[32];

	if (can_draw() && strcmp(setup->conf.screen.qr, "text") != 0)
		print_qr(complete != NULL ? complete : code->verification_uri);
	(void)printf(
		"To sign in to %s, open\n\n    %s\n\nand enter the code\n\n"
		"    %s\n\n",
		setup->provider.label, code->verification_uri, code->user_code);
	if (complete != NULL)
		(void)printf("or open this address, and compare the code:\n\n"
			     "    %s\n\n",
			     complete);
	text_duration(lifetime, sizeof(lifetime), left_s);
	(void)printf("The code is good for %s.\n", lifetime);
	return fflush(stdout) == 0 && !ferror(stdout);
}

static bool print_address(const struct setup *setup, const struct flow *flow)
{
	(void)printf("To sign in to %s, open\n\n    %s\n\n"
		     "in a browser on this machine. It comes back to %s by "
		     "itself; from another\nmachine forward that port first "
		     "(ssh -L).\n",
		     setup->provider.label, flow_authorization_uri(flow),
		     setup->provider.redirect_uri);
	return fflush(stdout) == 0 && !ferror(stdout);
}

/* Says what to do, once for each code or address. False where nobody can have
 * read it. */
static bool show(const struct setup *setup, const struct flow *flow,
		 unsigned *shown)
{
	if (flow_codes(flow) == *shown)
		return true;
	*shown = flow_codes(flow);
	if (flow_code(flow) != NULL)
		return print_code(setup, flow);
	return flow_authorization_uri(flow) == NULL ||
	       print_address(setup, flow);
}

/* The exit code that a signal asks for; EXIT_DONE: none does. */
static int take_signals(int signals)
{
	int signal;

	while ((signal = sig_next(signals)) != 0) {
		switch (signal) {
		case SIGINT:
		case SIGQUIT:
			return EXIT_CANCELLED;
		case SIGTERM:
		case SIGHUP:
			return EXIT_FAILED;
		case SIGTSTP:
			(void)raise(SIGSTOP); /* Ctrl-Z, which is blocked */
			break;
		default:
			break;
		}
	}
	return EXIT_DONE;
}

/* What was typed before the question is no answer to it. */
static void ask_who(struct scene *scene, const struct visit *visit)
{
	(void)tcflush(STDIN_FILENO, TCIFLUSH);
	(void)printf("%s Is this you? [y/N] ", scene_greeting(scene, visit));
	(void)fflush(stdout);
}

/* A line that begins with a y is a yes, all else a no. */
static void take_answer(struct driver *driver)
{
	char line[256];
	ssize_t n = read(STDIN_FILENO, line, sizeof(line));

	driver_post(driver, n > 0 && (line[0] == 'y' || line[0] == 'Y')
				    ? EVENT_START
				    : EVENT_CANCEL);
}

/* Runs the visit to its end. Returns the exit code where it did not come to
 * that, else EXIT_DONE. */
static int run(struct driver *driver, struct scene *scene, struct visit *visit,
	       int signals, struct err *err)
{
	int code = EXIT_DONE;
	struct event event = driver_event(EVENT_TICK);
	const struct setup *setup = scene->setup;
	struct http_fd fds[] = {
		{.fd = signals},
		{.fd = -1},
		{.fd = STDOUT_FILENO, .end_only = true},
	};
	unsigned shown = 0;
	bool asks;
	struct action action;

	visit_begin(visit, &event, &action);
	driver_do(driver, &action);
	while (visit_stage(visit) != VISIT_OVER && code == EXIT_DONE) {
		if (!show(setup, visit_flow(visit), &shown))
			return EXIT_FAILED; /* main() says so */
		asks = visit_stage(visit) == VISIT_CONFIRM;
		if (asks && fds[1].fd < 0)
			ask_who(scene, visit);
		fds[1].fd = asks ? STDIN_FILENO : -1;
		if (!driver_wait(driver, fds, 3, NEVER_MS))
			return EXIT_FAILED;
		if (fds[1].ready)
			take_answer(driver);
		if (fds[0].ready)
			code = take_signals(signals);
		/* No signal tells of a pipe's or a socket's other end. */
		if (fds[2].hung_up && code == EXIT_DONE &&
		    visit_stage(visit) != VISIT_OVER) {
			err_set(err, "Standard output was closed before the "
				     "sign-in was over.");
			code = EXIT_FAILED;
		}
	}
	return code;
}

int plain_run(struct setup *setup, struct session_data *login, struct err *err)
{
	const struct visit_policy policy = {
		.once = true,
		.allow = &setup->conf.kiosk.allow,
		.confirm = setup->conf.kiosk.confirm,
	};
	struct driver driver = {0};
	struct visit *visit;
	struct scene scene;
	int signals;
	int code;

	if (policy.confirm && !isatty(STDIN_FILENO)) {
		err_set(err, "kiosk.confirm is set, and standard input is no "
			     "terminal on which somebody could answer.");
		return EXIT_USAGE;
	}
	signals = sig_open();
	if (signals < 0) {
		err_set(err, "Cannot listen for signals.");
		return EXIT_FAILED;
	}
	(void)setup_log_here(setup);
	setup_tell_of_swap(setup);
	scene_init(&scene, setup);
	visit = visit_new(&setup->provider, &policy, crypto_random_u64());
	driver.machine = machine_of_visit(visit);
	driver.http = setup->http;
	driver.store = setup->store;
	driver.log = setup->log;
	driver.handover = handover_new(setup);
	driver.wall = wall_open();
	driver_listen(&driver, &setup->provider);
	(void)driver_recall(&driver);
	if (setup_keeps_code(setup, true))
		driver_recall_code(&driver, visit);
	code = run(&driver, &scene, visit, signals, err);
	if (code == EXIT_DONE) {
		code = scene_exit_code(visit);
		if (code == EXIT_DONE) {
			(void)printf("%s\n", scene_greeting(&scene, visit));
			(void)fflush(stdout);
		} else {
			(void)fprintf(stderr, "grantty: %s\n",
				      scene_farewell(&scene, visit));
		}
	}
	if (code == EXIT_CANCELLED)
		driver_drop_code(&driver);
	driver_finish(&driver);
	driver_end(&driver);
	if (code == EXIT_DONE &&
	    !handover_finish(driver.handover, setup->http, signals))
		code = EXIT_FAILED;
	handover_free(driver.handover);
	if (code == EXIT_DONE)
		session_data_copy(login, session_data(visit_session(visit)));
	visit_free(visit);
	scene_free(&scene);
	(void)close(signals);
	return code;
}
