/* SPDX-License-Identifier: MIT */
/*
 * One iteration: say what is new, wait for the first event, handle it. Keys
 * arrive as lines, edited and echoed by the terminal.
 */
#include "config.h"

#include "app/plain.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "app/args.h"
#include "app/clock.h"
#include "app/plain_kiosk.h"
#include "app/plain_say.h"
#include "app/plain_sign_in.h"
#include "app/plain_trouble.h"
#include "app/setup.h"
#include "app/visit_loop.h"
#include "base/err.h"
#include "base/i18n.h"
#include "io/http.h"
#include "io/sig.h"
#include "io/vt.h"
#include "machine/session.h"
#include "machine/visit.h"
#include "ui/view.h"

/* "Is this you?" as a line. */
struct question {
	bool asked;
	int64_t asked_ms;
	int64_t again_ms; /* when to ask again; NEVER_MS: not needed */
};

struct plain {
	struct visit_loop run;
	struct plain_sign_in sign_in;
	struct plain_kiosk kiosk;
	struct plain_trouble trouble;
	struct question question;
	struct plain_log log;
	size_t language; /* the one that everything was said in */
	const struct vt *vt;
};

static void take_signals(struct plain *plain)
{
	bool by_key;
	int signal;

	while ((signal = sig_next(plain->run.signals, &by_key)) != 0) {
		if (by_key && !plain->run.presenter.can_quit)
			continue;
		switch (signal) {
		case SIGINT:
		case SIGQUIT:
			visit_loop_quit(&plain->run);
			break;
		case SIGTERM:
		case SIGHUP:
			visit_loop_interrupt(&plain->run);
			break;
		case SIGTSTP:
			(void)raise(SIGSTOP); /* Ctrl-Z; SIGTSTP is blocked */
			break;
		case SIGUSR1: /* a console switch was requested */
			vt_refuse(plain->vt);
			break;
		default:
			break;
		}
	}
}

/* Anything typed before the question is not an answer to it. */
static void ask_to_confirm(struct plain *plain)
{
	struct question *question = &plain->question;

	*question = (struct question){.asked = true,
				      .asked_ms = clock_now_ms(),
				      .again_ms = NEVER_MS};
	(void)tcflush(STDIN_FILENO, TCIFLUSH);
	(void)fputs("\n", stdout);
	plain_say(stdout, " ", "%s [y/N]",
		  presenter_question(&plain->run.presenter, plain->run.visit));
}

/* A line that begins with y means yes, anything else no. An answer too fast to
 * have read the question, or from a held key, is ignored and the question
 * repeated. */
static void take_answer(struct plain *plain, const char *line)
{
	struct question *question = &plain->question;
	struct driver *driver = &plain->run.loop.driver;
	const int64_t now_ms = clock_now_ms();
	const bool yes = line[0] == 'y' || line[0] == 'Y';

	if (line[0] != '\0' &&
	    (question->again_ms != NEVER_MS ||
	     now_ms - question->asked_ms < VIEW_CONSENT_MS)) {
		question->again_ms = now_ms + VIEW_CONSENT_MS;
		/* Translators: a plain line, wrapped, after an answer that came
		 * too fast. */
		plain_say(stdout, "\n", "%s",
			  _("Read the question before you answer it."));
		return;
	}
	plain->log.muted = !yes; /* the farewell says that */
	driver_post(driver, yes ? EVENT_START : EVENT_CANCEL);
	plain->log.muted = false;
}

/* Says in that language what is on the screen. */
static void say_again(struct plain *plain)
{
	presenter_fill(&plain->run.presenter, plain->run.visit,
		       &plain->run.model);
	plain->language = plain->run.presenter.languages.now;
	plain->kiosk.invited = false;
	plain->kiosk.keys = 0;
	plain_trouble_forget(&plain->trouble);
	plain_sign_in_init(&plain->sign_in);
}

/* What Enter does to a kiosk. */
static void press_enter(struct plain *plain)
{
	const bool deliberate = plain_kiosk_hear(&plain->kiosk, clock_now_ms());
	enum event_kind kind = EVENT_TOUCHED;

	plain_trouble_forget(&plain->trouble);
	switch (visit_stage(plain->run.visit)) {
	case VISIT_WELCOME:
	case VISIT_TROUBLE:
		kind = EVENT_START;
		break;
	case VISIT_PROFILE:
		kind = deliberate ? EVENT_SIGN_OUT : EVENT_TOUCHED;
		break;
	case VISIT_PREPARING:
	case VISIT_RESUMING:
	case VISIT_STARTING:
	case VISIT_SIGN_IN:
	case VISIT_ARRIVING:
	case VISIT_CONFIRM:
	case VISIT_LEAVING:
	case VISIT_OVER:
		break;
	}
	if (kind == EVENT_START)
		visit_loop_start(&plain->run);
	else
		driver_post(&plain->run.loop.driver, kind);
}

/* Takes one line; the rest of a longer one counts as another. hung_up: an end
 * of input is not the end-of-file key. */
static void take_line(struct plain *plain, bool hung_up)
{
	const bool can_quit = plain->run.presenter.can_quit;
	struct languages *languages = &plain->run.presenter.languages;
	char line[256];
	ssize_t n = read(STDIN_FILENO, line, sizeof(line) - 1);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	line[n > 0 ? n : 0] = '\0';
	if (n > 0)
		languages_touch(languages, clock_now_ms());
	if (visit_stage(plain->run.visit) == VISIT_CONFIRM &&
	    plain->question.asked && (n > 0 || plain->run.once))
		take_answer(plain, line);
	else if (n > 0 && can_quit && strcmp(line, "q\n") == 0)
		visit_loop_quit(&plain->run);
	else if (n > 0 && strcmp(line, "l\n") == 0 &&
		 languages_next_name(languages) != NULL) {
		languages_next(languages);
		if (visit_stage(plain->run.visit) == VISIT_PROFILE)
			plain->kiosk.signed_in = false;
		say_again(plain);
	} else if (n > 0)
		press_enter(plain);
	else if (n < 0 || hung_up)
		visit_loop_interrupt(&plain->run);
	else if (can_quit)
		visit_loop_quit(&plain->run);
}

static void ring(struct plain *plain)
{
	if (visit_loop_rings(&plain->run) && isatty(STDOUT_FILENO))
		(void)fputs("\a", stdout);
}

/* Says what is new. False if the output failed, which main() reports. */
static bool say(struct plain *plain)
{
	struct visit_loop *run = &plain->run;
	struct question *question = &plain->question;

	ring(plain);
	if (!run->once && !plain_kiosk_show(&plain->kiosk, run))
		return false;
	plain_trouble_show(&plain->trouble, run);
	if (!plain_sign_in_show(&plain->sign_in, &run->presenter,
				visit_flow(run->visit)))
		return false;
	if (!run->once && !plain_kiosk_show_keys(&plain->kiosk, run))
		return false;
	if (visit_stage(run->visit) == VISIT_CONFIRM &&
	    (!question->asked || clock_now_ms() >= question->again_ms))
		ask_to_confirm(plain);
	return true;
}

static void run_once(struct plain *plain, struct err *err)
{
	struct visit_loop *run = &plain->run;
	/* What a login prints may wait for its only user. */
	const bool writes = run->once || plain_kiosk_may_write();
	struct http_fd fds[] = {
		{.fd = run->signals},
		{.fd = -1},
		{.fd = STDOUT_FILENO, .end_only = writes, .write = !writes},
	};
	int64_t until_ms;

	presenter_fill(&run->presenter, run->visit, &run->model);
	if (visit_loop_follow_user(run) &&
	    run->presenter.languages.now != plain->language)
		say_again(plain);
	if (visit_stage(run->visit) != VISIT_CONFIRM)
		plain->question.asked = false;
	if (writes && !say(plain)) {
		visit_loop_stop(run, EXIT_FAILED);
		return;
	}
	notifications_send(&run->notifications, &run->model, writes);
	/* What is typed during a login belongs to the shell, but for the
	 * answer. */
	if (!run->once || visit_stage(run->visit) == VISIT_CONFIRM)
		fds[1].fd = STDIN_FILENO;
	until_ms = notifications_deadline(&run->notifications);
	if (writes && plain->question.asked)
		until_ms = sooner_ms(until_ms, plain->question.again_ms);
	if (writes)
		until_ms = sooner_ms(until_ms, plain->sign_in.remind_ms);
	until_ms = sooner_ms(until_ms,
			     languages_deadline(&run->presenter.languages));
	if (!event_loop_wait(&run->loop, fds, 3, until_ms)) {
		visit_loop_stop(run, EXIT_FAILED);
		return;
	}
	if (fds[1].ready)
		take_line(plain, fds[1].hung_up);
	if (visit_stage(run->visit) == VISIT_OVER)
		return;
	if (fds[0].ready)
		take_signals(plain);
	/* A closed pipe or socket raises no signal here. */
	if (!fds[2].hung_up || run->ended)
		return;
	visit_loop_interrupt(&plain->run);
	if (run->once)
		err_set(err, "Standard output was closed before the sign-in "
			     "ended.");
}

/* Where the log goes if the configuration sends it nowhere. A kiosk's users
 * have no use for it. */
static void direct_log(struct plain *plain)
{
	struct setup *setup = plain->run.setup;

	if (plain->run.once)
		plain_say_log(&plain->log, setup, plain->run.visit);
	else if (!isatty(STDERR_FILENO))
		(void)setup_log_here(setup);
}

static void say_end(struct plain *plain)
{
	struct visit_loop *run = &plain->run;

	if (!run->once)
		plain_kiosk_end(&plain->kiosk, &run->presenter);
	else if (visit_stage(run->visit) != VISIT_OVER)
		return;
	else if (run->exit_code == EXIT_DONE)
		plain_say(stdout, "\n", "%s",
			  presenter_greeting(&run->presenter, run->visit));
	else
		plain_trouble_end(&run->presenter, run->visit);
}

int plain_run(struct setup *setup, struct vt *vt, struct session_data *login,
	      struct err *err)
{
	const struct conf *conf = &setup->conf;
	struct plain plain = {.vt = vt};
	struct visit_loop *run = &plain.run;
	int code;

	visit_loop_init(run, setup, login != NULL);
	(void)languages_limit(&run->presenter.languages,
			      plain_sign_in_flags(setup), STDOUT_FILENO);
	plain.language = run->presenter.languages.now;
	plain_sign_in_init(&plain.sign_in);
	if (conf->kiosk.confirm && !isatty(STDIN_FILENO)) {
		err_set(err, "Cannot ask for confirmation (kiosk.confirm): "
			     "standard input is not a terminal. Run grantty "
			     "on a terminal.");
		code = EXIT_USAGE;
		goto out;
	}
	code = visit_loop_open(run, vt, err);
	if (code != EXIT_DONE)
		goto out;
	/* Codes that nobody asked for would be printed without end. */
	plain.kiosk.invites = conf->kiosk.start == START_KEY ||
			      !conf_is_set(conf, "kiosk.start");
	visit_loop_make(run, plain.kiosk.invites, false);
	direct_log(&plain);
	visit_loop_begin(run);
	if (!run->once)
		plain_kiosk_begin(&plain.kiosk);
	while (!visit_loop_has_ended(run))
		run_once(&plain, err);
	if (run->once || plain_kiosk_may_write())
		ring(&plain); /* the end is one, too */
	say_end(&plain);
	visit_loop_end(run);
	code = visit_loop_finish(run, login);
out:
	visit_loop_close(run);
	return code;
}
