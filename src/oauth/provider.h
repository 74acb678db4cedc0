/* SPDX-License-Identifier: MIT */
/*
 * The provider: its endpoints, the client's credentials there, and its dialect.
 * A preset sets the fields, and the configuration can override each of them.
 */
#ifndef GRANTTY_OAUTH_PROVIDER_H
#define GRANTTY_OAUTH_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/presets.h"

struct conf;
struct err;
struct jose_key;
struct param;

/* Maximum length of client_id and client_secret: more than any server accepts
 * in a header. */
enum { PROVIDER_SECRET_MAX = 16 * 1024 };

/* When the sign-in uses an endpoint. */
enum endpoint_use {
	NEEDED_ALWAYS,
	NEEDED_BY_DEVICE_GRANT,
	NEEDED_BY_CODE_GRANT,
	USED_WITH_OPENID,
	USED_IF_KNOWN,
	NOT_DISCOVERED /* no discovery document has it */
};

/* An endpoint, and the offsets of its address. */
struct provider_endpoint {
	const char *name; /* in the configuration and discovery documents */
	enum endpoint_use use;
	size_t in_provider, in_conf, in_preset;
};

enum { PROVIDER_ENDPOINTS = 7 };

extern const struct provider_endpoint provider_endpoints[PROVIDER_ENDPOINTS];

/* The format of requests. */
enum request_shape {
	SHAPE_FORM,	  /* as in the RFCs, until an answer demands JSON */
	SHAPE_JSON,	  /* settled: JSON from now on */
	SHAPE_JSON_MAYBE, /* required by an answer, but not tried yet */
	SHAPE_FORM_AGAIN  /* JSON was not understood */
};

/* A provider ready for use; it owns all its strings. */
struct provider {
	const struct preset *preset; /* never NULL */
	char *id; /* identifies the provider in the session file: the preset's
		   * name, or scheme and host of the token endpoint */
	char *label;	 /* for the screen and messages */
	char *issuer;	 /* "" if unknown */
	bool code_grant; /* grant = "code" */
	/* NULL if unknown; discovery may still find them. */
	char *device_authorization_endpoint;
	char *device_token_endpoint;
	char *token_endpoint;
	char *userinfo_endpoint;   /* or NULL */
	char *userinfo_fault;	   /* a sentence that says why the discovered
				    * endpoint is not used; or NULL */
	char *revocation_endpoint; /* or NULL */
	char *authorization_endpoint;
	char *jwks_uri;
	unsigned learned;   /* bits of those looked up by discovery */
	bool sends_iss;	    /* its answers contain iss (RFC 9207) */
	char *redirect_uri; /* grant = "code": where the browser returns */
	/* True if the configuration leaves the authentication method open, and
	 * the same for the device endpoint. */
	bool chooses_auth, chooses_device_auth;
	char *client_id;
	char *client_secret;	      /* or NULL; secret */
	struct jose_key *private_key; /* or NULL */
	char *private_key_id;	      /* "": none */
	char *private_key_audience;   /* "": the token endpoint */
	enum client_auth device_auth;
	enum client_auth token_auth;
	bool pkce;   /* for the device grant; the code grant always uses it */
	bool dpop;   /* bind tokens to a key (RFC 9449) */
	char *scope; /* space-separated; "": none */
	char *audience;
	char *device_name;
	bool send_user_info; /* as in struct preset */
	bool send_scopes;
	bool send_ui_locales;
	bool learns_ui_locales;	 /* the configuration leaves it open */
	int64_t poll_margin_ms;	 /* as in struct preset */
	bool learns_poll_margin; /* the configuration leaves it open */
	char *redirect_help;	 /* or NULL */
	struct param *extra;	 /* added to the authorization request */
	size_t extra_count;
	char **verification_hosts;
	size_t verification_host_count;
	int64_t request_timeout_ms;	/* for one request */
	enum request_shape *takes_json; /* see json_request.h */
	char *plain_http_host; /* the one host off loopback that may use http,
				* for the demo in a local network; or NULL */
};

/* True if the configuration adds that parameter to the request. */
bool provider_has_extra(const struct provider *provider, const char *name);

/* The language for the provider's page (OpenID Connect Core section 3.1.2.1):
 * the user's. NULL: it is not known, the configuration has another one, or the
 * provider does not take it. */
const char *provider_ui_locales(const struct provider *provider);

/* True if openid is among the requested scopes. */
bool provider_wants_openid(const struct provider *provider);

/* True if the scope requests a refresh token by offline_access (OpenID Connect
 * Core section 11). */
bool provider_wants_offline(const struct provider *provider);

/* True if the provider can tell who signs in: by a profile from userinfo, or by
 * the claims of an ID token. Call once the endpoints are known. False with a
 * sentence that says what to do. */
bool provider_tells_who(const struct provider *provider, struct err *err);

/* Sets the endpoints to the configuration's or, where that has none, the
 * preset's. */
void provider_take_endpoints(struct provider *provider,
			     const struct conf *conf);

/* The address of the i-th endpoint; NULL if it is unknown. */
const char *provider_endpoint_of(const struct provider *provider, size_t i);

/* The field that holds it. */
char **provider_endpoint_at(struct provider *provider, size_t i);

/* True if the sign-in is impossible without the i-th endpoint. */
bool provider_requires_endpoint(const struct provider *provider, size_t i);

/* True if the sign-in needs the i-th endpoint once a document names it. Without
 * jwks_uri, an ID token's signature could not be verified. */
bool provider_needs_endpoint(const struct provider *provider, size_t i);

/* True if all endpoints that the grant requires are known. */
bool provider_is_complete(const struct provider *provider);

/* True if an endpoint that the grant uses, required or not, is unknown and was
 * not looked up in a discovery document. */
bool provider_lacks_any(const struct provider *provider);

/* Wipes and frees what the struct holds, not the struct. */
void provider_free(struct provider *provider);

#endif
