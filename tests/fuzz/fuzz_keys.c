/* SPDX-License-Identifier: MIT */
/*
 * What a terminal sends: keys, escape sequences, pasted text, cut anywhere.
 * Goes through a real pseudo-terminal and curses into the screens, which are
 * drawn after every step.
 */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/text.h"
#include "conf/theme.h"
#include "oauth/profile.h"
#include "oauth/provider.h"
#include "fuzz.h"
#include "ui/keyboard.h"
#include "ui/model.h"
#include "ui/paste.h"
#include "ui/term.h"
#include "ui/ui.h"

static struct {
	int master;
	struct term *term;
	struct profile *profile;
	int64_t now_ms;
} fixture;

static void open_fixture(void)
{
	static const char profile[] =
		"{\"name\":\"Ada\",\"emails\":[\"a@b.example\",\"c@d.example\"]"
		","
		"\"a\":{\"b\":{\"c\":[1,2,3,{\"d\":null}]}},\"e\":true}";
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	struct theme theme;
	int slave;

	fixture.master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
	must(fixture.master >= 0);
	must(grantpt(fixture.master) == 0 && unlockpt(fixture.master) == 0);
	slave = open(ptsname(fixture.master), O_RDWR | O_NOCTTY);
	must(slave >= 0);
	must(ioctl(fixture.master, TIOCSWINSZ, &size) == 0);
	must(setenv("TERM", "xterm-256color", 1) == 0);
	theme_plain(&theme);
	fixture.term = term_open(slave, slave, &theme, NULL);
	must(fixture.term != NULL);
	fixture.profile = profile_new(
		profile, fuzz_provider(0)->preset->profile, NULL, 0, NULL);
}

/* Takes what the screens have written, so that they never wait. */
static void drain(void)
{
	char output[8192];

	while (read(fixture.master, output, sizeof(output)) > 0)
		continue;
}

static struct model make_model(unsigned which)
{
	struct model model = {
		.now_ms = 1000,
		.title = "Sign in",
		.provider = "Webex",
		.device = "lobby-3",
		.status = "Waiting",
		.code_lifetime_ms = 600000,
		.expires_ms = 301000,
		.token_expires_ms = NEVER_MS,
		.idle_ms = NEVER_MS,
		.retry_ms = NEVER_MS,
		.demo = (which & 8) != 0,
		.can_quit = (which & 16) == 0,
		.trouble = "It did not work.",
		.advice = "",
	};

	model.screen = (enum screen)(which % 4);
	if (which & 4) {
		model.authorization_uri = "https://id.example/authorize?a=b";
		model.redirect_uri = "http://127.0.0.1:2000/redirect.html";
	} else {
		model.user_code = "WDJB-MJHT";
		model.verification_uri = "https://id.example/device";
	}
	if (model.screen == SCREEN_PROFILE)
		model.profile = fixture.profile;
	return model;
}

static void check_pasted(const char *text)
{
	must(strlen(text) <= PASTE_MAX);
	for (; *text != '\0'; text++)
		must(*text >= ' ' && *text <= '~');
}

static void take_keys(struct ui *ui, const struct model *model)
{
	int key;

	while ((key = keyboard_key(term_keyboard(fixture.term),
				   fixture.now_ms)) != KEYS_NONE) {
		must(key != KEYS_HANG_UP);
		check_pasted(keyboard_pasted(term_keyboard(fixture.term)));
		switch (ui_key(ui, model, key)) {
		case COMMAND_PASTE:
			must(model->authorization_uri != NULL);
			check_pasted(ui_pasted(ui));
			break;
		case COMMAND_APPROVE:
			must(model->demo);
			break;
		case COMMAND_COPIED_CODE:
		case COMMAND_COPIED_ADDRESS:
			must(model->screen == SCREEN_SIGN_IN);
			break;
		case COMMAND_QUIT:
			must(model->can_quit);
			break;
		case COMMAND_SIGN_OUT:
			must(model->screen == SCREEN_PROFILE);
			break;
		case COMMAND_NONE:
		case COMMAND_START:
		case COMMAND_CANCEL:
		case COMMAND_LANGUAGE:
			break;
		}
	}
}

static void skip_keys(void)
{
	while (keyboard_key(term_keyboard(fixture.term), fixture.now_ms) !=
	       KEYS_NONE)
		continue;
}

/* Ends a paste and a sequence that an input left open. */
static void close_input(void)
{
	skip_keys();
	must(write(fixture.master, "\x1b[201~\x03", 7) == 7);
	skip_keys();
	must(write(fixture.master, "\x03\x03", 2) == 2);
	skip_keys();
	fixture.now_ms += KEY_GIVE_UP_MS;
	skip_keys();
}

/* A pause, in which an escape becomes a key, is a newline in the input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	struct model model;
	struct ui *ui;
	char *bytes;

	if (fixture.term == NULL)
		open_fixture();
	model = make_model(input_choice(&input, 32));
	ui = ui_new(fixture.term, DRAWING_AUTO);
	ui_offer_copies(ui);
	ui_draw(ui, &model);
	while ((bytes = input_line(&input)) != NULL) {
		size_t len = strlen(bytes);

		/* A terminal holds so many bytes. */
		len = len < 2048 ? len : 2048;
		must(len == 0 ||
		     write(fixture.master, bytes, len) == (ssize_t)len);
		take_keys(ui, &model);
		fixture.now_ms += KEY_ESCAPE_MS;
		take_keys(ui, &model);
		ui_draw(ui, &model);
		drain();
		free(bytes);
	}
	close_input();
	ui_free(ui);
	drain();
	return 0;
}
