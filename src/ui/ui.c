/* SPDX-License-Identifier: MIT */
/*
 * Decides when to draw: everything when anything but time and log has changed,
 * a countdown or the log when only that has, nothing otherwise. Draws nothing
 * itself.
 */
#include "config.h"

#include "ui/ui.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "core/profile.h"
#include "ui/canvas.h"
#include "ui/keyboard.h"
#include "ui/keys.h"
#include "ui/layout.h"
#include "ui/model.h"
#include "ui/order.h"
#include "ui/panel.h"
#include "ui/term.h"
#include "ui/view.h"
#include "ui/wear.h"

enum { SEEN_MAX = 64 * 1024, DIM_AFTER_MS = 10 * 60 * 1000 };

struct ui {
	struct term *term;
	struct view view;
	struct layout layout;
	struct buf seen;  /* what the drawing on the screen was made of */
	int64_t drawn_ms; /* the time it shows */
	uint64_t logged;  /* the log that it shows: log_serial() */
	bool dirty;	  /* draw it all again */
	int64_t awake_ms; /* when somebody was, or may have been, here */
	bool dim;
	int64_t repaint_every_ms; /* 0: never */
	int64_t repaint_ms;	  /* when the next one is due */
	bool unwritten;		  /* drawn, but the terminal did not take it */
	bool fresh;		  /* and it is not just the time */
	int64_t go_on_ms;	  /* when it may, as term_flush() says; 0 */
};

enum drawing drawing_of(const char *mode)
{
	if (strcmp(mode, "half") == 0)
		return DRAWING_HALF;
	if (strcmp(mode, "full") == 0)
		return DRAWING_FULL;
	if (strcmp(mode, "text") == 0)
		return DRAWING_TEXT;
	return DRAWING_AUTO;
}

struct ui *ui_new(struct term *term, const char *mode)
{
	struct ui *ui = xcalloc(1, sizeof(*ui));

	ui->term = term;
	ui->view.drawing = drawing_of(mode);
	ui->dirty = true;
	buf_init(&ui->seen, SEEN_MAX);
	return ui;
}

const char *ui_drawing(const struct ui *ui)
{
	switch (ui->view.drawing) {
	case DRAWING_AUTO:
		break;
	case DRAWING_HALF:
		return "half";
	case DRAWING_FULL:
		return "full";
	case DRAWING_TEXT:
		return "text";
	}
	return "auto";
}

void ui_free(struct ui *ui)
{
	if (ui == NULL)
		return;
	symbols_free(ui->view.symbols);
	tree_end(&ui->view.tree);
	paste_wipe(&ui->view.entry);
	buf_free(&ui->seen);
	free(ui);
}

void ui_dirty(struct ui *ui)
{
	ui->dirty = true;
}

void ui_forget(struct ui *ui)
{
	buf_free(&ui->seen);
	buf_init(&ui->seen, SEEN_MAX);
	ui->dirty = true;
	term_forget(ui->term);
}

/* ---- What is on the screen */

static void add_text(struct buf *out, const char *text)
{
	if (text != NULL)
		buf_adds(out, text);
	buf_add(out, text != NULL ? "\1" : "\2", 2); /* with its NUL */
}

static void add_profile(struct buf *out, const struct profile *profile)
{
	if (profile == NULL)
		return;
	add_text(out, profile->name);
	for (size_t i = 0; i < profile->field_count; i++) {
		add_text(out, profile->fields[i].label);
		add_text(out, profile->fields[i].value);
	}
}

/* All that the drawing depends on, but for the time and the log. */
static void describe(struct buf *out, const struct ui *ui,
		     const struct model *model)
{
	const int64_t numbers[] = {
		model->screen,
		ui->view.place,
		term_rows(ui->term),
		term_columns(ui->term),
		model->codes,
		model->demo,
		model->can_quit,
		(intptr_t)model->profile,
		model->code_lifetime_ms,
	};

	buf_add(out, numbers, sizeof(numbers));
	add_text(out, model->title);
	add_text(out, model->provider);
	add_text(out, model->device);
	add_text(out, model->status);
	add_text(out, model->user_code);
	add_text(out, model->verification_uri);
	add_text(out, model->verification_uri_complete);
	add_text(out, model->authorization_uri);
	add_text(out, model->redirect_uri);
	add_text(out, model->refusal);
	add_text(out, model->trouble);
	add_text(out, model->advice);
	add_profile(out, model->profile);
}

/* Whether what is to be shown differs from what was; remembers it. */
static bool has_changed(struct ui *ui, const struct model *model)
{
	struct buf now;
	bool changed;

	buf_init(&now, SEEN_MAX);
	describe(&now, ui, model);
	changed = now.failed || ui->seen.failed || now.len != ui->seen.len ||
		  memcmp(now.data, ui->seen.data, now.len) != 0;
	buf_free(&ui->seen);
	ui->seen = now;
	return changed;
}

/* Another screen, another person: nobody finds it as the last one left it. */
static void follow_screen(struct view *view, const struct model *model)
{
	if (model->screen == view->screen)
		return;
	view->screen = model->screen;
	view->help = false;
	view->zoom = false;
	view->symbol = NULL;
	symbols_free(view->symbols);
}

/* A profile that was not there before is looked at from its beginning. */
static void follow_profile(struct view *view, const struct model *model)
{
	const struct profile *profile =
		model->screen == SCREEN_PROFILE ? model->profile : NULL;

	if (profile == view->tree_of &&
	    (profile == NULL || profile->node_count == view->tree.count))
		return;
	tree_end(&view->tree);
	view->tree_of = profile;
	view->tree_shown = false;
	view->first_field = 0;
	if (profile != NULL)
		tree_begin(&view->tree, profile);
}

/* What was entered is taken by now, or no longer wanted. */
static void follow_entry(struct view *view, const struct model *model)
{
	if (view->typing && model->screen == SCREEN_SIGN_IN &&
	    model->authorization_uri != NULL)
		return;
	view->typing = false;
	paste_wipe(&view->entry);
}

static void follow(struct view *view, const struct model *model)
{
	follow_screen(view, model);
	follow_entry(view, model);
	follow_profile(view, model);
}

/* ---- Sparing the screen */

/* Whether there is something that must stay bright: a code to be scanned, or
 * what a person reads. */
static bool is_looked_at(const struct model *model)
{
	switch (model->screen) {
	case SCREEN_WELCOME:
	case SCREEN_TROUBLE:
		break;
	case SCREEN_SIGN_IN:
		return model->user_code != NULL ||
		       model->authorization_uri != NULL;
	case SCREEN_CONFIRM:
	case SCREEN_PROFILE:
		return true;
	}
	return false;
}

static void wake(struct ui *ui, const struct model *model)
{
	ui->awake_ms = model->now_ms;
}

static void follow_time(struct ui *ui, const struct model *model)
{
	bool dim;

	ui->view.place = wear_place(model->now_ms);
	if (is_looked_at(model) || ui->awake_ms == 0)
		wake(ui, model);
	dim = model->now_ms - ui->awake_ms >= DIM_AFTER_MS;
	if (dim != ui->dim) {
		ui->dim = dim;
		ui->dirty = true;
		term_dim(ui->term, dim);
	}
	if (ui->repaint_every_ms > 0 && model->now_ms >= ui->repaint_ms) {
		ui->repaint_ms = model->now_ms + ui->repaint_every_ms;
		ui->unwritten = ui->fresh = true;
		term_repaint(ui->term);
	}
}

void ui_repaint_every(struct ui *ui, int64_t every_ms)
{
	ui->repaint_every_ms = every_ms;
}

/* ---- Drawing */

static void draw_all(struct ui *ui, struct canvas *canvas,
		     const struct model *model)
{
	canvas_erase(canvas);
	layout_make(&ui->layout, canvas, model, &ui->view);
	for (int i = 0; i < ui->layout.count; i++) {
		const struct place *place = &ui->layout.places[i];

		place->panel->draw(canvas, place->rect, model, &ui->view);
	}
}

static void draw_time(struct ui *ui, struct canvas *canvas,
		      const struct model *model)
{
	for (int i = 0; i < ui->layout.count; i++) {
		const struct place *place = &ui->layout.places[i];

		if (place->panel->tick != NULL)
			place->panel->tick(canvas, place->rect, model,
					   &ui->view);
	}
}

/* Each poll adds to the log, and nothing else to the screen. */
static void draw_log(struct ui *ui, struct canvas *canvas,
		     const struct model *model)
{
	for (int i = 0; i < ui->layout.count; i++) {
		const struct place *place = &ui->layout.places[i];

		if (place->panel != &panel_log)
			continue;
		canvas_fill(canvas, place->rect, ROLE_TEXT);
		place->panel->draw(canvas, place->rect, model, &ui->view);
	}
}

static uint64_t logged(const struct model *model)
{
	return model->log != NULL ? log_serial(model->log) : 0;
}

static int64_t write_out(struct ui *ui, const struct canvas *canvas,
			 const struct model *model)
{
	struct rect parts[ORDER_COUNT];
	size_t count = 0;

	if (ui->fresh)
		count = order_parts(parts, &ui->layout, canvas, model,
				    &ui->view);

	return term_flush(ui->term, parts, count, model->now_ms);
}

bool ui_draw(struct ui *ui, const struct model *model)
{
	struct canvas canvas;

	canvas_init(&canvas, ui->term);
	follow(&ui->view, model);
	follow_time(ui, model);
	if (has_changed(ui, model) || ui->dirty) {
		draw_all(ui, &canvas, model);
		ui->unwritten = ui->fresh = true;
	} else if (!ui->view.help) {
		if (model->now_ms != ui->drawn_ms)
			draw_time(ui, &canvas, model);
		if (logged(model) != ui->logged)
			draw_log(ui, &canvas, model);
		ui->unwritten |= model->now_ms != ui->drawn_ms ||
				 logged(model) != ui->logged;
	}
	ui->dirty = false;
	ui->drawn_ms = model->now_ms;
	ui->logged = logged(model);
	if (ui->unwritten)
		ui->go_on_ms = write_out(ui, &canvas, model);
	ui->unwritten = ui->go_on_ms != 0;
	ui->fresh = ui->fresh && ui->unwritten;
	return ui->go_on_ms != NEVER_MS;
}

static int64_t panel_deadline(const struct model *model)
{
	switch (model->screen) {
	case SCREEN_WELCOME:
		break;
	case SCREEN_SIGN_IN:
		return model->authorization_uri != NULL
			       ? panel_return.deadline(model)
			       : panel_code.deadline(model);
	case SCREEN_CONFIRM:
		return panel_confirm.deadline(model);
	case SCREEN_PROFILE:
		return panel_profile.deadline(model);
	case SCREEN_TROUBLE:
		return panel_trouble.deadline(model);
	}
	return NEVER_MS;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t ui_deadline(const struct ui *ui, const struct model *model)
{
	int64_t at_ms =
		earlier(panel_deadline(model), wear_next_ms(model->now_ms));

	if (!is_looked_at(model) && !ui->dim)
		at_ms = earlier(at_ms, ui->awake_ms + DIM_AFTER_MS);
	if (ui->repaint_every_ms > 0)
		at_ms = earlier(at_ms, ui->repaint_ms);
	if (ui->unwritten)
		at_ms = earlier(at_ms, ui->go_on_ms);
	return at_ms;
}

/* ---- Keys */

/* The drawing that is asked for next; the one on show is skipped. */
static enum drawing next_drawing(const struct view *view)
{
	switch (view->drawing) {
	case DRAWING_AUTO:
		return view->symbol != NULL && view->mode == QR_FULL
			       ? DRAWING_HALF
			       : DRAWING_FULL;
	case DRAWING_HALF:
		return DRAWING_FULL;
	case DRAWING_FULL: /* too large, perhaps: text is on show already */
		return view->symbol != NULL ? DRAWING_TEXT : DRAWING_AUTO;
	case DRAWING_TEXT:
		break;
	}
	return DRAWING_AUTO;
}

static void scroll_fields(struct view *view, const struct profile *profile,
			  int key)
{
	int last = (int)profile->field_count - view->page_rows;
	int *first = &view->first_field;

	switch (key) {
	case KEYS_UP:
		--*first;
		break;
	case KEYS_DOWN:
		++*first;
		break;
	case KEYS_PAGE_UP:
		*first -= view->page_rows;
		break;
	case KEYS_PAGE_DOWN:
		*first += view->page_rows;
		break;
	case KEYS_HOME:
		*first = 0;
		break;
	case KEYS_END:
		*first = last;
		break;
	}
	if (*first > last)
		*first = last;
	if (*first < 0)
		*first = 0;
}

static void move(struct ui *ui, const struct model *model, int key)
{
	if (model->screen != SCREEN_PROFILE || model->profile == NULL)
		return;
	if (ui->view.tree_shown)
		tree_key(&ui->view.tree, model->profile, ui->view.page_rows,
			 key);
	else
		scroll_fields(&ui->view, model->profile, key);
}

static void paste(struct view *view, const char *text)
{
	view->help = false;
	view->typing = false;
	paste_wipe(&view->entry);
	while (*text != '\0')
		paste_add(&view->entry, *text++);
}

static void look(struct ui *ui, const struct model *model, enum look what,
		 int key)
{
	struct view *view = &ui->view;

	ui->dirty = true;
	switch (what) {
	case LOOK_NONE:
		break;
	case LOOK_ZOOM:
		view->zoom = !view->zoom;
		break;
	case LOOK_DRAWING:
		view->drawing = next_drawing(view);
		break;
	case LOOK_TREE:
		view->tree_shown = !view->tree_shown;
		break;
	case LOOK_MOVE:
		move(ui, model, key);
		break;
	case LOOK_TYPE:
		view->typing = true;
		view->zoom = false;
		break;
	case LOOK_ERASE:
		paste_erase(&view->entry);
		break;
	case LOOK_LEAVE:
		view->typing = false;
		paste_wipe(&view->entry);
		break;
	case LOOK_ENTER:
		view->typing = false;
		break;
	case LOOK_PASTE:
		paste(view, keyboard_pasted(term_keyboard(ui->term)));
		break;
	case LOOK_HELP:
		view->help = true;
		break;
	case LOOK_REPAINT:
		term_repaint(ui->term);
		break;
	}
}

enum command ui_key(struct ui *ui, const struct model *model, int key)
{
	const struct binding *binding;

	if (key == KEYS_NONE || key == KEYS_HANG_UP)
		return COMMAND_NONE;
	follow(&ui->view, model);
	wake(ui, model);
	if (ui->view.help && key != KEYS_INTERRUPT && key != KEYS_PASTE) {
		ui->view.help = false;
		look(ui, model, key == KEYS_REPAINT ? LOOK_REPAINT : LOOK_NONE,
		     key);
		return COMMAND_NONE;
	}
	if (ui->view.typing && key >= ' ' && key <= '~') {
		paste_add(&ui->view.entry, key);
		ui->dirty = true;
		return COMMAND_NONE;
	}
	binding = keys_find(model, &ui->view, key);
	if (binding == NULL && model->screen == SCREEN_WELCOME)
		return COMMAND_START;
	look(ui, model, binding != NULL ? binding->look : LOOK_MOVE, key);
	if (binding == NULL ||
	    (binding->look == LOOK_ENTER && ui->view.entry.len == 0))
		return COMMAND_NONE;
	return binding->command;
}

const char *ui_pasted(const struct ui *ui)
{
	return paste_text(&ui->view.entry);
}
