/* SPDX-License-Identifier: MIT */
/*
 * The options are set explicitly even if they are libcurl's defaults today: the
 * protection of secrets should not depend on a default.
 */
#include "config.h"

#include "io/http_setup.h"

#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "jose/jose_key.h"

/* libcurl keeps copies of what it sends and receives; these functions make sure
 * that none outlives its use. */
static void wiping_free(void *p)
{
	if (p != NULL)
		mem_wipe(p, malloc_usable_size(p));
	free(p);
}

static void *wiping_realloc(void *p, size_t n)
{
	size_t have = p != NULL ? malloc_usable_size(p) : 0;
	void *bigger;

	if (p != NULL && n <= have)
		return p;
	bigger = malloc(n);
	if (bigger != NULL && p != NULL) {
		memcpy(bigger, p, have);
		wiping_free(p);
	}
	return bigger;
}

bool http_setup_library(void)
{
	return jose_init() &&
	       curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wiping_free,
				    wiping_realloc, strdup, calloc) == CURLE_OK;
}

static bool set_numbers(CURL *easy, const struct http_options *options)
{
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		/* With one request at a time HTTP/2 gains nothing, and "a
		 * connection of its own" stays true. */
		{CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
		{CURLOPT_FOLLOWLOCATION, 0},
		{CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
		{CURLOPT_SSL_VERIFYPEER, 1},
		{CURLOPT_SSL_VERIFYHOST, 2},
		{CURLOPT_CERTINFO, 1},
		{CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_timeout_ms},
		{CURLOPT_TIMEOUT_MS, (long)options->request_timeout_ms},
		{CURLOPT_NOSIGNAL, 1},
		/* Never wait for the resolver thread. */
		{CURLOPT_QUICK_EXIT, 1},
		{CURLOPT_NETRC, CURL_NETRC_IGNORED},
		{CURLOPT_HTTPAUTH, (long)CURLAUTH_NONE},
		{CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (curl_easy_setopt(easy, numbers[i].option,
				     numbers[i].value) != CURLE_OK)
			return false;
	return true;
}

static bool set_text(CURL *easy, CURLoption option, const char *value)
{
	return curl_easy_setopt(easy, option, value) == CURLE_OK;
}

bool http_setup_easy(CURL *easy, const struct http_options *options)
{
	const char *ca_file = options->ca_file;

	if (!set_numbers(easy, options) ||
	    !set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https") ||
	    !set_text(easy, CURLOPT_USERAGENT, options->user_agent))
		return false;
	if (ca_file == NULL || *ca_file == '\0')
		return true;
	/* libcurl would search the directory of system certificates in addition
	 * to the file, but ca_file is meant to replace them. */
	return set_text(easy, CURLOPT_CAINFO, ca_file) &&
	       set_text(easy, CURLOPT_CAPATH, NULL) &&
	       set_text(easy, CURLOPT_PROXY_CAINFO, ca_file) &&
	       set_text(easy, CURLOPT_PROXY_CAPATH, NULL);
}
