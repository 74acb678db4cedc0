/* SPDX-License-Identifier: MIT */
/*
 * A panel draws one part of the model into a rectangle. It knows neither the
 * other panels nor how the rectangle came about.
 */
#ifndef GRANTTY_UI_PANEL_H
#define GRANTTY_UI_PANEL_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/canvas.h"

struct model;
struct span;
struct view;

enum { PANEL_VITAL = 2 };

/* A const table of operations, one per panel. */
struct panel {
	/* Has colours of its own in all its rows: see term_flush(). */
	bool apart;

	/* Draws everything into the rectangle, which is blank, clipped to it.
	 * Changes no more of the view than what the rectangle decides: how
	 * long a page is, and that the place last chosen is on it. */
	void (*draw)(struct canvas *canvas, struct rect rect,
		     const struct model *model, struct view *view);

	/* Draws only what moves with time, over what was drawn before; NULL
	 * where nothing does. */
	void (*tick)(struct canvas *canvas, struct rect rect,
		     const struct model *model, const struct view *view);

	/* When tick() would show something else; NULL: never. */
	int64_t (*deadline)(const struct model *model);

	/* The parts of the rectangle that are of use before all others; blank
	 * ones where there are fewer. NULL: none. */
	void (*vital)(struct rect parts[PANEL_VITAL],
		      const struct canvas *canvas, struct rect rect,
		      const struct model *model, const struct view *view);

	/* How many rows it would make good use of at that width; NULL: all
	 * there are. */
	int (*rows)(const struct canvas *canvas, int columns,
		    const struct model *model, const struct view *view);
};

extern const struct panel panel_header;
extern const struct panel panel_qr;
extern const struct panel panel_code;
extern const struct panel panel_address;
extern const struct panel panel_return;
extern const struct panel panel_confirm;
extern const struct panel panel_log;
extern const struct panel panel_profile;
extern const struct panel panel_fields;
extern const struct panel panel_tree;
extern const struct panel panel_trouble;
extern const struct panel panel_welcome;
extern const struct panel panel_help;
extern const struct panel panel_keys;

/* How many of that many rows panel_address is to have, where panel_return is
 * to have the others. */
int panel_address_share(const struct canvas *canvas, int rows, int columns,
			const struct model *model, const struct view *view);

/* The name of the screen, and whose sign-in it is at the end of the row. */
void panel_title(struct canvas *canvas, struct rect rect,
		 const struct model *model);

/* A horizontal line with a title in it ("" for none) in row y. */
void panel_rule(struct canvas *canvas, struct rect rect, int y,
		const char *title);

/* The rectangle without its first columns. */
struct rect panel_indented(struct rect rect, int columns);

/* Row y shows that part of the URL. Its host stands out: it is what a person
 * has to recognise. */
void panel_url_row(struct canvas *canvas, struct rect rect, int y,
		   const char *url, struct span row);

/* How long the sign-in may still take: a bar, where there is room for one, and
 * digits. Draws over an older time, too. */
void panel_time(struct canvas *canvas, struct rect rect,
		const struct model *model);

/* Where the time goes at the end of a row that shows something else. */
struct rect panel_line_time(struct rect row);

/* Whole seconds until then, rounded up and never negative; 0 for NEVER_MS. */
int64_t panel_seconds_left(int64_t then_ms, int64_t now_ms);

/* When panel_seconds_left() changes next; NEVER_MS where it does not. */
int64_t panel_next_second(int64_t then_ms, int64_t now_ms);

#endif
