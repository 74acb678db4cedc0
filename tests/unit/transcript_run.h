/* SPDX-License-Identifier: MIT */
/*
 * One ending of a transcript, run through a whole visit in virtual time.
 */
#ifndef GRANTTY_TESTS_TRANSCRIPT_RUN_H
#define GRANTTY_TESTS_TRANSCRIPT_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "world.h"

struct json;
struct transcript;
struct visit;

struct run {
	const struct transcript *transcript;
	const char *name; /* the ending's */
	const struct json *ending;
	const struct json *step;   /* the next one; NULL: it was the last */
	int number;		   /* of that step, from 1 */
	int64_t answered_ms;	   /* when the last answer was there */
	char challenge[64];	   /* of PKCE, as it was sent last */
	struct dpop_client prover; /* of this sign-in */
	char nonce[128];	   /* of proofs, as it was told last */
	struct world world;
	struct visit *visit;
	struct client *client;
};

/* Goes through the steps of the ending of that name and fails the test where a
 * request is not as expected, in whatever it is. by_issuer: the endpoints come
 * from the document of "discovery". The visit is left as the last
 * answer leaves it. */
void run_ending(struct run *run, const struct transcript *transcript,
		const char *name, bool by_issuer);
void run_end(struct run *run);

/* Fails the test, with file, ending and step in front. */
void run_fail_at(const struct run *run, const char *format, ...)
	__attribute__((noreturn, format(printf, 2, 3)));

/* Fails where the object has a member that is not among the allowed names,
 * separated by spaces: one that is misspelt would never be missed. */
void run_check_names(const struct run *run, const struct json *object,
		     const char *allowed);

/* Fails where found (NULL: missing) is not what expected expands to. */
void run_check_text(const struct run *run, const char *what,
		    const char *expected, const char *found);

#endif
