/* SPDX-License-Identifier: MIT */
/*
 * The texts are those of the screens.
 */
#include "config.h"

#include "app/plain_trouble.h"

#include <stdio.h>

#include "app/plain_say.h"
#include "app/presenter.h"
#include "app/setup.h"
#include "app/visit_loop.h"
#include "base/i18n.h"
#include "machine/visit.h"
#include "ui/panel.h"

static void say(FILE *stream, const struct model *model, bool on_key)
{
	char next[256], time[64];

	plain_say(stream, "\n", "%s", _(model->trouble));
	if (model->advice[0] != '\0')
		plain_say(stream, "\n", "%s", _(model->advice));
	i18n_duration(time, sizeof(time),
		      panel_seconds_left(model->retry_ms, model->now_ms));
	panel_trouble_next(next, sizeof(next), model, time, on_key);
	plain_say(stream, "\n", "%s", next);
	if (model->help[0] != '\0')
		plain_say(stream, "\n", "%s", model->help);
	(void)fputs("\n", stream);
}

void plain_trouble_show(struct plain_trouble *trouble, struct visit_loop *run)
{
	/* What a login prints may be for a program. */
	FILE *stream = run->once ? stderr : stdout;
	const struct model *model = &run->model;
	const char *now =
		model->screen == SCREEN_TROUBLE ? model->trouble : NULL;

	/* While it is tried again, nothing has changed for the user. */
	if (now != NULL &&
	    (now != trouble->said || model->next != trouble->next))
		say(stream, model, !run->once);
	if (now != NULL || model->screen != SCREEN_SIGN_IN ||
	    model->user_code != NULL)
		trouble->said = now;
	trouble->next = model->next;
	/* It may come and go with each poll. */
	if (model->codes != trouble->codes)
		trouble->beside = NULL;
	trouble->codes = model->codes;
	if (model->status_brief == NULL ||
	    model->status_brief == trouble->beside)
		return;
	trouble->beside = model->status_brief;
	plain_say(stream, "\n", "%s", model->status);
}

void plain_trouble_forget(struct plain_trouble *trouble)
{
	trouble->said = NULL;
}

void plain_trouble_end(struct presenter *presenter, const struct visit *visit)
{
	const char *help = presenter->setup->conf.kiosk.help;

	plain_say(stderr, "\n", "grantty: %s",
		  presenter_farewell(presenter, visit));
	if (help[0] != '\0' && visit_result(visit) != RESULT_CANCELLED)
		plain_say(stderr, "\n", "grantty: %s", help);
	if (visit_trouble(visit)[0] != '\0')
		plain_say(stderr, "\n", "grantty: %s", visit_trouble(visit));
}
