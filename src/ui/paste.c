/* SPDX-License-Identifier: MIT */
/*
 * Collects a line and finds its end. Knows no terminal and no screen.
 */
#include "config.h"

#include "ui/paste.h"

#include "base/mem.h"

enum { CTRL_C = 3 };

static const char *end_mark(const struct paste *paste)
{
	return paste->eight_bit ? "\x9b"
				  "201~"
				: "\x1b[201~";
}

void paste_begin(struct paste *paste, bool eight_bit)
{
	paste_wipe(paste);
	paste->eight_bit = eight_bit;
}

void paste_add(struct paste *paste, int c)
{
	if (c < ' ' || c > '~')
		return;
	if (paste->len == PASTE_MAX) {
		paste->too_long = true;
		return;
	}
	paste->text[paste->len++] = (char)c;
}

void paste_erase(struct paste *paste)
{
	if (paste->len > 0)
		paste->text[--paste->len] = '\0';
}

const char *paste_text(const struct paste *paste)
{
	return paste->too_long ? "" : paste->text;
}

void paste_wipe(struct paste *paste)
{
	mem_wipe(paste->text, paste->len);
	paste->len = 0;
	paste->too_long = false;
	paste->taken = paste->matched = 0;
	paste->paused = false;
}

/* Puts back a partial match that was not the mark: only its first byte is a
 * control. */
static void add_unmatched(struct paste *paste)
{
	for (size_t i = 0; i < paste->matched; i++)
		paste_add(paste, end_mark(paste)[i]);
	paste->matched = 0;
}

enum paste_state paste_take(struct paste *paste, int c)
{
	const unsigned char *mark = (const unsigned char *)end_mark(paste);
	const bool paused = paste->paused;

	paste->paused = false;
	if (++paste->taken > PASTE_GIVE_UP || (paused && c == CTRL_C))
		return PASTE_BROKEN;
	if (c == mark[paste->matched]) {
		paste->matched++;
		return mark[paste->matched] == '\0' ? PASTE_COMPLETE
						    : PASTE_OPEN;
	}
	if (paused && paste->matched == 1 && !paste->eight_bit)
		return PASTE_BROKEN;
	add_unmatched(paste);
	if (c == mark[0])
		paste->matched = 1;
	else
		paste_add(paste, c);
	return PASTE_OPEN;
}

void paste_pause(struct paste *paste)
{
	paste->paused = true;
}
