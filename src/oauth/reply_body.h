/* SPDX-License-Identifier: MIT */
/*
 * Reads the body of an HTTP answer as an object, whatever the encoding.
 */
#ifndef GRANTTY_OAUTH_REPLY_BODY_H
#define GRANTTY_OAUTH_REPLY_BODY_H

#include <stddef.h>

struct err;
struct json;
struct reply;

/* The object in the body, from JSON or a form (GitHub); NULL if it is neither.
 * json_free() it. */
struct json *reply_body(const struct reply *reply);

/* Turns a form into an object with every field. NULL unless it is an answer of
 * OAuth: "a=b" may come from any server. */
struct json *reply_body_form(const char *body, size_t len, struct err *err);

/* The body's length without the trailing NUL bytes that some servers send. */
size_t reply_body_len(const struct reply *reply);

#endif
