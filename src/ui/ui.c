/* SPDX-License-Identifier: MIT */
/*
 * Decides what to draw: everything if anything but time and log has changed, a
 * countdown or the log if only that has, otherwise nothing. Draws nothing
 * itself.
 */
#include "config.h"

#include "ui/ui.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/deadline.h"
#include "base/log.h"
#include "base/mem.h"
#include "oauth/profile.h"
#include "ui/burn_in.h"
#include "ui/calm.h"
#include "ui/canvas.h"
#include "ui/drawing.h"
#include "ui/keyboard.h"
#include "ui/keys.h"
#include "ui/layout.h"
#include "ui/model.h"
#include "ui/order.h"
#include "ui/panel.h"
#include "ui/seen.h"
#include "ui/term.h"
#include "ui/view.h"
#include "ui/window_title.h"

enum { TITLE_MAX = 1024, DIM_AFTER_MS = 10 * 60 * 1000 };

struct ui {
	struct term *term;
	struct view view;
	struct layout layout;
	bool calm;	  /* countdowns change less often */
	bool links;	  /* addresses are hyperlinks */
	struct buf seen;  /* what the visible drawing was made from */
	int64_t drawn_ms; /* the time it shows */
	uint64_t logged;  /* log_serial() of the log that it shows */
	bool dirty;	  /* draw everything again */
	int64_t awake_ms; /* when a user was, or may have been, here */
	bool dim;
	int64_t repaint_every_ms; /* 0: never */
	int64_t repaint_ms;	  /* when the next repaint is due */
	bool unwritten;		  /* drawn, but not accepted by the terminal */
	bool fresh;		  /* and more than the time has changed */
	int64_t go_on_ms; /* when to continue, from term_flush(); or 0 */
};

struct ui *ui_new(struct term *term, enum drawing drawing)
{
	struct ui *ui = xcalloc(1, sizeof(*ui));

	ui->term = term;
	ui->view.drawing = ui->view.configured = drawing;
	ui->view.asked_ms = NEVER_MS;
	ui->dirty = true;
	buf_init(&ui->seen, SEEN_MAX);
	return ui;
}

void ui_offer_copies(struct ui *ui)
{
	ui->view.copies = term_may_have_clipboard(ui->term);
}

void ui_link_addresses(struct ui *ui)
{
	ui->links = true;
}

void ui_keep_calm(struct ui *ui)
{
	ui->calm = true;
}

enum drawing ui_drawing(const struct ui *ui)
{
	return ui->view.drawing;
}

void ui_new_visitor(struct ui *ui)
{
	ui->view.drawing = ui->view.configured;
	ui->view.zoom = false;
	ui->dirty = true;
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

static bool has_changed(struct ui *ui, const struct model *model)
{
	const int place[SEEN_PLACE] = {
		ui->view.place,
		term_rows(ui->term),
		term_columns(ui->term),
	};

	return seen_change(&ui->seen, place, model);
}

/* A new screen may mean a new user: reset the view. */
static void follow_screen(struct view *view, const struct model *model)
{
	if (model->screen == view->screen)
		return;
	view->screen = model->screen;
	view->help = false;
	view->zoom = false;
	view->symbol = NULL;
	view->asked_ms = NEVER_MS;
	symbols_free(view->symbols);
}

/* A new profile is shown from its beginning. */
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

/* The entry was accepted, or is no longer wanted. */
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

/* ---- Consent */

static void follow_consent(struct ui *ui, const struct model *model)
{
	const bool may = model->screen == SCREEN_CONFIRM &&
			 view_may_confirm(&ui->view, model->now_ms);

	if (may != ui->view.may_confirm)
		ui->dirty = true;
	ui->view.may_confirm = may;
}

/* When yes begins to count. */
static int64_t consent_deadline(const struct ui *ui, const struct model *model)
{
	return model->screen == SCREEN_CONFIRM && !ui->view.may_confirm
		       ? view_consent_ms(&ui->view)
		       : NEVER_MS;
}

/* ---- Burn-in */

/* True if something must stay bright: a code to be scanned, or text that a user
 * is reading. */
static bool is_being_read(const struct model *model)
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

	ui->view.place = burn_in_place(model->now_ms);
	if (is_being_read(model) || ui->awake_ms == 0)
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

/* The address to open, including the code if possible. */
static const char *address_of(const struct model *model)
{
	if (model->authorization_uri != NULL)
		return model->authorization_uri;
	return model->verification_uri_complete != NULL
		       ? model->verification_uri_complete
		       : model->verification_uri;
}

static void draw_all(struct ui *ui, struct canvas *canvas,
		     const struct model *model)
{
	canvas_erase(canvas);
	layout_make(&ui->layout, canvas, model, &ui->view);
	for (int i = 0; i < ui->layout.count; i++) {
		const struct layout_place *place = &ui->layout.places[i];

		place->panel->draw(canvas, place->rect, model, &ui->view);
	}
	term_rest(ui->term, canvas->rest);
	if (!ui->links)
		return;
	/* The list of keys covers them. */
	term_link(ui->term, address_of(model), canvas->links,
		  ui->view.help ? 0 : canvas->link_count);
}

static void set_title(struct ui *ui, const struct model *model)
{
	struct buf title;

	buf_init(&title, TITLE_MAX);
	window_title_of(&title, model);
	term_title(ui->term, buf_text(&title));
	buf_free(&title);
}

static void draw_time(struct ui *ui, struct canvas *canvas,
		      const struct model *model)
{
	for (int i = 0; i < ui->layout.count; i++) {
		const struct layout_place *place = &ui->layout.places[i];

		if (place->panel->tick != NULL)
			place->panel->tick(canvas, place->rect, model,
					   &ui->view);
	}
}

/* Each poll changes only the log on the screen. */
static void draw_log(struct ui *ui, struct canvas *canvas,
		     const struct model *model)
{
	for (int i = 0; i < ui->layout.count; i++) {
		const struct layout_place *place = &ui->layout.places[i];

		if (!place->panel->is_log)
			continue;
		canvas_fill(canvas, place->rect, ROLE_TEXT);
		place->panel->draw(canvas, place->rect, model, &ui->view);
	}
}

static uint64_t logged(const struct model *model)
{
	return model->log != NULL && !model->hides_log ? log_serial(model->log)
						       : 0;
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
	struct model shown;

	if (ui->calm)
		calm_model(&shown, model);
	else
		memcpy(&shown, model, sizeof(shown));
	canvas_init(&canvas, ui->term);
	drawing_limit(&canvas, ui->view.drawing);
	follow(&ui->view, model);
	follow_time(ui, model);
	follow_consent(ui, model);
	if (has_changed(ui, model) || ui->dirty) {
		draw_all(ui, &canvas, &shown);
		set_title(ui, model);
		ui->unwritten = ui->fresh = true;
	} else if (!ui->view.help) {
		if (model->now_ms != ui->drawn_ms)
			draw_time(ui, &canvas, &shown);
		if (logged(model) != ui->logged)
			draw_log(ui, &canvas, &shown);
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
	if (!ui->unwritten && ui->view.asked_ms == NEVER_MS &&
	    model->screen == SCREEN_CONFIRM)
		ui->view.asked_ms = model->now_ms;
	return ui->go_on_ms != NEVER_MS;
}

/* When the next of the panels on the screen changes by itself. */
static int64_t panels_deadline(const struct layout *layout,
			       const struct model *model)
{
	int64_t at_ms = NEVER_MS;

	for (int i = 0; i < layout->count; i++) {
		const struct panel *panel = layout->places[i].panel;

		if (panel->deadline != NULL)
			at_ms = sooner_ms(at_ms, panel->deadline(model));
	}
	return at_ms;
}

int64_t ui_deadline(const struct ui *ui, const struct model *model)
{
	int64_t at_ms =
		sooner_ms(ui->calm ? calm_next_ms(model)
				   : panels_deadline(&ui->layout, model),
			  burn_in_next_ms(model->now_ms));

	if (!is_being_read(model) && !ui->dim)
		at_ms = sooner_ms(at_ms, ui->awake_ms + DIM_AFTER_MS);
	if (ui->repaint_every_ms > 0)
		at_ms = sooner_ms(at_ms, ui->repaint_ms);
	if (ui->unwritten)
		at_ms = sooner_ms(at_ms, ui->go_on_ms);
	return sooner_ms(at_ms, consent_deadline(ui, model));
}

/* ---- Keys */

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

static void change_view(struct ui *ui, const struct model *model,
			enum view_change what, int key)
{
	struct view *view = &ui->view;

	ui->dirty = true;
	switch (what) {
	case CHANGE_NONE:
		break;
	case CHANGE_ZOOM:
		view->zoom = !view->zoom;
		break;
	case CHANGE_DRAWING:
		drawing_next(
			&(struct drawing_place){ui->term, view, &ui->layout},
			model);
		break;
	case CHANGE_TREE:
		view->tree_shown = !view->tree_shown;
		break;
	case CHANGE_MOVE:
		move(ui, model, key);
		break;
	case CHANGE_TYPE:
		view->typing = true;
		view->zoom = false;
		break;
	case CHANGE_ERASE:
		paste_erase(&view->entry);
		break;
	case CHANGE_LEAVE:
		view->typing = false;
		paste_wipe(&view->entry);
		break;
	case CHANGE_ENTER:
		view->typing = false;
		break;
	case CHANGE_PASTE:
		paste(view, keyboard_pasted(term_keyboard(ui->term)));
		break;
	case CHANGE_COPY_CODE:
		term_copy(ui->term, model->user_code);
		break;
	case CHANGE_COPY_ADDRESS:
		term_copy(ui->term, address_of(model));
		break;
	case CHANGE_HELP:
		view->help = true;
		view->help_first = 0;
		break;
	case CHANGE_REPAINT:
		term_repaint(ui->term);
		break;
	}
}

/* In the list of keys; false if there is no such page, or the key turns none.
 */
static bool turn_page(struct view *view, int key)
{
	switch (key) {
	case ' ':
	case KEYS_DOWN:
	case KEYS_PAGE_DOWN:
		if (!view->help_more)
			return false;
		view->help_first = view->help_next;
		return true;
	case KEYS_UP: /* back to the first page */
	case KEYS_PAGE_UP:
		if (view->help_first == 0)
			return false;
		view->help_first = 0;
		return true;
	}
	return false;
}

enum command ui_key(struct ui *ui, const struct model *model, int key)
{
	const struct binding *binding;

	if (key == KEYS_NONE || key == KEYS_HANG_UP)
		return COMMAND_NONE;
	follow(&ui->view, model);
	wake(ui, model);
	/* The time of keys that waited in a queue is unknown. */
	if (keyboard_has_more(term_keyboard(ui->term)))
		ui->view.key_ms = model->now_ms;
	if (ui->view.help && turn_page(&ui->view, key)) {
		ui->view.key_ms = model->now_ms;
		ui->dirty = true;
		return COMMAND_NONE;
	}
	if (ui->view.help && key != KEYS_INTERRUPT && key != KEYS_PASTE) {
		ui->view.help = false;
		ui->view.key_ms = model->now_ms;
		change_view(ui, model,
			    key == KEYS_REPAINT ? CHANGE_REPAINT : CHANGE_NONE,
			    key);
		return COMMAND_NONE;
	}
	if (ui->view.typing && key >= ' ' && key <= '~') {
		paste_add(&ui->view.entry, key);
		ui->dirty = true;
		return COMMAND_NONE;
	}
	binding = keys_find(model, &ui->view, key);
	ui->view.key_ms = model->now_ms;
	if (binding == NULL && model->screen == SCREEN_WELCOME)
		return COMMAND_START;
	change_view(ui, model, binding != NULL ? binding->change : CHANGE_MOVE,
		    key);
	if (binding == NULL ||
	    (binding->change == CHANGE_ENTER && ui->view.entry.len == 0))
		return COMMAND_NONE;
	return binding->command;
}

const char *ui_pasted(const struct ui *ui)
{
	return paste_text(&ui->view.entry);
}
