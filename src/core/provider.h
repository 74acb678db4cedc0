/* SPDX-License-Identifier: MIT */
/*
 * Whom we talk to: the endpoints, who we are to them, and in which dialect.
 * One table row per known provider; the configuration can override each field.
 */
#ifndef GRANTTY_CORE_PROVIDER_H
#define GRANTTY_CORE_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct jose_key;

/* How the client proves itself at an endpoint (RFC 6749 section 2.3, with the
 * names of RFC 7591 section 2). */
enum client_auth {
	AUTH_NONE,	 /* client_id in the body */
	AUTH_BASIC,	 /* client_secret_basic */
	AUTH_POST,	 /* client_secret_post */
	AUTH_PRIVATE_KEY /* private_key_jwt */
};

/* A name and a value sent along with the device authorization request. */
struct param {
	char *name;
	char *value;
};

/* Where a profile field is found and what it is called on the screen. */
struct profile_map {
	const char *label;
	const char *path; /* as json_path() takes it; "a|b" tries a, then b */
};

/* One known provider: what a configuration starts from. A field has the name of
 * the option that overrides it, or the comment beside it says which does. */
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
	/* device_authorization_endpoint_auth_method and, with a secret,
	 * token_endpoint_auth_method, which also says whether there must be
	 * one. */
	enum client_auth device_auth;
	enum client_auth token_auth;
	bool needs_secret;
	bool send_user_info; /* Webex: device_name goes as user_info */
	bool send_scopes;    /* Twitch: the scope goes as "scopes", too */
	/* screen.profile_fields; ends with a NULL label. */
	const struct profile_map *profile;
	const char *redirect_help; /* what to say, behind the label, when the
				    * provider answers that the redirect URI is
				    * missing; NULL: nothing of its own */
};

/* The preset of that name, or NULL. "" gives the generic one. */
const struct preset *preset_find(const char *name);

/* The i-th preset (0: webex), NULL beyond the last: for help and messages. */
const struct preset *preset_at(size_t i);

/* A provider ready for use; every string is owned. */
struct provider {
	const struct preset *preset; /* never NULL */
	char *id;    /* what the session file is bound to: the preset's name, or
		      * scheme and host of the token endpoint */
	char *label; /* for people */
	char *issuer;	 /* "" where none is known */
	bool code_grant; /* grant = "code" */
	/* NULL where not known; discovery may still find them. */
	char *device_authorization_endpoint;
	char *device_token_endpoint;
	char *token_endpoint;
	char *userinfo_endpoint;   /* or NULL */
	char *revocation_endpoint; /* or NULL */
	char *authorization_endpoint;
	char *jwks_uri;
	unsigned learned;   /* which of them came from discovery */
	bool sends_iss;	    /* it promises iss in its answers (RFC 9207) */
	char *redirect_uri; /* grant = "code": where the browser comes back */
	/* The configuration leaves the method open, and that at the device
	 * endpoint. */
	bool chooses_auth, chooses_device_auth;
	char *client_id;
	char *client_secret;	      /* or NULL; secret */
	struct jose_key *private_key; /* or NULL */
	char *private_key_id;	      /* "" for none */
	char *private_key_audience;   /* "": the token endpoint */
	enum client_auth device_auth;
	enum client_auth token_auth;
	bool pkce;   /* on the device grant; the code grant always has it */
	bool dpop;   /* tokens are to be bound to a key (RFC 9449) */
	char *scope; /* space separated; "" for none */
	char *audience;
	char *device_name;
	bool send_user_info; /* as in the preset */
	bool send_scopes;
	char *redirect_help; /* or NULL */
	struct param *extra;
	size_t extra_count;
	char **verification_hosts;
	size_t verification_host_count;
	int64_t request_timeout_ms; /* how long a request to it may take */
	char *plain_http_host; /* NULL, but for the demo in a local network: the
				* one host off loopback that may be http */
};

struct conf;
struct json;

/*
 * Joins the preset and the configuration. client_id and client_secret override
 * those of the configuration where not NULL. False, with a sentence that says
 * what is missing or wrong and what to do, where the result cannot work: no
 * client_id, no secret where the provider wants one, no endpoint, an endpoint
 * that is not https (loopback aside).
 */
bool provider_set_up(struct provider *provider, const struct conf *conf,
		     const char *client_id, const char *client_secret,
		     struct err *err);

/* Whether the client that the configuration and its preset describe must have a
 * secret: it proves itself by one. False where there is no such preset. */
bool provider_needs_secret(const struct conf *conf);

/* Takes over the private key that private_key_jwt signs with, from the text of
 * provider.private_key_file. False with *err where it is no such key. */
bool provider_take_key(struct provider *provider, const char *pem, size_t len,
		       struct err *err);

/* Whether openid is among the scopes asked for. */
bool provider_wants_openid(const struct provider *provider);

/* Whether every endpoint that the grant needs is known. */
bool provider_is_complete(const struct provider *provider);

/*
 * Takes the endpoints that nobody has named from a discovery document (OpenID
 * Connect Discovery section 4.3, RFC 8414 section 3.3), and where the
 * configuration leaves it open an authentication method that the provider has.
 * False with *err, and nothing changed, where the document is of another
 * issuer, an endpoint is not safe, or what the grant needs is not in it.
 */
bool provider_learn(struct provider *provider, const struct json *document,
		    struct err *err);

/* Wipes and frees what the struct holds, not the struct. */
void provider_free(struct provider *provider);

/*
 * Whether a person may be sent to that verification URI: clean ASCII, https
 * (http on loopback only), no userinfo, and a host of the list where there is
 * one. *err says what is wrong.
 */
bool provider_accepts_uri(const struct provider *provider, const char *uri,
			  struct err *err);

#endif
