/* SPDX-License-Identifier: MIT */
/*
 * Providers put their words into many members, and mix codes into them.
 */
#include "config.h"

#include "oauth/oauth_error_words.h"

#include <stddef.h>
#include <string.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"

enum {
	WORDS_MAX = 160, /* bytes of the provider's own words */
	SECRET_MIN = 20	 /* consecutive characters that may be a secret */
};

/* Members that hold words, then members that only hold codes. */
static const char *const places[] = {
	"error_description",
	"error.message",
	"error.description",
	"message",
	"errors.0.message",
	"errors.0.description",
	"error_message",
	"detail", /* RFC 9457 */
	"title",
	"error",
	"error.code",
	"error.type",
	"error.error",
	"error_code",
	"code",
	"errors.0.code",
	"errors.0.error",
	"errors.0",
	"errors.0.title",
	"errors.0.detail",
	"errors.code",
	"errors.message",
	"errors",
	"error.status", /* Google */
	"error.reason",
	"error.errors.0.reason",
	"reason",
	"type", /* RFC 9457 */
};

/* Phrases that mean "later", in codes or words. */
static const char *const later_phrases[] = {
	"rate limit", "ratelimit",	    "rate exceeded",
	"throttl",    "too many",	    "toomany",
	"slow down",  "slowdown",	    "quota",
	"temporar",   "maintenance",	    "overload",
	"busy",	      "resource exhausted",
};

/* The same, but only in codes: in words, they may be about a session. */
static const char *const later_codes[] = {
	"unavailable", "timeout", "try_again", "try_later", "retry",
};

/* Phrases that are about the requests themselves, whatever the code. */
static const char *const plain_phrases[] = {
	"rate limit",
	"ratelimit",
	"rate exceeded",
	"throttl",
	"slow down",
	"slowdown",
	"too many requests",
	"toomanyrequests",
	"too many token requests",
	"too many refresh token requests",
	"too many attempts",
};

enum { PLACES = sizeof(places) / sizeof(places[0]), WORD_PLACES = 10 };

const char *oauth_error_raw_words(const struct json *body)
{
	for (size_t i = 0; i < WORD_PLACES; i++) {
		const char *text = json_text(json_path(body, places[i]));

		if (text && *text)
			return text;
	}
	return NULL;
}

static bool begins_with(const char *text, const char *phrase)
{
	for (; *phrase; text++, phrase++) {
		if (*phrase == ' ' ? !*text || !strchr(" _-", *text)
				   : ascii_lower(*text) != *phrase)
			return false;
	}
	return true;
}

bool oauth_error_mentions(const struct json *body, const char *phrase)
{
	for (size_t i = 0; i < PLACES; i++) {
		const char *text = json_text(json_path(body, places[i]));

		for (; text && *text; text++) {
			if (begins_with(text, phrase))
				return true;
		}
	}
	return false;
}

bool oauth_error_mentions_any(const struct json *body,
			      const char *const *phrases)
{
	for (; *phrases != NULL; phrases++) {
		if (oauth_error_mentions(body, *phrases))
			return true;
	}
	return false;
}

bool oauth_error_is_about_type(const struct json *body)
{
	static const char *const phrases[] = {"content type", "contenttype",
					      "media type", "mediatype", NULL};

	return oauth_error_mentions_any(body, phrases);
}

/* True if a word begins here, also inside "rateLimitExceeded". */
static bool is_start(const char *text, const char *at)
{
	return at == text || !ascii_is_letter(at[-1]) ||
	       (ascii_is_upper(*at) && !ascii_is_upper(at[-1]));
}

/* True if this is part of an email address, which may contain any word. */
static bool is_in_address(const char *text, const char *at)
{
	while (at > text && at[-1] != ' ')
		at--;
	return memchr(at, '@', strcspn(at, " ")) != NULL;
}

static bool contains_phrase(const char *text, const char *phrase)
{
	for (const char *at = text; at && *at; at++) {
		if (begins_with(at, phrase) && is_start(text, at) &&
		    !is_in_address(text, at))
			return true;
	}
	return false;
}

static bool contains_any(const struct json *body, const char *const of[],
			 size_t count)
{
	for (size_t i = 0; i < PLACES; i++) {
		const char *text = json_text(json_path(body, places[i]));

		for (size_t k = 0; k < count; k++) {
			if (contains_phrase(text, of[k]))
				return true;
		}
	}
	return false;
}

bool oauth_error_says_later(const struct json *body)
{
	return contains_any(body, later_phrases,
			    sizeof(later_phrases) / sizeof(later_phrases[0]));
}

bool oauth_error_says_plainly_later(const struct json *body)
{
	return contains_any(body, plain_phrases,
			    sizeof(plain_phrases) / sizeof(plain_phrases[0]));
}

bool oauth_error_code_says_later(const char *code)
{
	for (size_t i = 0; i < sizeof(later_phrases) / sizeof(later_phrases[0]);
	     i++) {
		if (contains_phrase(code, later_phrases[i]))
			return true;
	}
	for (size_t i = 0; i < sizeof(later_codes) / sizeof(later_codes[0]);
	     i++) {
		if (strstr(code, later_codes[i]) && !strstr(code, "session"))
			return true;
	}
	return false;
}

static size_t count_word(const char *s, bool *has_digit)
{
	size_t n = 0;

	*has_digit = false;
	for (; s[n]; n++) {
		char c = ascii_lower(s[n]);
		bool digit = ascii_is_digit(c);

		if (!ascii_is_alnum(c) && !strchr("-._~+/=", c))
			break;
		*has_digit = *has_digit || digit;
	}
	return n;
}

char *oauth_error_words(const struct json *body)
{
	const char *words = oauth_error_raw_words(body);
	struct buf safe;
	char *clean;

	if (!words)
		return NULL;
	/* Some providers (WSO2) repeat the device code of the request. */
	buf_init(&safe, strlen(words) + 1);
	while (*words) {
		bool has_digit;
		size_t n = count_word(words, &has_digit);

		if (n >= SECRET_MIN && has_digit)
			buf_adds(&safe, "[...]");
		else
			buf_add(&safe, words, n > 0 ? n : 1);
		words += n > 0 ? n : 1;
	}
	clean = text_clean(buf_text(&safe), WORDS_MAX);
	buf_free(&safe);
	return clean;
}
