/* SPDX-License-Identifier: MIT */
/*
 * What and who, in one line. Sends nothing.
 */
#include "config.h"

#include "ui/window_title.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "oauth/profile.h"
#include "ui/model.h"

/* NULL: the user has none, or there is no user yet. */
static const char *name_of(const struct model *model)
{
	const struct profile *profile = model->profile;

	return profile != NULL && profile->name[0] != '\0' ? profile->name
							   : NULL;
}

/* Before there is a code or an address, and during a sign-out. */
static bool is_busy(const struct model *model)
{
	return model->screen == SCREEN_SIGN_IN && model->user_code == NULL &&
	       model->authorization_uri == NULL && model->status != NULL &&
	       *model->status != '\0';
}

void window_title_of(struct buf *out, const struct model *model)
{
	const char *name = name_of(model);

	switch (model->screen) {
	case SCREEN_WELCOME:
	case SCREEN_SIGN_IN:
		(void)buf_addf(out, "%s: %s", model->title,
			       is_busy(model) ? model->status
					      : model->provider);
		break;
	case SCREEN_CONFIRM:
		(void)buf_adds(out, _("Is this you?"));
		(void)buf_addf(out, "%s%s", name != NULL ? " " : "",
			       name != NULL ? name : "");
		break;
	case SCREEN_PROFILE:
		/* Translators: the title of the window: the user's name and
		 * the provider, or only the provider. */
		if (name != NULL)
			(void)buf_addf(out, _("Signed in: %s, %s"), name,
				       model->provider);
		else
			(void)buf_addf(out, _("Signed in: %s"),
				       model->provider);
		break;
	case SCREEN_TROUBLE:
		(void)buf_addf(out, "%s: %s", model->provider,
			       _(model->trouble));
		break;
	}
	(void)buf_adds(out, " - " PACKAGE_NAME);
}
