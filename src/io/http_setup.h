/* SPDX-License-Identifier: MIT */
/*
 * Sets up libcurl's memory and the options that are the same for every request.
 * A part of io/http.c, not for other callers.
 */
#ifndef GRANTTY_IO_HTTP_SETUP_H
#define GRANTTY_IO_HTTP_SETUP_H

#include <stdbool.h>

#include <curl/curl.h>

#include "io/http_options.h"

/* Initializes libcurl with memory that is wiped before it is freed. */
bool http_setup_library(void);

/* Sets the options of easy that never change. False if libcurl lacks one. */
bool http_setup_easy(CURL *easy, const struct http_options *options);

#endif
