/* SPDX-License-Identifier: MIT */
/*
 * What can be chosen, and what happens then.
 */
#include "config.h"

#include "walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "jose/jose_key.h"
#include "machine/flow.h"
#include "issuer_openid.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* A provider can put a request off for a day (Retry-After). */
#define PATIENCE_MS INT64_C(604800000)

#define AUTHORIZE "https://id.example/authorize"
#define DOCUMENT                                                           \
	"{\"issuer\":\"https://id.example\","                              \
	"\"device_authorization_endpoint\":\"https://id.example/device\"," \
	"\"token_endpoint\":\"https://id.example/token\","                 \
	"\"userinfo_endpoint\":\"https://id.example/userinfo\","           \
	"\"authorization_endpoint\":\"" AUTHORIZE "\","                    \
	"\"jwks_uri\":\"https://id.example/keys\"}"

static int64_t below(struct walk *walk, int64_t n)
{
	return walk->choose(walk->self, n);
}

static bool one_in(struct walk *walk, int64_t n)
{
	return below(walk, n) == 0;
}

static void forget(char **field)
{
	free(*field);
	*field = NULL;
}

void walk_open(struct walk *walk, int64_t (*choose)(void *self, int64_t n),
	       void *self)
{
	memset(walk, 0, sizeof(*walk));
	world_init(&walk->world);
	walk->world.trace = getenv("TRACE") != NULL;
	walk->choose = choose;
	walk->self = self;
}

/* The key of all issuers, made once. */
static void give_key(struct issuer *issuer)
{
	static struct jose_key *key;
	static char *published;

	if (key == NULL) {
		key = jose_key_generate();
		assert_non_null(key);
		published = issuer_keys(key, "1");
	}
	issuer->key = key;
	issuer->kid = "1";
	issuer->keys = published;
}

/* What the issuer says of the person, and for how long it is good. */
static void choose_issuer(struct walk *walk)
{
	static const char *const claims[] = {
		NULL,
		"{\"email\":\"ada@example.com\"}",
		"{\"email\":\"bob@example.com\"}",
		"{\"exp\":1}",
		"{\"sub\":\"8\"}",
	};
	static const char *const infos[] = {
		NULL,
		"{\"sub\":\"7\",\"email\":\"ada@example.com\"}",
		"{\"email\":\"bob@example.com\"}",
	};
	struct issuer *issuer = &walk->world.issuer;

	give_key(issuer);
	issuer->claims = claims[below(walk, COUNT(claims))];
	issuer->userinfo = infos[below(walk, COUNT(infos))];
	issuer->gives_refresh_token = below(walk, 4) > 0;
	issuer->token_life_s = (int64_t[]){3600, 60, 0}[below(walk, 3)];
	issuer->code_life_s = below(walk, 4) > 0 ? 300 : 20;
}

/* A provider of one kind or another. Each choice is made, whether it matters or
 * not. */
static void choose_provider(struct walk *walk)
{
	struct issuer *issuer = &walk->world.issuer;
	struct provider *provider = &issuer->provider;
	bool openid = one_in(walk, 2);
	bool names_keys = one_in(walk, 2);
	bool has_userinfo = one_in(walk, 2);
	bool revokes = below(walk, 3) > 0;
	bool is_found = one_in(walk, 4);
	bool code_grant = one_in(walk, 4);
	bool dpop = one_in(walk, 200);

	if (walk->own_provider)
		return;
	if (openid) {
		free(provider->scope);
		provider->scope = xstrdup("openid email");
	} else {
		issuer->key = NULL;
	}
	if (names_keys)
		provider->jwks_uri = xstrdup("https://id.example/keys");
	if (!has_userinfo)
		forget(&provider->userinfo_endpoint);
	if (!revokes)
		forget(&provider->revocation_endpoint);
	if (is_found) {
		forget(&provider->device_authorization_endpoint);
		forget(&provider->device_token_endpoint);
		forget(&provider->token_endpoint);
		forget(&provider->authorization_endpoint);
		issuer->documents[0] = DOCUMENT;
	}
	provider->code_grant = code_grant;
	provider->dpop = issuer->dpop = dpop;
}

static void choose_policy(struct walk *walk)
{
	static char email[] = "ada@example.com";
	static char *emails[] = {email};
	struct visit_policy *policy = &walk->policy;

	policy->once = one_in(walk, 3);
	policy->wait_for_key = one_in(walk, 3);
	policy->resume = one_in(walk, 2);
	policy->spread = one_in(walk, 2);
	policy->renewals = (int)below(walk, 3);
	policy->sign_out_after_ms = one_in(walk, 3) ? 600000 : 0;
	walk->allow.emails = (struct strings){emails, 1};
	policy->allow = one_in(walk, 2) ? &walk->allow : NULL;
	policy->confirm = one_in(walk, 3);
}

static void break_disk(struct disk *disk, int64_t how)
{
	switch (how) {
	case 0:
		disk->held = !disk->held;
		break;
	case 1:
		disk->full = !disk->full;
		break;
	case 2:
		disk->unreadable = !disk->unreadable;
		break;
	case 3:
		disk->damaged = true;
		break;
	default:
		break;
	}
}

/* What an earlier run has left. */
static void choose_disk(struct walk *walk)
{
	static const int64_t lives_s[] = {3600, 0, 20, -60};
	struct issuer *issuer = &walk->world.issuer;
	int64_t kept = below(walk, 8);
	int64_t fault = below(walk, 16);

	/* One that is bound has its key, which only a sign-in makes. */
	if (kept < (int64_t)COUNT(lives_s) && !issuer->dpop)
		world_store(&walk->world, issuer->provider.id, lives_s[kept]);
	break_disk(&walk->world.disk, fault);
}

static void boot(struct walk *walk)
{
	struct event event = world_event(&walk->world, EVENT_TICK);
	struct action action;
	const char *code;

	visit_free(walk->visit);
	world_crash(&walk->world);
	walk->visit = visit_new(&walk->world.issuer.provider, &walk->policy,
				(uint64_t)below(walk, INT32_MAX));
	walk->client = world_add_visit(&walk->world, walk->visit);
	code = world_take_code(&walk->world, walk->client);
	if (code != NULL)
		visit_recall_code(walk->visit, code, walk->world.boot);
	visit_begin(walk->visit, &event, &action);
	world_do(&walk->world, walk->client, &action);
}

void walk_begin(struct walk *walk)
{
	walk->world.now_ms = one_in(walk, 2) ? 20000 : 1000000;
	choose_issuer(walk);
	choose_provider(walk);
	choose_policy(walk);
	choose_disk(walk);
	boot(walk);
}

static void come_back(struct walk *walk)
{
	struct issuer *issuer = &walk->world.issuer;
	const char *uri = flow_authorization_uri(visit_flow(walk->visit));
	const char *endpoint = issuer->provider.authorization_endpoint;
	char answer[512] = "error=access_denied";

	/* A document of somebody else's may name another place. */
	if (below(walk, 4) > 0 && uri != NULL &&
	    strcmp(endpoint, AUTHORIZE) == 0)
		issuer_authorize(issuer, uri, answer, sizeof(answer));
	world_redirect(&walk->world, walk->client, answer);
}

static void mishap(struct walk *walk)
{
	static const char *const words[] = {
		"rules",	"ok",
		"500 rules",	"timeout rules",
		"connect",	"resolve",
		"html rules",	"429 rules",
		"429",		"tls rules",
		"unauthorized", "forbidden",
		"refused",	"invalid_client",
		"lost rules",	"503*2 rules",
		"crossed",	"used",
		"404",		"415 rules",
	};
	static const enum request_kind kinds[] = {
		REQUEST_DEVICE_AUTHORIZATION,
		REQUEST_POLL,
		REQUEST_REFRESH,
		REQUEST_PROFILE,
		REQUEST_REVOCATION,
		REQUEST_DISCOVERY,
		REQUEST_KEYS,
		REQUEST_CODE_EXCHANGE,
	};
	struct issuer *issuer = &walk->world.issuer;
	enum request_kind kind = kinds[below(walk, COUNT(kinds))];

	issuer->script[kind] = words[below(walk, COUNT(words))];
	issuer->used[kind] = 0;
	if (kind == REQUEST_POLL && one_in(walk, 3))
		issuer->script[kind] = "denied";
	if (kind == REQUEST_POLL && one_in(walk, 6))
		issuer->script[kind] = "expired";
	if (kind == REQUEST_REFRESH && one_in(walk, 3))
		issuer->script[kind] = "invalid_grant";
}

static void jump(struct walk *walk)
{
	if (below(walk, 3) > 0)
		walk->world.wall_s += below(walk, 20000) - 10000;
	else
		issuer_end_access(&walk->world.issuer);
}

void walk_happen(struct walk *walk)
{
	static const enum event_kind persons[] = {
		EVENT_START,   EVENT_START, EVENT_CANCEL,  EVENT_SIGN_OUT,
		EVENT_TOUCHED, EVENT_CLOCK, EVENT_REMOVED,
	};
	struct world *world = &walk->world;

	switch (below(walk, 12)) {
	case 0:
	case 1:
		mishap(walk);
		break;
	case 2:
		come_back(walk);
		break;
	case 3:
	case 4:
		break_disk(&world->disk, below(walk, 4));
		break;
	case 5:
		jump(walk);
		break;
	case 6:
		if (one_in(walk, 3))
			boot(walk);
		else
			world_suspend(world, below(walk, 3600000));
		break;
	case 7:
	case 8:
		world->issuer.approve_ms = world->now_ms;
		world->issuer.script[REQUEST_POLL] = NULL;
		break;
	default:
		world_post(world, walk->client,
			   persons[below(walk, COUNT(persons))]);
		break;
	}
}

static bool rests(const struct visit *visit)
{
	const struct flow *flow = visit_flow(visit);

	switch (visit_stage(visit)) {
	case VISIT_WELCOME:
	case VISIT_PROFILE:
	case VISIT_TROUBLE:
	case VISIT_OVER:
		return true;
	case VISIT_SIGN_IN:
		return flow_code(flow) != NULL ||
		       flow_authorization_uri(flow) != NULL;
	case VISIT_PREPARING:
	case VISIT_RESUMING:
	case VISIT_STARTING:
	case VISIT_ARRIVING:
	case VISIT_CONFIRM:
	case VISIT_LEAVING:
		break;
	}
	return false;
}

void walk_come_to_rest(struct walk *walk)
{
	struct world *world = &walk->world;
	int64_t until_ms = world->now_ms + PATIENCE_MS;

	memset(world->issuer.script, 0, sizeof(world->issuer.script));
	world->disk.held = world->disk.full = world->disk.unreadable = false;
	while (!rests(walk->visit) && world_turn(world, until_ms))
		continue;
	if (!rests(walk->visit))
		fail_msg("walk %llu: does not come to rest in stage %s",
			 (unsigned long long)world->walk,
			 states_name(&visit_stages, visit_stage(walk->visit)));
}

void walk_close(struct walk *walk)
{
	visit_free(walk->visit);
	world_free(&walk->world);
}
