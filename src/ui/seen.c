/* SPDX-License-Identifier: MIT */
/*
 * Compares all that a drawing depends on, so that no field is forgotten.
 */
#include "config.h"

#include "ui/seen.h"

#include <string.h>

#include "base/buf.h"
#include "oauth/profile.h"
#include "ui/model.h"

static void add_text(struct buf *out, const char *text)
{
	if (text != NULL)
		buf_adds(out, text);
	buf_add(out, text != NULL ? "\1" : "\2", 2); /* including its NUL */
}

static void add_profile(struct buf *out, const struct profile *profile)
{
	if (profile == NULL)
		return;
	add_text(out, profile->name);
	for (size_t i = 0; i < profile->field_count; i++) {
		add_text(out, profile->fields[i].label);
		add_text(out, profile->fields[i].value);
	}
}

/* Everything the drawing depends on, except time and log. */
static void describe(struct buf *out, const int place[SEEN_PLACE],
		     const struct model *model)
{
	struct model rest;

	memcpy(&rest, model, sizeof(rest)); /* including any padding */
	memset(rest.texts, 0, sizeof(rest.texts));
	rest.now_ms = 0;
	buf_add(out, place, SEEN_PLACE * sizeof(*place));
	buf_add(out, &rest, sizeof(rest));
	for (size_t i = 0; i < MODEL_TEXTS; i++)
		add_text(out, model->texts[i]);
	add_profile(out, model->profile);
}

bool seen_change(struct buf *seen, const int place[SEEN_PLACE],
		 const struct model *model)
{
	struct buf now;
	bool changed;

	buf_init(&now, SEEN_MAX);
	describe(&now, place, model);
	changed = now.failed || seen->failed || now.len != seen->len ||
		  memcmp(now.data, seen->data, now.len) != 0;
	buf_free(seen);
	*seen = now;
	return changed;
}
