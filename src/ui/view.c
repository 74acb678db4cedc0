/* SPDX-License-Identifier: MIT */
/*
 * Questions about the view; changes nothing.
 */
#include "config.h"

#include "ui/view.h"

#include "base/deadline.h"

bool drawing_allows(enum drawing drawing, enum qr_mode mode, bool halves)
{
	switch (drawing) {
	case DRAWING_AUTO:
	case DRAWING_LIGHT:
		return mode == QR_FULL || halves;
	case DRAWING_HALF:
		return mode == QR_HALF && halves;
	case DRAWING_FULL:
	case DRAWING_ASCII:
		return mode == QR_FULL;
	case DRAWING_TEXT:
		break;
	}
	return false;
}

int64_t view_consent_ms(const struct view *view)
{
	if (view->asked_ms == NEVER_MS)
		return NEVER_MS;
	return later_ms(view->asked_ms + VIEW_CONSENT_MS,
			view->key_ms == 0 ? 0 : view->key_ms + VIEW_HELD_MS);
}

bool view_may_confirm(const struct view *view, int64_t now_ms)
{
	return now_ms >= view_consent_ms(view);
}
