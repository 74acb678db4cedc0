/* SPDX-License-Identifier: MIT */
/*
 * Does one piece of work after another, each inside of counted(), which is what
 * callgrind counts the instructions of; see budget.py. Says on standard output
 * what it does: the name of each piece and the size of its input.
 */
#include "config.h"

#include <inttypes.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "conf/conf.h"
#include "machine/flow.h"
#include "machine/session_data.h"
#include "oauth/oauth_answer.h"
#include "oauth/profile.h"
#include "oauth/provider.h"
#include "oauth/provider_setup.h"
#include "ui/keyboard.h"
#include "ui/locale.h"
#include "ui/model.h"
#include "ui/qr.h"
#include "ui/term.h"
#include "ui/ui.h"

#include "screen_fixture.h"

enum {
	START_MS = 1200000, /* the picture is in its first place */
	BODY_MAX = 4 * 1024 * 1024,
	LINE_BYTES = 40 /* of the JSON of a profile */
};

#define WALL_S 1795430400

#define COMPLETE                                           \
	"https://oauth-helper-r.wbx2.com/verify?userCode=" \
	"6587b053970a656c29500e6bced0c1c59290a743ad7e34af474a65085860de57"

/* What the pieces work on. */
struct bench {
	struct screen_fixture fixture;
	struct model model;
	struct provider provider;
	struct flow *flow;
	struct profile *profile;
	struct log *log;
	char *text;
};

/* Not to be inlined, nor to be made into something with another name. */
void counted(void (*work)(struct bench *), struct bench *bench);

__attribute__((noinline)) void counted(void (*work)(struct bench *),
				       struct bench *bench)
{
	work(bench);
}

static void fail(const char *what, const struct err *err)
{
	(void)fprintf(stderr, "work: %s: %s\n", what, err->text);
	exit(1);
}

/* ---- Inputs */

/* An address of that many bytes, without a pattern that makes it easy. */
static char *make_address(int64_t size)
{
	static const char start[] = "https://id.example/verify?code=";
	char *text = xcalloc(1, (size_t)size + 1);
	uint64_t seed = 1;

	for (int64_t i = 0; i < size; i++)
		text[i] = (char)('a' + jitter_ms(&seed, 26));
	memcpy(text, start, sizeof(start) - 1);
	return text;
}

/* A profile of that many lines, each a member of LINE_BYTES bytes. */
static char *make_profile(int64_t lines)
{
	struct buf json;

	buf_init(&json, BODY_MAX);
	(void)buf_adds(&json, "{\"name\":\"Ada Lovelace\"");
	for (int64_t i = 0; i < lines; i++)
		(void)buf_addf(&json,
			       ",\"member%08" PRId64 "\":\"%017" PRIx64 "\"", i,
			       (uint64_t)i * 2654435761);
	(void)buf_adds(&json, "}");
	return buf_take(&json);
}

static struct log *make_log(int64_t lines)
{
	struct log *log = log_new((size_t)lines);

	for (int64_t i = 0; i < lines; i++)
		log_add(log, WALL_S + i, LEVEL_INFO,
			"Not approved yet, asked %" PRId64 " times", i);
	return log;
}

static void set_up_provider(struct bench *bench)
{
	static const char *const settings[][2] = {
		{"provider.preset", ""},
		{"provider.client_id", "bench"},
		{"provider.device_authorization_endpoint",
		 "https://id.example/device_authorization"},
		{"provider.token_endpoint", "https://id.example/token"},
	};
	struct err err = {""};
	struct conf conf;
	bool ok = true;

	conf_init(&conf);
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		ok = ok &&
		     conf_set(&conf, settings[i][0], settings[i][1], &err);
	if (!ok || !provider_set_up(&bench->provider, &conf, NULL, NULL, &err))
		fail("provider", &err);
	conf_free(&conf);
}

static void set_up_screen(struct bench *bench, int columns, int rows,
			  enum screen screen)
{
	fixture_open(&bench->fixture, columns, rows, "xterm-256color", "auto");
	bench->model = (struct model){
		.screen = screen,
		.now_ms = START_MS,
		.title = "Sign in",
		.provider = "Webex",
		.device = "Lobby screen 3",
		.caution = "Approve only if you are standing at this screen "
			   "(Lobby 3).",
		.status = "Waiting for Webex",
		.user_code = "729703",
		.verification_uri = "https://oauth-helper-r.wbx2.com/verify",
		.verification_uri_complete = COMPLETE,
		.code_lifetime_ms = 300000,
		.expires_ms = START_MS + 272000,
		.codes = 1,
		.token_expires_ms = START_MS + 64800000,
		.idle_ms = NEVER_MS,
		.can_quit = true,
	};
}

/* ---- The pieces */

/* The terminal may not take all of it at once: the rest is not counted. */
static void draw(struct bench *bench)
{
	(void)ui_draw(bench->fixture.ui, &bench->model);
}

static void draw_to_the_end(struct bench *bench)
{
	struct pollfd room = {.fd = term_output_fd(bench->fixture.term),
			      .events = POLLOUT};

	while (!ui_draw(bench->fixture.ui, &bench->model))
		(void)poll(&room, 1, -1);
}

static void draw_first(struct bench *bench, int64_t size)
{
	(void)size;
	set_up_screen(bench, 80, 24, SCREEN_SIGN_IN);
	counted(draw, bench);
}

static void tick(struct bench *bench, int64_t size)
{
	(void)size;
	set_up_screen(bench, 80, 24, SCREEN_SIGN_IN);
	draw_to_the_end(bench);
	bench->model.now_ms += 1000;
	counted(draw, bench);
}

static void follow_size(struct bench *bench)
{
	if (term_resize(bench->fixture.term))
		ui_dirty(bench->fixture.ui);
	draw(bench);
}

static void resize(struct bench *bench, int64_t size)
{
	(void)size;
	set_up_screen(bench, 80, 24, SCREEN_SIGN_IN);
	draw_to_the_end(bench);
	fixture_set_size(&bench->fixture, 100, 30);
	counted(follow_size, bench);
}

static void draw_log(struct bench *bench, int64_t size)
{
	set_up_screen(bench, 120, 60, SCREEN_SIGN_IN);
	bench->model.log = bench->log = make_log(size);
	counted(draw, bench);
}

static void draw_address(struct bench *bench, int64_t size)
{
	set_up_screen(bench, 240, 100, SCREEN_SIGN_IN);
	bench->model.user_code = bench->model.verification_uri =
		bench->model.verification_uri_complete = NULL;
	bench->model.authorization_uri = bench->text = make_address(size);
	bench->model.redirect_uri = "http://127.0.0.1:2000/redirect.html";
	counted(draw, bench);
}

static void set_up_profile(struct bench *bench, int64_t size)
{
	struct err err = {""};

	set_up_screen(bench, 80, 24, SCREEN_PROFILE);
	bench->text = make_profile(size);
	bench->model.profile = bench->profile = profile_new(
		bench->text, bench->provider.preset->profile, NULL, 0, &err);
	if (bench->profile == NULL)
		fail("profile", &err);
}

static void draw_profile(struct bench *bench, int64_t size)
{
	set_up_profile(bench, size);
	counted(draw, bench);
}

static void press_down(struct bench *bench)
{
	(void)ui_key(bench->fixture.ui, &bench->model, KEYS_DOWN);
	draw(bench);
}

static void key(struct bench *bench, int64_t size)
{
	set_up_profile(bench, size);
	draw_to_the_end(bench);
	(void)ui_key(bench->fixture.ui, &bench->model, 't');
	(void)ui_key(bench->fixture.ui, &bench->model, KEYS_END);
	(void)ui_key(bench->fixture.ui, &bench->model, KEYS_UP);
	draw_to_the_end(bench);
	counted(press_down, bench);
}

static void read_profile(struct bench *bench)
{
	struct reply reply = {
		.net = NET_OK,
		.status = 200,
		.body = bench->text,
		.body_len = strlen(bench->text),
		.type = "application/json",
		.retry_after_s = -1,
	};
	struct session_data data = {0};
	struct oauth_failure failure;
	struct json *json;

	if (oauth_profile_answer(&reply, &json, &failure) != VERDICT_OK)
		fail("profile", &failure.err);
	session_data_set_profile(&data, json);
	bench->profile =
		profile_from_json(session_data_profile(&data),
				  bench->provider.preset->profile, NULL, 0);
	session_data_free(&data);
}

static void parse_profile(struct bench *bench, int64_t size)
{
	bench->text = make_profile(size / LINE_BYTES);
	counted(read_profile, bench);
}

static void make_qr(struct bench *bench)
{
	struct qr qr;

	if (!qr_make(&qr, bench->text))
		fail("qr_make", &(struct err){"too long"});
	qr_free(&qr);
}

static void qr(struct bench *bench, int64_t size)
{
	bench->text = size > 0 ? make_address(size) : xstrdup(COMPLETE);
	counted(make_qr, bench);
}

static void add_line(struct bench *bench)
{
	log_add(bench->log, WALL_S, LEVEL_INFO, "Code received");
}

static void log_line_more(struct bench *bench, int64_t size)
{
	bench->log = make_log(size);
	counted(add_line, bench);
}

/* ---- The flow */

static void step(struct bench *bench, enum event_kind kind, int64_t now_ms,
		 const char *body)
{
	struct reply reply = {
		.net = NET_OK,
		.status = strstr(body, "error") != NULL ? 400 : 200,
		.body = body,
		.body_len = strlen(body),
		.type = "application/json",
		.retry_after_s = -1,
	};
	struct event event = {
		.kind = kind,
		.now_ms = now_ms,
		.wall_s = WALL_S + now_ms / 1000,
		.reply = &reply,
	};
	struct action action;

	action_clear(&action);
	flow_step(bench->flow, &event, &action);
	request_free(action.request);
}

static void poll_once(struct bench *bench)
{
	int64_t now_ms = flow_deadline(bench->flow);

	step(bench, EVENT_TICK, now_ms, "");
	step(bench, EVENT_REPLY, now_ms + 50,
	     "{\"error\":\"authorization_pending\"}");
}

static void take_code(struct bench *bench)
{
	step(bench, EVENT_REPLY, START_MS, bench->text);
}

static void request_code(struct bench *bench, int64_t size)
{
	char *address = make_address(size);
	struct buf json;

	buf_init(&json, BODY_MAX);
	(void)buf_addf(&json,
		       "{\"device_code\":\"c2VjcmV0\",\"user_code\":\"729703\","
		       "\"verification_uri\":\"https://id.example/verify\","
		       "\"verification_uri_complete\":\"%s\","
		       "\"expires_in\":300,\"interval\":2}",
		       address);
	bench->text = buf_take(&json);
	free(address);
	bench->flow = flow_new(&bench->provider, 0, 1);
	step(bench, EVENT_START, START_MS, "");
}

static void code(struct bench *bench, int64_t size)
{
	request_code(bench, size);
	counted(take_code, bench);
	if (flow_state(bench->flow) != FLOW_WAITING)
		fail("code", &(struct err){"not accepted"});
}

static void poll_flow(struct bench *bench, int64_t size)
{
	int64_t due_ms;

	request_code(bench, size);
	take_code(bench);
	poll_once(bench);
	due_ms = flow_deadline(bench->flow);
	counted(poll_once, bench);
	if (flow_state(bench->flow) != FLOW_WAITING ||
	    flow_deadline(bench->flow) <= due_ms)
		fail("poll", &(struct err){"none was sent"});
}

/* ---- All of them */

/* One row for each figure; with sizes: how it grows. */
static const struct piece {
	const char *name;
	void (*run)(struct bench *bench, int64_t size);
	int64_t sizes[5]; /* ends with 0 */
} pieces[] = {
	{"first frame", draw_first, {1}},
	{"tick", tick, {1}},
	{"poll", poll_flow, {112}},
	{"QR code", qr, {112}},
	{"resize", resize, {1}},
	{"key in the tree", key, {1250, 2500, 5000, 10000}},
	{"profile, first screen", draw_profile, {1250, 2500, 5000, 10000}},
	{"profile, parsed",
	 parse_profile,
	 {128 << 10, 256 << 10, 512 << 10, 1 << 20}},
	{"address, taken", code, {250, 500, 1000, 2000}},
	{"address, QR code", qr, {250, 500, 1000, 2000}},
	{"address, screen", draw_address, {250, 500, 1000, 2000}},
	{"log, one line more", log_line_more, {100, 200, 400, 800}},
	{"log, screen", draw_log, {100, 200, 400, 800}},
};

static void clean_up(struct bench *bench)
{
	if (bench->fixture.ui != NULL)
		fixture_close(&bench->fixture);
	flow_free(bench->flow);
	profile_free(bench->profile);
	log_free(bench->log);
	free(bench->text);
	bench->fixture = (struct screen_fixture){0};
	bench->flow = NULL;
	bench->profile = NULL;
	bench->log = NULL;
	bench->text = NULL;
}

int main(void)
{
	struct bench bench = {0};

	json_init();
	if (!crypto_init() || !locale_set("C.UTF-8"))
		return 1;
	set_up_provider(&bench);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		const struct piece *piece = &pieces[i];

		for (const int64_t *size = piece->sizes; *size != 0; size++) {
			(void)printf("%s\t%" PRId64 "\n", piece->name, *size);
			(void)fflush(stdout);
			piece->run(&bench, *size);
			clean_up(&bench);
		}
	}
	provider_free(&bench.provider);
	return 0;
}
