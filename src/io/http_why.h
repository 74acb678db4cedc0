/* SPDX-License-Identifier: MIT */
/*
 * Why libcurl got no answer, in words for people. A part of io/http.c that is
 * for nobody else: it belongs to the same door.
 */
#ifndef GRANTTY_IO_HTTP_WHY_H
#define GRANTTY_IO_HTTP_WHY_H

#include <curl/curl.h>

#include "core/exchange.h"

struct err;

/* Sets *err to one sentence on the failed transfer of easy to url; detail is
 * what libcurl left in its error buffer. */
enum net_result http_why(CURL *easy, CURLcode code, const char *url,
			 const char *detail, struct err *err);

#endif
