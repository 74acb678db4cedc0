/* SPDX-License-Identifier: MIT */
/*
 * A virtual terminal has a guard of its own, which gives back its font, too,
 * and leaves nothing to read. Any other has a shell on it, and a person who
 * wonders where the screens went.
 */
#include "config.h"

#include "app/tty.h"

#include <stddef.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/guard.h"
#include "io/vt.h"
#include "ui/term_type.h"

enum { WORDS_MAX = 1024 };

void tty_take(struct tty *tty)
{
	struct guard_duty duty = {.fd = STDOUT_FILENO};
	struct buf words;

	tty->guard = NULL;
	tty->vt = vt_open(STDOUT_FILENO);
	if (tty->vt != NULL || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return;
	buf_init(&words, WORDS_MAX);
	if (term_type_undo(&words) &&
	    buf_adds(&words,
		     "grantty: ended in the middle of something.\r\n")) {
		duty.words = buf_text(&words);
		tty->guard = guard_start(&duty);
	}
	buf_free(&words);
}

void tty_give_back(struct tty *tty)
{
	guard_end(tty->guard);
	vt_close(tty->vt);
}
