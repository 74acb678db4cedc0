/* SPDX-License-Identifier: MIT */
/*
 * What came with an answer besides its body: the status line, the headers, and
 * what libcurl knows of the connection. easy, everywhere: the handle that has
 * the answer; NULL: there is none.
 */
#ifndef GRANTTY_IO_HTTP_ANSWER_H
#define GRANTTY_IO_HTTP_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

/* The status in that status line (RFC 9112 section 4); 0 if the line is damaged
 * or the status is none (RFC 9110 section 15). */
int http_answer_status(const char *line, size_t len);

/* The header of that name, borrowed from libcurl; NULL if there is none.
 * libcurl takes the line after an empty value for its continuation; a line
 * break is not valid in a value (RFC 9110 section 5.5). */
const char *http_answer_header(CURL *easy, const char *name);

/* The accepted content types, from the header for POST (LDP section 7.1) or the
 * general one. */
const char *http_answer_accepted(CURL *easy);

/* The target of a redirect, as an absolute URL (RFC 3986 section 5); it is not
 * followed. Borrowed from libcurl; NULL if there is none. */
const char *http_answer_target(CURL *easy);

/* In Unix seconds; 0 if there is no valid date. */
int64_t http_answer_date_s(const char *text);

/*
 * Retry-After: a number of seconds or a date (RFC 9110 section 10.2.3); -1 if
 * there is none, or none that is valid. Does not use CURLINFO_RETRY_AFTER,
 * which newer versions limit (to 6 hours in 8.14). A date is compared with the
 * server's Date, because this machine's clock may be wrong.
 */
int64_t http_answer_retry_after_s(CURL *easy);

/* The value of name among the lines about the server's certificate, borrowed
 * from libcurl; NULL if there is none. */
const char *http_answer_certificate(CURL *easy, const char *name);

/* The address of the server or proxy in digits, borrowed from libcurl; NULL if
 * it is unknown. */
const char *http_answer_address(CURL *easy);

#endif
