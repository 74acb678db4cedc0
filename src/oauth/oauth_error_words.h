/* SPDX-License-Identifier: MIT */
/*
 * A provider's prose in the body of an answer: what it says for a person, and
 * which phrases it contains. Knows no error codes but those that mean "later".
 */
#ifndef GRANTTY_OAUTH_OAUTH_ERROR_WORDS_H
#define GRANTTY_OAUTH_OAUTH_ERROR_WORDS_H

#include <stdbool.h>

struct json;

/* The provider's words as it sent them; NULL if there are none. Borrowed from
 * the body. */
const char *oauth_error_raw_words(const struct json *body);

/* The provider's own words about the error: clean, short and without anything
 * that may be a code or a token. NULL if there are none. The caller owns it. */
char *oauth_error_words(const struct json *body);

/* True if the words or codes only mean "later": a rate limit, or a server that
 * is overloaded or under maintenance. */
bool oauth_error_says_later(const struct json *body);

/* The same, but only for unmistakable words: too many requests, and not too
 * many sessions. */
bool oauth_error_says_plainly_later(const struct json *body);

/* True if an error code that is not known says "later". */
bool oauth_error_code_says_later(const char *code);

/* True if the words or codes contain the phrase, ignoring case; a space in it
 * also matches '_' or '-'. */
bool oauth_error_mentions(const struct json *body, const char *phrase);

/* The same for one of those phrases; NULL ends the list. */
bool oauth_error_mentions_any(const struct json *body,
			      const char *const *phrases);

/* True if they are about the format of the request, not its content. */
bool oauth_error_is_about_type(const struct json *body);

#endif
