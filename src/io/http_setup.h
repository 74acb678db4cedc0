/* SPDX-License-Identifier: MIT */
/*
 * What is the same for every request: libcurl's memory and its settings. A
 * part of io/http.c that is for nobody else: it belongs to the same door.
 */
#ifndef GRANTTY_IO_HTTP_SETUP_H
#define GRANTTY_IO_HTTP_SETUP_H

#include <stdbool.h>

#include <curl/curl.h>

struct http_options;

/* Starts libcurl with memory that is wiped before it is freed. */
bool http_setup_library(void);

/* Gives easy the settings that never change. False where libcurl lacks one. */
bool http_setup_easy(CURL *easy, const struct http_options *options);

#endif
