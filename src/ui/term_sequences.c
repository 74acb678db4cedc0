/* SPDX-License-Identifier: MIT */
/*
 * The sequences that curses has no function for: modes, the title, the
 * clipboard; and the bell.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "base/text.h"
#include "ui/term.h"
#include "ui/term_parts.h"
#include "ui/term_type.h"
#include "ui/tty_line.h"
#include "ui/tty_output.h"

enum {
	CLIPBOARD_MAX = 16384, /* bytes in a sequence */
	TITLE_MAX = 256
};

/* Written with the next frame. */
static void add(struct term *term, const char *sequence)
{
	tty_output_add(term->tty_output, sequence);
}

/* curses has no function for this. */
static void mark_pastes(struct term *term, bool on)
{
	if (term->marks_pastes)
		add(term, on ? "\x1b[?2004h" : "\x1b[?2004l");
}

static void write_title(struct term *term)
{
	add(term, "\x1b]2;");
	add(term, term->title);
	add(term, "\x1b\\");
}

/*
 * Turns off what an earlier program has left on: mouse and focus reports, and
 * the key protocols of kitty, xterm and Windows, which send Ctrl-C and Escape
 * in other forms.
 */
static void end_reports(struct term *term)
{
	const char *place = tigetstr("cup");

	if (strncmp(place, "\x1b[", 2) != 0)
		return; /* it knows no such sequences */
	add(term, "\x1b[?1000;1002;1003;1004;1006l");
	if (term->marks_pastes)
		add(term, "\x1b[<9u\x1b[>4;0m\x1b[?9001l");
}

void term_set_modes(struct term *term)
{
	end_reports(term);
	mark_pastes(term, true);
	if (term->title != NULL) /* a shell sets its own */
		write_title(term);
}

void term_unset_modes(struct term *term)
{
	mark_pastes(term, false);
	if (term->title != NULL)
		add(term, TERM_TYPE_TITLE_CLEAR TERM_TYPE_TITLE_BACK);
}

bool term_may_have_clipboard(const struct term *term)
{
	return term_type_ignores_unknown() &&
	       !tty_line_is_serial(fileno(term->out));
}

void term_copy(struct term *term, const char *text)
{
	struct buf sequence;

	buf_init(&sequence, CLIPBOARD_MAX);
	if (buf_adds(&sequence, "\x1b]52;c;") &&
	    crypto_base64(&sequence, text, strlen(text)) &&
	    buf_adds(&sequence, "\x1b\\"))
		add(term, buf_text(&sequence));
	buf_free(&sequence);
}

void term_ring(struct term *term)
{
	tty_output_catch(term->tty_output);
	(void)beep();
	fflush(term->out);
	tty_output_release(term->tty_output);
}

void term_title(struct term *term, const char *text)
{
	char shown[TITLE_MAX];

	if (!term->takes_titles)
		return;
	(void)text_clip(shown, sizeof(shown), text, strlen(text), -1,
			term_text_flags(term));
	if (term->title == NULL || strcmp(term->title, shown) != 0) {
		if (term->title == NULL)
			add(term, TERM_TYPE_TITLE_KEEP);
		secret_free(term->title);
		term->title = xstrdup(shown);
		write_title(term);
	}
	mem_wipe(shown, sizeof(shown)); /* it may have the user's name */
}
