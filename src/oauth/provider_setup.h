/* SPDX-License-Identifier: MIT */
/*
 * Makes a provider from its preset and the configuration.
 */
#ifndef GRANTTY_OAUTH_PROVIDER_SETUP_H
#define GRANTTY_OAUTH_PROVIDER_SETUP_H

#include <stdbool.h>
#include <stddef.h>

struct conf;
struct err;
struct provider;

/*
 * Combines the preset and the configuration. client_id and client_secret, if
 * not NULL, override the configuration's. False, with a sentence that says what
 * is missing or wrong and what to do, if the result cannot work: there is no
 * client_id or no required secret, one of them is too long, or an endpoint is
 * missing or not https (except on loopback).
 */
bool provider_set_up(struct provider *provider, const struct conf *conf,
		     const char *client_id, const char *client_secret,
		     struct err *err);

/* The part of provider_set_up() that says who the provider is: its ID, label,
 * issuer and endpoints. Needs no client. False with *err if the preset or an
 * endpoint is wrong. */
bool provider_identify(struct provider *provider, const struct conf *conf,
		       struct err *err);

/* True if the configured client must have a secret, because it authenticates
 * with one. False if the preset does not exist. */
bool provider_needs_secret(const struct conf *conf);

/* Sets the private key for private_key_jwt from the text of
 * provider.private_key_file. False with *err if it is not a usable key. */
bool provider_take_key(struct provider *provider, const char *pem, size_t len,
		       struct err *err);

#endif
