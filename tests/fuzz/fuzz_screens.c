/* SPDX-License-Identifier: MIT */
/*
 * Any model on a screen of any size, one after another. What has changed is
 * drawn over what was there, so the same model drawn from nothing must give
 * the same screen; the panels stay within it and apart from each other; and a
 * code that fits is there as letters.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "conf/theme.h"
#include "oauth/profile.h"
#include "oauth/provider.h"
#include "fuzz.h"
#include "picture.h"
#include "ui/canvas.h"
#include "ui/keyboard.h"
#include "ui/layout.h"
#include "ui/model.h"
#include "ui/symbol.h"
#include "ui/term.h"
#include "ui/ui.h"
#include "ui/user_code.h"
#include "ui/view.h"

enum {
	STEPS = 4,
	LATER_MS = 1700,
	CODE_FROM_ROWS = 5, /* a screen of 20x5 shows every usual code */
	CODE_FROM_COLUMNS = 20,
	CODE_COLUMNS = 12,
	KEYS = 13
};

/* The texts of a model, in the order in which an input has them. */
enum text {
	TEXT_TITLE,
	TEXT_PROVIDER,
	TEXT_DEVICE,
	TEXT_STATUS,
	TEXT_CODE,
	TEXT_URI,
	TEXT_COMPLETE,
	TEXT_TROUBLE,
	TEXT_ADVICE,
	TEXT_FAILURE,
	TEXT_LOGGED,
	TEXTS
};

struct step {
	struct model model;
	char texts[TEXTS][400];
	struct profile *profile;
	int key;
};

static struct {
	int master, slave;
	struct term *term;
	struct picture *before, *after;
	bool touched; /* a key may have covered the code */
} fixture;

static void open_fixture(void)
{
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	struct theme theme;

	fixture.master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
	must(fixture.master >= 0);
	must(grantpt(fixture.master) == 0 && unlockpt(fixture.master) == 0);
	fixture.slave = open(ptsname(fixture.master), O_RDWR | O_NOCTTY);
	must(fixture.slave >= 0);
	must(ioctl(fixture.master, TIOCSWINSZ, &size) == 0);
	must(setenv("TERM", "xterm-256color", 1) == 0);
	theme_plain(&theme);
	fixture.term = term_open(fixture.slave, fixture.slave, &theme, NULL);
	must(fixture.term != NULL);
	fixture.before = picture_new();
	fixture.after = picture_new();
}

/* Takes what was written, as a terminal does. */
static void drain(void)
{
	char output[16384];

	while (read(fixture.master, output, sizeof(output)) > 0)
		continue;
}

static void draw(struct ui *ui, const struct model *model)
{
	for (int i = 0; !ui_draw(ui, model); i++) {
		must(i < 1000);
		drain();
	}
	drain();
}

static void resize(int rows, int columns)
{
	struct winsize size = {.ws_row = (unsigned short)rows,
			       .ws_col = (unsigned short)columns};

	must(ioctl(fixture.master, TIOCSWINSZ, &size) == 0);
	(void)term_resize(fixture.term);
	must(term_rows(fixture.term) == rows);
	must(term_columns(fixture.term) == columns);
}

/* ---- The model */

static int64_t choose_time(struct input *input, int64_t now_ms)
{
	static const int64_t after_ms[] = {-5000, 0,	   1,	     999,
					   60000, 3599000, 86400000, 900000000};
	unsigned choice = input_choice(input, 9);

	return choice == 8 ? NEVER_MS : now_ms + after_ms[choice];
}

/* Cleaned, as all text of a model is; NULL where the input has none. */
static const char *take_text(struct step *step, enum text which, char **rest)
{
	const char *text = strsep(rest, "|");

	if (text == NULL)
		return NULL;
	text_clip(step->texts[which], sizeof(step->texts[which]), text,
		  strlen(text), -1, term_text_flags(fixture.term));
	return step->texts[which];
}

static const char *or_empty(const char *text)
{
	return text != NULL ? text : "";
}

/* An address ends with what is in the input; there it is ASCII. */
static const char *take_uri(struct step *step, enum text which, char **rest)
{
	char *uri = step->texts[which];
	const char *text = strsep(rest, "|");
	size_t len;

	if (text == NULL || *text == '\0')
		return NULL;
	(void)snprintf(uri, sizeof(step->texts[which]), "https://id.example/%s",
		       text);
	len = strlen(uri);
	for (size_t i = 0; i < len; i++) {
		if (uri[i] <= ' ' || uri[i] > '~')
			uri[i] = '-';
	}
	return uri;
}

static void take_sign_in(struct model *model, struct step *step, bool device,
			 char **rest)
{
	const char *code = take_text(step, TEXT_CODE, rest);
	const char *uri = take_uri(step, TEXT_URI, rest);
	const char *complete = take_uri(step, TEXT_COMPLETE, rest);

	if (!device) {
		model->authorization_uri = uri;
		model->redirect_uri = "http://127.0.0.1:2000/redirect.html";
	} else if (code != NULL && *code != '\0' && !text_is_blank(code) &&
		   text_width(code) <= 40 && uri != NULL) {
		model->user_code = code;
		model->verification_uri = uri;
		model->verification_uri_complete = complete;
	}
}

static void take_model(struct step *step, struct input *input, struct log *log,
		       int64_t now_ms)
{
	struct model *model = &step->model;
	unsigned screen = input_choice(input, 5),
		 bits = input_choice(input, 64);
	char *text, *rest;
	const char *logged;
	size_t len;

	*model = (struct model){.screen = (enum screen)screen,
				.now_ms = now_ms,
				.log = log,
				.demo = (bits & 1) != 0,
				.can_quit = (bits & 2) != 0,
				.locked_in = (bits & 4) != 0,
				.refreshes = (bits & 8) != 0,
				.not_in_font = (bits & 16) != 0};
	model->codes = input_choice(input, 3);
	model->code_lifetime_ms = (int64_t)input_choice(input, 10) * 100000;
	model->expires_ms = choose_time(input, now_ms);
	model->token_expires_ms = choose_time(input, now_ms);
	model->idle_ms = choose_time(input, now_ms);
	model->retry_ms = choose_time(input, now_ms);
	model->confirm_ms = choose_time(input, now_ms);
	step->key = (int)input_choice(input, KEYS);

	text = rest = input_rest(input, &len);
	model->title = or_empty(take_text(step, TEXT_TITLE, &rest));
	model->provider = or_empty(take_text(step, TEXT_PROVIDER, &rest));
	model->device = or_empty(take_text(step, TEXT_DEVICE, &rest));
	model->status = or_empty(take_text(step, TEXT_STATUS, &rest));
	take_sign_in(model, step, (bits & 32) == 0, &rest);
	model->trouble = or_empty(take_text(step, TEXT_TROUBLE, &rest));
	model->advice = or_empty(take_text(step, TEXT_ADVICE, &rest));
	model->failure = take_text(step, TEXT_FAILURE, &rest);
	logged = take_text(step, TEXT_LOGGED, &rest);
	if (logged != NULL && *logged != '\0')
		log_add(log, 1800000000, LEVEL_INFO, "%s", logged);
	if (rest != NULL)
		step->profile = profile_new(
			rest, fuzz_provider(0)->preset->profile, NULL, 0, NULL);
	model->profile = step->profile;
	free(text);
}

/* ---- What must hold */

static bool do_overlap(const struct rect *a, const struct rect *b)
{
	return a->y < b->y + b->rows && b->y < a->y + a->rows &&
	       a->x < b->x + b->columns && b->x < a->x + a->columns;
}

static void check_layout(const struct model *model, bool zoom)
{
	struct canvas canvas;
	struct rect screen;
	struct layout layout = {.count = 0};
	struct view view = {
		.screen = model->screen, .asked_ms = NEVER_MS, .zoom = zoom};

	canvas_init(&canvas, fixture.term);
	screen = canvas_screen(&canvas);
	layout_choose_qr(&canvas, screen, model->text,
			 model->verification_uri_complete,
			 model->verification_uri, &view);
	layout_make(&layout, &canvas, model, &view);
	must(layout.count >= 0 && layout.count <= PLACE_COUNT);
	for (int i = 0; i < layout.count; i++) {
		const struct rect *rect = &layout.places[i].rect;

		must(rect->y >= 0 && rect->x >= 0);
		must(rect->rows > 0 && rect->columns > 0);
		must(rect->y + rect->rows <= screen.rows);
		must(rect->x + rect->columns <= screen.columns);
		for (int j = 0; j < i; j++)
			must(!do_overlap(rect, &layout.places[j].rect));
	}
	symbols_free(view.symbols);
}

static bool is_plain_code(const char *code)
{
	const size_t len = strlen(code);

	for (size_t i = 0; i < len; i++) {
		if (code[i] <= ' ' || code[i] > '~')
			return false;
	}
	return len <= CODE_COLUMNS;
}

/* In groups, or as it came if they do not fit. */
static bool has_code(const char *code)
{
	char grouped[USER_CODE_BYTES];

	user_code_group(grouped, sizeof(grouped), code);
	return picture_has(fixture.after, grouped) ||
	       picture_has(fixture.after, code);
}

static void check_code(const struct model *model)
{
	if (model->screen == SCREEN_SIGN_IN && model->user_code != NULL &&
	    !model->not_in_font && is_plain_code(model->user_code) &&
	    term_rows(fixture.term) >= CODE_FROM_ROWS &&
	    term_columns(fixture.term) >= CODE_FROM_COLUMNS)
		must(has_code(model->user_code));
}

/* What is there after all that came before it, and what is drawn anew. */
static void check_screen(struct ui *ui, const struct model *model)
{
	const int rows = term_rows(fixture.term);
	const int columns = term_columns(fixture.term);

	picture_take(fixture.before, rows, columns, false);
	ui_dirty(ui);
	draw(ui, model);
	picture_take(fixture.after, rows, columns, false);
	must(picture_is_same(fixture.before, fixture.after));
	picture_take(fixture.before, rows, columns, true);
	must(picture_is_same(fixture.before, fixture.after));
}

/* The keys that only change how something is looked at. */
static const int keys[KEYS] = {[1] = 'z',	 [2] = '?',
			       [3] = 'v',	 [4] = 't',
			       [5] = 'a',	 [6] = KEYS_UP,
			       [7] = KEYS_DOWN,	 [8] = KEYS_PAGE_DOWN,
			       [9] = KEYS_RIGHT, [10] = KEYS_LEFT,
			       [11] = KEYS_END,	 [12] = KEYS_HOME};

static void press(struct ui *ui, const struct model *model, int which)
{
	if (keys[which] == 0)
		return;
	(void)ui_key(ui, model, keys[which]);
	draw(ui, model);
	check_screen(ui, model);
	/* Any key closes the list of keys, over which no time goes on. */
	if (keys[which] == '?')
		(void)ui_key(ui, model, '?');
}

static void play(struct ui *ui, struct input *input, struct log *log,
		 int64_t now_ms)
{
	struct step *step = xcalloc(1, sizeof(*step));
	bool zoom;

	resize(1 + (int)input_choice(input, PICTURE_ROWS),
	       1 + (int)input_choice(input, PICTURE_COLUMNS));
	take_model(step, input, log, now_ms);
	zoom = step->key == 1;
	draw(ui, &step->model);
	check_screen(ui, &step->model);
	if (!fixture.touched)
		check_code(&step->model);
	fixture.touched = fixture.touched || step->key != 0;
	/* Later only what has changed with time is drawn, over the rest. */
	step->model.now_ms += LATER_MS;
	log_add(log, 1800000002, LEVEL_WARN, "later");
	draw(ui, &step->model);
	check_screen(ui, &step->model);
	press(ui, &step->model, step->key);
	check_layout(&step->model, zoom);
	must(ui_deadline(ui, &step->model) >= 0);
	/* It is on the screen no more when its text goes. */
	step->model = (struct model){.screen = SCREEN_WELCOME,
				     .now_ms = now_ms,
				     .title = "",
				     .provider = "",
				     .device = "",
				     .status = "",
				     .trouble = "",
				     .advice = "",
				     .log = log};
	if (step->profile != NULL)
		draw(ui, &step->model);
	profile_free(step->profile);
	free(step);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum drawing drawings[] = {DRAWING_AUTO,  DRAWING_HALF,
						DRAWING_FULL,  DRAWING_ASCII,
						DRAWING_LIGHT, DRAWING_TEXT};
	struct input input = {(const char *)data, size};
	struct log *log = log_new(20);
	int64_t now_ms = 1000000;
	struct ui *ui;
	char *line;

	if (fixture.term == NULL)
		open_fixture();
	fixture.touched = false;
	ui = ui_new(fixture.term, drawings[input_choice(&input, 6)]);
	ui_offer_copies(ui);
	ui_link_addresses(ui);
	for (int i = 0; i < STEPS && (line = input_line(&input)) != NULL; i++) {
		struct input step = {line, strlen(line)};

		play(ui, &step, log, now_ms);
		now_ms += 2 * LATER_MS;
		free(line);
	}
	ui_free(ui);
	log_free(log);
	return 0;
}
