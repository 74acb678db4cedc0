/* SPDX-License-Identifier: MIT */
/*
 * Chooses the sentence by the endpoint, the error and the status, and names the
 * option or the setting that helps.
 */
#include "config.h"

#include "oauth/reply_explain.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/text.h"
#include "base/url.h"
#include "oauth/http_message.h"
#include "oauth/oauth_error.h"
#include "oauth/oauth_error_words.h"
#include "oauth/provider.h"
#include "oauth/reply_body.h"
#include "oauth/reply_parts.h"
#include "oauth/well_known.h"

static bool has_secret(const struct reply_answer *answer)
{
	return answer->provider && answer->provider->client_secret;
}

/* Advice for when the provider rejects the client. */
static const char *advice_on_client(const struct reply_answer *answer)
{
	const struct provider *provider = answer->provider;

	if (answer->endpoint == ENDPOINT_DEVICE &&
	    (!provider || provider->device_auth == AUTH_NONE)) {
		/* Presets with this endpoint need no credentials here. */
		if (!provider ||
		    provider->preset->device_authorization_endpoint)
			return "does not know this client: check CLIENT_ID.";
		if (has_secret(answer))
			return "does not know this client: check CLIENT_ID, "
			       "and whether this provider needs provider."
			       "device_authorization_endpoint_auth_method.";
		return "does not know this client: check CLIENT_ID, and "
		       "whether the provider wants a CLIENT_SECRET or another "
		       "provider.token_endpoint_auth_method.";
	}
	/* The provider also checks the times in an assertion (RFC 7523 section
	 * 3). */
	if (provider && provider->token_auth == AUTH_PRIVATE_KEY)
		return "does not accept this client's signature: check that "
		       "the clock of this machine is right, that the public "
		       "half of provider.private_key_file belongs to CLIENT_ID "
		       "there, and that provider.token_endpoint_auth_method is "
		       "right.";
	/* If a secret was sent, it is as likely to be wrong. */
	if (has_secret(answer))
		return "does not accept this client: check that CLIENT_SECRET "
		       "is right and belongs to CLIENT_ID, and that "
		       "provider.token_endpoint_auth_method is right.";
	return "does not accept this client: check CLIENT_ID, and whether the "
	       "provider wants a CLIENT_SECRET or another "
	       "provider.token_endpoint_auth_method.";
}

/* Keycloak also sends unauthorized_client for a wrong secret. */
static const char *advice_on_grant(const struct reply_answer *answer)
{
	if (answer->endpoint == ENDPOINT_REFRESH)
		return "does not let this client refresh its tokens: allow "
		       "the refresh_token grant in the client's settings, and "
		       "check CLIENT_ID and CLIENT_SECRET.";
	if (answer->provider && answer->provider->code_grant)
		return "does not let this client sign in this way: allow the "
		       "authorization code grant in the client's settings, and "
		       "check CLIENT_ID and CLIENT_SECRET.";
	if (answer->endpoint == ENDPOINT_DEVICE && answer->provider &&
	    answer->provider->device_auth == AUTH_NONE)
		return "does not let this client sign in this way: allow the "
		       "device grant in the client's settings, and check "
		       "CLIENT_ID.";
	return "does not let this client sign in this way: allow the device "
	       "grant in the client's settings, and check CLIENT_ID and "
	       "CLIENT_SECRET.";
}

/* At the device endpoint, neither a code nor a token exists yet, whatever the
 * error says. */
static const char *advice_at_device(const struct reply_answer *answer)
{
	const enum verdict verdict = answer->error.verdict;

	if (verdict == VERDICT_PENDING || verdict == VERDICT_DENIED ||
	    verdict == VERDICT_EXPIRED || verdict == VERDICT_INVALID_GRANT ||
	    verdict == VERDICT_UNAUTHORIZED)
		return "issues no code to this client: check CLIENT_ID and "
		       "provider.scope, and allow the device grant in the "
		       "client's settings.";
	return answer->error.advice;
}

/* Advice that takes the endpoint into account. */
static const char *advice_for(const struct reply_answer *answer)
{
	if (reply_wants_pkce(answer))
		return "requires another PKCE method than S256: change that "
		       "in the client's settings.";
	if (answer->endpoint == ENDPOINT_REVOCATION &&
	    (answer->error.error_class == ERROR_INVALID_TOKEN ||
	     answer->error.error_class == ERROR_UNAUTHORIZED_CLIENT))
		return "does not let this client revoke tokens: check "
		       "provider.token_endpoint_auth_method.";
	if (answer->error.error_class == ERROR_INVALID_CLIENT)
		return advice_on_client(answer);
	if (answer->error.error_class == ERROR_UNAUTHORIZED_CLIENT)
		return advice_on_grant(answer);
	if (answer->endpoint == ENDPOINT_DEVICE)
		return advice_at_device(answer);
	return answer->error.advice;
}

/* "text/html" from "text/html; charset=utf-8". */
static void name_type(char *dst, size_t size, const char *type)
{
	size_t len = strcspn(type, "; \t");

	if (len == 0)
		type = "no content type";
	text_clip(dst, size, type, len ? len : strlen(type), 40, TEXT_DOTS);
}

/* The option that sets the address. */
static const char *option_of(const struct reply_answer *answer)
{
	const struct provider *provider = answer->provider;

	switch (answer->endpoint) {
	case ENDPOINT_DISCOVERY:
		return "issuer";
	case ENDPOINT_DEVICE:
		return "device_authorization_endpoint";
	case ENDPOINT_TOKEN:
		if (provider && provider->device_token_endpoint &&
		    provider->token_endpoint &&
		    strcmp(provider->device_token_endpoint,
			   provider->token_endpoint) != 0)
			return "device_token_endpoint";
		break;
	case ENDPOINT_REFRESH:
		break;
	case ENDPOINT_PROFILE:
		return "userinfo_endpoint";
	case ENDPOINT_REVOCATION:
		return "revocation_endpoint";
	}
	return "token_endpoint";
}

/* Says what is wrong with an address that does not accept the request. */
static void explain_dead_end(const struct reply_answer *answer, struct err *err)
{
	int status = answer->reply->status;
	const char *what = "does not accept a POST request";

	if (status == 404 || status == 410)
		what = "has nothing";
	else if (status == 415)
		what = "does not accept this content type";
	err_set(err,
		"%s %s at this address (status %d): check whether provider.%s "
		"is right.",
		reply_label(answer), what, status, option_of(answer));
}

/* The issuer of the discovery document that the redirect leads to; NULL if that
 * is unclear or the same issuer. The caller owns it. */
static char *moved_issuer(const struct reply_answer *answer)
{
	const char *configured =
		answer->provider ? answer->provider->issuer : "";
	const char *to = http_location(answer->reply);
	struct buf address;
	struct url url;
	size_t len = strlen(configured);
	char *issuer = NULL;

	if (!to || !url_split(configured, &url))
		return NULL;
	buf_init(&address, len + strlen(to) + 1);
	/* A relative address, on the same host (RFC 9110 section 10.2.2). */
	if (to[0] == '/' && to[1] != '/')
		(void)buf_add(&address, configured,
			      (size_t)(url.path - configured));
	(void)buf_adds(&address, to);
	issuer = well_known_issuer(buf_text(&address));
	buf_free(&address);
	len -= len > 0 && configured[len - 1] == '/';
	if (issuer && strncmp(issuer, configured, len) == 0 && !issuer[len]) {
		free(issuer);
		issuer = NULL;
	}
	return issuer;
}

/* Redirects are not followed: the client's secret must not go elsewhere. */
static void explain_redirect(const struct reply_answer *answer, struct err *err)
{
	const char *who = reply_label(answer);
	int status = answer->reply->status;
	char target[128];
	char *issuer = NULL;

	http_target(answer->reply, target, sizeof(target));
	if (answer->endpoint == ENDPOINT_DISCOVERY)
		issuer = moved_issuer(answer);
	if (issuer)
		err_set(err,
			"%s has moved its discovery document (status %d): set "
			"provider.issuer to \"%.200s\".",
			who, status, issuer);
	else
		err_set(err,
			"%s redirects to %s (status %d), which is not "
			"followed: check whether provider.%s is right, and "
			"whether a captive portal is in between.",
			who, target, status, option_of(answer));
	free(issuer);
}

/* Says what is wrong with a discovery document; false if there is none. */
static bool explain_document(const struct reply_answer *answer, struct err *err)
{
	struct err why = {0};

	if (!reply_is_meant_as_json(answer))
		return false;
	json_free(json_parse_all(answer->reply->body,
				 reply_body_len(answer->reply), &why));
	err_set(err, "The discovery document of %s cannot be used: %s",
		answer->provider ? answer->provider->issuer
				 : reply_label(answer),
		json_why(&why));
	return true;
}

/* An answer that its endpoint should not give. */
static void explain_answer(const struct reply_answer *answer, struct err *err)
{
	const char *who = reply_label(answer);
	const int status = answer->reply->status;
	char type[128];

	name_type(type, sizeof(type), answer->reply->type);
	switch (answer->endpoint) {
	case ENDPOINT_DISCOVERY:
		if (http_is_success(status) && explain_document(answer, err))
			return;
		err_set(err,
			"%s publishes no discovery document (%s, status %d): "
			"check whether provider.issuer is right, or set the "
			"endpoints one by one.",
			who, type, status);
		return;
	case ENDPOINT_DEVICE:
		err_set(err,
			"%s answered with %s and status %d instead of a code: "
			"check whether provider.device_authorization_endpoint "
			"is right, and whether a captive portal is in between.",
			who, type, status);
		return;
	case ENDPOINT_REFRESH:
	case ENDPOINT_TOKEN:
		if (status == 428)
			err_set(err, "%s is waiting for the approval.", who);
		else
			err_set(err,
				"%s answered with %s and status %d, which is "
				"not OAuth: something in between may have "
				"answered instead.",
				who, type, status);
		return;
	case ENDPOINT_PROFILE:
		if (status == 401)
			err_set(err, "%s no longer accepts the access token.",
				who);
		else
			err_set(err,
				"%s answered with %s and status %d instead of "
				"a profile: check provider.scope and "
				"provider.userinfo_endpoint.",
				who, type, status);
		return;
	case ENDPOINT_REVOCATION:
		err_set(err, "%s did not revoke the token (status %d).", who,
			status);
		return;
	}
}

static void explain_status(const struct reply_answer *answer, struct err *err)
{
	const char *who = reply_label(answer);
	const int status = answer->reply->status;

	if (reply_leads_nowhere(answer))
		explain_dead_end(answer, err);
	else if (reply_is_redirect(status))
		explain_redirect(answer, err);
	else if (status == 429)
		err_set(err,
			"%s is receiving too many requests (status "
			"429).",
			who);
	else if (reply_is_later(status))
		err_set(err, "%s is having problems (status %d).", who, status);
	else
		explain_answer(answer, err);
}

/* What a successful answer of this endpoint contains. */
static const char *content_of(enum endpoint endpoint)
{
	if (endpoint == ENDPOINT_DEVICE)
		return "a code";
	return endpoint == ENDPOINT_PROFILE ? "a profile" : "tokens";
}

static void explain_unreadable(const struct reply_answer *answer,
			       struct err *err)
{
	if (!reply_is_jwt(answer))
		err_set(err, "%s sent %s that cannot be used.",
			reply_label(answer), content_of(answer->endpoint));
	else
		err_set(err,
			"%s sent a signed profile (JWT), which is not "
			"supported: have it send plain JSON to this client.",
			reply_label(answer));
}

static void explain_bad_request(const struct reply_answer *answer,
				struct err *err)
{
	err_set(err,
		"%s rejected the request for a code (status 400): check "
		"CLIENT_ID and provider.scope.",
		reply_label(answer));
}

/* Adds why a body that was meant to be JSON or a form could not be read. */
static void add_body_fault(const struct reply_answer *answer, struct err *err)
{
	const char *s = answer->reply->body;
	size_t len = reply_body_len(answer->reply);
	bool is_json = reply_is_meant_as_json(answer);
	struct err why = {0};
	struct json *json;

	if (answer->body || answer->endpoint == ENDPOINT_DISCOVERY)
		return;
	json = is_json ? json_parse(s, len, &why)
		       : reply_body_form(s, len, &why);
	if (!json && why.text[0])
		err_set(err, "%s %s%s", err->text,
			is_json ? "" : "Invalid form data: ", why.text);
	json_free(json);
}

void reply_explain(const struct reply_answer *answer, enum verdict verdict,
		   struct err *err)
{
	const struct oauth_error *error = &answer->error;
	const char *who = reply_label(answer);
	char *words;

	if (reply_lacks_redirect_uri(answer)) {
		err_set(err, "%s %s", who, answer->provider->redirect_help);
		return;
	}
	if (answer->endpoint == ENDPOINT_DISCOVERY ||
	    reply_leads_nowhere(answer))
		explain_status(answer, err);
	else if (answer->endpoint == ENDPOINT_REFRESH &&
		 (verdict == VERDICT_INVALID_GRANT ||
		  verdict == VERDICT_REFUSED))
		err_set(err, "%s does not refresh this session: sign in again.",
			who);
	else if (reply_is_put_off(answer))
		err_set(err,
			"%s is receiving too many requests, or is having "
			"problems.",
			who);
	else if (error->known)
		err_set(err, "%s %s", who, advice_for(answer));
	else if (*error->code && (verdict == VERDICT_REFUSED ||
				  answer->endpoint == ENDPOINT_REFRESH))
		err_set(err, "%s answered with the error \"%s\".", who,
			error->code);
	else if (reply_is_unreadable(answer))
		explain_unreadable(answer, err);
	else if (verdict == VERDICT_MISCONFIGURED)
		explain_bad_request(answer, err);
	else
		explain_status(answer, err);
	/* That is what most answers say, and is not shown. */
	if (verdict == VERDICT_PENDING)
		return;
	add_body_fault(answer, err);
	words = oauth_error_words(answer->body);
	if (words && *words && strcmp(words, error->code) != 0)
		err_set(err, "%s (\"%s\")", err->text, words);
	free(words);
}
