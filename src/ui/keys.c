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

static bool always(const struct model *model, const struct view *view)
{
	(void)model;
	(void)view;
	return true;
}

static bool with_code(const struct model *model, const struct view *view)
{
	(void)view;
	return model->user_code != NULL;
}

static bool with_address(const struct model *model, const struct view *view)
{
	(void)view;
	return model->authorization_uri != NULL;
}

static bool without_address(const struct model *model, const struct view *view)
{
	return !with_address(model, view);
}

static bool with_qr(const struct model *model, const struct view *view)
{
	return with_code(model, view) && view->zoomable;
}

/* A long address has a QR code on few screens, and the key that hides it must
 * be able to bring it back. */
static bool with_drawing(const struct model *model, const struct view *view)
{
	if (with_address(model, view))
		return view->symbol != NULL || view->drawing != DRAWING_AUTO;
	return with_code(model, view) &&
	       (view->has_ways || view->drawing != view->configured);
}

static bool may_copy_code(const struct model *model, const struct view *view)
{
	return view->copies && with_code(model, view);
}

static bool may_copy_address(const struct model *model, const struct view *view)
{
	return view->copies &&
	       (with_code(model, view) || with_address(model, view));
}

static bool may_confirm(const struct model *model, const struct view *view)
{
	return view_may_confirm(view, model->now_ms);
}

/* While the help covers the question, no key answers it, but its list is for
 * later. */
static bool shows_yes(const struct model *model, const struct view *view)
{
	return view->help || may_confirm(model, view);
}

static bool zoomed(const struct model *model, const struct view *view)
{
	(void)model;
	return view->zoom;
}

static bool in_demo(const struct model *model, const struct view *view)
{
	return with_code(model, view) && model->demo;
}

static bool may_interrupt(const struct model *model, const struct view *view)
{
	(void)view;
	return model->can_quit;
}

/* In the zoom, these keys leave it. */
static bool may_quit(const struct model *model, const struct view *view)
{
	return model->can_quit && !zoomed(model, view);
}

static bool may_give_up(const struct model *model, const struct view *view)
{
	return !model->locked_in && !zoomed(model, view);
}

static bool with_languages(const struct model *model, const struct view *view)
{
	(void)view;
	return model->language != NULL;
}

static bool with_profile(const struct model *model, const struct view *view)
{
	(void)view;
	return model->profile != NULL && model->profile->node_count > 0;
}

/* There is more than fits the page, or more than one node to choose from. */
static bool may_move(const struct model *model, const struct view *view)
{
	return with_profile(model, view) &&
	       (view->tree_shown
			? view->tree.count > 1
			: (int)model->profile->field_count > view->page_rows);
}

static bool in_fields(const struct model *model, const struct view *view)
{
	return with_profile(model, view) && !view->tree_shown;
}

static bool on_branch(const struct model *model, const struct view *view)
{
	return with_profile(model, view) && view->tree_shown &&
	       view->tree.selected < model->profile->node_count &&
	       model->profile->nodes[view->tree.selected].descendants > 0;
}

static bool in_tree(const struct model *model, const struct view *view)
{
	return with_profile(model, view) && view->tree_shown;
}

/* Translators: each row is the name of a key; a label of one or two words for
 * the bar at the bottom, where all must fit side by side in 80 columns; and
 * what the key does, in at most 60 columns. "Any key" is a name, too. */
/* clang-format off */
static const struct binding bindings[] = {
	{ KEYS_NONE, N_("Any key"), N_("Sign in"), N_("sign in"),
	  WELCOME, always, COMMAND_START, CHANGE_NONE, 1 },

	{ 'a', "a", N_("Approve"), N_("approve, as the phone would (demo)"),
	  SIGN_IN, in_demo, COMMAND_APPROVE, CHANGE_NONE, 0 },
	{ 'r', "r", N_("New code"), N_("get a new code"),
	  SIGN_IN, without_address, COMMAND_START, CHANGE_NONE, 1 },
	{ 'v', "v", N_("Enter address"), N_("enter the browser's final address"),
	  SIGN_IN, with_address, COMMAND_NONE, CHANGE_TYPE, 0 },
	{ 'r', "r", N_("New address"), N_("start again with a new address"),
	  SIGN_IN, with_address, COMMAND_START, CHANGE_NONE, 6 },
	{ 'z', "z", N_("Zoom"), N_("the QR code alone, or the whole address"),
	  SIGN_IN, with_address, COMMAND_NONE, CHANGE_ZOOM, 1 },
	{ KEYS_PASTE, "", "", "",
	  SIGN_IN | TYPING, with_address, COMMAND_PASTE, CHANGE_PASTE, 0 },
	{ 'z', "z", N_("Zoom"), N_("the QR code alone, as large as possible"),
	  SIGN_IN, with_qr, COMMAND_NONE, CHANGE_ZOOM, 4 },
	{ 'm', "m", N_("QR style"), N_("draw the QR code another way, or hide it"),
	  SIGN_IN, with_drawing, COMMAND_NONE, CHANGE_DRAWING, 6 },
	{ KEYS_ESCAPE, N_("Esc"), "", N_("leave the zoom; also q"),
	  SIGN_IN, zoomed, COMMAND_NONE, CHANGE_ZOOM, 0 },
	{ 'q', "", "", "",
	  SIGN_IN, zoomed, COMMAND_NONE, CHANGE_ZOOM, 0 },
	{ KEYS_ESCAPE, N_("Esc"), "", N_("cancel this sign-in"),
	  SIGN_IN, may_give_up, COMMAND_CANCEL, CHANGE_NONE, 7 },

	{ KEYS_ENTER, N_("Enter"), N_("Done"), N_("continue with this address"),
	  TYPING, always, COMMAND_PASTE, CHANGE_ENTER, 0 },
	{ KEYS_ESCAPE, N_("Esc"), N_("Back"), N_("go back"),
	  TYPING, always, COMMAND_NONE, CHANGE_LEAVE, 1 },
	{ KEYS_BACKSPACE, "", "", "",
	  TYPING, always, COMMAND_NONE, CHANGE_ERASE, 0 },

	{ KEYS_NONE, "y", N_("Yes, it's me"), N_("this is you; also Enter"),
	  CONFIRM, shows_yes, COMMAND_NONE, CHANGE_NONE, 0 },
	{ 'y', "", "", "",
	  CONFIRM, may_confirm, COMMAND_START, CHANGE_NONE, 0 },
	{ KEYS_ENTER, "", "", "",
	  CONFIRM, may_confirm, COMMAND_START, CHANGE_NONE, 0 },
	{ 'n', "n", N_("No"), N_("this is not you: nothing is kept; also Esc"),
	  CONFIRM, always, COMMAND_CANCEL, CHANGE_NONE, 1 },
	{ KEYS_ESCAPE, "", "", "",
	  CONFIRM, always, COMMAND_CANCEL, CHANGE_NONE, 0 },

	{ 'o', "o", N_("Sign out"), N_("sign out"),
	  PROFILE, always, COMMAND_SIGN_OUT, CHANGE_NONE, 1 },
	{ KEYS_TAB, N_("Tab"), N_("Everything"), N_("everything the provider sent"),
	  PROFILE, in_fields, COMMAND_NONE, CHANGE_TREE, 4 },
	{ KEYS_TAB, N_("Tab"), N_("Summary"), N_("back to the summary"),
	  PROFILE, in_tree, COMMAND_NONE, CHANGE_TREE, 4 },
	{ 'j', "", "", "",
	  PROFILE, with_profile, COMMAND_NONE, CHANGE_TREE, 0 },
	{ KEYS_NONE, N_("Arrows"), N_("Move"), N_("move; also Page Up, Page Down, "
	  "Home, End"), PROFILE, may_move, COMMAND_NONE, CHANGE_MOVE, 7 },
	{ KEYS_ENTER, N_("Enter"), N_("Fold"), N_("fold and unfold; also Left, Right"),
	  PROFILE, on_branch, COMMAND_NONE, CHANGE_MOVE, 6 },

	{ KEYS_ENTER, N_("Enter"), N_("Try again"), N_("try again now; also r"),
	  TROUBLE, always, COMMAND_START, CHANGE_NONE, 1 },
	{ 'r', "", "", "",
	  TROUBLE, always, COMMAND_START, CHANGE_NONE, 0 },

	{ 'l', "l", "", N_("another language"),
	  ANYWHERE, with_languages, COMMAND_LANGUAGE, CHANGE_NONE, 2 },
	{ '?', "?", N_("Help"), N_("the list of keys"),
	  ANYWHERE, always, COMMAND_NONE, CHANGE_HELP, 3 },
	{ 'h', "", "", "",
	  SIGN_IN | PROFILE | TROUBLE, always, COMMAND_NONE, CHANGE_HELP, 0 },
	{ KEYS_REPAINT, N_("Ctrl-L"), "", N_("redraw the screen"),
	  ANYWHERE | TYPING, always, COMMAND_NONE, CHANGE_REPAINT, 0 },
	{ KEYS_INTERRUPT, "", "", "",
	  ANYWHERE | TYPING, may_interrupt, COMMAND_CANCEL, CHANGE_NONE, 0 },
	{ 'q', "q", N_("Quit"), N_("quit"),
	  ANYWHERE, may_quit, COMMAND_QUIT, CHANGE_NONE, 5 },
	{ 'c', "c", "", N_("copy the code"),
	  SIGN_IN, may_copy_code, COMMAND_COPIED_CODE, CHANGE_COPY_CODE, 0 },
	{ 'u', "u", "", N_("copy the address"),
	  SIGN_IN, may_copy_address, COMMAND_COPIED_ADDRESS, CHANGE_COPY_ADDRESS,
	  0 },
};
/* clang-format on */

enum { BINDING_COUNT = sizeof(bindings) / sizeof(bindings[0]) };

static bool is_valid(const struct binding *binding, const struct model *model,
		     const struct view *view)
{
	const unsigned here = view->typing ? TYPING : 1u << model->screen;

	return (binding->screens & here) != 0 && binding->applies(model, view);
}

const struct binding *keys_find(const struct model *model,
				const struct view *view, int key)
{
	if (key >= 'A' && key <= 'Z') /* Caps Lock */
		key += 'a' - 'A';
	if (key == KEYS_NONE)
		return NULL;
	for (size_t i = 0; i < BINDING_COUNT; i++) {
		if (bindings[i].key == key &&
		    is_valid(&bindings[i], model, view))
			return &bindings[i];
	}
	return NULL;
}

const struct binding *keys_at(const struct model *model,
			      const struct view *view, size_t i)
{
	for (size_t k = 0; k < BINDING_COUNT; k++) {
		if (bindings[k].name[0] != '\0' &&
		    is_valid(&bindings[k], model, view) && i-- == 0)
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
