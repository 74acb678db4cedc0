/* SPDX-License-Identifier: MIT */
/*
 * A proof is made for one request and never kept; nonces are kept.
 */
#include "config.h"

#include "oauth/dpop.h"

#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"
#include "jose/jose.h"
#include "oauth/http_message.h"
#include "oauth/reply_body.h"

/* Far longer than any real nonce, and far shorter than the limit of a
 * header. */
enum { NONCE_MAX = 4096, METHOD_MAX = 32 };

void dpop_free(struct dpop *dpop)
{
	for (int i = 0; i < DPOP_SERVERS; i++)
		free(dpop->nonces[i]);
	memset(dpop, 0, sizeof(*dpop));
}

char *dpop_key_new(void)
{
	struct jose_key *key = jose_key_generate();
	char *pem = key != NULL ? jose_key_pem(key) : NULL;

	jose_key_free(key);
	return pem;
}

/* Section 4.2: the target without query and fragment. */
static void set_target(struct json *claims, const char *url)
{
	char *target = xstrdup(url);

	target[strcspn(target, "?#")] = '\0';
	json_set_text(claims, "htu", target);
	secret_free(target);
}

static struct json *claims_of(const struct dpop_call *call,
			      const char *access_token, int64_t wall_s)
{
	struct json *claims = json_new_object();
	char *id = crypto_random_text();
	char *hash = NULL;

	json_set_text(claims, "jti", id);
	json_set_text(claims, "htm", call->method);
	set_target(claims, call->url);
	json_set_integer(claims, "iat", wall_s);
	if (access_token != NULL)
		hash = crypto_sha256_text(access_token, strlen(access_token));
	json_set_text(claims, "ath", hash);
	json_set_text(claims, "nonce", call->nonce);
	free(hash);
	secret_free(id);
	return claims;
}

char *dpop_proof(const struct dpop_call *call, const char *pem,
		 const char *access_token, int64_t wall_s)
{
	struct jose_key *key = jose_key_read(pem, strlen(pem), NULL);
	struct json *jwk = key != NULL ? jose_key_public(key) : NULL;
	struct json *header, *claims;
	char *proof = NULL;

	if (jwk != NULL) {
		header = json_new_object();
		json_set_text(header, "typ", "dpop+jwt");
		json_set(header, "jwk", jwk);
		claims = claims_of(call, access_token, wall_s);
		proof = jose_sign(key, header, claims);
		json_free(claims);
		json_free(header);
	}
	jose_key_free(key);
	return proof;
}

void dpop_prove(const struct dpop *dpop, enum dpop_server server,
		struct request *request, const char *key,
		const char *access_token, int64_t wall_s)
{
	struct dpop_call call = {
		.method = request->body != NULL ? "POST" : "GET",
		.url = request->url,
		.nonce = dpop->nonces[server],
	};

	if (key == NULL)
		return;
	request->dpop = dpop_proof(&call, key, access_token, wall_s);
	request->broken = request->broken || request->dpop == NULL;
}

/* Section 8.1: visible ASCII except the quote and the backslash. */
static bool is_nonce(const char *s)
{
	size_t len = strlen(s);

	return len > 0 && len <= NONCE_MAX && text_is_ascii(s, len) &&
	       !strpbrk(s, " \"\\");
}

/* Stores the answer's nonce. False if it is not new. */
static bool take_nonce(char **known, const struct reply *reply)
{
	const char *nonce = reply->dpop_nonce;

	if (nonce == NULL || !is_nonce(nonce) ||
	    (*known != NULL && strcmp(*known, nonce) == 0))
		return false;
	free(*known);
	*known = xstrdup(nonce);
	return true;
}

/* A resource gives the reason in a header that is not read here, so a 401 has
 * to suffice: if it meant something else, the repeat fails, too. */
static bool wants_nonce(enum dpop_server server, const struct reply *reply)
{
	struct json *body;
	const char *error;
	bool wants;

	if (server == DPOP_RESOURCE)
		return reply->status == 401;
	body = reply_body(reply);
	error = json_get_text(body, "error");
	wants = error != NULL && strcmp(error, "use_dpop_nonce") == 0;
	json_free(body);
	return wants;
}

bool dpop_answer(struct dpop *dpop, enum dpop_server server,
		 const struct reply *reply, const char *key)
{
	bool is_new;

	if (key == NULL)
		return false;
	is_new = take_nonce(&dpop->nonces[server], reply);
	dpop->again = is_new && !dpop->again && wants_nonce(server, reply);
	return dpop->again;
}

/* Cuts the first word off the text and advances the text past it; NULL: no word
 * is left. */
static char *cut_word(char **text)
{
	char *word = *text + strspn(*text, " ");
	size_t len = strcspn(word, " ");

	*text = word + len;
	if (**text != '\0')
		*(*text)++ = '\0';
	return len > 0 ? word : NULL;
}

static bool is_method(const char *s)
{
	size_t len = strlen(s);

	return len <= METHOD_MAX &&
	       strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") == len;
}

static bool refuse_url(const char *url, struct err *err)
{
	char *shown = url_for_log(url);

	err_set(err,
		"Cannot send a token to \"%.80s\": use a complete URL with "
		"https.",
		shown);
	free(shown);
	return false;
}

bool dpop_call_read(struct dpop_call *call, const char *text, struct err *err)
{
	struct url url;
	char *rest;
	bool ok = true;

	memset(call, 0, sizeof(*call));
	rest = call->text = xstrdup(text);
	call->method = cut_word(&rest);
	call->url = cut_word(&rest);
	call->nonce = cut_word(&rest);
	if (call->url == NULL || cut_word(&rest) != NULL)
		ok = err_set(err, "--for takes a method, a URL and, if the "
				  "server has sent one, its nonce, such as "
				  "\"GET https://api.example/me\".");
	else if (!is_method(call->method))
		ok = err_set(err,
			     "\"%.40s\" is not a method such as GET or "
			     "POST.",
			     call->method);
	else if (!url_split(call->url, &url) || !url_is_safe(&url))
		ok = refuse_url(call->url, err);
	else if (call->nonce != NULL && !is_nonce(call->nonce))
		ok = err_set(err, "The nonce contains invalid characters: "
				  "copy it from the server's DPoP-Nonce "
				  "header.");
	if (!ok)
		dpop_call_free(call);
	return ok;
}

void dpop_call_free(struct dpop_call *call)
{
	free(call->text);
	memset(call, 0, sizeof(*call));
}
