/* SPDX-License-Identifier: MIT */
/*
 * What the tests of oauth/provider have in common: how a provider comes out of
 * a configuration.
 */
#ifndef GRANTTY_TESTS_PROVIDER_CASE_H
#define GRANTTY_TESTS_PROVIDER_CASE_H

struct conf;

#define DEVICE "device_authorization_endpoint = \"https://id.example/device\";"
#define TOKEN "token_endpoint = \"https://id.example/token\";"

/* A configuration of "provider : { text };" and whatever follows. */
void provider_case_configure(struct conf *conf, const char *text,
			     const char *rest);

#endif
