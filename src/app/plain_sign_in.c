/* SPDX-License-Identifier: MIT */
/*
 * Measures the output anew for each code: its size and its font can change.
 */
#include "config.h"

#include "app/plain_sign_in.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/plain_say.h"
#include "app/presenter.h"
#include "app/setup.h"
#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"
#include "io/vt.h"
#include "machine/flow.h"
#include "oauth/oauth_answer.h"
#include "ui/hyperlink.h"
#include "ui/locale.h"
#include "ui/panel.h"
#include "ui/plain_text.h"
#include "ui/term_name.h"
#include "ui/term_type.h"
#include "ui/tty_line.h"

/* A code that is valid for long enough is mentioned again when half its time
 * has passed, and this long before its end. */
enum { LAST_CALL_S = 30, SHORT_LIFE_S = 120 };

/* For output that is not a terminal. */
enum { PLENTY_ROWS = 1000 };

static int64_t seconds_left(const struct flow *flow)
{
	return (flow_expires_ms(flow) - clock_now_ms() + 999) / 1000;
}

/* True if standard output takes UTF-8. */
static bool writes_utf8(const struct setup *setup)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 &&
	       !locale_may_lack_utf8(setup->conf.screen.locale);
}

unsigned plain_sign_in_flags(const struct setup *setup)
{
	const unsigned flags = writes_utf8(setup) ? 0 : TEXT_ASCII;

	if (!isatty(STDOUT_FILENO) || !term_name_is_console(getenv("TERM")))
		return flags;
	return flags | (vt_is_utf8(STDOUT_FILENO) ? TEXT_NARROW : TEXT_ASCII);
}

/* What standard output can show: only text if it is not a terminal. On a
 * console, this checks the font. */
static void measure_output(const struct setup *setup, const char *user_code,
			   struct plain_output *output)
{
	const bool utf8 = writes_utf8(setup);
	char shown[512];

	*output = (struct plain_output){
		.size = tty_line_size(STDOUT_FILENO),
		.drawing = setup->conf.screen.qr,
		.halves = utf8 && vt_is_utf8(STDOUT_FILENO) &&
			  vt_blocks(STDOUT_FILENO) != VT_BLOCKS_MISSING,
		.shows_code = true,
	};
	if (!isatty(STDOUT_FILENO)) {
		output->size.rows = PLENTY_ROWS;
		return;
	}
	output->colours = term_type_has_colours();
	output->links = hyperlink_may_be_sent(STDOUT_FILENO,
					      setup->conf.screen.hyperlinks);
	(void)text_clip(shown, sizeof(shown), user_code, strlen(user_code), -1,
			plain_sign_in_flags(setup));
	output->shows_code = strcmp(shown, user_code) == 0 &&
			     !vt_lacks_glyphs(STDOUT_FILENO, user_code);
}

static bool print(const struct buf *lines)
{
	(void)fputs(buf_text(lines), stdout);
	return !lines->failed && fflush(stdout) == 0 && !ferror(stdout);
}

/* False if the output failed. */
static bool print_code(struct presenter *presenter, const struct flow *flow)
{
	const struct setup *setup = presenter->setup;
	const struct device_code *shown = flow_code(flow);
	const struct plain_code code = {
		.label = setup->provider.label,
		.user_code = shown->user_code,
		.verification_uri = shown->verification_uri,
		.verification_uri_complete = shown->verification_uri_complete,
		.expires_in_s = seconds_left(flow),
		.caution = presenter_caution(presenter),
	};
	struct plain_output output;
	struct buf lines;
	bool ok;

	measure_output(setup, code.user_code, &output);
	buf_init(&lines, PLAIN_TEXT_MAX);
	plain_text_code(&lines, &output, &code);
	ok = print(&lines);
	buf_free(&lines);
	return ok;
}

/* When to mention the displayed code next. */
static int64_t next_reminder_ms(const struct flow *flow)
{
	const int64_t left_s = seconds_left(flow);

	if (left_s >= SHORT_LIFE_S)
		return flow_expires_ms(flow) - left_s / 2 * 1000;
	return left_s > LAST_CALL_S ? flow_expires_ms(flow) - LAST_CALL_S * 1000
				    : NEVER_MS;
}

static bool print_address(const struct presenter *presenter,
			  const struct flow *flow)
{
	const struct provider *provider = &presenter->setup->provider;
	char command[512], life[64];

	/* Translators: plain lines, wrapped, as one sentence: this, an address,
	 * and what follows below it. */
	plain_say(stdout, "\n\n", _("To sign in to %s, go to"),
		  provider->label);
	(void)printf("    %s\n\n", flow_authorization_uri(flow));
	/* Translators: goes on after the address above; below stands another
	 * one. */
	plain_say(stdout, "\n", "%s",
		  _("in a browser on this machine. The browser then returns "
		    "to"));
	(void)printf("%s\n\n", provider->redirect_uri);
	panel_forward_command(command, sizeof(command), presenter->device,
			      provider->redirect_uri);
	if (command[0] != '\0') {
		plain_say(stdout, "\n\n", "%s",
			  _("To use a browser on another machine, first run "
			    "this command there:"));
		(void)printf("    %s\n\n", command);
	}
	if (flow_expires_ms(flow) != NEVER_MS)
		/* Translators: a plain line, wrapped. %s is a duration. */
		plain_say(
			stdout, "\n", _("The address is valid for %s."),
			i18n_duration(life, sizeof(life), seconds_left(flow)));
	return fflush(stdout) == 0 && !ferror(stdout);
}

/* Prints how long the displayed code is still valid. */
static bool remind(const struct flow *flow, struct plain_sign_in *printed)
{
	const int64_t left_s = seconds_left(flow);
	char left[64];

	printed->remind_ms = NEVER_MS;
	if (flow_code(flow) == NULL || left_s <= 0)
		return true;
	if (left_s > LAST_CALL_S)
		printed->remind_ms = flow_expires_ms(flow) - LAST_CALL_S * 1000;
	i18n_duration(left, sizeof(left), left_s);
	/* Translators: plain lines, wrapped. %s is a duration. */
	plain_say(stdout, "\n",
		  left_s > LAST_CALL_S ? _("The code is still valid for %s.")
				       : _("The code expires in %s."),
		  left);
	return fflush(stdout) == 0 && !ferror(stdout);
}

void plain_sign_in_init(struct plain_sign_in *printed)
{
	*printed = (struct plain_sign_in){.remind_ms = NEVER_MS};
}

bool plain_sign_in_show(struct plain_sign_in *printed,
			struct presenter *presenter, const struct flow *flow)
{
	if (flow_codes(flow) == printed->codes)
		return clock_now_ms() < printed->remind_ms ||
		       remind(flow, printed);
	printed->codes = flow_codes(flow);
	printed->remind_ms = NEVER_MS;
	if (flow_code(flow) != NULL) {
		printed->remind_ms = next_reminder_ms(flow);
		return print_code(presenter, flow);
	}
	return flow_authorization_uri(flow) == NULL ||
	       print_address(presenter, flow);
}
