/* SPDX-License-Identifier: MIT */
/*
 * A panel draws one part of the model into a rectangle. It knows neither the
 * other panels nor how the rectangle was chosen.
 */
#ifndef GRANTTY_UI_PANEL_H
#define GRANTTY_UI_PANEL_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/canvas.h"

struct model;
struct span;
struct view;

enum {
	PANEL_VITAL = 2,
	PANEL_HEADER_ROWS = 3 /* without screen.text; one is empty */
};

/* A const table of operations, one per panel. */
struct panel {
	/* All its rows have their own colours: see term_flush(). */
	bool apart;

	/* Shows the log and nothing else. */
	bool is_log;

	/* Draws everything into the rectangle, which is blank, clipped to it.
	 * Changes only what the rectangle decides in the view: the length of a
	 * page, and which part of the list is on it. */
	void (*draw)(struct canvas *canvas, struct rect rect,
		     const struct model *model, struct view *view);

	/* Draws only what changes with time, over the previous drawing; NULL if
	 * nothing does. */
	void (*tick)(struct canvas *canvas, struct rect rect,
		     const struct model *model, const struct view *view);

	/* When tick() would next draw something else; NULL: never. */
	int64_t (*deadline)(const struct model *model);

	/* The parts of the rectangle to show before all others; unused ones are
	 * blank. NULL: none. */
	void (*vital)(struct rect parts[PANEL_VITAL],
		      const struct canvas *canvas, struct rect rect,
		      const struct model *model, const struct view *view);

	/* How many rows it can make good use of at that width; NULL: as many as
	 * there are. */
	int (*rows)(const struct canvas *canvas, int columns,
		    const struct model *model, const struct view *view);
};

/* How many of the rows panel_address gets when panel_redirect has the rest. */
int panel_address_share(const struct canvas *canvas, int rows, int columns,
			const struct model *model, const struct view *view);

/*
 * The command that forwards another machine's browser to the listener for the
 * redirect URI (or NULL) on this one (RFC 8252 section 7.3). Empty if that URI
 * does not point to this machine, where nothing would listen. device: this
 * machine's name, if others can connect to it by that name.
 */
void panel_forward_command(char *dst, size_t size, const char *device,
			   const char *uri);

/* True if panel_code shows the code. If it cannot, it shows nothing instead of
 * a wrong code. */
bool panel_shows_code(const struct canvas *canvas, const struct model *model);

/* True if panel_code, in that rectangle, has room for large characters. */
bool panel_code_is_large(const struct canvas *canvas, struct rect rect,
			 const struct model *model, const struct view *view);

/* How many of the rows below a zoomed QR code panel_code makes use of: 1, or
 * more if the code fits in large characters. */
int panel_code_zoom_rows(const struct canvas *canvas, int rows, int columns,
			 const struct model *model);

/* The name of the screen and, at the end of the row, the provider. */
void panel_title(struct canvas *canvas, struct rect rect,
		 const struct model *model);

/* How many rows screen.text (NULL: none) takes: at most two, which are never
 * wider than that. Where they would be narrower, it is left out rather than
 * cut. The second draws them from the top of the rectangle on, in
 * the middle or else on the left. */
enum { PANEL_TEXT_COLUMNS = 60 };
int panel_text_rows(const struct canvas *canvas, int columns, const char *text);
void panel_text(struct canvas *canvas, struct rect rect, bool centred,
		const char *text);

/* A horizontal line in row y with a title in it ("": none). The line itself
 * takes at least so many columns. */
enum { PANEL_RULE_COLUMNS = 3 };
void panel_rule(struct canvas *canvas, struct rect rect, int y,
		const char *title);

/* The rectangle without its first columns. */
struct rect panel_indented(struct rect rect, int columns);

/* A value of the profile in the user's language if it is "yes" or "no", which
 * is how booleans come; else as it is. */
const char *panel_value(const char *value);

/* The address without "https://", as it is shown to be read and typed: browsers
 * add that themselves. Points into it. */
const char *panel_shown_address(const char *url);

/* Draws that part of the sign-in URL in row y as a link. The host stands out:
 * the user has to recognise it. */
void panel_url_row(struct canvas *canvas, struct rect rect, int y,
		   const char *url, struct span row);

/* The time left to sign in: digits, and a bar if there is room for one. Also
 * draws over an earlier time. */
void panel_time(struct canvas *canvas, struct rect rect,
		const struct model *model, const struct view *view);

/* In the zoom, draws at the end of the row how to leave it, if that fits beside
 * something of that many columns, and takes it off the row: the columns of
 * panel_way_back_columns(). */
int panel_way_back_columns(void);
struct rect panel_way_back(struct canvas *canvas, struct rect row,
			   const struct view *view, int columns);

/* The place of the time at the end of a row that shows something else. */
struct rect panel_line_time(struct rect row);

/* The sentence about what happens next after trouble, and when: time is the
 * time left as text, for a model with a retry_ms. on_key: Enter hastens it. */
void panel_trouble_next(char *dst, size_t size, const struct model *model,
			const char *time, bool on_key);

/* Whole seconds until then, rounded up and never negative; 0 for NEVER_MS. */
int64_t panel_seconds_left(int64_t then_ms, int64_t now_ms);

/* When panel_seconds_left() changes next; NEVER_MS: never. */
int64_t panel_next_second(int64_t then_ms, int64_t now_ms);

#endif
