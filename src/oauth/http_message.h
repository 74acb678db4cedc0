/* SPDX-License-Identifier: MIT */
/*
 * An HTTP request and its answer. io/http.h sends the one and brings the other.
 */
#ifndef GRANTTY_OAUTH_HTTP_MESSAGE_H
#define GRANTTY_OAUTH_HTTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a request is for. */
enum request_kind {
	REQUEST_OTHER, /* none that a machine sends */
	REQUEST_DISCOVERY,
	REQUEST_KEYS,
	REQUEST_DEVICE_AUTHORIZATION,
	REQUEST_POLL,
	REQUEST_CODE_EXCHANGE,
	REQUEST_REFRESH,
	REQUEST_PROFILE,
	REQUEST_REVOCATION
};

enum { REQUEST_KINDS = REQUEST_REVOCATION + 1 };

/* A longer Retry-After is cut to a day. */
enum { HTTP_RETRY_AFTER_MAX_S = 86400 };

/* One HTTP request, ready to be sent. */
struct request {
	enum request_kind kind;
	char *url;
	char *body;	     /* a form to POST; NULL: GET. Secret. */
	bool json;	     /* body is JSON instead of a form */
	char *authorization; /* value of the header, or NULL. Secret. */
	char *dpop;	     /* the same for a proof (RFC 9449). Secret. */
	bool broken; /* it could not be built in full, so it must not be sent */
	bool fresh;  /* on its own connection: it uses something up and must
		      * never be sent twice */
};

/* The outcome of a request: an answer, or why none came. */
enum net_result {
	NET_OK,	     /* an HTTP answer of any status came */
	NET_RESOLVE, /* the name could not be resolved */
	NET_CONNECT, /* no connection, or it broke */
	NET_TIMEOUT,
	NET_TLS,       /* certificate or handshake */
	NET_TOO_LARGE, /* the answer exceeded the cap */
	NET_OTHER
};

/* The answer. Everything in it is borrowed for the call. */
struct reply {
	enum net_result net;
	bool idle_closed;      /* the server closed a reused connection as idle:
				* before the first byte of the answer
				* (NET_CONNECT), or with status 408 */
	bool not_yet_valid;    /* NET_TLS: a certificate is not valid yet */
	int status;	       /* HTTP status; 0 unless NET_OK */
	const char *body;      /* NUL-terminated, "" if none */
	size_t body_len;       /* bytes */
	const char *type;      /* Content-Type, "" if none */
	int64_t retry_after_s; /* from now, from either form of the header
				* (RFC 9110 section 10.2.3); -1: none */
	int64_t date_s; /* the Date header in Unix seconds (RFC 9110 section
			 * 6.6.1); 0: none */
	const char *cache_control; /* headers; NULL: none */
	const char *location;
	const char *target; /* Location as an absolute URL (RFC 3986 section 5),
			     * or NULL */
	const char *accept; /* what would avoid a 415, from Accept-Post or
			     * Accept (RFC 9110 section 12.5.1) */
	const char *dpop_nonce; /* header or NULL (RFC 9449 section 8) */
	int proxy_status;	/* of a proxy's answer to CONNECT; 0: none */
	const char *address;	/* of server or proxy, in digits; or NULL */
	/* Of the server's certificate. NULL and 0 if the connection was reused
	 * or has no TLS. */
	const char *issuer;
	int64_t expires_s;  /* Unix seconds */
	const char *what;   /* unless net is NET_OK: a sentence that says what
			     * failed and, for TLS, which certificate check */
	const char *advice; /* what to do about it, with which "what" ends after
			     * a semicolon; NULL: it does not say */
};

/* True if the status is one of success (RFC 9110 section 15.3). */
static inline bool http_is_success(int status)
{
	return status >= 200 && status <= 299;
}

/* The target of a redirect as the server sent it, or as an absolute address if
 * the HTTP client could determine it; NULL if there is none. */
const char *http_location(const struct reply *reply);

/* The target of a redirect: only its host, as the rest of the address may hold
 * a secret; "another address" if it cannot be read. */
void http_target(const struct reply *reply, char *dst, size_t size);

/* Wipes and frees; NULL is fine. */
void request_free(struct request *request);

#endif
