/* SPDX-License-Identifier: MIT */
/*
 * The texts are those of the screens where both need the same.
 */
#include "config.h"

#include "app/plain_kiosk.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "app/plain_say.h"
#include "app/setup.h"
#include "app/visit_loop.h"
#include "base/buf.h"
#include "base/i18n.h"
#include "machine/visit.h"
#include "oauth/profile.h"
#include "ui/panel.h"
#include "ui/term_type.h"
#include "ui/tty_line.h"
#include "ui/view.h"

enum { CLEAR_MAX = 4096 };

/* The next user must not read about this one: clears the screen, or scrolls it
 * away on a terminal that cannot. */
static void clear(void)
{
	struct buf out;

	if (!isatty(STDOUT_FILENO))
		return;
	buf_init(&out, CLEAR_MAX);
	if (!term_type_clear(&out)) {
		for (int i = tty_line_size(STDOUT_FILENO).rows; i > 0; i--)
			(void)buf_adds(&out, "\n");
	}
	(void)fputs(buf_text(&out), stdout);
	(void)fflush(stdout);
	buf_free(&out);
}

/* Translators: plain lines of a kiosk, wrapped. */
static void say_keys(const struct model *model)
{
	if (model->language != NULL)
		plain_say(stdout, "\n", "%s: l + %s", model->language,
			  _("Enter"));
	if (model->can_quit)
		plain_say(stdout, "\n", "%s",
			  _("To quit, type q and press Enter."));
}

/* Translators: plain lines of a kiosk, wrapped. */
static void say_invitation(const struct visit_loop *run)
{
	const struct model *model = &run->model;
	const bool is_code = !run->setup->provider.code_grant;

	plain_say(stdout, "\n", "%s", model->title);
	if (model->text[0] != '\0')
		plain_say(stdout, "\n", "%s", model->text);
	if (model->device[0] != '\0')
		plain_say(stdout, "\n\n", _("%s on %s"), model->provider,
			  model->device);
	else
		plain_say(stdout, "\n\n", "%s", model->provider);
	plain_say(stdout, "\n", "%s",
		  is_code ? _("Press Enter for a code.")
			  : _("Press Enter to sign in."));
	say_keys(model);
}

/* Translators: plain lines of a kiosk, wrapped. %s is a duration. */
static void say_profile(struct visit_loop *run)
{
	const struct model *model = &run->model;
	const struct profile *profile = model->profile;
	char idle[64];

	(void)fputs("\n", stdout);
	plain_say(stdout, "\n", "%s",
		  presenter_greeting(&run->presenter, run->visit));
	for (size_t i = 0; profile != NULL && i < profile->field_count; i++) {
		const struct profile_field *field = &profile->fields[i];

		if (strcmp(field->value, profile->name) != 0)
			plain_say(stdout, "\n", "%s: %s", _(field->label),
				  panel_value(field->value));
	}
	(void)fputs("\n", stdout);
	plain_say(stdout, "\n", "%s", _("Press Enter to sign out."));
	if (model->idle_ms != NEVER_MS) {
		i18n_duration(
			idle, sizeof(idle),
			panel_seconds_left(model->idle_ms, model->now_ms));
		plain_say(stdout, "\n",
			  _("You are signed out automatically in %s."), idle);
	}
}

/* Ends what was said about the last user. */
static void leave_user(struct plain_kiosk *said, struct visit_loop *run)
{
	const enum visit_stage stage = visit_stage(run->visit);

	if (run->presenter.forgets)
		clear();
	run->presenter.forgets = false;
	if (stage == VISIT_PROFILE || stage == VISIT_LEAVING) {
		/* Translators: a plain line, wrapped. */
		said->goodbye = _("You are signed out.");
	} else if (said->signed_in) {
		said->signed_in = false;
		plain_say(stdout, "\n\n", "%s", said->goodbye);
	}
}

bool plain_kiosk_show(struct plain_kiosk *said, struct visit_loop *run)
{
	const bool invites = run->model.screen == SCREEN_WELCOME;

	leave_user(said, run);
	if (visit_stage(run->visit) == VISIT_PROFILE && !said->signed_in) {
		said->signed_in = true;
		say_profile(run);
		(void)tcflush(STDIN_FILENO, TCIFLUSH);
		said->offered_ms = run->model.now_ms;
	}
	if (invites && !said->invited)
		say_invitation(run);
	said->invited = invites;
	return !ferror(stdout);
}

bool plain_kiosk_show_keys(struct plain_kiosk *said,
			   const struct visit_loop *run)
{
	const unsigned visit = visit_number(run->visit) + 1;

	if (said->invites || said->keys == visit ||
	    (run->model.user_code == NULL &&
	     run->model.authorization_uri == NULL))
		return true;
	said->keys = visit;
	say_keys(&run->model);
	return !ferror(stdout);
}

bool plain_kiosk_hear(struct plain_kiosk *said, int64_t now_ms)
{
	const bool may = now_ms - said->offered_ms >= VIEW_CONSENT_MS;

	said->offered_ms = now_ms;
	return may;
}

/* In the background, to set the terminal would stop the program. */
static bool has_terminal(void)
{
	return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

void plain_kiosk_begin(struct plain_kiosk *said)
{
	struct termios ours;

	said->knows_line =
		has_terminal() && tcgetattr(STDIN_FILENO, &said->lines) == 0;
	ours = said->lines;
	ours.c_iflag &= ~(tcflag_t)IXON;
	if (said->knows_line)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &ours);
}

bool plain_kiosk_may_write(void)
{
	struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};

	/* An error is one to write into. */
	return poll(&output, 1, 0) != 0;
}

void plain_kiosk_end(const struct plain_kiosk *said,
		     const struct presenter *presenter)
{
	if (has_terminal() && !plain_kiosk_may_write()) { /* as if by TCOOFF */
		(void)tcflow(STDOUT_FILENO, TCOOFF);
		(void)tcflow(STDOUT_FILENO, TCOON);
		(void)tcflush(STDOUT_FILENO, TCOFLUSH);
	}
	if ((said->signed_in || presenter->profile_json != NULL ||
	     presenter->forgets) &&
	    plain_kiosk_may_write())
		clear();
	if (said->knows_line && has_terminal())
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &said->lines);
}
