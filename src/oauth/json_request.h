/* SPDX-License-Identifier: MIT */
/*
 * Requests to providers that require JSON where RFC 6749 and RFC 8628 define a
 * form. They say so by a 415 that names application/json (better-auth), or by a
 * 400 with a JSON object that demands that content type.
 */
#ifndef GRANTTY_OAUTH_JSON_REQUEST_H
#define GRANTTY_OAUTH_JSON_REQUEST_H

#include <stdbool.h>

struct provider;
struct reply;
struct request;

/*
 * Learns from the answer whether the provider requires JSON. True if that has
 * changed: the rejected request had no effect, and is then worth sending again
 * in the other format. There are at most three changes: form, JSON, form, JSON.
 * The result applies to all endpoints of the provider for as long as the
 * program runs: one framework makes the providers that require JSON, and it
 * does so everywhere, while a refresh or a revocation has no second attempt.
 */
bool json_request_learn(const struct provider *provider,
			const struct reply *reply);

/* True if the next request must be JSON. */
bool json_request_is_due(const struct provider *provider);

/* Turns the request's form into a JSON object of strings; a name that appears
 * more than once becomes an array. */
void json_request_make(struct request *request);

/* Turns the object back into a form. */
void json_request_unmake(struct request *request);

#endif
