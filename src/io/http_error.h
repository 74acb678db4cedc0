/* SPDX-License-Identifier: MIT */
/*
 * Explains to the user why libcurl got no answer. A part of io/http.c, not for
 * other callers.
 */
#ifndef GRANTTY_IO_HTTP_ERROR_H
#define GRANTTY_IO_HTTP_ERROR_H

#include <stdbool.h>

#include <curl/curl.h>

#include "oauth/http_message.h"

struct err;

/* Sets *err to one sentence about the failed transfer of easy to url, and
 * *advice as in struct reply; detail is the content of libcurl's error
 * buffer. */
enum net_result http_error(CURL *easy, CURLcode code, const char *url,
			   const char *detail, const char **advice,
			   struct err *err);

/* True if it failed because a certificate is not valid yet. */
bool http_error_not_yet_valid(CURL *easy, CURLcode code);

#endif
