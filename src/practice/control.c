/* SPDX-License-Identifier: MIT */
/*
 * The control path, for tests and the demo: decides in the user's place, sets
 * faults, and reports what clients have done. Shows no token and no device
 * code.
 */
#include "config.h"

#include "practice/control.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "practice/call.h"
#include "practice/dialect.h"
#include "practice/fault.h"
#include "practice/grants.h"
#include "practice/route.h"
#include "practice/service.h"
#include "practice/token_store.h"

/* Only from this machine and with the token of this run; answers if not. */
static bool is_allowed(const struct service *service, const struct call *call,
		       struct answer *answer)
{
	const char *right = service->options.control_token;
	const char *given;

	if (!call->same_machine) {
		answer_text(answer, 403, "text/plain",
			    "The control path only serves this machine.\n");
		return false;
	}
	if (!call_authorization(call, "Bearer", &given) ||
	    strlen(given) != strlen(right) ||
	    !crypto_equal(given, right, strlen(right))) {
		answer_header(answer, "WWW-Authenticate", "Bearer");
		answer_text(answer, 401, "text/plain",
			    "The control token is missing or wrong.\n");
		return false;
	}
	return true;
}

/* The latest intervals between polls as an array of numbers. */
static struct json *list_gaps(const struct grant *grant)
{
	size_t i = grant->gap_count > GRANT_MAX_GAPS
			   ? grant->gap_count - GRANT_MAX_GAPS
			   : 0;
	const char *comma = "";
	struct json *gaps;
	struct buf text;

	buf_init(&text, GRANT_MAX_GAPS * 24);
	buf_adds(&text, "[");
	for (; i < grant->gap_count; i++, comma = ",")
		buf_addf(&text, "%s%" PRId64, comma,
			 grant->gaps_ms[i % GRANT_MAX_GAPS]);
	buf_adds(&text, "]");
	gaps = json_parse(buf_text(&text), text.len, NULL);
	buf_free(&text);
	return gaps;
}

static struct json *describe_grant(const struct grant *grant, int64_t now_ms)
{
	struct json *json = json_new_object();

	json_set_text(json, "user_code", grant->user_code);
	json_set_text(json, "state", grant_state_name(grant->state));
	json_set_text(json, "dialect", dialect_name(grant->dialect));
	json_set_text(json, "client_id", grant->client_id);
	json_set_text(json, "scope", grant->scope);
	json_set_text(json, "device", grant->device);
	json_set_integer(json, "age_ms", now_ms - grant->created_ms);
	json_set_integer(json, "interval_ms", grant->interval_ms);
	json_set_integer(json, "polls", grant->polls);
	json_set_integer(json, "slow_downs", grant->slow_downs);
	json_set(json, "gaps_ms", list_gaps(grant));
	return json;
}

static struct json *count_calls(const struct service *service)
{
	struct json *calls = json_new_object();
	char name[80];

	for (size_t i = 0; route_name(i, name, sizeof name); i++)
		json_set_integer(calls, name, (int64_t)service->calls[i]);
	return calls;
}

static struct json *list_faults(const struct service *service)
{
	struct json *list = json_new_array();
	const struct fault_row *row;

	for (size_t i = 0; (row = fault_at(i)); i++)
		if (service->faults.set[i].places)
			json_append_text(list, row->name);
	return list;
}

void control_show(struct service *service, const struct call *call,
		  enum dialect dialect, struct answer *answer)
{
	const struct token_counts *counts =
		token_store_counts(service->token_store);
	struct json *json, *codes;
	struct grant *grant;

	(void)dialect;
	if (!is_allowed(service, call, answer))
		return;
	json = json_new_object();
	codes = json_new_array();
	for (size_t i = 0;
	     (grant = grants_at(service->grants, i, call->now_ms)); i++)
		json_append(codes, describe_grant(grant, call->now_ms));
	json_set_integer(json, "connections", (int64_t)service->connections);
	json_set_bool(json, "tls", service->options.tls);
	json_set(json, "calls", count_calls(service));
	json_set(json, "codes", codes);
	json_set_integer(json, "refreshes", (int64_t)counts->refreshes);
	json_set_integer(json, "replayed_refresh_tokens",
			 (int64_t)counts->replays);
	json_set_integer(json, "revocations", (int64_t)counts->revocations);
	json_set(json, "faults", list_faults(service));
	answer_json(answer, 200, json);
}

/* Applies the action to the grant of that code. */
static bool change_grant(struct service *service, const struct call *call,
			 const char *action, const char *user_code,
			 struct err *err)
{
	struct grant *grant =
		strcmp(user_code, "*") == 0
			? grants_newest_pending(service->grants, call->now_ms)
			: grants_by_user_code(service->grants, user_code,
					      call->now_ms);

	if (!grant)
		return err_set(err, "There is no code \"%s\" to %s.", user_code,
			       action);
	if (strcmp(action, "expire") == 0)
		grant_expire(grant, call->now_ms);
	else if (!grant_decide(grant, strcmp(action, "approve") == 0))
		return err_set(err, "The code %s is already %s.",
			       grant->user_code,
			       grant_state_name(grant->state));
	return true;
}

static bool change_faults(struct service *service, const char *spec,
			  struct err *err)
{
	if (*spec)
		return faults_set(&service->faults, spec, err);
	faults_clear(&service->faults);
	return true;
}

void control_change(struct service *service, const struct call *call,
		    enum dialect dialect, struct answer *answer)
{
	static const char *const actions[] = {"approve", "deny", "expire",
					      "fault", "revoke_access_tokens"};
	struct json *json;
	struct err err = {0};
	size_t done = 0;
	bool ok = true;

	(void)dialect;
	if (!is_allowed(service, call, answer))
		return;
	for (size_t i = 0; ok && i < sizeof actions / sizeof *actions; i++) {
		char *value = call_field(call, actions[i]);

		if (!value)
			continue;
		if (strcmp(actions[i], "fault") == 0)
			ok = change_faults(service, value, &err);
		else if (strcmp(actions[i], "revoke_access_tokens") == 0)
			token_store_drop_access(service->token_store);
		else
			ok = change_grant(service, call, actions[i], value,
					  &err);
		free(value);
		done++;
	}
	if (done == 0)
		ok = err_set(&err, "Say what to do: approve, deny, expire, "
				   "fault or revoke_access_tokens.");
	json = json_new_object();
	json_set_bool(json, "ok", ok);
	if (!ok)
		json_set_text(json, "error", err.text);
	answer_json(answer, ok ? 200 : 400, json);
}
