/* SPDX-License-Identifier: MIT */
/*
 * Carries out what the machines want, and lets time pass in between.
 */
#include "config.h"

#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/form.h"
#include "base/mem.h"
#include "core/flow.h"
#include "core/visit.h"

/* More than this at one and the same moment is moving in circles. */
#define MAX_TURNS 100

void world_init(struct world *world)
{
	memset(world, 0, sizeof(*world));
	issuer_init(&world->issuer);
	world->now_ms = 1000000;
	world->wall_s = 1800000000;
	world->boot = "first";
}

void world_free(struct world *world)
{
	session_data_free(&world->disk.data);
	secret_free(world->disk.code);
	issuer_free(&world->issuer);
}

static void step_flow(void *self, const struct event *event,
		      struct action *action)
{
	action_clear(action);
	flow_step(self, event, action);
}

static int64_t deadline_of_flow(const void *self)
{
	return flow_deadline(self);
}

static struct client *add(struct world *world, struct machine machine)
{
	struct client *client = &world->clients[world->client_count++];

	assert_true(world->client_count <= WORLD_MAX_CLIENTS);
	client->machine = machine;
	return client;
}

struct client *world_add_flow(struct world *world, struct flow *flow)
{
	struct machine machine = {
		.self = flow,
		.step = step_flow,
		.deadline = deadline_of_flow,
		.flow = flow,
	};

	return add(world, machine);
}

struct client *world_add_discovery(struct world *world,
				   struct discovery *discovery)
{
	return add(world, machine_of_discovery(discovery));
}

struct client *world_add_session(struct world *world, struct session *session)
{
	return add(world, machine_of_session(session));
}

struct client *world_add_visit(struct world *world, struct visit *visit)
{
	return add(world, machine_of_visit(visit));
}

const char *world_take_code(struct world *world, struct client *client)
{
	client->keeps_code = true;
	if (world->disk.code_owner == NULL)
		world->disk.code_owner = client;
	return world->disk.code_owner == client ? world->disk.code : NULL;
}

void world_crash(struct world *world)
{
	struct issuer *issuer = &world->issuer;

	issuer_forget_clients(issuer);
	for (size_t i = 0; i < world->client_count; i++) {
		struct client *client = &world->clients[i];

		/* Nobody has heard what that answer says. */
		if (client->under_way && client->kind == POLL) {
			issuer->answered_ms = world->now_ms;
			issuer->told_interval_ms = 0;
		}
		memset(client, 0, sizeof(*client));
	}
	world->client_count = 0;
	world->disk.owner = NULL;
	world->disk.code_owner = NULL;
}

static int64_t wall_now_s(const struct world *world)
{
	return world->wall_s + world->now_ms / 1000;
}

struct event world_event(const struct world *world, enum event_kind kind)
{
	struct event event = {
		.kind = kind,
		.now_ms = world->now_ms,
		.wall_s = wall_now_s(world),
	};

	return event;
}

/* The refresh token that goes out is the one on the disk, marked there, so
 * that a crash at this moment loses nothing. One that is on no disk may go out
 * where that cannot be changed. */
static void check_refresh(const struct world *world,
			  const struct client *client,
			  const struct request *request)
{
	const struct disk *disk = &world->disk;
	const char *stored = disk->data.tokens.refresh_token;
	char *token =
		form_get(request->body, strlen(request->body), "refresh_token");

	assert_ptr_equal(disk->owner, client);
	if (stored != NULL && strcmp(token, stored) == 0)
		assert_true(disk->data.refreshing);
	else
		assert_true(disk->full || disk->unreadable);
	secret_free(token);
}

static void send(struct world *world, struct client *client,
		 struct request *request)
{
	if (client->under_way)
		client->drops++;
	client->under_way = true;
	metrics_sent(&client->metrics, request);
	client->kind = issuer_kind(request);
	if (client->kind == REFRESH)
		check_refresh(world, client, request);
	world->issuer.now_ms = world->now_ms;
	world->issuer.wall_s = wall_now_s(world);
	if (world->answerer != NULL)
		world->answerer(world->answerer_self, request, &client->answer);
	else
		issuer_answer(&world->issuer, request, &client->answer);
	client->reply_ms = world->now_ms + client->answer.delay_ms;
	request_free(request);
}

static void take_lock(struct disk *disk, const struct client *client,
		      struct event *event, struct session_data *data)
{
	bool taken =
		disk->held || (disk->owner != NULL && disk->owner != client);

	event->kind = taken && !disk->unreadable ? EVENT_BUSY : EVENT_LOCKED;
	event->unreadable = disk->unreadable;
	if (event->kind == EVENT_BUSY)
		return;
	disk->owner = client;
	event->set_aside = disk->damaged;
	if (disk->damaged)
		session_data_free(&disk->data);
	disk->damaged = false;
	if (disk->unreadable || disk->data.tokens.access_token == NULL)
		return;
	session_data_copy(data, &disk->data);
	event->data = data;
}

static bool store_save(struct disk *disk, const struct client *client)
{
	assert_ptr_equal(disk->owner, client);
	if (disk->full || disk->unreadable)
		return false;
	disk->saves++;
	session_data_copy(&disk->data, session_data(client->machine.session));
	return true;
}

static bool store_wipe(struct disk *disk, const struct client *client)
{
	assert_ptr_equal(disk->owner, client);
	if (disk->unreadable)
		return false;
	session_data_free(&disk->data);
	return true;
}

/* Does one action. True where it has an answer at once, in *event. */
static bool perform(struct world *world, struct client *client,
		    struct action *action, struct event *event,
		    struct session_data *data)
{
	*event = world_event(world, EVENT_SAVED);
	switch (action->kind) {
	case ACTION_NONE:
		return false;
	case ACTION_SEND:
		send(world, client, action->request);
		return false;
	case ACTION_DROP:
		client->drops += client->under_way;
		client->under_way = false;
		return false;
	case ACTION_LOCK:
		take_lock(&world->disk, client, event, data);
		break;
	case ACTION_SAVE:
		event->ok = store_save(&world->disk, client);
		break;
	case ACTION_WIPE:
		event->ok = store_wipe(&world->disk, client);
		break;
	}
	return true;
}

static void report(struct world *world, struct client *client,
		   const struct action *action)
{
	if (action->note[0] != '\0') {
		client->notes[action->level]++;
		client->last_level = action->level;
	}
	if (world->trace && (action->moved[0] != '\0' || action->note[0]))
		print_message("%12lld %s | %s\n", (long long)world->now_ms,
			      action->moved, action->note);
	if (++world->turns > MAX_TURNS)
		fail_msg("moves in circles at %lld ms: %s",
			 (long long)world->now_ms, action->moved);
}

/* What cannot be written does not stay as it was: it may be about to lie. */
static void keep_code(struct world *world, struct client *client)
{
	const struct flow *flow = client->machine.flow;
	struct disk *disk = &world->disk;

	if (!client->keeps_code || flow_changes(flow) == client->changes)
		return;
	client->changes = flow_changes(flow);
	if (disk->code_owner != NULL && disk->code_owner != client)
		return;
	secret_free(disk->code);
	disk->code = flow_record(flow, world->boot);
	if (disk->code != NULL && (disk->full || disk->unreadable)) {
		secret_free(disk->code);
		disk->code = NULL;
	}
	disk->code_saves += disk->code != NULL;
	disk->code_owner = disk->code != NULL ? client : NULL;
}

void world_do(struct world *world, struct client *client, struct action *action)
{
	const struct session *session = client->machine.session;
	struct session_data data = {0};
	struct event event;

	for (;;) {
		report(world, client, action);
		metrics_look(&client->metrics, client->machine.flow, session,
			     wall_now_s(world));
		if (session != NULL && !session_holds_lock(session) &&
		    world->disk.owner == client)
			world->disk.owner = NULL;
		if (!perform(world, client, action, &event, &data))
			break;
		client->machine.step(client->machine.self, &event, action);
		session_data_free(&data);
	}
	keep_code(world, client);
}

static void post(struct world *world, struct client *client,
		 const struct event *event)
{
	struct action action;

	client->machine.step(client->machine.self, event, &action);
	world_do(world, client, &action);
}

void world_post(struct world *world, struct client *client,
		enum event_kind kind)
{
	struct event event = world_event(world, kind);

	/* A person may be quicker than a machine has to be. */
	if (kind == EVENT_START || kind == EVENT_CANCEL)
		world->issuer.earliest_ms[ASK] = 0;
	post(world, client, &event);
}

void world_redirect(struct world *world, struct client *client,
		    const char *text)
{
	struct event event = world_event(world, EVENT_REDIRECT);

	event.text = text;
	post(world, client, &event);
}

static void deliver(struct world *world, struct client *client)
{
	const struct answer *answer = &client->answer;
	struct event event = world_event(world, EVENT_REPLY);
	struct reply reply = {
		.net = answer->net,
		.status = answer->status,
		.body = answer->body,
		.body_len = strlen(answer->body),
		.type = answer->type,
		.retry_after_s = answer->retry_after_s,
		.dpop_nonce = answer->dpop_nonce,
		.what = answer->net == NET_OK ? "" : "The network is away.",
	};

	client->under_way = false;
	metrics_answered(&client->metrics, &reply);
	event.reply = &reply;
	post(world, client, &event);
}

/* When this client has something to do next. */
static int64_t due_ms(const struct client *client)
{
	int64_t deadline_ms = client->machine.deadline(client->machine.self);

	if (client->under_way && client->reply_ms < deadline_ms)
		return client->reply_ms;
	return deadline_ms;
}

bool world_turn(struct world *world, int64_t until_ms)
{
	struct client *next = NULL;
	struct event tick;

	for (size_t i = 0; i < world->client_count; i++) {
		struct client *client = &world->clients[i];

		if (due_ms(client) < until_ms &&
		    (next == NULL || due_ms(client) < due_ms(next)))
			next = client;
	}
	if (next == NULL || due_ms(next) > world->now_ms)
		world->turns = 0;
	if (next == NULL) {
		if (world->now_ms < until_ms)
			world->now_ms = until_ms;
		return false;
	}
	if (world->now_ms < due_ms(next))
		world->now_ms = due_ms(next);
	if (next->under_way && world->now_ms >= next->reply_ms) {
		deliver(world, next);
		return true;
	}
	tick = world_event(world, EVENT_TICK);
	post(world, next, &tick);
	return true;
}

void world_run(struct world *world, int64_t until_ms)
{
	while (world_turn(world, until_ms))
		continue;
}

void world_suspend(struct world *world, int64_t ms)
{
	world->now_ms += ms;
	world->turns = 0;
}

void world_store(struct world *world, const char *provider, int64_t life_s)
{
	struct issuer *issuer = &world->issuer;
	struct session_data *data = &world->disk.data;

	session_data_free(data);
	issuer->tokens++;
	(void)snprintf(issuer->access_token, sizeof(issuer->access_token),
		       "access-%d", issuer->tokens);
	(void)snprintf(issuer->refresh_token, sizeof(issuer->refresh_token),
		       "refresh-%d", issuer->tokens);
	issuer->access_expires_ms =
		life_s == 0 ? NEVER_MS : world->now_ms + life_s * 1000;
	data->provider = xstrdup(provider);
	data->tokens.access_token = xstrdup(issuer->access_token);
	data->tokens.refresh_token = xstrdup(issuer->refresh_token);
	data->tokens.token_type = xstrdup("Bearer");
	data->profile = xstrdup("{\"sub\":\"7\"}");
	data->expires_at = life_s == 0 ? 0 : wall_now_s(world) + life_s;
}
