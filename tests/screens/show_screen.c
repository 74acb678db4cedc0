/* SPDX-License-Identifier: MIT */
/*
 * Draws one screen of the tests on the terminal, with the looks of a
 * configuration, in the language of the locale, and leaves it there: for
 * tests/pictures.py.
 *
 *     show_screen CONFIGURATION THEME SCREEN
 */
#include "config.h"

#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/args.h"
#include "app/languages.h"
#include "app/setup.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/log.h"
#include "conf/conf.h"
#include "conf/presets.h"
#include "ui/term.h"
#include "ui/ui.h"

#include "screen_model.h"

static char status[256]; /* the one that is shown */

static void as_it_is(struct model *model)
{
	(void)model;
}

static void without_code(struct model *model)
{
	screen_model_without_code(model);
	(void)snprintf(status, sizeof(status), _("Requesting a code from %s"),
		       model->provider);
	model->status = status;
}

static void by_address(struct model *model)
{
	screen_model_by_address(model);
	model->status = _("Waiting for the browser");
}

static void to_confirm(struct model *model)
{
	model->status = _("Checking who signed in");
}

static void in_profile(struct model *model)
{
	(void)snprintf(status, sizeof(status), _("Signed in to %s"),
		       model->provider);
	model->status = status;
}

static void nearly_idle(struct model *model)
{
	screen_model_nearly_idle(model);
	in_profile(model);
}

static void in_trouble(struct model *model)
{
	(void)snprintf(status, sizeof(status), _("Waiting for %s"),
		       model->provider);
	model->status = status;
}

static void while_retrying(struct model *model)
{
	model->status = _("No connection: trying again");
	model->status_brief = _("No connection");
}

static void nearly_over(struct model *model)
{
	model->expires_ms = START_MS + 20000;
	model->code_follows = true;
}

/* Pressed are keys after the first drawing. */
static const struct shown {
	const char *name;
	enum screen screen;
	void (*change)(struct model *model);
	const char *keys;
} screens[] = {
	{"welcome", SCREEN_WELCOME, as_it_is, ""},
	{"sign-in", SCREEN_SIGN_IN, as_it_is, ""},
	{"letters", SCREEN_SIGN_IN, screen_model_with_letters, ""},
	{"waiting", SCREEN_SIGN_IN, without_code, ""},
	{"retrying", SCREEN_SIGN_IN, while_retrying, ""},
	{"expiring", SCREEN_SIGN_IN, nearly_over, ""},
	{"zoom", SCREEN_SIGN_IN, as_it_is, "z"},
	{"help", SCREEN_SIGN_IN, as_it_is, "?"},
	{"code-grant", SCREEN_SIGN_IN, by_address, ""},
	{"confirm", SCREEN_CONFIRM, to_confirm, ""},
	{"profile", SCREEN_PROFILE, nearly_idle, ""},
	{"tree", SCREEN_PROFILE, in_profile, "j"},
	{"trouble", SCREEN_TROUBLE, in_trouble, ""},
};

enum { SCREEN_COUNT = sizeof(screens) / sizeof(*screens) };

static void draw(struct ui *ui, const struct model *model)
{
	struct pollfd room = {.fd = STDOUT_FILENO, .events = POLLOUT};

	while (!ui_draw(ui, model))
		(void)poll(&room, 1, -1);
}

/* Until the terminal has shown everything: it answers in turn that it works
 * (DSR 5, which it answers with CSI 0 n). */
static void wait_until_shown(void)
{
	static const char question[] = "\033[5n";
	char c = '\0';

	if (write(STDOUT_FILENO, question, strlen(question)) < 0)
		return;
	while (c != 'n') {
		struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};

		if (poll(&fd, 1, -1) != 1 || read(STDIN_FILENO, &c, 1) == 0)
			return;
	}
}

static void take_looks(struct model *model, const struct setup *setup)
{
	const struct conf *conf = &setup->conf;
	static char caution[512];

	model->status = _("Waiting for your approval");
	model->title = conf->screen.title;
	model->text = conf->screen.text;
	model->logo = setup->logo;
	model->provider = preset_find(conf->provider.preset)->label;
	if (conf->provider.device_name[0] != '\0')
		model->device = conf->provider.device_name;
	(void)snprintf(caution, sizeof(caution),
		       _("Approve only if you are standing at this screen "
			 "(%s)."),
		       conf_is_set(conf, "screen.title") ? conf->screen.title
							 : "Lobby 3");
	model->caution = caution;
	model->caution_brief =
		_("Approve only if you are standing at this screen.");
	if (conf->kiosk.help[0] != '\0')
		model->help = conf->kiosk.help;
	model->hides_log = conf->kiosk.lock;
	model->can_quit = !conf->kiosk.lock;
}

static bool show(const struct shown *shown, struct setup *setup,
		 struct err *err)
{
	struct log *log = screen_model_log();
	struct term *term =
		term_open(STDIN_FILENO, STDOUT_FILENO, &setup->theme, err);
	struct model model;
	struct ui *ui;

	if (term == NULL)
		return false;
	ui = ui_new(term, setup->conf.screen.qr);
	ui_offer_copies(ui);
	screen_model_init(&model, shown->screen, log);
	take_looks(&model, setup);
	shown->change(&model);
	draw(ui, &model);
	/* A user has read it. */
	model.now_ms += 1000;
	draw(ui, &model);
	for (const char *key = shown->keys; *key != '\0'; key++) {
		(void)ui_key(ui, &model, screen_model_key_of(*key));
		draw(ui, &model);
	}
	wait_until_shown();
	/* term_close() would clear the screen. */
	_exit(0);
}

static int list(void)
{
	for (int i = 0; i < SCREEN_COUNT; i++)
		puts(screens[i].name);
	return 0;
}

int main(int argc, char **argv)
{
	struct args args = {.config = argc > 3 ? argv[1] : NULL};
	struct languages languages;
	struct setup setup;
	struct err err = {""};

	if (argc == 2 && strcmp(argv[1], "--list") == 0)
		return list();
	(void)screen_model_start(NULL);
	for (int i = 0; argc > 3 && i < SCREEN_COUNT; i++) {
		if (strcmp(screens[i].name, argv[3]) == 0 &&
		    setup_begin(&setup, &args, &err) &&
		    conf_set(&setup.conf, "screen.theme", argv[2], &err) &&
		    setup_theme(&setup, &err)) {
			languages_open(&languages, &setup.conf);
			(void)show(&screens[i], &setup, &err);
		}
	}
	fprintf(stderr,
		"show_screen: %s\nusage: show_screen CONFIGURATION THEME "
		"SCREEN\n",
		err.text[0] != '\0' ? err.text : "no such screen");
	return 2;
}
