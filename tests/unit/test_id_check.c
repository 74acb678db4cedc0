/* SPDX-License-Identifier: MIT */
/*
 * oauth/id_check: ID tokens that the modelled provider signs with real keys,
 * good, wrong and forged; keys that are missing or out of reach; and whose
 * userinfo is laid over them. Single claims are test_id_token's matter.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "jose/jose.h"
#include "jose/jose_key.h"
#include "machine/event.h"
#include "oauth/id_check.h"
#include "oauth/http_message.h"
#include "oauth/tokens.h"
#include "oauth/provider.h"
#include "issuer.h"
#include "issuer_openid.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOW_S INT64_C(1800000000)
#define JWKS_URI "https://id.example/keys"

struct keys {
	struct jose_key *ours;
	struct jose_key *theirs; /* somebody else's */
};

static struct json *parse(const char *text)
{
	return text != NULL ? json_parse_all(text, strlen(text), NULL) : NULL;
}

static int set_up(void **state)
{
	struct keys *keys = xcalloc(1, sizeof(*keys));

	keys->ours = jose_key_generate();
	keys->theirs = jose_key_generate();
	*state = keys;
	return keys->ours != NULL && keys->theirs != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	struct keys *keys = *state;

	jose_key_free(keys->ours);
	jose_key_free(keys->theirs);
	free(keys);
	return 0;
}

static void open_issuer(struct issuer *issuer, const struct keys *keys)
{
	issuer_init(issuer);
	free(issuer->provider.scope);
	issuer->provider.scope = xstrdup("openid profile");
	issuer->provider.jwks_uri = xstrdup(JWKS_URI);
	issuer->wall_s = NOW_S;
	issuer->key = keys->ours;
	issuer->kid = "1";
}

static struct reply reply_of(const char *body)
{
	struct reply reply = {
		.net = NET_OK,
		.status = 200,
		.body = body,
		.body_len = strlen(body),
		.type = "application/json",
		.what = "",
		.retry_after_s = -1,
	};

	return reply;
}

static void test_needed(void **state)
{
	static const struct {
		const char *scope, *id_token;
		bool needed;
	} cases[] = {
		{"openid", "x.y.z", true},
		{"profile  openid ", "x.y.z", true},
		{"openid", NULL, false},
		{"profile", "x.y.z", false},
		{"", "x.y.z", false},
		{"openid.x openids OPENID", "x.y.z", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tokens tokens = {.id_token = xstrdup(cases[i].id_token)};
		struct provider provider = {.scope = xstrdup(cases[i].scope)};

		assert_int_equal(id_check_is_needed(&provider, &tokens),
				 cases[i].needed);
		provider_free(&provider);
		tokens_free(&tokens);
	}
}

static void test_request(void **state)
{
	struct issuer issuer;
	struct request *request;

	open_issuer(&issuer, *state);
	request = id_check_request(&issuer.provider);
	assert_string_equal(request->url, JWKS_URI);
	assert_null(request->body);
	assert_null(request->authorization);
	request_free(request);
	free(issuer.provider.jwks_uri);
	issuer.provider.jwks_uri = NULL;
	assert_null(id_check_request(&issuer.provider));
	issuer_free(&issuer);
}

/* Checks a token with the keys that came; why: NULL where it must pass, else
 * part of the sentence. */
static void check(const struct issuer *issuer, const char *token,
		  const char *nonce, const struct reply *reply, bool may_help,
		  const char *why)
{
	struct tokens tokens = {
		.id_token = xstrdup(token),
		.nonce = xstrdup(nonce),
	};
	struct err err = {""};
	struct json *profile;
	bool again;
	bool ok = id_check_pass(&issuer->provider, &tokens, reply, NOW_S,
				&profile, &again, &err);

	if (ok != (why == NULL) || (why != NULL && !strstr(err.text, why)))
		fail_msg("%s: %d \"%s\"", issuer->claims, ok, err.text);
	assert_int_equal(again, may_help);
	assert_int_equal(profile != NULL, ok);
	if (ok)
		assert_string_equal(json_get_text(profile, "sub"), "7");
	json_free(profile);
	tokens_free(&tokens);
}

static void test_claims(void **state)
{
	static const struct {
		const char *claims, *nonce;
		const char *why;
	} cases[] = {
		{NULL, NULL, NULL},
		{"{\"nonce\":\"n\"}", "n", NULL},
		{"{\"nonce\":\"n\"}", NULL, NULL}, /* the device grant */
		{"{\"exp\":1799999990}", NULL, NULL},
		{"{\"exp\":1799999880}", NULL, "set the clock"},
		{"{\"exp\":1}", NULL, "valid until 1970"},
		{"{\"exp\":null}", NULL, "token has no exp."},
		{"{\"iss\":\"https://evil.example\"}", NULL,
		 "issued by https://evil.example"},
		{"{\"iss\":\"https://id.example/\"}", NULL, "exactly the same"},
		{"{\"aud\":\"other\"}", NULL, "another client"},
		{"{\"aud\":[\"screen\",\"other\"]}", NULL, NULL},
		{"{\"iat\":null}", NULL, "token has no iat."},
		{"{\"aud\":[\"screen\",\"other\"],\"azp\":\"screen\"}", NULL,
		 NULL},
		{"{\"nonce\":\"m\"}", "n", "another sign-in"},
		{NULL, "n", "another sign-in"},
		{"{\"sub\":null}", NULL, "its subject"},
	};
	const struct keys *keys = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		char *jwks = issuer_keys(keys->ours, "1");
		struct reply reply = reply_of(jwks);
		struct issuer issuer;
		char *token;

		open_issuer(&issuer, keys);
		issuer.claims = cases[i].claims;
		token = issuer_id_token(&issuer);
		check(&issuer, token, cases[i].nonce, &reply, false,
		      cases[i].why);
		/* Without keys the claims count all the same. */
		check(&issuer, token, cases[i].nonce, NULL, false,
		      cases[i].why);
		secret_free(token);
		free(jwks);
		issuer_free(&issuer);
	}
}

/* What may follow an ID token when tokens are refreshed. */
static void test_renewed(void **state)
{
	static const struct {
		const char *claims;
		const char *why;
	} cases[] = {
		{NULL, NULL},
		{"{\"exp\":1800009999}", NULL},
		{"{\"nonce\":\"other\"}", NULL},
		{"{\"exp\":1}", "valid until 1970"},
		{"{\"exp\":null}", "token has no exp."},
		{"{\"aud\":\"other\"}", "another client"},
		{"{\"sub\":\"8\"}", "Its sub differs"},
		{"{\"sub\":null}", "Its sub differs"},
		{"{\"iss\":\"https://evil.example\"}", "Its iss differs"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err = {""};
		struct issuer issuer;
		char *before, *token;
		bool ok;

		open_issuer(&issuer, *state);
		before = issuer_id_token(&issuer);
		issuer.claims = cases[i].claims;
		token = issuer_id_token(&issuer);
		ok = id_check_renewed(&issuer.provider, before, token, NOW_S,
				      &err);
		if (ok != (cases[i].why == NULL) ||
		    (!ok && !strstr(err.text, cases[i].why)))
			fail_msg("%s: %d \"%s\"", issuer.claims, ok, err.text);
		assert_false(id_check_renewed(&issuer.provider, before, "x.y.z",
					      NOW_S, &err));
		assert_false(id_check_renewed(&issuer.provider, "x.y.z", token,
					      NOW_S, &err));
		secret_free(before);
		secret_free(token);
		issuer_free(&issuer);
	}
}

/* A token without end is refused, whether or not its signature matters. */
static void test_size(void **state)
{
	static const char why[] = "larger than 64 KiB";
	struct err err = {""};
	struct issuer issuer;
	struct buf text;
	char *token;

	open_issuer(&issuer, *state);
	token = issuer_id_token(&issuer);
	buf_init(&text, 2 * (size_t)JOSE_MAX_JWS);
	assert_true(buf_adds(&text, token));
	while (text.len <= JOSE_MAX_JWS)
		assert_true(buf_adds(&text, "AAAA"));
	check(&issuer, buf_text(&text), NULL, NULL, false, why);
	assert_false(id_check_renewed(&issuer.provider, token, buf_text(&text),
				      NOW_S, &err));
	assert_non_null(strstr(err.text, why));
	buf_free(&text);
	secret_free(token);
	issuer_free(&issuer);
}

/* An issuer that nobody has named is taken at its word, if it gives one. */
static void test_unnamed_issuer(void **state)
{
	static const struct {
		const char *claims;
		const char *why;
	} cases[] = {
		{"{\"iss\":\"https://id.example\"}", NULL},
		{"{\"iss\":null}", "its issuer"},
		{"{\"aud\":\"other\"}", "another client"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct issuer issuer;
		char *token;

		open_issuer(&issuer, *state);
		issuer.claims = cases[i].claims;
		token = issuer_id_token(&issuer);
		issuer.provider.issuer[0] = '\0';
		check(&issuer, token, NULL, NULL, false, cases[i].why);
		secret_free(token);
		issuer_free(&issuer);
	}
}

static void test_signature(void **state)
{
	static const struct {
		const char *kid;       /* in the token */
		const char *published; /* NULL: no kid */
		bool forged;	       /* signed by somebody else */
		bool may_help;
		const char *why;
	} cases[] = {
		{"1", "1", false, false, NULL},
		{NULL, "1", false, false, NULL},
		/* The set may be an old one. */
		{"2", "1", false, true, "does not publish"},
		{"1", NULL, false, false, NULL},
		{"", NULL, false, false, NULL},
		{"", "1", false, false, NULL},
		{NULL, "1", true, true, "signature is wrong"},
		/* A forgery does not get better by newer keys. */
		{"1", "1", true, false, "signature is wrong"},
		{"2", "1", true, true, "does not publish"},
	};
	const struct keys *keys = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		char *jwks = issuer_keys(keys->ours, cases[i].published);
		struct reply reply = reply_of(jwks);
		struct issuer issuer;
		char *token;

		open_issuer(&issuer, keys);
		issuer.kid = cases[i].kid;
		if (cases[i].forged)
			issuer.key = keys->theirs;
		token = issuer_id_token(&issuer);
		check(&issuer, token, NULL, &reply, cases[i].may_help,
		      cases[i].why);
		secret_free(token);
		free(jwks);
		issuer_free(&issuer);
	}
}

/* What the header says that it is, well signed, with and without the keys. */
static void test_kind(void **state)
{
	static const char good[] =
		"{\"iss\":\"https://id.example\",\"sub\":\"7\","
		"\"aud\":\"screen\",\"exp\":1800003600,\"iat\":1800000000}";
	static const struct {
		const char *header;
		const char *why;
	} cases[] = {
		{"{}", NULL},
		{"{\"typ\":\"JWT\"}", NULL},
		{"{\"typ\":\"jwt\"}", NULL},
		{"{\"typ\":\"application/jwt\"}", NULL},
		{"{\"typ\":\"JOSE\"}", NULL},
		{"{\"typ\":null}", NULL},
		{"{\"typ\":\"at+jwt\"}", "another kind of token (\"at+jwt\")"},
		{"{\"typ\":\"application/at+jwt\"}", "another kind of token"},
		{"{\"typ\":\"AT+JWT\"}", "another kind of token"},
		{"{\"typ\":\"logout+jwt\"}", "another kind of token"},
		{"{\"typ\":\"secevent+jwt\"}", "another kind of token"},
		{"{\"typ\":\"dpop+jwt\"}", "another kind of token"},
		{"{\"typ\":\"\"}", "another kind of token"},
		{"{\"typ\":1}", "another kind of token"},
		{"{\"typ\":[\"JWT\"]}", "another kind of token"},
	};
	const struct keys *keys = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct json *header = json_parse(cases[i].header,
						 strlen(cases[i].header), NULL);
		struct json *claims = json_parse(good, strlen(good), NULL);
		char *jwks = issuer_keys(keys->ours, NULL);
		struct reply reply = reply_of(jwks);
		struct issuer issuer;
		char *token = jose_sign(keys->ours, header, claims);

		open_issuer(&issuer, keys);
		issuer.claims = cases[i].header;
		check(&issuer, token, NULL, &reply, false, cases[i].why);
		check(&issuer, token, NULL, NULL, false, cases[i].why);
		secret_free(token);
		free(jwks);
		json_free(claims);
		json_free(header);
		issuer_free(&issuer);
	}
}

/* Good claims without a signature, or with an extension: {"alg":"none"} and the
 * like, which TLS alone does not vouch for (point 6). */
static void test_unsigned(void **state)
{
	static const char claims[] =
		"{\"iss\":\"https://id.example\",\"sub\":\"7\","
		"\"aud\":\"screen\",\"exp\":1800003600,\"iat\":1800000000}";
	static const struct {
		const char *header, *signature, *says;
	} cases[] = {
		{"{\"alg\":\"none\"}", ".", "not signed"},
		{"{\"alg\":\"None\",\"typ\":\"JWT\"}", ".", "not signed"},
		{"{\"alg\":\"nOnE\"}", ".AAAA", "not signed"},
		{"{\"alg\":\"\"}", ".AAAA", "not signed"},
		{"{\"alg\":null}", ".AAAA", "not signed"},
		{"{}", ".AAAA", "not signed"},
		{"[]", ".AAAA", "not signed"},
		{"x", ".AAAA", "not signed"},
		{"{\"alg\":\"RS256\"}", ".", "not signed"},
		{"{\"alg\":\"RS256\"}", "", "not signed"},
		{"{\"alg\":\"RS256\"}", ".AAAA.", "not signed"},
		{"{\"alg\":\"RS256\"}", ".A!", "not signed"},
		{"{\"alg\":\"RS256\",\"crit\":[\"exp\"]}", ".AAAA",
		 "extension"},
		{"{\"alg\":\"RS256\",\"b64\":false}", ".AAAA", "extension"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct issuer issuer;
		struct buf token;

		open_issuer(&issuer, *state);
		issuer.claims = cases[i].header;
		buf_init(&token, 1024);
		crypto_base64url(&token, cases[i].header,
				 strlen(cases[i].header));
		buf_adds(&token, ".");
		crypto_base64url(&token, claims, strlen(claims));
		buf_adds(&token, cases[i].signature);
		check(&issuer, buf_text(&token), NULL, NULL, false,
		      cases[i].says);
		buf_free(&token);
		issuer_free(&issuer);
	}
}

/* A good token of which somebody has changed one byte. */
static void test_changed(void **state)
{
	const struct keys *keys = *state;
	char *jwks = issuer_keys(keys->ours, "1");
	struct reply reply = reply_of(jwks);
	struct issuer issuer;
	char *token;
	size_t len;

	open_issuer(&issuer, keys);
	token = issuer_id_token(&issuer);
	len = strlen(token);
	check(&issuer, token, NULL, &reply, false, NULL);
	/* Not the last byte: some of its bits mean nothing. */
	for (size_t i = 0; i + 1 < len; i++) {
		struct tokens tokens = {.id_token = xstrdup(token)};
		struct err err = {""};
		struct json *profile;
		bool again;

		tokens.id_token[i] = token[i] == 'A' ? 'B' : 'A';
		assert_false(id_check_pass(&issuer.provider, &tokens, &reply,
					   NOW_S, &profile, &again, &err));
		assert_null(profile);
		assert_true(err.text[0] != '\0');
		tokens_free(&tokens);
	}
	secret_free(token);
	free(jwks);
	issuer_free(&issuer);
}

static void test_keys_missing(void **state)
{
	static const struct {
		enum net_result net;
		int status;
		const char *body;
		const char *why;
	} cases[] = {
		{NET_CONNECT, 0, "",
		 "signs its ID tokens: The network is away."},
		{NET_TLS, 0, "", "signs its ID tokens: The network is away."},
		{NET_OK, 404, "{\"keys\":[]}",
		 "are not available (status 404): check whether "
		 "provider.jwks_uri is right."},
		{NET_OK, 204, "", "are not available (status 204): check"},
		{NET_OK, 503, "",
		 "are not available at the moment (status "
		 "503)."},
		{NET_OK, 429, "",
		 "are not available at the moment (status "
		 "429)."},
		{NET_OK, 302, "",
		 "redirects to cdn.example (status 302), which is not "
		 "followed: set provider.jwks_uri to"},
		{NET_OK, 308, "", "redirects to cdn.example (status 308)"},
		{NET_OK, 200, "", "Cannot read"},
		{NET_OK, 200, "<html>", "Cannot read"},
		{NET_OK, 200, "{}", "contains no keys"},
		{NET_OK, 200, "[]",
		 "is not a JWK Set: an object with \"keys\" is required (RFC "
		 "7517 section 5)."},
		{NET_OK, 200, "{\"keys\":{}}", "contains no keys"},
		{NET_OK, 200, "{\"keys\":[]}", "does not publish"},
		{NET_OK, 200, "{\"keys\":[1,null,{}]}", "does not publish"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reply reply = reply_of(cases[i].body);
		struct issuer issuer;
		char *token;

		open_issuer(&issuer, *state);
		token = issuer_id_token(&issuer);
		reply.net = cases[i].net;
		reply.status = cases[i].status;
		reply.location = "https://cdn.example/keys?a=b";
		if (reply.net != NET_OK)
			reply.what = "The network is away.";
		check(&issuer, token, NULL, &reply, true, cases[i].why);
		secret_free(token);
		issuer_free(&issuer);
	}
}

/* What is no token at all never helps, however often it is looked at. */
static void test_no_token(void **state)
{
	static const char *const tokens[] = {
		"x",
		".",
		"..",
		"...",
		"a.b.c",
		"e30.e30.",
		"e30.W10.e30",			  /* {}.[].{} */
		"eyJhbGciOiJub25lIn0.e30.",	  /* alg none */
		"eyJhbGciOiJIUzI1NiJ9.e30.AAAA",  /* a symmetric one */
		"eyJhbGciOiJFUzI1NiJ9.e30",	  /* cut off */
		"eyJhbGciOiJFUzI1NiJ9.eyJ\n.AAA", /* no base64url */
		"\xff.\xff.\xff",
	};
	const struct keys *keys = *state;
	char *jwks = issuer_keys(keys->ours, "1");
	struct reply reply = reply_of(jwks);

	for (size_t i = 0; i < COUNT(tokens); i++) {
		struct issuer issuer;

		open_issuer(&issuer, keys);
		check(&issuer, tokens[i], NULL, &reply, false, "token");
		check(&issuer, tokens[i], NULL, NULL, false, "ID token");
		issuer_free(&issuer);
	}
	free(jwks);
}

static void test_merge(void **state)
{
	static const struct {
		const char *profile, *userinfo;
		const char *merged; /* NULL: refused */
	} cases[] = {
		{"{\"sub\":\"7\",\"name\":\"A\",\"email\":\"e\"}",
		 "{\"sub\":\"7\",\"name\":\"Ada\"}",
		 "{\"sub\":\"7\",\"name\":\"Ada\",\"email\":\"e\"}"},
		{"{\"sub\":\"7\"}", "{\"sub\":\"8\"}", NULL},
		{"{\"sub\":\"7\"}", "{\"sub\":\"7 \"}", NULL},
		{"{\"sub\":\"7\"}", "{\"sub\":\"\"}", NULL},
		/* Not of OpenID Connect: there is nothing to compare. */
		{NULL, "{\"sub\":\"7\"}", "{\"sub\":\"7\"}"},
		{"{\"sub\":\"7\"}", "{\"id\":8}", "{\"id\":8}"},
		{"{\"sub\":\"7\"}", "{\"sub\":7}", "{\"sub\":7}"},
		{"{\"id\":7}", "{\"sub\":\"8\"}", "{\"sub\":\"8\"}"},
		{"", "{\"sub\":\"8\"}", "{\"sub\":\"8\"}"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err = {""};
		struct json *profile = parse(cases[i].profile);
		struct json *merged = parse(cases[i].userinfo);
		bool ok = id_check_merge(profile, &merged, &err);
		const char *expected = ok ? cases[i].merged : cases[i].userinfo;
		char *text = json_print(merged, false);

		if (ok != (cases[i].merged != NULL))
			fail_msg("case %zu: %d \"%s\"", i, ok, err.text);
		assert_string_equal(text, expected);
		if (!ok)
			assert_non_null(
				strstr(err.text, "about different users"));
		secret_free(text);
		json_free(merged);
		json_free(profile);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_needed),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_renewed),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_unnamed_issuer),
		cmocka_unit_test(test_signature),
		cmocka_unit_test(test_kind),
		cmocka_unit_test(test_unsigned),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_keys_missing),
		cmocka_unit_test(test_no_token),
		cmocka_unit_test(test_merge),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
