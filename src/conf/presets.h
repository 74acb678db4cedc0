/* SPDX-License-Identifier: MIT */
/*
 * The providers that grantty knows by name, one table row each, from which a
 * configuration starts.
 */
#ifndef GRANTTY_CONF_PRESETS_H
#define GRANTTY_CONF_PRESETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/options.h"

/* Where to find a profile field, and its label on the screen. */
struct profile_map {
	const char *label;
	const char *path; /* as json_path() takes it; "a|b" tries a, then b */
};

/* One known provider, from which a configuration starts. Each field has the
 * name of the option that overrides it, or a comment names that option. */
struct preset {
	const char *name;  /* as in the configuration: "webex" */
	const char *label; /* as on the screen: "Webex" */
	const char *device_authorization_endpoint;
	const char *device_token_endpoint; /* NULL: the token endpoint */
	const char *token_endpoint;
	const char *userinfo_endpoint;
	const char *revocation_endpoint;
	const char *authorization_endpoint;
	const char *issuer;
	const char *jwks_uri;
	const char *scope;
	const char *verification_hosts; /* patterns, space separated */
	/* Overridden by device_authorization_endpoint_auth_method and, if there
	 * is a secret, by token_endpoint_auth_method, which also decides
	 * whether a secret is required. */
	enum client_auth device_auth;
	enum client_auth token_auth;
	bool needs_secret;
	bool send_user_info;	/* Webex: sends device_name as user_info */
	bool send_scopes;	/* Twitch: also sends the scope as "scopes" */
	bool send_ui_locales;	/* though no discovery document says so */
	int64_t poll_margin_ms; /* how much longer than the interval to wait
				 * before each poll */
	/* screen.profile_fields; ends with a NULL label. */
	const struct profile_map *profile;
	const char *redirect_help; /* follows the label in the message when the
				    * provider says that the redirect URI is
				    * missing; NULL: the general message */
};

/* The preset of that name, or NULL. "" is the generic provider. */
const struct preset *preset_find(const char *name);

/* The i-th preset (0: webex), NULL past the end. For help and messages. */
const struct preset *preset_at(size_t i);

#endif
