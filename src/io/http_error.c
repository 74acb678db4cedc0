/* SPDX-License-Identifier: MIT */
/*
 * One table row per kind of failure; the first match provides the sentence.
 * Text from the server is sanitized; the only part of the request that is shown
 * is its host.
 */
#include "config.h"

#include "io/http_error.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "base/url.h"

enum { MAX_HOST = 256, ANY = -1, OK = 0, NOT_RESOLVED = 0, RESOLVED };

/* CURLINFO_SSL_VERIFYRESULT, numbered as in OpenSSL (x509_vfy.h). The bits that
 * GnuTLS returns there never equal one of these. */
enum {
	CERT_UNDECIDED = 1, /* libcurl checks the name before it sets this */
	CERT_NOT_YET_VALID = 9,
	CERT_EXPIRED = 10,
	CERT_SELF_SIGNED = 18,
	CERT_SELF_SIGNED_IN_CHAIN = 19,
	CERT_NO_LOCAL_ISSUER = 20,
	CERT_UNVERIFIED_LEAF = 21,
	CERT_REVOKED = 23
};

#define NO_NAME "its name cannot be resolved"
#define CHECK_NAMES                                           \
	"check that this machine is on the network and that " \
	"/etc/resolv.conf names a DNS server that answers"
#define NO_WAY "no route to host"
#define CHECK_WAY "check that this machine is on the network"
#define UNKNOWN_AUTHORITY "its certificate is from an unknown authority"
#define ADD_AUTHORITY "install ca-certificates or set network.ca_file"
#define WRONG_NAME                                                         \
	"its certificate is for another name; a captive portal may be in " \
	"between"
#define CHECK_CLOCK "check whether the clock of this machine is right"
#define PROXY_LOGIN "the proxy requires a user name and password"
#define SET_PROXY "set network.proxy to http://NAME:PASSWORD@HOST:PORT"
#define PROXY_REFUSES "the proxy refused the connection"
#define NO_ENCRYPTION "the TLS handshake failed"
#define COMPRESSED "its answer cannot be decompressed"
#define BROKE "the connection was lost before the answer arrived"

static const struct reason {
	CURLcode code;
	long closer; /* what closer_look() must return; ANY: anything */
	enum net_result net;
	bool with_detail; /* libcurl's message adds useful detail */
	const char *text;
	const char *advice; /* NULL: none that applies always */
} reasons[] = {
	{CURLE_COULDNT_RESOLVE_HOST, ANY, NET_RESOLVE, false, NO_NAME,
	 CHECK_NAMES},
	{CURLE_COULDNT_RESOLVE_PROXY, ANY, NET_RESOLVE, false,
	 "the proxy's name cannot be resolved",
	 "check network.proxy and HTTPS_PROXY"},
	{CURLE_COULDNT_CONNECT, ECONNREFUSED, NET_CONNECT, true,
	 "the connection was refused", NULL},
	{CURLE_COULDNT_CONNECT, ENETUNREACH, NET_CONNECT, false, NO_WAY,
	 CHECK_WAY},
	{CURLE_COULDNT_CONNECT, EHOSTUNREACH, NET_CONNECT, false, NO_WAY,
	 CHECK_WAY},
	{CURLE_COULDNT_CONNECT, ANY, NET_CONNECT, true, "the connection failed",
	 NULL},
	{CURLE_OPERATION_TIMEDOUT, NOT_RESOLVED, NET_RESOLVE, false, NO_NAME,
	 CHECK_NAMES},
	{CURLE_OPERATION_TIMEDOUT, ANY, NET_TIMEOUT, false,
	 "the request timed out", NULL},
	{CURLE_PROXY, ANY, NET_CONNECT, true, PROXY_REFUSES, NULL},
	{CURLE_RECV_ERROR, 407, NET_CONNECT, false, PROXY_LOGIN, SET_PROXY},
	{CURLE_RECV_ERROR, OK, NET_CONNECT, true, BROKE, NULL},
	{CURLE_RECV_ERROR, 200, NET_CONNECT, true, BROKE, NULL},
	{CURLE_RECV_ERROR, ANY, NET_CONNECT, true, PROXY_REFUSES, NULL},
	{CURLE_SEND_ERROR, ANY, NET_CONNECT, true, BROKE, NULL},
	{CURLE_SEND_FAIL_REWIND, ANY, NET_CONNECT, false, BROKE, NULL},
	{CURLE_GOT_NOTHING, ANY, NET_CONNECT, false, BROKE, NULL},
	{CURLE_PARTIAL_FILE, ANY, NET_CONNECT, false, BROKE, NULL},
	{CURLE_PEER_FAILED_VERIFICATION, OK, NET_TLS, false, WRONG_NAME, NULL},
	{CURLE_PEER_FAILED_VERIFICATION, CERT_UNDECIDED, NET_TLS, false,
	 WRONG_NAME, NULL},
	{CURLE_PEER_FAILED_VERIFICATION, CERT_NOT_YET_VALID, NET_TLS, false,
	 "its certificate is not valid yet", CHECK_CLOCK},
	{CURLE_PEER_FAILED_VERIFICATION, CERT_EXPIRED, NET_TLS, false,
	 "its certificate has expired", CHECK_CLOCK},
	{CURLE_PEER_FAILED_VERIFICATION, CERT_SELF_SIGNED, NET_TLS, false,
	 UNKNOWN_AUTHORITY, ADD_AUTHORITY},
	{CURLE_PEER_FAILED_VERIFICATION, CERT_SELF_SIGNED_IN_CHAIN, NET_TLS,
	 false, UNKNOWN_AUTHORITY, ADD_AUTHORITY},
	{CURLE_PEER_FAILED_VERIFICATION, CERT_NO_LOCAL_ISSUER, NET_TLS, false,
	 UNKNOWN_AUTHORITY, ADD_AUTHORITY},
	{CURLE_PEER_FAILED_VERIFICATION, CERT_UNVERIFIED_LEAF, NET_TLS, false,
	 UNKNOWN_AUTHORITY, ADD_AUTHORITY},
	{CURLE_PEER_FAILED_VERIFICATION, CERT_REVOKED, NET_TLS, false,
	 "its certificate has been revoked", NULL},
	{CURLE_PEER_FAILED_VERIFICATION, ANY, NET_TLS, true,
	 "its certificate was rejected", NULL},
	{CURLE_SSL_CACERT_BADFILE, ANY, NET_TLS, true,
	 "cannot use the list of trusted authorities",
	 "install ca-certificates or check network.ca_file"},
	{CURLE_SSL_CONNECT_ERROR, ANY, NET_TLS, true, NO_ENCRYPTION, NULL},
	{CURLE_SSL_CIPHER, ANY, NET_TLS, true, NO_ENCRYPTION, NULL},
	{CURLE_SSL_CERTPROBLEM, ANY, NET_TLS, true, NO_ENCRYPTION, NULL},
	{CURLE_BAD_CONTENT_ENCODING, ANY, NET_OTHER, true, COMPRESSED, NULL},
	{CURLE_WRITE_ERROR, ANY, NET_OTHER, false, COMPRESSED, NULL},
	{CURLE_URL_MALFORMAT, ANY, NET_OTHER, true, "the address is invalid",
	 NULL},
};

static const struct reason otherwise = {
	CURLE_OK, ANY, NET_OTHER, true, "its answer is invalid", NULL};

/* A kept connection takes no time for a look-up either; but if anything was
 * sent, there was an address to send it to. */
static bool was_resolved(CURL *easy)
{
	curl_off_t resolved_us = 0;
	long sent = 0;

	curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved_us);
	curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
	return resolved_us > 0 || sent > 0;
}

/* The number that distinguishes failures with the same CURLcode. */
static long closer_look(CURL *easy, CURLcode code)
{
	long number = 0;

	if (code == CURLE_PEER_FAILED_VERIFICATION) {
		curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &number);
	} else if (code == CURLE_COULDNT_CONNECT) {
		curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
	} else if (code == CURLE_OPERATION_TIMEDOUT) {
		number = was_resolved(easy) ? RESOLVED : NOT_RESOLVED;
	} else {
		curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &number);
	}
	return number;
}

static const struct reason *find_reason(CURL *easy, CURLcode code)
{
	long closer = closer_look(easy, code);

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].code == code &&
		    (reasons[i].closer == closer || reasons[i].closer == ANY))
			return &reasons[i];
	return &otherwise;
}

enum net_result http_error(CURL *easy, CURLcode code, const char *url,
			   const char *detail, const char **advice,
			   struct err *err)
{
	const struct reason *reason = find_reason(easy, code);
	char host[MAX_HOST], words[CURL_ERROR_SIZE];
	struct url parts;

	/* Never show the rest of the URL: it may contain a secret. */
	if (url_split(url, &parts))
		text_clip(host, sizeof(host), parts.host, parts.host_len, -1,
			  0);
	else
		snprintf(host, sizeof(host), "the server");
	if (*detail == '\0')
		detail = curl_easy_strerror(code);
	text_clip(words, sizeof(words), detail, strlen(detail), -1, 0);
	if (reason->with_detail)
		err_set(err, "Cannot talk to %s: %s (%s)", host, reason->text,
			words);
	else
		err_set(err, "Cannot talk to %s: %s", host, reason->text);
	*advice = reason->advice;
	if (reason->advice != NULL)
		err_set(err, "%s; %s.", err->text, reason->advice);
	else
		err_set(err, "%s.", err->text);
	return reason->net;
}

bool http_error_not_yet_valid(CURL *easy, CURLcode code)
{
	return code == CURLE_PEER_FAILED_VERIFICATION &&
	       closer_look(easy, code) == CERT_NOT_YET_VALID;
}
