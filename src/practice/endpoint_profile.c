/* SPDX-License-Identifier: MIT */
/*
 * The endpoints for the user's profile and for the metadata that lists the
 * endpoints. Issues no tokens.
 */
#include "config.h"

#include "base/mem.h"
#include "practice/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "practice/account.h"
#include "practice/call.h"
#include "practice/fault.h"
#include "practice/service.h"
#include "practice/token_store.h"

/* Answers with that profile, which is taken over, or its replacement. */
static void answer_profile(struct service *service, const struct call *call,
			   enum dialect dialect, struct json *profile,
			   struct answer *answer)
{
	const char *token;

	if (endpoint_replace(service, call, dialect, AT_PROFILE, answer))
		goto out;
	if (!call_authorization(call, "Bearer", &token) ||
	    !token_store_accept(service->token_store, dialect, token,
				call->now_ms)) {
		dialect_unauthorized(answer, dialect);
		goto out;
	}
	if (service->options.profile) {
		json_free(profile);
		profile = json_copy(service->options.profile);
	}
	if (endpoint_fault(service, FAULT_HUGE_PROFILE, AT_PROFILE)) {
		answer_text(answer, 200, "application/json", "");
		account_write_huge(&answer->body);
		goto out;
	}
	if (endpoint_fault(service, FAULT_HOSTILE_TEXT, AT_PROFILE))
		account_make_hostile(profile, HOSTILE_TEXT);
	answer_json(answer, 200, profile);
	profile = NULL;
out:
	json_free(profile);
}

void endpoint_people_me(struct service *service, const struct call *call,
			enum dialect dialect, struct answer *answer)
{
	char *calling = call_query(call, "callingData");

	answer_profile(
		service, call, dialect,
		account_people_me(calling && strcmp(calling, "true") == 0),
		answer);
	free(calling);
}

void endpoint_userinfo(struct service *service, const struct call *call,
		       enum dialect dialect, struct answer *answer)
{
	answer_profile(service, call, dialect, account_userinfo(dialect),
		       answer);
}

static void set_url(struct json *json, const char *name,
		    const struct service *service, const char *path)
{
	char *url = xasprintf("%s%s", service->options.public_url, path);

	json_set_text(json, name, url);
	free(url);
}

static void set_list(struct json *json, const char *name,
		     const char *const *items)
{
	struct json *array = json_new_array();

	for (; *items; items++)
		json_append_text(array, *items);
	json_set(json, name, array);
}

/* RFC 8414 and OpenID Connect Discovery use the same names. */
void endpoint_metadata(struct service *service, const struct call *call,
		       enum dialect dialect, struct answer *answer)
{
	static const char *const grant_types[] = {ENDPOINT_DEVICE_GRANT,
						  "refresh_token", NULL};
	static const char *const auth_methods[] = {
		"client_secret_basic", "client_secret_post", "none", NULL};
	static const char *const scopes[] = {"openid", "profile", "email",
					     "offline_access", NULL};
	static const char *const none[] = {NULL};
	struct json *json;

	if (endpoint_replace(service, call, dialect, AT_DISCOVERY, answer))
		return;
	json = json_new_object();
	set_url(json, "issuer", service, "");
	set_url(json, "device_authorization_endpoint", service,
		"/device_authorization");
	set_url(json, "token_endpoint", service, "/token");
	set_url(json, "userinfo_endpoint", service, "/userinfo");
	set_url(json, "revocation_endpoint", service, "/revoke");
	set_list(json, "response_types_supported", none);
	set_list(json, "grant_types_supported", grant_types);
	set_list(json, "token_endpoint_auth_methods_supported", auth_methods);
	set_list(json, "revocation_endpoint_auth_methods_supported",
		 auth_methods);
	set_list(json, "scopes_supported", scopes);
	answer_json(answer, 200, json);
}
