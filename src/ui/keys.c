/* SPDX-License-Identifier: MIT */
/*
 * The table of keys. Performs nothing: ui.c applies a key to the view, and the
 * app performs its command.
 */
#include "config.h"

#include "ui/keys.h"

#include "base/i18n.h"
#include "oauth/profile.h"
#include "ui/keyboard.h"
#include "ui/model.h"
#include "ui/view.h"

enum {
	WELCOME = 1 << SCREEN_WELCOME,
	SIGN_IN = 1 << SCREEN_SIGN_IN,
	CONFIRM = 1 << SCREEN_CONFIRM,
	PROFILE = 1 << SCREEN_PROFILE,
	TROUBLE = 1 << SCREEN_TROUBLE,
	ANYWHERE = WELCOME | SIGN_IN | CONFIRM | PROFILE | TROUBLE,
	/* Set while an address is typed, when most keys are text. */
	TYPING = 1 << (SCREEN_TROUBLE + 1)
};

/* What a key needs in order to apply. */
enum {
	CODE = 1 << 0,
	ADDRESS = 1 << 1, /* of the code grant */
	NO_ADDRESS = 1 << 2,
	ZOOMABLE = 1 << 3,
	ZOOMED = 1 << 4,
	NOT_ZOOMED = 1 << 5, /* in the zoom, some keys leave only that */
	DRAWINGS = 1 << 6,   /* other ways to draw the QR code */
	COPIES = 1 << 7,     /* a clipboard */
	COPYABLE = 1 << 8,   /* an address to copy */
	DEMO = 1 << 9,
	ANSWERABLE = 1 << 10, /* yes counts */
	ANSWER_SHOWN = 1 << 11,
	MAY_QUIT = 1 << 12,
	MAY_GIVE_UP = 1 << 13,
	OTHER_LANGUAGE = 1 << 14,
	DETAILS = 1 << 15, /* what the provider sent */
	FIELDS = 1 << 16,
	TREE = 1 << 17,
	MOVABLE = 1 << 18, /* more than fits the page, or than one node */
	BRANCH = 1 << 19
};

static unsigned need(unsigned which, bool is_met)
{
	return is_met ? which : 0;
}

/* A long address has a QR code on few screens, and the key that hides it must
 * be able to bring it back. */
static bool has_drawings(const struct model *model, const struct view *view)
{
	if (model->authorization_uri != NULL)
		return view->symbol != NULL || view->drawing != DRAWING_AUTO;
	return model->user_code != NULL &&
	       (view->has_ways || view->drawing != view->configured);
}

static unsigned profile_needs(const struct profile *profile,
			      const struct view *view)
{
	const size_t selected = view->tree.selected;

	if (profile == NULL || profile->node_count == 0)
		return 0;
	if (!view->tree_shown)
		return DETAILS | FIELDS |
		       need(MOVABLE,
			    (int)profile->field_count > view->page_rows);
	return DETAILS | TREE | need(MOVABLE, view->tree.count > 1) |
	       need(BRANCH, selected < profile->node_count &&
				    profile->nodes[selected].descendants > 0);
}

/* Those that are met. While the help covers the question, no key answers it,
 * but its list is for later. */
static unsigned needs_met(const struct model *model, const struct view *view)
{
	const bool code = model->user_code != NULL;
	const bool address = model->authorization_uri != NULL;
	const bool answers = view_may_confirm(view, model->now_ms);

	return need(CODE, code) | need(ADDRESS, address) |
	       need(NO_ADDRESS, !address) | need(ZOOMABLE, view->zoomable) |
	       need(ZOOMED, view->zoom) | need(NOT_ZOOMED, !view->zoom) |
	       need(DRAWINGS, has_drawings(model, view)) |
	       need(COPIES, view->copies) | need(COPYABLE, code || address) |
	       need(DEMO, model->demo) | need(ANSWERABLE, answers) |
	       need(ANSWER_SHOWN, view->help || answers) |
	       need(MAY_QUIT, model->can_quit) |
	       need(MAY_GIVE_UP, !model->locked_in) |
	       need(OTHER_LANGUAGE, model->language != NULL) |
	       profile_needs(model->profile, view);
}

/* Translators: each row is the name of a key; a label of one or two words for
 * the bar at the bottom, where all must fit side by side in 80 columns; and
 * what the key does, in at most 60 columns. "Any key" is a name, too. */
/* clang-format off */
static const struct binding bindings[] = {
	{ KEYS_NONE, N_("Any key"), N_("Sign in"), N_("sign in"),
	  WELCOME, 0, COMMAND_START, CHANGE_NONE, 1 },

	{ 'a', "a", N_("Approve"), N_("approve, as the phone would (demo)"),
	  SIGN_IN, CODE | DEMO, COMMAND_APPROVE, CHANGE_NONE, 0 },
	{ 'r', "r", N_("New code"), N_("get a new code"),
	  SIGN_IN, NO_ADDRESS, COMMAND_START, CHANGE_NONE, 1 },
	{ 'v', "v", N_("Enter address"), N_("enter the browser's final address"),
	  SIGN_IN, ADDRESS, COMMAND_NONE, CHANGE_TYPE, 0 },
	{ 'r', "r", N_("New address"), N_("start again with a new address"),
	  SIGN_IN, ADDRESS, COMMAND_START, CHANGE_NONE, 6 },
	{ 'z', "z", N_("Zoom"), N_("the QR code alone, or the whole address"),
	  SIGN_IN, ADDRESS, COMMAND_NONE, CHANGE_ZOOM, 1 },
	{ KEYS_PASTE, "", "", "",
	  SIGN_IN | TYPING, ADDRESS, COMMAND_PASTE, CHANGE_PASTE, 0 },
	{ 'z', "z", N_("Zoom"), N_("the QR code alone, as large as possible"),
	  SIGN_IN, CODE | ZOOMABLE, COMMAND_NONE, CHANGE_ZOOM, 4 },
	{ 'm', "m", N_("QR style"), N_("draw the QR code another way, or hide it"),
	  SIGN_IN, DRAWINGS, COMMAND_NONE, CHANGE_DRAWING, 6 },
	{ KEYS_ESCAPE, N_("Esc"), "", N_("leave the zoom; also q"),
	  SIGN_IN, ZOOMED, COMMAND_NONE, CHANGE_ZOOM, 0 },
	{ 'q', "", "", "",
	  SIGN_IN, ZOOMED, COMMAND_NONE, CHANGE_ZOOM, 0 },
	{ KEYS_ESCAPE, N_("Esc"), "", N_("cancel this sign-in"),
	  SIGN_IN, MAY_GIVE_UP | NOT_ZOOMED, COMMAND_CANCEL, CHANGE_NONE, 7 },

	{ KEYS_ENTER, N_("Enter"), N_("Done"), N_("continue with this address"),
	  TYPING, 0, COMMAND_PASTE, CHANGE_ENTER, 0 },
	{ KEYS_ESCAPE, N_("Esc"), N_("Back"), N_("go back"),
	  TYPING, 0, COMMAND_NONE, CHANGE_LEAVE, 1 },
	{ KEYS_BACKSPACE, "", "", "",
	  TYPING, 0, COMMAND_NONE, CHANGE_ERASE, 0 },

	{ KEYS_NONE, "y", N_("Yes, it's me"), N_("this is you; also Enter"),
	  CONFIRM, ANSWER_SHOWN, COMMAND_NONE, CHANGE_NONE, 0 },
	{ 'y', "", "", "",
	  CONFIRM, ANSWERABLE, COMMAND_START, CHANGE_NONE, 0 },
	{ KEYS_ENTER, "", "", "",
	  CONFIRM, ANSWERABLE, COMMAND_START, CHANGE_NONE, 0 },
	{ 'n', "n", N_("No"), N_("this is not you: nothing is kept; also Esc"),
	  CONFIRM, 0, COMMAND_CANCEL, CHANGE_NONE, 1 },
	{ KEYS_ESCAPE, "", "", "",
	  CONFIRM, 0, COMMAND_CANCEL, CHANGE_NONE, 0 },

	{ 'o', "o", N_("Sign out"), N_("sign out"),
	  PROFILE, 0, COMMAND_SIGN_OUT, CHANGE_NONE, 1 },
	{ KEYS_TAB, N_("Tab"), N_("Everything"), N_("everything the provider sent"),
	  PROFILE, FIELDS, COMMAND_NONE, CHANGE_TREE, 4 },
	{ KEYS_TAB, N_("Tab"), N_("Summary"), N_("back to the summary"),
	  PROFILE, TREE, COMMAND_NONE, CHANGE_TREE, 4 },
	{ 'j', "", "", "",
	  PROFILE, DETAILS, COMMAND_NONE, CHANGE_TREE, 0 },
	{ KEYS_NONE, N_("Arrows"), N_("Move"), N_("move; also Page Up, Page Down, "
	  "Home, End"), PROFILE, MOVABLE, COMMAND_NONE, CHANGE_MOVE, 7 },
	{ KEYS_ENTER, N_("Enter"), N_("Fold"), N_("fold and unfold; also Left, Right"),
	  PROFILE, BRANCH, COMMAND_NONE, CHANGE_MOVE, 6 },

	{ KEYS_ENTER, N_("Enter"), N_("Try again"), N_("try again now; also r"),
	  TROUBLE, 0, COMMAND_START, CHANGE_NONE, 1 },
	{ 'r', "", "", "",
	  TROUBLE, 0, COMMAND_START, CHANGE_NONE, 0 },

	{ 'l', "l", "", N_("another language"),
	  ANYWHERE, OTHER_LANGUAGE, COMMAND_LANGUAGE, CHANGE_NONE, 2 },
	{ '?', "?", N_("Help"), N_("the list of keys"),
	  ANYWHERE, 0, COMMAND_NONE, CHANGE_HELP, 3 },
	{ 'h', "", "", "",
	  SIGN_IN | PROFILE | TROUBLE, 0, COMMAND_NONE, CHANGE_HELP, 0 },
	{ KEYS_REPAINT, N_("Ctrl-L"), "", N_("redraw the screen"),
	  ANYWHERE | TYPING, 0, COMMAND_NONE, CHANGE_REPAINT, 0 },
	{ KEYS_INTERRUPT, "", "", "",
	  ANYWHERE | TYPING, MAY_QUIT, COMMAND_CANCEL, CHANGE_NONE, 0 },
	{ 'q', "q", N_("Quit"), N_("quit"),
	  ANYWHERE, MAY_QUIT | NOT_ZOOMED, COMMAND_QUIT, CHANGE_NONE, 5 },
	{ 'c', "c", "", N_("copy the code"),
	  SIGN_IN, COPIES | CODE, COMMAND_COPIED_CODE, CHANGE_COPY_CODE, 0 },
	{ 'u', "u", "", N_("copy the address"),
	  SIGN_IN, COPIES | COPYABLE, COMMAND_COPIED_ADDRESS, CHANGE_COPY_ADDRESS,
	  0 },
};
/* clang-format on */

enum { BINDING_COUNT = sizeof(bindings) / sizeof(bindings[0]) };

static bool applies(const struct binding *binding, const struct model *model,
		    const struct view *view, unsigned met)
{
	const unsigned here = view->typing ? TYPING : 1u << model->screen;

	return (binding->screens & here) != 0 && (binding->needs & ~met) == 0;
}

const struct binding *keys_find(const struct model *model,
				const struct view *view, int key)
{
	const unsigned met = needs_met(model, view);

	if (key >= 'A' && key <= 'Z') /* Caps Lock */
		key += 'a' - 'A';
	if (key == KEYS_NONE)
		return NULL;
	for (size_t i = 0; i < BINDING_COUNT; i++) {
		if (bindings[i].key == key &&
		    applies(&bindings[i], model, view, met))
			return &bindings[i];
	}
	return NULL;
}

const struct binding *keys_at(const struct model *model,
			      const struct view *view, size_t i)
{
	const unsigned met = needs_met(model, view);

	for (size_t k = 0; k < BINDING_COUNT; k++) {
		if (bindings[k].name[0] != '\0' &&
		    applies(&bindings[k], model, view, met) && i-- == 0)
			return &bindings[k];
	}
	return NULL;
}

const char *keys_label(const struct binding *binding, const struct model *model)
{
	return binding->command == COMMAND_LANGUAGE ? model->language
						    : _(binding->label);
}

const char *keys_help(const struct binding *binding)
{
	return _(binding->help);
}
