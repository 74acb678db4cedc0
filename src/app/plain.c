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
#include "app/bell.h"
#include "app/clock.h"
#include "app/event_loop.h"
#include "app/hook_events.h"
#include "app/plain_say.h"
#include "app/presenter.h"
#include "app/setup.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/text.h"
#include "io/clock_watch.h"
#include "io/http.h"
#include "io/sig.h"
#include "io/vt.h"
#include "machine/flow.h"
#include "machine/session.h"
#include "machine/visit.h"
#include "oauth/oauth.h"
#include "ui/panel.h"
#include "ui/plain_text.h"
#include "ui/term.h"
#include "ui/term_name.h"
#include "ui/term_type.h"
#include "ui/view.h"

/* A code that is valid for long enough is mentioned again when half its time
 * has passed, and this long before its end. */
enum { LAST_CALL_S = 30, SHORT_LIFE_S = 120 };

/* For output that is not a terminal. */
enum { PLENTY_ROWS = 1000 };

/* What was printed. */
struct printed {
	unsigned codes;	   /* flow_codes() when it was printed */
	int64_t remind_ms; /* when to print the remaining time; or NEVER_MS */
};

static int64_t seconds_left(const struct flow *flow)
{
	return (flow_expires_ms(flow) - clock_now_ms() + 999) / 1000;
}

/* What standard output can show: only text if it is not a terminal. On a
 * console, this checks the font. */
static void measure_output(const struct setup *setup, const char *user_code,
			   struct plain_output *output)
{
	const bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0 &&
			  !term_may_lack_utf8(setup->conf.screen.locale);
	unsigned flags = utf8 ? 0 : TEXT_ASCII;
	char shown[512];

	*output = (struct plain_output){
		.size = term_measure(STDOUT_FILENO),
		.drawing = setup->conf.screen.qr,
		.halves = utf8 && vt_is_utf8(STDOUT_FILENO) &&
			  vt_blocks(STDOUT_FILENO) != VT_BLOCKS_MISSING,
		.shows_code = true,
	};
	if (!isatty(STDOUT_FILENO)) {
		output->size.rows = PLENTY_ROWS;
		return;
	}
	output->colours = term_type_has_colours();
	output->links =
		term_may_link(STDOUT_FILENO, setup->conf.screen.hyperlinks);
	if (term_name_is_console(getenv("TERM")))
		flags |= vt_is_utf8(STDOUT_FILENO) ? TEXT_NARROW : TEXT_ASCII;
	(void)text_clip(shown, sizeof(shown), user_code, strlen(user_code), -1,
			flags);
	output->shows_code = strcmp(shown, user_code) == 0 &&
			     !vt_lacks_glyphs(STDOUT_FILENO, user_code);
}

static bool print(const struct buf *lines)
{
	(void)fputs(buf_text(lines), stdout);
	return !lines->failed && fflush(stdout) == 0 && !ferror(stdout);
}

/* False if the output failed. */
static bool print_code(struct presenter *presenter, const struct flow *flow)
{
	const struct setup *setup = presenter->setup;
	const struct device_code *shown = flow_code(flow);
	const struct plain_code code = {
		.label = setup->provider.label,
		.user_code = shown->user_code,
		.verification_uri = shown->verification_uri,
		.verification_uri_complete = shown->verification_uri_complete,
		.expires_in_s = seconds_left(flow),
		.caution = presenter_caution(presenter),
	};
	struct plain_output output;
	struct buf lines;
	bool ok;

	measure_output(setup, code.user_code, &output);
	buf_init(&lines, PLAIN_TEXT_MAX);
	plain_text_code(&lines, &output, &code);
	ok = print(&lines);
	buf_free(&lines);
	return ok;
}

/* When to mention the displayed code next. */
static int64_t next_reminder_ms(const struct flow *flow)
{
	const int64_t left_s = seconds_left(flow);

	if (left_s >= SHORT_LIFE_S)
		return flow_expires_ms(flow) - left_s / 2 * 1000;
	return left_s > LAST_CALL_S ? flow_expires_ms(flow) - LAST_CALL_S * 1000
				    : NEVER_MS;
}

static bool print_address(const struct presenter *presenter,
			  const struct flow *flow)
{
	const struct provider *provider = &presenter->setup->provider;
	char command[512], life[32];

	plain_say(stdout, "\n\n", "To sign in to %s, go to", provider->label);
	(void)printf("    %s\n\n", flow_authorization_uri(flow));
	plain_say(stdout, "\n",
		  "in a browser on this machine. The browser then returns to");
	(void)printf("%s\n\n", provider->redirect_uri);
	panel_forward_command(command, sizeof(command), presenter->device,
			      provider->redirect_uri);
	if (command[0] != '\0') {
		plain_say(stdout, "\n\n",
			  "To use a browser on another machine, first run this "
			  "command there:");
		(void)printf("    %s\n\n", command);
	}
	if (flow_expires_ms(flow) != NEVER_MS)
		plain_say(
			stdout, "\n", "The address is valid for %s.",
			text_duration(life, sizeof(life), seconds_left(flow)));
	return fflush(stdout) == 0 && !ferror(stdout);
}

/* Prints how long the displayed code is still valid. */
static bool remind(const struct flow *flow, struct printed *printed)
{
	const int64_t left_s = seconds_left(flow);
	char left[32];

	printed->remind_ms = NEVER_MS;
	if (flow_code(flow) == NULL || left_s <= 0)
		return true;
	if (left_s > LAST_CALL_S)
		printed->remind_ms = flow_expires_ms(flow) - LAST_CALL_S * 1000;
	text_duration(left, sizeof(left), left_s);
	plain_say(stdout, "\n",
		  left_s > LAST_CALL_S ? "The code is still valid for %s."
				       : "The code expires in %s.",
		  left);
	return fflush(stdout) == 0 && !ferror(stdout);
}

/* Prints instructions once for each code or address, and reminders of a code.
 * False if the output failed. */
static bool show(struct presenter *presenter, const struct flow *flow,
		 struct printed *printed)
{
	if (flow_codes(flow) == printed->codes)
		return clock_now_ms() < printed->remind_ms ||
		       remind(flow, printed);
	printed->codes = flow_codes(flow);
	printed->remind_ms = NEVER_MS;
	if (flow_code(flow) != NULL) {
		printed->remind_ms = next_reminder_ms(flow);
		return print_code(presenter, flow);
	}
	return flow_authorization_uri(flow) == NULL ||
	       print_address(presenter, flow);
}

/* The exit code that a signal calls for; EXIT_DONE: none. locked: keys must not
 * end the program. vt: as for plain_run(). */
static int take_signals(int signals, bool locked, const struct vt *vt)
{
	bool by_key;
	int signal;

	while ((signal = sig_next(signals, &by_key)) != 0) {
		if (by_key && locked)
			continue;
		switch (signal) {
		case SIGINT:
		case SIGQUIT:
			return EXIT_CANCELLED;
		case SIGTERM:
		case SIGHUP:
			return EXIT_FAILED;
		case SIGTSTP:
			(void)raise(SIGSTOP); /* Ctrl-Z; SIGTSTP is blocked */
			break;
		case SIGUSR1: /* a console switch was requested */
			vt_refuse(vt);
			break;
		default:
			break;
		}
	}
	return EXIT_DONE;
}

/* "Is this you?" as a line. */
struct question {
	int64_t asked_ms;
	int64_t again_ms; /* when to ask again; NEVER_MS: not needed */
};

/* Anything typed before the question is not an answer to it. */
static void ask_to_confirm(struct question *question,
			   struct presenter *presenter,
			   const struct visit *visit)
{
	question->asked_ms = clock_now_ms();
	question->again_ms = NEVER_MS;
	(void)tcflush(STDIN_FILENO, TCIFLUSH);
	plain_say(stdout, " ", "%s [y/N]",
		  presenter_question(presenter, visit));
}

/* A line that begins with y means yes, anything else no. An answer too fast to
 * have read the question, or from a held key, is ignored and the question
 * repeated. */
static void take_answer(struct question *question, struct driver *driver,
			struct plain_log *log)
{
	const int64_t now_ms = clock_now_ms();
	char line[256];
	ssize_t n = read(STDIN_FILENO, line, sizeof(line));
	const bool yes = n > 0 && (line[0] == 'y' || line[0] == 'Y');

	if (n > 0 && (question->again_ms != NEVER_MS ||
		      now_ms - question->asked_ms < VIEW_CONSENT_MS)) {
		question->again_ms = now_ms + VIEW_CONSENT_MS;
		plain_say(stdout, "\n",
			  "Read the question before you answer it.");
		return;
	}
	log->muted = !yes; /* the farewell says that */
	driver_post(driver, yes ? EVENT_START : EVENT_CANCEL);
	log->muted = false;
}

static void ring(struct bell *bell, const struct presenter *presenter,
		 const struct visit *visit)
{
	if (bell_is_due(bell, visit) && isatty(STDOUT_FILENO) &&
	    presenter->setup->conf.screen.bell)
		(void)fputs("\a", stdout);
}

/* Runs the visit to its end and returns EXIT_DONE. If it is interrupted,
 * returns the exit code. */
static int run(struct event_loop *loop, struct presenter *presenter,
	       struct visit *visit, int signals, const struct vt *vt,
	       struct plain_log *log, struct err *err)
{
	int code = EXIT_DONE;
	struct event event = driver_event(&loop->driver, EVENT_TICK);
	const struct setup *setup = presenter->setup;
	struct http_fd fds[] = {
		{.fd = signals},
		{.fd = -1},
		{.fd = STDOUT_FILENO, .end_only = true},
	};
	struct printed printed = {.remind_ms = NEVER_MS};
	struct question question = {.again_ms = NEVER_MS};
	struct bell bell = {BELL_OPEN};
	bool asks;
	struct action action;

	visit_begin(visit, &event, &action);
	driver_do(&loop->driver, &action);
	while (visit_stage(visit) != VISIT_OVER && code == EXIT_DONE) {
		ring(&bell, presenter, visit);
		if (!show(presenter, visit_flow(visit), &printed))
			return EXIT_FAILED; /* main() reports it */
		asks = visit_stage(visit) == VISIT_CONFIRM;
		if (asks &&
		    (fds[1].fd < 0 || clock_now_ms() >= question.again_ms))
			ask_to_confirm(&question, presenter, visit);
		fds[1].fd = asks ? STDIN_FILENO : -1;
		if (!event_loop_wait(
			    loop, fds, 3,
			    sooner_ms(question.again_ms, printed.remind_ms)))
			return EXIT_FAILED;
		if (fds[1].ready)
			take_answer(&question, &loop->driver, log);
		if (fds[0].ready)
			code = take_signals(signals, setup->conf.kiosk.lock,
					    vt);
		/* A closed pipe or socket raises no signal here. */
		if (fds[2].hung_up && code == EXIT_DONE &&
		    visit_stage(visit) != VISIT_OVER) {
			err_set(err, "Standard output was closed before the "
				     "sign-in ended.");
			code = EXIT_FAILED;
		}
	}
	ring(&bell, presenter, visit);
	return code;
}

int plain_run(struct setup *setup, struct vt *vt, struct session_data *login,
	      struct err *err)
{
	const struct visit_policy policy = {
		.once = true,
		.allow = &setup->conf.kiosk.allow,
		.confirm = setup->conf.kiosk.confirm,
	};
	struct event_loop loop;
	struct visit *visit;
	struct presenter presenter;
	struct plain_log log = {.muted = false};
	int signals;
	int code;

	if (policy.confirm && !isatty(STDIN_FILENO)) {
		err_set(err, "Cannot ask for confirmation (kiosk.confirm): "
			     "standard input is not a terminal. Run grantty "
			     "on a terminal.");
		return EXIT_USAGE;
	}
	signals = sig_open();
	if (signals < 0) {
		err_set(err, "Cannot listen for signals.");
		return EXIT_FAILED;
	}
	if (vt != NULL && setup->conf.kiosk.lock && !vt_lock(vt, err)) {
		(void)close(signals);
		return EXIT_USAGE;
	}
	presenter_init(&presenter, setup);
	visit = visit_new(&setup->provider, &policy, crypto_random_u64());
	plain_say_log(&log, setup, visit);
	setup_log_swap(setup);
	event_loop_init(&loop, machine_of_visit(visit), setup);
	loop.hook_events = hook_events_new(setup);
	loop.clock_watch = clock_watch_open();
	event_loop_listen(&loop, &setup->provider);
	(void)event_loop_recall(&loop);
	event_loop_recall_margin(&loop, visit);
	if (setup_keeps_code(setup, true))
		event_loop_recall_code(&loop, visit);
	code = run(&loop, &presenter, visit, signals, vt, &log, err);
	if (code == EXIT_DONE) {
		code = presenter_exit_code(visit);
		if (code == EXIT_DONE) {
			plain_say(stdout, "\n", "%s",
				  presenter_greeting(&presenter, visit));
		} else {
			plain_say(stderr, "\n", "grantty: %s",
				  presenter_farewell(&presenter, visit));
		}
	}
	if (code == EXIT_CANCELLED)
		event_loop_drop_code(&loop);
	driver_finish(&loop.driver);
	event_loop_end(&loop);
	if (code == EXIT_DONE &&
	    !hook_events_finish(loop.hook_events, setup->http, signals))
		code = EXIT_FAILED;
	hook_events_free(loop.hook_events);
	if (code == EXIT_DONE)
		session_data_copy(login, session_data(visit_session(visit)));
	visit_free(visit);
	presenter_free(&presenter);
	(void)close(signals);
	return code;
}
