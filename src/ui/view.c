/* SPDX-License-Identifier: MIT */
/*
 * Questions about the view; changes nothing.
 */
#include "config.h"

#include "ui/view.h"

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

bool view_may_confirm(const struct view *view, int64_t now_ms)
{
	return view->quiet_ms != NEVER_MS &&
	       now_ms - view->quiet_ms >= VIEW_CONSENT_MS;
}
