/* SPDX-License-Identifier: MIT */
/*
 * What an answer that is not a success means, in words: for an operator, with
 * what to do about it. For reply.c alone.
 */
#ifndef GRANTTY_OAUTH_REPLY_EXPLAIN_H
#define GRANTTY_OAUTH_REPLY_EXPLAIN_H

#include "oauth/verdict.h"

struct reply_answer;
struct err;

/* One sentence, followed by the provider's own words. */
void reply_explain(const struct reply_answer *answer, enum verdict verdict,
		   struct err *err);

#endif
