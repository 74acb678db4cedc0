/* SPDX-License-Identifier: MIT */
/*
 * Draws on curses' standard screen. Does not know what a panel is. All text
 * goes through text_clip() once more before it is written.
 */
#include "config.h"

#include "ui/canvas.h"

#include <curses.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "ui/palette.h"
#include "ui/term.h"
#include "ui/wrap.h"

enum { ROW_BYTES = 4096 }; /* enough for any row of text */

void canvas_init(struct canvas *canvas, const struct term *term)
{
	*canvas = (struct canvas){
		.term = term,
		.utf8 = term_is_utf8(term) && !term_is_wide(term),
		.halves = term_has_halves(term),
		.slow = term_is_slow(term),
		.marks_pastes = term_marks_pastes(term),
		.text_flags = term_text_flags(term),
	};
}

struct rect canvas_screen(const struct canvas *canvas)
{
	return (struct rect){
		.rows = term_rows(canvas->term),
		.columns = term_columns(canvas->term),
	};
}

bool canvas_can_show(const struct canvas *canvas, const char *text)
{
	char row[ROW_BYTES];
	bool same;

	(void)text_clip(row, sizeof(row), text, strlen(text), -1,
			canvas->text_flags);
	same = strcmp(row, text) == 0;
	mem_wipe(row, strlen(row));
	return same;
}

static void use_ink(struct ink ink)
{
	wattr_set(stdscr, (attr_t)ink.attributes, ink.pair, NULL);
}

static void use_role(const struct canvas *canvas, enum role role)
{
	use_ink(palette_ink(term_palette(canvas->term), role));
}

void canvas_erase(struct canvas *canvas)
{
	use_role(canvas, ROLE_TEXT);
	werase(stdscr);
}

void canvas_fill(struct canvas *canvas, struct rect rect, enum role role)
{
	use_role(canvas, role);
	for (int y = 0; y < rect.rows && rect.columns > 0; y++)
		mvwhline(stdscr, rect.y + y, rect.x, ' ', rect.columns);
}

void canvas_bar(struct canvas *canvas, struct rect rect, enum role role)
{
	use_ink(palette_fill_ink(term_palette(canvas->term), role));
	for (int y = 0; y < rect.rows && rect.columns > 0; y++)
		mvwhline(stdscr, rect.y + y, rect.x, ' ', rect.columns);
}

int canvas_span(struct canvas *canvas, struct rect rect, int y, int x,
		enum role role, const char *text, size_t len)
{
	struct rect place = rect_part(rect, y, x, 1, rect.columns);
	char row[ROW_BYTES];
	int width;

	if (y < 0 || x < 0 || place.rows == 0 || place.columns == 0)
		return 0;
	width = text_clip(row, sizeof(row), text, len, place.columns,
			  canvas->text_flags | TEXT_DOTS);
	use_role(canvas, role);
	mvwaddstr(stdscr, place.y, place.x, row);
	mem_wipe(row, strlen(row)); /* it may be a user's name */
	return width;
}

int canvas_text(struct canvas *canvas, struct rect rect, int y, int x,
		enum role role, const char *text)
{
	return canvas_span(canvas, rect, y, x, role, text, strlen(text));
}

void canvas_text_right(struct canvas *canvas, struct rect rect, int y,
		       enum role role, const char *text)
{
	char row[ROW_BYTES];
	int width = text_clip(row, sizeof(row), text, strlen(text),
			      rect.columns, canvas->text_flags | TEXT_DOTS);

	canvas_text(canvas, rect, y, rect.columns - width, role, row);
	mem_wipe(row, strlen(row));
}

void canvas_link(struct canvas *canvas, struct rect rect, int y, int x,
		 int columns)
{
	const struct rect place = rect_part(rect, y, x, 1, columns);

	if (y < 0 || x < 0 || place.rows == 0 || place.columns == 0 ||
	    canvas->link_count == HYPERLINK_CELLS_MAX)
		return;
	canvas->links[canvas->link_count++] = place;
}

void canvas_rest(struct canvas *canvas, struct rect rect, int y, int x)
{
	const struct rect cell = rect_part(rect, y, x > 0 ? x : 0, 1, 1);

	if (y >= 0 && cell.rows > 0 && cell.columns > 0)
		canvas->rest = cell;
}

int canvas_words(struct canvas *canvas, struct rect rect, int y, enum role role,
		 const char *text)
{
	struct span row;
	int rows = 0;

	while (wrap_words(&text, rect.columns, canvas->text_flags, &row)) {
		if (y + rows + 1 == rect.rows) /* a cut must be visible */
			row.len = strlen(row.s);
		canvas_span(canvas, rect, y + rows, 0, role, row.s, row.len);
		rows++;
	}
	return rows;
}

void canvas_glyphs(struct canvas *canvas, struct rect rect, int y, int x,
		   enum role role, enum glyph glyph, int count)
{
	struct rect place = rect_part(rect, y, x, 1, count);

	if (y < 0 || x < 0 || place.rows == 0)
		return;
	use_role(canvas, role);
	for (int i = 0; i < place.columns; i++)
		mvwaddstr(stdscr, place.y, place.x + i,
			  glyph_text(glyph, canvas->utf8));
}

void canvas_box(struct canvas *canvas, struct rect rect, enum role role)
{
	const int right = rect.columns - 1, bottom = rect.rows - 1;

	if (right < 1 || bottom < 1)
		return;
	canvas_glyphs(canvas, rect, 0, 1, role, GLYPH_LINE, right - 1);
	canvas_glyphs(canvas, rect, bottom, 1, role, GLYPH_LINE, right - 1);
	for (int y = 1; y < bottom; y++) {
		canvas_glyphs(canvas, rect, y, 0, role, GLYPH_POST, 1);
		canvas_glyphs(canvas, rect, y, right, role, GLYPH_POST, 1);
	}
	canvas_glyphs(canvas, rect, 0, 0, role, GLYPH_TOP_LEFT, 1);
	canvas_glyphs(canvas, rect, 0, right, role, GLYPH_TOP_RIGHT, 1);
	canvas_glyphs(canvas, rect, bottom, 0, role, GLYPH_BOTTOM_LEFT, 1);
	canvas_glyphs(canvas, rect, bottom, right, role, GLYPH_BOTTOM_RIGHT, 1);
}

/* Without half blocks, the pixels are blanks in the colour of the ink. */
static void draw_large(struct canvas *canvas, struct rect rect, int y, int x,
		       enum role role, const struct large_line *line)
{
	for (int i = 0; i < line->rows; i++) {
		for (int j = 0; j < line->columns; j++) {
			enum glyph glyph = large_glyph(line, i, j);

			if (canvas->halves)
				canvas_glyphs(canvas, rect, y + i, x + j, role,
					      glyph, 1);
			else if (glyph != GLYPH_BLANK)
				canvas_bar(canvas,
					   rect_part(rect, y + i, x + j, 1, 1),
					   role);
		}
	}
}

void canvas_large(struct canvas *canvas, struct rect rect, int y, bool centred,
		  enum role role, const struct large_text *large,
		  const char *text)
{
	struct large_line line;

	for (int i = 0; i < large->count; i++) {
		const int x =
			centred ? (rect.columns - large->lines[i].columns) / 2
				: 0;

		if (large_measure(&line, large->size,
				  text + large->lines[i].start,
				  large->lines[i].len, canvas->halves))
			draw_large(canvas, rect, y + large->lines[i].y,
				   x > 0 ? x : 0, role, &line);
	}
	mem_wipe(&line, sizeof(line)); /* it may be a user's name */
}

void canvas_qr_blank(struct canvas *canvas, struct rect rect, int y, int x,
		     bool light)
{
	struct rect place = rect_part(rect, y, x, 1, 1);
	struct ink ink = palette_qr_ink(term_palette(canvas->term));

	if (y < 0 || x < 0 || place.rows == 0 || place.columns == 0)
		return;
	ink.attributes = light != canvas->dark_ink ? A_REVERSE : A_NORMAL;
	use_ink(ink);
	mvwaddstr(stdscr, place.y, place.x, " ");
}

void canvas_qr_cell(struct canvas *canvas, struct rect rect, int y, int x,
		    bool upper, bool lower)
{
	struct rect place = rect_part(rect, y, x, 1, 1);
	enum glyph glyph = GLYPH_BLANK;
	struct ink ink = palette_qr_ink(term_palette(canvas->term));

	if (y < 0 || x < 0 || place.rows == 0 || place.columns == 0)
		return;
	if (canvas->dark_ink) { /* what is dark is ground, and has no gaps */
		ink.attributes = upper && lower ? A_NORMAL : A_REVERSE;
	} else if (ink.attributes & A_REVERSE) {
		upper = !upper;
		lower = !lower;
	}
	if (upper && lower)
		glyph = canvas->dark_ink ? GLYPH_BLANK : GLYPH_FULL;
	else if (upper)
		glyph = GLYPH_UPPER;
	else if (lower)
		glyph = GLYPH_LOWER;
	use_ink(ink);
	mvwaddstr(stdscr, place.y, place.x, glyph_text(glyph, canvas->utf8));
}
