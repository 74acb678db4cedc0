/* SPDX-License-Identifier: MIT */
/*
 * One iteration: draw what has changed, wait for the first event, handle it.
 */
#include "config.h"

#include "app/kiosk.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/args.h"
#include "app/clock.h"
#include "app/plain_trouble.h"
#include "app/setup.h"
#include "app/visit_loop.h"
#include "base/buf.h"
#include "base/deadline.h"
#include "base/err.h"
#include "base/form.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/http.h"
#include "io/sig.h"
#include "io/vt.h"
#include "machine/session.h"
#include "machine/visit.h"
#include "ui/hyperlink.h"
#include "ui/keyboard.h"
#include "ui/locale.h"
#include "ui/term.h"
#include "ui/ui.h"

/* A stalled terminal is tried again after this long even if nothing else
 * happens. */
#define STALLED_MS 1000

/* How often to redraw a console, because the kernel and services write over
 * it. */
#define REPAIR_MS (60 * 1000)

/* The boot process may set the font after the screens have started. */
#define FONT_MS 2000

/* How long to wait at the end for the terminal's answers: a round trip. */
#define ANSWERS_MS 300

/* Too short to read anything. */
#define GLANCE_MS 100

struct kiosk {
	struct visit_loop run;
	struct term *term;
	struct ui *ui;
	struct vt *vt;
	const struct approval *approval;
	int64_t waits_ms; /* since when the model only waits */
	int64_t font_ms;  /* when to check the font again */
	char *looked_up;  /* the code last looked up in the font */
	bool not_in_font; /* that code has characters the font lacks */
	bool knows_logo;  /* the logo was looked up, too: */
	bool logo_not_in_font;
	bool ascii;	    /* the languages are limited to ASCII */
	bool in_background; /* the terminal belonged to another process, or
			     * may have */
	bool hung_up;
};

static void hang_up(struct kiosk *kiosk)
{
	kiosk->hung_up = true;
	visit_loop_interrupt(&kiosk->run);
}

static void approve(struct kiosk *kiosk)
{
	struct request *request;
	struct buf form;

	if (kiosk->approval == NULL || kiosk->run.model.user_code == NULL)
		return;
	buf_init(&form, 1024);
	(void)form_add(&form, "approve", kiosk->run.model.user_code);
	request = xcalloc(1, sizeof(*request));
	request->url = xstrdup(kiosk->approval->url);
	request->authorization = xstrdup(kiosk->approval->authorization);
	request->body = buf_take(&form);
	http_send(kiosk->run.loop.http, HTTP_SIDE, request);
	log_add(kiosk->run.loop.log, clock_wall_s(), LEVEL_INFO,
		"approved here instead of on a phone");
}

static void cancel(struct kiosk *kiosk)
{
	if (!kiosk->run.once && kiosk->run.presenter.can_quit)
		visit_loop_quit(&kiosk->run);
	else
		driver_post(&kiosk->run.loop.driver, EVENT_CANCEL);
}

/* ---- Languages */

/* All texts are others now. */
static void change_language(struct kiosk *kiosk)
{
	presenter_fill(&kiosk->run.presenter, kiosk->run.visit,
		       &kiosk->run.model);
	ui_dirty(kiosk->ui);
}

static void limit_languages(struct kiosk *kiosk)
{
	unsigned flags = term_text_flags(kiosk->term);

	kiosk->ascii = ui_drawing(kiosk->ui) == DRAWING_ASCII;
	if (kiosk->ascii)
		flags |= TEXT_ASCII;
	if (languages_limit(&kiosk->run.presenter.languages, flags,
			    STDOUT_FILENO))
		change_language(kiosk);
}

static void run_command(struct kiosk *kiosk, enum command command)
{
	switch (command) {
	case COMMAND_NONE:
		driver_post(&kiosk->run.loop.driver, EVENT_TOUCHED);
		break;
	case COMMAND_START:
		visit_loop_start(&kiosk->run);
		break;
	case COMMAND_CANCEL:
		driver_post(&kiosk->run.loop.driver, EVENT_CANCEL);
		break;
	case COMMAND_SIGN_OUT:
		driver_post(&kiosk->run.loop.driver, EVENT_SIGN_OUT);
		break;
	case COMMAND_QUIT:
		visit_loop_quit(&kiosk->run);
		break;
	case COMMAND_LANGUAGE:
		languages_next(&kiosk->run.presenter.languages);
		change_language(kiosk);
		driver_post(&kiosk->run.loop.driver, EVENT_TOUCHED);
		break;
	case COMMAND_APPROVE:
		approve(kiosk);
		break;
	case COMMAND_COPIED_CODE:
	case COMMAND_COPIED_ADDRESS:
		log_add(kiosk->run.loop.log, clock_wall_s(), LEVEL_INFO,
			command == COMMAND_COPIED_CODE
				? "code sent to your terminal's clipboard"
				: "address sent to your terminal's clipboard");
		driver_post(&kiosk->run.loop.driver, EVENT_TOUCHED);
		break;
	case COMMAND_PASTE:
		driver_redirect(&kiosk->run.loop.driver, ui_pasted(kiosk->ui));
		break;
	}
}

/* ---- How users want the QR code drawn on terminals of this type */

static struct ui *new_ui(const struct kiosk *kiosk, const struct setup *setup)
{
	enum drawing drawing = setup->conf.screen.qr;
	struct ui *ui;

	if (drawing == DRAWING_AUTO &&
	    locale_may_lack_utf8(setup->conf.screen.locale))
		drawing = DRAWING_ASCII;
	ui = ui_new(kiosk->term, drawing);
	if (setup->conf.screen.clipboard)
		ui_offer_copies(ui);
	if (setup->conf.screen.countdown == COUNTDOWN_CALM)
		ui_keep_calm(ui);
	if (hyperlink_may_be_sent(STDOUT_FILENO, setup->conf.screen.hyperlinks))
		ui_link_addresses(ui);
	return ui;
}

/* Limits the keys per iteration, so that their effects get drawn. */
enum { KEYS_A_TURN = 256 };

static void take_keys(struct kiosk *kiosk)
{
	int key;

	for (int i = 0; i < KEYS_A_TURN && !kiosk->run.ended; i++) {
		key = keyboard_key(term_keyboard(kiosk->term), clock_now_ms());
		if (key == KEYS_NONE)
			return;
		if (key == KEYS_HANG_UP) {
			hang_up(kiosk);
			return;
		}
		if (key == KEYS_INTERRUPT) {
			if (kiosk->run.presenter.can_quit)
				cancel(kiosk);
			continue;
		}
		languages_touch(&kiosk->run.presenter.languages,
				clock_now_ms());
		/* The meaning of a key depends on the current screen. */
		presenter_fill(&kiosk->run.presenter, kiosk->run.visit,
			       &kiosk->run.model);
		run_command(kiosk, ui_key(kiosk->ui, &kiosk->run.model, key));
	}
}

static void take_signals(struct kiosk *kiosk)
{
	bool by_key;
	int signal;

	while ((signal = sig_next(kiosk->run.signals, &by_key)) != 0) {
		/* Pressed before the line was in raw mode. */
		if (by_key && !kiosk->run.presenter.can_quit)
			continue;
		switch (signal) {
		case SIGHUP:
			hang_up(kiosk);
			break;
		case SIGTERM:
		case SIGQUIT:
			visit_loop_interrupt(&kiosk->run);
			break;
		case SIGINT:
			cancel(kiosk);
			break;
		case SIGWINCH:
			/* dtach relies on it to get a full redraw, even if the
			 * size is unchanged. */
			(void)term_resize(kiosk->term);
			term_repaint(kiosk->term);
			ui_dirty(kiosk->ui);
			break;
		case SIGUSR1: /* a console switch was requested */
			vt_refuse(kiosk->vt);
			break;
		case SIGCONT:
			kiosk->in_background = true;
			break;
		default:
			break;
		}
	}
}

/* Shows only that a code is being requested. */
static bool is_wait(const struct model *model)
{
	return model->screen == SCREEN_SIGN_IN && model->user_code == NULL &&
	       model->authorization_uri == NULL;
}

/* When to draw: at once, except for a wait that may be over too soon to read.
 * On a slow line, drawing it would delay the code; on others it flickers. */
static int64_t draw_ms(struct kiosk *kiosk)
{
	const struct model *model = &kiosk->run.model;

	if (!is_wait(model))
		kiosk->waits_ms = NEVER_MS;
	else if (kiosk->waits_ms == NEVER_MS)
		kiosk->waits_ms = model->now_ms;
	return is_wait(model) ? kiosk->waits_ms + GLANCE_MS : model->now_ms;
}

/* Checked whenever the loop runs, because no event reports a new font. */
static void check_font(struct kiosk *kiosk)
{
	bool repaired, changed;

	if (kiosk->vt == NULL || kiosk->run.model.now_ms < kiosk->font_ms)
		return;
	kiosk->font_ms = kiosk->run.model.now_ms + FONT_MS;
	secret_free(kiosk->looked_up);
	kiosk->looked_up = NULL;
	kiosk->knows_logo = false;
	repaired = vt_repair_font(kiosk->vt);
	changed = term_set_halves(kiosk->term, vt_blocks(STDOUT_FILENO) !=
						       VT_BLOCKS_MISSING);
	limit_languages(kiosk); /* its letters may be others */
	if (!repaired && !changed)
		return;
	term_repaint(kiosk->term);
	ui_dirty(kiosk->ui);
}

/* Answers arrive among the keys. */
static void learn(struct kiosk *kiosk)
{
	if (!term_learn(kiosk->term))
		return;
	term_repaint(kiosk->term);
	ui_dirty(kiosk->ui);
	limit_languages(kiosk);
}

/* A key chooses the mode. */
static void check_drawing(struct kiosk *kiosk)
{
	if ((ui_drawing(kiosk->ui) == DRAWING_ASCII) != kiosk->ascii)
		limit_languages(kiosk);
}

/* True if the font can show the code. Every font has ASCII. */
static void check_code_in_font(struct kiosk *kiosk)
{
	const char *code = kiosk->run.model.user_code;

	if (kiosk->vt == NULL || code == NULL)
		return;
	if (kiosk->looked_up == NULL || strcmp(code, kiosk->looked_up) != 0) {
		secret_free(kiosk->looked_up);
		kiosk->looked_up = xstrdup(code);
		kiosk->not_in_font = vt_lacks_glyphs(STDOUT_FILENO, code);
	}
	kiosk->run.model.not_in_font = kiosk->not_in_font;
}

static void check_logo_in_font(struct kiosk *kiosk)
{
	const char *logo = kiosk->run.model.logo;

	if (kiosk->vt == NULL || logo == NULL ||
	    kiosk->run.model.screen != SCREEN_WELCOME)
		return;
	if (!kiosk->knows_logo)
		kiosk->logo_not_in_font = vt_lacks_glyphs(STDOUT_FILENO, logo);
	kiosk->knows_logo = true;
	kiosk->run.model.logo_not_in_font = kiosk->logo_not_in_font;
}

/* True if the terminal may be used: not in the background. */
static bool has_terminal(struct kiosk *kiosk)
{
	const bool in_background = term_is_in_background(kiosk->term);

	if (kiosk->in_background && !in_background) {
		term_resume(kiosk->term);
		ui_dirty(kiosk->ui);
	}
	kiosk->in_background = in_background;
	return !in_background;
}

static void ring(struct kiosk *kiosk)
{
	if (visit_loop_rings(&kiosk->run) && !kiosk->in_background)
		term_ring(kiosk->term);
}

/* One iteration of the loop. */
static void run_once(struct kiosk *kiosk)
{
	struct http_fd fds[] = {
		{.fd = term_input_fd(kiosk->term)},
		{.fd = kiosk->run.signals},
		{.fd = -1, .write = true},
	};
	int64_t until_ms;
	int64_t alive_ms, key_ms;
	bool shown = false;
	const bool ours = has_terminal(kiosk);

	presenter_fill(&kiosk->run.presenter, kiosk->run.visit,
		       &kiosk->run.model);
	if (visit_loop_follow_user(&kiosk->run)) {
		ui_new_visitor(kiosk->ui);
		change_language(kiosk);
	}
	check_font(kiosk);
	learn(kiosk);
	check_drawing(kiosk);
	check_code_in_font(kiosk);
	check_logo_in_font(kiosk);
	ring(kiosk);
	until_ms = draw_ms(kiosk);
	if (kiosk->run.presenter.forgets) {
		kiosk->run.presenter.forgets = false;
		ui_forget(kiosk->ui);
		until_ms = kiosk->run.model.now_ms;
	}
	if (!ours) { /* the shell may not signal when it returns it */
		fds[0].fd = -1;
		until_ms = kiosk->run.model.now_ms + STALLED_MS;
	} else if (until_ms <= kiosk->run.model.now_ms) {
		shown = ui_draw(kiosk->ui, &kiosk->run.model);
		until_ms = ui_deadline(kiosk->ui, &kiosk->run.model);
		if (!shown) {
			fds[2].fd = term_output_fd(kiosk->term);
			until_ms = kiosk->run.model.now_ms + STALLED_MS;
		}
	}
	notifications_send(&kiosk->run.notifications, &kiosk->run.model, shown);
	alive_ms = notifications_deadline(&kiosk->run.notifications);
	key_ms = keyboard_deadline(term_keyboard(kiosk->term));
	if (alive_ms < until_ms)
		until_ms = alive_ms;
	if (ours && key_ms < until_ms)
		until_ms = key_ms;
	until_ms = sooner_ms(
		until_ms, languages_deadline(&kiosk->run.presenter.languages));
	if (!event_loop_wait(&kiosk->run.loop, fds, 3, until_ms)) {
		visit_loop_stop(&kiosk->run, EXIT_FAILED);
		return;
	}
	if (fds[1].ready)
		take_signals(kiosk);
	if (ours)
		take_keys(kiosk);
	/* If input and output are two terminals, one can hang up alone. */
	if (fds[2].hung_up)
		hang_up(kiosk);
}

static void run(struct kiosk *kiosk)
{
	visit_loop_begin(&kiosk->run);
	/* The first step may already have ended a login. */
	while (!visit_loop_has_ended(&kiosk->run))
		run_once(kiosk);
	ring(kiosk); /* the end is one, too */
	visit_loop_end(&kiosk->run);
}

/* Keeps the terminal's answers to its queries from the shell, which would take
 * them for typed text. */
static void await_answers(struct kiosk *kiosk)
{
	struct pollfd fd = {
		.fd = term_input_fd(kiosk->term),
		.events = POLLIN,
	};
	const int64_t until_ms = clock_now_ms() + ANSWERS_MS;
	int64_t now_ms;
	int key = KEYS_NONE;

	while (term_awaits_answers(kiosk->term) &&
	       !term_is_in_background(kiosk->term) && key != KEYS_HANG_UP &&
	       (now_ms = clock_now_ms()) < until_ms) {
		(void)poll(&fd, 1, (int)(until_ms - now_ms));
		do {
			key = keyboard_key(term_keyboard(kiosk->term),
					   clock_now_ms());
		} while (key != KEYS_NONE && key != KEYS_HANG_UP);
		(void)term_learn(kiosk->term);
	}
}

/* The screens are gone; prints one line for the shell's terminal. */
static void print_farewell(struct kiosk *kiosk)
{
	if (!kiosk->run.once || kiosk->hung_up)
		return;
	if (kiosk->run.exit_code == EXIT_DONE)
		(void)printf("%s\n", presenter_greeting(&kiosk->run.presenter,
							kiosk->run.visit));
	else if (visit_stage(kiosk->run.visit) == VISIT_OVER &&
		 kiosk->run.exit_code != EXIT_CANCELLED)
		plain_trouble_end(&kiosk->run.presenter, kiosk->run.visit);
}

/* The other way to sign in. The demo has none. */
static void name_plain(const struct kiosk *kiosk, const char *program,
		       struct err *err)
{
	if (!kiosk->run.presenter.demo)
		err_set(err,
			"%s \"%s login --plain\" signs in without screens.",
			err->text, program);
}

int kiosk_run(struct setup *setup, struct vt *vt, struct session_data *login,
	      const struct approval *approval, struct err *err)
{
	struct kiosk kiosk = {.waits_ms = NEVER_MS};
	struct visit_loop *visit_loop = &kiosk.run;
	int code;

	visit_loop_init(visit_loop, setup, login != NULL);
	kiosk.vt = vt;
	kiosk.approval = approval;
	visit_loop->presenter.demo = approval != NULL;
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		err_set(err, "Cannot show the screens: there is no terminal. "
			     "Run grantty on one.");
		name_plain(&kiosk, setup->program, err);
		code = EXIT_USAGE;
		goto out;
	}
	code = visit_loop_open(visit_loop, vt, err);
	if (code != EXIT_DONE)
		goto out;
	kiosk.term = term_open(STDIN_FILENO, STDOUT_FILENO, &setup->theme, err);
	if (kiosk.term == NULL) {
		name_plain(&kiosk, setup->program, err);
		code = EXIT_USAGE;
		goto out;
	}
	if (term_is_utf8(kiosk.term))
		vt_use_utf8(vt);
	(void)term_set_halves(kiosk.term,
			      vt_blocks(STDOUT_FILENO) != VT_BLOCKS_MISSING);
	if (visit_loop->once || approval != NULL)
		term_keep_history(kiosk.term);
	kiosk.ui = new_ui(&kiosk, setup);
	if (vt != NULL)
		ui_repaint_every(kiosk.ui, REPAIR_MS);
	visit_loop_make(visit_loop, setup->conf.kiosk.start == START_KEY,
			approval != NULL);
	limit_languages(&kiosk);
	run(&kiosk);
	if (!kiosk.hung_up)
		await_answers(&kiosk);
	if (!visit_loop->once)
		ui_forget(kiosk.ui);
	ui_free(kiosk.ui);
	term_close(kiosk.term);
	print_farewell(&kiosk);
	code = visit_loop_finish(visit_loop, login);
out:
	secret_free(kiosk.looked_up);
	visit_loop_close(visit_loop);
	return code;
}
