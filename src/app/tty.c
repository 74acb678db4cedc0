/* SPDX-License-Identifier: MIT */
/*
 * A virtual terminal has its own guard, which also restores the font and leaves
 * nothing to read. Any other terminal has a shell on it, and its user should
 * learn what happened to the screens.
 */
#include "config.h"

#include "app/tty.h"

#include <stddef.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/guard.h"
#include "io/vt.h"
#include "ui/term_type.h"

void tty_take(struct tty *tty)
{
	struct guard_duty duty = {.fd = STDOUT_FILENO};
	struct buf words;

	/* Fails for all but the leader of a session without a terminal, which
	 * no key could send a signal to until now. */
	(void)ioctl(STDIN_FILENO, TIOCSCTTY, 0);
	tty->guard = NULL;
	tty->vt = vt_open(STDOUT_FILENO);
	if (tty->vt != NULL || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return;
	buf_init(&words, GUARD_WORDS_MAX - 1);
	/* The screen contents belong to the user who was here. */
	if (term_type_undo(&words) && term_type_blank(&words) &&
	    buf_adds(&words, "grantty: ended unexpectedly.\r\n")) {
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
