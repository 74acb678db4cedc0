/* SPDX-License-Identifier: MIT */
/*
 * In the order that both ways to run a visit need.
 */
#include "config.h"

#include "app/visit_loop.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/args.h"
#include "app/clock.h"
#include "app/hook_events.h"
#include "app/setup.h"
#include "base/crypto.h"
#include "base/err.h"
#include "io/clock_watch.h"
#include "io/sig.h"
#include "io/store_watch.h"
#include "io/vt.h"
#include "machine/session.h"
#include "machine/visit.h"

void visit_loop_init(struct visit_loop *run, struct setup *setup, bool once)
{
	memset(run, 0, sizeof(*run));
	run->setup = setup;
	run->once = once;
	run->signals = -1;
	presenter_init(&run->presenter, setup);
	/* A kiosk over SSH has one user, at the other end. */
	run->presenter.is_screen = !once && getenv("SSH_CONNECTION") == NULL;
	run->presenter.can_quit = !setup->conf.kiosk.lock;
	run->presenter.cancel_leaves = once;
}

int visit_loop_open(struct visit_loop *run, struct vt *vt, struct err *err)
{
	run->signals = sig_open();
	if (run->signals < 0) {
		err_set(err, "Cannot listen for signals.");
		return EXIT_FAILED;
	}
	if (vt != NULL && run->setup->conf.kiosk.lock && !vt_lock(vt, err))
		return EXIT_USAGE;
	return EXIT_DONE;
}

/* Before the code of the next user is requested, whose language goes along. */
static void greet(void *self)
{
	struct visit_loop *run = self;
	const bool renews = visit_reason(run->visit) == REASON_EXPIRED &&
			    !visit_returns(run->visit);

	languages_greet(&run->presenter.languages, run->starts || renews,
			clock_now_ms());
}

void visit_loop_make(struct visit_loop *run, bool waits, bool alone)
{
	const struct conf *conf = &run->setup->conf;
	const bool once = run->once;
	const struct visit_policy policy = {
		.once = once,
		.wait_for_key = !once && waits,
		.resume = !once,
		.spread = !once && !alone,
		.renewals = (int)conf->kiosk.renewals,
		.sign_out_after_ms = conf->kiosk.sign_out_after_s * 1000,
		.allow = &conf->kiosk.allow,
		.confirm = conf->kiosk.confirm,
		.in_memory = conf->session.store == STORE_IN_MEMORY,
		.greet = greet,
		.self = run,
	};

	run->visit =
		visit_new(&run->setup->provider, &policy, crypto_random_u64());
}

void visit_loop_stop(struct visit_loop *run, int exit_code)
{
	run->ended = true;
	run->exit_code = exit_code;
}

void visit_loop_interrupt(struct visit_loop *run)
{
	run->interrupted = true;
	visit_loop_stop(run, run->once ? EXIT_FAILED : EXIT_DONE);
}

void visit_loop_quit(struct visit_loop *run)
{
	event_loop_drop_code(&run->loop);
	visit_loop_stop(run, run->once ? EXIT_CANCELLED : EXIT_DONE);
}

bool visit_loop_has_ended(struct visit_loop *run)
{
	if (visit_stage(run->visit) == VISIT_OVER && !run->ended)
		visit_loop_stop(run, presenter_exit_code(run->visit));
	return run->ended;
}

/* What a kiosk shows ends with the session, whoever signs out. */
static void watch_store(struct visit_loop *run)
{
	char *path = setup_session_path(run->setup, NULL);

	if (path != NULL && path[0] != '\0')
		run->loop.store_watch = store_watch_open(path);
	free(path);
}

void visit_loop_begin(struct visit_loop *run)
{
	struct setup *setup = run->setup;
	struct event_loop *loop = &run->loop;
	struct event event;
	struct action action;

	event_loop_init(loop, machine_of_visit(run->visit), setup);
	/* A single login would overwrite a kiosk's counts. */
	if (!run->once && setup->conf.metrics.textfile[0] != '\0') {
		metrics_file_open(&run->metrics_file,
				  setup->conf.metrics.textfile, STDIN_FILENO);
		event_loop_measure(loop, &run->metrics_file);
	}
	loop->hook_events = hook_events_new(setup);
	loop->clock_watch = clock_watch_open();
	if (!run->once)
		watch_store(run);
	setup_log_swap(setup);
	event_loop_listen(loop, &setup->provider);
	(void)event_loop_recall(loop);
	event_loop_recall_margin(loop, run->visit);
	if (setup_keeps_code(setup, run->once))
		event_loop_recall_code(loop, run->visit);
	event = driver_event(&loop->driver, EVENT_TICK);
	visit_begin(run->visit, &event, &action);
	driver_do(&loop->driver, &action);
	notifications_begin(&run->notifications);
}

void visit_loop_start(struct visit_loop *run)
{
	run->starts = true;
	driver_post(&run->loop.driver, EVENT_START);
	run->starts = false;
}

bool visit_loop_follow_user(struct visit_loop *run)
{
	const struct model *model = &run->model;
	const bool is_free = model->screen == SCREEN_WELCOME ||
			     model->screen == SCREEN_TROUBLE;

	return !run->once && languages_follow(&run->presenter.languages,
					      is_free, model->now_ms);
}

bool visit_loop_rings(struct visit_loop *run)
{
	return bell_is_due(&run->bell, run->visit) &&
	       run->setup->conf.screen.bell;
}

void visit_loop_end(struct visit_loop *run)
{
	notifications_end();
	/* A login that succeeded is finished after its hooks. */
	if (visit_stage(run->visit) != VISIT_OVER)
		driver_finish(&run->loop.driver);
	event_loop_end(&run->loop);
}

/* True if a hook has got the token of a login: it may be using it. */
static bool was_passed_on(const struct visit_loop *run)
{
	const struct conf *conf = &run->setup->conf;

	return run->once && conf->hooks.pass_token &&
	       conf->hooks.on_signed_in.count > 0;
}

/* Returns EXIT_DONE, or the exit code if a signal interrupts that. */
static int sign_out(struct visit_loop *run)
{
	struct event_loop *loop = &run->loop;

	/* They have seen a sign-in, and no sign-out. */
	hook_events_free(loop->hook_events);
	loop->hook_events = NULL;
	/* Nothing is lost any more if the user does not want to wait. */
	loop->signals = run->signals;
	loop->keys_end = run->presenter.can_quit;
	if (visit_stage(run->visit) == VISIT_OVER && !was_passed_on(run))
		driver_finish(&loop->driver);
	if (loop->signal == 0)
		return EXIT_DONE;
	return loop->signal == SIGINT ? EXIT_CANCELLED : EXIT_FAILED;
}

int visit_loop_finish(struct visit_loop *run, struct session_data *login)
{
	int code;

	if (!run->interrupted &&
	    !hook_events_finish(run->loop.hook_events, run->setup->http,
				run->signals) &&
	    run->once)
		run->exit_code = EXIT_FAILED;
	if (run->once && run->exit_code == EXIT_DONE)
		session_data_copy(login,
				  session_data(visit_session(run->visit)));
	code = sign_out(run);
	return run->exit_code != EXIT_DONE ? run->exit_code : code;
}

void visit_loop_close(struct visit_loop *run)
{
	hook_events_free(run->loop.hook_events);
	metrics_file_close(&run->metrics_file);
	visit_free(run->visit);
	presenter_free(&run->presenter);
	if (run->signals >= 0)
		(void)close(run->signals);
}
