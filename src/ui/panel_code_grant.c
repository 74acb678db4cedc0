/* SPDX-License-Identifier: MIT */
/*
 * The authorization code grant on a console: the address to open elsewhere, and
 * how the answer gets back from there. Two panels, because a QR code may stand
 * beside the second one. Does not interpret the answer.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "base/url.h"
#include "ui/model.h"
#include "ui/panel.h"
#include "ui/stack.h"
#include "ui/view.h"
#include "ui/wrap.h"

enum {
	INDENT = 3,
	INDENT_FROM_COLUMNS = 30,
	COMMAND_SIZE = 320,
	HOST_COLUMNS = 20 /* of one that can be told from others */
};

static int at_most(int value, int limit)
{
	return value < limit ? value : limit;
}

static int at_least(int value, int limit)
{
	return value > limit ? value : limit;
}

static int indent_of(int columns)
{
	return columns >= INDENT_FROM_COLUMNS ? INDENT : 0;
}

/* ---- The address: from the first column to the last, with nothing beside it,
 * so that it can be selected and copied across several rows. */

enum address_block {
	ADDRESS_TITLE,
	ADDRESS_STEP,
	ADDRESS_URI,
	ADDRESS_HINT /* how to see the rest */
};

static int uri_rows(const struct model *model, int columns)
{
	const int len = (int)strlen(model->authorization_uri);

	return (len + columns - 1) / at_least(columns, 1);
}

/* Translators: below an address that is cut. At most 48 columns. */
static const char *hint_text(const struct canvas *canvas,
			     const struct model *model)
{
	const struct rect screen = canvas_screen(canvas);

	/* One row is reserved for the time. */
	return uri_rows(model, screen.columns) < screen.rows
		       ? _("Press z to see all of it.")
		       : _("Enlarge the window to see all of it.");
}

static struct stack divide_address(const struct canvas *canvas, int rows,
				   int columns, const struct model *model,
				   const struct view *view)
{
	struct stack stack = {.free = rows};

	if (stack_add(&stack, ADDRESS_URI, uri_rows(model, columns))) {
		stack_add(&stack, ADDRESS_STEP, 1);
		if (view->header_rows == 0)
			stack_add(&stack, ADDRESS_TITLE, 1);
		stack_space(&stack, ADDRESS_STEP);
	} else {
		stack_add(&stack, ADDRESS_URI, 1);
		stack_add(&stack, ADDRESS_STEP, 1);
		stack_add(&stack, ADDRESS_HINT,
			  wrap_words_rows(hint_text(canvas, model), columns,
					  canvas->text_flags));
		stack_add(&stack, ADDRESS_URI, stack.free);
	}
	return stack;
}

/* The end of the host identifies its owner, so a host that is too long is cut
 * at its beginning. */
static void draw_host(struct canvas *canvas, struct rect row, const char *uri)
{
	struct url split;
	const char *end;
	int left_out;

	if (row.rows == 0 || !url_split(uri, &split))
		return;
	end = split.host + split.host_len;
	left_out = at_least((int)split.host_len - row.columns, 0);
	canvas_link(canvas, row, 0, 0,
		    canvas_span(canvas, row, 0, 0, ROLE_URL,
				split.host + left_out,
				(size_t)(end - split.host - left_out)));
}

/* True if the first row shows all of the host. */
static bool shows_host(const char *uri, int columns)
{
	struct url split;

	return !url_split(uri, &split) ||
	       split.host + split.host_len - uri <= columns;
}

static void draw_uri(struct canvas *canvas, struct rect rect, const char *uri)
{
	size_t left = strlen(uri);
	struct span row = {.s = uri};

	canvas_rest(canvas, rect, 0, 0);
	if (!shows_host(uri, rect.columns) &&
	    (size_t)rect.rows * (size_t)rect.columns < left) {
		draw_host(canvas, rect_part(rect, 0, 0, 1, rect.columns), uri);
		return;
	}
	for (int y = 0; y < rect.rows && left > 0; y++) {
		row.len = left;
		if (row.len > (size_t)rect.columns && y + 1 < rect.rows)
			row.len = (size_t)rect.columns;
		panel_url_row(canvas, rect, y, uri, row);
		row.s += row.len;
		left -= row.len;
	}
}

static void draw_address(struct canvas *canvas, struct rect rect,
			 const struct model *model, struct view *view)
{
	struct stack stack;
	struct rect step;
	int indent = indent_of(rect.columns);
	/* Translators: above an address. At most 44 columns, and 24 on narrow
	 * screens. */
	const char *words = _("Open this address in a browser");

	if (view->zoom) {
		draw_uri(canvas, rect, model->authorization_uri);
		return;
	}
	stack = divide_address(canvas, rect.rows, rect.columns, model, view);
	step = stack_place(&stack, rect, ADDRESS_STEP);
	if (indent > 0)
		canvas_text(canvas, step, 0, 0, ROLE_TEXT, "1");
	canvas_text(canvas, panel_indented(step, indent), 0, 0, ROLE_TEXT,
		    text_width(words) + indent <= rect.columns
			    ? words
			    : _("Open in a browser"));
	panel_title(canvas, stack_place(&stack, rect, ADDRESS_TITLE), model);
	draw_uri(canvas, stack_place(&stack, rect, ADDRESS_URI),
		 model->authorization_uri);
	canvas_words(canvas, stack_place(&stack, rect, ADDRESS_HINT), 0,
		     ROLE_TEXT, hint_text(canvas, model));
}

static void vital_address(struct rect parts[PANEL_VITAL],
			  const struct canvas *canvas, struct rect rect,
			  const struct model *model, const struct view *view)
{
	(void)canvas;
	(void)model;
	(void)view;
	parts[0] = rect;
	parts[1] = (struct rect){0};
}

const struct panel panel_address = {
	.draw = draw_address,
	.vital = vital_address,
};

/* ---- The way back */

/* From top to bottom. */
enum redirect_block {
	REDIRECT_WAYS,	  /* back through the redirect URI */
	REDIRECT_COMMAND, /* needed for that from another machine */
	REDIRECT_PASTE,	  /* the alternative */
	REDIRECT_FAILURE, /* what was wrong with the last answer */
	REDIRECT_ENTRY,	  /* what is being typed */
	REDIRECT_TIME
};

/* The texts, as long as there is room for. */
struct wording {
	const char *ways;  /* "": left out */
	const char *paste; /* if the terminal marks pasted text */
	const char *type;  /* if pasted text arrives as if typed */
};

/* Translators: how to sign in with a browser on another machine. Each time the
 * same in fewer words, which are wrapped. The command to run stands below. */
static const struct wording wordings[] = {
	{N_("A browser on this machine returns here automatically. On another "
	    "machine, first run:"),
	 N_("Or paste the browser's final address here."),
	 N_("Or press v and paste the browser's final address.")},
	{N_("On another machine, first run:"),
	 N_("Or paste the final address here."),
	 N_("Or press v and paste the final address.")},
	{"", N_("Then paste the browser's final address here."),
	 N_("Then press v and paste the browser's final address.")},
	{"", N_("Then paste the address here."),
	 N_("Then press v and paste the address.")},
};

enum { WORDING_COUNT = sizeof(wordings) / sizeof(wordings[0]) };

/* Translators: above the line where an address is typed. Wrapped. */
static const char prompt[] =
	N_("Paste the browser's final address, then press Enter:");

struct plan {
	struct stack stack;
	int indent;
	const char *ways, *paste;
	char command[COMMAND_SIZE];
};

static bool is_host_name(const char *s)
{
	static const char all[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz0123456789.-";

	return s != NULL && s[0] != '\0' && s[0] != '-' &&
	       s[strspn(s, all)] == '\0';
}

void panel_forward_command(char *dst, size_t size, const char *device,
			   const char *uri)
{
	struct url url;
	int port;
	bool brackets;

	dst[0] = '\0';
	if (uri == NULL || !url_split(uri, &url) || !url_is_loopback(&url))
		return;
	port = url.port > 0 ? url.port : 80;
	brackets = memchr(url.host, ':', url.host_len) != NULL;
	snprintf(dst, size,
		 brackets ? "ssh -L %d:[%.*s]:%d %s" : "ssh -L %d:%.*s:%d %s",
		 port, (int)url.host_len, url.host, port,
		 is_host_name(device) ? device : "HOST");
}

static bool try_words(struct plan *plan, unsigned block, const char *text,
		      int columns, unsigned flags)
{
	return stack_add(&plan->stack, block,
			 wrap_words_rows(text, columns, flags));
}

static bool try_wording(struct plan *plan, const struct canvas *canvas,
			int columns, const struct wording *wording)
{
	const unsigned flags = canvas->text_flags;
	struct plan with = *plan;

	with.ways = _(wording->ways);
	with.paste = _(canvas->marks_pastes ? wording->paste : wording->type);
	if (with.ways[0] != '\0' &&
	    (with.command[0] == '\0' ||
	     !try_words(&with, REDIRECT_WAYS, with.ways, columns, flags) ||
	     !try_words(&with, REDIRECT_COMMAND, with.command, columns, flags)))
		return false;
	if (!try_words(&with, REDIRECT_PASTE, with.paste, columns, flags))
		return false;
	*plan = with;
	return true;
}

/* Hidden while the next answer is typed: it may be right. */
static const char *oauth_failure_of(const struct model *model,
				    const struct view *view)
{
	return model->failure != NULL && !view->typing ? _(model->failure) : "";
}

static struct plan make_plan(const struct canvas *canvas, int rows, int columns,
			     const struct model *model, const struct view *view)
{
	struct plan plan = {
		.stack.free = rows,
		.indent = indent_of(columns),
		.ways = "",
		.paste = _(prompt),
	};
	const int wide = columns - plan.indent;
	const char *failure = oauth_failure_of(model, view);

	panel_forward_command(plan.command, sizeof(plan.command), model->device,
			      model->redirect_uri);
	if (view->typing)
		stack_add(&plan.stack, REDIRECT_ENTRY, 1);
	stack_add(&plan.stack, REDIRECT_TIME, 1);
	if (failure[0] != '\0' &&
	    !try_words(&plan, REDIRECT_FAILURE, failure, wide,
		       canvas->text_flags)) /* only its beginning */
		stack_add(&plan.stack, REDIRECT_FAILURE, plan.stack.free);
	if (view->typing) {
		try_words(&plan, REDIRECT_PASTE, plan.paste, wide,
			  canvas->text_flags);
	} else {
		for (int i = 0; i < WORDING_COUNT; i++) {
			if (try_wording(&plan, canvas, wide, &wordings[i]))
				break;
		}
	}
	stack_space(&plan.stack, REDIRECT_TIME);
	stack_space(&plan.stack, REDIRECT_FAILURE);
	if (plan.ways[0] != '\0') {
		stack_space(&plan.stack, REDIRECT_PASTE);
		stack_space(&plan.stack, REDIRECT_COMMAND);
	}
	return plan;
}

static int redirect_rows(const struct canvas *canvas, int columns,
			 const struct model *model, const struct view *view)
{
	enum { PLENTY = 1000 };
	struct plan plan = make_plan(canvas, PLENTY, columns, model, view);

	return PLENTY - plan.stack.free;
}

/* The entry may contain a code, so only the host and path are shown. */
static void draw_entry(struct canvas *canvas, struct rect row,
		       const struct paste *entry)
{
	enum { SHOWN_MAX = 30 };
	char start[SHOWN_MAX + 1] = "", count[64];
	int shown = (int)strcspn(entry->text, "?=");
	struct rect line;

	shown = at_most(shown, SHOWN_MAX);
	memcpy(start, entry->text, (size_t)shown);
	/* Translators: at the end of the line where an address is typed, at
	 * most 16 columns. */
	if (entry->too_long)
		snprintf(count, sizeof(count), "%s", _("too long"));
	else
		snprintf(count, sizeof(count), "%zu", entry->len);
	line = rect_part(row, 0, 0, 1, row.columns - text_width(count) - 1);
	canvas_fill(canvas, row, ROLE_BAR);
	canvas_text_right(canvas, row, 0, ROLE_BAR, count);
	shown = canvas_text(canvas, line, 0, 0, ROLE_BAR, start);
	for (int x = shown; x < line.columns && (size_t)x < entry->len; x++)
		canvas_text(canvas, line, 0, x, ROLE_BAR, "*");
	canvas_rest(canvas, row, 0, at_most(line.columns, (int)entry->len));
}

static void draw_line(struct canvas *canvas, struct rect row,
		      const struct model *model, const struct view *view)
{
	struct rect time = panel_line_time(row);

	row.columns -= time.columns;
	row = panel_way_back(canvas, row, view, HOST_COLUMNS);
	draw_host(canvas, rect_part(row, 0, 0, 1, row.columns - 1),
		  model->authorization_uri);
	panel_time(canvas, time, model, view);
}

static void draw_redirect(struct canvas *canvas, struct rect rect,
			  const struct model *model, struct view *view)
{
	struct plan plan;
	struct rect places[REDIRECT_TIME + 1];

	if (rect.rows == 1 && !view->typing) {
		draw_line(canvas, rect, model, view);
		return;
	}
	plan = make_plan(canvas, rect.rows, rect.columns, model, view);
	for (unsigned i = 0; i <= REDIRECT_TIME; i++)
		places[i] = panel_indented(stack_place(&plan.stack, rect, i),
					   plan.indent);
	if (plan.indent > 0)
		canvas_text(canvas, rect, 0, 0, ROLE_TEXT, "2");
	canvas_words(canvas, places[REDIRECT_WAYS], 0, ROLE_TEXT, plan.ways);
	canvas_words(canvas, places[REDIRECT_COMMAND], 0, ROLE_URL,
		     plan.command);
	canvas_words(canvas, places[REDIRECT_PASTE], 0, ROLE_TEXT, plan.paste);
	canvas_words(canvas, places[REDIRECT_FAILURE], 0, ROLE_WARNING,
		     oauth_failure_of(model, view));
	if (view->typing)
		draw_entry(canvas, places[REDIRECT_ENTRY], &view->entry);
	panel_time(canvas, places[REDIRECT_TIME], model, view);
}

static void tick_redirect(struct canvas *canvas, struct rect rect,
			  const struct model *model, const struct view *view)
{
	struct plan plan;

	if (rect.rows == 1 && !view->typing) {
		panel_time(canvas, panel_line_time(rect), model, view);
		return;
	}
	plan = make_plan(canvas, rect.rows, rect.columns, model, view);
	panel_time(canvas,
		   panel_indented(stack_place(&plan.stack, rect, REDIRECT_TIME),
				  plan.indent),
		   model, view);
}

static int64_t redirect_deadline(const struct model *model)
{
	return panel_next_second(model->expires_ms, model->now_ms);
}

const struct panel panel_redirect = {
	.draw = draw_redirect,
	.tick = tick_redirect,
	.deadline = redirect_deadline,
	.rows = redirect_rows,
};

/*
 * The whole address, if the shortest form of the way back still fits below it.
 * Otherwise only its beginning: z shows all of it.
 */
int panel_address_share(const struct canvas *canvas, int rows, int columns,
			const struct model *model, const struct view *view)
{
	enum { REDIRECT_LEAST = 3, BEGINNING_ROWS = 3, TITLE_ROWS = 2 };
	const int whole = uri_rows(model, columns);
	const int back = redirect_rows(canvas, columns, model, view);
	int share = whole, spare;

	if (whole + REDIRECT_LEAST > rows)
		return at_least(1,
				at_most(rows - REDIRECT_LEAST, BEGINNING_ROWS));
	if (share + REDIRECT_LEAST < rows)
		share++; /* the instruction above it */
	spare = rows - share - back - 1;
	if (view->header_rows == 0)
		share += at_most(at_least(spare, 0), TITLE_ROWS);
	return share;
}
