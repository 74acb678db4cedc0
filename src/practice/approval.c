/* SPDX-License-Identifier: MIT */
/*
 * The user's side (RFC 8628 section 3.3): finds the grant for a code, asks for
 * a decision, and accepts it only from this server's form. Knows no HTML.
 */
#include "config.h"

#include "practice/approval.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/json.h"
#include "practice/account.h"
#include "practice/call.h"
#include "practice/grants.h"
#include "practice/page.h"
#include "practice/service.h"

enum { COOKIE_LEN = 32, FORM_TOKEN_SIZE = 48 };

/* The headers of every page; see page_policy(). */
static void begin_page(struct answer *answer, unsigned status)
{
	struct buf policy;

	buf_init(&policy, 400);
	page_policy(&policy);
	answer_header(answer, "Content-Security-Policy", "%s",
		      buf_text(&policy));
	answer_header(answer, "X-Frame-Options", "DENY");
	answer_header(answer, "Referrer-Policy", "no-referrer");
	answer_text(answer, status, "text/html; charset=utf-8", "");
	buf_free(&policy);
}

/* Relative, so that a proxy may serve this server below a path of its own. */
static const char *form_action(const struct call *call)
{
	return strcmp(call->path, "/verify") == 0 ? "verify" : "device";
}

static void show_entry(const struct call *call, unsigned status,
		       const char *typed, const char *message,
		       struct answer *answer)
{
	begin_page(answer, status);
	page_entry(&answer->body, form_action(call), typed, message);
}

static void show_result(unsigned status, bool good, const char *title,
			const char *text, struct answer *answer)
{
	begin_page(answer, status);
	page_result(&answer->body, good, title, text);
}

static bool is_cookie(const char *cookie)
{
	return cookie && strlen(cookie) == COOKIE_LEN &&
	       strspn(cookie, "0123456789abcdef") == COOKIE_LEN;
}

/*
 * Ties a form to the browser and the code it was shown for: a digest of this
 * server's key, the cookie and the code.
 */
static void make_form_token(const struct service *service, const char *cookie,
			    const char *user_code, char token[FORM_TOKEN_SIZE])
{
	unsigned char digest[CRYPTO_SHA256_SIZE];
	struct buf text;

	buf_init(&text, 256);
	buf_add(&text, service->form_key, sizeof service->form_key);
	buf_adds(&text, cookie); /* always COOKIE_LEN long */
	buf_adds(&text, user_code);
	crypto_sha256(digest, text.data, text.len);
	buf_free(&text);
	crypto_base64url(&text, digest, sizeof digest);
	snprintf(token, FORM_TOKEN_SIZE, "%s", buf_text(&text));
	buf_free(&text);
}

/* The browser's cookie, or a new one. */
static void use_cookie(const struct service *service, const struct call *call,
		       struct answer *answer, char cookie[COOKIE_LEN + 1])
{
	bool secure = strncmp(service->options.public_url, "https:", 6) == 0;

	if (is_cookie(call->cookie)) {
		memcpy(cookie, call->cookie, COOKIE_LEN + 1);
		return;
	}
	crypto_random_hex(cookie, COOKIE_LEN / 2);
	answer_header(answer, "Set-Cookie",
		      CALL_COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict%s",
		      cookie, secure ? "; Secure" : "");
}

static const char *user_name(const struct service *service)
{
	const struct json *profile = service->options.profile;
	const char *name = json_get_text(profile, "displayName");

	if (!name)
		name = json_get_text(profile, "name");
	return name ? name : ACCOUNT_NAME;
}

/* The grant for the typed code. NULL after answering why there is none. */
static struct grant *look_up(struct service *service, const struct call *call,
			     const char *typed, struct answer *answer)
{
	struct grant *grant;

	if (!rate_limit_allow(&service->rate_limit, call->peer, call->now_ms)) {
		show_entry(call, 429, NULL,
			   "Too many wrong codes. Wait a minute, then try "
			   "again.",
			   answer);
		return NULL;
	}
	grant = grants_by_user_code(service->grants, typed, call->now_ms);
	if (!grant) {
		rate_limit_wrong(&service->rate_limit, call->peer,
				 call->now_ms);
		show_entry(call, 404, strlen(typed) <= 24 ? typed : NULL,
			   "That code is not known. Compare it with the one "
			   "on the device, which may have a new code by now.",
			   answer);
	}
	return grant;
}

/* Shows the result of a decided grant; false if it is still pending. */
static bool show_decided(const struct grant *grant, struct answer *answer)
{
	switch (grant->state) {
	case GRANT_PENDING:
		return false;
	case GRANT_APPROVED:
	case GRANT_REDEEMED:
		show_result(410, true, "Already approved",
			    "This code was already approved. The device signs "
			    "in automatically; you can close this page.",
			    answer);
		break;
	case GRANT_DENIED:
		show_result(410, false, "Already denied",
			    "This code was already denied. The device can "
			    "request a new one.",
			    answer);
		break;
	case GRANT_EXPIRED:
		show_result(410, false, "This code has expired",
			    "Get a new code on the device, then scan or enter "
			    "that one.",
			    answer);
		break;
	}
	return true;
}

void approval_show(struct service *service, const struct call *call,
		   enum dialect dialect, struct answer *answer)
{
	char *typed = call_query(call, dialect == DIALECT_WEBEX ? "userCode"
								: "user_code");
	char cookie[COOKIE_LEN + 1], token[FORM_TOKEN_SIZE];
	struct grant *grant;

	if (!typed) /* entered by hand, on either path */
		typed = call_query(call, "user_code");
	if (!typed || !*typed) {
		show_entry(call, 200, NULL, NULL, answer);
		goto out;
	}
	grant = look_up(service, call, typed, answer);
	if (!grant || show_decided(grant, answer))
		goto out;
	begin_page(answer, 200);
	use_cookie(service, call, answer, cookie);
	make_form_token(service, cookie, grant->user_code, token);
	page_question(&answer->body, &(struct page_question){
					     .action = form_action(call),
					     .user_code = grant->user_code,
					     .client_id = grant->client_id,
					     .device = grant->device,
					     .peer = grant->peer,
					     .scope = grant->scope,
					     .user = user_name(service),
					     .form_token = token,
				     });
out:
	free(typed);
}

static bool is_origin(const char *origin, const char *scheme, const char *host,
		      size_t host_len)
{
	size_t n = strlen(scheme);

	return strncmp(origin, scheme, n) == 0 &&
	       strncmp(origin + n, "://", 3) == 0 &&
	       strlen(origin + n + 3) == host_len &&
	       strncasecmp(origin + n + 3, host, host_len) == 0;
}

/*
 * True if the form was sent from one of this server's pages, as far as the
 * browser reports it. A page under "no-referrer" has the origin "null", and
 * over plain http there is no Sec-Fetch-Site: then the form token alone
 * decides.
 */
static bool is_from_us(const struct service *service, const struct call *call)
{
	const char *url = service->options.public_url;
	const char *host = strstr(url, "//") + 2;
	bool https = strncmp(url, "https:", 6) == 0;

	if (call->sec_fetch_site &&
	    strcmp(call->sec_fetch_site, "same-origin") != 0)
		return false;
	return !call->origin || strcmp(call->origin, "null") == 0 ||
	       is_origin(call->origin, https ? "https" : "http", host,
			 strcspn(host, "/")) ||
	       is_origin(call->origin, service->options.tls ? "https" : "http",
			 call->host, strlen(call->host));
}

static bool is_form_token(const struct service *service,
			  const struct call *call, const char *user_code,
			  const char *given)
{
	char right[FORM_TOKEN_SIZE];

	if (!is_cookie(call->cookie))
		return false;
	make_form_token(service, call->cookie, user_code, right);
	return strlen(given) == strlen(right) &&
	       crypto_equal(given, right, strlen(right));
}

static void decide(struct grant *grant, bool approve, struct answer *answer)
{
	if (show_decided(grant, answer))
		return;
	grant_decide(grant, approve);
	if (approve)
		show_result(200, true, "Approved",
			    "The device signs in within a few seconds. You "
			    "can close this page.",
			    answer);
	else
		show_result(200, true, "Denied",
			    "The device was not signed in. You can close this "
			    "page.",
			    answer);
}

void approval_decide(struct service *service, const struct call *call,
		     enum dialect dialect, struct answer *answer)
{
	char *user_code = call_field(call, "user_code");
	char *form_token = call_field(call, "form_token");
	char *decision = call_field(call, "decision");
	bool approve = decision && strcmp(decision, "approve") == 0;
	bool deny = decision && strcmp(decision, "deny") == 0;
	struct grant *grant;

	(void)dialect;
	if (!is_from_us(service, call)) {
		show_result(403, false, "Not from this page",
			    "The decision was sent by another website, so it "
			    "does not count.",
			    answer);
		goto out;
	}
	if (!user_code || !form_token || (!approve && !deny) ||
	    !is_form_token(service, call, user_code, form_token)) {
		show_result(403, false, "This page is too old",
			    "Nothing was decided. Open the link from the "
			    "device again, with cookies allowed.",
			    answer);
		goto out;
	}
	grant = look_up(service, call, user_code, answer);
	if (grant)
		decide(grant, approve, answer);
out:
	free(user_code);
	free(form_token);
	free(decision);
}
