/* SPDX-License-Identifier: MIT */
/*
 * The operations of the driver in a modelled world, and how time passes.
 */
#include "config.h"

#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/form.h"
#include "base/mem.h"
#include "machine/flow.h"
#include "machine/visit.h"
#include "moves.h"

/* Room for any code that is kept: always the same, since test_year measures the
 * heap. */
#define CODE_SIZE 4096

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
	free(world->disk.margin);
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

static enum liveness liveness_of_flow(const void *self)
{
	return flow_liveness(self);
}

void world_crash(struct world *world)
{
	struct issuer *issuer = &world->issuer;

	issuer_forget_clients(issuer);
	for (size_t i = 0; i < world->client_count; i++) {
		struct client *client = &world->clients[i];

		/* Nobody has heard what that answer says. */
		if (client->driver.sending && client->kind == REQUEST_POLL) {
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
 * where that cannot be changed, or must not be: what is there is another
 * provider's or client's. */
static void check_refresh(const struct world *world,
			  const struct client *client,
			  const struct request *request)
{
	const struct disk *disk = &world->disk;
	const struct provider *provider = &world->issuer.provider;
	const char *stored = disk->data.tokens.refresh_token;
	char *form = issuer_form(request);
	char *token = form_get(form, strlen(form), "refresh_token");

	assert_ptr_equal(disk->owner, client);
	if (stored != NULL && strcmp(token, stored) == 0)
		assert_true(disk->data.refreshing);
	else
		assert_true(disk->full || disk->unreadable ||
			    (stored != NULL &&
			     !session_data_is_of(&disk->data, provider->id,
						 provider->issuer,
						 provider->client_id)));
	secret_free(token);
	secret_free(form);
}

/* A token that is on the disk is not revoked before that says so: whoever reads
 * it would hand out a dead one after a crash at this moment. */
static void check_revocation(const struct world *world,
			     const struct client *client)
{
	const struct disk *disk = &world->disk;

	if (disk->owner == client && disk->data.tokens.access_token != NULL)
		assert_true(disk->data.signing_out || disk->unmarked);
}

static void now(void *self, int64_t *now_ms, int64_t *wall_s)
{
	const struct client *client = self;

	*now_ms = client->world->now_ms;
	*wall_s = wall_now_s(client->world);
}

static void send(void *self, struct request *request)
{
	struct client *client = self;
	struct world *world = client->world;

	assert_false(request->broken);
	client->drops += client->driver.sending;
	client->kind = issuer_kind(request);
	if (client->kind == REQUEST_REFRESH)
		check_refresh(world, client, request);
	if (client->kind == REQUEST_REVOCATION)
		check_revocation(world, client);
	world->issuer.now_ms = world->now_ms;
	world->issuer.wall_s = wall_now_s(world);
	if (world->answerer != NULL)
		world->answerer(world->answerer_self, request, &client->answer);
	else
		issuer_answer(&world->issuer, request, &client->answer);
	client->reply_ms = world->now_ms + client->answer.delay_ms;
	request_free(request);
}

static void drop(void *self)
{
	struct client *client = self;

	client->drops += client->driver.sending;
}

static void lock(void *self, struct event *event, struct session_data *data)
{
	const struct client *client = self;
	struct disk *disk = &client->world->disk;
	bool taken =
		disk->held || (disk->owner != NULL && disk->owner != client);

	event->kind = taken && !disk->unreadable ? EVENT_BUSY : EVENT_LOCKED;
	event->unreadable = disk->unreadable || disk->hidden;
	if (event->kind == EVENT_BUSY)
		return;
	disk->owner = client;
	event->set_aside = disk->damaged;
	if (disk->damaged)
		session_data_free(&disk->data);
	disk->damaged = false;
	if (event->unreadable || disk->data.tokens.access_token == NULL)
		return;
	session_data_copy(data, &disk->data);
	event->data = data;
}

static void unlock(void *self)
{
	const struct client *client = self;
	struct disk *disk = &client->world->disk;

	if (disk->owner == client)
		disk->owner = NULL;
}

static bool save(void *self, const struct session_data *data)
{
	const struct client *client = self;
	struct disk *disk = &client->world->disk;

	assert_ptr_equal(disk->owner, client);
	disk->unmarked = data->signing_out && (disk->full || disk->unreadable);
	if (disk->full || disk->unreadable)
		return false;
	disk->saves++;
	session_data_copy(&disk->data, data);
	return true;
}

static bool wipe(void *self)
{
	const struct client *client = self;
	struct disk *disk = &client->world->disk;

	assert_ptr_equal(disk->owner, client);
	if (disk->unreadable)
		return false;
	session_data_free(&disk->data);
	return true;
}

static void report(struct world *world, struct client *client,
		   const struct action *action)
{
	if (action->note[0] != '\0') {
		client->notes[action->level]++;
		client->last_level = action->level;
		(void)snprintf(client->last_note, sizeof(client->last_note),
			       "%s", action->note);
	}
	if (client->log != NULL)
		action_log(action, client->log, world->wall_s);
	char moves[512];

	if (world->trace && (action->move_count > 0 || action->note[0])) {
		action_moves(action, moves, sizeof(moves));
		print_message("%12lld %s | %s\n", (long long)world->now_ms,
			      moves, action->note);
	}
	if (++world->turns > MAX_TURNS) {
		action_moves(action, moves, sizeof(moves));
		fail_msg("moves in circles at %lld ms: %s",
			 (long long)world->now_ms, moves);
	}
}

/*
 * What must be true after each step of each machine: what it waits for is on
 * its way, and its table has the change of state.
 */
static void check_step(const struct world *world, const struct client *client,
		       const struct action *action)
{
	const char *fault = machine_fault(&client->driver.machine, action,
					  client->driver.sending);
	char moves[512];

	if (fault == NULL)
		fault = moves_fault(action);
	if (fault == NULL)
		return;
	action_moves(action, moves, sizeof(moves));
	fail_msg("walk %llu, %lld ms: %s; %s", (unsigned long long)world->walk,
		 (long long)world->now_ms, fault, moves);
}

static void stepped(void *self, const struct action *action)
{
	struct client *client = self;

	report(client->world, client, action);
	check_step(client->world, client, action);
}

/* What cannot be written does not stay as it was: it may be about to lie. */
static void keep_code(void *self, const char *record)
{
	const struct client *client = self;
	struct disk *disk = &client->world->disk;

	if (disk->code_owner != NULL && disk->code_owner != client)
		return;
	secret_free(disk->code);
	disk->code = NULL;
	if (record != NULL && !disk->full && !disk->unreadable) {
		assert_in_range(strlen(record), 0, CODE_SIZE - 1);
		disk->code = xcalloc(1, CODE_SIZE);
		memcpy(disk->code, record, strlen(record));
	}
	disk->code_saves += disk->code != NULL;
	disk->code_owner = disk->code != NULL ? client : NULL;
}

static void keep_document(void *self, const char *record)
{
	const struct client *client = self;

	assert_non_null(strstr(record, "\"issuer\""));
	client->world->disk.documents++;
}

static void keep_margin(void *self, const char *record)
{
	const struct client *client = self;
	struct disk *disk = &client->world->disk;

	free(disk->margin);
	disk->margin = xstrdup(record);
}

static bool wait_until(void *self, int64_t until_ms)
{
	struct client *client = self;

	(void)world_turn(client->world, until_ms);
	return true;
}

static const struct driver_ops ops = {
	.now = now,
	.stepped = stepped,
	.send = send,
	.drop = drop,
	.lock = lock,
	.unlock = unlock,
	.save = save,
	.wipe = wipe,
	.keep_code = keep_code,
	.keep_document = keep_document,
	.keep_margin = keep_margin,
	.wait = wait_until,
};

static struct client *add(struct world *world, struct machine machine)
{
	struct client *client = &world->clients[world->client_count++];

	assert_true(world->client_count <= WORLD_MAX_CLIENTS);
	client->world = world;
	client->driver = (struct driver){
		.machine = machine,
		.ops = &ops,
		.self = client,
		.metrics = &client->metrics,
	};
	return client;
}

struct client *world_add_flow(struct world *world, struct flow *flow)
{
	struct machine machine = {
		.self = flow,
		.step = step_flow,
		.deadline = deadline_of_flow,
		.liveness = liveness_of_flow,
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
	client->driver.boot = world->boot;
	if (world->disk.code_owner == NULL)
		world->disk.code_owner = client;
	return world->disk.code_owner == client ? world->disk.code : NULL;
}

/* Whoever waits has shown what there is. */
static void show(struct client *client)
{
	driver_keep_code(&client->driver);
}

void world_do(struct world *world, struct client *client, struct action *action)
{
	(void)world;
	driver_do(&client->driver, action);
	show(client);
}

void world_post(struct world *world, struct client *client,
		enum event_kind kind)
{
	/* A person may be quicker than a machine has to be. */
	if (kind == EVENT_START || kind == EVENT_CANCEL)
		world->issuer.earliest_ms[REQUEST_DEVICE_AUTHORIZATION] = 0;
	driver_post(&client->driver, kind);
	show(client);
}

void world_redirect(struct world *world, struct client *client,
		    const char *text)
{
	(void)world;
	driver_redirect(&client->driver, text);
	show(client);
}

static void deliver(struct client *client)
{
	const struct answer *answer = &client->answer;
	struct reply reply = {
		.net = answer->net,
		.idle_closed = answer->idle_closed,
		.not_yet_valid = answer->not_yet_valid,
		.status = answer->status,
		.body = answer->body,
		.body_len = strlen(answer->body),
		.type = answer->type,
		.retry_after_s = answer->retry_after_s,
		.dpop_nonce = answer->dpop_nonce,
		.what = answer->net == NET_OK ? "" : "The network is away.",
	};

	driver_reply(&client->driver, &reply);
}

/* When this client has something to do next. */
static int64_t due_ms(const struct client *client)
{
	const struct machine *machine = &client->driver.machine;
	int64_t deadline_ms = machine->deadline(machine->self);

	if (client->driver.sending && client->reply_ms < deadline_ms)
		return client->reply_ms;
	return deadline_ms;
}

bool world_turn(struct world *world, int64_t until_ms)
{
	struct client *next = NULL;

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
	if (next->driver.sending && world->now_ms >= next->reply_ms)
		deliver(next);
	else
		driver_tick(&next->driver);
	show(next);
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
