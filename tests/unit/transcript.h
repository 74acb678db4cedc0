/* SPDX-License-Identifier: MIT */
/*
 * The transcripts of tests/transcripts: what one provider is asked and how it
 * answers, as data. tests/transcripts/README.md tells what stands in a file.
 * Reads and looks up; what is done with it is the test's business.
 */
#ifndef GRANTTY_TESTS_TRANSCRIPT_H
#define GRANTTY_TESTS_TRANSCRIPT_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct json;
struct provider;

enum { TRANSCRIPTS_MAX = 32 };

struct transcript {
	char name[64]; /* "github.json" */
	struct json *json;
	const struct transcript *base; /* what it extends, or NULL */
};

/* All that are there, in the order of their names. */
struct transcripts {
	struct transcript items[TRANSCRIPTS_MAX];
	size_t count;
};

/* Reads every file of that folder. Ends the program with a message where one
 * cannot be read, is no JSON object or extends what is not there. */
void transcripts_read(struct transcripts *transcripts, const char *folder);
void transcripts_free(struct transcripts *transcripts);

/* The transcript of that preset, or NULL. */
const struct transcript *transcripts_find(const struct transcripts *transcripts,
					  const char *preset);

/* True if it shows what a preset does that has a transcript already. */
bool transcript_is_variant(const struct transcript *transcript);

/* The entry of that name in a section ("answers"), its own or that of what it
 * extends; NULL where neither has one. */
const struct json *transcript_entry(const struct transcript *transcript,
				    const char *section, const char *name);

/*
 * The text with every {placeholder} replaced: by an entry of "values", or by
 * one of the secrets that every transcript shares. Fails the test where one
 * has no value. The caller owns it.
 */
char *transcript_expand(const struct transcript *transcript, const char *text);

/*
 * Sets up the provider with the options that "needs" lists, all but one of them
 * (NULL: none), and with_all those that "takes" lists. False with *err where
 * provider_set_up() or an option refuses.
 */
bool transcript_set_up(const struct transcript *transcript, bool with_all,
		       const char *but, struct provider *provider,
		       struct err *err);

/* The same by the issuer of its "discovery" alone: none of the endpoints is
 * named. */
bool transcript_set_up_by_issuer(const struct transcript *transcript,
				 struct provider *provider, struct err *err);

/* The expanded string, or the number; -1 where json is NULL. */
long long transcript_seconds(const struct transcript *transcript,
			     const struct json *json);

#endif
