/* SPDX-License-Identifier: MIT */
/*
 * The configuration: one table row per option is the master copy of its name,
 * type, range and default. Parses text with libconfig; opens no file.
 */
#ifndef GRANTTY_CORE_CONF_H
#define GRANTTY_CORE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/provider.h"

struct err;

/* A list of strings, owned. */
struct strings {
	char **items;
	size_t count;
};

/* Who may sign in; all of it empty: everybody. */
struct allow {
	struct strings emails, email_domains;
	struct param *claims; /* what a member of the profile has to be */
	size_t claim_count;
};

/* At least as many as there are options. */
enum { CONF_OPTIONS_MAX = 80 };

struct conf {
	struct {
		char *preset, *label, *issuer;
		bool preset_named; /* set, not left to the default */
		char *device_authorization_endpoint, *device_token_endpoint;
		char *token_endpoint, *userinfo_endpoint, *revocation_endpoint;
		char *authorization_endpoint;
		char *jwks_uri;
		char *client_id, *client_secret, *client_secret_file;
		char *token_endpoint_auth_method;
		char *device_authorization_endpoint_auth_method;
		char *private_key_file, *private_key_id, *private_key_audience;
		bool pkce, dpop;
		char *scope, *audience, *device_name;
		bool send_user_info, send_scopes; /* where conf_is_set() */
		char *redirect_help;
		struct param *extra;
		size_t extra_count;
		struct strings verification_hosts;
	} provider;
	char *grant, *redirect_uri;
	struct {
		char *ca_file, *proxy;
		int64_t connect_timeout_s, request_timeout_s;
	} network;
	struct {
		char *store, *file, *key_file;
		bool resume;
	} session;
	struct {
		char *start;
		int64_t renewals, sign_out_after_s;
		bool lock, confirm;
		struct allow allow;
	} kiosk;
	struct {
		char *theme, *title, *locale, *qr;
		struct strings profile_fields;
	} screen;
	struct {
		struct strings on_signed_in, on_refreshed, on_signed_out;
		int64_t timeout_s;
		bool pass_token;
	} hooks;
	struct {
		char *file, *level;
		bool syslog;
	} log;
	char *metrics_textfile;
	/* Where each option's value comes from, in words for people
	 * ("grantty.conf:12"), in the order of option_at(); NULL: it was not
	 * set. */
	char *origins[CONF_OPTIONS_MAX];
};

/*
 * Sets every option to its default. Strings are never NULL; "" means unset (for
 * most of the provider's: as its preset has it). The default preset gives way
 * to "", the generic provider, as soon as an issuer or a device authorization
 * endpoint is set and no preset was named.
 */
void conf_init(struct conf *conf);

/* Wipes and frees what the struct holds. */
void conf_free(struct conf *conf);

/*
 * Forgets whatever belongs to one provider: all of the group provider but
 * device_name, which is this device's. For another provider's name or issuer on
 * the command line: the one must not get the other's secret.
 */
void conf_forget_provider(struct conf *conf);

/*
 * Takes the len bytes of configuration at text over the present values. name is
 * the file's name for messages. False with "name:line: …", the allowed values
 * and a did-you-mean where there is a syntax error, an unknown key, a wrong
 * type, a value out of range or an @include (which would read other files);
 * conf is then as before. The origins of what it sets are "name:line".
 */
bool conf_parse(struct conf *conf, const char *text, size_t len,
		const char *name, struct err *err);

/*
 * Sets one option by its full name ("provider.client_id") from a string, for
 * the command line. False where the name or the value is not acceptable. Its
 * origin is then "".
 */
bool conf_set(struct conf *conf, const char *option, const char *value,
	      struct err *err);

/* Whether the option of that full name was set, and not left to its default. */
bool conf_is_set(const struct conf *conf, const char *option);

/* Says where the value of the option of that full name comes from. */
void conf_set_origin(struct conf *conf, const char *option, const char *origin);

#endif
