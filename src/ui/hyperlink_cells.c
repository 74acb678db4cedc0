/* SPDX-License-Identifier: MIT */
/*
 * Which cells of the screen are hyperlinks. curses does not know about them: a
 * terminal keeps the link of a cell until the cell is rewritten. Cells that
 * curses writes are not links, and cells that it skips keep theirs.
 */
#include "config.h"

#include "ui/hyperlink_cells.h"

#include <curses.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ui/hyperlink.h"
#include "ui/screen.h"
#include "ui/tty_output.h"

enum { SEQUENCE_MAX = 16384 }; /* bytes in a sequence with an address */

static void drop(struct link_set *links)
{
	secret_free(links->uri);
	*links = (struct link_set){0};
}

void hyperlink_cells_forget(struct hyperlink_cells *cells)
{
	drop(&cells->wanted);
	drop(&cells->written);
}

void hyperlink_cells_set(struct hyperlink_cells *cells, const char *uri,
			 const struct rect *rows, size_t count)
{
	struct link_set *links = &cells->wanted;
	char *copy = uri != NULL && count > 0 ? xstrdup(uri) : NULL;

	drop(links);
	links->uri = copy;
	links->count = copy == NULL		     ? 0
		       : count < HYPERLINK_CELLS_MAX ? count
						     : HYPERLINK_CELLS_MAX;
	if (links->count > 0)
		memcpy(links->rows, rows, links->count * sizeof(*rows));
}

static bool lead_to(const struct link_set *links, const char *uri)
{
	return uri != NULL && links->uri != NULL &&
	       strcmp(links->uri, uri) == 0;
}

/* The index of the row; the count if it is not there. */
static size_t find_row(const struct link_set *links, const struct rect *row)
{
	size_t i = 0;

	while (i < links->count &&
	       memcmp(&links->rows[i], row, sizeof(*row)) != 0)
		i++;
	return i;
}

static bool is_written(const struct link_set *written, const struct rect *row)
{
	const size_t i = find_row(written, row);

	return i < written->count && !written->due[i];
}

/* True if curses will write anything in that row of the screen, because it may
 * then rewrite unchanged cells, too. */
static bool is_to_change(int y)
{
	cchar_t now, before;

	for (int x = 0; x < getmaxx(stdscr); x++) {
		memset(&now, 0, sizeof(now));
		memset(&before, 0, sizeof(before));
		mvin_wch(y, x, &now);
		mvwin_wch(curscr, y, x, &before);
		if (memcmp(&now, &before, sizeof(now)) != 0)
			return true;
	}
	return false;
}

/* curses does not know about links, so it must write these cells in any
 * case. uri: where they lead; NULL: nowhere. */
static void rewrite(struct tty_output *tty_output, struct rect row,
		    const char *uri)
{
	struct buf sequence;
	WINDOW *window = newwin(1, row.columns, row.y, row.x);

	if (window == NULL)
		return;
	clearok(window, FALSE);
	overwrite(stdscr, window);
	if (uri == NULL) {
		leaveok(window, TRUE);
		wredrawln(window, 0, 1);
		wnoutrefresh(window);
		delwin(window);
		return;
	}
	/* Move the cursor first, because curses may write the cells it
	 * passes. */
	leaveok(window, FALSE);
	wmove(window, 0, 0);
	wnoutrefresh(window);
	screen_update(tty_output);
	buf_init(&sequence, SEQUENCE_MAX);
	if (hyperlink_begin(&sequence, uri))
		tty_output_add(tty_output, buf_text(&sequence));
	leaveok(window, TRUE);
	wredrawln(window, 0, 1);
	wnoutrefresh(window);
	screen_update(tty_output);
	if (sequence.len > 0)
		tty_output_add(tty_output, HYPERLINK_END);
	buf_free(&sequence);
	delwin(window);
}

void hyperlink_cells_plan(struct hyperlink_cells *cells,
			  struct tty_output *tty_output)
{
	struct link_set *links = &cells->wanted, *written = &cells->written;
	const bool same = lead_to(written, links->uri);
	const bool cleared = is_cleared(curscr);

	for (size_t i = 0; i < links->count; i++)
		links->due[i] = cleared || !same ||
				!is_written(written, &links->rows[i]) ||
				is_to_change(links->rows[i].y);
	for (size_t i = 0; i < written->count && !cleared; i++) {
		if (find_row(links, &written->rows[i]) == links->count)
			rewrite(tty_output, written->rows[i], NULL);
	}
	drop(written);
	*written = *links;
	written->uri = links->uri != NULL ? xstrdup(links->uri) : NULL;
}

void hyperlink_cells_write(struct hyperlink_cells *cells,
			   struct tty_output *tty_output)
{
	struct link_set *written = &cells->written;

	for (size_t i = 0; i < written->count; i++) {
		if (written->due[i])
			rewrite(tty_output, written->rows[i], written->uri);
		written->due[i] = false;
	}
}
