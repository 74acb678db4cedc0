/* SPDX-License-Identifier: MIT */
/*
 * Draws into a terminal of its own (a pseudo-terminal) and looks at what is on
 * the screen, at the bytes that went out, and at the keys that come in.
 * "test_screens GOLDEN=write" writes the expected screens anew.
 */
#include "config.h"

#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/log.h"
#include "core/json.h"
#include "core/profile.h"
#include "core/provider.h"
#include "core/qr.h"
#include "core/theme.h"
#include "ui/keyboard.h"
#include "ui/model.h"
#include "ui/palette.h"
#include "ui/term.h"
#include "ui/ui.h"

#include "desk.h"

#define COMPLETE                                           \
	"https://oauth-helper-r.wbx2.com/verify?userCode=" \
	"6587b053970a656c29500e6bced0c1c59290a743ad7e34af474a65085860de57"
#define BARE "https://oauth-helper-r.wbx2.com/verify"

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

enum {
	START_MS = 1200000, /* the picture is in its first place */
	TEXT_MAX = 64 * 1024
};

static bool write_golden;
static struct profile *profile;

/* ---- Something to draw */

static const char profile_json[] =
	"{\"id\":\"Y2lzY28\",\"emails\":[\"ada@example.org\"],"
	"\"phoneNumbers\":[{\"type\":\"work\",\"value\":\"+44 20 7946 0000\"},"
	"{\"type\":\"mobile\",\"value\":\"+44 7700 900123\"}],"
	"\"displayName\":\"Ada Lovelace\","
	"\"org\":\"Société Analytique 解析\",\"loginEnabled\":true}";

static const struct profile_map profile_map[] = {
	{"Name", "displayName"},
	{"E-mail", "emails"},
	{"Phone", "phoneNumbers"},
	{"Organisation", "org"},
	{NULL, NULL},
};

static struct log *test_log(void)
{
	struct log *log = log_new(20);
	const int64_t wall_s = 1795430400; /* 2026-11-23 10:40:00 UTC */

	log_add(log, wall_s, LEVEL_INFO, "Asking Webex for a code");
	log_add(log, wall_s + 1, LEVEL_INFO, "Code received");
	for (int i = 0; i < 3; i++)
		log_add(log, wall_s + 3 + i, LEVEL_INFO, "Not approved yet");
	return log;
}

static void model_init(struct model *model, enum screen screen,
		       const struct log *log)
{
	*model = (struct model){
		.screen = screen,
		.now_ms = START_MS,
		.title = "Sign in",
		.provider = "Webex",
		.device = "Lobby screen 3",
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
		.trouble = "No connection to the sign-in service",
		.advice = "The name webexapis.com could not be found. Check "
			  "the network cable or the Wi-Fi.",
		.retry_ms = START_MS + 12000,
		.log = log,
		.can_quit = true,
	};
}

/* What a case changes of that. */
static void as_it_is(struct model *model)
{
	(void)model;
}

static void without_code(struct model *model)
{
	model->user_code = NULL;
	model->verification_uri = model->verification_uri_complete = NULL;
	model->expires_ms = NEVER_MS;
	model->status = "Asking Webex for a code";
}

static void with_letters(struct model *model)
{
	model->provider = "GitHub";
	model->user_code = "WDJB-MJHT";
	model->verification_uri = "https://github.com/login/device";
	model->verification_uri_complete = NULL;
	model->codes = 2;
	model->demo = true;
}

static void by_address(struct model *model)
{
	model->user_code = NULL;
	model->verification_uri = model->verification_uri_complete = NULL;
	model->authorization_uri = AUTHORIZE;
	model->redirect_uri = "http://127.0.0.1:2000/redirect.html";
	model->device = "lobby-3.example.org";
	model->status = "Waiting for your approval";
}

static void by_long_address(struct model *model)
{
	by_address(model);
	model->authorization_uri = AUTHORIZE_LONG;
	model->redirect_uri = "http://[::1]:49152/";
	model->device = "Lobby screen 3";
}

static void refused(struct model *model)
{
	by_address(model);
	model->refusal = "This address does not belong to the sign-in on the "
			 "screen: open the one shown there.";
}

static void nearly_idle(struct model *model)
{
	model->idle_ms = START_MS + 45000;
}

static void without_profile(struct model *model)
{
	model->profile = NULL;
	model->status = "Reading the profile from Webex";
}

/* A reader that is slow to take the last frame is waited for. */
static void draw(struct desk *desk, const struct model *model)
{
	struct pollfd room = {.fd = desk->slave, .events = POLLOUT};

	while (!ui_draw(desk->ui, model))
		assert_int_equal(poll(&room, 1, -1), 1);
}

/* ---- Expected screens */

/* Names the file of what is expected. */
struct golden {
	const char *name;
	int columns, rows;
	enum screen screen;
	void (*change)(struct model *model);
	const char *keys; /* pressed before the drawing */
	const char *mode;
	const char *locale, *type;
};

#define UTF8 "C.UTF-8", "xterm-256color"
#define CONSOLE "C.UTF-8", "linux"
#define ASCII "C", "vt100"

/* The code in it must not be seen. */
#define ENTRY                                              \
	"vhttp://127.0.0.1:2000/redirect.html?code=5ecret" \
	"&state=2oVq5mC7Q1xY0aZ8rT4uWg"

/* clang-format off */
static const struct golden goldens[] = {
	{ "sign-in", 80, 24, SCREEN_SIGN_IN, as_it_is, "", "auto", UTF8 },
	{ "sign-in", 100, 30, SCREEN_SIGN_IN, as_it_is, "", "auto", UTF8 },
	{ "sign-in", 50, 15, SCREEN_SIGN_IN, as_it_is, "", "auto", UTF8 },
	{ "sign-in", 240, 67, SCREEN_SIGN_IN, as_it_is, "", "auto", UTF8 },
	{ "sign-in", 60, 20, SCREEN_SIGN_IN, as_it_is, "", "auto", UTF8 },
	{ "sign-in", 40, 12, SCREEN_SIGN_IN, as_it_is, "", "auto", UTF8 },
	{ "sign-in", 20, 5, SCREEN_SIGN_IN, as_it_is, "", "auto", UTF8 },
	{ "sign-in", 45, 40, SCREEN_SIGN_IN, as_it_is, "", "auto", UTF8 },
	{ "sign-in", 90, 80, SCREEN_SIGN_IN, as_it_is, "", "auto", UTF8 },
	{ "console", 80, 24, SCREEN_SIGN_IN, as_it_is, "", "auto", CONSOLE },
	{ "ascii", 80, 24, SCREEN_SIGN_IN, as_it_is, "", "auto", ASCII },
	{ "ascii", 120, 60, SCREEN_SIGN_IN, as_it_is, "", "auto", ASCII },
	{ "zoom", 80, 24, SCREEN_SIGN_IN, as_it_is, "z", "auto", UTF8 },
	{ "text", 80, 24, SCREEN_SIGN_IN, as_it_is, "", "text", UTF8 },
	{ "mode", 100, 30, SCREEN_SIGN_IN, with_letters, "m", "auto", UTF8 },
	{ "letters", 80, 24, SCREEN_SIGN_IN, with_letters, "", "auto", UTF8 },
	{ "asking", 80, 24, SCREEN_SIGN_IN, without_code, "", "auto", UTF8 },
	{ "help", 80, 24, SCREEN_SIGN_IN, as_it_is, "?", "auto", UTF8 },
	{ "help", 40, 12, SCREEN_SIGN_IN, as_it_is, "?", "auto", UTF8 },
	{ "help", 20, 5, SCREEN_SIGN_IN, as_it_is, "?", "auto", UTF8 },
	{ "authorize", 80, 24, SCREEN_SIGN_IN, by_address, "", "auto", UTF8 },
	{ "authorize", 120, 40, SCREEN_SIGN_IN, by_address, "", "auto", UTF8 },
	{ "authorize", 240, 67, SCREEN_SIGN_IN, by_address, "", "auto", UTF8 },
	{ "authorize", 90, 80, SCREEN_SIGN_IN, by_address, "", "auto", UTF8 },
	{ "authorize", 40, 12, SCREEN_SIGN_IN, by_address, "", "auto", UTF8 },
	{ "authorize", 20, 5, SCREEN_SIGN_IN, by_address, "", "auto", UTF8 },
	{ "authorize-zoom", 120, 40, SCREEN_SIGN_IN, by_address, "z", "auto",
	  UTF8 },
	{ "authorize-zoom", 40, 12, SCREEN_SIGN_IN, by_address, "z", "auto",
	  UTF8 },
	{ "authorize-long", 80, 24, SCREEN_SIGN_IN, by_long_address, "", "auto",
	  UTF8 },
	{ "authorize-long", 40, 12, SCREEN_SIGN_IN, by_long_address, "", "auto",
	  UTF8 },
	{ "authorize-console", 80, 24, SCREEN_SIGN_IN, by_address, "", "auto",
	  CONSOLE },
	{ "authorize-console", 20, 5, SCREEN_SIGN_IN, by_address, "", "auto",
	  CONSOLE },
	{ "authorize-help", 80, 24, SCREEN_SIGN_IN, by_address, "?", "auto",
	  UTF8 },
	{ "refused", 80, 24, SCREEN_SIGN_IN, refused, "", "auto", UTF8 },
	{ "refused", 60, 20, SCREEN_SIGN_IN, refused, "", "auto", UTF8 },
	{ "refused", 40, 12, SCREEN_SIGN_IN, refused, "", "auto", UTF8 },
	{ "refused", 20, 5, SCREEN_SIGN_IN, refused, "", "auto", UTF8 },
	{ "typing", 80, 24, SCREEN_SIGN_IN, by_address, ENTRY, "auto", UTF8 },
	{ "typing", 40, 12, SCREEN_SIGN_IN, by_address, ENTRY, "auto", UTF8 },
	{ "typing", 20, 5, SCREEN_SIGN_IN, by_address, ENTRY, "auto", UTF8 },
	{ "profile", 80, 24, SCREEN_PROFILE, nearly_idle, "", "auto", UTF8 },
	{ "profile", 100, 30, SCREEN_PROFILE, as_it_is, "", "auto", UTF8 },
	{ "profile", 40, 12, SCREEN_PROFILE, nearly_idle, "", "auto", UTF8 },
	{ "profile", 20, 5, SCREEN_PROFILE, as_it_is, "", "auto", UTF8 },
	{ "profile-console", 80, 24, SCREEN_PROFILE, as_it_is, "", "auto",
	  CONSOLE },
	{ "reading", 80, 24, SCREEN_PROFILE, without_profile, "", "auto", UTF8 },
	{ "tree", 80, 24, SCREEN_PROFILE, as_it_is, "j", "auto", UTF8 },
	{ "tree", 40, 12, SCREEN_PROFILE, as_it_is, "jDD ", "auto", UTF8 },
	{ "tree", 20, 5, SCREEN_PROFILE, as_it_is, "jD", "auto", UTF8 },
	{ "trouble", 80, 24, SCREEN_TROUBLE, as_it_is, "", "auto", UTF8 },
	{ "trouble", 240, 67, SCREEN_TROUBLE, as_it_is, "", "auto", UTF8 },
	{ "trouble", 20, 5, SCREEN_TROUBLE, as_it_is, "", "auto", UTF8 },
	{ "confirm", 80, 24, SCREEN_CONFIRM, as_it_is, "", "auto", UTF8 },
	{ "confirm", 40, 12, SCREEN_CONFIRM, as_it_is, "", "auto", UTF8 },
	{ "confirm", 20, 5, SCREEN_CONFIRM, as_it_is, "", "auto", UTF8 },
	{ "welcome", 80, 24, SCREEN_WELCOME, as_it_is, "", "auto", UTF8 },
	{ "welcome", 40, 12, SCREEN_WELCOME, as_it_is, "", "auto", UTF8 },
	{ "welcome", 20, 5, SCREEN_WELCOME, as_it_is, "", "auto", UTF8 },
};
/* clang-format on */

static void golden_path(char *path, size_t size, const struct golden *golden)
{
	const char *top = getenv("srcdir");

	snprintf(path, size, "%s/tests/screens/%s-%dx%d.txt",
		 top != NULL ? top : ".", golden->name, golden->columns,
		 golden->rows);
}

static void compare(const struct golden *golden, const char *text)
{
	static char expected[TEXT_MAX];
	char path[1024];
	FILE *file;
	size_t n;

	golden_path(path, sizeof(path), golden);
	file = fopen(path, write_golden ? "w" : "r");
	if (file == NULL)
		fail_msg("%s: %m", path);
	if (write_golden) {
		assert_int_equal(fputs(text, file) >= 0, 1);
	} else {
		n = fread(expected, 1, sizeof(expected) - 1, file);
		expected[n] = '\0';
		if (strcmp(text, expected) != 0)
			fail_msg("%s differs; the screen is now:\n%s", path,
				 text);
	}
	assert_int_equal(fclose(file), 0);
}

static int key_of(char c)
{
	return c == 'D' ? KEYS_DOWN : c;
}

static void test_golden(void **state)
{
	struct log *log = test_log();

	(void)state;
	for (size_t i = 0; i < sizeof(goldens) / sizeof(*goldens); i++) {
		const struct golden *golden = &goldens[i];
		static char text[TEXT_MAX];
		struct model model;
		struct desk desk;

		setlocale(LC_ALL, golden->locale);
		desk_open(&desk, golden->columns, golden->rows, golden->type,
			  golden->mode);
		model_init(&model, golden->screen, log);
		golden->change(&model);
		draw(&desk, &model);
		for (const char *c = golden->keys; *c != '\0'; c++)
			ui_key(desk.ui, &model, key_of(*c));
		draw(&desk, &model);
		desk_read(&desk, text, sizeof(text));
		compare(golden, text);
		desk_close(&desk);
	}
	setlocale(LC_ALL, "C.UTF-8");
	log_free(log);
}

/* ---- The QR code, read back from the cells */

/* Whether the module is dark that is drawn x, y modules from the code's own,
 * where the picture begins in row top with quiet modules around. */
static bool is_dark(enum qr_mode mode, int top, int quiet, int x, int y)
{
	const int column = x + quiet, row = y + quiet;
	bool light;

	if (mode == QR_HALF)
		return !desk_is_light(top + row / 2, column, row % 2);
	light = desk_is_light(top + row, 2 * column, 0);
	for (int i = 0; i < 4; i++)
		assert_true(light == desk_is_light(top + row,
						   2 * column + i / 2, i % 2));
	return !light;
}

static void test_qr(void **state)
{
	/* Where the picture is as wide as it gets with a quiet zone of 2. */
	static const struct {
		const char *type, *locale;
		int columns, rows;
		const char *mode;
		enum qr_mode drawn;
		int top;
	} cases[] = {
		{"xterm-256color", "C.UTF-8", 80, 24, "auto", QR_HALF, 0},
		{"xterm", "C.UTF-8", 80, 24, "auto", QR_HALF, 0},
		{"linux", "C.UTF-8", 80, 24, "auto", QR_HALF, 0},
		{"vt100", "C.UTF-8", 80, 24, "auto", QR_HALF, 0},
		{"linux", "C.UTF-8", 80, 24, "half", QR_HALF, 0},
		{"xterm-256color", "C.UTF-8", 114, 49, "full", QR_FULL, 3},
		{"linux", "C.UTF-8", 114, 49, "full", QR_FULL, 3},
		{"xterm-256color", "C", 114, 49, "auto", QR_FULL, 3},
		{"linux", "C", 114, 49, "auto", QR_FULL, 3},
		{"vt100", "C", 114, 49, "auto", QR_FULL, 3},
	};
	struct qr qr;

	(void)state;
	assert_true(qr_make(&qr, COMPLETE));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const int quiet = 2;
		struct desk desk;
		struct model model;

		setlocale(LC_ALL, cases[i].locale);
		desk_open(&desk, cases[i].columns, cases[i].rows, cases[i].type,
			  cases[i].mode);
		model_init(&model, SCREEN_SIGN_IN, NULL);
		draw(&desk, &model);
		for (int y = -quiet; y < qr.side + quiet; y++) {
			for (int x = -quiet; x < qr.side + quiet; x++)
				assert_true(is_dark(cases[i].drawn,
						    cases[i].top, quiet, x,
						    y) == qr_dark(&qr, x, y));
		}
		desk_close(&desk);
	}
	setlocale(LC_ALL, "C.UTF-8");
	qr_free(&qr);
}

/* ---- Bytes */

enum { TICK_BYTES = 16 };

static void test_first_frame(void **state)
{
	/* By far the most of it is the QR code: of version 4 for a URI of 62
	 * bytes, and of version 6 for Webex's 112, where it alone takes 2400
	 * to 2850. */
	static const char usual[] = "https://id.example.org/realms/lobby/"
				    "device?user_code=WDJB-MJHT";
	static const struct {
		const char *type, *complete;
		size_t limit;
	} cases[] = {
		{"xterm-256color", usual, 3500},
		{"linux", usual, 3500},
		{"vt100", usual, 3500},
		{"xterm-256color", COMPLETE, 3620},
		{"linux", COMPLETE, 3840},
		{"vt100", COMPLETE, 3760},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct log *log = log_new(2);
		struct model model;
		struct desk desk;
		size_t bytes;

		log_add(log, 1795430400, LEVEL_INFO, "Code received");
		desk_open(&desk, 80, 24, cases[i].type, "auto");
		model_init(&model, SCREEN_SIGN_IN, log);
		model.verification_uri_complete = cases[i].complete;
		draw(&desk, &model);
		bytes = desk_output(&desk);
		print_message("# %s: first frame %zu bytes\n", cases[i].type,
			      bytes);
		assert_in_range(bytes, 1000, cases[i].limit);
		desk_close(&desk);
		log_free(log);
	}
}

/* The whole life of a code, second by second. */
static void test_ticks(void **state)
{
	const int64_t warning_ms = 75000, bad_ms = 30000;
	struct log *log = test_log();
	struct model model;
	struct desk desk;

	(void)state;
	desk_open(&desk, 80, 24, "xterm-256color", "auto");
	model_init(&model, SCREEN_SIGN_IN, log);
	model.expires_ms = START_MS + model.code_lifetime_ms;
	draw(&desk, &model);
	desk_output(&desk);
	while (model.now_ms < model.expires_ms) {
		int64_t left_ms;
		size_t bytes;

		model.now_ms = ui_deadline(desk.ui, &model);
		left_ms = model.expires_ms - model.now_ms;
		assert_int_equal(left_ms % 1000, 0);
		draw(&desk, &model);
		bytes = desk_output(&desk);
		assert_true(bytes > 0);
		/* The bar changes its colour twice. */
		if (left_ms != warning_ms - 1000 && left_ms != bad_ms - 1000)
			assert_in_range(bytes, 1, TICK_BYTES);
	}
	assert_int_equal(model.now_ms, model.expires_ms);
	desk_close(&desk);
	log_free(log);
}

static void test_nothing_changes(void **state)
{
	struct log *log = test_log();

	(void)state;
	for (int screen = SCREEN_WELCOME; screen <= SCREEN_TROUBLE; screen++) {
		struct model model;
		struct desk desk;

		desk_open(&desk, 80, 24, "xterm-256color", "auto");
		model_init(&model, (enum screen)screen, log);
		draw(&desk, &model);
		assert_true(desk_output(&desk) > 0);
		draw(&desk, &model);
		assert_int_equal(desk_output(&desk), 0);
		model.now_ms += 1; /* within the same second */
		model.expires_ms += 1;
		draw(&desk, &model);
		assert_int_equal(desk_output(&desk), 0);
		ui_dirty(desk.ui); /* drawn again, but nothing differs */
		draw(&desk, &model);
		assert_int_equal(desk_output(&desk), 0);
		desk_close(&desk);
	}
	log_free(log);
}

/* ---- Sparing the screen */

/* What is shown in the n-th place, counted from a whole screen. */
static void read_place(struct desk *desk, struct model *model, int n,
		       char *text)
{
	model->now_ms = START_MS;
	for (int i = 0; i < n; i++) {
		do
			model->now_ms = ui_deadline(desk->ui, model);
		while (model->now_ms % (240 * 1000) != 0);
		draw(desk, model);
	}
	draw(desk, model);
	desk_read(desk, text, TEXT_MAX);
}

/* Whether b is what a is, a row further down and a column further right. */
static bool is_moved(const char *a, const char *b)
{
	if (*b++ != '\n')
		return false;
	while (*b != '\0') {
		const size_t n = strcspn(a, "\n");

		if (n > 0 && *b++ != ' ')
			return false;
		if (strncmp(a, b, n + 1) != 0)
			return false;
		a += n + 1;
		b += n + 1;
	}
	return true;
}

static void test_picture_moves(void **state)
{
	static const struct {
		int columns, rows;
		bool qr_moves; /* there is room for it */
	} cases[] = {
		{80, 24, false}, {90, 26, true},  {100, 30, true},
		{240, 67, true}, {60, 20, false},
	};
	static char first[TEXT_MAX], moved[TEXT_MAX], whole[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct model model;
		struct desk desk;

		desk_open(&desk, cases[i].columns, cases[i].rows,
			  "xterm-256color", "auto");
		model_init(&model, SCREEN_SIGN_IN, NULL);
		model.expires_ms = NEVER_MS;
		read_place(&desk, &model, 0, whole);
		read_place(&desk, &model, 1, first);
		read_place(&desk, &model, 3, moved);
		assert_true(is_moved(first, moved) == cases[i].qr_moves);
		if (!cases[i].qr_moves)
			assert_string_equal(first, whole);
		read_place(&desk, &model, 5, moved);
		assert_string_equal(moved, whole);
		desk_close(&desk);
	}
}

/* Whether all that is drawn now is faint. */
static bool is_faint(const struct desk *desk)
{
	for (int y = 0; y < term_rows(desk->term); y++) {
		for (int x = 0; x < term_columns(desk->term); x++) {
			if (!desk_is_blank(y, x) && !desk_is_faint(y, x))
				return false;
		}
	}
	return true;
}

static void test_dims_when_idle(void **state)
{
	static const struct {
		enum screen screen;
		bool dims;
	} cases[] = {
		{SCREEN_WELCOME, true},	 {SCREEN_SIGN_IN, false},
		{SCREEN_CONFIRM, false}, {SCREEN_PROFILE, false},
		{SCREEN_TROUBLE, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct model model;
		struct desk desk;

		desk_open(&desk, 80, 24, "xterm-256color", "auto");
		model_init(&model, cases[i].screen, NULL);
		model.retry_ms = NEVER_MS;
		draw(&desk, &model);
		assert_false(is_faint(&desk));
		model.now_ms += 599999;
		draw(&desk, &model);
		assert_false(is_faint(&desk));
		if (cases[i].dims)
			assert_int_equal(ui_deadline(desk.ui, &model),
					 START_MS + 600000);
		model.now_ms += 1;
		draw(&desk, &model);
		assert_true(is_faint(&desk) == cases[i].dims);
		ui_key(desk.ui, &model, KEYS_OTHER);
		draw(&desk, &model);
		assert_false(is_faint(&desk));
		/* A code wakes it as well as a key. */
		model.now_ms += 600000;
		draw(&desk, &model);
		assert_true(is_faint(&desk) == cases[i].dims);
		model.screen = SCREEN_SIGN_IN;
		draw(&desk, &model);
		assert_false(is_faint(&desk));
		desk_close(&desk);
	}
}

static void test_repaints(void **state)
{
	static const char *const types[] = {"linux", "xterm-256color", "vt100"};

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		struct model model;
		struct desk desk;
		size_t bytes;

		desk_open(&desk, 80, 24, types[i], "auto");
		model_init(&model, SCREEN_SIGN_IN, NULL);
		model.expires_ms = NEVER_MS;
		draw(&desk, &model);
		desk_output(&desk);
		/* Not by itself where nobody else writes. */
		model.now_ms += 60000;
		draw(&desk, &model);
		assert_int_equal(desk_output(&desk), 0);
		ui_key(desk.ui, &model, KEYS_REPAINT);
		draw(&desk, &model);
		assert_in_range(desk_output(&desk), 1000, 4100);
		ui_repaint_every(desk.ui, 60000);
		draw(&desk, &model);
		desk_output(&desk);
		model.now_ms += 59999;
		draw(&desk, &model);
		assert_int_equal(desk_output(&desk), 0);
		assert_int_equal(ui_deadline(desk.ui, &model),
				 model.now_ms + 1);
		model.now_ms += 1;
		draw(&desk, &model);
		bytes = desk_output(&desk);
		print_message("# %s: repainted in %zu bytes\n", types[i],
			      bytes);
		assert_in_range(bytes, 1000, 4100);
		desk_close(&desk);
	}
}

static void test_stalled(void **state)
{
	static const char filler[4096];
	char text[TEXT_MAX];
	struct model model;
	struct desk desk;
	struct pollfd room;
	int flags;

	(void)state;
	desk_open(&desk, 80, 24, "xterm-256color", "auto");
	model_init(&model, SCREEN_TROUBLE, NULL);
	draw(&desk, &model);
	desk_output(&desk);

	desk_pause(&desk);
	flags = fcntl(desk.slave, F_GETFL);
	fcntl(desk.slave, F_SETFL, flags | O_NONBLOCK);
	/* The kernel passes on what was written in its own time, which makes
	 * room once more: it is full when none comes. */
	room = (struct pollfd){.fd = desk.slave, .events = POLLOUT};
	do {
		while (write(desk.slave, filler, sizeof(filler)) > 0)
			;
	} while (poll(&room, 1, 200) > 0);
	fcntl(desk.slave, F_SETFL, flags);
	model.advice = "Something else.";
	assert_false(ui_draw(desk.ui, &model));
	assert_false(ui_draw(desk.ui, &model)); /* not forgotten */
	(void)ui_key(desk.ui, &model, '?');
	assert_false(ui_draw(desk.ui, &model));

	desk_continue(&desk);
	room = (struct pollfd){.fd = term_output_fd(desk.term),
			       .events = POLLOUT};
	do
		assert_int_equal(poll(&room, 1, 10000), 1);
	while (!ui_draw(desk.ui, &model));
	assert_true(desk_output(&desk) > sizeof(filler));
	desk_read_written(&desk, text, sizeof(text));
	assert_non_null(strstr(text, "Something else."));
	assert_non_null(strstr(text, "Any key closes this."));
	desk_close(&desk);
}

/* The line's settings, but for whether the output is held. */
static void read_line(const struct desk *desk, struct termios *line)
{
	memset(line, 0, sizeof(*line));
	assert_int_equal(tcgetattr(desk->slave, line), 0);
}

/* Somebody holds the output, as by Scroll Lock on a console: neither the start
 * nor a frame nor the end waits for it, and the line is given back. */
static void test_held(void **state)
{
	static const bool from_start[] = {true, false};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct theme theme = desk_theme();
		struct termios before, after;
		struct model model;
		struct desk desk;
		struct err err;

		alarm(60);
		desk_plug(&desk, 80, 24);
		desk_start_reader(&desk);
		read_line(&desk, &before);
		if (from_start[i])
			assert_int_equal(tcflow(desk.slave, TCOOFF), 0);
		setenv("TERM", "xterm-256color", 1);
		desk.term = term_open(desk.slave, desk.slave, &theme, &err);
		assert_non_null(desk.term);
		desk.ui = ui_new(desk.term, "auto");
		model_init(&model, SCREEN_WELCOME, NULL);
		if (from_start[i])
			assert_false(ui_draw(desk.ui, &model));
		else
			draw(&desk, &model);
		assert_int_equal(tcflow(desk.slave, TCOOFF), 0);
		ui_free(desk.ui);
		term_close(desk.term);
		read_line(&desk, &after);
		assert_memory_equal(&before, &after, sizeof(before));
		assert_true(desk_output(&desk) > 0);
		close(desk.slave);
		desk_unplug(&desk);
		alarm(0);
	}
}

/* Frame after frame, until nobody takes any more: a program that waited would
 * never get to the last of them. */
static void fill(uid_t person)
{
	const struct theme theme = desk_theme();
	struct model model;
	struct desk desk;
	struct pollfd room;
	struct err err;
	int skipped = 0;

	desk_open(&desk, 80, 24, "xterm-256color", "auto");
	ui_free(desk.ui);
	term_close(desk.term);
	assert_int_equal(seteuid(person), 0);
	desk.term = term_open(desk.slave, desk.slave, &theme, &err);
	assert_int_equal(seteuid(getuid()), 0);
	assert_non_null(desk.term);
	desk.ui = ui_new(desk.term, "auto");
	model_init(&model, SCREEN_SIGN_IN, NULL);
	draw(&desk, &model);
	desk_output(&desk);

	desk_pause(&desk);
	alarm(60);
	for (int i = 0; i < 40; i++) {
		(void)ui_key(desk.ui, &model, i % 2 ? 'x' : '?');
		skipped += !ui_draw(desk.ui, &model);
	}
	assert_in_range(skipped, 1, 39);
	desk_continue(&desk);
	room = (struct pollfd){.fd = term_output_fd(desk.term),
			       .events = POLLOUT};
	while (!ui_draw(desk.ui, &model))
		assert_int_equal(poll(&room, 1, 10000), 1);
	alarm(0);
	desk_close(&desk);
}

static void test_filled(void **state)
{
	(void)state;
	fill(geteuid());
}

/* As after su: the terminal may be used, but not opened. */
static void test_filled_by_another(void **state)
{
	enum { NOBODY = 65534 };

	(void)state;
	if (geteuid() != 0)
		skip();
	fill(NOBODY);
}

/* ---- Sizes */

static void draw_everything(struct desk *desk, const struct log *log)
{
	for (int screen = SCREEN_WELCOME; screen <= SCREEN_TROUBLE; screen++) {
		struct model model;

		model_init(&model, (enum screen)screen, log);
		draw(desk, &model);
		model.now_ms += 1000;
		draw(desk, &model);
		for (const char *c = "zzmmmmjDDD j?"; *c != '\0'; c++) {
			ui_key(desk->ui, &model, key_of(*c));
			draw(desk, &model);
			desk_output(desk);
		}
		ui_key(desk->ui, &model, 'x'); /* closes the help */
	}
}

static void draw_address(struct desk *desk, const struct log *log)
{
	struct model model;

	model_init(&model, SCREEN_SIGN_IN, log);
	by_long_address(&model);
	draw(desk, &model);
	model.now_ms += 1000;
	draw(desk, &model);
	for (const char *c = "zzmmv?q=x"; *c != '\0'; c++) {
		ui_key(desk->ui, &model, *c);
		draw(desk, &model);
		desk_output(desk);
	}
	ui_key(desk->ui, &model, KEYS_ESCAPE);
}

static void test_any_size(void **state)
{
	static const int columns[] = {1,  2,  3,  5,  7,  10, 20,  22,
				      23, 30, 44, 45, 46, 67, 120, 200};
	static const int rows[] = {1,  2,  3,  4,  5,  6,  8, 11,
				   15, 22, 23, 24, 25, 31, 60};
	struct log *log = test_log();
	struct desk desk;

	(void)state;
	desk_open(&desk, 80, 24, "xterm-256color", "auto");
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
		for (size_t j = 0; j < sizeof(rows) / sizeof(*rows); j++) {
			desk_set_size(&desk, columns[i], rows[j]);
			assert_true(term_resize(desk.term));
			assert_int_equal(term_columns(desk.term), columns[i]);
			assert_int_equal(term_rows(desk.term), rows[j]);
			draw_everything(&desk, log);
			draw_address(&desk, log);
		}
	}
	desk_close(&desk);
	log_free(log);
}

static void test_strange_sizes(void **state)
{
	struct desk desk;

	(void)state;
	desk_open(&desk, 0, 0, "linux", "auto");
	assert_int_equal(term_columns(desk.term), 80);
	assert_int_equal(term_rows(desk.term), 24);
	desk_set_size(&desk, 65535, 65535);
	assert_true(term_resize(desk.term));
	assert_in_range(term_columns(desk.term), 200, 2000);
	assert_in_range(term_rows(desk.term), 60, 1000);
	desk_close(&desk);
}

/* ---- Opening */

static void test_unknown_type(void **state)
{
	struct desk desk;

	(void)state;
	desk_open(&desk, 80, 24, "no-such-terminal", "auto");
	assert_true(term_palette(desk.term)->colour);
	assert_false(term_is_console(desk.term));
	desk_close(&desk);
	desk_open(&desk, 80, 24, "", "auto");
	desk_close(&desk);
	desk_open(&desk, 80, 24, "linux", "auto");
	assert_true(term_is_console(desk.term));
	desk_close(&desk);
	desk_open(&desk, 80, 24, "vt100", "auto");
	assert_false(term_palette(desk.term)->colour);
	desk_close(&desk);
}

/* How many of the rows are in reverse video in that column. */
static int reversed_rows(int first, int end, int column)
{
	int count = 0;

	for (int y = first; y < end; y++)
		count += desk_is_reversed(y, column);
	return count;
}

/* What a theme tells apart by the ground alone is told apart without colours,
 * too. */
static void test_without_colours(void **state)
{
	static const char text[] =
		"default = { fg = 7; bg = 0; }; bar = { bg = 4; };"
		"selected = { fg = 0; bg = 6; }; good = { fg = 2; };";
	struct theme theme;
	struct model model;
	struct desk desk;
	struct err err;

	(void)state;
	assert_true(
		theme_parse(&theme, text, strlen(text), "test.theme", &err));
	desk_open(&desk, 80, 24, "vt100", "auto");
	term_set_theme(desk.term, &theme);
	model_init(&model, SCREEN_SIGN_IN, NULL);
	model.now_ms = model.expires_ms - model.code_lifetime_ms;
	draw(&desk, &model);
	assert_true(desk_is_reversed(23, 79));	       /* keys */
	assert_int_equal(reversed_rows(0, 23, 60), 1); /* time */
	model.screen = SCREEN_PROFILE;
	ui_key(desk.ui, &model, KEYS_TAB);
	draw(&desk, &model);
	assert_int_equal(reversed_rows(0, 23, 60), 1); /* what is chosen */
	desk_close(&desk);
}

static void test_no_terminal(void **state)
{
	struct theme theme = desk_theme();
	struct err err = {""};
	struct desk desk;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_null(term_open(fds[0], fds[1], &theme, &err));
	assert_non_null(strstr(err.text, "--plain"));
	close(fds[0]);
	close(fds[1]);

	desk_plug(&desk, 80, 24);
	setenv("TERM", "dumb", 1);
	err.text[0] = '\0';
	assert_null(term_open(desk.slave, desk.slave, &theme, &err));
	assert_non_null(strstr(err.text, "dumb"));
	close(desk.slave);
	desk_unplug(&desk);
}

/* ---- Keys */

static void press(struct desk *desk, const char *bytes)
{
	struct pollfd fd = {.fd = desk->slave, .events = POLLIN};
	const size_t len = strlen(bytes);
	int there;

	assert_int_equal(write(desk->master, bytes, len), len);
	do { /* on its way through the kernel */
		assert_int_equal(poll(&fd, 1, 10000), 1);
		assert_int_equal(ioctl(desk->slave, FIONREAD, &there), 0);
	} while ((size_t)there < len);
}

static void test_bytes_to_keys(void **state)
{
	static const struct {
		const char *bytes;
		int keys[4];
	} cases[] = {
		{"q", {'q'}},
		{"zR?", {'z', 'R', '?'}},
		{"\r", {KEYS_ENTER}},
		{"\n", {KEYS_ENTER}},
		{"\t", {KEYS_TAB}},
		{"\x03", {KEYS_INTERRUPT}},
		{"\x0c", {KEYS_REPAINT}},
		{"\x1b", {KEYS_ESCAPE}},
		{"\x1bOA", {KEYS_UP}},
		{"\x1bOB\x1bOD\x1bOC", {KEYS_DOWN, KEYS_LEFT, KEYS_RIGHT}},
		{"\x1b[5~\x1b[6~", {KEYS_PAGE_UP, KEYS_PAGE_DOWN}},
		{"\x1bOH\x1bOF", {KEYS_HOME, KEYS_END}},
		{"\x1bOP", {'?'}},			      /* F1 */
		{"\x11\x13q", {KEYS_OTHER, KEYS_OTHER, 'q'}}, /* not held */
		{"\x1a", {KEYS_OTHER}}, /* no suspending */
		{"\x7f\b", {KEYS_BACKSPACE, KEYS_BACKSPACE}},
		{"é1", {KEYS_OTHER, '1'}}, /* one character, one key */
		{"解1", {KEYS_OTHER, '1'}},
		{"\xff\xfe"
		 "1",
		 {KEYS_OTHER, KEYS_OTHER, '1'}},
		{"\x1b[99;9qz", {KEYS_OTHER, 'z'}}, /* unknown sequence */
		{"\x1bxz", {KEYS_OTHER, 'z'}},	    /* Alt */
		{"\x1b[", {KEYS_OTHER}},
	};
	struct desk desk;

	(void)state;
	desk_open(&desk, 80, 24, "xterm-256color", "auto");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		press(&desk, cases[i].bytes);
		for (int k = 0; k < 4 && cases[i].keys[k] != 0; k++)
			assert_int_equal(keyboard_key(term_keyboard(desk.term)),
					 cases[i].keys[k]);
		assert_int_equal(keyboard_key(term_keyboard(desk.term)),
				 KEYS_NONE);
	}
	desk_close(&desk);
}

static void test_hang_up(void **state)
{
	struct desk desk;

	(void)state;
	desk_open(&desk, 80, 24, "xterm-256color", "auto");
	assert_int_equal(keyboard_key(term_keyboard(desk.term)), KEYS_NONE);
	desk_unplug(&desk);
	assert_int_equal(keyboard_key(term_keyboard(desk.term)), KEYS_HANG_UP);
	assert_int_equal(keyboard_key(term_keyboard(desk.term)), KEYS_HANG_UP);
	ui_free(desk.ui);
	term_close(desk.term);
	close(desk.slave);
}

static void test_keys_to_commands(void **state)
{
	static const struct {
		enum screen screen;
		bool can_quit, demo;
		int key;
		enum command command;
	} cases[] = {
		{SCREEN_WELCOME, true, false, ' ', COMMAND_START},
		{SCREEN_WELCOME, true, false, KEYS_OTHER, COMMAND_START},
		{SCREEN_WELCOME, true, false, KEYS_UP, COMMAND_START},
		{SCREEN_WELCOME, true, false, 'q', COMMAND_QUIT},
		{SCREEN_WELCOME, false, false, 'q', COMMAND_START},
		{SCREEN_WELCOME, true, false, KEYS_REPAINT, COMMAND_NONE},
		{SCREEN_WELCOME, true, false, '?', COMMAND_NONE},
		{SCREEN_SIGN_IN, true, false, 'r', COMMAND_START},
		{SCREEN_SIGN_IN, true, false, 'R', COMMAND_START},
		{SCREEN_SIGN_IN, true, false, 'z', COMMAND_NONE},
		{SCREEN_SIGN_IN, true, false, 'm', COMMAND_NONE},
		{SCREEN_SIGN_IN, true, false, 'x', COMMAND_NONE},
		{SCREEN_SIGN_IN, true, false, KEYS_ESCAPE, COMMAND_CANCEL},
		{SCREEN_SIGN_IN, false, false, KEYS_ESCAPE, COMMAND_CANCEL},
		{SCREEN_SIGN_IN, true, false, KEYS_INTERRUPT, COMMAND_CANCEL},
		{SCREEN_SIGN_IN, false, false, KEYS_INTERRUPT, COMMAND_NONE},
		{SCREEN_SIGN_IN, true, false, 'q', COMMAND_QUIT},
		{SCREEN_SIGN_IN, false, false, 'q', COMMAND_NONE},
		{SCREEN_SIGN_IN, true, true, 'a', COMMAND_APPROVE},
		{SCREEN_SIGN_IN, true, false, 'a', COMMAND_NONE},
		{SCREEN_CONFIRM, true, false, 'y', COMMAND_START},
		{SCREEN_CONFIRM, false, false, KEYS_ENTER, COMMAND_START},
		{SCREEN_CONFIRM, true, false, 'n', COMMAND_CANCEL},
		{SCREEN_CONFIRM, false, false, KEYS_ESCAPE, COMMAND_CANCEL},
		{SCREEN_CONFIRM, true, false, 'x', COMMAND_NONE},
		{SCREEN_PROFILE, true, false, 'o', COMMAND_SIGN_OUT},
		{SCREEN_PROFILE, true, false, 'r', COMMAND_NONE},
		{SCREEN_PROFILE, true, false, KEYS_ESCAPE, COMMAND_NONE},
		{SCREEN_PROFILE, true, true, 'a', COMMAND_NONE},
		{SCREEN_PROFILE, true, false, 'q', COMMAND_QUIT},
		{SCREEN_PROFILE, false, false, 'q', COMMAND_NONE},
		{SCREEN_TROUBLE, true, false, 'r', COMMAND_START},
		{SCREEN_TROUBLE, true, false, KEYS_ENTER, COMMAND_START},
		{SCREEN_TROUBLE, true, false, 'x', COMMAND_NONE},
		{SCREEN_TROUBLE, true, false, KEYS_HANG_UP, COMMAND_NONE},
	};
	struct desk desk;

	(void)state;
	desk_open(&desk, 80, 24, "xterm-256color", "auto");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct model model;

		model_init(&model, cases[i].screen, NULL);
		model.can_quit = cases[i].can_quit;
		model.demo = cases[i].demo;
		draw(&desk, &model);
		assert_int_equal(ui_key(desk.ui, &model, cases[i].key),
				 cases[i].command);
		if (cases[i].key == '?') /* whatever it is, it only closes */
			assert_int_equal(ui_key(desk.ui, &model, 'q'),
					 COMMAND_NONE);
	}
	desk_close(&desk);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_qr),
		cmocka_unit_test(test_first_frame),
		cmocka_unit_test(test_ticks),
		cmocka_unit_test(test_nothing_changes),
		cmocka_unit_test(test_picture_moves),
		cmocka_unit_test(test_dims_when_idle),
		cmocka_unit_test(test_repaints),
		cmocka_unit_test(test_stalled),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_filled),
		cmocka_unit_test(test_filled_by_another),
		cmocka_unit_test(test_any_size),
		cmocka_unit_test(test_strange_sizes),
		cmocka_unit_test(test_unknown_type),
		cmocka_unit_test(test_without_colours),
		cmocka_unit_test(test_no_terminal),
		cmocka_unit_test(test_bytes_to_keys),
		cmocka_unit_test(test_hang_up),
		cmocka_unit_test(test_keys_to_commands),
	};

	int failed;

	write_golden = argc > 1 && strcmp(argv[1], "GOLDEN=write") == 0;
	setenv("TZ", "UTC", 1);
	setlocale(LC_ALL, "C.UTF-8");
	json_init();
	profile = profile_new(profile_json, profile_map, NULL, 0, NULL);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	profile_free(profile);
	return failed;
}
