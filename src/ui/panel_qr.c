/* SPDX-License-Identifier: MIT */
/*
 * Draws the QR code chosen by the layout. Knows its modules, not their meaning.
 */
#include "config.h"

#include "ui/panel.h"
#include "ui/qr.h"
#include "ui/view.h"

/* Half a cell below an odd last row belongs to the quiet zone, too. */
static void draw_halves(struct canvas *canvas, struct rect rect,
			const struct qr *qr, int quiet)
{
	for (int y = 0; y < rect.rows; y++) {
		for (int x = 0; x < rect.columns; x++)
			canvas_qr_cell(
				canvas, rect, y, x,
				!qr_dark(qr, x - quiet, 2 * y - quiet),
				!qr_dark(qr, x - quiet, 2 * y + 1 - quiet));
	}
}

static void draw_cells(struct canvas *canvas, struct rect rect,
		       const struct qr *qr, int quiet)
{
	for (int y = 0; y < rect.rows; y++) {
		for (int x = 0; x < rect.columns; x++) {
			bool light = !qr_dark(qr, x / 2 - quiet, y - quiet);

			canvas_qr_blank(canvas, rect, y, x, light);
		}
	}
}

static void draw(struct canvas *canvas, struct rect rect,
		 const struct model *model, struct view *view)
{
	(void)model;
	if (view->symbol == NULL)
		return;
	switch (view->mode) {
	case QR_HALF:
		draw_halves(canvas, rect, &view->symbol->qr, view->quiet);
		break;
	case QR_FULL:
		draw_cells(canvas, rect, &view->symbol->qr, view->quiet);
		break;
	}
}

const struct panel panel_qr = {.apart = true, .draw = draw};
