/* SPDX-License-Identifier: MIT */
/*
 * Divides the screen into rectangles for its panels. Large screens get a block
 * of sensible size in the middle; small ones lose the least important parts.
 */
#include "config.h"

#include "ui/layout.h"

#include "base/text.h"
#include "ui/burn_in.h"
#include "ui/model.h"
#include "ui/panel.h"
#include "ui/term.h"
#include "ui/user_code.h"
#include "ui/view.h"

/* Each is in a file of its own or in that of its companion. */
extern const struct panel panel_header, panel_qr, panel_code, panel_address,
	panel_redirect, panel_confirm, panel_log, panel_profile, panel_fields,
	panel_tree, panel_trouble, panel_welcome, panel_help, panel_keys;

enum {
	BAR_FROM_ROWS = 4,
	HEADER_FROM_ROWS =
		28, /* smaller screens have a better use for the rows */
	HEADER_FROM_COLUMNS = 72,
	TITLE_FROM_ROWS = 20, /* a title of one row */
	SCREEN_ROWS = 36, /* the largest block for a screen without a QR code */
	SCREEN_COLUMNS = 100,
	SPARE_ROWS = 8, /* with less, there is no margin */
	SPARE_COLUMNS = 12,
	MOVE_FROM_ROWS = 24, /* smaller ones need every row */
	MOVE_FROM_COLUMNS = 80,
	MOVE_QUIET = 2, /* a QR code may move if this much is left around it */
	TREE_MIN_ROWS = 3,
	LOG_MIN_ROWS = 3,
	LOG_MAX_ROWS = 12,

	/* The text beside a QR code, in columns, and below one, in rows: the
	 * minimum, enough with a large code, and enough with a larger one. */
	SIDE_MIN = 22,
	SIDE_GOOD = 26,
	SIDE_ROOMY = 60,
	SIDE_MAX = 66, /* six digits at their largest */
	BELOW_MIN = 8,
	BELOW_GOOD = 12,
	BELOW_ROOMY = 16,
	GAP_MIN = 1, /* columns between a QR code and the text */
	GAP_MAX = 4,
	TIME_COLUMNS = 8 /* next to the code */
};

static int at_most(int value, int limit)
{
	return value < limit ? value : limit;
}

static int at_least(int value, int limit)
{
	return value > limit ? value : limit;
}

static void put(struct layout *layout, const struct panel *panel,
		struct rect rect)
{
	if (rect.rows > 0 && rect.columns > 0 && layout->count < PLACE_COUNT)
		layout->places[layout->count++] =
			(struct layout_place){panel, rect};
}

/* True if only the status would be below the panel, which shows it anyway. */
static bool says_status(const struct model *model, const struct panel *panel)
{
	return model->hides_log && panel == &panel_code &&
	       model->user_code == NULL;
}

/* The margin at each side of a text. */
static int side_of(struct rect screen)
{
	if (screen.columns >= 60)
		return 2;
	return screen.columns >= 44 ? 1 : 0;
}

/* The columns inside the margins. */
static int screen_width(struct rect screen)
{
	return at_most(screen.columns, SCREEN_COLUMNS) - 2 * side_of(screen);
}

/* Places the panel in the rows it wants, and the log, or the status alone, at
 * the bottom of the rest if that is large enough. */
static void put_with_log(struct layout *layout, const struct model *model,
			 const struct panel *panel, struct rect rect, int rows)
{
	const int least = model->hides_log ? 1 : LOG_MIN_ROWS;
	const int most = model->hides_log ? 1 : LOG_MAX_ROWS;
	struct rect rest = rect;
	struct rect top = rect_take_top(&rest, rows);

	rect_take_top(&rest, 1); /* stays empty */
	if (rest.rows < least || says_status(model, panel)) {
		put(layout, panel, rect);
		return;
	}
	put(layout, panel, top);
	put(layout, &panel_log, rect_take_bottom(&rest, most));
}

/*
 * Places the key bar at the bottom, where it is on all screens, and a header
 * above contents of that many rows and columns, centred on a large screen, and
 * returns the rectangle for the contents.
 */
static struct rect put_frame(struct layout *layout, struct rect screen,
			     int rows, int columns, const struct view *view)
{
	const int header = view->header_rows;
	struct rect frame = screen;
	const struct rect bar =
		rect_take_bottom(&frame, screen.rows >= BAR_FROM_ROWS ? 1 : 0);

	rows += header + 1;
	if (frame.rows - rows < SPARE_ROWS)
		rows = frame.rows;
	frame = rect_centred(frame, rows,
			     screen.columns - columns < SPARE_COLUMNS
				     ? screen.columns
				     : columns);
	put(layout, &panel_header, rect_take_top(&frame, header));
	put(layout, &panel_keys, bar);
	return rect_centred(frame, frame.rows, columns);
}

/* ---- The QR code */

enum split { SPLIT_BESIDE, SPLIT_BELOW, SPLIT_ZOOM };

/* A way to share the room: how the QR code is drawn, where the text goes and
 * how much room it needs. */
struct way {
	enum qr_mode mode;
	enum split split;
	int columns, rows;
};

/*
 * Best first. The two of each pair swap places on upright screens. Whole cells
 * can be scanned from further away, but need plenty of room; otherwise they are
 * used only without half blocks.
 */
static const struct way ways[] = {
	{QR_FULL, SPLIT_BESIDE, SIDE_ROOMY + GAP_MAX, 0},
	{QR_FULL, SPLIT_BELOW, 0, BELOW_ROOMY},
	{QR_HALF, SPLIT_BESIDE, SIDE_GOOD + GAP_MIN, 0},
	{QR_HALF, SPLIT_BELOW, 0, BELOW_GOOD},
	{QR_HALF, SPLIT_BESIDE, SIDE_MIN + GAP_MIN, 0},
	{QR_HALF, SPLIT_BELOW, 0, BELOW_MIN},
	{QR_FULL, SPLIT_BESIDE, SIDE_MIN + GAP_MIN, 0},
	{QR_FULL, SPLIT_BELOW, 0, BELOW_MIN},
};

static const struct way zoom_ways[] = {
	{QR_FULL, SPLIT_ZOOM, 0, 1},
	{QR_HALF, SPLIT_ZOOM, 0, 1},
};

/* The columns that the text needs beside the QR code: at least text in a
 * row. */
static int columns_beside(const struct way *way, int text)
{
	return way->split == SPLIT_BESIDE
		       ? at_least(way->columns, text + GAP_MIN)
		       : way->columns;
}

/* Records in the view the best QR code that fits beside text of that many
 * columns; NULL if none fits. */
static const struct way *choose_way(const struct canvas *canvas,
				    struct rect room, int text,
				    struct view *view)
{
	const size_t upright = room.columns < 2 * room.rows ? 1 : 0;
	const struct way *list = view->zoom ? zoom_ways : ways;
	const size_t count = view->zoom ? sizeof(zoom_ways) / sizeof(*zoom_ways)
					: sizeof(ways) / sizeof(*ways);

	for (size_t i = 0; i < SYMBOL_COUNT * count; i++) {
		const struct symbol *symbol;
		const struct way *way =
			&list[view->zoom ? i % count : (i % count) ^ upright];
		int quiet;

		if (!drawing_allows(view->drawing, way->mode, canvas->halves))
			continue;
		symbol = symbols_get(view->symbols, i / count);
		if (symbol == NULL)
			continue;
		quiet = qr_quiet_that_fits(&symbol->qr, way->mode,
					   room.columns -
						   columns_beside(way, text),
					   room.rows - way->rows);
		if (quiet > 0) {
			view->symbol = symbol;
			view->mode = way->mode;
			view->quiet = quiet;
			return way;
		}
	}
	view->symbol = NULL;
	return NULL;
}

static int code_rows(const struct canvas *canvas, int columns,
		     const struct model *model, const struct view *view)
{
	return panel_code.rows(canvas, columns, model, view);
}

/* The rows of the text around the code: a few fewer than it wants, which are
 * empty ones, if that leaves room for the log. */
static int code_share(const struct model *model, int wanted, int rows)
{
	enum { EMPTY_ROWS = 3 };
	const int log = 1 + (model->hides_log ? 1 : LOG_MIN_ROWS);
	const int over = wanted + log - rows;

	return over > 0 && over <= EMPTY_ROWS ? wanted - over : wanted;
}

/* The gap between a QR code and the text beside it, which together have that
 * many columns more than the code alone. */
static int gap_of(int columns)
{
	return at_least(GAP_MIN, at_most(columns - 40, GAP_MAX));
}

static void lay_beside(struct layout *layout, const struct canvas *canvas,
		       struct rect screen, const struct model *model,
		       const struct view *view)
{
	const struct qr *qr = &view->symbol->qr;
	const int rows = qr_rows(qr, view->mode, view->quiet);
	const int columns = qr_columns(qr, view->mode, view->quiet);
	const int left = screen.columns - columns;
	const int gap = gap_of(left);
	const int side = at_most(left - gap, SIDE_MAX);
	struct rect body =
		put_frame(layout, screen,
			  at_least(rows, code_rows(canvas, side, model, view)),
			  columns + gap + side, view);

	put(layout, &panel_qr, rect_part(body, 0, 0, rows, columns));
	body = rect_part(body, 0, columns + gap, body.rows, side);
	put_with_log(layout, model, &panel_code, body,
		     code_share(model, code_rows(canvas, side, model, view),
				body.rows));
}

static void lay_below(struct layout *layout, const struct canvas *canvas,
		      struct rect screen, const struct model *model,
		      const struct view *view)
{
	const struct qr *qr = &view->symbol->qr;
	const int rows = qr_rows(qr, view->mode, view->quiet);
	const int columns = qr_columns(qr, view->mode, view->quiet);
	const int width = at_most(screen.columns, SIDE_MAX);
	const int text = code_rows(canvas, width, model, view);
	struct rect body =
		put_frame(layout, screen, rows + 2 + text + LOG_MAX_ROWS,
			  at_least(columns, width), view);
	struct rect top = rect_take_top(&body, rows);

	put(layout, &panel_qr, rect_centred(top, rows, columns));
	if (body.rows > text)
		rect_take_top(&body, 1); /* stays empty */
	put_with_log(layout, model, &panel_code,
		     rect_centred(body, body.rows, width),
		     code_share(model, text, body.rows));
}

/* text: the panel that can draw itself in so few rows, of that many columns. */
static void lay_zoom(struct layout *layout, const struct panel *text,
		     int text_rows, int width, struct rect screen,
		     const struct view *view)
{
	const struct qr *qr = &view->symbol->qr;
	const int rows = qr_rows(qr, view->mode, view->quiet);
	const int columns = qr_columns(qr, view->mode, view->quiet);
	struct rect block =
		rect_centred(screen, rows + text_rows, screen.columns);

	put(layout, &panel_qr,
	    rect_centred(rect_take_top(&block, rows), rows, columns));
	put(layout, text,
	    rect_centred(block, text_rows, at_least(columns, width)));
}

static void lay_zoomed_code(struct layout *layout, const struct canvas *canvas,
			    struct rect screen, const struct model *model,
			    const struct view *view)
{
	const int left = screen.rows -
			 qr_rows(&view->symbol->qr, view->mode, view->quiet);
	const int rows =
		panel_code_zoom_rows(canvas, left, screen.columns, model);
	char code[USER_CODE_BYTES];

	user_code_group(code, sizeof(code), model->user_code);
	lay_zoom(layout, &panel_code, rows,
		 rows > 1 ? screen.columns
			  : text_width(code) + TIME_COLUMNS +
				    panel_way_back_columns(),
		 screen, view);
}

static void lay_text(struct layout *layout, const struct canvas *canvas,
		     struct rect screen, const struct model *model,
		     const struct view *view)
{
	/* Without a code, the title is where the other screens have it. */
	const int width =
		at_most(screen_width(screen),
			model->user_code != NULL ? SIDE_MAX : SCREEN_COLUMNS);
	const int rows = code_rows(canvas, width, model, view);
	struct rect body =
		put_frame(layout, screen, rows + LOG_MAX_ROWS,
			  model->user_code != NULL
				  ? width
				  : at_most(screen.columns, SCREEN_COLUMNS),
			  view);

	body = rect_centred(body, body.rows, width);

	put_with_log(layout, model, &panel_code, body,
		     code_share(model, rows, body.rows));
}

/* The rows of a header; 0 if there is no room for one. The text takes none that
 * a smaller screen has a better use for. */
static int header_rows(const struct canvas *canvas, struct rect screen,
		       const char *text)
{
	const int spare = screen.rows - HEADER_FROM_ROWS;

	if (spare < 0 || screen.columns < HEADER_FROM_COLUMNS)
		return 0;
	return PANEL_HEADER_ROWS +
	       at_most(panel_text_rows(canvas, PANEL_TEXT_COLUMNS, text),
		       spare);
}

/* True if a QR code would fit if it had the screen to itself. */
static bool would_zoom(const struct canvas *canvas, struct rect screen,
		       struct view *view)
{
	const struct view before = *view;
	bool would;

	view->zoom = true;
	would = choose_way(canvas, screen, 0, view) != NULL;
	view->zoom = before.zoom;
	view->symbol = before.symbol;
	view->mode = before.mode;
	view->quiet = before.quiet;
	return would;
}

/* The same, in some mode. */
static bool would_zoom_somehow(const struct canvas *canvas, struct rect screen,
			       struct view *view)
{
	const enum drawing drawing = view->drawing;
	struct canvas best = *canvas;
	bool would;

	best.halves = term_has_halves(canvas->term);
	view->drawing = DRAWING_AUTO;
	would = would_zoom(&best, screen, view);
	view->drawing = drawing;
	return would;
}

/* True if the code is drawn in half blocks, which not all modes have. */
static bool is_in_halves(const struct layout *layout,
			 const struct canvas *canvas, const struct model *model,
			 const struct view *view)
{
	struct canvas best = *canvas;
	bool is = false;

	best.halves = term_has_halves(canvas->term);
	for (int i = 0; i < layout->count && best.halves; i++) {
		const struct layout_place *place = &layout->places[i];

		is |= place->panel == &panel_code &&
		      panel_code_is_large(&best, place->rect, model, view);
	}
	return is;
}

static const struct way *choose_sign_in(const struct canvas *canvas,
					struct rect screen, const char *code,
					const char *complete, const char *bare,
					struct view *view)
{
	struct rect room = screen;
	const struct way *way;

	if (!view->zoom) {
		rect_take_top(&room, view->header_rows);
		rect_take_bottom(&room, 1);
	}
	symbols_set(view->symbols, complete, bare);
	way = choose_way(canvas, room, text_width(code), view);
	view->zoomable = way != NULL || would_zoom(canvas, screen, view);
	return way;
}

void layout_choose_qr(const struct canvas *canvas, struct rect screen,
		      const char *text, const char *complete, const char *bare,
		      struct view *view)
{
	view->header_rows = header_rows(canvas, screen, text);
	(void)choose_sign_in(canvas, screen, "", complete, bare, view);
}

/* If the code cannot be shown, the bare URI is useless: there is nothing to
 * enter. */
static const char *bare_uri(const struct canvas *canvas,
			    const struct model *model)
{
	return model->verification_uri_complete == NULL ||
			       panel_shows_code(canvas, model)
		       ? model->verification_uri
		       : NULL;
}

static void lay_sign_in(struct layout *layout, const struct canvas *canvas,
			struct rect screen, const struct model *model,
			struct view *view)
{
	const struct way *way = NULL;

	view->symbol = NULL;
	view->zoomable = false;
	if (model->user_code != NULL)
		way = choose_sign_in(canvas, screen, model->user_code,
				     model->verification_uri_complete,
				     bare_uri(canvas, model), view);
	if (way == NULL) {
		lay_text(layout, canvas, screen, model, view);
		view->has_ways = model->user_code != NULL &&
				 (would_zoom_somehow(canvas, screen, view) ||
				  is_in_halves(layout, canvas, model, view));
		return;
	}
	view->has_ways = true;
	switch (way->split) {
	case SPLIT_BESIDE:
		lay_beside(layout, canvas, screen, model, view);
		break;
	case SPLIT_BELOW:
		lay_below(layout, canvas, screen, model, view);
		break;
	case SPLIT_ZOOM:
		lay_zoomed_code(layout, canvas, screen, model, view);
		break;
	}
}

/* ---- Sign-in by an address */

static void lay_zoomed_address(struct layout *layout,
			       const struct canvas *canvas, struct rect screen,
			       struct view *view)
{
	struct rect last;

	if (choose_way(canvas, screen, 0, view) != NULL) {
		lay_zoom(layout, &panel_redirect, 1, 0, screen, view);
		return;
	}
	last = rect_take_bottom(&screen, screen.rows > 1 ? 1 : 0);
	put(layout, &panel_address, screen);
	put(layout, &panel_redirect, last);
}

/* Takes the QR code off the left or the top of *body, if one fits. */
static void put_address_qr(struct layout *layout, const struct canvas *canvas,
			   struct rect *body, struct view *view)
{
	const struct way *way = choose_way(canvas, *body, 0, view);
	int rows, columns;

	if (way == NULL)
		return;
	rows = qr_rows(&view->symbol->qr, view->mode, view->quiet);
	columns = qr_columns(&view->symbol->qr, view->mode, view->quiet);
	put(layout, &panel_qr, rect_part(*body, 0, 0, rows, columns));
	if (way->split == SPLIT_BELOW) {
		rect_take_top(body, rows + 1);
	} else {
		columns += gap_of(body->columns - columns);
		*body = rect_part(*body, 0, columns, body->rows, body->columns);
	}
}

/* Nothing is centred, for the reason given at panel_address. */
static void lay_code_grant(struct layout *layout, const struct canvas *canvas,
			   struct rect screen, const struct model *model,
			   struct view *view)
{
	struct rect body = screen;
	int rows, columns;

	view->zoomable = false; /* the address can be zoomed anyway */
	symbols_set(view->symbols, model->authorization_uri, NULL);
	if (view->zoom) {
		lay_zoomed_address(layout, canvas, screen, view);
		return;
	}
	put(layout, &panel_header, rect_take_top(&body, view->header_rows));
	put(layout, &panel_keys,
	    rect_take_bottom(&body, screen.rows >= BAR_FROM_ROWS ? 1 : 0));
	put(layout, &panel_address,
	    rect_take_top(&body,
			  panel_address_share(canvas, body.rows, body.columns,
					      model, view)));
	if (body.rows > panel_redirect.rows(canvas, body.columns, model, view))
		rect_take_top(&body, 1); /* stays empty */
	put_address_qr(layout, canvas, &body, view);
	columns = at_most(body.columns, SCREEN_COLUMNS);
	rows = panel_redirect.rows(canvas, columns, model, view);
	put_with_log(layout, model, &panel_redirect,
		     rect_part(body, 0, 0, rows + 1 + LOG_MAX_ROWS, columns),
		     rows);
}

/* ---- The other screens */

/* A frame for contents of that many rows, with a title and an inner margin if
 * there is room. */
static struct rect put_screen(struct layout *layout, struct rect screen,
			      int rows, const struct view *view)
{
	struct rect body =
		put_frame(layout, screen, at_most(rows, SCREEN_ROWS),
			  at_most(screen.columns, SCREEN_COLUMNS), view);
	const int width = screen_width(screen);

	if (view->header_rows == 0 && screen.rows >= TITLE_FROM_ROWS) {
		put(layout, &panel_header,
		    rect_centred(rect_take_top(&body, 1), 1, width));
		rect_take_top(&body, 1); /* stays empty */
	}
	return rect_centred(body, body.rows, width);
}

static void lay_profile(struct layout *layout, const struct canvas *canvas,
			struct rect screen, const struct model *model,
			const struct view *view)
{
	const struct panel *list =
		view->tree_shown ? &panel_tree : &panel_fields;
	const int width = screen_width(screen);
	int rows = panel_profile.rows(canvas, width, model, view);
	int list_rows = view->tree_shown
				? SCREEN_ROWS
				: panel_fields.rows(canvas, width, model, view);
	struct rect body = put_screen(
		layout, screen, rows + 1 + list_rows + 1 + LOG_MAX_ROWS, view);

	if (view->tree_shown) /* the user who opened it must see some of it */
		rows = at_least(at_most(rows, body.rows - TREE_MIN_ROWS), 1);
	put(layout, &panel_profile, rect_take_top(&body, rows));
	if (body.rows > 6)
		rect_take_top(&body, 1); /* stays empty */
	if (view->tree_shown)
		list_rows = body.rows;
	/* A few rows of the log matter more than the last fields. */
	if (body.rows >= 14)
		list_rows = at_most(list_rows,
				    body.rows - (model->hides_log ? 2 : 6));
	put_with_log(layout, model, list, body, list_rows);
}

/* One panel, with the log below it. */
static void lay_panel(struct layout *layout, const struct canvas *canvas,
		      struct rect screen, const struct model *model,
		      const struct view *view, const struct panel *panel)
{
	const int rows = panel->rows(canvas, screen_width(screen), model, view);

	put_with_log(layout, model, panel,
		     put_screen(layout, screen, rows + 1 + LOG_MAX_ROWS, view),
		     rows);
}

static void lay(struct layout *layout, const struct canvas *canvas,
		struct rect screen, const struct model *model,
		struct view *view)
{
	layout->count = 0;
	view->header_rows = header_rows(canvas, screen, model->text);
	switch (model->screen) {
	case SCREEN_WELCOME:
		view->header_rows = 0;
		put(layout, &panel_welcome,
		    put_frame(layout, screen, screen.rows, screen.columns,
			      view));
		break;
	case SCREEN_SIGN_IN:
		if (model->authorization_uri != NULL)
			lay_code_grant(layout, canvas, screen, model, view);
		else
			lay_sign_in(layout, canvas, screen, model, view);
		break;
	case SCREEN_CONFIRM:
		lay_panel(layout, canvas, screen, model, view, &panel_confirm);
		break;
	case SCREEN_PROFILE:
		lay_profile(layout, canvas, screen, model, view);
		break;
	case SCREEN_TROUBLE:
		lay_panel(layout, canvas, screen, model, view, &panel_trouble);
		break;
	}
	view->shows_status = false;
	for (int i = 0; i < layout->count; i++) {
		const struct layout_place *place = &layout->places[i];

		view->shows_status |= place->panel->is_log;
		if (place->panel == &panel_fields ||
		    place->panel == &panel_tree)
			view->page_rows = place->rect.rows - 1;
	}
	if (view->help)
		put(layout, &panel_help, screen);
}

static bool has_same_panels(const struct layout *a, const struct layout *b)
{
	if (a->count != b->count)
		return false;
	for (int i = 0; i < a->count; i++) {
		if (a->places[i].panel != b->places[i].panel)
			return false;
	}
	return true;
}

void layout_make(struct layout *layout, const struct canvas *canvas,
		 const struct model *model, struct view *view)
{
	const struct rect screen = canvas_screen(canvas);
	const struct symbol *symbol;
	enum qr_mode mode;
	struct layout whole;
	int quiet;

	lay(layout, canvas, screen, model, view);
	if (view->place == 0 || screen.rows < MOVE_FROM_ROWS ||
	    screen.columns < MOVE_FROM_COLUMNS)
		return;
	whole = *layout;
	symbol = view->symbol;
	mode = view->mode;
	quiet = view->quiet;
	lay(layout, canvas, burn_in_part(screen, view->place), model, view);
	if (!has_same_panels(layout, &whole) || view->symbol != symbol ||
	    view->mode != mode ||
	    (view->quiet < quiet && view->quiet < MOVE_QUIET))
		lay(layout, canvas, screen, model, view);
}
