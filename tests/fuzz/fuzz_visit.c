/* SPDX-License-Identifier: MIT */
/*
 * A whole visit in the unit tests' world. The first line says what world it is
 * and what happens there, each further one how a request is answered: by the
 * rules, or with what stands there. After each step of the machines what they
 * wait for has to be on its way (docs/machines.md), and once everything works
 * again the visit has to come to rest. With TRACE in the environment an input
 * tells what happens.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "machine/visit.h"
#include "fuzz.h"
#include "issuer_openid.h"
#include "walk.h"

#define MONTH_MS INT64_C(2592000000)

/* What an input may cost. */
enum { MAX_EVENTS = 40, MANY_TURNS = 5 };

struct fixture {
	struct walk walk;
	struct input events;  /* the rest of the first line */
	struct input answers; /* the lines after it */
};

/* ---- The answers */

static const struct {
	const char *front, *end;
} frames[REQUEST_KINDS] = {
	[REQUEST_DEVICE_AUTHORIZATION] =
		{"{\"device_code\":\"d\",\"user_code\":\"ABCD\","
		 "\"verification_uri\":\"https://id.example/v\",",
		 "\"x\":0}"},
	[REQUEST_POLL] = {"{\"access_token\":\"a\",\"token_type\":\"bearer\",",
			  "\"x\":0}"},
	[REQUEST_REFRESH] =
		{"{\"access_token\":\"a\",\"token_type\":\"bearer\",",
		 "\"x\":0}"},
	[REQUEST_PROFILE] = {"{\"sub\":\"7\",", "\"x\":0}"},
	[REQUEST_REVOCATION] = {"{\"error\":\"", "\"}"},
	[REQUEST_DISCOVERY] =
		{"{\"issuer\":\"https://id.example\","
		 "\"token_endpoint\":\"https://id.example/token\",",
		 "\"x\":0}"},
	[REQUEST_KEYS] = {"{\"keys\":[", "]}"},
	[REQUEST_CODE_EXCHANGE] =
		{"{\"access_token\":\"a\",\"token_type\":\"bearer\",",
		 "\"x\":0}"},
};

/* Appends what stands there; "~" is an ID token, which no input could hold. */
static void add_text(struct answer *answer, const struct issuer *issuer,
		     const char *text)
{
	char *id_token = NULL;
	size_t len = strlen(answer->body);

	for (; *text != '\0' && len < sizeof(answer->body) - 1; text++) {
		if (*text != '~' || issuer->key == NULL) {
			answer->body[len++] = *text;
			continue;
		}
		if (id_token == NULL)
			id_token = issuer_id_token(issuer);
		(void)snprintf(answer->body + len, sizeof(answer->body) - len,
			       "%s", id_token);
		len += strlen(answer->body + len);
	}
	secret_free(id_token);
}

static void choose_header(struct answer *answer, struct input *line)
{
	static const int64_t retries_s[] = {-1, 0, 1, 30, 3600, INT64_MAX};
	unsigned choice = input_choice(line, 7);

	answer->retry_after_s = choice < 6 ? retries_s[choice] : -1;
	answer->dpop_nonce = choice == 6 ? "n0nce" : NULL;
}

/* An answer that nobody's rules are behind: framed, or as it stands there. */
static void answer_freely(struct fixture *fixture, enum request_kind kind,
			  bool framed, struct input *line,
			  struct answer *answer)
{
	const struct issuer *issuer = &fixture->walk.world.issuer;
	struct reply reply;

	memset(answer, 0, sizeof(*answer));
	choose_header(answer, line);
	input_reply(line, &reply);
	answer->net = reply.net;
	answer->status = reply.status;
	answer->type = reply.type;
	answer->delay_ms = reply.net == NET_TIMEOUT ? 30000 : 100;
	if (framed)
		add_text(answer, issuer, frames[kind].front);
	add_text(answer, issuer, reply.body);
	if (framed)
		add_text(answer, issuer, frames[kind].end);
	fuzz_reply_free(&reply);
}

/* The issuer does not know what it has not said itself. */
static void update_issuer(struct issuer *issuer, enum request_kind kind,
			  const struct answer *answer)
{
	if (kind == REQUEST_DEVICE_AUTHORIZATION) {
		issuer->code_sent_ms = -1;
		issuer->told_interval_ms = 0;
		issuer->earliest_ms[REQUEST_POLL] = 0;
		issuer->challenge[0] = '\0';
	}
	if (kind == REQUEST_DEVICE_AUTHORIZATION || kind == REQUEST_POLL)
		issuer->answered_ms = issuer->now_ms + answer->delay_ms;
	if (kind == REQUEST_POLL || kind == REQUEST_CODE_EXCHANGE)
		issuer->client.key[0] = '\0';
}

static void answer_by_rules(struct issuer *issuer,
			    const struct request *request,
			    struct answer *answer)
{
	/* Other answers may have taught the client to. */
	issuer->wants_json = request->json;
	issuer_answer(issuer, request, answer);
}

/* The world's answerer. */
static void answer(void *self, const struct request *request,
		   struct answer *answer)
{
	struct fixture *fixture = self;
	struct issuer *issuer = &fixture->walk.world.issuer;
	enum request_kind kind = issuer_kind(request);
	bool is_ours = kind != REQUEST_DISCOVERY ||
		       strncmp(request->url, "https://id.example/.well-known/",
			       31) == 0;
	char *text = input_line(&fixture->answers);
	struct input line = {text, text != NULL ? strlen(text) : 0};
	unsigned how = input_choice(&line, 3);

	if (how == 0 && is_ours) {
		answer_by_rules(issuer, request, answer);
	} else {
		answer_freely(fixture, kind, how == 2, &line, answer);
		update_issuer(issuer, kind, answer);
	}
	free(text);
}

/* ---- The events */

static int64_t choose(void *self, int64_t n)
{
	struct input *events = self;

	if (n <= 256)
		return input_choice(events, (unsigned)n);
	return input_choice(events, 256) * n / 256;
}

static void turn(struct world *world, int times)
{
	while (times-- > 0 && world_turn(world, world->now_ms + MONTH_MS))
		continue;
}

/* What a browser brings, or what an earlier run has left of its code. */
static void bring(struct fixture *fixture, bool to_disk)
{
	struct world *world = &fixture->walk.world;
	char *text = input_line(&fixture->answers);

	if (to_disk && text != NULL) {
		secret_free(world->disk.code);
		world->disk.code = text;
		return;
	}
	if (text != NULL)
		world_redirect(world, fixture->walk.client, text);
	free(text);
}

static void happen(struct fixture *fixture)
{
	struct world *world = &fixture->walk.world;

	/* Nothing comes at the very moment of something else. */
	world_suspend(world, 1);
	switch (input_choice(&fixture->events, 8)) {
	case 0:
		turn(world, 1);
		break;
	case 1:
		turn(world, MANY_TURNS);
		break;
	case 2:
		world_run(world,
			  world->now_ms + choose(&fixture->events, 60000));
		break;
	case 3:
		bring(fixture, false);
		break;
	case 4:
		bring(fixture, true);
		break;
	default:
		walk_happen(&fixture->walk);
		break;
	}
}

static void begin(struct fixture *fixture)
{
	struct walk *walk = &fixture->walk;
	unsigned provider = input_choice(&fixture->events, 20);

	walk_open(walk, choose, &fixture->events);
	walk->world.answerer = answer;
	walk->world.answerer_self = fixture;
	if (provider > 0) {
		walk->own_provider = true;
		provider_free(&walk->world.issuer.provider);
		fuzz_set_up_provider(&walk->world.issuer.provider,
				     provider - 1);
	}
	walk_begin(walk);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fixture room; /* too large to be had anew each time */
	struct fixture *fixture = &room;
	const char *trouble;
	char *first;

	fixture->answers = (struct input){(const char *)data, size};
	first = input_line(&fixture->answers);
	fixture->events = (struct input){first, first ? strlen(first) : 0};
	begin(fixture);
	for (int i = 0; i < MAX_EVENTS && fixture->events.len > 0; i++)
		happen(fixture);
	fixture->events.len = 0;
	fixture->answers.len = 0;
	walk_come_to_rest(&fixture->walk);
	trouble = visit_trouble(fixture->walk.visit);
	must(text_is_clean(trouble, strlen(trouble)));
	walk_close(&fixture->walk);
	free(first);
	return 0;
}
