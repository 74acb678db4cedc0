/* SPDX-License-Identifier: MIT */
/*
 * What the tests of oauth/oauth have in common: providers by their
 * configuration, and answers as they come in.
 */
#ifndef GRANTTY_TESTS_OAUTH_CASE_H
#define GRANTTY_TESTS_OAUTH_CASE_H

#include "oauth/http_message.h"
#include "oauth/verdict.h"

struct provider;

#define JSON "application/json"
#define FORM "application/x-www-form-urlencoded; charset=utf-8"
#define HTML "text/html; charset=utf-8"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* As Webex answers: an errors array with descriptions. */
#define WEBEX(description)                               \
	"{\"message\":\"" description                    \
	"\",\"errors\":[{\"description\":\"" description \
	"\"}],\"trackingId\":\"ROUTER_65A1-01BB\"}"

static const char webex_conf[] =
	"provider : { preset = \"webex\"; client_id = \"C1\"; "
	"client_secret = \"s3\"; };";
static const char github_conf[] =
	"provider : { preset = \"github\"; client_id = \"Iv1\"; };";

static const char any_conf[] =
	"provider : { preset = \"\"; client_id = \"tv\"; "
	"device_authorization_endpoint = \"https://id.example/device\"; "
	"token_endpoint = \"https://id.example/token\"; };";

static const char secret_conf[] =
	"provider : { preset = \"\"; client_id = \"tv\"; "
	"client_secret = \"s3\"; "
	"device_authorization_endpoint = \"https://id.example/device\"; "
	"token_endpoint = \"https://id.example/token\"; };";
static const char code_conf[] =
	"grant = \"code\"; provider : { preset = \"\"; client_id = \"tv\"; "
	"client_secret = \"s3\"; "
	"authorization_endpoint = \"https://id.example/authorize\"; "
	"token_endpoint = \"https://id.example/token\"; };";

#define ERROR(code) "{\"error\":\"" code "\"}"

/* Sets the provider up as that configuration has it; the caller frees it. */
void oauth_case_provider(struct provider *provider, const char *text);

/* An answer with that body, borrowed, and nothing else to tell. */
struct reply oauth_case_reply(int status, const char *type, const char *body);

/* As a failed case names it. */
const char *oauth_case_verdict(enum verdict verdict);

#endif
