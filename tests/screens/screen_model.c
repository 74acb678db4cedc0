/* SPDX-License-Identifier: MIT */
/*
 * Models, and how they are drawn.
 */
#include "config.h"

#include "screen_model.h"

#include <locale.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/log.h"
#include "conf/presets.h"
#include "oauth/profile.h"
#include "ui/keyboard.h"
#include "ui/ui.h"

#include "screen_fixture.h"

/* What Webex's developer portal hands out, and one with PKCE, a nonce and many
 * scopes. */
#define AUTHORIZE                                                           \
	"https://webexapis.com/v1/authorize?client_id="                     \
	"C1d0f3a6c2b94e7f8a5d0c1b2e3f4a5968778695a4b3c2d1e0f9e8d7c6b5a4938" \
	"&response_type=code&redirect_uri=http%3A%2F%2F127.0.0.1%3A2000"    \
	"%2Fredirect.html&scope=spark%3Aall%20spark%3Akms"                  \
	"&state=2oVq5mC7Q1xY0aZ8rT4uWg&code_challenge_method=S256"          \
	"&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
#define AUTHORIZE_LONG                                                \
	AUTHORIZE                                                     \
	"&nonce=n-0S6_WzA2Mj&prompt=consent&access_type=offline"      \
	"&scope=openid%20email%20profile%20offline_access%20"         \
	"https%3A%2F%2Fwww.example.org%2Fauth%2Fcalendar.readonly%20" \
	"https%3A%2F%2Fwww.example.org%2Fauth%2Fcontacts.readonly%20" \
	"https%3A%2F%2Fwww.example.org%2Fauth%2Fdrive.metadata%20"    \
	"https%3A%2F%2Fwww.example.org%2Fauth%2Fspreadsheets"         \
	"&login_hint=ada%40example.org&ui_locales=en-GB%20fr-FR"

static struct profile *profile;

static const char profile_json[] =
	"{\"id\":\"Y2lzY28\",\"emails\":[\"ada@example.org\"],"
	"\"phoneNumbers\":[{\"type\":\"work\",\"value\":\"+44 20 7946 0000\"},"
	"{\"type\":\"mobile\",\"value\":\"+44 7700 900123\"}],"
	"\"displayName\":\"Ada Lovelace\","
	"\"org\":\"Société Analytique 解析\",\"loginEnabled\":true}";

static const struct profile_map profile_map[] = {
	{"Name", "displayName"}, {"Email", "emails"}, {"Phone", "phoneNumbers"},
	{"Organisation", "org"}, {NULL, NULL},
};

int screen_model_start(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	setlocale(LC_ALL, "C.UTF-8");
	json_init();
	profile = profile_new(profile_json, profile_map, NULL, 0, NULL);
	return profile != NULL ? 0 : -1;
}

int screen_model_stop(void **state)
{
	(void)state;
	profile_free(profile);
	return 0;
}

struct log *screen_model_log(void)
{
	struct log *log = log_new(20);
	const int64_t wall_s = 1795430400; /* 2026-11-23 10:40:00 UTC */

	log_add(log, wall_s, LEVEL_INFO, "Requesting a code from Webex");
	log_add(log, wall_s + 1, LEVEL_INFO, "Code received");
	for (int i = 0; i < 3; i++)
		log_add(log, wall_s + 3 + i, LEVEL_INFO, "Not approved yet");
	return log;
}

void screen_model_init(struct model *model, enum screen screen,
		       const struct log *log)
{
	*model = (struct model){
		.screen = screen,
		.now_ms = START_MS,
		.title = "Sign in",
		.provider = "Webex",
		.device = "Lobby screen 3",
		.caution = "Approve only if you are standing at this screen "
			   "(Lobby 3).",
		.caution_brief =
			"Approve only if you are standing at this screen.",
		.status = "Waiting for Webex",
		.user_code = "729703",
		.verification_uri = BARE,
		.verification_uri_complete = COMPLETE,
		.code_lifetime_ms = 300000,
		.expires_ms = START_MS + 272000,
		.codes = 1,
		.profile = profile,
		.token_expires_ms = START_MS + 64800000,
		.refreshes = true,
		.idle_ms = NEVER_MS,
		.confirm_ms = START_MS + 120000,
		.trouble = "Sign-in is not possible right now",
		.advice = "The sign-in service is busy or having problems.",
		.help = "If this lasts, call 4711, or come to room 4.12 "
			"between nine and five.",
		.retry_ms = START_MS + 12000,
		.log = log,
		.can_quit = true,
	};
}

void screen_model_without_code(struct model *model)
{
	model->user_code = NULL;
	model->verification_uri = model->verification_uri_complete = NULL;
	model->expires_ms = NEVER_MS;
	model->status = "Requesting a code from Webex";
}

void screen_model_with_letters(struct model *model)
{
	model->provider = "GitHub";
	model->user_code = "WDJB-MJHT";
	model->verification_uri = "https://github.com/login/device";
	model->verification_uri_complete = NULL;
	model->codes = 2;
	model->demo = true;
}

void screen_model_by_address(struct model *model)
{
	model->user_code = NULL;
	model->verification_uri = model->verification_uri_complete = NULL;
	model->authorization_uri = AUTHORIZE;
	model->redirect_uri = "http://127.0.0.1:2000/redirect.html";
	model->device = "lobby-3.example.org";
	model->status = "Waiting for your approval";
}

void screen_model_by_long_address(struct model *model)
{
	screen_model_by_address(model);
	model->authorization_uri = AUTHORIZE_LONG;
	model->redirect_uri = "http://[::1]:49152/";
	model->device = "Lobby screen 3";
}

void screen_model_refused(struct model *model)
{
	screen_model_by_address(model);
	model->failure = "This address belongs to another sign-in: open the "
			 "one on the screen.";
}

void screen_model_nearly_idle(struct model *model)
{
	model->idle_ms = START_MS + 45000;
}

void screen_model_without_profile(struct model *model)
{
	model->profile = NULL;
	model->status = "Reading the profile from Webex";
}

void screen_model_draw(struct screen_fixture *fixture,
		       const struct model *model)
{
	struct pollfd room = {.fd = fixture->slave, .events = POLLOUT};

	while (!ui_draw(fixture->ui, model))
		assert_int_equal(poll(&room, 1, -1), 1);
}

int screen_model_key_of(char c)
{
	return c == 'D' ? KEYS_DOWN : c;
}

void screen_model_press(struct screen_fixture *fixture, const char *bytes)
{
	struct pollfd fd = {.fd = fixture->slave, .events = POLLIN};
	const size_t len = strlen(bytes);
	int there;

	assert_int_equal(write(fixture->master, bytes, len), len);
	do { /* on its way through the kernel */
		assert_int_equal(poll(&fd, 1, 10000), 1);
		assert_int_equal(ioctl(fixture->slave, FIONREAD, &there), 0);
	} while ((size_t)there < len);
}
