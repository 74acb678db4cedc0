/* SPDX-License-Identifier: MIT */
/*
 * One turn: draw what has changed, wait for whatever is first, hand it on.
 */
#include "config.h"

#include "app/kiosk.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/args.h"
#include "app/clock.h"
#include "app/driver.h"
#include "app/gauge.h"
#include "app/handover.h"
#include "app/scene.h"
#include "app/service.h"
#include "app/setup.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/form.h"
#include "base/log.h"
#include "base/mem.h"
#include "core/session.h"
#include "core/visit.h"
#include "io/http.h"
#include "io/sig.h"
#include "io/taste.h"
#include "io/vt.h"
#include "io/wall.h"
#include "ui/keyboard.h"
#include "ui/term.h"
#include "ui/ui.h"

/* A stalled terminal is asked again after this long even if nothing else
 * happens. */
#define STALLED_MS 1000

/* The kernel and services write over a console. */
#define REPAIR_MS (60 * 1000)

/* The boot sets fonts, and may do so when the screens are up already. */
#define FONT_MS 2000

/* What nobody can read before it is gone. */
#define GLANCE_MS 100

struct kiosk {
	struct driver driver;
	struct scene scene;
	struct model model;
	struct service service;
	struct gauge gauge;
	struct visit *visit;
	struct term *term;
	struct ui *ui;
	struct vt *vt;
	char *taste_path; /* NULL: no choice of a drawing is kept */
	const struct approval *approval;
	int64_t waits_ms; /* since when there has been no more than a wait */
	int64_t font_ms;  /* when to look at the font again */
	int signals;
	bool once;
	bool ended;
	bool hung_up;
	bool told; /* by a signal */
	int exit_code;
};

static void end(struct kiosk *kiosk, int exit_code)
{
	kiosk->ended = true;
	kiosk->exit_code = exit_code;
}

/* A person leaves; they do not want to find their code again. */
static void quit(struct kiosk *kiosk, int exit_code)
{
	driver_drop_code(&kiosk->driver);
	end(kiosk, exit_code);
}

static void hang_up(struct kiosk *kiosk)
{
	kiosk->hung_up = true;
	end(kiosk, kiosk->once ? EXIT_FAILED : EXIT_DONE);
}

static void approve(struct kiosk *kiosk)
{
	struct request *request;
	struct buf form;

	if (kiosk->approval == NULL || kiosk->model.user_code == NULL)
		return;
	buf_init(&form, 1024);
	(void)form_add(&form, "approve", kiosk->model.user_code);
	request = xcalloc(1, sizeof(*request));
	request->purpose = "approval";
	request->url = xstrdup(kiosk->approval->url);
	request->authorization = xstrdup(kiosk->approval->authorization);
	request->body = buf_take(&form);
	http_send(kiosk->driver.http, HTTP_SIDE, request);
	log_add(kiosk->driver.log, clock_wall_s(), LEVEL_INFO,
		"approved here, as the phone would");
}

static void cancel(struct kiosk *kiosk)
{
	if (!kiosk->once && kiosk->scene.can_quit)
		quit(kiosk, EXIT_DONE);
	else
		driver_post(&kiosk->driver, EVENT_CANCEL);
}

static void obey(struct kiosk *kiosk, enum command command)
{
	switch (command) {
	case COMMAND_NONE:
		driver_post(&kiosk->driver, EVENT_TOUCHED);
		break;
	case COMMAND_START:
		driver_post(&kiosk->driver, EVENT_START);
		break;
	case COMMAND_CANCEL:
		driver_post(&kiosk->driver, EVENT_CANCEL);
		break;
	case COMMAND_SIGN_OUT:
		driver_post(&kiosk->driver, EVENT_SIGN_OUT);
		break;
	case COMMAND_QUIT:
		quit(kiosk, kiosk->once ? EXIT_CANCELLED : EXIT_DONE);
		break;
	case COMMAND_APPROVE:
		approve(kiosk);
		break;
	case COMMAND_PASTE:
		driver_redirect(&kiosk->driver, ui_pasted(kiosk->ui));
		break;
	}
}

/* ---- How people want the QR code drawn on terminals of this type */

static const char *terminal_type(void)
{
	const char *type = getenv("TERM");

	return type != NULL ? type : "";
}

/* Only where nobody can know better: not where the configuration says it, the
 * font was asked, or anyone may press keys. */
static char *new_taste_path(const struct setup *setup)
{
	struct err err;
	struct buf path;
	char *session;
	size_t n;

	if (strcmp(setup->conf.screen.qr, "auto") != 0 ||
	    setup->conf.kiosk.lock ||
	    vt_blocks(STDOUT_FILENO) == VT_BLOCKS_THERE)
		return NULL;
	session = setup_session_path(setup, &err);
	if (session == NULL || strrchr(session, '/') == NULL) {
		free(session);
		return NULL;
	}
	n = (size_t)(strrchr(session, '/') + 1 - session);
	buf_init(&path, 4096);
	(void)buf_add(&path, session, n);
	(void)buf_adds(&path, "drawings");
	free(session);
	return buf_take(&path);
}

static struct ui *new_ui(struct kiosk *kiosk, const struct setup *setup)
{
	char choice[TASTE_SIZE] = "";

	kiosk->taste_path = new_taste_path(setup);
	if (kiosk->taste_path != NULL)
		taste_read(kiosk->taste_path, terminal_type(), choice);
	return ui_new(kiosk->term,
		      choice[0] != '\0' ? choice : setup->conf.screen.qr);
}

static enum command take_key(struct kiosk *kiosk, int key)
{
	const char *before = ui_drawing(kiosk->ui);
	enum command command = ui_key(kiosk->ui, &kiosk->model, key);
	const char *now = ui_drawing(kiosk->ui);

	if (kiosk->taste_path != NULL && strcmp(now, before) != 0)
		taste_write(kiosk->taste_path, terminal_type(),
			    strcmp(now, "auto") != 0 ? now : "");
	return command;
}

static void take_keys(struct kiosk *kiosk)
{
	int key;

	while (!kiosk->ended) {
		key = keyboard_key(term_keyboard(kiosk->term));
		if (key == KEYS_NONE)
			return;
		if (key == KEYS_HANG_UP) {
			hang_up(kiosk);
			return;
		}
		if (key == KEYS_INTERRUPT) {
			if (kiosk->scene.can_quit)
				cancel(kiosk);
			continue;
		}
		/* What a key means depends on what is on the screen now. */
		scene_fill(&kiosk->scene, kiosk->visit, &kiosk->model);
		obey(kiosk, take_key(kiosk, key));
	}
}

static void take_signals(struct kiosk *kiosk)
{
	int signal;

	while ((signal = sig_next(kiosk->signals)) != 0) {
		switch (signal) {
		case SIGHUP:
			hang_up(kiosk);
			break;
		case SIGTERM:
		case SIGQUIT:
			kiosk->told = true;
			end(kiosk, kiosk->once ? EXIT_FAILED : EXIT_DONE);
			break;
		case SIGINT:
			cancel(kiosk);
			break;
		case SIGWINCH:
			if (term_resize(kiosk->term))
				ui_dirty(kiosk->ui);
			break;
		case SIGUSR1: /* somebody wants to another console */
			vt_refuse(kiosk->vt);
			break;
		case SIGCONT:
			term_repaint(kiosk->term);
			ui_dirty(kiosk->ui);
			break;
		default:
			break;
		}
	}
}

/* Nothing but that a code is being asked for. */
static bool is_wait(const struct model *model)
{
	return model->screen == SCREEN_SIGN_IN && model->user_code == NULL &&
	       model->authorization_uri == NULL;
}

/* When to draw: at once, but for a wait that may be over in a glance. On a slow
 * line that would keep the code from coming, and elsewhere it flickers. */
static int64_t draw_ms(struct kiosk *kiosk)
{
	const struct model *model = &kiosk->model;

	if (!is_wait(model))
		kiosk->waits_ms = NEVER_MS;
	else if (kiosk->waits_ms == NEVER_MS)
		kiosk->waits_ms = model->now_ms;
	return is_wait(model) ? kiosk->waits_ms + GLANCE_MS : model->now_ms;
}

/* Whenever the loop turns anyway: nothing tells of another font. */
static void look_at_font(struct kiosk *kiosk)
{
	bool mended, changed;

	if (kiosk->vt == NULL || kiosk->model.now_ms < kiosk->font_ms)
		return;
	kiosk->font_ms = kiosk->model.now_ms + FONT_MS;
	mended = vt_mend_font(kiosk->vt);
	changed = term_set_halves(kiosk->term, vt_blocks(STDOUT_FILENO) !=
						       VT_BLOCKS_MISSING);
	if (!mended && !changed)
		return;
	term_repaint(kiosk->term);
	ui_dirty(kiosk->ui);
}

/* One turn of the loop. */
static void turn(struct kiosk *kiosk)
{
	struct http_fd fds[] = {
		{.fd = term_input_fd(kiosk->term)},
		{.fd = kiosk->signals},
		{.fd = -1, .write = true},
	};
	int64_t until_ms;
	int64_t alive_ms;
	bool shown = false;

	scene_fill(&kiosk->scene, kiosk->visit, &kiosk->model);
	look_at_font(kiosk);
	until_ms = draw_ms(kiosk);
	if (kiosk->scene.forgets) {
		kiosk->scene.forgets = false;
		ui_forget(kiosk->ui);
		until_ms = kiosk->model.now_ms;
	}
	if (until_ms <= kiosk->model.now_ms) {
		shown = ui_draw(kiosk->ui, &kiosk->model);
		until_ms = ui_deadline(kiosk->ui, &kiosk->model);
		if (!shown) {
			fds[2].fd = term_output_fd(kiosk->term);
			until_ms = kiosk->model.now_ms + STALLED_MS;
		}
	}
	service_turn(&kiosk->service, &kiosk->model, shown);
	alive_ms = service_deadline(&kiosk->service);
	if (alive_ms < until_ms)
		until_ms = alive_ms;
	if (!driver_wait(&kiosk->driver, fds, 3, until_ms)) {
		end(kiosk, EXIT_FAILED);
		return;
	}
	if (fds[1].ready)
		take_signals(kiosk);
	if (fds[0].ready || fds[0].hung_up)
		take_keys(kiosk);
	/* Where input and output are two terminals, one can go alone. */
	if (fds[2].hung_up)
		hang_up(kiosk);
	if (visit_stage(kiosk->visit) == VISIT_OVER && !kiosk->ended)
		end(kiosk, scene_exit_code(kiosk->visit));
}

static struct visit *new_visit(struct setup *setup, bool once, bool alone)
{
	const struct conf *conf = &setup->conf;
	struct visit_policy policy = {
		.once = once,
		.wait_for_key = !once && strcmp(conf->kiosk.start, "key") == 0,
		.resume = !once,
		.spread = !once && !alone,
		.renewals = (int)conf->kiosk.renewals,
		.sign_out_after_ms = conf->kiosk.sign_out_after_s * 1000,
		.allow = &conf->kiosk.allow,
		.confirm = conf->kiosk.confirm,
	};

	return visit_new(&setup->provider, &policy, crypto_random_u64());
}

static void run(struct kiosk *kiosk)
{
	struct event event = driver_event(EVENT_TICK);
	struct action action;

	visit_begin(kiosk->visit, &event, &action);
	driver_do(&kiosk->driver, &action);
	service_begin(&kiosk->service);
	while (!kiosk->ended)
		turn(kiosk);
	service_end();
	driver_finish(&kiosk->driver);
}

/* The screens are gone; what remains is one line where the shell goes on. */
static void say_goodbye(struct kiosk *kiosk)
{
	if (!kiosk->once || kiosk->hung_up)
		return;
	if (kiosk->exit_code == EXIT_DONE)
		(void)printf("%s\n",
			     scene_greeting(&kiosk->scene, kiosk->visit));
	else if (visit_stage(kiosk->visit) == VISIT_OVER &&
		 kiosk->exit_code != EXIT_CANCELLED)
		(void)fprintf(stderr, "grantty: %s\n",
			      scene_farewell(&kiosk->scene, kiosk->visit));
}

int kiosk_run(struct setup *setup, struct vt *vt, struct session_data *login,
	      const struct approval *approval, struct err *err)
{
	struct kiosk kiosk = {
		.signals = -1, .waits_ms = NEVER_MS, .exit_code = EXIT_FAILED};

	kiosk.once = login != NULL;
	kiosk.vt = vt;
	kiosk.approval = approval;
	scene_init(&kiosk.scene, setup);
	kiosk.scene.demo = approval != NULL;
	kiosk.scene.can_quit = !setup->conf.kiosk.lock;
	kiosk.scene.cancel_leaves = kiosk.once;
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		err_set(err, "The screens need a terminal: run it on one, or "
			     "use \"grantty login --plain\".");
		kiosk.exit_code = EXIT_USAGE;
		goto out;
	}
	kiosk.signals = sig_open();
	if (kiosk.signals < 0) {
		err_set(err, "Cannot listen for signals.");
		goto out;
	}
	if (vt != NULL && setup->conf.kiosk.lock && !vt_lock(vt, err)) {
		kiosk.exit_code = EXIT_USAGE;
		goto out;
	}
	kiosk.term = term_open(STDIN_FILENO, STDOUT_FILENO, &setup->theme, err);
	if (kiosk.term == NULL) {
		kiosk.exit_code = EXIT_USAGE;
		goto out;
	}
	(void)term_set_halves(kiosk.term,
			      vt_blocks(STDOUT_FILENO) != VT_BLOCKS_MISSING);
	kiosk.ui = new_ui(&kiosk, setup);
	if (vt != NULL)
		ui_repaint_every(kiosk.ui, REPAIR_MS);
	kiosk.visit = new_visit(setup, kiosk.once, approval != NULL);
	kiosk.driver.machine = machine_of_visit(kiosk.visit);
	kiosk.driver.http = setup->http;
	kiosk.driver.store = setup->store;
	kiosk.driver.log = setup->log;
	/* A single login would put its own counts in place of a kiosk's. */
	kiosk.gauge.path = setup->conf.metrics_textfile;
	if (!kiosk.once && kiosk.gauge.path[0] != '\0')
		kiosk.driver.gauge = &kiosk.gauge;
	kiosk.driver.handover = handover_new(setup);
	kiosk.driver.wall = wall_open();
	setup_tell_of_swap(setup);
	driver_listen(&kiosk.driver, &setup->provider);
	(void)driver_recall(&kiosk.driver);
	if (setup_keeps_code(setup, kiosk.once))
		driver_recall_code(&kiosk.driver, kiosk.visit);
	run(&kiosk);
	driver_end(&kiosk.driver);
	if (!kiosk.once)
		ui_forget(kiosk.ui);
	ui_free(kiosk.ui);
	term_close(kiosk.term);
	say_goodbye(&kiosk);
	if (!kiosk.hung_up && !kiosk.told &&
	    !handover_finish(kiosk.driver.handover, setup->http, kiosk.signals))
		kiosk.exit_code = kiosk.once ? EXIT_FAILED : EXIT_DONE;
	handover_free(kiosk.driver.handover);
	if (kiosk.once && kiosk.exit_code == EXIT_DONE)
		session_data_copy(login,
				  session_data(visit_session(kiosk.visit)));
out:
	free(kiosk.taste_path);
	visit_free(kiosk.visit);
	scene_free(&kiosk.scene);
	if (kiosk.signals >= 0)
		(void)close(kiosk.signals);
	return kiosk.exit_code;
}
